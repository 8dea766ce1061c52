//! The compiler: mapping files in, a bundle and everything that is wrong out.
//!
//! `yaml` parses; `grammar` says which keys there are, and `fields` reads mappings by it; `platform`, `organization`,
//! `template` and `cases` know the kinds of files, and give what `model` describes; `lower` resolves names and lowers
//! globs, `encode` writes the bundle.

pub(crate) mod encode;
pub(crate) mod grants;
pub(crate) mod lower;
pub(crate) mod lowered;
pub(crate) mod rule_patterns;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::bundle::mapping::Policy;
use crate::collections::parallel_map;
use crate::diagnostic::{Code, Diagnostic, Severity, SourceFile};
use crate::language::cases::{self, Case};
use crate::language::conditions::Known;
use crate::language::fields::{DiagnosticSink, Fields, read_members};
use crate::language::grammar::{TESTS, WHOLE};
use crate::language::model::{self, Organization, Platform};
use crate::language::read_context::ReadContext;
use crate::language::template::{self, Template, Templates};
use crate::language::yaml::{self, Kind, Node, Spanned};
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

/// What the Action does when engine or bundle cannot be used: it stands beside them, in plain sight.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Fallback {
    /// `no-groups` or `deny`.
    pub failure: &'static str,
    /// How each client is told its groups.
    pub claims: BTreeMap<String, Delivery>,
}

/// How an application is told its groups: the name of its claim, and where that is not enough, the rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Delivery {
    /// A claim on both tokens.
    Claim(String),
    /// A claim on one of the tokens, or something beside it.
    Full {
        /// The name of the claim.
        claim: String,
        /// Whether the ID token carries it.
        id: bool,
        /// Whether the access token carries it.
        access: bool,
        /// The SAML attribute that carries the groups too.
        saml: Option<String>,
        /// The claim that tells the bundle's digest and the rules that fired.
        provenance: Option<String>,
    },
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
    let mut compiler = Compiler::default();
    compiler.read_folder(files);
    compiler.finish(now)
}

/// Compiles one file that holds a whole platform: `platform`, `organizations`, `templates` and `cases`.
pub fn compile_whole(file: &SourceFile) -> Compilation {
    compile_whole_at(file, None)
}

/// The same at a time, in seconds since 1970: rules that have expired by then are reported.
pub fn compile_whole_at(file: &SourceFile, now: Option<f64>) -> Compilation {
    let mut compiler = Compiler::default();
    compiler.read_whole(file);
    compiler.finish(now)
}

/// What a file is, by its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FileKind<'p> {
    Platform,
    Organization(&'p str),
    Test(&'p str),
    /// By its name and version.
    Template(&'p str),
    Misplaced,
}

fn classify(path: &str) -> FileKind<'_> {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let is_in = |name: &str| folder.rsplit('/').next() == Some(name);
    match file.strip_suffix(".yaml") {
        Some(stem) if is_in("organizations") => match stem.strip_suffix(".test") {
            Some(name) => FileKind::Test(name),
            None => FileKind::Organization(stem),
        },
        Some(stem) if is_in("templates") => match template::parse_reference(stem) {
            Some(_) => FileKind::Template(stem),
            None => FileKind::Misplaced,
        },
        Some("platform") => FileKind::Platform,
        _ => FileKind::Misplaced,
    }
}

/// Parts of a platform that wait for what they refer to.
#[derive(Default)]
struct Parts<'p> {
    platform: Option<Part<'p>>,
    templates: Vec<Part<'p>>,
    organizations: Vec<Part<'p>>,
}

/// The text of a file, or a part of one.
struct Part<'p> {
    file: &'p str,
    /// What it is called.
    name: &'p str,
    node: &'p Node,
}

