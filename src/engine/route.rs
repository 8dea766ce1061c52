//! The application and the mapping that a login leads to.
//!
//! The Auth0 organization and the connection decide together which mapping applies. Nothing that the user or the identity
//! provider's attributes claim has any influence.

use crate::bundle::block::Block;
use crate::bundle::index::Bundle;
use crate::ids::{ApplicationId, ConnectionId, LookupId};
use crate::outcome::Reason;

/// The application and the mapping that a login leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Route {
    /// The application; `None` if no application of the platform has the client id.
    pub application: Option<ApplicationId>,
    /// The connection whose organization's mapping applies, or why none does.
    pub destination: Destination,
}

/// The mapping that a login leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "either a mapping applies or none does")]
pub enum Destination {
    /// The mapping of the organization that lists this connection.
    Connection(ConnectionId),
    /// No mapping, for this reason.
    Closed(Reason),
}

impl Destination {
    /// The connection, if a mapping applies.
    pub fn connection(self) -> Option<ConnectionId> {
        match self {
            Self::Connection(connection) => Some(connection),
            Self::Closed(_) => None,
        }
    }
}

impl Route {
    /// The values to fetch for the login. Empty if the outcome does not depend on any.
    pub fn lookups(self, bundle: &Bundle<'_>) -> impl Iterator<Item = LookupId> {
        let connection = self.application.and_then(|_| bundle.connection(self.destination.connection()?));
        connection.into_iter().flat_map(|connection| bundle.lookups(connection))
    }
}

/// Finds the application and the mapping that a login leads to.
///
/// If the login has an organization, its mapping applies, provided that it lists the connection. Otherwise the mapping
/// applies that lists the connection, provided that it is the only one. Every other login is closed.
///
/// The arguments are the id of the Auth0 organization, the name of the connection, and the client id.
pub fn route(
    bundle: &Bundle<'_>,
    organization: Option<&str>,
    connection: Option<&str>,
    client: Option<&str>,
) -> Route {
    let application = client.and_then(|client| bundle.find_application(client));
    Route { application, destination: find_destination(bundle, organization, connection.unwrap_or_default()) }
}

/// Finds the application and the mapping that a login of a block's organization leads to.
///
/// The connection is one of the block's bundle, the application one of the platform. An application that did not exist
/// when the block was signed is closed: nothing in the block is about it.
pub fn route_block(
    platform: &Bundle<'_>,
    block: &Block<'_>,
    connection: Option<&str>,
    client: Option<&str>,
) -> Route {
    let application = client.and_then(|client| platform.find_application(client));
    let is_unknown = application.is_some_and(|application| block.application(application).is_none());
    let connection =
        || block.bundle.find_connection_of(block.organization()?, connection.unwrap_or_default());
    let destination = if is_unknown {
        Destination::Closed(Reason::BlockStale)
    } else {
        connection().map_or(Destination::Closed(Reason::UnknownConnection), Destination::Connection)
    };
    Route { application, destination }
}

fn find_destination(bundle: &Bundle<'_>, organization: Option<&str>, connection: &str) -> Destination {
    let found = match organization {
        Some(id) => match bundle.find_organization(id) {
            Some(organization) => bundle.find_connection_of(organization, connection),
            None => return Destination::Closed(Reason::UnknownOrganization),
        },
        None => bundle.find_connection(connection),
    };
    let Some(found) = found else {
        let may_travel = organization.is_none() && bundle.takes_blocks();
        let reason = if may_travel { Reason::OrganizationRequired } else { Reason::UnknownConnection };
        return Destination::Closed(reason);
    };
    match bundle.connection(found) {
        Some(listed) if organization.is_none() && listed.shared => {
            Destination::Closed(Reason::AmbiguousConnection)
        }
        _ => Destination::Connection(found),
    }
}
