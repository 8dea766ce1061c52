//! The compiler: mapping files in, a bundle and everything that is wrong out.
//!
//! `yaml` parses, `fields` reads mappings key by key, `platform`, `organization` and `cases` know the kinds of files,
//! `lower` resolves names and lowers globs, `encode` writes the bundle.

pub mod cases;
mod coverage;
mod encode;
mod fields;
mod glob;
#[allow(dead_code, reason = "called once the readers fill the model")]
mod lint;
mod lower;
#[allow(dead_code, reason = "filled by the readers")]
mod model;
mod names;
mod organization;
mod platform;
mod strategy;
mod yaml;

pub use self::glob::{Glob, GlobError};

use std::collections::BTreeMap;

use serde::Serialize;

use self::cases::Case;
use self::fields::{Fields, Findings, read_members};
use self::organization::Organization;
use self::platform::Platform;
use self::yaml::{Kind, Node};
use crate::diagnostic::{Code, Diagnostic, Severity, SourceFile};
use crate::mapping::Policy;

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

/// What the Action does when engine or bundle cannot be used: it stands beside them, in plain sight.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Fallback {
    /// `no-groups` or `deny`.
    pub failure: &'static str,
    /// The claim of each client.
    pub claims: BTreeMap<String, String>,
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
/// The files are `platform.yaml`, `organizations/<name>.yaml` and `organizations/<name>.test.yaml`.
pub fn compile(files: &[SourceFile]) -> Compilation {
    let mut compiler = Compiler::default();
    compiler.read_folder(files);
    compiler.finish()
}

/// Compiles one file that holds a whole platform: `platform`, `organizations` and `cases`.
pub fn compile_whole(file: &SourceFile) -> Compilation {
    let mut compiler = Compiler::default();
    compiler.read_whole(file);
    compiler.finish()
}

/// What a file is, by its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FileKind<'p> {
    Platform,
    Organization(&'p str),
    Test(&'p str),
    Misplaced,
}

fn classify(path: &str) -> FileKind<'_> {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let in_organizations = folder == "organizations" || folder.ends_with("/organizations");
    match file.strip_suffix(".yaml") {
        Some("platform") if !in_organizations => FileKind::Platform,
        Some(stem) if in_organizations => match stem.strip_suffix(".test") {
            Some(name) => FileKind::Test(name),
            None => FileKind::Organization(stem),
        },
        _ => FileKind::Misplaced,
    }
}

#[derive(Default)]
struct Compiler {
    diagnostics: Vec<Diagnostic>,
    platform: Option<Platform>,
    organizations: Vec<Organization>,
    /// Files with cases: the path, the `cases`, and whose they are.
    tests: Vec<(String, Node, Option<String>)>,
}

impl Compiler {
    fn read_folder(&mut self, files: &[SourceFile]) {
        let names: Vec<&str> = files
            .iter()
            .filter_map(|file| match classify(&file.path) {
                FileKind::Organization(name) => Some(name),
                _ => None,
            })
            .collect();
        for file in files {
            let kind = classify(&file.path);
            if kind == FileKind::Misplaced || kind == FileKind::Platform && self.platform.is_some() {
                let message = "no mapping file is expected here";
                self.diagnostics.push(Diagnostic::new(Code::MisplacedFile, &file.path, 0..0, message));
                continue;
            }
            if let FileKind::Test(name) = kind
                && !names.contains(&name)
            {
                let message = format!("there is no mapping `{name}.yaml` for this test file");
                let help =
                    format!("rename it after the mapping that it tests, or write `{name}.yaml` beside it");
                self.diagnostics
                    .push(Diagnostic::new(Code::MissingMapping, &file.path, 0..0, message).help(help));
                continue;
            }
            let Some(root) = self.parse(file) else {
                continue;
            };
            let mut findings = Findings { file: &file.path, list: &mut self.diagnostics };
            match kind {
                FileKind::Platform => self.platform = Platform::read(&root, true, &mut findings),
                FileKind::Organization(name) => {
                    self.organizations.extend(Organization::read(&root, name, true, &mut findings));
                }
                FileKind::Test(name) => {
                    let known = ["version", "cases"];
                    let Some(fields) = Fields::read(&root, "the test file", &known, &mut findings) else {
                        continue;
                    };
                    if fields.check_version(&mut findings)
                        && let Some(cases) = fields.require("cases", &mut findings)
                    {
                        self.tests.push((file.path.clone(), cases.clone(), Some(name.to_owned())));
                    }
                }
                FileKind::Misplaced => {}
            }
        }
        if !files.iter().any(|file| classify(&file.path) == FileKind::Platform) {
            let message = "the folder has no `platform.yaml`";
            self.diagnostics.push(Diagnostic::new(Code::MissingPlatform, "platform.yaml", 0..0, message));
        }
        if names.is_empty() {
            let message = "the folder has no organization's mapping";
            self.diagnostics.push(Diagnostic::new(Code::NoOrganizations, "organizations", 0..0, message));
        }
    }

