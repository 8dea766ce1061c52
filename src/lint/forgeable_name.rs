//! Protected target groups that people other than the customer's administrators could obtain.

use super::contradictions::connections_of;
use super::rule_diagnostic::in_rule;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::model::{
    Connection, Effect, From, Matches, Organization, OwnedForm, OwnedSource, Platform, Rule, TargetGroup,
};
use crate::language::strategy::Strategy;
use crate::language::yaml::Spanned;
use crate::login::source::Identity;
use crate::text::visible::visible;

/// Why a source can hold names that people other than the customer's administrators chose. This depends on what the
/// attribute holds, not on how it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Forgeable<'s> {
    /// Parts of one string: a name that contains the delimiter becomes several names.
    Delimited(&'s str),
    /// Display names of Entra.
    Entra,
    /// Display names of Google Workspace.
    Google,
    /// Names of the groups that Auth0 keeps.
    Provisioned,
    /// Common names from all organizational units.
    CommonNames,
    /// Names in distinguished names from all branches of the directory.
    Branches,
    /// Names after a Windows domain, from all domains.
    Domains,
}

impl Forgeable<'_> {
    /// What the connection does, and who can exploit it.
    fn problem(self) -> String {
        match self {
            Self::Delimited(delimiter) => format!(
                "splits a string at `{}`: anyone who can put that into the name of a group can forge any other group, also by its id",
                visible(delimiter)
            ),
            Self::Entra | Self::Google | Self::Provisioned => {
                "sends display names, which others can give to their own groups".to_owned()
            }
            Self::CommonNames => {
                "sends common names, which others can give to their own groups in another organizational unit"
                    .to_owned()
            }
            Self::Branches => {
                "reads groups from every branch of the directory, including those in which others can create groups".to_owned()
            }
            Self::Domains => "reads groups from every domain, including those in which others can create groups".to_owned(),
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::Delimited(_) => {
                "have the identity provider send a list (`shape: list`), or JSON (`shape: json`), or let the rule apply to other connections \
                 only, by `when`"
            }
            Self::Entra => {
                "read ids (`from: /group_ids`), match the group's object id, and give it a readable name under `aliases`"
            }
            Self::Google => {
                "turn on extended attributes, read addresses (`shape: objects` with `field: email`), and match the \
                 group's address"
            }
            Self::Provisioned => {
                "read ids (`field: external_id`, or `id`), match the group's id, and give it a readable name under `aliases`"
            }
            Self::CommonNames => {
                "have the connector send distinguished names, and limit them with `form: dn` and `below` to the branch of \
                 the groups that count"
            }
            Self::Branches => "limit the groups with `below` to the branch that counts",
            Self::Domains => "limit the groups with `domain` to the domain that counts",
        }
    }
}

/// Reports rules that grant a protected target group because of a name that others can forge.
pub(super) fn lint(platform: &Platform, organization: &Organization, diagnostics: &mut Vec<Diagnostic>) {
    if !platform.groups.iter().any(|group| group.protected) {
        return;
    }
    for rule in &organization.rules {
        // Without `protected: true` a rule cannot grant a protected group.
        if rule.effect == Effect::Exclude || !rule.protected {
            continue;
        }
        let Some(group) = protected_group(platform, rule) else { continue };
        let Some(pattern) = first_pattern(rule) else { continue };
        let of_connection = |connection| Some((connection, forgeable(organization, connection)?));
        let Some((connection, (sender, forgeable))) =
            connections_of(organization, rule).find_map(of_connection)
        else {
            continue;
        };
        let name = visible(&connection.name.value);
        let (reader, help) = if core::ptr::eq(connection, sender) {
            (format!("`{name}`"), forgeable.help())
        } else {
            let other = visible(&sender.name.value);
            let reader =
                format!("`{name}` reads the primary identity, which may be of `{other}`: that connection");
            (reader, "read the identity that logged in, with `identity: login`")
        };
        let message = format!(
            "`{}` leads to the protected group `{}`, and {reader} {}",
            visible(&pattern.value),
            visible(group),
            forgeable.problem()
        );
        let diagnostic = in_rule((organization, rule), Code::ForgeableName, &pattern.span, message, None);
        diagnostics.push(diagnostic.help(help));
    }
}

