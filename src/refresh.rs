//! Whether the attributes of a login are too old: when a refresh token is exchanged, Auth0 runs the Action again on
//! what the last interactive login left, and asks no identity provider.

use crate::login::Value;
use crate::time;

/// What the policy goes by, before all other facts: JSON Pointers below the event, and the member where there are
/// several.
///
/// Source: auth0.com/docs/actions/reference/post-login/post-login-event-object.
#[cfg(feature = "compiler")]
pub(crate) const READS: [(&str, &str); 4] = [
    ("/transaction/protocol", ""),
    ("/authentication/methods", "timestamp"),
    ("/session/authenticated_at", ""),
    ("/refresh_token/created_at", ""),
];

/// Whether a login is the exchange of a refresh token, and the user authenticated more than `max_age` seconds ago.
///
/// The latest authentication counts that the event tells of; only if it tells of none, the refresh token's own age.
/// If it does not tell that either, any age is possible.
pub(crate) fn is_stale(facts: &[Value<'_>], now: f64, max_age: u32) -> bool {
    let [protocol, methods, session, token, ..] = facts else { return true };
    if *protocol != Value::Text(b"oauth2-refresh-token") {
        return false;
    }
    let at = |value: &Value<'_>| match value {
        Value::Text(text) => time::parse_rfc3339(text),
        _ => None,
    };
    let of_method = |method: &Value<'_>| match method {
        Value::Object(members) => members.first().and_then(|(_, timestamp)| at(timestamp)),
        _ => None,
    };
    let methods = match methods {
        Value::List(methods) => methods.as_slice(),
        _ => &[],
    };
    let authenticated = methods.iter().filter_map(of_method).chain(at(session)).reduce(f64::max);
    match authenticated.or_else(|| at(token)) {
        Some(then) => now - then > f64::from(max_age),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::is_stale;
    use crate::login::Value;

    const NOON: &[u8] = b"2026-11-01T12:00:00Z";

    fn check(protocol: &'static [u8], facts: [Value<'static>; 3], hours: f64, expected: bool) {
        let noon = crate::time::parse_rfc3339(NOON).expect("a date");
        let [methods, session, token] = facts;
        let facts = [Value::Text(protocol), methods, session, token];
        assert_eq!(is_stale(&facts, noon + hours * 3_600.0, 12 * 3_600), expected, "{facts:?} {hours}");
    }

    fn method(timestamp: &'static [u8]) -> Value<'static> {
        Value::List(vec![Value::Object(vec![(b"timestamp", Value::Text(timestamp))])])
    }

    #[test]
    fn only_the_exchange_of_a_refresh_token_can_be_stale() {
        const REFRESH: &[u8] = b"oauth2-refresh-token";
        let none = || [Value::Absent, Value::Absent, Value::Absent];
        check(b"oidc-basic-profile", none(), 100.0, false);
        check(REFRESH, none(), 0.0, true);
        check(REFRESH, [method(NOON), Value::Absent, Value::Absent], 11.9, false);
        check(REFRESH, [method(NOON), Value::Absent, Value::Absent], 12.1, true);
        check(REFRESH, [method(b"2026-10-01T12:00:00Z"), Value::Text(NOON), Value::Absent], 11.9, false);
        check(REFRESH, [method(b"2026-10-01T12:00:00Z"), Value::Absent, Value::Text(NOON)], 11.9, true);
        check(REFRESH, [Value::Absent, Value::Absent, Value::Text(NOON)], 11.9, false);
        check(REFRESH, [Value::Absent, Value::Text(b"yesterday"), Value::Absent], 0.0, true);
    }
}
