//! The compiler: turns mapping files into a bundle and diagnostics.
//!
//! `language` reads the files into the model, `target_globs` replaces globs of target groups, `lower` resolves names and lowers the rules (`rule_patterns` their
//! patterns, `grants` what they grant), `language::cases` reads the test cases, `lint` looks for likely mistakes,
//! `encode` writes the bundle, `capacity` says what takes how many of its bytes, and `fallback` states what the Action does without the engine or the bundle.

pub mod capacity;
pub(crate) mod encode;
mod fallback;
pub(crate) mod grants;
pub mod inspect;
pub(crate) mod lower;
pub(crate) mod lowered;
pub(crate) mod rule_patterns;
mod target_globs;

use std::collections::BTreeMap;

use serde::Serialize;

pub use self::fallback::{Delivery, Fallback};

use crate::collections::parallel_map;
use crate::diagnostic::{Code, Diagnostic, Severity, SourceFile};
use crate::language::cases::{self, Case};
use crate::language::diagnostic_sink::DiagnosticSink;
use crate::language::mapping_files::{MappingFiles, TestFile};
use crate::language::model::{Organization, Platform};
use crate::lint;

/// The result of compiling mapping files.
#[derive(Debug)]
#[must_use]
#[non_exhaustive]
pub struct Compilation {
    /// All problems, sorted by file and location.
    pub diagnostics: Vec<Diagnostic>,
    /// The compiled platform; `None` if a diagnostic is an error.
    pub platform: Option<CompiledPlatform>,
}

/// A platform whose mapping files have no errors.
#[derive(Debug)]
#[non_exhaustive]
pub struct CompiledPlatform {
    /// The encoded [`Bundle`](crate::Bundle).
    pub bundle: Vec<u8>,
    /// The test cases of all files.
    pub cases: Vec<Case>,
    /// What the Action needs when it cannot use the engine or the bundle.
    pub fallback: Fallback,
    /// The size of the platform.
    pub counts: Counts,
    /// What the files say, for [`inspect`].
    pub(crate) model: Model,
}

/// The content of mapping files.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) platform: Platform,
    pub(crate) organizations: Vec<Organization>,
}

/// The number of organizations, rules, patterns and cases of a platform.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Counts {
    /// Customer organizations.
    pub organizations: usize,
    /// Rules of all organizations.
    pub rules: usize,
    /// Exact names and globs of all rules.
    pub patterns: usize,
    /// Test cases.
    pub cases: usize,
}

/// Compiles the mapping files of a folder and reports everything that is wrong with them.
///
/// The files are `platform.yaml`, `organizations/<name>.yaml`, `organizations/<name>.test.yaml` and
/// `templates/<name>@<version>.yaml`.
///
/// ```
/// use claimsmith::compiler::compile;
/// use claimsmith::diagnostic::SourceFile;
///
/// let platform = "\
/// version: 1
/// applications: { qlik: { clients: [Zx81], claim: https://claims.example.com/groups } }
/// groups: { bi-viewers: { applications: [qlik], description: May view. } }
/// ";
/// let acme = "\
/// version: 1
/// connections: { acme-entra: { strategy: waad } }
/// rules: [{ id: view, match: { glob: GG-BI-* }, grant: bi-viewer }]
/// ";
/// let file = |path: &str, text: &str| SourceFile { path: path.to_owned(), text: text.to_owned() };
/// let files = [file("platform.yaml", platform), file("organizations/acme.yaml", acme)];
/// let compilation = compile(&files);
/// assert!(compilation.platform.is_none());
/// assert_eq!(compilation.diagnostics[0].code.name(), "unknown-group");
/// assert_eq!(compilation.diagnostics[0].help, "did you mean `bi-viewers`?");
///
/// let files = [file("platform.yaml", platform), file("organizations/acme.yaml", &acme.replace("bi-viewer", "bi-viewers"))];
/// let platform = compile(&files).platform.expect("no errors");
/// assert_eq!(platform.counts.rules, 1);
/// ```
pub fn compile(files: &[SourceFile]) -> Compilation {
    compile_at(files, None)
}

/// Like [`compile`], and reports rules that have expired at `now`, in seconds since 1970.
pub fn compile_at(files: &[SourceFile], now: Option<f64>) -> Compilation {
    finish(MappingFiles::of_folder(files), now)
}

