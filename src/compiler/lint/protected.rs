//! Protected target groups that others than the customer's administrators could get hold of.

use super::super::model::{
    Connection, Effect, From, Matches, Organization, OwnedForm, OwnedShape, OwnedSource, Patterns, Platform,
    Rule,
};
use super::super::strategy::Strategy;
use super::super::yaml::Name;
use super::captures::can_name;
use super::contradictions::connections_of;
use super::fold::visible;
use super::in_rule;
use crate::diagnostic::{Code, Diagnostic};
use crate::letters;

/// Reports rules that grant a protected target group by a display name.
pub(super) fn lint(platform: &Platform, organization: &Organization, diagnostics: &mut Vec<Diagnostic>) {
    if !platform.groups.iter().any(|group| group.protected)
        || !organization.connections.iter().any(sends_display_names)
    {
        return;
    }
    for rule in &organization.rules {
        // Without the mark it can grant none.
        if rule.effect == Effect::Exclude || !rule.protected {
            continue;
        }
        let Some(group) = protected_group(platform, rule) else { continue };
        let Some(pattern) = forgeable_pattern(organization, rule) else { continue };
        let Some(connection) = connections_of(organization, rule).find(|it| sends_display_names(it)) else {
            continue;
        };
        let message = format!(
            "`{}` leads to the protected group `{}`, and `{}` sends display names, which others can give to a \
             group of their own",
            visible(&pattern.text),
            visible(group),
            visible(&connection.name.text)
        );
        diagnostics.push(in_rule((organization, rule), Code::ForgeableName, &pattern.span, message, None));
    }
}

/// A protected target group that a rule can grant.
fn protected_group<'p>(platform: &'p Platform, rule: &Rule) -> Option<&'p str> {
    let mut protected =
        platform.groups.iter().filter(|group| group.protected).map(|group| group.name.text.as_str());
    protected.find(|name| rule.groups.iter().any(|grant| can_name(&grant.text, name)))
}

/// Whether a connection sends names of groups although it could send their ids.
fn sends_display_names(connection: &Connection) -> bool {
    let names = |source: &OwnedSource| {
        let at_groups = matches!(&source.from, From::Attribute { pointer, .. } if pointer == "/groups");
        match (connection.strategy, &source.shape) {
            (Strategy::Waad, _) => at_groups && source.form == OwnedForm::Plain,
            (Strategy::GoogleApps, OwnedShape::List | OwnedShape::ListOrString) => at_groups,
            (Strategy::GoogleApps, OwnedShape::Objects(field)) => field == "name",
            _ => false,
        }
    };
    connection.sources.iter().any(names)
}

/// A pattern over display names that is enough for a rule to fire, where nothing else that it wants is an id.
fn forgeable_pattern<'r>(organization: &Organization, rule: &'r Rule) -> Option<&'r Name> {
    let Matches::Groups { any, all, .. } = &rule.matches else { return None };
    let of_any = any.iter().find_map(|patterns| first_name(organization, patterns));
    let mut of_all = Vec::new();
    for patterns in all {
        of_all.push(first_name(organization, patterns)?);
    }
    if any.is_empty() { of_all.first().copied() } else { of_any }
}

fn first_name<'r>(organization: &Organization, patterns: &'r Patterns) -> Option<&'r Name> {
    let is_id = |exact: &&Name| {
        let is_alias = |text: &str| {
            text == exact.text
                || patterns.ignore_case && letters::same_folded(text.as_bytes(), exact.text.as_bytes())
        };
        is_object_id(&exact.text)
            || organization.aliases.iter().any(|alias| is_alias(&alias.name.text) || is_alias(&alias.id.text))
    };
    let mut names = patterns.exact.iter().filter(|exact| !is_id(exact));
    names.next().or_else(|| patterns.glob.iter().chain(&patterns.regex).next())
}