#[derive(Default)]
struct Compiler {
    diagnostics: Vec<Diagnostic>,
    platform: Option<Platform>,
    templates: Templates,
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
        let mut seen = Vec::new();
        let mut readable = Vec::new();
        for file in files {
            let kind = classify(&file.path);
            let only_once = matches!(kind, FileKind::Platform | FileKind::Template(_));
            if kind == FileKind::Misplaced || only_once && seen.contains(&kind) {
                self.report_misplaced(&file.path);
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
            seen.push(kind);
            readable.push((kind, file));
        }
        let roots = parallel_map::map(&readable, |(_, file)| parse(file));
        let mut parsed = Vec::new();
        for ((kind, file), root) in readable.into_iter().zip(roots) {
            match root {
                Ok(root) => parsed.push((kind, &file.path, root)),
                Err(diagnostic) => {
                    self.diagnostics.push(*diagnostic);
                    if let FileKind::Template(name) = kind {
                        self.templates.insert(name.to_owned(), None);
                    }
                }
            }
        }
        let mut parts = Parts::default();
        for (kind, file, node) in &parsed {
            match *kind {
                FileKind::Platform => parts.platform = Some(Part { file, name: "platform", node }),
                FileKind::Template(name) => parts.templates.push(Part { file, name, node }),
                FileKind::Organization(name) => parts.organizations.push(Part { file, name, node }),
                FileKind::Test(name) => {
                    let mut findings = DiagnosticSink { file, list: &mut self.diagnostics };
                    let Some(fields) = Fields::read_file(node, &TESTS, true, &mut findings) else { continue };
                    if let Some(cases) = fields.require("cases", &mut findings) {
                        self.tests.push(((*file).clone(), cases.clone(), Some(name.to_owned())));
                    }
                }
                FileKind::Misplaced => {}
            }
        }
        self.read_parts(&parts, &names, true);
        if !files.iter().any(|file| classify(&file.path) == FileKind::Platform) {
            let message = "the folder has no `platform.yaml`";
            self.diagnostics.push(Diagnostic::new(Code::MissingPlatform, "platform.yaml", 0..0, message));
        }
        if names.is_empty() {
            let message = "the folder has no organization's mapping";
            self.diagnostics.push(Diagnostic::new(Code::NoOrganizations, "organizations", 0..0, message));
        }
    }

    fn report_misplaced(&mut self, path: &str) {
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
        let mut diagnostic =
            Diagnostic::new(Code::MisplacedFile, path, 0..0, "no mapping file is expected here");
        if folder.rsplit('/').next() == Some("templates") {
            let stem = file.strip_suffix(".yaml").or(file.strip_suffix(".yml")).unwrap_or(file);
            let name = stem.split('@').next().unwrap_or(stem).to_lowercase();
            diagnostic = diagnostic.help(format!(
                "name the template `{name}@1.yaml`: lowercase letters, digits and `-`, then `@` and a version from 1 to 9999"
            ));
        }
        self.diagnostics.push(diagnostic);
    }

    fn read_whole(&mut self, file: &SourceFile) {
        if classify(&file.path) != FileKind::Misplaced {
            let message = "this is one file of a folder of mappings, and means nothing without the others";
            let help = "name the folder that has `platform.yaml`";
            self.diagnostics.push(Diagnostic::new(Code::MisplacedFile, &file.path, 0..0, message).help(help));
            return;
        }
        let root = match parse(file) {
            Ok(root) => root,
            Err(diagnostic) => return self.diagnostics.push(*diagnostic),
        };
        let mut findings = DiagnosticSink { file: &file.path, list: &mut self.diagnostics };
        let Some(fields) = Fields::read_file(&root, &WHOLE, true, &mut findings) else {
            return;
        };
        let platform = fields.require("platform", &mut findings);
        let organizations = fields.require("organizations", &mut findings);
        let organizations: Vec<_> = organizations
            .and_then(|node| read_members(node, "`organizations`", &mut findings))
            .unwrap_or_default();
        let templates = fields.get("templates");
        let mut templates: Vec<_> =
            templates.and_then(|node| read_members(node, "`templates`", &mut findings)).unwrap_or_default();
        templates.retain(|(name, _)| check_template_name(name, &mut findings));
        if let Some(cases) = fields.get("cases") {
            self.tests.push((file.path.clone(), cases.clone(), None));
        }
        let names: Vec<&str> = organizations.iter().map(|(name, _)| name.value.as_str()).collect();
        let path = file.path.as_str();
        let parts = Parts {
            platform: platform.map(|node| Part { file: path, name: "platform", node }),
            templates: templates
                .iter()
                .map(|(name, node)| Part { file: path, name: &name.value, node })
                .collect(),
            organizations: organizations
                .iter()
                .map(|(name, node)| Part { file: path, name: &name.value, node })
                .collect(),
        };
        self.read_parts(&parts, &names, false);
    }

