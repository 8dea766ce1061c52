//! Evaluation: one login against a bundle.
//!
//! Which mapping applies is decided by the Auth0 organization and the connection together, never by
//! what the user or the identity provider's attributes claim.

use crate::bits::Bits;
use crate::bundle::Bundle;
use crate::evaluation::{Evaluation, Match, Note, Outcome, Reason};
use crate::login::{Login, Value};
use crate::mapping::{Policy, UnmatchedPolicy};
use crate::pattern::PatternKind;
use crate::source::Source;

/// Which application and which mapping a login leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Route {
    /// The application that is logged in to, by its position; `None` if the client is none of the platform's.
    pub application: Option<u32>,
    /// The connection whose organization's mapping applies, or why none does.
    pub place: Place,
}

/// Where a login comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a login comes from a known place or not")]
pub enum Place {
    /// The connection at this position of the bundle.
    Connection(u32),
    /// Nowhere we know, and why.
    Closed(Reason),
}

impl Route {
    /// The position of the source to read the attribute from; `None` if the outcome does not depend on it.
    pub fn source(self, bundle: &Bundle<'_>) -> Option<u32> {
        match (self.application, self.place) {
            (Some(_), Place::Connection(at)) => Some(bundle.connection(at)?.source),
            _ => None,
        }
    }
}

/// Finds out which application and which mapping a login leads to.
///
/// Organization known and connection listed in its file: that file. No organization in the login: the one file
/// that lists the connection. Everything else is closed.
pub fn route(
    bundle: &Bundle<'_>,
    organization: Option<&str>,
    connection: Option<&str>,
    client: Option<&str>,
) -> Route {
    let application = client.and_then(|client| bundle.find_application(client));
    Route { application, place: find_place(bundle, organization, connection) }
}

fn find_place(bundle: &Bundle<'_>, organization: Option<&str>, connection: Option<&str>) -> Place {
    let connection = connection.unwrap_or_default();
    let found = match organization {
        Some(id) => match bundle.find_organization(id) {
            Some(organization) => bundle.find_connection_of(organization, connection),
            None => return Place::Closed(Reason::UnknownOrganization),
        },
        None => bundle.find_connection(connection),
    };
    match found {
        None => Place::Closed(Reason::UnknownConnection),
        Some(at) => match bundle.connection(at) {
            Some(listed) if organization.is_none() && listed.shared => {
                Place::Closed(Reason::AmbiguousConnection)
            }
            _ => Place::Connection(at),
        },
    }
}

/// Evaluates a login: which groups the application is told, and why.
///
/// Cannot fail: whatever is wrong with the login or the bundle is an outcome with a reason.
pub fn evaluate<'v>(bundle: &Bundle<'_>, login: &'v Login<'_>) -> Evaluation<'v> {
    let route = route(bundle, login.organization, login.connection, login.client);
    evaluate_routed(bundle, route, &login.attribute, |_, _| ())
}

/// Evaluates the attribute of a login whose [`route`] is known.
///
/// Calls `matched` for each rule that fires on each group: `explain` is made of these calls.
pub fn evaluate_routed<'v, 'b>(
    bundle: &Bundle<'b>,
    route: Route,
    attribute: &'v Value<'_>,
    mut matched: impl FnMut(Match, PatternKind<'b>),
) -> Evaluation<'v> {
    let Some(application) = route.application else {
        return Evaluation::without_rules(Outcome::None, Reason::UnknownClient, None);
    };
    let refused = |policy: Policy, reason: Reason| {
        let outcome = match policy {
            Policy::NoGroups => Outcome::Groups,
            Policy::Deny => Outcome::Deny,
        };
        Evaluation::without_rules(outcome, reason, Some(application))
    };
    let connection = match route.place {
        Place::Connection(at) => bundle.connection(at),
        Place::Closed(reason) => return refused(bundle.closed, reason),
    };
    let Some((mapping, source)) = connection.and_then(|connection| {
        Some((bundle.mapping(connection.organization)?, bundle.source(connection.source)?))
    }) else {
        return refused(bundle.failure, Reason::BadBundle);
    };
    let received = match Source::read(source, attribute) {
        Ok(received) => received,
        Err(reason) => return refused(mapping.incomplete, reason),
    };

    let mut fired = Bits::new(mapping.rules.len());
    let mut granted = Bits::new(bundle.group_count());
    let mut fire = |rule: u32| {
        if fired.insert(rule)
            && let Some(rule) = mapping.rules.get(rule as usize)
        {
            for group in &rule.grants {
                granted.insert(*group);
            }
        }
    };
    for rule in &mapping.everyone {
        fire(*rule);
    }
    let mut unmatched = Vec::with_capacity(received.groups.len());
    for (scanned, group) in received.groups.iter().zip(0u32..) {
        let mut wanted = false;
        mapping.matcher.for_each(*scanned, |rule, kind| {
            wanted = true;
            fire(rule);
            matched(Match { group, rule }, kind);
        });
        if !wanted {
            unmatched.push(scanned.name);
        }
    }

    let refuse = mapping.unmatched == UnmatchedPolicy::Deny && !unmatched.is_empty();
    Evaluation {
        outcome: if refuse { Outcome::Deny } else { Outcome::Groups },
        reason: if refuse { Reason::Unmatched } else { Reason::Ok },
        application: Some(application),
        groups: match bundle.groups_of(application) {
            Some(own) if !refuse => granted.common(own),
            _ => Vec::new(),
        },
        rules: fired.members(),
        unmatched,
        received: received.groups.len() as u32,
        notes: match received.empty_entries {
            0 => Vec::new(),
            count => vec![(Note::EmptyEntry, count)],
        },
    }
}
