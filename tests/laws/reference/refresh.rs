//! Exchanges of refresh tokens, as docs/language/evaluation.md defines them.

use serde_json::Value as Json;

use crate::login::{Login, MAX_AGE, REFRESH};

/// The hours since the user authenticated, if the login has a time of it.
pub(crate) fn authenticated(login: &Login) -> Option<u32> {
    let methods = login.exchange.methods.as_ref().and_then(Json::as_array);
    let methods = methods.into_iter().flatten().filter_map(|method| method.get("timestamp"));
    methods.chain(&login.exchange.session).filter_map(hours).min()
}

/// The hours since the refresh token was issued, which count if a login has no time of authentication.
pub(crate) fn created(login: &Login) -> Option<u32> {
    let is_silent = login.exchange.methods.is_none() && login.exchange.session.is_none();
    is_silent.then_some(())?;
    login.exchange.token.as_ref()?.get("created_at").and_then(hours)
}

pub(super) fn is_stale(login: &Login) -> bool {
    let exchange = &login.exchange;
    let is_exchange = match &exchange.protocol {
        Some(Json::String(protocol)) => protocol == REFRESH,
        Some(_) => true,
        None => exchange.token.is_some(),
    };
    let age = authenticated(login).or_else(|| created(login));
    is_exchange && (login.year.is_none() || age.is_none_or(|age| age > MAX_AGE))
}

/// Events have times; logins of the laws have the number of hours before the login.
fn hours(time: &Json) -> Option<u32> {
    time.as_str()?.strip_suffix("h ago")?.parse().ok()
}
