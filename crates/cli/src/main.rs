//! The `claimsmith` command.
fn main() -> anyhow::Result<()> {
    Ok(())
}
