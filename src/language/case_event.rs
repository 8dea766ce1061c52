//! The post-login events that test cases describe.

use serde_json::{Map, Value as Json, json};

use super::case_groups::{at, wrap};
use super::date::read_date;
use super::diagnostic_sink::DiagnosticSink;
use super::fields::Fields;
use super::grammar::{Layout, METADATA, PROVISIONED_GROUP};
use super::model::{Application, Connection, From, Organization, Platform};
use super::name_checks::check_known;
use super::subject::Subject;
use super::values::{read_list, read_members, read_text, read_texts};
use super::wrong_type::Expected;
use super::yaml::{Kind, Node, Spanned};
use crate::diagnostic::Code;

/// The event of a case that contains it in raw form.
pub(crate) fn raw_event(
    case: &Fields<'_>,
    event: &Node,
    layout: Layout,
    sink: &mut DiagnosticSink<'_>,
) -> Json {
    let organization = match layout {
        Layout::Folder => [].as_slice(),
        Layout::SingleFile => &["organization"],
    };
    let others = ["application", "connection", "groups", "user", "email", "metadata", "auth0-roles"];
    for key in organization.iter().chain(&others) {
        if let Some(span) = case.key_span(key) {
            let message = format!("`event` describes the whole login, so `{key}` cannot be used next to it");
            let help = format!("remove `{key}`, or replace `event` by keys that describe the login");
            sink.report(Code::InvalidValue, span, message, help);
        }
    }
    if !matches!(event.kind, Kind::Map(_)) {
        sink.wrong_type(event, Subject::Key("event"), Expected::Mapping);
    }
    let mut event = to_json(event);
    add_circumstances(&mut event, case, None, sink);
    event
}

/// The event of a login to an application through a connection.
pub(crate) fn build_event(
    case: &Fields<'_>,
    platform: &Platform,
    organizations: &[&Organization],
    organization: Option<&Organization>,
    (layout, tenant): (Layout, usize),
    sink: &mut DiagnosticSink<'_>,
) -> Option<Json> {
    let application = case.require_text("application", sink).and_then(|wanted| {
        find(
            platform.applications.iter(),
            |application| &application.name.value,
            &wanted,
            (Code::UnknownApplication, "the platform has no application"),
            sink,
        )
    });
    let Some(organization) = organization else {
        if layout == Layout::SingleFile && case.is_missing("organization") && organizations.len() != 1 {
            let message = "a case needs the key `organization` if the file has several";
            let help = "add `organization` with the name that the organization has in this file".to_owned();
            sink.report(Code::MissingKey, &case.span, message, help);
        }
        return None;
    };
    let connection = match (case.text("connection", sink), organization.connections.as_slice()) {
        (Some(wanted), connections)
            if !organization.has_all_connections
                && !connections.iter().any(|connection| connection.name.value == wanted.value) =>
        {
            // It may be one that could not be read, which has been reported.
            None
        }
        (Some(wanted), connections) => find(
            connections.iter(),
            |connection| &connection.name.value,
            &wanted,
            (Code::UnknownConnection, "the mapping lists no connection"),
            sink,
        ),
        (None, [only]) => Some(only),
        (None, connections) => {
            if !connections.is_empty() && case.is_missing("connection") {
                let message = "a case needs the key `connection` if the mapping has several";
                let help = "add `connection` with the name of one of the mapping's connections".to_owned();
                sink.report(Code::MissingKey, &case.span, message, help);
            }
            None
        }
    };
    let (mut wrapped, mut roles) = (None, None);
    let user = match (case.get("groups"), case.get("user")) {
        (Some(node), None) => {
            let groups = read_texts(node, Subject::Key("groups"), sink);
            if connection.is_some_and(|connection| connection.sends_no_groups.is_some()) {
                let message = "the login's connection sends no groups, so the case cannot list any";
                let help =
                    "remove `groups`, and write the attributes of the login under `user`, or `user: {}`";
                let span = case.key_span("groups").unwrap_or(&node.span);
                sink.report(Code::InvalidValue, span, message, help.to_owned());
            }
            let source = connection.and_then(|connection| connection.sources.first());
            let value = source.and_then(|source| wrap(source, &groups, node, sink));
            match (value, source.map(|source| &source.from)) {
                (Some(value), Some(From::Attribute { pointer, .. })) => Some(at(pointer, value)),
                (Some(value), Some(From::Provisioned)) => {
                    wrapped = Some(value);
                    Some(json!({}))
                }
                (Some(value), Some(From::Auth0Roles)) => {
                    roles = Some(value);
                    Some(json!({}))
                }
                _ => None,
            }
        }
        (None, Some(node)) => {
            if !matches!(node.kind, Kind::Map(_)) {
                sink.wrong_type(node, Subject::Key("user"), Expected::Mapping);
            }
            Some(to_json(node))
        }
        (None, None) if case.get("provisioned").or(case.get("auth0-roles")).is_some() => Some(json!({})),
        (None, None) if case.is_any_misspelled(&["groups", "user", "provisioned", "auth0-roles"]) => None,
        (Some(_), Some(user)) => {
            let message = "the case has both `groups` and `user`, and `groups` is a short form of `user`";
            sink.report(Code::InvalidValue, &user.span, message, None);
            sink.help_last("remove `groups`, and write the groups under `user` as the identity provider sends them; or remove `user`");
            None
        }
        _ => {
            let message = "a case needs either `groups` or `user`";
            let help = "`groups` lists upstream groups, `user` contains the raw attributes of `event.user`";
            sink.report(Code::MissingKey, &case.span, message, help.to_owned());
            None
        }
    };
    let mut event =
        json!({ "client": {}, "connection": {}, "user": user.clone().unwrap_or_else(|| json!({})) });
    if let Some(client) = application.and_then(|application| application.clients_in(tenant).first()) {
        insert(&mut event, "client", "client_id", json!(client.value));
    }
    if let Some(Connection { name, strategy, .. }) = connection {
        insert(&mut event, "connection", "name", json!(name.value));
        insert(&mut event, "connection", "strategy", json!(strategy.name()));
    }
    if let Some(id) = organization.ids.get(tenant) {
        insert(&mut event, "organization", "id", json!(id.value));
        insert(&mut event, "organization", "name", json!(organization.name));
    }
    add_email(&mut event, case, sink);
    add_metadata(&mut event, case, organization, sink);
    add_roles(&mut event, case, roles, sink);
    add_circumstances(&mut event, case, wrapped, sink);
    // Missing parts have been reported. The function returns only here, so that all other keys are read too.
    user?;
    connection?;
    let application = application?;
    check_tenants(application, organization, platform, case, sink);
    if !organization.ids.is_in(tenant) {
        return None;
    }
    application.clients_in(tenant).first()?;
    Some(event)
}

