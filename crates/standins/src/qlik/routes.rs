//! Every route of the API that the stand-in knows, with its tier and the scope that it needs.

use super::answer::Answered;
use super::rate::Tier;
use super::world::{Call, World};
use super::{auth_settings, groups, identity_providers, roles, users};
use crate::http::match_path;

pub(crate) struct Route {
    method: &'static str,
    /// Below `/api/`; a segment `*` is a parameter.
    pattern: &'static str,
    pub(crate) tier: Tier,
    /// `admin_classic` includes it.
    pub(crate) scope: &'static str,
    pub(crate) handler: fn(&mut World, &Call) -> Answered,
}

macro_rules! routes {
    ($($method:ident $pattern:literal $tier:ident $scope:literal $handler:path;)*) => {
        const ROUTES: &[Route] = &[
            $(Route {
                method: stringify!($method),
                pattern: $pattern,
                tier: Tier::$tier,
                scope: $scope,
                handler: $handler,
            },)*
        ];
    };
}

// Where two patterns fit a path, the first one counts.
routes! {
    GET "v1/users" One "admin.users" users::list;
    POST "v1/users" Two "admin.users" users::create;
    POST "v1/users/actions/filter" Filter "admin.users" users::list;
    GET "v1/users/actions/count" One "admin.users" users::count;
    GET "v1/users/*" One "admin.users" users::get;
    PATCH "v1/users/*" Two "admin.users" users::update;
    DELETE "v1/users/*" Two "admin.users" users::delete;
    GET "v1/groups" One "admin_classic" groups::list;
    POST "v1/groups" Two "admin_classic" groups::create;
    POST "v1/groups/actions/filter" Filter "admin_classic" groups::list;
    GET "v1/groups/settings" One "admin_classic" groups::settings;
    PATCH "v1/groups/settings" Two "admin_classic" groups::update_settings;
    GET "v1/groups/*" One "admin_classic" groups::get;
    PATCH "v1/groups/*" Two "admin_classic" groups::update;
    DELETE "v1/groups/*" Two "admin_classic" groups::delete;
    GET "v1/roles" One "admin_classic" roles::list;
    GET "v1/roles/*" One "admin_classic" roles::get;
    GET "v1/identity-providers" One "admin_classic" identity_providers::list;
    GET "v1/identity-providers/status" One "admin_classic" identity_providers::status;
    GET "v1/identity-providers/*" One "admin_classic" identity_providers::get;
    PATCH "v1/identity-providers/*" Two "admin_classic" identity_providers::update;
    GET "core/auth-settings" One "admin_classic" auth_settings::get;
    PATCH "core/auth-settings" Two "admin_classic" auth_settings::update;
}

/// The route of a request, and the parameters of its path.
pub(crate) fn find(method: &str, path: &str) -> Option<(&'static Route, Vec<String>)> {
    let path = path.strip_prefix("/api/")?;
    let of_method = ROUTES.iter().filter(|route| route.method == method);
    let mut fitting = of_method.filter_map(|route| Some((route, match_path(route.pattern, path)?)));
    fitting.next()
}

/// Each route as `METHOD path`, for tests that exercise all of them.
pub(crate) fn all() -> Vec<String> {
    ROUTES.iter().map(|route| format!("{} {}", route.method, route.pattern)).collect()
}
