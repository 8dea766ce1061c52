//! Aliases that no pattern matches, and aliases that share a name.

use std::collections::HashMap;

use super::prepared::Prepared;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::model::{Alias, Organization};
use crate::patterns::foreign::looks_like_dn;
use crate::text::object_id::pack;
use crate::text::quotes::written;
use crate::text::visible::visible;

/// Reports aliases that no pattern matches, and those that share a name.
pub(super) fn lint(
    organization: &Organization,
    prepared: &Prepared<'_>,
    budget: &mut usize,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut known: HashMap<&str, &Alias> = HashMap::new();
    for alias in &organization.aliases {
        let at_name =
            |code, message| Diagnostic::new(code, &organization.file, alias.name.span.clone(), message);
        if let Some(first) = known.get(alias.name.value.as_str()) {
            let name = visible(&alias.name.value);
            let message = format!(
                "`{}` and `{}` are both called `{name}`",
                visible(&first.id.value),
                visible(&alias.id.value)
            );
            let diagnostic = at_name(Code::DuplicateAlias, message);
            diagnostics.push(diagnostic.related(
                &organization.file,
                first.name.span.clone(),
                "the other alias",
            ));
        } else {
            known.insert(&alias.name.value, alias);
        }
        let mut is_matched = |name: &str| !prepared.matching(name, budget).is_empty();
        if is_matched(&alias.name.value) {
            continue;
        }
        let is_id_matched = is_matched(&alias.id.value);
        if *budget == 0 {
            continue;
        }
        let [name, id] = [&alias.name, &alias.id].map(|it| it.value.as_str());
        if is_id(name) && !is_id(id) {
            let message = format!(
                "the alias calls `{}` by the id `{}`, which no pattern matches",
                visible(id),
                visible(name)
            );
            let help = format!(
                "write the id before the colon and the readable name after it: `{}: {}`",
                written(name),
                written(id)
            );
            diagnostics.push(at_name(Code::UnusedAlias, message).help(help));
        } else if !is_id_matched {
            let message =
                format!("no pattern of this mapping matches the alias `{}`", visible(&alias.name.value));
            diagnostics.push(at_name(Code::UnusedAlias, message));
        }
    }
}

/// Whether a text looks like an id that a directory makes, which no one reads: an object id, a security identifier, a
/// number, a group's id of Okta, or a distinguished name.
fn is_id(text: &str) -> bool {
    let is_digits = |text: &str| text.len() >= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_okta = |text: &str| {
        text.len() == 20 && text.starts_with("00g") && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    pack(text.to_ascii_lowercase().as_bytes()).is_some()
        || text.strip_prefix("S-1-").is_some_and(|rest| is_digits(&rest.replace('-', "")))
        || is_digits(text)
        || is_okta(text)
        || looks_like_dn(text)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{
        alias, check_one, combined, exact, glob, grant, ignoring_case, lint_organization, organization,
        regex, rule,
    };
    use crate::diagnostic::Code;
    use crate::language::model::{Effect, Organization, Patterns};

    fn acme(aliases: &[(&str, &str)], patterns: Patterns) -> Organization {
        let mut organization = organization(vec![grant("viewers", patterns, &["bi-viewers"])]);
        organization.aliases = aliases.iter().map(|(id, name)| alias(id, name)).collect();
        organization
    }

    fn check_unused(name: &str, patterns: Patterns) {
        let found = lint_organization(&acme(&[("4711", name)], patterns), Code::UnusedAlias);
        check_one(&found, &format!("no pattern of this mapping matches the alias `{name}`"));
    }

    fn check_used(name: &str, patterns: Patterns) {
        assert_eq!(lint_organization(&acme(&[("4711", name)], patterns), Code::UnusedAlias), []);
    }

    #[test]
    fn unused_alias_is_reported() {
        check_unused("SG Admins", exact(&["SG Developers"]));
        check_unused("SG Admins", exact(&["sg admins"]));
        check_unused("SG Admins", glob(&["SG *s-x", "*Devs", "sg *"]));
        check_unused("SG Admins", ignoring_case(glob(&["xsg *"])));
        check_unused("SG Admins", regex(&["sg .*", "SG [a-z]+"]));
    }

    #[test]
    fn reversed_alias_is_reported() {
        let id = "6f1c2a54-8f5e-4a39-9f0e-2b1d3c4e5f60";
        let others =
            ["S-1-5-21-3623811015-3361044348-30300820-1013", "4711", "00g1emaKYZTWRYYRRTSK", "CN=BI,DC=acme"];
        for id in [id, &id.to_uppercase()].into_iter().chain(others) {
            let reversed = acme(&[("SG Admins", id)], exact(&["SG Admins"]));
            let found = lint_organization(&reversed, Code::UnusedAlias);
            check_one(&found, &format!("the alias calls `SG Admins` by the id `{id}`"));
            assert!(found[0].help.contains(": 'SG Admins'`"), "{found:?}");
            assert_eq!(
                lint_organization(&acme(&[(id, "SG Admins")], exact(&["SG Admins"])), Code::UnusedAlias),
                []
            );
            // Rules that are written with ids, for a directory that sends names now.
            assert_eq!(lint_organization(&acme(&[("SG Admins", id)], exact(&[id])), Code::UnusedAlias), []);
        }
        check_used("SG Admins", exact(&["4711"]));
    }

    #[test]
    fn unused_alias_counts_name_id_and_every_pattern() {
        check_used("SG Admins", exact(&["SG Admins"]));
        check_used("SG Admins", exact(&["4711"]));
        check_used("SG Admins", glob(&["SG *"]));
        check_used("SG Admins", glob(&["* Admins"]));
        check_used("SG Admins", glob(&["SG ${team}"]));
        check_used("SG Admins", ignoring_case(exact(&["sg ADMINS"])));
        check_used("SG Admins", ignoring_case(glob(&["sg *"])));
        check_used("SG Admins", regex(&["SG .*"]));
        check_used("SG Admins", ignoring_case(regex(&["sg [a-z]+"])));
        check_used("SG Admins", ignoring_case(glob(&["[r-t]g *"])));
        let none = combined(vec![glob(&["x*"])], Vec::new(), vec![exact(&["SG Admins"])]);
        let mut organization = organization(vec![rule("viewers", Effect::Grant, none, &["bi-viewers"])]);
        organization.aliases = vec![alias("4711", "SG Admins")];
        assert_eq!(lint_organization(&organization, Code::UnusedAlias), []);
    }

    #[test]
    fn duplicate_alias_is_reported() {
        let aliases = [("4711", "SG Admins"), ("4712", "SG Admins")];
        let found = lint_organization(&acme(&aliases, exact(&["SG Admins"])), Code::DuplicateAlias);
        check_one(&found, "`4711` and `4712` are both called `SG Admins`");
        assert!(found[0].related.as_ref().expect("the first").span.start < found[0].span.start);
    }

    #[test]
    fn duplicate_alias_ignores_names_that_differ() {
        let aliases = [("4711", "SG Admins"), ("4712", "sg admins"), ("4713", "4711")];
        assert_eq!(lint_organization(&acme(&aliases, exact(&["SG Admins"])), Code::DuplicateAlias), []);
        assert_eq!(lint_organization(&acme(&[], exact(&["SG Admins"])), Code::DuplicateAlias), []);
    }
}
