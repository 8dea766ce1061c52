//! In which order the Action and the blocks of a deployment are written, so that no login is closed in between.

use serde::{Deserialize, Serialize};

use crate::block::{ActionReader, BlockRefusal, SignedBlock};

/// The order of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "there is no other order")]
pub enum Order {
    /// The Action, and then the blocks.
    ActionFirst,
    /// The blocks, and then the Action.
    BlocksFirst,
    /// An Action that takes old and new blocks, the blocks, and then the Action.
    InBetween,
}

/// An organization of a deployment.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Served<'s> {
    /// The id of the Auth0 organization.
    pub id: &'s str,
    /// The block that its metadata have.
    pub block: &'s Result<SignedBlock, BlockRefusal>,
    /// Whether the deployment writes another one.
    pub is_written: bool,
}

/// Decides the order, from the Action that logins run and the one that they are to run.
///
/// `running` is `None` if logins run no Action of ours.
pub fn order(
    running: Option<&ActionReader>,
    wanted: &ActionReader,
    organizations: &[Served<'_>],
    now: Option<f64>,
) -> Order {
    // Nothing is lost before the first Action, and it finds all blocks.
    let Some(running) = running else { return Order::BlocksFirst };
    // Logins that the new Action would close, as long as the old block is there.
    let would_close = |it: &Served<'_>| {
        it.is_written
            && running.source(it.id, it.block, now).is_served()
            && !wanted.source(it.id, it.block, now).is_served()
    };
    // Logins of which the old Action would not understand the new block. Without a mapping there are none.
    let would_not_read = |it: &Served<'_>| {
        it.is_written
            && running.source(it.id, it.block, now).is_served()
            && !running.takes_blocks_of(wanted, it.id)
    };
    match (organizations.iter().any(would_close), organizations.iter().any(would_not_read)) {
        (true, true) => Order::InBetween,
        (true, false) => Order::BlocksFirst,
        (false, _) => Order::ActionFirst,
    }
}

/// The organizations that one Action serves and another one would not, by id.
pub fn closed_by<'o>(
    running: &ActionReader,
    other: &ActionReader,
    organizations: &[Served<'o>],
    now: Option<f64>,
) -> Vec<&'o str> {
    let is_closed = |it: &&Served<'o>| {
        running.source(it.id, it.block, now).is_served() && !other.source(it.id, it.block, now).is_served()
    };
    organizations.iter().filter(is_closed).map(|it| it.id).collect()
}
