//! The compiler: turns mapping files into a bundle and diagnostics.
//!
//! `language` reads the files into the model, `target_globs` replaces globs of target groups, `lower` resolves names and
//! lowers the rules (`rule_patterns` their patterns, `grants` what they grant, `expansions` what captures expand to),
//! `needs_groups` checks rules at connections without groups, `unprovided_input` rules for people of a directory, `directory` writes the bundle for them, `partial_input` what is not safe with partial input,
//! `language::cases` reads the test cases, `lint` looks for likely mistakes, `encode` writes the bundle, `block` those of
//! mappings that travel, `untested` finds rules that fire in no case, `capacity` says how its bytes are divided, `slices`
//! divides the customers among several Actions, `one_organization` writes the bundle of one customer, `fallback` states what the Action does without the engine or the
//! bundle, and `inspect` answers questions about compiled mappings.

mod additions;
pub mod block;
mod block_settings;
pub mod capacity;
mod ceiling;
mod changed_mappings;
mod changed_rules;
mod condition_truths;
pub mod directory;
mod duplicate_organizations;
pub(crate) mod encode;
mod expansions;
mod fallback;
pub(crate) mod foreign_grant;
mod grants;
pub mod inspect;
pub(crate) mod lower;
pub(crate) mod lowered;
mod needs_groups;
pub mod one_organization;
mod partial_input;
pub(crate) mod rule_patterns;
pub mod slices;
mod target_globs;
mod unprovided_input;
mod untested;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;

pub use self::block_settings::{BlockKey, BlockSettings, MetadataWriter, time_text};
pub use self::changed_mappings::{ChangedMapping, MappingChange, changed_mappings};
pub use self::fallback::{Delivery, Fallback};
pub use crate::language::tenants::{OtherDomain, Tenant};

use crate::collections::parallel_map;
use crate::diagnostic::{Diagnostic, Severity, SourceFile, Suppressed, by_file};
use crate::language::cases::{self, Case};
use crate::language::diagnostic_sink::DiagnosticSink;
use crate::language::mapping_files::{MappingFiles, TestFile};
use crate::language::misnamed;
use crate::language::model::{Organization, Platform};
use crate::lint;
use crate::text::private_key::PrivateKeys;

/// The result of compiling mapping files.
#[derive(Debug)]
#[must_use]
#[non_exhaustive]
pub struct Compilation {
    /// All problems, sorted by file and location.
    pub diagnostics: Vec<Diagnostic>,
    /// Warnings that the files allow, sorted likewise; they are not among the diagnostics.
    pub suppressed: Vec<Suppressed>,
    /// The compiled platform; `None` if a diagnostic is an error. If several tenants are declared, it is that of the
    /// first, by name.
    pub platform: Option<CompiledPlatform>,
    /// The compiled platforms of the other tenants. The same mappings have other ids there, and cannot be exchanged.
    pub other_tenants: Vec<CompiledPlatform>,
    /// The size of all tenants together, with each organization and each case once; `None` if a diagnostic is an error.
    pub counts: Option<Counts>,
}

impl Compilation {
    /// The compiled platforms of all tenants, sorted by name; empty if a diagnostic is an error.
    pub fn into_tenants(self) -> Vec<CompiledPlatform> {
        self.platform.into_iter().chain(self.other_tenants).collect()
    }
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
    /// The position of its tenant.
    pub(crate) tenant: usize,
    /// The names of the organizations whose mappings are not in the bundle, because they travel as blocks.
    pub(crate) traveling: BTreeSet<String>,
    /// What the files say, for [`inspect`].
    pub(crate) model: Arc<Model>,
}

impl CompiledPlatform {
    /// The tenant that it is for; `None` if the platform declares none.
    pub fn tenant(&self) -> Option<&Tenant> {
        self.model.platform.tenants.declared.get(self.tenant)
    }

    /// The settings for blocks; `None` if the platform has none.
    pub fn block_settings(&self) -> Option<BlockSettings<'_>> {
        BlockSettings::of(&self.model.platform, self.tenant)
    }

    /// The names of the organizations that exist in its tenant, sorted.
    pub fn organization_names(&self) -> impl Iterator<Item = &str> {
        self.organizations().map(|organization| organization.name.as_str())
    }

    /// The organizations that exist in its tenant.
    pub(crate) fn organizations(&self) -> impl Iterator<Item = &Organization> {
        self.model.organizations.iter().filter(|it| it.ids.is_in(self.tenant))
    }
}

/// The content of mapping files.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) platform: Platform,
    pub(crate) organizations: Vec<Organization>,
}

/// What is looked for apart from errors and likely mistakes in the files alone.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Checks {
    /// Rules that have expired at this time, in seconds since 1970.
    pub now: Option<f64>,
    /// Organizations without cases, and rules that fire in no case. All cases are run for that.
    pub cases: bool,
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

