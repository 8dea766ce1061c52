//! Names that work against access and are written in another form than all other names of their connections.
//!
//! An excluding name that no directory sends lets people in, and nothing shows it.

use super::contradictions::connections_of;
use crate::language::model::{Connection, Organization, OwnedForm, Rule};
use crate::language::owned_source::From;
use crate::language::strategy::Strategy;
use crate::patterns::foreign::{Foreign, looks_like_dn, shown};

/// How a name is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    DistinguishedName,
    Domain,
    Name,
}

impl Form {
    fn of(text: &str) -> Self {
        let is_relative = ["CN=", "OU=", "UID="]
            .iter()
            .any(|first| text.get(..first.len()).is_some_and(|it| it.eq_ignore_ascii_case(first)));
        let has_domain = text.split_once('\\').is_some_and(|(domain, name)| {
            !domain.is_empty() && !name.is_empty() && !name.contains('\\') && !domain.contains(' ')
        });
        if is_relative || looks_like_dn(text) {
            Self::DistinguishedName
        } else if has_domain {
            Self::Domain
        } else {
            Self::Name
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Self::DistinguishedName => "a distinguished name",
            Self::Domain => "a name with a domain",
            Self::Name => "a name alone",
        }
    }
}

/// The forms of names that an organization's rules grant by, to compare others with them.
#[derive(Debug)]
pub(super) struct OtherForms<'o> {
    organization: &'o Organization,
    /// Each with the connections that its rule can fire for; `None` for a pattern that may match any form.
    known: Vec<(Option<Form>, Vec<&'o str>)>,
}

impl<'o> OtherForms<'o> {
    pub(super) fn of(organization: &'o Organization) -> Self {
        let mut known = Vec::new();
        for rule in &organization.rules {
            let connections: Vec<&str> = names_of(organization, rule).collect();
            let granting = rule.patterns_against_access().filter(|(_, is_against)| !is_against);
            for (patterns, _) in granting {
                for exact in &patterns.exact {
                    let mut ids = organization.aliases.iter().filter(|alias| alias.name.value == exact.value);
                    let text = ids.next().map_or(exact.value.as_str(), |alias| alias.id.value.as_str());
                    known.push((Some(Form::of(text)), connections.clone()));
                }
                for glob in &patterns.glob {
                    let text = glob.written.value.as_str();
                    let form = if may_have_any_form(text) { None } else { Some(Form::of(text)) };
                    known.push((form, connections.clone()));
                }
                known.extend(patterns.regex.iter().map(|_| (None, connections.clone())));
            }
        }
        Self { organization, known }
    }

    /// What is wrong with the form of a name that works against access.
    pub(super) fn find(&self, rule: &Rule, text: &str) -> Option<Foreign> {
        // What a template names is written for other customers as well.
        if rule.used.is_some() || self.organization.aliases.iter().any(|alias| alias.name.value == text) {
            return None;
        }
        let form = Form::of(text);
        let connections: Vec<&Connection> = connections_of(self.organization, rule).collect();
        let sources = || connections.iter().flat_map(|connection| &connection.sources);
        if sources().next().is_none() || sources().any(|source| source.form != OwnedForm::Plain) {
            return None;
        }
        if form != Form::Name && connections.iter().all(|connection| sends_names_alone(connection)) {
            return Some(foreign(text, form, Form::Name, "its connections send names alone"));
        }
        let is_near = |names: &[&str]| connections.iter().any(|it| names.contains(&it.name.value.as_str()));
        let mut others = self.known.iter().filter(|(_, names)| is_near(names)).map(|(form, _)| *form);
        let other = others.next()??;
        let differs = other != form && others.all(|it| it == Some(other));
        let why = || format!("every name in granting rules for its connections is {}", other.noun());
        differs.then(|| foreign(text, form, other, &why()))
    }
}

/// Whether a glob begins like one of names in any form.
pub(super) fn may_have_any_form(glob: &str) -> bool {
    glob.starts_with(['*', '?', '[', '{', '$'])
}

fn names_of<'o>(organization: &'o Organization, rule: &Rule) -> impl Iterator<Item = &'o str> {
    connections_of(organization, rule).map(|connection| connection.name.value.as_str())
}

