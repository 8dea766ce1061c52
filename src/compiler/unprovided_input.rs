//! Rules for people of a directory that read what the directory does not provide.

use std::collections::BTreeSet;

use super::condition_truths::{Scope, Truths};
use super::lowered::LoweredRule;
use super::partial_input::with_included;
use crate::diagnostic::{Code, Diagnostic};
use crate::ids::{Id as _, TargetId};
use crate::language::directory::Directory;
use crate::language::model::{Condition, From, MetadataOf, Organization, OwnedSource, Platform};
use crate::language::yaml::Spanned;

/// What conditions read of a login with `email-domain`.
const EMAIL: [&str; 2] = ["/email", "/email_verified"];

/// Reports what the people of a directory would lose, or receive, because the directory hands over less than a login.
pub(super) fn check(
    organization: &Organization,
    rules: &[LoweredRule],
    platform: &Platform,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let Some(scope) = DirectoryScope::of(organization, platform) else { return };
    check_sources(&scope, diagnostics);
    let concerned: BTreeSet<&str> =
        rules.iter().filter(|rule| scope.concerns(rule)).map(|rule| rule.id.as_str()).collect();
    for rule in organization.rules.iter().filter(|rule| concerned.contains(rule.id.value.as_str())) {
        let Some(input) = rule.when.as_ref().and_then(|when| scope.unprovided(when)) else { continue };
        let message = format!("the rule reads {}, which the directory does not provide", input.what());
        let diagnostic = Diagnostic::new(Code::UnprovidedInput, &rule.file, rule.id.span.clone(), message);
        let (place, label) = match &rule.used {
            Some(used) => (used, "used here"),
            None => (&scope.directory.span, "its people receive what the rules grant"),
        };
        diagnostics.push(diagnostic.related(&organization.file, place.clone(), label).help(input.help()));
    }
}

/// Reports a connection whose groups a directory cannot hand over as a login has them.
fn check_sources(scope: &DirectoryScope<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(connection) = scope.organization.connections.get(scope.directory.connection) else { return };
    let is_foreign = |source: &OwnedSource| match &source.from {
        From::Auth0Roles => true,
        From::Attribute { pointer, .. } => pointer.split('/').nth(1) == Some("app_metadata"),
        From::Provisioned => false,
    };
    let read_alike = |one: &OwnedSource, other: &OwnedSource| {
        (&one.form, one.nfc, one.trim, &one.skip) == (&other.form, other.nfc, other.trim, &other.skip)
    };
    let name = connection.name.value.escape_debug();
    let (message, help) = match connection.sources.as_slice() {
        sources if sources.iter().any(is_foreign) => (
            format!("logins through `{name}` read groups that Auth0 holds, which no directory has"),
            "name another connection, or keep these groups in the directory and read them from the login",
        ),
        [first, rest @ ..] if !rest.iter().all(|it| read_alike(first, it)) => (
            format!(
                "logins through `{name}` read groups in several forms, and a directory hands over each group once"
            ),
            "name a connection whose sources have the same `form`, `normalize` and `skip`",
        ),
        _ => return,
    };
    let diagnostic = Diagnostic::new(
        Code::UnprovidedInput,
        &scope.organization.file,
        scope.directory.span.clone(),
        message,
    );
    let place = connection.name.span.clone();
    diagnostics.push(diagnostic.related(&scope.organization.file, place, "this connection").help(help));
}

/// What a rule reads that a directory does not provide.
enum Unprovided<'r> {
    /// A member of `event.user`.
    Attribute(&'r str),
    Metadata(MetadataOf),
    Client,
}

impl Unprovided<'_> {
    fn what(&self) -> String {
        match self {
            Self::Attribute(pointer) => format!("`{}` of the user", pointer.escape_debug()),
            Self::Metadata(of) => format!("`{}`", of.key()),
            Self::Client => "`client`, of which the application has several".to_owned(),
        }
    }

    fn help(&self) -> String {
        match self {
            Self::Attribute(pointer) => format!(
                "if the directory has the same value, add `{}` to its `provides`, with the name of the directory's attribute; otherwise make the rule independent of it, or keep the rule away from the application with `application` in its condition",
                pointer.escape_debug()
            ),
            Self::Metadata(_) | Self::Client => {
                "decide by the groups or the attributes of the user, or keep the rule away from the application with `application` in its condition".to_owned()
            }
        }
    }
}

