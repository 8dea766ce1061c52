//! Whether the attributes of a login are too old: when a refresh token is exchanged, Auth0 runs the Action again on
//! what the last interactive login left, and asks no identity provider.

use crate::login::input::Value;
use crate::text::rfc3339;

/// What the policy goes by, before all other facts: JSON Pointers below the event, and the member where there are
/// several.
///
/// Source: auth0.com/docs/actions/reference/post-login/post-login-event-object.
#[cfg(feature = "compiler")]
pub(crate) const READS: [(&str, &str); 5] = [
    ("/transaction", "protocol"),
    ("/authentication", "methods"),
    ("/authentication/methods", "timestamp"),
    ("/session", "authenticated_at"),
    ("/refresh_token", "created_at"),
];

/// Whether a login is the exchange of a refresh token, and the user authenticated more than `max_age` seconds ago.
///
/// The latest authentication counts that the event tells of; where it has no member for one, the refresh token's own
/// age. If it does not tell that either, or the time of the login is not a number, any age is possible.
pub(crate) fn is_stale(facts: &[Value<'_>], now: f64, max_age: u32) -> bool {
    let [transaction, authentication, methods, session, token, ..] = facts else { return true };
    let is_exchange = match member(transaction) {
        Value::Text(protocol) => *protocol == b"oauth2-refresh-token",
        Value::Absent => *token != Value::Absent,
        // A protocol that cannot be read may be any.
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
    // A time that is there and cannot be read is earlier than the token for all that is known.
    let is_silent = [authentication, session].iter().all(|object| *member(object) == Value::Absent);
    match authenticated.or_else(|| at(token).filter(|_| is_silent)) {
        Some(then) => !now.is_finite() || now - then > f64::from(max_age),
        None => true,
    }
}

/// The member of an object that was read; null if it is not an object, because then it may hold anything.
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
    use crate::login::input::Value;

    const NOON: &[u8] = b"2026-11-01T12:00:00Z";

    /// An object with one member.
    fn with(member: Value<'static>) -> Value<'static> {
        Value::Object(vec![(b"member", member)])
    }

    fn time(text: &'static [u8]) -> Value<'static> {
        with(Value::Text(text))
    }

    /// The facts of a login: transaction, authentication with its methods, session and token.
    fn facts(
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

    fn check(facts: [Value<'static>; 5], hours: f64, expected: bool) {
        let noon = crate::text::rfc3339::parse_rfc3339(NOON).expect("a date");
        assert_eq!(is_stale(&facts, noon + hours * 3_600.0, 12 * 3_600), expected, "{facts:?} {hours}");
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
        check(facts(time(b"oidc-basic-profile"), ABSENT, ABSENT, ABSENT), 100.0, false);
        check(facts(refresh(), ABSENT, ABSENT, ABSENT), 0.0, true);
        check(facts(refresh(), methods(NOON), ABSENT, ABSENT), 11.9, false);
        check(facts(refresh(), methods(NOON), ABSENT, ABSENT), 12.1, true);
        check(facts(refresh(), methods(OLD), time(NOON), ABSENT), 11.9, false);
        check(facts(refresh(), methods(OLD), ABSENT, time(NOON)), 11.9, true);
        check(facts(refresh(), ABSENT, ABSENT, time(NOON)), 11.9, false);
        check(facts(refresh(), ABSENT, time(b"yesterday"), ABSENT), 0.0, true);
    }

    #[test]
    fn times_that_cannot_be_read_are_not_made_up_for() {
        check(facts(refresh(), ABSENT, time(b"yesterday"), time(NOON)), 0.0, true);
        check(facts(refresh(), Value::Null, ABSENT, time(NOON)), 0.0, true);
        check(facts(refresh(), methods(b"yesterday"), time(NOON), time(NOON)), 11.9, false);
        for owner in [Value::Null, Value::Text(b"x"), Value::List(vec![]), Value::Unreadable] {
            let [transaction, _, methods, session, token] = facts(refresh(), ABSENT, ABSENT, time(NOON));
            check([transaction, owner.clone(), methods, session, token], 0.0, true);
            check(facts(refresh(), ABSENT, owner, time(NOON)), 0.0, true);
        }
        let [transaction, _, methods, session, token] = facts(refresh(), ABSENT, ABSENT, time(NOON));
        check([transaction, Value::Object(vec![]), methods, session, token], 11.9, false);
    }

    #[test]
    fn an_exchange_is_known_by_the_evidence_that_is_there() {
        let with_token = |transaction: Value<'static>, token| facts(transaction, ABSENT, ABSENT, token);
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
            check(facts(with(other.clone()), ABSENT, ABSENT, ABSENT), 0.0, true);
            check(facts(other.clone(), ABSENT, ABSENT, ABSENT), 0.0, true);
            check(facts(other, methods(NOON), ABSENT, ABSENT), 11.9, false);
        }
    }

    #[test]
    fn any_age_is_possible_by_a_clock_that_is_not_a_number() {
        let exchange = facts(refresh(), methods(NOON), ABSENT, ABSENT);
        for now in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(is_stale(&exchange, now, u32::MAX), "{now}");
        }
    }
}
