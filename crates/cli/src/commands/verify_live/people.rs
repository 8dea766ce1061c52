//! The people of a tenant, and what a login would give them.

use std::collections::BTreeSet;

use claimsmith::compiler::inspect::{ApplicationDetails, ConnectionDetails, OrganizationConnections};
use claimsmith::event::{Event, answer};
use claimsmith::{Bundle, Note, Outcome, Reason};
use claimsmith_connectors::Error;
use claimsmith_connectors::auth0::Auth0;
use claimsmith_lifecycle::live::{NOT_A_MEMBER, Person};
use serde_json::{Map, Value, json};

/// How many people of the connections were read, and how many there are, if Auth0 says so.
#[derive(Debug, Default)]
pub(super) struct Coverage {
    pub(super) read: usize,
    pub(super) total: usize,
}

/// Reads the people of an organization, through each of its connections.
pub(super) fn read(
    auth0: &Auth0,
    organization: &OrganizationConnections,
    application: &ApplicationDetails,
    bundle: &Bundle<'_>,
    (most, now, reads_metadata): (usize, f64, bool),
    coverage: &mut Coverage,
) -> Result<Vec<Person>, Error> {
    let mut people = Vec::new();
    let members = organization.id.as_deref().map(|id| auth0.member_ids(id)).transpose()?;
    for connection in &organization.connections {
        let found = auth0.profiles_of(&connection.name, most)?;
        coverage.read += found.profiles.len();
        coverage.total += found.total.unwrap_or(found.profiles.len());
        for profile in found.profiles {
            let text = |key: &str| profile.get(key).and_then(Value::as_str).map(str::to_owned);
            let Some(subject) = text("user_id") else { continue };
            let expected = if members.as_ref().is_some_and(|members| !members.contains(&subject)) {
                Err(NOT_A_MEMBER)
            } else if profile.get("blocked") == Some(&Value::Bool(true)) {
                Err("blocked")
            } else if reads_metadata {
                // Without the metadata, the condition would be false and not unknown.
                Err("condition-on-metadata")
            } else {
                expected(&profile, organization, connection, application, (bundle, now))
            };
            let (mapping, last_login) = (organization.name.clone(), text("last_login"));
            people.push(Person { subject, mapping, last_login, expected });
        }
    }
    Ok(people)
}

/// The groups of a login, or why they cannot be said.
fn expected(
    profile: &Map<String, Value>,
    organization: &OrganizationConnections,
    connection: &ConnectionDetails,
    application: &ApplicationDetails,
    (bundle, now): (&Bundle<'_>, f64),
) -> Result<BTreeSet<String>, &'static str> {
    let mut event = json!({
        "user": profile,
        "connection": { "name": connection.name, "strategy": connection.strategy },
        "client": { "client_id": application.clients.first() },
    });
    if let (Some(id), Some(members)) = (&organization.id, event.as_object_mut()) {
        members.insert("organization".to_owned(), json!({ "id": id }));
    }
    let event = Event::from_json(event).map_err(|_| "unreadable-profile")?.at(now);
    let answer = answer(bundle, &event);
    // A live login may have values that the profile lacks.
    if answer.notes.contains_key(Note::ConditionUnknown.code()) {
        return Err(Note::ConditionUnknown.code());
    }
    match (answer.outcome, answer.reason) {
        (Outcome::Groups, Reason::Ok) => Ok(answer.groups.into_iter().collect()),
        (_, reason) => Err(reason.code()),
    }
}