    fn read_whole(&mut self, file: &SourceFile) {
        if classify(&file.path) != FileKind::Misplaced {
            let message = "this is one file of a folder of mappings, and means nothing without the others";
            let help = "name the folder that has `platform.yaml`";
            self.diagnostics.push(Diagnostic::new(Code::MisplacedFile, &file.path, 0..0, message).help(help));
            return;
        }
        let Some(root) = self.parse(file) else { return };
        let mut findings = Findings { file: &file.path, list: &mut self.diagnostics };
        let known = ["version", "platform", "organizations", "cases"];
        let Some(fields) = Fields::read(&root, "the file", &known, &mut findings) else {
            return;
        };
        if !fields.check_version(&mut findings) {
            return;
        }
        if let Some(platform) = fields.require("platform", &mut findings) {
            self.platform = Platform::read(platform, false, &mut findings);
        }
        if let Some(node) = fields.require("organizations", &mut findings) {
            for (name, node) in read_members(node, "`organizations`", &mut findings).unwrap_or_default() {
                self.organizations.extend(Organization::read(node, &name.text, false, &mut findings));
            }
        }
        if let Some(cases) = fields.get("cases") {
            self.tests.push((file.path.clone(), cases.clone(), None));
        }
    }

    fn parse(&mut self, file: &SourceFile) -> Option<Node> {
        match yaml::parse(&file.path, &file.text) {
            Ok(Node { kind: Kind::Null, span }) => {
                let diagnostic = Diagnostic::new(Code::MissingVersion, &file.path, span, "the file is empty");
                self.diagnostics.push(diagnostic.help("write `version: 1` at the top of the file"));
                None
            }
            Ok(root) => Some(root),
            Err(diagnostic) => {
                self.diagnostics.push(*diagnostic);
                None
            }
        }
    }

    fn finish(mut self) -> Compilation {
        let mut compiled = None;
        if let Some(platform) = self.platform.take() {
            self.check_duplicate_organizations();
            let mut lowered = Vec::new();
            for organization in &self.organizations {
                let mut findings = Findings { file: &organization.file, list: &mut self.diagnostics };
                lowered.push(lower::lower(organization, &platform, &mut findings));
            }
            let organizations: Vec<&Organization> = self.organizations.iter().collect();
            let mut all_cases = Vec::new();
            for (file, node, owner) in &self.tests {
                let own = owner.as_ref().map(|name| organizations.iter().find(|it| it.name == *name));
                // A mapping that could not be read has been reported; its cases would only repeat that.
                if matches!(own, Some(None)) {
                    continue;
                }
                let mut findings = Findings { file, list: &mut self.diagnostics };
                let own = own.flatten().copied();
                all_cases.extend(cases::read_cases(node, &platform, &organizations, own, &mut findings));
            }
            let rules = || lowered.iter().flat_map(|mapping| &mapping.rules);
            let counts = Counts {
                organizations: lowered.len(),
                rules: rules().count(),
                patterns: rules().map(|rule| rule.names.len() + rule.patterns.len()).sum(),
                cases: all_cases.len(),
            };
            if !self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
                compiled = Some(CompiledPlatform {
                    bundle: encode::encode(&platform, lowered),
                    cases: all_cases,
                    fallback: Fallback::of(&platform),
                    counts,
                });
            }
        }
        self.diagnostics.sort_by(|left, right| {
            (&left.file, left.span.start, left.code).cmp(&(&right.file, right.span.start, right.code))
        });
        Compilation { diagnostics: self.diagnostics, platform: compiled }
    }

    fn check_duplicate_organizations(&mut self) {
        let mut seen: BTreeMap<&str, &Organization> = BTreeMap::new();
        for organization in &self.organizations {
            let Some(id) = &organization.id else { continue };
            let Some(first) = seen.get(id.text.as_str()) else {
                seen.insert(&id.text, organization);
                continue;
            };
            let message = format!("the organization `{}` already has the mapping `{}`", id.text, first.name);
            let mut diagnostic =
                Diagnostic::new(Code::DuplicateOrganization, &organization.file, id.span.clone(), message);
            if let Some(first_id) = &first.id {
                diagnostic = diagnostic.related(&first.file, first_id.span.clone(), "first here");
            }
            self.diagnostics.push(diagnostic);
        }
    }
}

impl Fallback {
    fn of(platform: &Platform) -> Self {
        let failure = match platform.policies.failure {
            Policy::NoGroups => "no-groups",
            Policy::Deny => "deny",
        };
        let mut claims = BTreeMap::new();
        for application in &platform.applications {
            for client in &application.clients {
                let claim = application.claim.as_ref().map(|claim| claim.text.clone());
                claims.insert(client.text.clone(), claim.unwrap_or_default());
            }
        }
        Self { failure, claims }
    }
}

#[cfg(test)]
mod tests {
    use super::{FileKind, classify};

    #[test]
    fn a_path_says_what_a_file_is() {
        assert_eq!(classify("mappings/platform.yaml"), FileKind::Platform);
        assert_eq!(classify("platform.yaml"), FileKind::Platform);
        assert_eq!(classify("m/organizations/acme.yaml"), FileKind::Organization("acme"));
        assert_eq!(classify("organizations/acme.test.yaml"), FileKind::Test("acme"));
        assert_eq!(classify("m/organizations/acme.yml"), FileKind::Misplaced);
        assert_eq!(classify("m/acme.yaml"), FileKind::Misplaced);
    }
}