/// Whether a file has nearly the name of a mapping file, such as `acme.YAML`.
///
/// The compiler reports such a file by its name, and does not read its text.
pub fn is_misnamed(path: &str) -> bool {
    misnamed::right_name(path).is_some()
}

/// The finding about a file with nearly the name of a mapping file; `None` if its name is right, or another one.
///
/// `is_there` says whether a path is that of another file.
pub fn misnamed_file(path: &str, is_there: impl Fn(&str) -> bool) -> Option<Diagnostic> {
    misnamed::finding(path, is_there)
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
    compile_with(files, Checks { now, cases: false })
}

/// Like [`compile`], with further checks.
pub fn compile_with(files: &[SourceFile], checks: Checks) -> Compilation {
    concealed(finish(MappingFiles::of_folder(files), checks), files)
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
    compile_whole_with(file, Checks { now, cases: false })
}

/// Like [`compile_whole`], with further checks.
pub fn compile_whole_with(file: &SourceFile, checks: Checks) -> Compilation {
    concealed(finish(MappingFiles::of_single_file(file), checks), core::slice::from_ref(file))
}

/// A compilation whose diagnostics repeat nothing of a private key that a file has by mistake.
fn concealed(mut compilation: Compilation, files: &[SourceFile]) -> Compilation {
    for file in files {
        let Some(keys) = PrivateKeys::of(&file.text) else { continue };
        for diagnostic in compilation.diagnostics.iter_mut().filter(|it| it.file == file.path) {
            for text in [&mut diagnostic.message, &mut diagnostic.help] {
                if let Some(concealed) = keys.conceal(text) {
                    *text = concealed;
                }
            }
        }
    }
    compilation
}

/// Lowers, checks and encodes what was read.
fn finish(mut files: MappingFiles, checks: Checks) -> Compilation {
    let deferred = core::mem::take(&mut files.deferred);
    let Some(platform) = files.platform.take() else {
        MappingFiles::add_deferred(deferred, &mut files.diagnostics);
        return Compilation {
            diagnostics: sorted(files.diagnostics),
            suppressed: Vec::new(),
            platform: None,
            other_tenants: Vec::new(),
            counts: None,
        };
    };
    let checked = check(&platform, &mut files, deferred, checks.now);
    let MappingFiles { mut diagnostics, templates, organizations, .. } = files;
    // The cases of mappings with errors do not run.
    let all = checked.is_some();
    let has_errors_left = lint::leaves_errors(&platform, &organizations, &templates, all, &diagnostics);
    let has_cases = checks.cases && !has_errors_left;
    let ran = lint::Ran { all, has_time: checks.now.is_some(), has_cases };
    let model = Arc::new(Model { platform, organizations });
    let mut counts = checked.as_ref().map(|(first, cases)| count_all(&model, first, cases));
    let platforms = checked.map(|(first, cases)| encode_tenants(&model, first, cases));
    let mut platforms = platforms.unwrap_or_default();
    if has_cases {
        untested::lint(&platforms, &mut diagnostics);
    }
    let Model { platform, organizations } = model.as_ref();
    let mut suppressed = lint::settle(platform, organizations, &templates, ran, &mut diagnostics);
    suppressed.sort_by(|left, right| order(&left.diagnostic, &right.diagnostic));
    if has_errors(&diagnostics) {
        platforms.clear();
        counts = None;
    }
    let mut platforms = platforms.into_iter();
    Compilation {
        diagnostics: sorted(diagnostics),
        suppressed,
        platform: platforms.next(),
        other_tenants: platforms.collect(),
        counts,
    }
}

fn order(left: &Diagnostic, right: &Diagnostic) -> core::cmp::Ordering {
    by_file(&left.file, &right.file)
        .then_with(|| (left.span.start, left.code).cmp(&(right.span.start, right.code)))
}

fn sorted(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by(order);
    diagnostics
}

/// The mappings, lowered for the first tenant, and the test cases of each tenant; `None` if anything in the files is an
/// error, and the lints did not run.
fn check(
    platform: &Platform,
    files: &mut MappingFiles,
    deferred: Vec<Diagnostic>,
    now: Option<f64>,
) -> Option<(Vec<lowered::LoweredMapping>, Vec<Vec<Case>>)> {
    let MappingFiles { diagnostics, organizations, tests, .. } = files;
    duplicate_organizations::check(organizations, &platform.tenants, diagnostics);
    for organization in organizations.iter_mut() {
        target_globs::replace(organization, platform, diagnostics);
    }
    let mut first = Vec::new();
    for (mapping, found) in parallel_map::map(organizations, |organization| {
        let mut found = Vec::new();
        (lower::lower(organization, platform, 0, &mut found), found)
    }) {
        first.push(mapping);
        diagnostics.extend(found);
    }
    let cases: Vec<Vec<Case>> = (0..platform.tenants.count())
        .map(|tenant| read_all_cases(tests, platform, organizations, tenant, diagnostics))
        .collect();
    MappingFiles::add_deferred(deferred, diagnostics);
    // Lints run only on files without errors: many errors would look like likely mistakes, and be reported twice.
    if has_errors(diagnostics) {
        return None;
    }
    lint::lint(platform, organizations, now, diagnostics);
    Some((first, cases))
}

