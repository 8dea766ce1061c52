//! `claimsmith onboard --check`: what is still missing.

use std::io::{self, Write};
use std::path::Path;

use anyhow::ensure;
use claimsmith::Bundle;
use claimsmith::compiler::CompiledPlatform;
use serde::Serialize;

use super::arguments::OnboardArguments;
use super::written::existing;
use crate::arguments::OutputFormat;
use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::numbers::counted;
use crate::onboarding::{self, Facts, Found, Gap, KitFile};
use crate::packaging::MappingPlace;
use crate::render::json;
use crate::terminal::Terminal;

/// What an onboarding lacks, for programs.
#[derive(Debug, Serialize)]
struct Checked<'c> {
    organization: &'c str,
    connection: &'c str,
    /// Whether nothing is missing, as far as was asked.
    complete: bool,
    gaps: &'c [Gap],
    /// What should be known, and is not missing.
    notes: &'c [Gap],
    asked: Asked,
    /// Which ones have credentials, and could not be asked.
    #[serde(skip)]
    failed: Asked,
    /// Why a tenant could not be asked although there are credentials.
    unknown: &'c [String],
    /// Whether the mapping is to be in the tenant as a signed block.
    #[serde(skip)]
    has_block: bool,
}

/// Which tenants were asked.
#[derive(Debug, Serialize)]
struct Asked {
    auth0: bool,
    qlik_cloud: bool,
}

impl Checked<'_> {
    fn write(&self, has_qlik: bool, out: &mut impl Write) -> io::Result<()> {
        for Gap { place, what } in self.gaps {
            writeln!(out, "{}: {}", escaped(place), escaped(what))?;
        }
        for Gap { place, what } in self.notes {
            writeln!(out, "{}: note: {}", escaped(place), escaped(what))?;
        }
        for why in self.unknown {
            writeln!(out, "not known: {}", escaped(why))?;
        }
        if !self.asked.auth0 && !self.failed.auth0 {
            writeln!(
                out,
                "the tenant was not asked: set credentials as for `claimsmith deploy`, or give `--credentials FILE`"
            )?;
            if self.has_block {
                writeln!(
                    out,
                    "so it is not known whether the signed block of `{}` is there, without which its logins are closed",
                    self.organization
                )?;
            }
        }
        if has_qlik && !self.asked.qlik_cloud && !self.failed.qlik_cloud {
            writeln!(out, "Qlik Cloud was not asked: set credentials as for `claimsmith qlik`")?;
        }
        match self.gaps.len() {
            0 if !self.unknown.is_empty() => writeln!(out, "nothing is missing in the files"),
            0 => writeln!(out, "nothing is missing"),
            1 => writeln!(out, "1 thing is missing"),
            several => writeln!(out, "{} are missing", counted(several, "thing")),
        }
    }
}

/// Whether credentials cannot be used as they are given, so nothing was asked with them.
#[cfg(not(target_family = "wasm"))]
fn is_of_settings(error: &anyhow::Error) -> bool {
    error.is::<claimsmith_connectors::SettingsError>()
}

/// WebAssembly has no network.
#[cfg(target_family = "wasm")]
fn is_of_settings(_: &anyhow::Error) -> bool {
    true
}

