//! Mappings for what is done with a tenant.

use std::io::Write;
use std::path::Path;

use claimsmith::compiler::CompiledPlatform;
use claimsmith::diagnostic::Severity;

use crate::mapping_files::as_argument;
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
        let path = as_argument(&path);
        writeln!(
            terminal.err,
            "{warnings} about the mapping files; `claimsmith validate{path}` shows what each means"
        )?;
    }
    let mut platforms = vec![first];
    platforms.append(&mut mappings.other_tenants);
    tenant.select(platforms).map(Some)
}
