//! The people of a tenant, and what a login would give them.

use std::collections::{BTreeMap, BTreeSet};

use claimsmith::compiler::inspect::{ApplicationDetails, ConnectionDetails, OrganizationConnections};
use claimsmith::event::{Event, answer};
use claimsmith::{Bundle, Note, Outcome, Reason};
use claimsmith_connectors::Error;
use claimsmith_connectors::auth0::Auth0;
use claimsmith_lifecycle::live::{NOT_A_MEMBER, Person};
use serde_json::{Map, Value, json};

/// What is read, of which application.
pub(super) struct Reading<'r> {
    pub(super) auth0: &'r Auth0,
    pub(super) application: &'r ApplicationDetails,
    pub(super) bundle: &'r Bundle<'r>,
    /// How many people of each connection.
    pub(super) most: usize,
    /// The time of the logins, in milliseconds since 1970.
    pub(super) now: f64,
}

/// What was read of the people.
#[derive(Debug, Default)]
pub(super) struct Coverage {
    /// How many people of the connections were read, and how many there are, if Auth0 says so.
    pub(super) read: usize,
    pub(super) total: usize,
    /// The subjects that have an e-mail address, by the address in lowercase.
    pub(super) emails: BTreeMap<String, BTreeSet<String>>,
    /// What could not be read, and why.
    pub(super) gaps: BTreeSet<String>,
}

impl Coverage {
    /// An answer; `None` if the credentials are not allowed to have it.
    fn allowed<T>(&mut self, what: &str, answer: Result<T, Error>) -> Result<Option<T>, Error> {
        match answer {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.status() == Some(403) => {
                self.gaps.insert(format!("{what}: {error}"));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// What a login through a connection has besides the profile.
struct Surroundings {
    event: Value,
    /// Whether the metadata that rules look at are in it.
    has_metadata: bool,
    reads_provisioned: bool,
}

/// Reads the people of an organization, through each of its connections.
pub(super) fn read(
    reading: &Reading<'_>,
    organization: &OrganizationConnections,
    reads_metadata: bool,
    coverage: &mut Coverage,
) -> Result<Vec<Person>, Error> {
    let mut people = Vec::new();
    let members = organization.id.as_deref().map(|id| reading.auth0.member_ids(id)).transpose()?;
    for connection in &organization.connections {
        let found = reading.auth0.profiles_of(&connection.name, reading.most)?;
        coverage.read += found.profiles.len();
        coverage.total += found.total.unwrap_or(found.profiles.len());
        let surroundings = surroundings(reading, organization, connection, reads_metadata, coverage)?;
        for profile in found.profiles {
            let text = |key: &str| profile.get(key).and_then(Value::as_str).map(str::to_owned);
            let Some(subject) = text("user_id") else { continue };
            if let Some(email) = text("email") {
                coverage.emails.entry(email.to_lowercase()).or_default().insert(subject.clone());
            }
            let expected = if members.as_ref().is_some_and(|members| !members.contains(&subject)) {
                Err(NOT_A_MEMBER)
            } else if profile.get("blocked") == Some(&Value::Bool(true)) {
                Err("blocked")
            } else if !surroundings.has_metadata {
                // Without the metadata, the condition would be false and not unknown.
                Err("condition-on-metadata")
            } else {
                let provisioned = match surroundings.reads_provisioned {
                    true => {
                        let groups = reading.auth0.provisioned_groups(&subject);
                        coverage.allowed("provisioned groups", groups)?
                    }
                    false => None,
                };
                expected(reading, &profile, surroundings.event.clone(), provisioned)
            };
            let (mapping, last_login) = (organization.name.clone(), text("last_login"));
            people.push(Person { subject, mapping, last_login, expected });
        }
    }
    Ok(people)
}

/// Reads of organization, connection and client what their logins have, if the mapping looks at it.
fn surroundings(
    reading: &Reading<'_>,
    organization: &OrganizationConnections,
    connection: &ConnectionDetails,
    reads_metadata: bool,
    coverage: &mut Coverage,
) -> Result<Surroundings, Error> {
    let reads_provisioned = connection.sources.iter().any(|source| source.from == "provisioned");
    let client_id = reading.application.clients.first();
    let mut event = json!({
        "connection": { "name": connection.name, "strategy": connection.strategy },
        "client": { "client_id": client_id },
    });
    let mut set = |owner: &str, key: &str, value: Value| {
        if let (Some(members), false) = (event.get_mut(owner).and_then(Value::as_object_mut), value.is_null())
        {
            members.insert(key.to_owned(), value);
        }
    };
    let mut has_metadata = true;
    if reads_metadata || reads_provisioned {
        let found = reading.auth0.find_connection(&connection.name);
        match coverage.allowed("connections", found)? {
            Some(Some(found)) => {
                set("connection", "id", found.id.into());
                set("connection", "metadata", found.metadata);
            }
            _ => has_metadata = !reads_metadata,
        }
    }
    if let (true, Some(client)) = (reads_metadata, client_id) {
        let found = coverage.allowed("clients", reading.auth0.client_metadata(client))?;
        has_metadata &= found.is_some();
        set("client", "metadata", found.unwrap_or_default());
    }
    if let Some(id) = &organization.id {
        let mut login = json!({ "id": id });
        if reads_metadata {
            let found = coverage.allowed("organizations", reading.auth0.organization(id))?.flatten();
            has_metadata &= found.is_some();
            let metadata = found.map(|found| json!(found.metadata));
            login = json!({ "id": id, "metadata": metadata });
        }
        if let Some(members) = event.as_object_mut() {
            members.insert("organization".to_owned(), login);
        }
    }
    Ok(Surroundings { event, has_metadata, reads_provisioned })
}

/// The groups of a login, or why they cannot be said.
fn expected(
    reading: &Reading<'_>,
    profile: &Map<String, Value>,
    mut event: Value,
    provisioned: Option<Vec<Value>>,
) -> Result<BTreeSet<String>, &'static str> {
    if let Some(members) = event.as_object_mut() {
        members.insert("user".to_owned(), profile.clone().into());
        if let Some(groups) = provisioned {
            members.insert("claimsmith".to_owned(), json!({ "provisioned": groups }));
        }
    }
    let event = Event::from_json(event).map_err(|_| "unreadable-profile")?.at(reading.now);
    let answer = answer(reading.bundle, &event);
    // A live login may have values that the profile lacks.
    if answer.notes.contains_key(Note::ConditionUnknown.code()) {
        return Err(Note::ConditionUnknown.code());
    }
    match (answer.outcome, answer.reason) {
        (Outcome::Groups, Reason::Ok) => Ok(answer.groups.into_iter().collect()),
        (_, reason) => Err(reason.code()),
    }
}
