//! What to do about a login that led to no mapping, or whose groups were not found.

use crate::bundle::index::{Bundle, Connection};
use crate::host::event::Event;
use crate::ids::ConnectionId;
use crate::outcome::Reason;

/// How many attributes of a login are listed.
const SHOWN: usize = 20;

pub(super) fn next_steps(
    bundle: &Bundle<'_>,
    event: &Event,
    reason: Reason,
    connection: Option<ConnectionId>,
) -> Vec<String> {
    match reason {
        Reason::UnknownOrganization => unknown_organization(bundle, event),
        Reason::UnknownConnection | Reason::OrganizationRequired => unknown_connection(bundle, event),
        Reason::AttributeAbsent => attribute_absent(connection.and_then(|id| bundle.connection(id)), event),
        _ => Vec::new(),
    }
}

fn unknown_organization(bundle: &Bundle<'_>, event: &Event) -> Vec<String> {
    let id = quoted(event.organization());
    let mut steps = Vec::new();
    for connection in connections_named(bundle, event.connection()) {
        let Some(organization) = bundle.organization(connection.organization) else { continue };
        let has = organization.id.map_or("names no organization".to_owned(), |id| format!("names `{id}`"));
        steps.push(format!(
            "the mapping `{}` lists this connection and {has}: if the login is one of this customer, correct its \
             `organization` to {id}",
            organization.name
        ));
    }
    steps.push(format!("if the customer is new, add a mapping with `organization:` {id}"));
    steps.push("an id begins with `org_`; the name of an organization is something else".to_owned());
    steps
}

fn unknown_connection(bundle: &Bundle<'_>, event: &Event) -> Vec<String> {
    let connection = quoted(event.connection());
    let found = event.organization().and_then(|id| bundle.find_organization(id));
    let mut steps = Vec::new();
    if let Some(organization) = found {
        let listed = organization.connections.clone();
        let listed = listed.filter_map(|at| bundle.connection(ConnectionId(at as u32)));
        let listed: Vec<String> = listed.map(|it| format!("`{}`", it.name)).collect();
        let name = organization.name;
        steps.push(format!("the mapping `{name}` lists {}", listed.join(", ")));
        steps.push(format!(
            "if {connection} belongs to this customer, add it under `connections` of `{name}`, spelled like this"
        ));
    } else {
        steps.push(format!(
            "if {connection} belongs to a customer, add it under `connections` of its mapping"
        ));
    }
    for other in connections_named(bundle, event.connection()) {
        let Some(other) = bundle.organization(other.organization) else { continue };
        steps.push(format!("the mapping `{}` lists a connection of this name", other.name));
    }
    steps
}

fn attribute_absent(connection: Option<&Connection<'_>>, event: &Event) -> Vec<String> {
    let attributes = event.attribute_types();
    let mut shown: Vec<String> =
        attributes.iter().take(SHOWN).map(|(pointer, kind)| format!("`{pointer}` ({kind})")).collect();
    if attributes.len() > SHOWN {
        shown.push(format!("and {} more", attributes.len() - SHOWN));
    }
    let mut steps = Vec::new();
    if shown.is_empty() {
        steps.push("the login carries no attributes at all".to_owned());
    } else {
        steps.push(format!("the login carries {}", shown.join(", ")));
    }
    let name = connection.map(|it| format!(" `{}`", it.name)).unwrap_or_default();
    steps.push(format!(
        "if one of these has the groups, name it with `from` under `groups` of the connection{name}"
    ));
    steps.push("if none has, let the identity provider send the groups".to_owned());
    steps
}

/// The connections of all organizations that have a name.
fn connections_named<'s, 'b>(
    bundle: &'s Bundle<'b>,
    name: Option<&'s str>,
) -> impl Iterator<Item = &'s Connection<'b>> {
    let all = (0..).map_while(|at| bundle.connection(ConnectionId(at)));
    all.filter(move |connection| Some(connection.name) == name)
}

fn quoted(name: Option<&str>) -> String {
    name.map_or("none".to_owned(), |name| format!("`{}`", name.escape_debug()))
}
