//! The compiler: mapping files in, a bundle and everything that is wrong out.
//!
//! `yaml` parses; `grammar` says which keys there are, and `fields` reads mappings by it; `platform`, `organization`,
//! `template` and `cases` know the kinds of files, and give what `model` describes; `lower` resolves names and lowers
//! globs, `encode` writes the bundle.

pub(crate) mod encode;
mod fallback;
pub(crate) mod grants;
pub(crate) mod lower;
pub(crate) mod lowered;
pub(crate) mod rule_patterns;

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

/// What comes of compiling mapping files.
#[derive(Debug)]
#[must_use]
#[non_exhaustive]
pub struct Compilation {
    /// Everything that is wrong, sorted by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// The platform, if no finding is an error.
    pub platform: Option<CompiledPlatform>,
}

/// A platform whose mappings are in order.
#[derive(Debug)]
#[non_exhaustive]
pub struct CompiledPlatform {
    /// The encoded [`Bundle`](crate::Bundle).
    pub bundle: Vec<u8>,
    /// The test cases of all files.
    pub cases: Vec<Case>,
    /// What the Action does when engine or bundle cannot be used.
    pub fallback: Fallback,
    /// How much there is of everything.
    pub counts: Counts,
}

/// How much there is of everything.
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
pub fn compile(files: &[SourceFile]) -> Compilation {
    compile_at(files, None)
}

/// The same at a time, in seconds since 1970: rules that have expired by then are reported.
pub fn compile_at(files: &[SourceFile], now: Option<f64>) -> Compilation {
    finish(MappingFiles::of_folder(files), now)
}

/// Compiles one file that holds a whole platform: `platform`, `organizations`, `templates` and `cases`.
pub fn compile_whole(file: &SourceFile) -> Compilation {
    compile_whole_at(file, None)
}

/// The same at a time, in seconds since 1970: rules that have expired by then are reported.
pub fn compile_whole_at(file: &SourceFile, now: Option<f64>) -> Compilation {
    finish(MappingFiles::of_single_file(file), now)
}

/// Lowers, checks and encodes what was read.
fn finish(mut files: MappingFiles, now: Option<f64>) -> Compilation {
    let platform = files.platform.take().and_then(|platform| compile_platform(&platform, &mut files, now));
    files.diagnostics.sort_by(|left, right| {
        (&left.file, left.span.start, left.code).cmp(&(&right.file, right.span.start, right.code))
    });
    Compilation { diagnostics: files.diagnostics, platform }
}

/// The compiled platform; `None` if anything in its files is an error.
fn compile_platform(
    platform: &Platform,
    files: &mut MappingFiles,
    now: Option<f64>,
) -> Option<CompiledPlatform> {
    let MappingFiles { diagnostics, organizations, tests, .. } = files;
    check_duplicate_organizations(organizations, diagnostics);
    let mut lowered = Vec::new();
    for (mapping, found) in parallel_map::map(organizations, |organization| {
        let mut found = Vec::new();
        (lower::lower(organization, platform, &mut found), found)
    }) {
        lowered.push(mapping);
        diagnostics.extend(found);
    }
    let cases = read_all_cases(tests, platform, organizations, diagnostics);
    let rules = || lowered.iter().flat_map(|mapping| &mapping.rules);
    let clauses = || rules().flat_map(|rule| rule.all.iter().chain(&rule.none).chain([&rule.own]));
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
    lint::lint(platform, organizations, now, diagnostics);
    if has_errors(diagnostics) {
        return None;
    }
    let bundle = encode::encode(platform, lowered);
    Some(CompiledPlatform { bundle, cases, fallback: Fallback::of(platform), counts })
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
