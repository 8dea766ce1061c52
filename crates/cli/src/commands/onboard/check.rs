//! `claimsmith onboard --check`: what is still missing.

use std::io::Write;
use std::path::Path;

use claimsmith::Bundle;
use claimsmith::compiler::CompiledPlatform;

use super::arguments::OnboardArguments;
use super::written::existing;
use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::numbers::counted;
use crate::onboarding::{self, Facts, Gap};
use crate::terminal::Terminal;

impl OnboardArguments {
    /// Prints what is missing, from the files and, with credentials, from the tenant.
    pub(super) fn check_all(
        &self,
        facts: &Facts<'_>,
        platform: &CompiledPlatform,
        bundle: &Bundle<'_>,
        out: &Path,
        terminal: &mut Terminal,
    ) -> anyhow::Result<ExitStatus> {
        let mut gaps = onboarding::gaps_of_mapping(facts, platform, &self.platform_file(), bundle);
        let wanted = onboarding::files(facts);
        let found: Vec<Option<String>> =
            wanted.iter().map(|file| existing(out, &file.path)).collect::<anyhow::Result<_>>()?;
        gaps.extend(onboarding::gaps_of_kit(facts, &out.display().to_string(), &wanted, &found));
        let asked = self.gaps_of_tenant(facts, platform)?;
        let was_asked = asked.is_some();
        gaps.extend(asked.unwrap_or_default());
        for Gap { place, what } in &gaps {
            writeln!(terminal.out, "{}: {}", escaped(place), escaped(what))?;
        }
        if !was_asked {
            writeln!(
                terminal.out,
                "the tenant was not asked: set credentials as for `claimsmith deploy`, or give `--credentials FILE`"
            )?;
        }
        match gaps.len() {
            0 => writeln!(terminal.out, "nothing is missing")?,
            1 => writeln!(terminal.out, "1 thing is missing")?,
            several => writeln!(terminal.out, "{} are missing", counted(several, "thing"))?,
        }
        Ok(if gaps.is_empty() { ExitStatus::Success } else { ExitStatus::Failure })
    }

    /// What the tenant lacks; `None` if there are no credentials to ask with.
    #[cfg(not(target_family = "wasm"))]
    fn gaps_of_tenant(
        &self,
        facts: &Facts<'_>,
        platform: &CompiledPlatform,
    ) -> anyhow::Result<Option<Vec<Gap>>> {
        use claimsmith_connectors::auth0::Settings;

        use super::tenant_gaps;

        let settings = match &self.credentials {
            Some(file) => Settings::from_file(file)?,
            None if tenant_gaps::has_credentials() => Settings::from_environment()?,
            None => return Ok(None),
        };
        tenant_gaps::find(facts, platform, &settings).map(Some)
    }

    /// WebAssembly has no network.
    #[cfg(target_family = "wasm")]
    fn gaps_of_tenant(&self, _: &Facts<'_>, _: &CompiledPlatform) -> anyhow::Result<Option<Vec<Gap>>> {
        anyhow::ensure!(
            self.credentials.is_none(),
            "`--credentials` needs a claimsmith that is built for this system; this one is WebAssembly"
        );
        Ok(None)
    }
}