/// A directory with the application that its people are provisioned in.
struct DirectoryScope<'m> {
    directory: &'m Directory,
    organization: &'m Organization,
    platform: &'m Platform,
    /// The position of the application.
    application: usize,
    conditions: Scope<'m>,
}

impl<'m> DirectoryScope<'m> {
    fn of(organization: &'m Organization, platform: &'m Platform) -> Option<Self> {
        let directory = organization.directory.as_ref()?;
        let application = application_of(directory, platform)?;
        let connection = organization.connections.get(directory.connection)?;
        let applications = platform.applications.get(application..=application)?;
        let conditions = Scope { connection, organization, applications };
        Some(Self { directory, organization, platform, application, conditions })
    }

    /// Whether a rule can decide about a group of the application.
    fn concerns(&self, rule: &LoweredRule) -> bool {
        // What is granted if no rule grants anything depends on all rules that grant.
        if !rule.excludes && self.has_default() {
            return true;
        }
        let candidates = rule.expansions.iter().flat_map(|it| &it.candidates);
        let targets = with_included(rule.groups.iter().chain(candidates), self.platform);
        targets.iter().any(|target| self.is_of_application(target.index()))
    }

    /// Whether the default of the whole mapping gives a group of the application.
    fn has_default(&self) -> bool {
        let position =
            |name: &str| self.platform.groups.binary_search_by(|it| it.name.value.as_str().cmp(name)).ok();
        let targets = self.organization.default.iter().filter_map(|it| position(&it.value));
        let targets: Vec<TargetId> = targets.filter_map(|at| u32::try_from(at).ok()).map(TargetId).collect();
        let targets = with_included(targets.iter(), self.platform);
        targets.iter().any(|target| self.is_of_application(target.index()))
    }

    fn is_of_application(&self, group: usize) -> bool {
        self.platform.groups.get(group).is_some_and(|it| it.applications.contains(&self.application))
    }

    /// What a condition reads that the directory does not provide, unless the rest of it decides.
    fn unprovided<'r>(&self, condition: &'r Condition) -> Option<Unprovided<'r>> {
        let truths = self.conditions.truths(condition);
        if truths == Truths::ALWAYS || truths == Truths::NEVER {
            return None;
        }
        match condition {
            Condition::All(all) | Condition::Any(all) => all.iter().find_map(|it| self.unprovided(it)),
            Condition::Not(inner) | Condition::FalseIfUnknown(inner) => self.unprovided(inner),
            Condition::User { attribute, .. } => self.missing(&attribute.value),
            Condition::EmailDomain(_) => EMAIL.into_iter().find_map(|it| self.missing(it)),
            Condition::Metadata { of, .. } => Some(Unprovided::Metadata(*of)),
            Condition::Client(_) if self.is_open_in_a_tenant(condition) => Some(Unprovided::Client),
            // These are known.
            Condition::Client(_)
            | Condition::Connection(_)
            | Condition::Strategy(_)
            | Condition::Organization(_)
            | Condition::Application(_) => None,
        }
    }

    /// Whether a tenant has several clients of the application, of which a test of the client is true for some.
    fn is_open_in_a_tenant(&self, test: &Condition) -> bool {
        self.conditions.applications.iter().any(|application| {
            application.clients.values().any(|(_, ids)| {
                let fits = |id: &Spanned<String>| test.fits_client(&application.name.value, Some(&id.value));
                ids.iter().any(|id| fits(id) != Some(false)) && ids.iter().any(|id| fits(id) != Some(true))
            })
        })
    }

    fn missing<'r>(&self, pointer: &'r str) -> Option<Unprovided<'r>> {
        // An attribute that the directory provides brings its members along.
        let is_in = |outer: &str| {
            pointer.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let is_provided = self.directory.provides.iter().any(|it| is_in(&it.pointer.value));
        if is_provided { None } else { Some(Unprovided::Attribute(pointer)) }
    }
}

/// The position of the application that the people of a directory are provisioned in.
pub(super) fn application_of(directory: &Directory, platform: &Platform) -> Option<usize> {
    platform.applications.iter().position(|it| it.name.value == directory.application.value)
}
