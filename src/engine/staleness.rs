//! Whether the attributes of a login are too old. When a refresh token is exchanged, Auth0 runs the Action again on the
//! attributes of the last interactive login, without asking the identity provider.

use crate::login::value::Value;
use crate::text::rfc3339;

/// The inputs of the policy, which come before those of conditions: JSON Pointers below the event, and the member that
/// is fetched.
///
/// Source: auth0.com/docs/actions/reference/post-login/post-login-event-object.
#[cfg(feature = "compiler")]
pub(crate) const LOOKUPS: [(&str, &str); 5] = [
    ("/transaction", "protocol"),
    ("/authentication", "methods"),
    ("/authentication/methods", "timestamp"),
    ("/session", "authenticated_at"),
    ("/refresh_token", "created_at"),
];

/// Whether a login is the exchange of a refresh token, and the user authenticated more than `max_age` seconds ago.
///
/// The latest authentication in the event counts, or the creation of the refresh token if the event has no member for
/// authentications. If neither is known, or the time of the login is not a number, the attributes are stale.
pub(crate) fn is_stale(inputs: &[Value<'_>], now: f64, max_age: u32) -> bool {
    let [transaction, authentication, methods, session, token, ..] = inputs else { return true };
    let is_exchange = match member(transaction) {
        Value::Text(protocol) => *protocol == b"oauth2-refresh-token",
        Value::Absent => *token != Value::Absent,
        // An unreadable protocol may be the exchange.
        _ => true,
    };
    if !is_exchange {
        return false;
    }
    let at = |object: &Value<'_>| match member(object) {
        Value::Text(text) => rfc3339::parse_rfc3339(text),
        _ => None,
    };
    let listed = match methods {
        Value::List(methods) => methods.as_slice(),
        _ => &[],
    };
    let authenticated = listed.iter().chain([session]).filter_map(at).reduce(f64::max);
    // An unreadable time may be earlier than the token.
    let is_absent = [authentication, session].iter().all(|object| *member(object) == Value::Absent);
    let created = if is_absent { at(token) } else { None };
    match authenticated.or(created) {
        Some(then) => !now.is_finite() || now - then > f64::from(max_age),
        None => true,
    }
}

/// The fetched member of an object; null if the value is not an object, because then it may contain anything.
fn member<'v, 'l>(object: &'v Value<'l>) -> &'v Value<'l> {
    match object {
        Value::Absent => &Value::Absent,
        Value::Object(members) => members.first().map_or(&Value::Absent, |(_, member)| member),
        _ => &Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::is_stale;
    use crate::login::value::Value;

    const NOON: &[u8] = b"2026-11-01T12:00:00Z";

    /// An object with one member.
    fn with(member: Value<'static>) -> Value<'static> {
        Value::Object(vec![(b"member", member)])
    }

    fn time(text: &'static [u8]) -> Value<'static> {
        with(Value::Text(text))
    }

    /// The inputs of a login: transaction, authentication with its methods, session and token.
    fn inputs(
        transaction: Value<'static>,
        methods: Value<'static>,
        session: Value<'static>,
        token: Value<'static>,
    ) -> [Value<'static>; 5] {
        let authentication = match &methods {
            Value::Absent => Value::Absent,
            methods => with(methods.clone()),
        };
        [transaction, authentication, methods, session, token]
    }

    fn check(inputs: [Value<'static>; 5], hours: f64, expected: bool) {
        let noon = crate::text::rfc3339::parse_rfc3339(NOON).expect("a date");
        assert_eq!(is_stale(&inputs, noon + hours * 3_600.0, 12 * 3_600), expected, "{inputs:?} {hours}");
    }

    fn refresh() -> Value<'static> {
        time(b"oauth2-refresh-token")
    }

    const ABSENT: Value<'static> = Value::Absent;
    const OLD: &[u8] = b"2026-10-01T12:00:00Z";

    fn methods(timestamp: &'static [u8]) -> Value<'static> {
        Value::List(vec![time(timestamp)])
    }

    #[test]
    fn only_the_exchange_of_a_refresh_token_can_be_stale() {
        check(inputs(time(b"oidc-basic-profile"), ABSENT, ABSENT, ABSENT), 100.0, false);
        check(inputs(refresh(), ABSENT, ABSENT, ABSENT), 0.0, true);
        check(inputs(refresh(), methods(NOON), ABSENT, ABSENT), 11.9, false);
        check(inputs(refresh(), methods(NOON), ABSENT, ABSENT), 12.1, true);
        check(inputs(refresh(), methods(OLD), time(NOON), ABSENT), 11.9, false);
        check(inputs(refresh(), methods(OLD), ABSENT, time(NOON)), 11.9, true);
        check(inputs(refresh(), ABSENT, ABSENT, time(NOON)), 11.9, false);
        check(inputs(refresh(), ABSENT, time(b"yesterday"), ABSENT), 0.0, true);
    }

    #[test]
    fn unreadable_times_are_not_replaced_by_the_time_of_the_token() {
        check(inputs(refresh(), ABSENT, time(b"yesterday"), time(NOON)), 0.0, true);
        check(inputs(refresh(), Value::Null, ABSENT, time(NOON)), 0.0, true);
        check(inputs(refresh(), methods(b"yesterday"), time(NOON), time(NOON)), 11.9, false);
        for owner in [Value::Null, Value::Text(b"x"), Value::List(vec![]), Value::Unreadable] {
            let [transaction, _, methods, session, token] = inputs(refresh(), ABSENT, ABSENT, time(NOON));
            check([transaction, owner.clone(), methods, session, token], 0.0, true);
            check(inputs(refresh(), ABSENT, owner, time(NOON)), 0.0, true);
        }
        let [transaction, _, methods, session, token] = inputs(refresh(), ABSENT, ABSENT, time(NOON));
        check([transaction, Value::Object(vec![]), methods, session, token], 11.9, false);
    }

    #[test]
    fn an_exchange_is_recognized_by_its_protocol_or_token() {
        let with_token = |transaction: Value<'static>, token| inputs(transaction, ABSENT, ABSENT, token);
        for without_protocol in [Value::Absent, Value::Object(vec![])] {
            check(with_token(without_protocol.clone(), ABSENT), 0.0, false);
            check(with_token(without_protocol.clone(), time(NOON)), 11.9, false);
            check(with_token(without_protocol, time(NOON)), 12.1, true);
        }
        for evidence in [Value::Null, Value::Text(b"rt_1"), Value::Object(vec![]), Value::Unreadable] {
            check(with_token(ABSENT, evidence.clone()), 0.0, true);
            check(with_token(time(b"oidc-basic-profile"), evidence), 0.0, false);
        }
        for other in [Value::Null, Value::Number(1.0), Value::Unreadable, Value::List(vec![])] {
            check(inputs(with(other.clone()), ABSENT, ABSENT, ABSENT), 0.0, true);
            check(inputs(other.clone(), ABSENT, ABSENT, ABSENT), 0.0, true);
            check(inputs(other, methods(NOON), ABSENT, ABSENT), 11.9, false);
        }
    }

    #[test]
    fn attributes_are_stale_if_the_time_is_not_a_number() {
        let exchange = inputs(refresh(), methods(NOON), ABSENT, ABSENT);
        for now in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(is_stale(&exchange, now, u32::MAX), "{now}");
        }
    }
}