/// A protected target group that a rule can grant.
fn protected_group<'p>(platform: &'p Platform, rule: &Rule) -> Option<&'p str> {
    let mut protected =
        platform.groups.iter().filter(|group| group.protected).map(|group| group.name.value.as_str());
    let can_grant = |name: &str| rule.groups.iter().any(|grant| grant.can_name(name));
    protected.find(|name| {
        TargetGroup::with_including(&platform.groups, name).any(|group| can_grant(&group.name.value))
    })
}

/// The first of the patterns for which a rule fires; a rule for everyone does not have one.
///
/// Any pattern can be forged, even an id, because a group can be given any name.
fn first_pattern(rule: &Rule) -> Option<&Spanned<String>> {
    let Matches::Groups { any, all, .. } = &rule.matches else { return None };
    let mut sets = any.iter().chain(all);
    sets.find_map(|set| set.written().next())
}

/// Why one of the sources of a connection can hold names that others chose. One source is enough, because everything
/// that a connection sends is matched with the same patterns. The connection that is returned is the one whose strategy
/// sends such names.
fn forgeable<'o>(
    organization: &'o Organization,
    connection: &'o Connection,
) -> Option<(&'o Connection, Forgeable<'o>)> {
    connection.sources.iter().find_map(|source| {
        let is_primary = matches!(source.from, From::Attribute { identity: Identity::Primary, .. });
        // The primary identity may be from any connection.
        let others: &[Connection] = if is_primary { &organization.connections } else { &[] };
        core::iter::once(connection).chain(others).find_map(|it| Some((it, of_source(it.strategy, source)?)))
    })
}

fn of_source(strategy: Strategy, source: &OwnedSource) -> Option<Forgeable<'_>> {
    if let Some(delimiter) = source.shape.delimiter() {
        return Some(Forgeable::Delimited(delimiter));
    }
    // The last step of a path is the name of the member.
    let field = source.shape.field().map(member_name);
    let holds_names = match &source.from {
        From::Provisioned => field.is_none_or(is_name),
        From::Attribute { pointer, .. } => pointer == "/groups" && field.is_none_or(is_name),
        // The tenant's administrators name its roles and assign them; no identity provider can.
        From::Auth0Roles => return None,
    };
    match (&source.from, strategy) {
        (From::Provisioned, _) if holds_names => return Some(Forgeable::Provisioned),
        (From::Attribute { .. }, Strategy::Waad) if holds_names => return Some(Forgeable::Entra),
        (From::Attribute { .. }, Strategy::GoogleApps) if holds_names => return Some(Forgeable::Google),
        _ => {}
    }
    match &source.form {
        OwnedForm::DistinguishedName { below: None, .. } => Some(Forgeable::Branches),
        OwnedForm::DistinguishedName { .. } => None,
        _ if strategy == Strategy::Ad && holds_names => Some(Forgeable::CommonNames),
        OwnedForm::Domain { domain: None } => Some(Forgeable::Domains),
        OwnedForm::Domain { .. } | OwnedForm::Plain | OwnedForm::Email { .. } | OwnedForm::Path => None,
    }
}

/// The name of the member that a field names; of a path, its last step.
fn member_name(field: &str) -> &str {
    match field.strip_prefix('/') {
        Some(path) => path.rsplit('/').next().unwrap_or(path),
        None => field,
    }
}

