//! Reads the files of a folder.

use std::collections::BTreeMap;

use crate::collections::parallel_map;
use crate::diagnostic::{Code, Diagnostic, SourceFile};

use super::super::diagnostic_sink::DiagnosticSink;
use super::super::fields::Fields;
use super::super::grammar::{Layout, TESTS};
use super::super::misnamed;
use super::super::yaml::{self, Kind, Node};
use super::file_role::{FileRole, folder_of, misnamed_in, role_in, root_of};
use super::{MappingFiles, Section, Sections, TestFile, parse};

/// What the paths in a folder say.
struct FolderLayout<'f> {
    files: &'f [SourceFile],
    root: Option<&'f str>,
    /// The files whose names are nearly right, each with its path under the right name.
    misnamed: &'f [(&'f str, String)],
    /// The first file of each organization.
    mappings: BTreeMap<&'f str, &'f str>,
    /// The organizations, once for each file.
    names: Vec<&'f str>,
}

impl<'f> FolderLayout<'f> {
    fn new(files: &'f [SourceFile], root: Option<&'f str>, misnamed: &'f [(&'f str, String)]) -> Self {
        let (mut mappings, mut names) = (BTreeMap::new(), Vec::new());
        // What refers to a file with a wrong name is not a second mistake.
        let paths = files.iter().map(|file| &file.path).chain(misnamed.iter().map(|(_, right)| right));
        for path in paths {
            if let FileRole::Organization(name) = role_in(root, path) {
                mappings.entry(name).or_insert(path.as_str());
                names.push(name);
            }
        }
        Self { files, root, misnamed, mappings, names }
    }

    fn has_platform(&self) -> bool {
        let right = self.misnamed.iter().map(|(_, right)| right);
        let mut paths = self.files.iter().map(|file| &file.path).chain(right);
        paths.any(|path| role_in(self.root, path) == FileRole::Platform)
    }
}

/// A file with its role and its tree.
type Parsed<'f> = (FileRole<'f>, &'f str, Node);

impl MappingFiles {
    pub(super) fn read_folder(&mut self, files: &[SourceFile]) {
        let root = root_of(files);
        let misnamed = misnamed_in(files, root);
        let folder = FolderLayout::new(files, root, &misnamed);
        let readable = self.readable(&folder);
        let parsed = self.parse_all(readable);
        let sections = self.sections(&parsed, &folder);
        self.read_sections(&sections, &folder.names, Layout::Folder);
        if !folder.has_platform() {
            let message = "the folder has no `platform.yaml`";
            self.diagnostics.push(Diagnostic::new(Code::MissingPlatform, "platform.yaml", 0..0, message));
        }
        if folder.names.is_empty() {
            let message = "the folder has no mapping of an organization";
            self.diagnostics.push(Diagnostic::new(Code::NoOrganizations, "organizations", 0..0, message));
        }
    }

    /// The files in their places; reports the others.
    fn readable<'f>(&mut self, folder: &FolderLayout<'f>) -> Vec<(FileRole<'f>, &'f SourceFile)> {
        let mut readable: Vec<(FileRole<'f>, &'f SourceFile)> = Vec::new();
        for file in folder.files {
            let role = role_in(folder.root, &file.path);
            let only_once = matches!(role, FileRole::Platform | FileRole::Template(_));
            let is_second = only_once && readable.iter().any(|(other, _)| *other == role);
            if !self.report_place(role, &file.path, is_second, folder) {
                readable.push((role, file));
            }
        }
        readable
    }

    /// Reports a file that is not read because of its path, and says whether it did.
    fn report_place(
        &mut self,
        role: FileRole<'_>,
        path: &str,
        is_second: bool,
        folder: &FolderLayout<'_>,
    ) -> bool {
        match role {
            _ if is_second || role == FileRole::Misplaced => {
                match folder.misnamed.iter().find(|(misnamed, _)| *misnamed == path) {
                    Some((path, _)) => {
                        let is_there = |right: &str| folder.files.iter().any(|file| file.path == right);
                        self.diagnostics.extend(misnamed::finding(path, is_there));
                    }
                    None => self.report_misplaced(path),
                }
                true
            }
            FileRole::Test(name) => self.report_far_test(path, name, folder.mappings.get(name).copied()),
            FileRole::Organization(name) => {
                let first = folder.mappings.get(name).filter(|first| **first != path);
                if let Some(first) = first {
                    self.report_second_mapping(path, name, first);
                }
                first.is_some()
            }
            _ => false,
        }
    }

    fn report_second_mapping(&mut self, path: &str, name: &str, first: &str) {
        let message = format!("`{first}` and `{path}` both have the name `{name}`");
        let help = "either may be the copy: remove it, or give it another name if it is another organization's; \
                    the name of a mapping is unique, whatever its folder";
        let diagnostic = Diagnostic::new(Code::DuplicateOrganization, path, 0..0, message);
        self.diagnostics.push(diagnostic.related(first, 0..0, "also here").help(help));
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

    fn parse_all<'f>(&mut self, readable: Vec<(FileRole<'f>, &'f SourceFile)>) -> Vec<Parsed<'f>> {
        let roots = parallel_map::map(&readable, |(role, file)| parse(file, role.object()));
        let mut parsed = Vec::new();
        for ((role, file), root) in readable.into_iter().zip(roots) {
            match root {
                Ok((root, deferred)) => {
                    self.deferred.extend(deferred);
                    self.diagnostics.extend(yaml::cut_off_texts(&file.path, &file.text, &root));
                    parsed.push((role, file.path.as_str(), root));
                }
                Err(diagnostic) => {
                    self.diagnostics.push(*diagnostic);
                    if let FileRole::Template(name) = role {
                        self.templates.insert(name.to_owned(), None);
                    }
                }
            }
        }
        parsed
    }

    /// The parts of the platform; test files are kept for later.
    fn sections<'p>(&mut self, parsed: &'p [Parsed<'_>], folder: &FolderLayout<'_>) -> Sections<'p> {
        let mut sections = Sections::default();
        for (role, file, node) in parsed {
            match *role {
                FileRole::Platform => sections.platform = Some(Section { file, name: "platform", node }),
                FileRole::Template(name) => sections.templates.push(Section { file, name, node }),
                FileRole::Organization(name) if holds_cases_only(node) => {
                    let has_mapping = |tested: &str| folder.mappings.contains_key(tested);
                    self.diagnostics.push(misnamed::named_as_mapping(file, name, has_mapping));
                }
                FileRole::Organization(name) => sections.organizations.push(Section { file, name, node }),
                FileRole::Test(name) => self.keep_tests(file, name, node),
                FileRole::Misplaced => {}
            }
        }
        sections
    }

    fn keep_tests(&mut self, file: &str, name: &str, node: &Node) {
        let mut sink = DiagnosticSink { file, list: &mut self.diagnostics };
        let cases = Fields::read_file(node, &TESTS, &mut sink);
        if let Some(cases) = cases.and_then(|fields| fields.require("cases", &mut sink)) {
            self.tests.push(TestFile {
                path: file.to_owned(),
                cases: cases.clone(),
                organization: Some(name.to_owned()),
            });
        }
    }
}

/// Whether a file has test cases and nothing that a mapping has.
fn holds_cases_only(root: &Node) -> bool {
    let Kind::Map(members) = &root.kind else { return false };
    let has = |key: &str| members.iter().any(|(name, _)| name.value == key);
    has("cases") && !["connections", "rules", "use", "organization"].into_iter().any(has)
}
