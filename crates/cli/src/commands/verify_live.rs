//! `claimsmith verify-live`: what real people should hold, and what they do.

mod arguments;
#[cfg(not(target_family = "wasm"))]
mod held;
#[cfg(not(target_family = "wasm"))]
mod native;
#[cfg(not(target_family = "wasm"))]
mod people;
#[cfg(not(target_family = "wasm"))]
mod shown;

pub(super) use self::arguments::VerifyLiveArguments;

#[cfg(target_family = "wasm")]
impl VerifyLiveArguments {
    /// Fails, because WebAssembly has no network.
    pub(super) fn run(
        &self,
        _: &mut crate::terminal::Terminal,
    ) -> anyhow::Result<crate::exit_status::ExitStatus> {
        anyhow::bail!(
            "`claimsmith verify-live` needs a claimsmith that is built for this system; this one is WebAssembly"
        )
    }
}
