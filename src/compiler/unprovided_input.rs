//! Rules for people of a directory that read what the directory does not provide.

use std::collections::BTreeSet;

use super::condition_truths::{Scope, Truths};
use super::lowered::LoweredRule;
use super::partial_input::with_included;
use crate::diagnostic::{Code, Diagnostic};
use crate::ids::Id as _;
use crate::language::directory::Directory;
use crate::language::model::{Condition, From, MetadataOf, Organization, OwnedSource, Platform, Tier};

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

/// Reports a connection whose groups a directory cannot have.
fn check_sources(scope: &DirectoryScope<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(connection) = scope.organization.connections.get(scope.directory.connection) else { return };
    let is_foreign = |source: &OwnedSource| match &source.from {
        From::Auth0Roles => true,
        From::Attribute { pointer, .. } => pointer.starts_with("/app_metadata/"),
        From::Provisioned => false,
    };
    if !connection.sources.iter().any(is_foreign) {
        return;
    }
    let message = format!(
        "logins through `{}` read groups that Auth0 holds, which no directory has",
        connection.name.value.escape_debug()
    );
    let help = "name another connection, or keep these groups in the directory and read them from the login";
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
        if !rule.excludes && !self.organization.default.is_empty() {
            return true;
        }
        let candidates = rule.expansions.iter().flat_map(|it| &it.candidates);
        let targets = with_included(rule.groups.iter().chain(candidates), self.platform);
        targets.iter().any(|target| self.is_of_application(target.index()) || self.is_beside(target.index()))
    }

    fn is_of_application(&self, group: usize) -> bool {
        self.platform.groups.get(group).is_some_and(|it| it.applications.contains(&self.application))
    }

    /// Whether a group is in a tier with one of the application's.
    fn is_beside(&self, group: usize) -> bool {
        let Some(name) = self.platform.groups.get(group).map(|it| it.name.value.as_str()) else {
            return false;
        };
        let position =
            |name: &str| self.platform.groups.binary_search_by(|it| it.name.value.as_str().cmp(name)).ok();
        let has = |tier: &Tier, fits: &dyn Fn(&str) -> bool| tier.groups.iter().any(|it| fits(&it.value));
        let mut tiers = self.platform.tiers.iter().filter(|tier| has(tier, &|it| it == name));
        tiers.any(|tier| has(tier, &|it| position(it).is_some_and(|at| self.is_of_application(at))))
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
            Condition::Client(_) => Some(Unprovided::Client),
            // These are known.
            Condition::Connection(_)
            | Condition::Strategy(_)
            | Condition::Organization(_)
            | Condition::Application(_) => None,
        }
    }

    fn missing<'r>(&self, pointer: &'r str) -> Option<Unprovided<'r>> {
        let is_provided = self.directory.provides.iter().any(|it| it.pointer.value == pointer);
        if is_provided { None } else { Some(Unprovided::Attribute(pointer)) }
    }
}

/// The position of the application that the people of a directory are provisioned in.
pub(super) fn application_of(directory: &Directory, platform: &Platform) -> Option<usize> {
    platform.applications.iter().position(|it| it.name.value == directory.application.value)
}
