//! The role of each file, which follows from its path.

use crate::diagnostic::SourceFile;

use super::super::grammar::{ORGANIZATION, Object, PLATFORM, TEMPLATE, TESTS};
use super::super::misnamed::right_name;
use super::super::template;

/// The role of a file in a folder, which follows from its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileRole<'p> {
    Platform,
    Organization(&'p str),
    Test(&'p str),
    /// A template, by its name and version.
    Template(&'p str),
    Misplaced,
}

impl FileRole<'_> {
    /// The keys of such a file.
    pub(super) fn object(self) -> Option<&'static Object> {
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
pub(super) fn misnamed_in<'p>(files: &'p [SourceFile], root: Option<&str>) -> Vec<(&'p str, String)> {
    let right = |file: &'p SourceFile| {
        let path = file.path.as_str();
        let name = right_name(path)?;
        let folder = path.rsplit_once('/').map(|(folder, _)| format!("{folder}/"));
        let right = folder.unwrap_or_default() + &name;
        (role_in(root, &right) != FileRole::Misplaced).then_some((path, right))
    };
    files.iter().filter_map(right).collect()
}

/// The folder of a platform: the one with the `platform.yaml` that is in the fewest folders.
pub(super) fn root_of(files: &[SourceFile]) -> Option<&str> {
    let platforms = files.iter().map(|file| file.path.as_str());
    let platforms = platforms.filter(|path| role_of(path) == FileRole::Platform);
    let first = platforms.min_by_key(|path| (path.matches('/').count(), *path))?;
    Some(folder_of(first))
}

/// The role of a file in the folder of a platform. Below its `organizations/`, folders have any names.
pub(super) fn role_in<'p>(root: Option<&str>, path: &'p str) -> FileRole<'p> {
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
pub(super) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

pub(super) fn role_of(path: &str) -> FileRole<'_> {
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
