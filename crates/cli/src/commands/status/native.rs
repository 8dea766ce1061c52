//! Looks at a tenant.

use std::time::Duration;

use claimsmith_connectors::auth0::{Auth0, Settings};
use claimsmith_connectors::http::Options;
use claimsmith_lifecycle::drift::Severity;

use super::action::{SLICES, look_at_action};
use super::arguments::StatusArguments;
use super::calendar_file::write_calendar;
use super::desired;
use super::progress::Progress;
use super::report::{Check, CheckState, Report};
use super::settings::{
    ENABLED, look_at_connections, look_at_enabled, look_at_organizations, look_at_profiles,
};
use super::shown::Shown;
use crate::arguments::OutputFormat;
use crate::commands::deploy::TenantSummary;
use crate::exit_status::ExitStatus;
use crate::platform;
use crate::render::json;
use crate::tenant::declared;
use crate::terminal::Terminal;

/// The time between two requests: Auth0's smallest rate limit is two requests a second.
const INTERVAL: Duration = Duration::from_millis(500);

/// Half a second for each of the pages of a tenant with half a million organizations.
const LIMIT: Duration = Duration::from_secs(3600);

/// How a tenant is read: slowly, unless it is a stand-in on this machine.
fn options(settings: &Settings) -> Options {
    let interval = if settings.stand_in().is_some() { Duration::ZERO } else { INTERVAL };
    Options { interval, limit: LIMIT, ..Options::default() }
}

impl StatusArguments {
    pub(crate) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let settings = self.access.credentials.auth0()?;
        let Some(platform) =
            platform::load_counting_warnings(&self.access.mappings.path, &self.access.tenant, terminal)?
        else {
            return Ok(ExitStatus::Failure);
        };
        let tenant = declared(&platform)?.clone();
        let mut desired = desired::of(&platform);
        let auth0 = Auth0::connect(&tenant, &settings, &[], options(&settings))?;
        if let Some(file) = &self.calendar {
            let stand_in = settings.stand_in();
            return write_calendar(
                &auth0,
                (&platform, &tenant),
                &desired,
                (file, stand_in, self.format),
                terminal,
            );
        }
        let mut report = Report::default();
        let running = look_at_action(&auth0, platform, &tenant, &mut report, terminal)?;
        let has_slices = report.checks.iter().any(|check| check.name == SLICES);
        if has_slices || running.as_ref().is_some_and(|running| !running.travels) {
            desired.mappings.iter_mut().for_each(|mapping| mapping.block = None);
        }
        let mut progress = Progress(&mut terminal.err);
        let connections = look_at_connections(&auth0, &desired, &mut report, &mut progress)?;
        look_at_organizations(&auth0, &desired, &mut report, &mut progress)?;
        if self.skip_enabled {
            report.add(Check::new(ENABLED, CheckState::Skipped), []);
        } else {
            look_at_enabled(&auth0, &desired, connections.as_deref(), &mut report, &mut progress)?;
        }
        look_at_profiles(&auth0, self.profiles, &mut report, &mut progress)?;
        progress.end()?;
        let tenant = TenantSummary::new(tenant.name(), tenant.domain(), settings.stand_in());
        let shown = Shown::new(tenant, running.as_ref(), &report, auth0.requests());
        match self.format {
            OutputFormat::Human => shown.write(&mut terminal.out)?,
            OutputFormat::Json => json::versioned(&mut terminal.out, &shown)?,
        }
        let denied = if self.deny_warnings { Severity::Warning } else { Severity::Problem };
        if report.findings.iter().any(|finding| finding.severity <= denied) {
            return Ok(ExitStatus::Failure);
        }
        report.all_checked("it is not known whether logins work as the files say")
    }
}
