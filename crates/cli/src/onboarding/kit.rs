//! The files of a kit.

use super::bodies;
use super::facts::Facts;
use super::parts::parts;
use super::samples::{self, pretty};
use super::terraform;

/// A file of a kit.
#[derive(Clone, Debug)]
pub(crate) struct KitFile {
    /// Below the kit's folder, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl KitFile {
    fn new(path: impl Into<String>, text: String) -> Self {
        Self { path: path.into(), text }
    }
}

/// What begins the text of a place that a person has to fill in.
pub(super) const TODO: &str = "TODO: ";

/// A file that people have filled in, with what is known now in place of its `TODO`s; `None` if it differs from the file
/// as it would be written now by more than that.
pub(crate) fn filled(found: &str, new: &str) -> Option<String> {
    if found.lines().count() != new.lines().count() {
        return None;
    }
    let mut text = String::with_capacity(found.len());
    for (found, new) in found.split_inclusive('\n').zip(new.split_inclusive('\n')) {
        let is_row = found.starts_with('|') && new.starts_with('|');
        if !is_row {
            text.push_str(chosen(found, new)?);
            continue;
        }
        let (found, new): (Vec<&str>, Vec<&str>) =
            (found.split_inclusive('|').collect(), new.split_inclusive('|').collect());
        if found.len() != new.len() {
            return None;
        }
        for (found, new) in found.into_iter().zip(new) {
            text.push_str(chosen(found, new)?);
        }
    }
    Some(text)
}

/// Of two texts for the same place, the one that is not to be filled in; `None` if both have something.
fn chosen<'t>(found: &'t str, new: &'t str) -> Option<&'t str> {
    match (found.contains(TODO), new.contains(TODO)) {
        _ if found == new => Some(found),
        (true, false) => Some(new),
        (false, true) => Some(found),
        _ => None,
    }
}

/// All files of a kit but its page, with the parts first.
pub(crate) fn files(facts: &Facts<'_>) -> Vec<KitFile> {
    let mut files: Vec<KitFile> =
        parts(facts).into_iter().map(|(path, text)| KitFile::new(path, text)).collect();
    for request in bodies::requests(facts).into_iter().chain(bodies::ticket(facts)) {
        files.push(KitFile::new(request.file, pretty(&request.body)));
    }
    for (path, json) in bodies::deploy_cli(facts) {
        files.push(KitFile::new(format!("auth0/deploy-cli/{path}"), pretty(&json)));
    }
    files.push(KitFile::new("auth0/terraform/onboarding.tf", terraform::module(facts)));
    if facts.qlik().next().is_some() {
        files.push(KitFile::new("qlik-cloud/groups.json", pretty(&bodies::qlik_groups(facts))));
        files.push(KitFile::new("qlik-cloud/group-settings.json", pretty(&bodies::qlik_group_settings())));
    }
    files.extend(samples::files(facts).into_iter().map(|(path, text)| KitFile::new(path, text)));
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_replaces_todos_and_nothing_else() {
        let found = "# Pilot\n| who | TODO: the users (`--pilot`) | TODO: a date |\nOwner: Zoe\n";
        let check =
            |new: &str, expected: Option<&str>| assert_eq!(filled(found, new).as_deref(), expected, "{new}");
        check(
            "# Pilot\n| who | Ann, Bob | TODO: a date |\nOwner: TODO: the owner\n",
            Some("# Pilot\n| who | Ann, Bob | TODO: a date |\nOwner: Zoe\n"),
        );
        check(found, Some(found));
        check("# Pilots\n| who | Ann | TODO: a date |\nOwner: Zoe\n", None);
        check("# Pilot\n| who | Ann |\nOwner: Zoe\n", None);
        check("# Pilot\nOwner: Zoe\n", None);
        // One TODO does not take the place of another one.
        check("# Pilot\n| who | TODO: other users | TODO: a date |\nOwner: Zoe\n", None);
    }
}
