//! The files of a platform: the role of each file, and the order in which they are read.

use std::collections::{BTreeMap, BTreeSet};

use crate::collections::parallel_map;
use crate::diagnostic::{Code, Diagnostic, Severity, SourceFile};

use super::conditions::DeclaredNames;
use super::diagnostic_sink::DiagnosticSink;
use super::fields::{Fields, read_members};
use super::grammar::{Layout, ORGANIZATION, Object, PLATFORM, SINGLE_FILE, TEMPLATE, TESTS, lint_codes};
use super::misnamed::{self, right_name};
use super::misplaced;
use super::model::{Organization, Platform};
use super::read_context::ReadContext;
use super::template::{self, Template, Templates};
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
        let deferred = misplaced::annotate(&mut root, &SINGLE_FILE, path);
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

    fn read_folder(&mut self, files: &[SourceFile]) {
        let root = root_of(files);
        let mut mappings: BTreeMap<&str, &str> = BTreeMap::new();
        let mut names = Vec::new();
        for file in files {
            if let FileRole::Organization(name) = role_in(root, &file.path) {
                mappings.entry(name).or_insert(&file.path);
                names.push(name);
            }
        }
        let misnamed = misnamed_in(files, root);
        for (_, right) in &misnamed {
            // What refers to it is not a second mistake.
            if let FileRole::Organization(name) = role_in(root, right) {
                mappings.entry(name).or_insert(right);
                names.push(name);
            }
        }
        let mut seen = Vec::new();
        let mut readable = Vec::new();
        for file in files {
            let role = role_in(root, &file.path);
            let only_once = matches!(role, FileRole::Platform | FileRole::Template(_));
            if role == FileRole::Misplaced || only_once && seen.contains(&role) {
                match misnamed.iter().find(|(path, _)| *path == file.path) {
                    Some((path, _)) => {
                        let is_there = |right: &str| files.iter().any(|file| file.path == right);
                        self.diagnostics.extend(misnamed::finding(path, is_there));
                    }
                    None => self.report_misplaced(&file.path),
                }
                continue;
            }
            if let FileRole::Test(name) = role
                && self.report_far_test(&file.path, name, mappings.get(name).copied())
            {
                continue;
            }
            if let FileRole::Organization(name) = role
                && let Some(first) = mappings.get(name).filter(|first| **first != file.path)
            {
                let message = format!("`{first}` and `{}` both have the name `{name}`", file.path);
                let help = "either may be the copy: remove it, or give it another name if it is another organization's; \
                            the name of a mapping is unique, whatever its folder";
                let diagnostic = Diagnostic::new(Code::DuplicateOrganization, &file.path, 0..0, message);
                self.diagnostics.push(diagnostic.related(first, 0..0, "also here").help(help));
                continue;
            }
            seen.push(role);
            readable.push((role, file));
        }
        let roots = parallel_map::map(&readable, |(role, file)| parse(file, role.object()));
        let mut parsed = Vec::new();
        for ((role, file), root) in readable.into_iter().zip(roots) {
            match root {
                Ok((root, deferred)) => {
                    self.deferred.extend(deferred);
                    self.diagnostics.extend(yaml::cut_off_texts(&file.path, &file.text, &root));
                    parsed.push((role, &file.path, root));
                }
                Err(diagnostic) => {
                    self.diagnostics.push(*diagnostic);
                    if let FileRole::Template(name) = role {
                        self.templates.insert(name.to_owned(), None);
                    }
                }
            }
        }
        let mut sections = Sections::default();
        for (role, file, node) in &parsed {
            match *role {
                FileRole::Platform => sections.platform = Some(Section { file, name: "platform", node }),
                FileRole::Template(name) => sections.templates.push(Section { file, name, node }),
                FileRole::Organization(name) if holds_cases_only(node) => {
                    let has_mapping = |tested: &str| mappings.contains_key(tested);
                    self.diagnostics.push(misnamed::named_as_mapping(file, name, has_mapping));
                }
                FileRole::Organization(name) => sections.organizations.push(Section { file, name, node }),
                FileRole::Test(name) => {
                    let mut sink = DiagnosticSink { file, list: &mut self.diagnostics };
                    let Some(fields) = Fields::read_file(node, &TESTS, &mut sink) else { continue };
                    if let Some(cases) = fields.require("cases", &mut sink) {
                        self.tests.push(TestFile {
                            path: (*file).to_owned(),
                            cases: cases.clone(),
                            organization: Some(name.to_owned()),
                        });
                    }
                }
                FileRole::Misplaced => {}
            }
        }
        self.read_sections(&sections, &names, Layout::Folder);
        let paths = files.iter().map(|file| &file.path).chain(misnamed.iter().map(|(_, right)| right));
        if !paths.into_iter().any(|path| role_in(root, path) == FileRole::Platform) {
            let message = "the folder has no `platform.yaml`";
            self.diagnostics.push(Diagnostic::new(Code::MissingPlatform, "platform.yaml", 0..0, message));
        }
        if names.is_empty() {
            let message = "the folder has no mapping of an organization";
            self.diagnostics.push(Diagnostic::new(Code::NoOrganizations, "organizations", 0..0, message));
        }
    }

    /// Reports a test file that is not next to its mapping, and says whether it did.
    fn report_far_test(&mut self, path: &str, name: &str, mapping: Option<&str>) -> bool {
        let (message, help) = match mapping {
            None => (
                format!("the mapping `{name}.yaml` of this test file is missing"),
                format!("give it the name of the mapping that it tests, or add `{name}.yaml` next to it"),
            ),
            Some(mapping) if folder_of(mapping) == folder_of(path) => return false,
            Some(mapping) => (
                format!("the mapping `{name}.yaml` of this test file is in another folder, `{mapping}`"),
                "move the test file next to it".to_owned(),
            ),
        };
        self.diagnostics.push(Diagnostic::new(Code::MissingMapping, path, 0..0, message).help(help));
        true
    }

    fn report_misplaced(&mut self, path: &str) {
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
        let mut diagnostic =
            Diagnostic::new(Code::MisplacedFile, path, 0..0, "this is not the place of a mapping file");
        if folder.rsplit('/').next() == Some("templates") {
            let stem = file.strip_suffix(".yaml").or(file.strip_suffix(".yml")).unwrap_or(file);
            let name = stem.split('@').next().unwrap_or(stem).to_lowercase();
            diagnostic = diagnostic.help(format!(
                "name the template `{name}@1.yaml`: lowercase letters, digits and `-`, then `@` and a version from 1 to 9999"
            ));
        }
        self.diagnostics.push(diagnostic);
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
            .and_then(|node| read_members(node, "`organizations`", &mut sink))
            .unwrap_or_default();
        let templates = fields.get("templates");
        let mut templates: Vec<_> =
            templates.and_then(|node| read_members(node, "`templates`", &mut sink)).unwrap_or_default();
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

/// The role of a file in a folder, which follows from its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FileRole<'p> {
    Platform,
    Organization(&'p str),
    Test(&'p str),
    /// A template, by its name and version.
    Template(&'p str),
    Misplaced,
}

impl FileRole<'_> {
    /// The keys of such a file.
    fn object(self) -> Option<&'static Object> {
        match self {
            Self::Platform => Some(&PLATFORM),
            Self::Organization(_) => Some(&ORGANIZATION),
            Self::Test(_) => Some(&TESTS),
            Self::Template(_) => Some(&TEMPLATE),
            Self::Misplaced => None,
        }
    }
}

/// The files whose names are nearly right, each with its path under the right name.
fn misnamed_in<'p>(files: &'p [SourceFile], root: Option<&str>) -> Vec<(&'p str, String)> {
    let right = |file: &'p SourceFile| {
        let path = file.path.as_str();
        let name = right_name(path)?;
        let folder = path.rsplit_once('/').map(|(folder, _)| format!("{folder}/"));
        let right = folder.unwrap_or_default() + &name;
        (role_in(root, &right) != FileRole::Misplaced).then_some((path, right))
    };
    files.iter().filter_map(right).collect()
}

