//! `claimsmith status`: what the logins of a tenant run, and what would break them.

#[cfg(not(target_family = "wasm"))]
mod action;
mod arguments;
#[cfg(not(target_family = "wasm"))]
mod calendar;
#[cfg(not(target_family = "wasm"))]
mod calendar_file;
#[cfg(not(target_family = "wasm"))]
mod desired;
#[cfg(not(target_family = "wasm"))]
mod native;
#[cfg(not(target_family = "wasm"))]
mod progress;
#[cfg(not(target_family = "wasm"))]
mod report;
#[cfg(not(target_family = "wasm"))]
mod settings;
#[cfg(not(target_family = "wasm"))]
mod shown;

pub(super) use self::arguments::StatusArguments;

#[cfg(target_family = "wasm")]
impl StatusArguments {
    /// Fails, because WebAssembly has no network.
    pub(super) fn run(
        &self,
        _: &mut crate::terminal::Terminal,
    ) -> anyhow::Result<crate::exit_status::ExitStatus> {
        anyhow::bail!(
            "`claimsmith status` needs a claimsmith that is built for this system; this one is WebAssembly"
        )
    }
}
