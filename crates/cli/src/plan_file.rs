//! The file of a plan.

use std::fmt::Display;
use std::path::Path;

use anyhow::anyhow;

use crate::input;

/// Reads a plan from a file; also returns its text.
///
/// # Errors
///
/// If it cannot be read, or `parse` refuses it.
pub(crate) fn read<P, E: Display>(
    path: &Path,
    parse: impl FnOnce(&str) -> Result<P, E>,
) -> anyhow::Result<(P, String)> {
    let (reader, name) = input::open(path)?;
    let text = input::read_text(reader, &name)?;
    let plan = parse(&text).map_err(|error| anyhow!("`{}` cannot be used: {error}", path.display()))?;
    Ok((plan, text))
}
