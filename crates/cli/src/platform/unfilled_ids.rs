//! Ids that `claimsmith init` and `claimsmith new` wrote, and that were not replaced by those of Auth0 yet.

use std::collections::BTreeSet;
use std::io::Write;

use claimsmith::compiler::{CompiledPlatform, inspect};

use crate::escape::escaped;
use crate::terminal::Terminal;

/// How many are named.
const MOST: usize = 3;

/// All of them, or the first ones and how many more there are; `None` if there are none.
fn named<'p>(tenants: impl IntoIterator<Item = &'p CompiledPlatform>) -> Option<String> {
    let ids = |platform: &CompiledPlatform| -> Vec<String> {
        let clients = inspect::applications(platform).into_iter().flat_map(|it| it.clients);
        let organizations = inspect::organization_connections(platform).filter_map(|it| it.id);
        clients.chain(organizations).filter(|id| inspect::is_unfilled(id)).collect()
    };
    let all: BTreeSet<String> = tenants.into_iter().flat_map(ids).collect();
    let first: Vec<String> = all.iter().take(MOST).map(|id| format!("`{}`", escaped(id))).collect();
    let more = all.len().saturating_sub(MOST);
    match (first.is_empty(), more) {
        (true, _) => None,
        (_, 0) => Some(first.join(", ")),
        _ => Some(format!("{}, and {more} more", first.join(", "))),
    }
}

/// Says which ids are left to write. It is not a finding: a new folder has to pass its checks before there is a tenant.
///
/// # Errors
///
/// If it cannot be printed.
pub(crate) fn note<'p>(
    tenants: impl IntoIterator<Item = &'p CompiledPlatform>,
    terminal: &mut Terminal,
) -> anyhow::Result<()> {
    if let Some(names) = named(tenants) {
        terminal.out.flush()?;
        writeln!(
            terminal.err,
            "note: these ids are placeholders, and nothing can be signed or deployed until they are those of Auth0: {names}"
        )?;
    }
    Ok(())
}

/// Refuses mappings with ids that are not those of a tenant.
///
/// # Errors
///
/// Which ones they are.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn refuse(platform: &CompiledPlatform) -> anyhow::Result<()> {
    match named([platform]) {
        None => Ok(()),
        Some(names) => anyhow::bail!(
            "the mapping files still have placeholders, which no login has: {names}; replace them by the ids in Auth0"
        ),
    }
}
