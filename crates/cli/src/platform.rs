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
    Ok(load_all(path, terminal)?.map(|(_, platform)| platform))
}

/// Like [`load`], and also returns the files, without the platform.
pub(crate) fn load_all(
    path: &Path,
    terminal: &mut Terminal,
) -> anyhow::Result<Option<(Mappings, CompiledPlatform)>> {
    let mut mappings = Mappings::load(path)?;
    if !mappings.diagnostics.is_empty() {
        human::findings_only(&mut terminal.err, &mappings)?;
    }
    let platform = mappings.platform.take();
    Ok(platform.map(|platform| (mappings, platform)))
}