    /// Reads the platform, then the templates, then the organizations: each refers to those before it.
    fn read_parts(&mut self, parts: &Parts<'_>, organizations: &[&str], standalone: bool) {
        if let Some(Part { file, node, .. }) = parts.platform {
            let mut findings = DiagnosticSink { file, list: &mut self.diagnostics };
            self.platform = Platform::read(node, standalone, organizations, &mut findings);
        }
        let platform = self.platform.as_ref();
        let applications: Option<Vec<&str>> = platform.map(|platform| {
            platform.applications.iter().map(|application| application.name.value.as_str()).collect()
        });
        let applications = applications.as_deref();
        for Part { file, name, node } in &parts.templates {
            let mut findings = DiagnosticSink { file, list: &mut self.diagnostics };
            let known = Known { connections: None, applications, organizations };
            let template = Template::read(node, standalone, platform, known, &mut findings);
            self.templates.insert((*name).to_owned(), template);
        }
        let context = ReadContext { platform, applications, organizations, templates: &self.templates };
        let read = parallel_map::map(&parts.organizations, |Part { file, name, node }| {
            let mut list = Vec::new();
            let mut findings = DiagnosticSink { file, list: &mut list };
            (Organization::read(node, name, standalone, context, &mut findings), list)
        });
        for (organization, findings) in read {
            self.organizations.extend(organization);
            self.diagnostics.extend(findings);
        }
        // An organization that could not be read may use any of them.
        if self.organizations.len() == organizations.len() {
            template::check_used(&self.templates, &mut self.diagnostics);
        }
    }

    fn finish(mut self, now: Option<f64>) -> Compilation {
        let mut compiled = None;
        if let Some(platform) = self.platform.take() {
            self.check_duplicate_organizations();
            let mut mappings = Vec::new();
            for (mapping, findings) in parallel_map::map(&self.organizations, |organization| {
                let mut findings = Vec::new();
                (lower::lower(organization, &platform, &mut findings), findings)
            }) {
                mappings.push(mapping);
                self.diagnostics.extend(findings);
            }
            let organizations: Vec<&Organization> = self.organizations.iter().collect();
            let mut all_cases = Vec::new();
            for (file, node, owner) in &self.tests {
                let own = owner.as_ref().map(|name| organizations.iter().find(|it| it.name == *name));
                // A mapping that could not be read has been reported; its cases would only repeat that.
                if matches!(own, Some(None)) {
                    continue;
                }
                let mut findings = DiagnosticSink { file, list: &mut self.diagnostics };
                let own = own.flatten().copied();
                all_cases.extend(cases::read_cases(node, &platform, &organizations, own, &mut findings));
            }
            let rules = || mappings.iter().flat_map(|mapping| &mapping.rules);
            let clauses = || rules().flat_map(lowered::LoweredRule::clauses);
            let counts = Counts {
                organizations: mappings.len(),
                rules: organizations.iter().map(|organization| organization.rules.len()).sum(),
                patterns: clauses().map(lowered::Clause::len).sum(),
                cases: all_cases.len(),
            };
            // What is wrong comes first: much of it would look like something that is not meant.
            if !self.has_errors() {
                lint::lint(&platform, &self.organizations, now, &mut self.diagnostics);
            }
            if !self.has_errors() {
                compiled = Some(CompiledPlatform {
                    bundle: encode::encode(&platform, mappings),
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

    fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    fn check_duplicate_organizations(&mut self) {
        let mut seen: BTreeMap<&str, &Organization> = BTreeMap::new();
        for organization in &self.organizations {
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
            self.diagnostics.push(diagnostic);
        }
    }
}

fn parse(file: &SourceFile) -> Result<Node, Box<Diagnostic>> {
    let root = yaml::parse(&file.path, &file.text)?;
    if let Node { kind: Kind::Null, span } = root {
        let diagnostic = Diagnostic::new(Code::MissingVersion, &file.path, span, "the file is empty");
        return Err(Box::new(diagnostic.help("write `version: 1` at the top of the file")));
    }
    Ok(root)
}

/// Reports a name that says no version, or is none of a file.
fn check_template_name(name: &Spanned<String>, findings: &mut DiagnosticSink<'_>) -> bool {
    let good = template::parse_reference(&name.value).is_some();
    if !good {
        let message = format!("`{}` cannot be a template's name", name.value.escape_debug());
        let help = "write lowercase letters, digits and `-`, then `@` and a version, such as `bi-standard@1`";
        findings.report(Code::InvalidName, &name.span, message, help.to_owned());
    }
    good
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
                claims.insert(client.value.clone(), Delivery::of(application));
            }
        }
        Self { failure, claims }
    }
}

impl Delivery {
    fn of(application: &model::Application) -> Self {
        let text = |name: &Option<Spanned<String>>| name.as_ref().map(|name| name.value.clone());
        let claim = text(&application.claim).unwrap_or_default();
        let (saml, provenance) = (text(&application.saml_attribute), text(&application.provenance));
        let model::Tokens { id, access } = application.tokens;
        match (id, access, &saml, &provenance) {
            (true, true, None, None) => Self::Claim(claim),
            _ => Self::Full { claim, id, access, saml, provenance },
        }
    }
}
