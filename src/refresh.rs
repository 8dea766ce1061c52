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
    ("/refresh_token", "created_at"),
];

/// Whether a login is the exchange of a refresh token, and the user authenticated more than `max_age` seconds ago.
///
/// The latest authentication counts that the event tells of; where it has no member for one, the refresh token's own
/// age. If it does not tell that either, or the time of the login is not a number, any age is possible.
pub(crate) fn is_stale(facts: &[Value<'_>], now: f64, max_age: u32) -> bool {
    let [protocol, methods, session, token, ..] = facts else { return true };
    let is_exchange = match protocol {
        Value::Text(protocol) => *protocol == b"oauth2-refresh-token",
        Value::Absent => *token != Value::Absent,
        // A protocol that cannot be read may be any.
        _ => true,
    };
    if !is_exchange {
        return false;
    }
    let at = |value: &Value<'_>| match value {
        Value::Text(text) => time::parse_rfc3339(text),
        _ => None,
    };
    let of_member = |object: &Value<'_>| match object {
        Value::Object(members) => members.first().and_then(|(_, time)| at(time)),
        _ => None,
    };
    let listed = match methods {
        Value::List(methods) => methods.as_slice(),
        _ => &[],
    };
    let authenticated = listed.iter().filter_map(of_member).chain(at(session)).reduce(f64::max);
    // A time that is there and cannot be read is earlier than the token for all that is known.
    let is_silent = matches!((methods, session), (Value::Absent, Value::Absent));
    match authenticated.or_else(|| of_member(token).filter(|_| is_silent)) {
        Some(then) => !now.is_finite() || now - then > f64::from(max_age),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::is_stale;
    use crate::login::Value;

    const NOON: &[u8] = b"2026-11-01T12:00:00Z";

    fn check(protocol: Value<'static>, facts: [Value<'static>; 3], hours: f64, expected: bool) {
        let noon = crate::time::parse_rfc3339(NOON).expect("a date");
        let [methods, session, token] = facts;
        let facts = [protocol, methods, session, token];
        assert_eq!(is_stale(&facts, noon + hours * 3_600.0, 12 * 3_600), expected, "{facts:?} {hours}");
    }

    fn method(timestamp: &'static [u8]) -> Value<'static> {
        Value::List(vec![token(timestamp)])
    }

    fn token(created_at: &'static [u8]) -> Value<'static> {
        Value::Object(vec![(b"created_at", Value::Text(created_at))])
    }

    fn none() -> [Value<'static>; 3] {
        [Value::Absent, Value::Absent, Value::Absent]
    }

    #[test]
    fn only_the_exchange_of_a_refresh_token_can_be_stale() {
        let refresh = || Value::Text(b"oauth2-refresh-token");
        check(Value::Text(b"oidc-basic-profile"), none(), 100.0, false);
        check(refresh(), none(), 0.0, true);
        check(refresh(), [method(NOON), Value::Absent, Value::Absent], 11.9, false);
        check(refresh(), [method(NOON), Value::Absent, Value::Absent], 12.1, true);
        check(refresh(), [method(b"2026-10-01T12:00:00Z"), Value::Text(NOON), Value::Absent], 11.9, false);
        check(refresh(), [method(b"2026-10-01T12:00:00Z"), Value::Absent, token(NOON)], 11.9, true);
        check(refresh(), [Value::Absent, Value::Absent, token(NOON)], 11.9, false);
        check(refresh(), [Value::Absent, Value::Text(b"yesterday"), Value::Absent], 0.0, true);
        check(refresh(), [Value::Absent, Value::Text(b"yesterday"), token(NOON)], 0.0, true);
        check(refresh(), [Value::Null, Value::Absent, token(NOON)], 0.0, true);
        check(refresh(), [method(b"yesterday"), Value::Text(NOON), token(NOON)], 11.9, false);
    }

    #[test]
    fn an_exchange_is_known_by_the_evidence_that_is_there() {
        let with_token = |token: Value<'static>| [Value::Absent, Value::Absent, token];
        check(Value::Absent, none(), 0.0, false);
        check(Value::Absent, with_token(token(NOON)), 11.9, false);
        check(Value::Absent, with_token(token(NOON)), 12.1, true);
        for evidence in [Value::Null, Value::Text(b"rt_1"), Value::Object(vec![]), Value::Unreadable] {
            check(Value::Absent, with_token(evidence.clone()), 0.0, true);
            check(Value::Text(b"oidc-basic-profile"), with_token(evidence), 0.0, false);
        }
        for protocol in [Value::Null, Value::Number(1.0), Value::Unreadable, Value::List(vec![])] {
            check(protocol.clone(), none(), 0.0, true);
            check(protocol, [method(NOON), Value::Absent, Value::Absent], 11.9, false);
        }
    }

    #[test]
    fn any_age_is_possible_by_a_clock_that_is_not_a_number() {
        let exchange = [Value::Text(b"oauth2-refresh-token"), method(NOON), Value::Absent, Value::Absent];
        for now in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(is_stale(&exchange, now, u32::MAX), "{now}");
        }
    }
}
