//! The files of a platform, and the order in which they are read.

mod file_role;
mod folder;

use std::collections::BTreeSet;

use crate::collections::parallel_map;
use crate::diagnostic::{Code, Diagnostic, Severity, SourceFile};

use self::file_role::{FileRole, role_of};
use super::conditions::DeclaredNames;
use super::diagnostic_sink::DiagnosticSink;
use super::fields::Fields;
use super::grammar::{Layout, Object, SINGLE_FILE, lint_codes};
use super::misplaced;
use super::model::{Organization, Platform};
use super::read_context::ReadContext;
use super::subject::Subject;
use super::template::{self, Template, Templates};
use super::values::read_members;
use super::yaml::{self, Kind, Node, Spanned, ambiguous};

/// What was read from the mapping files of a platform.
#[derive(Debug, Default)]
pub(crate) struct MappingFiles {
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// `None` if it could not be read, which has been reported.
    pub(crate) platform: Option<Platform>,
    pub(crate) templates: Templates,
    /// Those that could be read.
    pub(crate) organizations: Vec<Organization>,
    /// The cases are read last: they refer to all of the above.
    pub(crate) tests: Vec<TestFile>,
    /// Findings that are made before a file is read: misplaced keys, for which the readers leave out findings, and values
    /// that readers of YAML do not agree on.
    pub(crate) deferred: Vec<Diagnostic>,
}

/// A file with test cases that are not read yet.
#[derive(Debug)]
pub(crate) struct TestFile {
    pub(crate) path: String,
    /// The value of `cases`.
    pub(crate) cases: Node,
    /// The organization that the file tests; `None` in a file that holds a whole platform.
    pub(crate) organization: Option<String>,
}

impl MappingFiles {
    /// Reads the files of a folder.
    pub(crate) fn of_folder(files: &[SourceFile]) -> Self {
        let mut read = Self::default();
        read.read_folder(files);
        read
    }

    /// Reads a file that holds a whole platform.
    pub(crate) fn of_single_file(file: &SourceFile) -> Self {
        let mut read = Self::default();
        read.read_single_file(file);
        read
    }

    /// Reads the tree of a file that holds a whole platform.
    #[cfg(test)]
    pub(crate) fn of_single_root(path: &str, mut root: Node) -> Self {
        let (deferred, _) = misplaced::annotate(&mut root, &SINGLE_FILE, path);
        let mut read = Self { deferred, ..Self::default() };
        read.read_single_root(path, &root);
        read
    }

    /// Adds findings to those of the files, except where there is another error about the same place.
    pub(crate) fn add_deferred(deferred: Vec<Diagnostic>, diagnostics: &mut Vec<Diagnostic>) {
        if deferred.is_empty() {
            return;
        }
        let place = |it: &Diagnostic| (it.file.clone(), it.span.start);
        let errors = diagnostics.iter().filter(|it| it.severity == Severity::Error);
        let mut places: BTreeSet<_> = errors.map(place).collect();
        diagnostics.extend(deferred.into_iter().filter(|it| places.insert(place(it))));
    }

    fn read_single_file(&mut self, file: &SourceFile) {
        if role_of(&file.path) != FileRole::Misplaced {
            let message =
                "this file belongs to a folder of mappings, and cannot be compiled without the other files";
            let help = "give the path of the folder with `platform.yaml` instead";
            self.diagnostics.push(Diagnostic::new(Code::MisplacedFile, &file.path, 0..0, message).help(help));
            return;
        }
        match parse(file, Some(&SINGLE_FILE)) {
            Ok((root, deferred)) => {
                self.deferred = deferred;
                self.diagnostics.extend(yaml::cut_off_texts(&file.path, &file.text, &root));
                self.read_single_root(&file.path, &root);
            }
            Err(diagnostic) => self.diagnostics.push(*diagnostic),
        }
    }

    /// Reads the tree of a file that holds a whole platform.
    fn read_single_root(&mut self, path: &str, root: &Node) {
        let mut sink = DiagnosticSink { file: path, list: &mut self.diagnostics };
        let Some(fields) = Fields::read_file(root, &SINGLE_FILE, &mut sink) else {
            return;
        };
        let platform = fields.require("platform", &mut sink);
        let organizations = fields.require("organizations", &mut sink);
        let organizations: Vec<_> = organizations
            .and_then(|node| read_members(node, Subject::Key("organizations"), &mut sink))
            .unwrap_or_default();
        let templates = fields.get("templates");
        let mut templates: Vec<_> = templates
            .and_then(|node| read_members(node, Subject::Key("templates"), &mut sink))
            .unwrap_or_default();
        templates.retain(|(name, _)| check_template_name(name, &mut sink));
        // Without the organizations, each case would be wrong.
        let cases = fields.get("cases").filter(|_| !fields.is_misspelled("organizations"));
        if let Some(cases) = cases {
            self.tests.push(TestFile { path: path.to_owned(), cases: cases.clone(), organization: None });
        }
        let names: Vec<&str> = organizations.iter().map(|(name, _)| name.value.as_str()).collect();
        let sections = Sections {
            platform: platform.map(|node| Section { file: path, name: "platform", node }),
            templates: templates
                .iter()
                .map(|(name, node)| Section { file: path, name: &name.value, node })
                .collect(),
            organizations: organizations
                .iter()
                .map(|(name, node)| Section { file: path, name: &name.value, node })
                .collect(),
        };
        self.read_sections(&sections, &names, Layout::SingleFile);
        if fields.is_misspelled("templates") {
            self.diagnostics.retain(|it| it.code != Code::UnknownTemplate);
        }
    }

