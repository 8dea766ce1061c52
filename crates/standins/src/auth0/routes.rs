//! Every route of the Management API that the stand-in knows, with the scope that it needs.

use std::collections::BTreeSet;

use super::answer::Answered;
use super::world::{Call, World};
use super::{actions, bindings, connections, modules, organizations, users};
use crate::http::match_path;

pub(crate) struct Route {
    method: &'static str,
    /// Below `/api/v2/`; a segment `*` is a parameter.
    pattern: &'static str,
    pub(crate) scope: &'static str,
    pub(crate) handler: fn(&mut World, &Call) -> Answered,
}

macro_rules! routes {
    ($($method:ident $pattern:literal $scope:literal $handler:path;)*) => {
        const ROUTES: &[Route] = &[
            $(Route { method: stringify!($method), pattern: $pattern, scope: $scope, handler: $handler },)*
        ];
    };
}

// Where two patterns fit a path, the first one counts.
routes! {
    GET "actions/actions" "read:actions" actions::list;
    POST "actions/actions" "create:actions" actions::create;
    GET "actions/actions/*" "read:actions" actions::get;
    PATCH "actions/actions/*" "update:actions" actions::update;
    DELETE "actions/actions/*" "delete:actions" actions::delete;
    POST "actions/actions/*/deploy" "create:actions" actions::deploy;
    POST "actions/actions/*/test" "create:actions" actions::test;
    GET "actions/actions/*/versions" "read:actions" actions::list_versions;
    GET "actions/actions/*/versions/*" "read:actions" actions::get_version;
    POST "actions/actions/*/versions/*/deploy" "create:actions" actions::roll_back;
    GET "actions/modules" "read:actions" modules::list;
    POST "actions/modules" "create:actions" modules::create;
    GET "actions/modules/*" "read:actions" modules::get;
    PATCH "actions/modules/*" "update:actions" modules::update;
    DELETE "actions/modules/*" "delete:actions" modules::delete;
    GET "actions/modules/*/versions" "read:actions" modules::list_versions;
    POST "actions/modules/*/versions" "create:actions" modules::publish;
    GET "actions/triggers" "read:actions" bindings::triggers;
    GET "actions/triggers/*/bindings" "read:actions" bindings::list;
    PATCH "actions/triggers/*/bindings" "update:actions" bindings::replace;
    GET "organizations" "read:organizations" organizations::list;
    POST "organizations" "create:organizations" organizations::create;
    GET "organizations/name/*" "read:organizations" organizations::get_by_name;
    GET "organizations/*" "read:organizations" organizations::get;
    PATCH "organizations/*" "update:organizations" organizations::update;
    DELETE "organizations/*" "delete:organizations" organizations::delete;
    GET "organizations/*/enabled_connections" "read:organization_connections" organizations::list_enabled;
    POST "organizations/*/enabled_connections" "create:organization_connections" organizations::enable;
    GET "organizations/*/enabled_connections/*" "read:organization_connections" organizations::get_enabled;
    PATCH "organizations/*/enabled_connections/*" "update:organization_connections" organizations::update_enabled;
    DELETE "organizations/*/enabled_connections/*" "delete:organization_connections" organizations::disable;
    GET "organizations/*/connections" "read:organization_connections" organizations::list_connections;
    POST "organizations/*/connections" "create:organization_connections" organizations::enable;
    GET "organizations/*/connections/*" "read:organization_connections" organizations::get_enabled;
    PATCH "organizations/*/connections/*" "update:organization_connections" organizations::update_enabled;
    DELETE "organizations/*/connections/*" "delete:organization_connections" organizations::disable;
    GET "organizations/*/members" "read:organization_members" organizations::list_members;
    POST "organizations/*/members" "create:organization_members" organizations::add_members;
    DELETE "organizations/*/members" "delete:organization_members" organizations::remove_members;
    GET "organizations/*/client-grants" "read:organization_client_grants" organizations::no_client_grants;
    GET "organizations/*/discovery-domains" "read:organization_discovery_domains" organizations::no_domains;
    GET "organizations/*/clients" "read:organizations" organizations::no_clients;
    GET "connections" "read:connections" connections::list;
    POST "connections" "create:connections" connections::create;
    GET "connections/*" "read:connections" connections::get;
    PATCH "connections/*" "update:connections" connections::update;
    DELETE "connections/*" "delete:connections" connections::delete;
    GET "connections/*/clients" "read:connections" connections::list_clients;
    PATCH "connections/*/clients" "update:connections" connections::update_clients;
    GET "connections/*/scim-configuration" "read:scim_config" connections::not_configured;
    GET "connections/*/scim-configuration/tokens" "read:scim_token" connections::scim_tokens;
    GET "connections/*/directory-provisioning" "read:directory_provisionings" connections::not_configured;
    GET "connections-directory-provisionings" "read:directory_provisionings" connections::no_provisionings;
    GET "clients" "read:clients" connections::clients;
    GET "clients/*" "read:clients" connections::client;
    GET "clients/*/credentials" "read:client_credentials" connections::client_credentials;
    GET "keys/signing" "read:signing_keys" connections::signing_keys;
    GET "client-grants" "read:client_grants" connections::client_grants;
    GET "users" "read:users" users::list;
    POST "users" "create:users" users::create;
    GET "users/*" "read:users" users::get;
    PATCH "users/*" "update:users" users::update;
    DELETE "users/*" "delete:users" users::delete;
    GET "users/*/groups" "read:groups" users::groups;
    GET "users/*/organizations" "read:organizations" users::organizations;
    GET "users-by-email" "read:users" users::by_email;
}

/// The route of a request, and the parameters of its path.
pub(crate) fn find(method: &str, path: &str) -> Option<(&'static Route, Vec<String>)> {
    let path = path.strip_prefix("/api/v2/")?;
    let of_method = ROUTES.iter().filter(|route| route.method == method);
    let mut fitting = of_method.filter_map(|route| Some((route, match_path(route.pattern, path)?)));
    fitting.next()
}

/// Each scope that some route needs.
pub fn all_scopes() -> Vec<String> {
    let scopes: BTreeSet<&str> = ROUTES.iter().map(|route| route.scope).collect();
    scopes.into_iter().map(str::to_owned).collect()
}

/// Each route as `METHOD path`, for tests that exercise all of them.
pub(crate) fn all() -> Vec<String> {
    ROUTES.iter().map(|route| format!("{} {}", route.method, route.pattern)).collect()
}