impl OnboardArguments {
    /// Prints what is missing, from the files and, with credentials, from the tenant.
    pub(super) fn check_all(
        &self,
        facts: &Facts<'_>,
        (platform, bundle): (&CompiledPlatform, &Bundle<'_>),
        (out, page): (&Path, Option<KitFile>),
        terminal: &mut Terminal,
    ) -> anyhow::Result<ExitStatus> {
        let mut gaps = onboarding::gaps_of_mapping(facts, platform, &self.platform_file(), bundle);
        let wanted = onboarding::files(facts);
        let found: Vec<Option<String>> =
            wanted.iter().map(|file| existing(out, &file.path)).collect::<anyhow::Result<_>>()?;
        gaps.extend(onboarding::gaps_of_kit(facts, &out.display().to_string(), &wanted, &found));
        if let Some(page) = page
            && existing(out, &page.path)?.is_some_and(|found| found != page.text)
        {
            let what = format!(
                "was made from earlier files; `claimsmith onboard {}` writes it again, before it is sent",
                facts.details.name
            );
            gaps.push(Gap::new(format!("{}/{}", out.display(), page.path), what));
        }
        // What the files lack is known also if a tenant cannot be asked.
        let mut unknown = Vec::new();
        let mut failed = Asked { auth0: false, qlik_cloud: false };
        let of_tenant = match self.gaps_of_tenant(facts, platform) {
            Err(error) if !is_of_settings(&error) => {
                failed.auth0 = true;
                unknown.push(format!("what the tenant lacks: {error:#}"));
                None
            }
            other => other?,
        };
        let of_qlik = match self.gaps_of_qlik(facts) {
            Err(error) if !is_of_settings(&error) => {
                failed.qlik_cloud = true;
                unknown.push(format!("what Qlik Cloud lacks: {error:#}"));
                None
            }
            other => other?,
        };
        let (was_asked, was_qlik_asked) = (of_tenant.is_some(), of_qlik.is_some());
        let (of_tenant, of_qlik) = (of_tenant.unwrap_or_default(), of_qlik.unwrap_or_default());
        gaps.extend(of_tenant.gaps.into_iter().chain(of_qlik.gaps));
        let notes: Vec<Gap> = of_tenant.notes.into_iter().chain(of_qlik.notes).collect();
        let checked = Checked {
            organization: &facts.details.name,
            connection: &facts.connection.name,
            complete: gaps.is_empty() && unknown.is_empty(),
            gaps: &gaps,
            notes: &notes,
            asked: Asked { auth0: was_asked, qlik_cloud: was_qlik_asked },
            failed,
            unknown: &unknown,
            has_block: matches!(facts.place, MappingPlace::Block(_)),
        };
        match self.format {
            OutputFormat::Human => checked.write(facts.qlik().next().is_some(), &mut terminal.out)?,
            OutputFormat::Json => json::versioned(&mut terminal.out, &checked)?,
        }
        terminal.out.flush()?;
        // What is printed already says why.
        ensure!(
            unknown.is_empty(),
            "not everything could be asked; run the command again when that is mended"
        );
        Ok(if gaps.is_empty() { ExitStatus::Success } else { ExitStatus::Failure })
    }

    /// What Qlik Cloud lacks, and what should be known about it; `None` if there are no credentials to ask with, or the
    /// customer has no application there.
    #[cfg(not(target_family = "wasm"))]
    fn gaps_of_qlik(&self, facts: &Facts<'_>) -> anyhow::Result<Option<Found>> {
        use claimsmith_connectors::LoadSettings;
        use claimsmith_connectors::qlik::Settings;

        use super::qlik_gaps;

        if facts.qlik().next().is_none() {
            return Ok(None);
        }
        let settings = match &self.credentials {
            Some(file) if Settings::are_in_file(file) => Settings::load(Some(file))?,
            None if Settings::are_in_environment() => Settings::load(None)?,
            _ => return Ok(None),
        };
        qlik_gaps::find(facts, &settings).map(Some)
    }

    /// WebAssembly has no network.
    #[cfg(target_family = "wasm")]
    fn gaps_of_qlik(&self, _: &Facts<'_>) -> anyhow::Result<Option<Found>> {
        Ok(None)
    }

    /// What the tenant lacks, and what should be known about it; `None` if there are no credentials to ask with.
    #[cfg(not(target_family = "wasm"))]
    fn gaps_of_tenant(
        &self,
        facts: &Facts<'_>,
        platform: &CompiledPlatform,
    ) -> anyhow::Result<Option<Found>> {
        use claimsmith_connectors::LoadSettings;
        use claimsmith_connectors::auth0::Settings;

        use super::tenant_gaps;

        let settings = match &self.credentials {
            Some(file) => Settings::load(Some(file))?,
            None if tenant_gaps::has_credentials() => Settings::load(None)?,
            None => return Ok(None),
        };
        tenant_gaps::find(facts, platform, &settings).map(Some)
    }

    /// WebAssembly has no network.
    #[cfg(target_family = "wasm")]
    fn gaps_of_tenant(&self, _: &Facts<'_>, _: &CompiledPlatform) -> anyhow::Result<Option<Found>> {
        anyhow::ensure!(
            self.credentials.is_none(),
            "`--credentials` needs a claimsmith that is built for this system; this one is WebAssembly"
        );
        Ok(None)
    }
}