/// Compiles one file with a whole platform, which has the keys `platform`, `organizations`, `templates` and `cases`.
///
/// ```
/// use claimsmith::compiler::compile_whole;
/// use claimsmith::diagnostic::SourceFile;
///
/// let text = "\
/// version: 1
/// platform:
///   applications: { qlik: { clients: [Zx81], claim: https://claims.example.com/groups } }
///   groups: { bi-viewers: { applications: [qlik], description: May view. } }
/// organizations:
///   acme:
///     connections: { acme-entra: { strategy: waad } }
///     rules: [{ id: view, match: { glob: GG-BI-* }, grant: bi-viewers }]
/// ";
/// let file = SourceFile { path: "example.yaml".to_owned(), text: text.to_owned() };
/// let compilation = compile_whole(&file);
/// assert_eq!(compilation.diagnostics, []);
/// assert!(compilation.platform.is_some());
/// ```
pub fn compile_whole(file: &SourceFile) -> Compilation {
    compile_whole_at(file, None)
}

/// Like [`compile_whole`], and reports rules that have expired at `now`, in seconds since 1970.
pub fn compile_whole_at(file: &SourceFile, now: Option<f64>) -> Compilation {
    finish(MappingFiles::of_single_file(file), now)
}

/// Lowers, checks and encodes what was read.
fn finish(mut files: MappingFiles, now: Option<f64>) -> Compilation {
    let platform = files.platform.take().and_then(|platform| compile_platform(platform, &mut files, now));
    files.diagnostics.sort_by(|left, right| {
        (&left.file, left.span.start, left.code).cmp(&(&right.file, right.span.start, right.code))
    });
    Compilation { diagnostics: files.diagnostics, platform }
}

/// The compiled platform; `None` if anything in its files is an error.
fn compile_platform(
    platform: Platform,
    files: &mut MappingFiles,
    now: Option<f64>,
) -> Option<CompiledPlatform> {
    let MappingFiles { diagnostics, organizations, tests, .. } = files;
    check_duplicate_organizations(organizations, diagnostics);
    for organization in organizations.iter_mut() {
        target_globs::replace(organization, &platform, diagnostics);
    }
    let mut lowered = Vec::new();
    for (mapping, found) in parallel_map::map(organizations, |organization| {
        let mut found = Vec::new();
        (lower::lower(organization, &platform, &mut found), found)
    }) {
        lowered.push(mapping);
        diagnostics.extend(found);
    }
    let cases = read_all_cases(tests, &platform, organizations, diagnostics);
    let rules = || lowered.iter().flat_map(|mapping| &mapping.rules);
    let clauses = || rules().flat_map(lowered::LoweredRule::clauses);
    let counts = Counts {
        organizations: lowered.len(),
        rules: organizations.iter().map(|organization| organization.rules.len()).sum(),
        patterns: clauses().map(lowered::Clause::len).sum(),
        cases: cases.len(),
    };
    // Lints run only on files without errors: many errors would look like likely mistakes, and be reported twice.
    if has_errors(diagnostics) {
        return None;
    }
    lint::lint(&platform, organizations, now, diagnostics);
    if has_errors(diagnostics) {
        return None;
    }
    let bundle = encode::encode(&platform, lowered).bundle;
    let fallback = Fallback::of(&platform);
    let model = Model { platform, organizations: core::mem::take(organizations) };
    Some(CompiledPlatform { bundle, cases, fallback, counts, model })
}

fn read_all_cases(
    tests: &[TestFile],
    platform: &Platform,
    organizations: &[Organization],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Case> {
    let organizations: Vec<&Organization> = organizations.iter().collect();
    let mut all = Vec::new();
    for TestFile { path, cases, organization } in tests {
        let tested = organization.as_ref().map(|name| organizations.iter().find(|it| it.name == *name));
        // A mapping that could not be read has been reported; its cases would only repeat that.
        if matches!(tested, Some(None)) {
            continue;
        }
        let mut sink = DiagnosticSink { file: path, list: diagnostics };
        let tested = tested.flatten().copied();
        all.extend(cases::read_cases(cases, platform, &organizations, tested, &mut sink));
    }
    all
}

fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
}

fn check_duplicate_organizations(organizations: &[Organization], diagnostics: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<&str, &Organization> = BTreeMap::new();
    for organization in organizations {
        let Some(id) = &organization.id else { continue };
        let Some(first) = seen.get(id.value.as_str()) else {
            seen.insert(&id.value, organization);
            continue;
        };
        let message = format!("the organization `{}` already has the mapping `{}`", id.value, first.name);
        let mut diagnostic =
            Diagnostic::new(Code::DuplicateOrganization, &organization.file, id.span.clone(), message);
        if let Some(first_id) = &first.id {
            diagnostic = diagnostic.related(&first.file, first_id.span.clone(), "first here");
        }
        diagnostics.push(diagnostic);
    }
}
