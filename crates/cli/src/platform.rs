//! Compiled mappings for verbs that cannot work with mappings that have errors.

#[cfg(not(target_family = "wasm"))]
mod of_tenant;
pub(crate) mod unfilled_ids;

use std::path::Path;

use claimsmith::compiler::CompiledPlatform;

#[cfg(not(target_family = "wasm"))]
pub(crate) use self::of_tenant::load_counting_warnings;
use crate::mappings::{Coverage, Mappings};
use crate::render::human;
use crate::tenant::TenantArgument;
use crate::terminal::Terminal;

/// Reads and compiles mapping files like [`Mappings::load`], and prints the findings on standard error.
///
/// This is for what is deployed, so the cases are run to find rules that no case shows.
/// Returns `None` if there are errors among the findings.
pub(crate) fn load(
    path: &Path,
    tenant: &TenantArgument,
    terminal: &mut Terminal,
) -> anyhow::Result<Option<CompiledPlatform>> {
    let Some((_, platforms)) = load_checked(path, Coverage::Checked, terminal)? else { return Ok(None) };
    tenant.select(platforms).map(Some)
}

/// Like [`load`], for a question about all tenants, of which there is at least one. Also returns the files.
pub(crate) fn load_all(
    path: &Path,
    terminal: &mut Terminal,
) -> anyhow::Result<Option<(Mappings, Vec<CompiledPlatform>)>> {
    load_checked(path, Coverage::Ignored, terminal)
}

fn load_checked(
    path: &Path,
    coverage: Coverage,
    terminal: &mut Terminal,
) -> anyhow::Result<Option<(Mappings, Vec<CompiledPlatform>)>> {
    let mut mappings = Mappings::load(path, coverage)?;
    if !mappings.diagnostics.is_empty() {
        human::findings_only(&mut terminal.err, &mappings)?;
    }
    let Some(first) = mappings.platform.take() else { return Ok(None) };
    let mut platforms = vec![first];
    platforms.append(&mut mappings.other_tenants);
    Ok(Some((mappings, platforms)))
}