/// Reports a login that no tenant can have.
fn check_tenants(
    application: &Application,
    organization: &Organization,
    platform: &Platform,
    case: &Fields<'_>,
    sink: &mut DiagnosticSink<'_>,
) {
    let tenants = &platform.tenants;
    let has_both = |tenant| organization.ids.is_in(tenant) && application.clients.is_in(tenant);
    if (0..tenants.count()).any(has_both) {
        return;
    }
    let message = format!(
        "no tenant has both the organization `{}` and the application `{}`",
        organization.name.escape_debug(),
        application.name.value.escape_debug()
    );
    let help = "correct `none` in one of the two, or remove the case".to_owned();
    sink.report(Code::MixedTenants, &case.span, message, help);
}

/// Sets a member of an object in the event, which is created if it is missing.
fn insert(event: &mut Json, object: &str, key: &str, value: Json) {
    let Some(members) = event.as_object_mut() else { return };
    let inner = members.entry(object).or_insert_with(|| json!({}));
    if !inner.is_object() {
        *inner = json!({});
    }
    if let Some(inner) = inner.as_object_mut() {
        inner.insert(key.to_owned(), value);
    }
}

fn add_email(event: &mut Json, case: &Fields<'_>, sink: &mut DiagnosticSink<'_>) {
    let Some(email) = case.text("email", sink) else { return };
    let good = email
        .value
        .split_once('@')
        .is_some_and(|(name, domain)| !name.is_empty() && !domain.is_empty() && !domain.contains('@'));
    if !good || email.value.contains(char::is_whitespace) {
        let message = format!("`{}` is not an e-mail address", email.value.escape_debug());
        let help =
            "write it as `name@example.com`; to test with another value, put it into `user`".to_owned();
        sink.report(Code::InvalidValue, &email.span, message, help);
        return;
    }
    if let (Some(span), Some(_)) = (case.key_span("email"), event.pointer("/user/email")) {
        let message = "`user` already contains the e-mail address";
        sink.report(Code::InvalidValue, span, message, None);
        sink.help_last("remove `email`, or the member of `user`");
    }
    insert(event, "user", "email", json!(email.value));
    insert(event, "user", "email_verified", json!(true));
}

fn add_metadata(
    event: &mut Json,
    case: &Fields<'_>,
    organization: &Organization,
    sink: &mut DiagnosticSink<'_>,
) {
    let Some(node) = case.get("metadata") else { return };
    let Some(fields) = Fields::read(node, &METADATA, sink) else { return };
    if let (Some(span), false) = (fields.key_span("organization"), organization.ids.has_values()) {
        let message =
            "the mapping does not have an Auth0 organization, so its logins do not have metadata of one";
        let help = "remove it, or add `organization` to the mapping".to_owned();
        sink.report(Code::InvalidValue, span, message, help);
    }
    for of in ["organization", "connection", "client"] {
        let Some(node) = fields.get(of) else { continue };
        let members = read_members(node, Subject::Key(of), sink).unwrap_or_default();
        let mut metadata = Map::new();
        for (key, node) in members {
            let text = read_text(node, Subject::Named(&key.value), sink);
            metadata.extend(text.map(|text| (key.value.clone(), Json::String(text.value))));
        }
        if of != "organization" || organization.ids.has_values() {
            insert(event, of, "metadata", Json::Object(metadata));
        }
    }
}

