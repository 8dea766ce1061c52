//! Mappings of people who are read from a directory, and not from a login.
//!
//! The rules are those of the connection through which these people log in. What is different is the input: a directory
//! hands over all groups, each in the form in which a login has it, and of the user only the attributes that `provides`
//! names.

use serde_json::{Map, Value, json};

use super::lowered::LoweredConnection;
use super::unprovided_input::application_of;
use super::{CompiledPlatform, encode, lower};
use crate::host::event::Event;
use crate::language::directory::{DIRECTORY_GROUPS, Directory, ProvidedValue};
pub use crate::language::directory::{
    DISTINGUISHED_NAME, DirectoryKind, DirectorySearch, DirectoryUser, SearchScope,
};
use crate::language::model::{Application, From, OwnedShape, OwnedSkip, OwnedSource};
pub use crate::language::scim_settings::{GuardLimit, GuardSettings, ScimSettings};
use crate::login::source::{Absent, Combine, Identity};

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
    ///     organization: org_acme
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

    /// Where people and groups are, of a kind that is searched.
    pub fn search(&self) -> Option<&'p DirectorySearch> {
        self.directory.search.as_ref()
    }

    /// The property of a group that is its name at a login: `name` of Okta; `id` or `displayName` of Microsoft Entra; `email`
    /// or `name` of Google Workspace. `None` of other kinds.
    pub fn group_name(&self) -> Option<&'static str> {
        self.directory.group_name
    }

    /// The name of the application.
    pub fn application(&self) -> &'p str {
        &self.application.name.value
    }

    /// How the users and groups of the application's SCIM service are written.
    pub fn scim(&self) -> &'p ScimSettings {
        &self.application.scim
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
        let mut user = json!({ DIRECTORY_GROUPS: groups });
        for provided in &self.directory.provides {
            let value = match &provided.value {
                ProvidedValue::Constant(value) => Some(Value::Bool(*value)),
                ProvidedValue::Attribute(name) => attributes.get(name).map(|value| match value.as_array() {
                    // Directories have lists where an identity provider sends one value.
                    Some(all) if all.len() == 1 => all.first().cloned().unwrap_or_default(),
                    _ => value.clone(),
                }),
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
        from: From::Attribute { pointer: format!("/{DIRECTORY_GROUPS}"), identity: Identity::Login },
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