/// Whether a file has test cases and nothing that a mapping has.
fn holds_cases_only(root: &Node) -> bool {
    let Kind::Map(members) = &root.kind else { return false };
    let has = |key: &str| members.iter().any(|(name, _)| name.value == key);
    has("cases") && !["connections", "rules", "use", "organization"].into_iter().any(has)
}

/// The folder of a platform: the one with the `platform.yaml` that is in the fewest folders.
fn root_of(files: &[SourceFile]) -> Option<&str> {
    let platforms = files.iter().map(|file| file.path.as_str());
    let platforms = platforms.filter(|path| role_of(path) == FileRole::Platform);
    let first = platforms.min_by_key(|path| (path.matches('/').count(), *path))?;
    Some(folder_of(first))
}

/// The role of a file in the folder of a platform. Below its `organizations/`, folders have any names.
fn role_in<'p>(root: Option<&str>, path: &'p str) -> FileRole<'p> {
    let below = root.and_then(|root| match root {
        "" => Some(path),
        root => path.strip_prefix(root)?.strip_prefix('/'),
    });
    let file = below.and_then(|below| below.strip_prefix("organizations/")?.rsplit('/').next());
    match file.and_then(|file| file.strip_suffix(".yaml")) {
        Some(_) if right_name(path).is_some() => FileRole::Misplaced,
        Some(stem) => organization_or_test(stem),
        None => role_of(path),
    }
}

