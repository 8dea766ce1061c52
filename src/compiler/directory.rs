//! Mappings of people who are read from a directory, and not from a login.
//!
//! The rules are those of the connection through which these people log in. What is different is the input: a directory
//! hands over all groups, each in the form in which a login has it, and of the user only the attributes that `provides`
//! names.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::condition_truths::{Scope, Truths};
use super::lowered::{LoweredConnection, LoweredRule};
use super::partial_input::with_included;
use super::{CompiledPlatform, encode, lower};
use crate::diagnostic::{Code, Diagnostic};
use crate::host::event::Event;
use crate::ids::Id as _;
use crate::language::case_groups::at;
use crate::language::directory::{Directory, ProvidedValue};
pub use crate::language::directory::{DirectoryKind, DirectoryUser};
use crate::language::model::{
    Application, Condition, From, MetadataOf, Organization, OwnedShape, OwnedSkip, OwnedSource, Platform,
    Tier,
};
use crate::login::source::{Absent, Combine, Identity};

/// Where the event of a person has the groups, below `event.user`. Auth0 has no attribute of this name.
const GROUPS: &str = "/claimsmith_directory_groups";

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

fn application_of(directory: &Directory, platform: &Platform) -> Option<usize> {
    platform.applications.iter().position(|it| it.name.value == directory.application.value)
}

/// The mapping of the people of one organization's directory.
#[derive(Debug)]
pub struct DirectoryMapping<'p> {
    directory: &'p Directory,
    application: &'p Application,
    bundle: Vec<u8>,
    /// The event of everyone, without a user.
    event: Value,
}

impl<'p> DirectoryMapping<'p> {
    /// The mapping of an organization's people; `None` if the platform's tenant has no such organization, or if that has
    /// no directory, or the application has no client in the tenant.
    ///
    /// ```
    /// use claimsmith::Bundle;
    /// use claimsmith::compiler::compile_whole;
    /// use claimsmith::compiler::directory::DirectoryMapping;
    /// use claimsmith::diagnostic::SourceFile;
    /// use claimsmith::event::answer;
    ///
    /// let text = "\
    /// version: 1
    /// platform:
    ///   applications: { catalog: { clients: [client], claim: https://example.com/groups } }
    ///   groups: { stewards: { applications: [catalog], description: Keeps descriptions. } }
    /// organizations:
    ///   acme:
    ///     connections: { acme-okta: { strategy: okta } }
    ///     directory: { kind: file, application: catalog, provides: { /department: department } }
    ///     rules:
    ///       - id: data-office
    ///         match: { exact: Data Office }
    ///         when: { user: { attribute: /department, equals: Data } }
    ///         grant: stewards
    /// ";
    /// let file = SourceFile { path: "example.yaml".to_owned(), text: text.to_owned() };
    /// let platform = compile_whole(&file).platform.expect("no errors");
    /// let mapping = DirectoryMapping::of(&platform, "acme").expect("a directory");
    /// let bundle = Bundle::decode(mapping.bundle()).expect("just compiled");
    /// let attributes = serde_json::json!({ "department": "Data" });
    /// let event = mapping.event(&["Data Office", "Staff"], attributes.as_object().expect("an object"));
    /// assert_eq!(answer(&bundle, &event).groups, ["stewards"]);
    /// ```
    pub fn of(platform: &'p CompiledPlatform, name: &str) -> Option<Self> {
        let organization = platform.organizations().find(|it| it.name == name)?;
        let directory = organization.directory.as_ref()?;
        let all = &platform.model.platform;
        let application = all.applications.get(application_of(directory, all)?)?;
        let connection = organization.connections.get(directory.connection)?;
        let client = application.clients_in(platform.tenant).first()?;
        // Everything that it has to report was reported when the platform was compiled.
        let mut mapping = lower::lower(organization, all, platform.tenant, &mut Vec::new());
        for lowered in mapping.connections.iter_mut().filter(|it| it.name == connection.name.value) {
            read_from_directory(lowered);
        }
        let bundle = encode::encode(all, platform.tenant, vec![mapping], None).bundle;
        let mut event = json!({
            "connection": { "name": connection.name.value, "strategy": connection.strategy.name() },
            "client": { "client_id": client.value },
        });
        if let (Some(id), Some(members)) = (organization.ids.get(platform.tenant), event.as_object_mut()) {
            members.insert("organization".to_owned(), json!({ "id": id.value, "name": organization.name }));
        }
        Some(Self { directory, application, bundle, event })
    }

    /// The [`Bundle`](crate::Bundle) that evaluates the events of people.
    pub fn bundle(&self) -> &[u8] {
        &self.bundle
    }

    /// How the directory is read.
    pub fn kind(&self) -> DirectoryKind {
        self.directory.kind
    }

    /// The name of the application.
    pub fn application(&self) -> &'p str {
        &self.application.name.value
    }

    /// The directory's names of the attributes that become those of a user.
    pub fn user(&self) -> &'p DirectoryUser {
        &self.directory.user
    }

    /// The directory's names of the attributes that conditions read.
    pub fn provided_attributes(&self) -> impl Iterator<Item = &str> {
        self.directory.provides.iter().filter_map(|provided| match &provided.value {
            ProvidedValue::Attribute(name) => Some(name.as_str()),
            ProvidedValue::Constant(_) => None,
        })
    }

    /// The event of a person with groups and with the attributes of the directory, as a login would have it.
    ///
    /// The time is set with [`Event::at`].
    pub fn event(&self, groups: &[&str], attributes: &Map<String, Value>) -> Event {
        let mut user = at(GROUPS, json!(groups));
        for provided in &self.directory.provides {
            let value = match &provided.value {
                ProvidedValue::Constant(value) => Some(Value::Bool(*value)),
                ProvidedValue::Attribute(name) => attributes.get(name).cloned(),
            };
            if let Some(value) = value {
                insert_at(&mut user, &provided.pointer.value, value);
            }
        }
        let mut event = self.event.clone();
        if let Some(members) = event.as_object_mut() {
            members.insert("user".to_owned(), user);
        }
        Event::from_json(event).unwrap_or_default()
    }
}

/// Lets a connection read the groups that a directory hands over: a whole list, with each group in the form in which a
/// login has it.
fn read_from_directory(connection: &mut LoweredConnection) {
    let Some(first) = connection.sources.first() else { return };
    let source = OwnedSource {
        from: From::Attribute { pointer: GROUPS.to_owned(), identity: Identity::Login },
        shape: OwnedShape::List,
        nested: false,
        form: first.form.clone(),
        numbers: false,
        booleans: false,
        nfc: first.nfc,
        trim: first.trim,
        absent: Absent::Incomplete,
        null: Absent::Incomplete,
        skip: OwnedSkip { nulls: false, ..first.skip.clone() },
        overage: false,
        cap: None,
    };
    connection.sources = vec![source];
    connection.combine = Combine::All;
}

/// Sets a member at a JSON Pointer, with the objects above it. What is there already and is not an object stays.
fn insert_at(target: &mut Value, pointer: &str, value: Value) {
    let mut steps: Vec<String> =
        pointer.split('/').skip(1).map(|it| it.replace("~1", "/").replace("~0", "~")).collect();
    let Some(last) = steps.pop() else { return };
    let mut inner = target;
    for step in steps {
        let Some(members) = inner.as_object_mut() else { return };
        inner = members.entry(step).or_insert_with(|| json!({}));
    }
    if let Some(members) = inner.as_object_mut() {
        members.insert(last, value);
    }
}