/// Whether a member of a group's object is the group's name, rather than an id or an address.
fn is_name(field: &str) -> bool {
    ["name", "displayname", "display_name", "cn", "commonname"].contains(&field.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::super::samples::{
        alias, check_one, combined, connection, exact, exclude, glob, grant, lint_all, names, organization,
        platform, regex, rule, source, when,
    };
    use crate::diagnostic::{Code, Diagnostic};
    use crate::language::model::{
        Condition, Connection, Effect, From, Organization, OwnedForm, OwnedShape, OwnedSource, Patterns, Rule,
    };
    use crate::language::strategy::Strategy;

    use crate::login::dn::AttributeOf;
    use crate::login::source::Identity;

    fn entra() -> Connection {
        connection("acme-entra", Strategy::Waad, source("/groups", OwnedShape::List))
    }

    fn acme(connection: Connection, rule: Rule) -> Organization {
        let mut acme = organization(vec![rule]);
        acme.connections = vec![connection];
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

    fn objects(field: &str) -> OwnedShape {
        OwnedShape::Objects(field.to_owned())
    }

    fn dn(below: Option<&str>) -> OwnedForm {
        OwnedForm::DistinguishedName {
            attribute: "CN".to_owned(),
            of: AttributeOf::Entry,
            below: below.map(str::to_owned),
        }
    }

    /// Checks the message for a source, and that other forms of the source do not help unless they separate the names.
    fn check(strategy: Strategy, source: OwnedSource, problem: &str) {
        check_one(&find(connection("c", strategy, source), admins(exact(&["Admins"]))), problem);
    }

    fn check_silent(strategy: Strategy, source: OwnedSource) {
        assert_eq!(find(connection("c", strategy, source), admins(exact(&["Admins"]))), []);
    }

    #[test]
    fn forgeable_name_reports_display_names() {
        check_one(
            &find(entra(), admins(exact(&["Admins", "Others"]))),
            "`Admins` leads to the protected group `admins`, and `acme-entra` sends display names",
        );
        check_one(&find(entra(), admins(glob(&["SG *"]))), "`SG *`");
        check_one(&find(entra(), admins(regex(&["SG .*"]))), "`SG .*`");
        let expanded = grant("teams", glob(&["${team}"]), &["${team}-admins"]);
        check_one(&find(entra(), expanded), "protected group `team-admins`");
        let both = combined(vec![exact(&["Admins"])], vec![glob(&["SG *"])], Vec::new());
        check_one(&find(entra(), rule("both", Effect::Grant, both, &["admins"])), "`Admins`");
        // A group can have a name that looks like an id.
        check_one(&find(entra(), admins(exact(&["SG Admins"]))), "`SG Admins`");
        check_one(&find(entra(), admins(exact(&["6f1c2a54-0e7e-4f5b-9b62-2f6d8e0c9a11"]))), "`6f1c2a54");
    }

    #[test]
    fn forgeable_name_depends_on_the_attribute_and_not_on_its_form() {
        let list = || OwnedShape::List;
        for form in [
            OwnedForm::Domain { domain: None },
            OwnedForm::Domain { domain: Some("ACME".to_owned()) },
            OwnedForm::Email { domain: None },
            OwnedForm::Email { domain: Some("acme.example".to_owned()) },
            OwnedForm::Path,
            dn(None),
            dn(Some("OU=Groups,DC=acme")),
        ] {
            for strategy in [Strategy::Waad, Strategy::GoogleApps] {
                check(
                    strategy,
                    OwnedSource { form: form.clone(), ..source("/groups", list()) },
                    "display names",
                );
            }
        }
        for shape in [
            OwnedShape::ListOrString,
            OwnedShape::Text,
            OwnedShape::Json(None),
            OwnedShape::Json(Some("name".to_owned())),
            objects("name"),
            objects("displayName"),
        ] {
            check(Strategy::Waad, source("/groups", shape.clone()), "display names");
            check(Strategy::GoogleApps, source("/groups", shape.clone()), "display names");
        }
        let tidied = OwnedSource { nfc: true, trim: true, ..source("/groups", list()) };
        check(Strategy::Waad, tidied, "display names");
        check_silent(Strategy::Waad, source("/group_ids", list()));
        check_silent(Strategy::GoogleApps, source("/groups", objects("email")));
        check_silent(Strategy::GoogleApps, source("/groups", objects("id")));
        check_silent(Strategy::Samlp, source("/groups", list()));
        check_silent(Strategy::Okta, source("/federated_groups", OwnedShape::Json(None)));
    }

    #[test]
    fn forgeable_name_reports_every_delimited_source() {
        let delimited = |from: &str| source(from, OwnedShape::Delimited(",".to_owned()));
        for strategy in [Strategy::Okta, Strategy::Oidc, Strategy::Samlp, Strategy::Ad, Strategy::Other] {
            check(strategy, delimited("/memberships"), "splits a string at `,`");
        }
        check(Strategy::Waad, delimited("/group_ids"), "splits a string at `,`");
        let okta = || connection("acme-okta", Strategy::Okta, delimited("/federated_groups"));
        check_one(&find(okta(), admins(exact(&["4711"]))), "also by its id");
        check_one(&find(okta(), admins(exact(&["SG Admins"]))), "`acme-okta` splits a string");
        let of_branch = OwnedSource { form: dn(Some("OU=Groups,DC=acme")), ..delimited("/memberOf") };
        check(Strategy::Samlp, of_branch, "splits a string");
    }

    #[test]
    fn forgeable_name_reports_directories_without_a_branch() {
        check(Strategy::Ad, source("/groups", OwnedShape::List), "sends common names");
        check(Strategy::Ad, source("/groups", objects("cn")), "sends common names");
        check_silent(Strategy::Ad, source("/groups", objects("objectGUID")));
        check_silent(Strategy::Ad, source("/memberOf", OwnedShape::List));
        for strategy in [Strategy::Ad, Strategy::Adfs, Strategy::Samlp] {
            let with = |form| OwnedSource { form, ..source("/memberOf", OwnedShape::List) };
            check(strategy, with(dn(None)), "from every branch of the directory");
            check_silent(strategy, with(dn(Some("OU=Groups,DC=acme"))));
            check(strategy, with(OwnedForm::Domain { domain: None }), "from every domain");
            check_silent(strategy, with(OwnedForm::Domain { domain: Some("ACME".to_owned()) }));
            check_silent(strategy, with(OwnedForm::Path));
            check_silent(strategy, with(OwnedForm::Email { domain: Some("acme.example".to_owned()) }));
        }
    }

    #[test]
    fn forgeable_name_reports_names_of_provisioned_groups() {
        let provisioned = |field: &str| OwnedSource { from: From::Provisioned, ..source("", objects(field)) };
        for strategy in [Strategy::Waad, Strategy::Okta, Strategy::Samlp] {
            check(strategy, provisioned("name"), "display names");
            check_silent(strategy, provisioned("id"));
            check_silent(strategy, provisioned("external_id"));
        }
    }

    #[test]
    fn forgeable_name_checks_every_source_and_the_primary_identity() {
        let ids = source("/group_ids", OwnedShape::List);
        let mut both = connection("both", Strategy::Waad, ids.clone());
        both.sources.push(source("/groups", OwnedShape::List));
        check_one(&find(both, admins(exact(&["4711"]))), "`both` sends display names");

        let primary = From::Attribute { pointer: "/groups".to_owned(), identity: Identity::Primary };
        let saml = connection("saml", Strategy::Samlp, OwnedSource { from: primary, ..ids.clone() });
        let rule = Rule { protected: true, ..admins(exact(&["Admins"])) };
        let rule = when(rule, Condition::Connection(names(&["saml"])));
        let mut acme = acme(saml, rule);
        let platform = platform(&["!admins", "viewers"]);
        assert_eq!(lint_all(&platform, core::slice::from_ref(&acme), Code::ForgeableName), []);
        // The account with the groups may have come through Entra.
        acme.connections.push(connection("ids", Strategy::Waad, ids));
        let found = lint_all(&platform, &[acme], Code::ForgeableName);
        let message =
            "`saml` reads the primary identity, which may be of `ids`: that connection sends display names";
        check_one(&found, message);
        assert!(found.iter().all(|it| it.help.contains("`identity: login`")), "{found:?}");
    }

    fn check_none(connection: Connection, rule: Rule) {
        assert_eq!(find(connection, rule), []);
    }

    #[test]
    fn forgeable_name_ignores_ids_lists_and_exclusions() {
        let unmarked = grant("teams", glob(&["${team}"]), &["${team}-admins"]);
        assert_eq!(find_as_marked(entra(), unmarked), [], "it cannot grant a protected group");
        check_none(entra(), grant("viewers", exact(&["Staff"]), &["viewers"]));
        check_none(entra(), exclude("no-admins", exact(&["Admins"]), &["admins"]));
        let okta = Condition::Connection(names(&["acme-okta"]));
        check_none(entra(), when(admins(exact(&["Admins"])), okta));
        let not = Condition::Not(Box::new(Condition::Strategy(vec![(Strategy::Waad, 0..1)])));
        check_none(entra(), when(admins(exact(&["Admins"])), not));
    }
}