/// The size of all tenants together. Every organization is in `first`, also those that the first tenant does not have.
fn count_all(model: &Model, first: &[lowered::LoweredMapping], cases: &[Vec<Case>]) -> Counts {
    let exists = |it: &Organization| (0..cases.len()).any(|tenant| it.ids.is_in(tenant));
    let organizations = || model.organizations.iter().zip(first).filter(|(it, _)| exists(it));
    let rules = organizations().flat_map(|(_, mapping)| &mapping.rules);
    let places: BTreeSet<_> = cases.iter().flatten().map(|case| (&case.file, case.span.start)).collect();
    Counts {
        organizations: organizations().count(),
        rules: organizations().map(|(it, _)| it.rules.len()).sum(),
        patterns: rules.flat_map(lowered::LoweredRule::clauses).map(lowered::Clause::len).sum(),
        cases: places.len(),
    }
}

fn encode_tenants(
    model: &Arc<Model>,
    first: Vec<lowered::LoweredMapping>,
    cases: Vec<Vec<Case>>,
) -> Vec<CompiledPlatform> {
    let mut first = Some(first);
    let of_tenant = |(tenant, cases)| {
        let lowered = first.take().unwrap_or_else(|| lower_again(model, tenant));
        encode_tenant(model, tenant, lowered, cases)
    };
    cases.into_iter().enumerate().map(of_tenant).collect()
}

/// Lowers the mappings for another tenant. Everything that they have to report was reported for the first.
fn lower_again(model: &Model, tenant: usize) -> Vec<lowered::LoweredMapping> {
    let lower = |it: &Organization| lower::lower(it, &model.platform, tenant, &mut Vec::new());
    parallel_map::map(&model.organizations, lower).into_iter().collect()
}

fn encode_tenant(
    model: &Arc<Model>,
    tenant: usize,
    mut lowered: Vec<lowered::LoweredMapping>,
    cases: Vec<Case>,
) -> CompiledPlatform {
    let Model { platform, organizations } = model.as_ref();
    // They are in the same order.
    let mut in_tenant = organizations.iter().map(|it| it.ids.is_in(tenant));
    lowered.retain(|_| in_tenant.next().unwrap_or_default());
    let rules = || lowered.iter().flat_map(|mapping| &mapping.rules);
    let clauses = || rules().flat_map(lowered::LoweredRule::clauses);
    let own = organizations.iter().filter(|it| it.ids.is_in(tenant));
    let counts = Counts {
        organizations: lowered.len(),
        rules: own.map(|organization| organization.rules.len()).sum(),
        patterns: clauses().map(lowered::Clause::len).sum(),
        cases: cases.len(),
    };
    let bundle = encode::encode(platform, tenant, lowered, None).bundle;
    let fallback = Fallback::of(platform, tenant);
    let traveling = BTreeSet::new();
    CompiledPlatform { bundle, cases, fallback, counts, tenant, traveling, model: Arc::clone(model) }
}

/// Reads the cases that a tenant's logins can be. What is wrong with a case is reported once for all tenants.
fn read_all_cases(
    tests: &[TestFile],
    platform: &Platform,
    organizations: &[Organization],
    tenant: usize,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Case> {
    let organizations: Vec<&Organization> = organizations.iter().collect();
    let (mut all, mut found) = (Vec::new(), Vec::new());
    for TestFile { path, cases, organization } in tests {
        let tested = organization.as_ref().map(|name| organizations.iter().find(|it| it.name == *name));
        // A mapping that could not be read has been reported; its cases would only repeat that.
        if matches!(tested, Some(None)) {
            continue;
        }
        let mut sink = DiagnosticSink { file: path, list: &mut found };
        let tested = tested.flatten().copied();
        all.extend(cases::read_cases(cases, platform, &organizations, tested, tenant, &mut sink));
    }
    if tenant > 0 {
        let place = |it: &Diagnostic| (it.file.clone(), it.span.start, it.message.clone());
        let reported: BTreeSet<_> = diagnostics.iter().map(place).collect();
        found.retain(|it| !reported.contains(&place(it)));
    }
    diagnostics.extend(found);
    all
}

fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
}
