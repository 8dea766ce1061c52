//! Mappings for what is done with a tenant.

use std::io::Write;
use std::path::Path;

use anyhow::ensure;
use claimsmith::compiler::CompiledPlatform;
use claimsmith::compiler::inspect;
use claimsmith::diagnostic::Severity;

use crate::escape::escaped;
use crate::mappings::{Coverage, Mappings};
use crate::numbers::counted;
use crate::render::human;
use crate::tenant::TenantArgument;
use crate::terminal::Terminal;

/// Like [`load`](super::load), for what is done with a tenant: warnings are only counted, so that the plan is what is read.
pub(crate) fn load_counting_warnings(
    path: &Path,
    tenant: &TenantArgument,
    terminal: &mut Terminal,
) -> anyhow::Result<Option<CompiledPlatform>> {
    let mut mappings = Mappings::load(path, Coverage::Checked)?;
    let Some(first) = mappings.platform.take() else {
        human::findings_only(&mut terminal.err, &mappings)?;
        return Ok(None);
    };
    let warnings = mappings.count(Severity::Warning);
    if warnings > 0 {
        let (warnings, path) = (counted(warnings, "warning"), path.display().to_string());
        let path = if path == "mappings" { String::new() } else { format!(" {}", escaped(&path)) };
        writeln!(
            terminal.err,
            "{warnings} about the mapping files; `claimsmith validate{path}` shows what each means"
        )?;
    }
    let mut platforms = vec![first];
    platforms.append(&mut mappings.other_tenants);
    tenant.select(platforms).map(Some)
}

/// What `claimsmith init` and `claimsmith new` wrote that was not replaced yet.
fn placeholders(platform: &CompiledPlatform) -> Vec<String> {
    let clients = inspect::applications(platform).into_iter().flat_map(|it| it.clients);
    let organizations = inspect::organization_connections(platform).filter_map(|it| it.id);
    let all = clients.chain(organizations);
    all.filter(|id| inspect::is_unfilled(id)).collect()
}

/// Refuses mappings with ids that are not those of a tenant.
///
/// # Errors
///
/// Which ones they are.
pub(crate) fn refuse_placeholders(platform: &CompiledPlatform) -> anyhow::Result<()> {
    let found = placeholders(platform);
    let names: Vec<String> = found.iter().map(|it| format!("`{}`", escaped(it))).collect();
    ensure!(
        found.is_empty(),
        "the mapping files still have placeholders, which no login has: {}; replace them by the ids in Auth0",
        names.join(", ")
    );
    Ok(())
}