/// Whether a text is an id such as `6f1c2a54-0e7e-4f5b-9b62-2f6d8e0c9a11`.
fn is_object_id(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::super::super::model::{
        Condition, Connection, Effect, Organization, OwnedShape, Patterns, Rule,
    };
    use super::super::super::strategy::Strategy;
    use super::super::samples::{
        alias, check_one, combined, connection, exact, exclude, glob, grant, lint_all, names, organization,
        platform, regex, rule, source, when,
    };
    use crate::diagnostic::{Code, Diagnostic};

    fn entra() -> Connection {
        connection("acme-entra", Strategy::Waad, source("/groups", OwnedShape::List))
    }

    fn acme(connection: Connection, rule: Rule) -> Organization {
        let mut acme = organization(vec![rule]);
        acme.connections.push(connection);
        acme.aliases = vec![alias("4711", "SG Admins")];
        acme
    }

    fn find_as_marked(connection: Connection, rule: Rule) -> Vec<Diagnostic> {
        let platform = platform(&["!admins", "!team-admins", "viewers"]);
        lint_all(&platform, &[acme(connection, rule)], Code::ForgeableName)
    }

    fn find(connection: Connection, rule: Rule) -> Vec<Diagnostic> {
        find_as_marked(connection, Rule { protected: true, ..rule })
    }

    fn admins(patterns: Patterns) -> Rule {
        grant("admins", patterns, &["viewers", "admins"])
    }

    #[test]
    fn a_protected_group_by_a_display_name_is_found() {
        let found = find(entra(), admins(exact(&["SG Admins", "Admins"])));
        check_one(
            &found,
            "`Admins` leads to the protected group `admins`, and `acme-entra` sends display names",
        );
        check_one(&find(entra(), admins(glob(&["SG *"]))), "`SG *`");
        check_one(&find(entra(), admins(regex(&["SG .*"]))), "`SG .*`");
        let expanded = grant("teams", glob(&["${team}"]), &["${team}-admins"]);
        check_one(&find(entra(), expanded), "protected group `team-admins`");
        let google = |shape| connection("g", Strategy::GoogleApps, source("/groups", shape));
        check_one(&find(google(OwnedShape::List), admins(exact(&["Admins"]))), "`g` sends display names");
        let objects = OwnedShape::Objects("name".to_owned());
        check_one(&find(google(objects), admins(exact(&["Admins"]))), "`g` sends display names");
        let both = combined(vec![exact(&["Admins"])], vec![glob(&["SG *"])], Vec::new());
        check_one(&find(entra(), rule("both", Effect::Grant, both, &["admins"])), "`Admins`");
    }

    fn check_none(connection: Connection, rule: Rule) {
        assert_eq!(find(connection, rule), []);
    }

    #[test]
    fn what_nobody_can_forge_is_not() {
        let unmarked = grant("teams", glob(&["${team}"]), &["${team}-admins"]);
        assert_eq!(find_as_marked(entra(), unmarked), [], "it cannot grant a protected group");
        check_none(entra(), grant("viewers", exact(&["Staff"]), &["viewers"]));
        check_none(entra(), admins(exact(&["SG Admins", "4711", "6f1c2a54-0e7e-4f5b-9b62-2f6d8e0c9a11"])));
        check_none(entra(), exclude("no-admins", exact(&["Admins"]), &["admins"]));
        let okta = Condition::Connection(names(&["acme-okta"]));
        check_none(entra(), when(admins(exact(&["Admins"])), okta));
        let not = Condition::Not(Box::new(Condition::Strategy(vec![(Strategy::Waad, 0..1)])));
        check_none(entra(), when(admins(exact(&["Admins"])), not));
        let ids = connection("ids", Strategy::Waad, source("/group_ids", OwnedShape::List));
        check_none(ids, admins(exact(&["Admins"])));
        let objects = OwnedShape::Objects("email".to_owned());
        check_none(
            connection("g", Strategy::GoogleApps, source("/groups", objects)),
            admins(exact(&["a@b"])),
        );
        let both = combined(vec![exact(&["Admins"])], vec![exact(&["SG Admins"])], Vec::new());
        check_none(entra(), rule("both", Effect::Grant, both, &["admins"]));
    }
}