/// Whether Auth0 builds the list of groups itself, from names without their place and domain.
fn sends_names_alone(connection: &Connection) -> bool {
    let is_default = |from: &From| matches!(from, From::Attribute { pointer, .. } if pointer == "/groups");
    matches!(connection.strategy, Strategy::Waad | Strategy::GoogleApps | Strategy::Ad)
        && connection.sources.iter().all(|source| is_default(&source.from))
}

fn foreign(text: &str, form: Form, other: Form, why: &str) -> Foreign {
    let message = format!("`{}` is {}, and {why}", shown(text), form.noun());
    let help = match (form, other) {
        (_, Form::DistinguishedName) => "write the whole distinguished name of the group".to_owned(),
        (_, Form::Domain) => "write the name with its domain, as the other rules do".to_owned(),
        (form, Form::Name) => match name_in(text, form) {
            Some(name) => format!("write `{}` if that is the group's name", shown(name)),
            None => "write the name alone".to_owned(),
        },
    };
    Foreign { message, help, says_if_right: false }
}

/// The name in a distinguished name, or after a domain.
fn name_in(text: &str, form: Form) -> Option<&str> {
    let name = match form {
        Form::DistinguishedName => text.split(',').next()?.split_once('=')?.1,
        Form::Domain => text.split_once('\\')?.1,
        Form::Name => text,
    };
    (!name.is_empty() && !name.contains('\\')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{
        alias, check_one, exact, exclude, glob, grant, lint_organization, names, of_template, organization,
        when,
    };
    use crate::diagnostic::Code;
    use crate::language::model::{Condition, Organization, Rule};

    fn found(granting: &str, rule: Rule) -> Vec<crate::diagnostic::Diagnostic> {
        let granting = grant("a", exact(&[granting]), &["x"]);
        lint_organization(&organization(vec![granting, rule]), Code::ForeignSyntax)
    }

    fn excluding(text: &str) -> Rule {
        exclude("b", exact(&[text]), &["x"])
    }

    const DN: &str = "CN=Guests,OU=Groups,DC=acme";

    #[test]
    fn names_in_another_form_than_all_others_are_reported() {
        check_one(
            &found("Staff", excluding(DN)),
            "is a distinguished name, and every name in granting rules for its connections is a name alone",
        );
        check_one(&found("Staff", excluding("CORP\\Guests")), "is a name with a domain");
        check_one(
            &found("CN=Staff,DC=acme", excluding("Guests")),
            "is a name alone, and every name in granting rules for its connections is a distinguished name",
        );
        check_one(&found("CORP\\Staff", excluding("Guests")), "is a name with a domain");
    }

    #[test]
    fn names_in_the_form_of_another_are_not_reported() {
        assert_eq!(found("CN=Staff,DC=acme", excluding(DN)), []);
        assert_eq!(found("Staff", excluding("Guests")), []);
        assert_eq!(found("Staff", grant("b", exact(&[DN]), &["x"])), [], "it gives less than was meant");
        assert_eq!(found("Staff", of_template(excluding(DN))), [], "other customers use it");
        let any = |text: &str| {
            let rules = vec![grant("a", glob(&[text]), &["x"]), excluding("CORP\\Guests")];
            lint_organization(&organization(rules), Code::ForeignSyntax)
        };
        assert_eq!(any("*-staff"), [], "the glob may match names with a domain");
        assert_eq!(any("CORP\\staff-*"), []);
        let elsewhere = when(excluding(DN), Condition::Connection(names(&["acme-saml"])));
        let granting = grant("a", exact(&["Staff"]), &["x"]);
        let granting = when(granting, Condition::Connection(names(&["acme-okta"])));
        assert_eq!(lint_organization(&organization(vec![granting, elsewhere]), Code::ForeignSyntax), []);
        let mut acme: Organization = organization(vec![grant("a", exact(&["Staff"]), &["x"]), excluding(DN)]);
        acme.aliases = vec![alias("CN=Staff,DC=acme", "Staff")];
        assert_eq!(lint_organization(&acme, Code::ForeignSyntax), []);
    }
}
