//! What an onboarding lacks in its Auth0 tenant, which is only read.

use claimsmith::compiler::{CompiledPlatform, Tenant};
use claimsmith_connectors::auth0::{Auth0, Settings};
use claimsmith_connectors::http::Options;
use claimsmith_lifecycle::tenant::Connection;
use serde_json::Value as Json;

use super::block_gaps;
use crate::onboarding::{Facts, Found, Gap};
use crate::packaging::MappingPlace;

const SCOPES: [&str; 3] = ["read:organizations", "read:organization_connections", "read:connections"];
const SCIM_SCOPE: &str = "read:scim_config";
/// Whether logins take a block depends on the Action.
const BLOCK_SCOPE: &str = "read:actions";

/// Variables that hold credentials.
const CREDENTIALS: [&str; 3] = ["AUTH0_CLIENT_SECRET", "AUTH0_CLIENT_SIGNING_KEY_PATH", "AUTH0_ACCESS_TOKEN"];

/// Whether the environment has credentials.
pub(super) fn has_credentials() -> bool {
    CREDENTIALS.iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// What the tenant lacks, and what should be known about it: nothing if the platform declares no tenant, which is a gap of
/// the mapping files.
///
/// # Errors
///
/// If the tenant cannot be asked.
pub(super) fn find(
    facts: &Facts<'_>,
    platform: &CompiledPlatform,
    settings: &Settings,
) -> anyhow::Result<Found> {
    let Some(tenant) = platform.tenant() else { return Ok(Found::default()) };
    let mut scopes = SCOPES.to_vec();
    if facts.has_scim() {
        scopes.push(SCIM_SCOPE);
    }
    if let MappingPlace::Block(_) = facts.place {
        scopes.push(BLOCK_SCOPE);
    }
    let auth0 = Auth0::connect(tenant, settings, &scopes, Options::default())?;
    let mut found = Found::default();
    let mut organization = None;
    if let Some(id) = facts.organization_id() {
        organization = auth0.organization(id)?;
        if organization.is_none() {
            found.gaps.push(gap(
                tenant,
                format!("there is no organization `{id}`; create it with auth0/api/organization.json"),
            ));
        }
    }
    if let Some(organization) = &organization {
        block_gaps::find(facts, platform, &auth0, organization, &mut |what, is_note| {
            let list = if is_note { &mut found.notes } else { &mut found.gaps };
            list.push(gap(tenant, what));
        })?;
    }
    let name = &facts.connection.name;
    let Some(connection) = auth0.find_connection(name)? else {
        found.gaps.push(gap(tenant, format!("there is no connection `{name}`; send the ticket, or create it with auth0/api/connection.json")));
        return Ok(found);
    };
    found.gaps.extend(of_options(facts, &connection).into_iter().map(|what| gap(tenant, what)));
    if let Some(organization) = organization {
        let enabled = auth0.organization_connections(&organization.id)?;
        match enabled.iter().find(|it| it.connection_id == connection.id) {
            None => found.gaps.push(gap(tenant, format!("the connection `{name}` is not enabled for the organization; use auth0/api/organization-connection.json"))),
            Some(it) if !it.assign_membership_on_login => {
                found.gaps.push(gap(tenant, format!("users of `{name}` do not become members at their login; without `assign_membership_on_login`, each has to be added")));
            }
            Some(_) => {}
        }
    }
    let clients = auth0.connection_clients(&connection.id)?;
    for application in &facts.details.applications {
        for client in application.clients.iter().filter(|client| !clients.contains(client)) {
            found.gaps.push(gap(tenant, format!("the connection `{name}` is not enabled for the client `{client}` of `{}`; use auth0/api/connection-clients.json", application.name)));
        }
    }
    if facts.has_scim() && !auth0.takes_scim(&connection.id)? {
        found.gaps.push(gap(
            tenant,
            format!("the connection `{name}` takes no SCIM; use auth0/api/scim-configuration.json"),
        ));
    }
    Ok(found)
}

fn gap(tenant: &Tenant, what: String) -> Gap {
    Gap::new(format!("tenant {}", tenant.domain()), what)
}

/// What is wrong with a connection. Values of options are not printed: they may be secrets.
fn of_options(facts: &Facts<'_>, connection: &Connection) -> Vec<String> {
    let name = &connection.name;
    let mut found = Vec::new();
    let strategy = facts.connection.strategy;
    if strategy != "other" && connection.strategy != strategy {
        found.push(format!("the connection `{name}` has another strategy than `{strategy}`; correct the mapping, or make another connection"));
    }
    let option = |key: &str| connection.options.get(key).unwrap_or(&Json::Null);
    let updates = option("set_user_root_attributes").as_str();
    let reads_attributes = !facts.reads_provisioned() && facts.source().is_some();
    if reads_attributes && updates.is_some_and(|updates| updates != "on_each_login") {
        found.push(format!("the connection `{name}` does not update attributes at each login; set `set_user_root_attributes` to `on_each_login`"));
    }
    let asks_directory = matches!(strategy, "waad" | "google-apps") && reads_attributes;
    if asks_directory && option("ext_groups").as_bool() != Some(true) {
        found
            .push(format!("the connection `{name}` does not ask the directory for groups; set `ext_groups`"));
    }
    let mode = connection.options.pointer("/attribute_map/mapping_mode").and_then(Json::as_str);
    let reads_list = facts.source().is_some_and(|source| source.shape.starts_with("list"));
    if strategy == "oidc" && mode == Some("use_map") && reads_list {
        found.push(format!("the connection `{name}` joins lists with commas (`use_map`), and the mapping reads a list; set `mapping_mode` to `bind_all`"));
    }
    found
}
