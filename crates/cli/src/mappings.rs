//! Mapping files and what the compiler says about them.

use std::path::Path;

use claimsmith::compiler::{self, Checks, CompiledPlatform, Counts};
use claimsmith::diagnostic::{Code, Diagnostic, Severity, SourceFile, Suppressed, by_file};

use crate::login_time;
use crate::mapping_files::{self, FoundFiles};
use crate::source_map::SourceMap;
use crate::whole_folder::folder_around;

/// Mapping files, compiled.
#[derive(Debug)]
pub(crate) struct Mappings {
    pub(crate) sources: SourceMap,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Warnings that the files allow.
    pub(crate) suppressed: Vec<Suppressed>,
    /// What they compile to; `None` if there are errors.
    pub(crate) platform: Option<CompiledPlatform>,
    /// The same in the other tenants, if several are declared.
    pub(crate) other_tenants: Vec<CompiledPlatform>,
    /// The size of all tenants together; `None` if there are errors.
    pub(crate) counts: Option<Counts>,
}

/// Whether the cases are run to find rules that no case shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coverage {
    /// They are, for verbs that check mappings or build what is deployed.
    Checked,
    /// They are not, for verbs that only answer a question.
    Ignored,
}

/// How many findings are printed for people: many of thousands have one cause, and a log is read from its beginning.
/// JSON and SARIF have all of them.
const MOST_PRINTED: usize = 200;

/// What the compiler is given in place of a file that cannot be read: text that is not a mapping file.
const UNREADABLE: &str = "[";

impl Mappings {
    /// Reads and compiles the mapping files of a folder, or a whole platform in one file.
    ///
    /// A file that cannot be read, such as one in another encoding, a link that leads out of the folder, or anything
    /// with the name of a mapping file that is not a file, is reported as a diagnostic, like those of the compiler.
    /// The other files are still read and checked.
    ///
    /// # Errors
    ///
    /// When the path itself cannot be used. Problems with files are diagnostics.
    pub(crate) fn load(path: &Path, coverage: Coverage) -> anyhow::Result<Self> {
        let (found, is_folder) = FoundFiles::at(path)?;
        Self::compile(path, found, is_folder, coverage)
    }

    /// Like [`load`](Self::load), with files that are not written yet.
    pub(crate) fn load_with(path: &Path, added: Vec<SourceFile>) -> anyhow::Result<Self> {
        let (mut found, is_folder) = FoundFiles::at(path)?;
        found.files.extend(added);
        Self::compile(path, found, is_folder, Coverage::Ignored)
    }

    /// Compiles the files that were found at a path.
    ///
    /// # Errors
    ///
    /// When the path is not UTF-8.
    pub(crate) fn compile(
        path: &Path,
        found: FoundFiles,
        is_folder: bool,
        coverage: Coverage,
    ) -> anyhow::Result<Self> {
        let checks = Checks { now: Some(login_time::current()), cases: coverage != Coverage::Ignored };
        let FoundFiles { mut files, unreadable, undecoded, misnamed } = found;
        // The compiler gets an invalid file in place of each, so it does not report them as missing.
        let invalid = |diagnostic: &Diagnostic| SourceFile {
            path: diagnostic.file.clone(),
            text: UNREADABLE.to_owned(),
        };
        files.extend(unreadable.iter().filter(|it| mapping_files::is_yaml(Path::new(&it.file))).map(invalid));
        files.extend(misnamed.iter().cloned());
        files.sort_by(|left, right| left.path.cmp(&right.path));
        let compilation = match files.as_slice() {
            [file] if !is_folder => compiler::compile_whole_with(file, checks),
            files => compiler::compile_with(files, checks),
        };
        let is_unreadable = |file: &str| unreadable.iter().any(|it| it.file == file);
        let is_misnamed = |file: &str| misnamed.iter().any(|it| it.path == file);
        files.retain(|file| !is_unreadable(&file.path) && !is_misnamed(&file.path));
        files.extend(undecoded);
        files.sort_by(|left, right| left.path.cmp(&right.path));
        let sources = SourceMap::new(files);
        let mut diagnostics = compilation.diagnostics;
        diagnostics.retain(|diagnostic| !is_unreadable(&diagnostic.file));
        // The compiler does not know in which folder a file is missing.
        for diagnostic in &mut diagnostics {
            if !sources.contains(&diagnostic.file) && !is_misnamed(&diagnostic.file) {
                diagnostic.file = mapping_files::slashed(&path.join(&diagnostic.file))?;
            }
        }
        // A file in place of the folder `organizations`.
        diagnostics.retain(|diagnostic| !is_unreadable(&diagnostic.file));
        if unreadable.iter().any(|it| !mapping_files::is_yaml(Path::new(&it.file))) {
            diagnostics.retain(|diagnostic| !may_follow_from_unread_folder(diagnostic.code));
        }
        if let Some(part) = part_of_folder(path, &diagnostics) {
            diagnostics = vec![part];
        }
        let (platform, other_tenants, counts) = match unreadable.is_empty() {
            true => (compilation.platform, compilation.other_tenants, compilation.counts),
            false => (None, Vec::new(), None),
        };
        diagnostics.extend(unreadable);
        diagnostics.sort_by(|left, right| by_file(&left.file, &right.file));
        Ok(Self { sources, diagnostics, suppressed: compilation.suppressed, platform, other_tenants, counts })
    }

    /// The compiled platforms of all tenants; none if there are errors.
    pub(crate) fn platforms(&self) -> impl Iterator<Item = &CompiledPlatform> {
        self.platform.iter().chain(&self.other_tenants)
    }

    /// The findings that are printed for people, and how many more there are: errors come first if not all are printed.
    pub(crate) fn printed(&self) -> (Vec<&Diagnostic>, usize) {
        let mut printed: Vec<&Diagnostic> = self.diagnostics.iter().collect();
        let more = printed.len().saturating_sub(MOST_PRINTED);
        if more > 0 {
            printed.sort_by_key(|diagnostic| diagnostic.severity != Severity::Error);
            printed.truncate(MOST_PRINTED);
        }
        (printed, more)
    }

    /// How many findings there are of a severity.
    pub(crate) fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }
}

/// Whether a finding may exist only because a folder could not be read.
fn may_follow_from_unread_folder(code: Code) -> bool {
    let misses_a_file = matches!(
        code,
        Code::MissingPlatform
            | Code::NoOrganizations
            | Code::MissingMapping
            | Code::UnknownOrganization
            | Code::UnknownTemplate
    );
    misses_a_file || code.severity() == Severity::Warning
}

/// One finding in place of many if the folder is a part of a folder of mappings, such as its `organizations`.
fn part_of_folder(path: &Path, diagnostics: &[Diagnostic]) -> Option<Diagnostic> {
    if !diagnostics.iter().any(|diagnostic| diagnostic.code == Code::MissingPlatform) {
        return None;
    }
    let whole = folder_around(path)?;
    let message = format!("`{}` is a part of a folder of mappings, and cannot be used alone", path.display());
    let whole = whole.display();
    let help = format!(
        "name the whole folder, as in `claimsmith validate {whole}` or `claimsmith explain --mappings {whole}`"
    );
    let file = mapping_files::slashed(path).ok()?;
    let mut diagnostic = Diagnostic::unreadable_file(&file, &message, &help);
    diagnostic.code = Code::MissingPlatform;
    Some(diagnostic)
}
