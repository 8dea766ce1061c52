//! The program that writes the metadata of organizations, if it is not claimsmith.

use claimsmith::compiler::CompiledPlatform;

/// Its name for people; `None` if it is claimsmith.
pub(crate) fn other_program(platform: &CompiledPlatform) -> Option<&'static str> {
    platform.block_settings()?.writer().other_program()
}

/// Refuses to write metadata that another program writes.
///
/// # Errors
///
/// If `platform.yaml` names one.
pub(crate) fn check_own(platform: &CompiledPlatform) -> anyhow::Result<()> {
    let Some(other) = other_program(platform) else { return Ok(()) };
    anyhow::bail!(
        "`platform.yaml` says that {other} writes the metadata of organizations, and it would remove what claimsmith writes; let it write what `claimsmith sign` makes for it, and deploy the Action with `claimsmith deploy plan --packaging organizations --action-only` and `apply`; or set `writer: api` and take metadata out of it"
    )
}