/// Adds the roles that the user has in Auth0. `wrapped` are those that the case lists under `groups`.
fn add_roles(event: &mut Json, case: &Fields<'_>, wrapped: Option<Json>, sink: &mut DiagnosticSink<'_>) {
    let stated = case.get("auth0-roles").map(|node| read_texts(node, Subject::Key("auth0-roles"), sink));
    if let (Some(span), Some(_)) = (case.key_span("auth0-roles"), &wrapped) {
        let message = "with this connection, `groups` already lists the roles of Auth0";
        sink.report(Code::InvalidValue, span, message, "keep one of the two".to_owned());
    }
    let names = |roles: Vec<Spanned<String>>| roles.into_iter().map(|role| role.value).collect::<Vec<_>>();
    if let Some(roles) = wrapped.or_else(|| stated.map(|roles| json!(names(roles)))) {
        insert(event, "authorization", "roles", roles);
    }
}

/// Adds what is not part of Auth0's event: the time and the provisioned groups. `wrapped` are the provisioned groups
/// that the case lists under `groups`.
fn add_circumstances(
    event: &mut Json,
    case: &Fields<'_>,
    wrapped: Option<Json>,
    sink: &mut DiagnosticSink<'_>,
) {
    if let Some((_, now)) = read_date(case, "now", sink) {
        insert(event, "claimsmith", "now", json!(now.value));
    }
    let stated = case.get("provisioned").and_then(|node| read_provisioned(node, sink));
    match (case.key_span("provisioned"), wrapped) {
        (Some(span), Some(_)) => {
            let message = "with this connection, `groups` already lists the provisioned groups";
            let help = "keep one of the two".to_owned();
            sink.report(Code::InvalidValue, span, message, help);
        }
        (_, groups) => {
            if let Some(mut groups) = groups.or(stated) {
                name_connection(event, &mut groups);
                insert(event, "claimsmith", "provisioned", groups);
            }
        }
    }
}

/// Assigns groups without a connection to the connection of the login, which receives an id if it has none.
fn name_connection(event: &mut Json, groups: &mut Json) {
    let Some(groups) = groups.as_array_mut() else { return };
    let connection = event.get("connection");
    if connection.is_none_or(|connection| connection.is_object() && connection.get("id").is_none()) {
        insert(event, "connection", "id", json!("con_login"));
    }
    // A raw event may test an id that is not text.
    let Some(id) = event.pointer("/connection/id").filter(|id| id.is_string()) else { return };
    for group in groups.iter_mut().filter_map(Json::as_object_mut) {
        group.entry("connection_id").or_insert_with(|| id.clone());
    }
}

/// The provisioned groups of a case: objects, or null if they are unavailable.
fn read_provisioned(node: &Node, sink: &mut DiagnosticSink<'_>) -> Option<Json> {
    match &node.kind {
        Kind::Text(text) if text == "unavailable" => return Some(Json::Null),
        Kind::List(_) => {}
        _ => {
            sink.wrong_type(node, Subject::Key("provisioned"), Expected::Provisioned);
            return None;
        }
    }
    let mut groups = Vec::new();
    for entry in read_list(node, Subject::Key("provisioned"), sink).unwrap_or_default() {
        if let Kind::Text(name) = &entry.kind {
            groups.push(json!({ "name": name }));
            continue;
        }
        let Some(fields) = Fields::read(entry, &PROVISIONED_GROUP, sink) else { continue };
        fields.require("name", sink);
        let mut group = Map::new();
        for key in ["name", "id", "external_id", "connection_id"] {
            let text = fields.text(key, sink);
            group.extend(text.map(|text| (key.to_owned(), Json::String(text.value))));
        }
        groups.push(Json::Object(group));
    }
    Some(Json::Array(groups))
}

pub(crate) fn find<'t, T>(
    all: impl Iterator<Item = &'t T> + Clone,
    name: impl Fn(&'t T) -> &'t String,
    wanted: &Spanned<String>,
    problem: (Code, &str),
    sink: &mut DiagnosticSink<'_>,
) -> Option<&'t T> {
    let found = all.clone().find(|it| *name(it) == wanted.value);
    if found.is_none() {
        check_known(wanted, || all.clone().map(|it| name(it).as_str()), problem, sink);
    }
    found
}

pub(crate) fn to_json(node: &Node) -> Json {
    match &node.kind {
        Kind::Null => Json::Null,
        Kind::Bool(value) => json!(value),
        Kind::Integer(value) => json!(value),
        Kind::Float(value) => json!(value),
        Kind::Text(text) => json!(text),
        Kind::List(entries) => Json::Array(entries.iter().map(to_json).collect()),
        Kind::Map(members) => {
            Json::Object(members.iter().map(|(name, value)| (name.value.clone(), to_json(value))).collect())
        }
    }
}