fn organization_or_test(stem: &str) -> FileRole<'_> {
    match stem.strip_suffix(".test") {
        Some(name) => FileRole::Test(name),
        None => FileRole::Organization(stem),
    }
}

/// The folder of a file.
fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn role_of(path: &str) -> FileRole<'_> {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let is_in = |name: &str| folder.rsplit('/').next() == Some(name);
    match file.strip_suffix(".yaml") {
        Some(_) if is_in("organizations") && right_name(path).is_some() => FileRole::Misplaced,
        Some(stem) if is_in("organizations") => organization_or_test(stem),
        Some(stem) if is_in("templates") => match template::parse_reference(stem) {
            Some(_) => FileRole::Template(stem),
            None => FileRole::Misplaced,
        },
        Some("platform") => FileRole::Platform,
        _ => FileRole::Misplaced,
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
    let mut deferred =
        object.map_or_else(Vec::new, |object| misplaced::annotate(&mut root, object, &file.path));
    deferred.extend(ambiguous::find(&file.path, &file.text, &root, has_one_meaning));
    Ok((root, deferred))
}

/// Whether a value cannot mean anything else here, whatever type a reader of YAML gives it.
fn has_one_meaning(key: &str, value: &str) -> bool {
    match key {
        "expires" | "now" => value.starts_with(|first: char| first.is_ascii_digit()) && value.contains('-'),
        _ => value == "off" && lint_codes().contains(&key),
    }
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

#[cfg(test)]
mod tests {
    use super::{FileRole, role_in, role_of, root_of};
    use crate::diagnostic::SourceFile;

    #[test]
    fn folders_below_organizations_have_any_names() {
        let check = |root: &str, path: &str, expected: FileRole<'_>| {
            assert_eq!(role_in(Some(root), path), expected, "{path} in {root}");
        };
        check("mappings", "mappings/organizations/emea/acme.yaml", FileRole::Organization("acme"));
        check("", "organizations/a/b/acme.test.yaml", FileRole::Test("acme"));
        check("m", "m/organizations/templates/acme.yaml", FileRole::Organization("acme"));
        check("m", "m/organizations/emea/platform.yaml", FileRole::Organization("platform"));
        check("m", "m/organizations/emea/acme.yml", FileRole::Misplaced);
        check("m", "m/emea/acme.yaml", FileRole::Misplaced);
        check("organizations/m", "organizations/m/emea/acme.yaml", FileRole::Misplaced);
        check("organizations/m", "organizations/m/platform.yaml", FileRole::Platform);
        assert_eq!(role_in(None, "organizations/emea/acme.yaml"), FileRole::Misplaced);
    }

    #[test]
    fn root_is_the_folder_of_the_platform() {
        let root = |paths: &[&str]| {
            let file = |path: &&str| SourceFile { path: (*path).to_owned(), text: String::new() };
            root_of(&paths.iter().map(file).collect::<Vec<_>>()).map(str::to_owned)
        };
        assert_eq!(root(&["m/organizations/a/platform.yaml", "m/platform.yaml"]).as_deref(), Some("m"));
        assert_eq!(root(&["platform.yaml"]).as_deref(), Some(""));
        assert_eq!(root(&["m/organizations/platform.yaml"]), None);
    }

    #[test]
    fn role_of_file_follows_from_path() {
        assert_eq!(role_of("mappings/platform.yaml"), FileRole::Platform);
        assert_eq!(role_of("platform.yaml"), FileRole::Platform);
        assert_eq!(role_of("m/organizations/acme.yaml"), FileRole::Organization("acme"));
        assert_eq!(role_of("organizations/acme.test.yaml"), FileRole::Test("acme"));
        assert_eq!(role_of("m/organizations/acme.yml"), FileRole::Misplaced);
        assert_eq!(role_of("m/acme.yaml"), FileRole::Misplaced);
        assert_eq!(role_of("m/templates/bi-standard@12.yaml"), FileRole::Template("bi-standard@12"));
        assert_eq!(role_of("templates/bi-standard.yaml"), FileRole::Misplaced);
        assert_eq!(role_of("templates/bi-standard@0.yaml"), FileRole::Misplaced);
        assert_eq!(role_of("templates/BI@1.yaml"), FileRole::Misplaced);
        assert_eq!(role_of("templates/platform.yaml"), FileRole::Misplaced);
    }
}
