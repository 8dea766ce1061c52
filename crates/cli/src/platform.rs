//! Compiled mappings for verbs that cannot work with mappings that have errors.

use std::path::Path;

use claimsmith::compiler::CompiledPlatform;

use crate::mappings::Mappings;
use crate::render::human;
use crate::terminal::Terminal;

/// Reads and compiles mapping files like [`Mappings::load`], and prints the findings on standard error.
///
/// Returns `None` if there are errors among them.
pub(crate) fn load(path: &Path, terminal: &mut Terminal) -> anyhow::Result<Option<CompiledPlatform>> {
    let mappings = Mappings::load(path)?;
    if !mappings.diagnostics.is_empty() {
        human::findings_only(&mut terminal.err, &mappings)?;
    }
    Ok(mappings.platform)
}
