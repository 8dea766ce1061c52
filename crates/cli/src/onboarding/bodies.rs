//! The bodies of requests, and the files of auth0-deploy-cli.
//!
//! Sources: the request types of the npm packages `auth0` 7.1 and `@qlik/api` 2.19, and `examples/directory` of
//! auth0-deploy-cli 8.44. `crates/standins/peers` compares the bodies with the types.

use serde_json::{Value as Json, json};

use super::facts::Facts;
use super::settings::{self, Setting};
use super::words::todo;

/// How long a ticket can be used, in seconds: five days, which is the longest that Auth0 allows.
const TICKET_SECONDS: u32 = 432_000;
/// How long a SCIM token is valid, in seconds: 90 days.
const TOKEN_SECONDS: u32 = 7_776_000;

const SCIM_METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// A request of the Management API or of Qlik Cloud.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// The method and the path.
    pub(crate) request: String,
    /// The file of its body, below the kit's folder.
    pub(crate) file: &'static str,
    pub(crate) body: Json,
    /// What it does.
    pub(crate) what: &'static str,
}

/// The requests that create what the customer needs in Auth0, in their order.
pub(crate) fn requests(facts: &Facts<'_>) -> Vec<Request> {
    let mut requests = vec![Request {
        request: "POST /api/v2/organizations".to_owned(),
        file: "auth0/api/organization.json",
        body: json!({ "name": facts.details.name, "display_name": facts.display() }),
        what: "creates the organization",
    }];
    if let Some(settings) = settings::settings(facts) {
        requests.push(Request {
            request: "POST /api/v2/connections".to_owned(),
            file: "auth0/api/connection.json",
            body: connection(facts, &settings),
            what: "creates the connection; with a ticket, the customer does that",
        });
    }
    requests.push(Request {
        request: "POST /api/v2/organizations/ID/enabled_connections".to_owned(),
        file: "auth0/api/organization-connection.json",
        body: json!({
            "connection_id": todo("the id of the connection, con_…"),
            "assign_membership_on_login": true,
            "show_as_button": true,
        }),
        what: "lets users of the connection into the organization; with a ticket, Auth0 does that",
    });
    let clients = facts.clients().into_iter().map(|client| json!({ "client_id": client, "status": true }));
    requests.push(Request {
        request: "PATCH /api/v2/connections/ID/clients".to_owned(),
        file: "auth0/api/connection-clients.json",
        body: clients.collect(),
        what: "enables the connection for the clients of the applications; with a ticket, Auth0 does that",
    });
    if facts.has_scim() {
        requests.push(Request {
            request: "POST /api/v2/connections/ID/scim-configuration".to_owned(),
            file: "auth0/api/scim-configuration.json",
            body: json!({}),
            what: "turns SCIM on with Auth0's default mapping, in which `blocked` follows `active`: *confirm*",
        });
        requests.push(Request {
            request: "POST /api/v2/connections/ID/scim-configuration/tokens".to_owned(),
            file: "auth0/api/scim-token.json",
            body: json!({ "scopes": scim_scopes(facts), "token_lifetime": TOKEN_SECONDS }),
            what: "makes the token that the customer enters in the identity provider; it is shown once",
        });
    }
    requests
}

/// The body of the self-service ticket, if the strategy has one.
pub(crate) fn ticket(facts: &Facts<'_>) -> Option<Request> {
    if !facts.guide.has_ticket {
        return None;
    }
    let organization =
        facts.organization_id().map_or_else(|| todo("the id of the organization, org_…"), str::to_owned);
    let mut body = json!({
        "connection_config": {
            "name": facts.connection.name,
            "display_name": facts.display(),
            "show_as_button": false,
        },
        "enabled_clients": facts.clients(),
        "enabled_organizations": [{
            "organization_id": organization,
            "assign_membership_on_login": true,
            "show_as_button": true,
        }],
        "ttl_sec": TICKET_SECONDS,
        "domain_aliases_config": { "domain_verification": "required" },
    });
    if let (true, Some(body)) = (facts.has_scim(), body.as_object_mut()) {
        let config = json!({ "scopes": scim_scopes(facts), "token_lifetime": TOKEN_SECONDS });
        body.insert("provisioning_config".to_owned(), config);
    }
    Some(Request {
        request: "POST /api/v2/self-service-profiles/ID/sso-ticket".to_owned(),
        file: "auth0/api/sso-ticket.json",
        body,
        what: "makes the ticket",
    })
}

/// Users, and groups only if the mapping reads them.
fn scim_scopes(facts: &Facts<'_>) -> Vec<String> {
    let kinds: &[&str] = if facts.reads_provisioned() { &["users", "groups"] } else { &["users"] };
    kinds.iter().flat_map(|kind| SCIM_METHODS.map(|method| format!("{method}:{kind}"))).collect()
}

fn connection(facts: &Facts<'_>, settings: &[(&'static str, Setting)]) -> Json {
    let mut body = json!({
        "name": facts.connection.name,
        "display_name": facts.display(),
        "strategy": facts.connection.strategy,
        "options": settings::for_api(settings),
    });
    hide_button(&mut body);
    body
}

/// Shows the connection to users of the organization only. A connection of the strategy `ad` never has a button.
fn hide_button(connection: &mut Json) {
    if let Some(members) = connection.as_object_mut().filter(|it| it.get("strategy") != Some(&"ad".into())) {
        members.insert("show_as_button".to_owned(), false.into());
    }
}

/// The files that auth0-deploy-cli imports, by their paths below its folder.
pub(crate) fn deploy_cli(facts: &Facts<'_>) -> Vec<(String, Json)> {
    let (name, connection) = (&facts.details.name, &facts.connection.name);
    let organization = json!({
        "name": name,
        "display_name": facts.display(),
        "connections": [{ "name": connection, "assign_membership_on_login": true, "show_as_button": true }],
    });
    let mut files = vec![(format!("organizations/{name}.json"), organization)];
    if let Some(settings) = settings::settings(facts) {
        let mut body = json!({
            "name": connection,
            "display_name": facts.display(),
            "strategy": facts.connection.strategy,
            "enabled_clients": facts.clients(),
            "options": settings::for_deploy_cli(&settings, name),
        });
        hide_button(&mut body);
        files.push((format!("connections/{connection}.json"), body));
    }
    files
}

/// The bodies that create the groups of Qlik Cloud.
pub(crate) fn qlik_groups(facts: &Facts<'_>) -> Json {
    let is_qlik = |name: &String| facts.qlik().any(|it| it.name == *name);
    let groups = facts.details.groups.iter().filter(|group| group.applications.iter().any(is_qlik));
    groups.map(|group| json!({ "name": group.name, "providerType": "idp", "status": "active" })).collect()
}

/// The body that lets Qlik Cloud create no groups at a login.
pub(crate) fn qlik_group_settings() -> Json {
    json!([{ "op": "replace", "path": "/autoCreateGroups", "value": false }])
}