    /// Reads the platform, then the templates, then the organizations: each refers to those read before.
    fn read_sections(&mut self, sections: &Sections<'_>, organizations: &[&str], layout: Layout) {
        if let Some(Section { file, node, .. }) = sections.platform {
            let mut sink = DiagnosticSink { file, list: &mut self.diagnostics };
            self.platform = Platform::read(node, layout, organizations, &mut sink);
        }
        let platform = self.platform.as_ref();
        let applications: Option<Vec<&str>> = platform.map(|platform| {
            platform.applications.iter().map(|application| application.name.value.as_str()).collect()
        });
        let applications = applications.as_deref();
        for Section { file, name, node } in &sections.templates {
            let mut sink = DiagnosticSink { file, list: &mut self.diagnostics };
            let known = DeclaredNames { connections: None, applications, organizations };
            let template = Template::read(node, layout, platform, known, &mut sink);
            self.templates.insert((*name).to_owned(), template);
        }
        let context = ReadContext { platform, applications, organizations, templates: &self.templates };
        let read = parallel_map::map(&sections.organizations, |Section { file, name, node }| {
            let mut list = Vec::new();
            let mut sink = DiagnosticSink { file, list: &mut list };
            (Organization::read(node, name, layout, context, &mut sink), list)
        });
        for (organization, diagnostics) in read {
            self.organizations.extend(organization);
            self.diagnostics.extend(diagnostics);
        }
        // An organization that could not be read may use any template.
        if self.organizations.len() == organizations.len() {
            template::check_used(&self.templates, &mut self.diagnostics);
        }
    }
}

/// The parts of a platform.
#[derive(Default)]
struct Sections<'p> {
    platform: Option<Section<'p>>,
    templates: Vec<Section<'p>>,
    organizations: Vec<Section<'p>>,
}

/// A file of a folder, or its counterpart in a single file.
struct Section<'p> {
    file: &'p str,
    /// The name of the organization or template.
    name: &'p str,
    node: &'p Node,
}

/// Parses a file, which has the keys of `object` if it is in the right place. Returns the findings to be added later.
fn parse(
    file: &SourceFile,
    object: Option<&'static Object>,
) -> Result<(Node, Vec<Diagnostic>), Box<Diagnostic>> {
    let mut root = yaml::parse(&file.path, &file.text)?;
    if let Node { kind: Kind::Null, span, .. } = root {
        let diagnostic = Diagnostic::new(Code::MissingVersion, &file.path, span, "the file is empty");
        return Err(Box::new(diagnostic.help("write `version: 1` at the top of the file")));
    }
    let (mut deferred, dates) =
        object.map(|object| misplaced::annotate(&mut root, object, &file.path)).unwrap_or_default();
    let ambiguous = ambiguous::find(&file.path, &file.text, &root, has_one_meaning);
    deferred.extend(ambiguous.into_iter().filter(|it| !dates.contains(&it.span)));
    Ok((root, deferred))
}

/// Whether a value cannot mean anything else here, whatever type a reader of YAML gives it.
fn has_one_meaning(keys: &[&str], value: &str) -> bool {
    match keys {
        [.., "expires" | "now"] | ["blocks", "floor"] | ["platform", "blocks", "floor"] => is_date(value),
        ["blocks", "floors", "organizations" | "groups", _]
        | ["platform", "blocks", "floors", "organizations" | "groups", _] => is_date(value),
        [.., key] => value == "off" && lint_codes().contains(key),
        [] => false,
    }
}

/// Whether a value begins like a date.
fn is_date(value: &str) -> bool {
    value.starts_with(|first: char| first.is_ascii_digit()) && value.contains('-')
}

/// Reports a name that is not a template's name and version, as in the name of a template's file.
fn check_template_name(name: &Spanned<String>, sink: &mut DiagnosticSink<'_>) -> bool {
    let good = template::parse_reference(&name.value).is_some();
    if !good {
        let message = format!("`{}` is not a valid template name", name.value.escape_debug());
        let help = "write lowercase letters, digits and `-`, then `@` and a version, such as `bi-standard@1`";
        sink.report(Code::InvalidName, &name.span, message, help.to_owned());
    }
    good
}
