//! Files whose names are nearly those of mapping files.
//!
//! Nothing reads them, so a customer whose file is `acme.YAML` could not log in. The command passes them to the compiler
//! by their names, which reports each and says what to rename it to.

use crate::diagnostic::{Code, Diagnostic};

/// The endings with which a mapping file may have been saved, in lowercase; Windows adds `.txt` and hides it.
const ENDINGS: &[&str] = &[".yaml.txt", ".yml.txt", ".yaml", ".yml", ".ymal", ".yam"];

/// Folders in which a JSON file can only be meant as a mapping.
const FOLDERS: &[&str] = &["organizations", "templates"];

/// The name that a file should have in place of a nearly right one, such as `acme.test.yaml` for `acme.tests.yaml`.
///
/// `None` if the name is right, or that of another kind of file. The path has `/` between its parts.
pub(crate) fn right_name(path: &str) -> Option<String> {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let is_within = folder.split('/').any(|name| FOLDERS.contains(&name));
    let json = [".json"];
    let mut endings = ENDINGS.iter().chain(is_within.then_some(&json).into_iter().flatten());
    let stem = endings.find_map(|ending| without_ending(file, ending))?;
    let right = match [".test", ".tests"].iter().find_map(|ending| without_ending(stem, ending)) {
        Some(name) => format!("{name}.test.yaml"),
        None if !is_within && stem.eq_ignore_ascii_case("platform") => "platform.yaml".to_owned(),
        None => format!("{stem}.yaml"),
    };
    (right != file).then_some(right)
}

/// The finding about a file whose name is nearly right; `is_there` says whether a path is that of another file.
pub(crate) fn finding(path: &str, is_there: impl Fn(&str) -> bool) -> Option<Diagnostic> {
    let new = right_name(path)?;
    let (folder, name) = path.rsplit_once('/').map_or((None, path), |(folder, name)| (Some(folder), name));
    let right = folder.map_or_else(|| new.clone(), |folder| format!("{folder}/{new}"));
    let message = format!("`{name}` is nearly the name of a mapping file, so it is not read");
    let help = match is_there(&right) {
        true => format!("remove it, or move what it holds into `{new}`, which is there as well"),
        false if name.to_ascii_lowercase().ends_with(".json") => format!(
            "rename it to `{new}`, because JSON can be read as YAML; if it is not a mapping, move it to another folder"
        ),
        false => format!("rename it to `{new}`"),
    };
    Some(Diagnostic::new(Code::MisplacedFile, path, 0..0, message).help(help))
}

/// The finding about a file of cases that has the name of a mapping; `has_mapping` says whether there is a mapping of a
/// name.
pub(crate) fn named_as_mapping(path: &str, name: &str, has_mapping: impl Fn(&str) -> bool) -> Diagnostic {
    let tested = tested_by(name);
    let help = match tested {
        Some(tested) if has_mapping(tested) => format!("rename it to `{tested}.test.yaml`"),
        _ => "rename it to `NAME.test.yaml`, in which `NAME.yaml` is the mapping that it tests".to_owned(),
    };
    let message = format!("`{name}.yaml` holds cases, and has the name of a mapping");
    Diagnostic::new(Code::MisplacedFile, path, 0..0, message).help(help)
}

/// The name of the mapping that a file tests by its name, as in `test-acme` and `acme_tests`.
fn tested_by(name: &str) -> Option<&str> {
    let words = ["testcases", "test-cases", "test_cases", "tests", "test", "cases", "spec", "specs"];
    let lower = name.to_ascii_lowercase();
    let is_mark = |char: char| matches!(char, '-' | '_' | '.' | ' ');
    words.iter().find_map(|word| {
        let before = lower.strip_suffix(word).filter(|before| before.ends_with(is_mark));
        let after = lower.strip_prefix(word).filter(|after| after.starts_with(is_mark));
        let found = match (before, after) {
            (Some(before), _) => name.get(..before.len())?,
            (None, Some(after)) => name.get(name.len() - after.len()..)?,
            (None, None) => return None,
        };
        Some(found.trim_matches(is_mark)).filter(|found| !found.is_empty())
    })
}

/// A name without an ending, in any letter case; never an empty name.
fn without_ending<'n>(name: &'n str, ending: &str) -> Option<&'n str> {
    let (stem, end) = name.split_at_checked(name.len().checked_sub(ending.len())?)?;
    (!stem.is_empty() && end.eq_ignore_ascii_case(ending)).then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::{right_name, tested_by};

    #[test]
    fn names_of_files_of_cases_name_the_mapping_that_they_test() {
        for name in [
            "acme_test",
            "acme-test",
            "acme.tests",
            "test-acme",
            "Tests_acme",
            "acme.test-cases",
            "acme-spec",
        ] {
            let found = tested_by(name).expect(name);
            assert_eq!(found, "acme", "{name}");
        }
        for name in ["acme", "contest", "test", "-test", "testacme"] {
            assert_eq!(tested_by(name), None, "{name}");
        }
    }

    #[test]
    fn nearly_right_names_have_a_right_one() {
        for (path, right) in [
            ("m/organizations/x.yml", "x.yaml"),
            ("m/organizations/tyrell.YAML", "tyrell.yaml"),
            ("m/organizations/acme.yaml.txt", "acme.yaml"),
            ("m/organizations/emea/acme.json", "acme.yaml"),
            ("organizations/x.tests.yaml", "x.test.yaml"),
            ("organizations/acme.test.YAML", "acme.test.yaml"),
            ("organizations/acme.Test.yml", "acme.test.yaml"),
            ("m/Platform.yaml", "platform.yaml"),
            ("platform.YML", "platform.yaml"),
            ("m/templates/bi@1.Yaml", "bi@1.yaml"),
            ("organizations/käse.YAML", "käse.yaml"),
        ] {
            assert_eq!(right_name(path).as_deref(), Some(right), "{path}");
        }
    }

    #[test]
    fn right_names_and_other_kinds_of_files_have_none() {
        for path in [
            "m/platform.yaml",
            "m/organizations/acme.yaml",
            "m/organizations/acme.test.yaml",
            "m/organizations/acme-tests.yaml",
            "m/organizations/tests.yaml",
            "m/organizations/Platform.yaml",
            "m/organizations/acme.yaml.orig",
            "m/organizations/README.md",
            "m/package.json",
            "m/organizations/.json",
            "m/organizations/ö.é",
        ] {
            assert_eq!(right_name(path), None, "{path}");
        }
    }
}
