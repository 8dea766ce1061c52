//! Reads what expires, and writes it as a calendar.

use std::io::Write;
use std::path::Path;

use claimsmith::compiler::{CompiledPlatform, Tenant};
use claimsmith_connectors::Error;
use claimsmith_connectors::auth0::Auth0;
use claimsmith_lifecycle::calendar::{Expiry, to_ics};
use claimsmith_lifecycle::drift::Desired;

use super::calendar::{self, Calendar};
use super::progress::Progress;
use super::report::{Check, CheckState, Report};
use crate::arguments::OutputFormat;
use crate::commands::deploy::TenantSummary;
use crate::exit_status::ExitStatus;
use crate::login_time;
use crate::render::json;
use crate::terminal::Terminal;
use crate::write::NewFiles;

/// Writes what expires.
pub(super) fn write_calendar(
    auth0: &Auth0,
    (platform, declared_tenant): (&CompiledPlatform, &Tenant),
    desired: &Desired,
    (file, stand_in, format): (&Path, Option<&str>, OutputFormat),
    terminal: &mut Terminal,
) -> anyhow::Result<ExitStatus> {
    let now = login_time::current() as u32;
    // What cannot be written is said before anything is read.
    let mut files = NewFiles::default();
    files.add(file, Vec::new(), false)?;
    drop(files);
    let mut report = Report::default();
    let mut expiries = calendar::of_rules(platform);
    let mut progress = Progress(&mut terminal.err);
    let mut connections = Vec::new();
    let certificates = ScopedRead { auth0, name: "certificates", scope: "read:connections" };
    expiries.extend(certificates.read(&mut report, || {
        auth0.read_connections(&mut |rows| {
            connections.extend(rows);
            progress.show("connections", connections.len(), None);
        })?;
        Ok((connections.len(), calendar::of_certificates(&connections)))
    })?);
    let scim = ScopedRead { auth0, name: "SCIM tokens", scope: "read:scim_token" };
    let has_connections = report.not_checked().is_empty();
    expiries.extend(scim.read_if(has_connections, &mut report, || {
        let mut show = |count| progress.show("connections asked for SCIM tokens", count, None);
        calendar::of_scim(auth0, &connections, &mut show).map(|found| (connections.len(), found))
    })?);
    let clients = ScopedRead { auth0, name: "keys of clients", scope: "read:client_credentials" };
    expiries.extend(clients.read(&mut report, || calendar::of_clients(auth0, platform))?);
    let tenant = ScopedRead { auth0, name: "keys of the tenant", scope: "read:signing_keys" };
    expiries
        .extend(tenant.read(&mut report, || calendar::of_tenant(auth0).map(|found| (found.len(), found)))?);
    if desired.verification.is_some() {
        let blocks = ScopedRead { auth0, name: "blocks", scope: "read:organizations" };
        expiries.extend(blocks.read(&mut report, || {
            let (mut count, mut found) = (0, Vec::new());
            auth0.read_organizations(&mut |rows| {
                count += rows.len();
                found.extend(rows.iter().filter_map(|it| calendar::of_block(desired, it, now)));
                progress.show("organizations", count, None);
            })?;
            Ok((count, found))
        })?);
    }
    progress.end()?;
    expiries.sort();
    let mut files = NewFiles::default();
    let text = to_ics(declared_tenant.domain(), &expiries, now.into());
    files.add(file, text.into_bytes(), false)?;
    files.commit()?;
    let tenant = TenantSummary::new(declared_tenant.name(), declared_tenant.domain(), stand_in);
    let shown = file.display().to_string();
    let calendar = Calendar::new(tenant, shown, &report, auth0.requests(), &expiries, now.into());
    match format {
        OutputFormat::Human => calendar.write(&mut terminal.out)?,
        OutputFormat::Json => json::versioned(&mut terminal.out, &calendar)?,
    }
    terminal.out.flush()?;
    report.all_checked("the calendar is incomplete")
}

/// Something that needs a scope.
struct ScopedRead<'r> {
    auth0: &'r Auth0,
    name: &'static str,
    scope: &'static str,
}

impl ScopedRead<'_> {
    /// The same, if what it depends on could be read.
    fn read_if(
        &self,
        is_possible: bool,
        report: &mut Report,
        read: impl FnOnce() -> Result<(usize, Vec<Expiry>), Error>,
    ) -> anyhow::Result<Vec<Expiry>> {
        if is_possible {
            return self.read(report, read);
        }
        let why = Some("the connections could not be read".to_owned());
        report.add(Check { why, ..Check::new(self.name, CheckState::NotChecked) }, []);
        Ok(Vec::new())
    }

    /// Reads it, and notes how many objects that were; nothing if it could not be read.
    fn read(
        &self,
        report: &mut Report,
        read: impl FnOnce() -> Result<(usize, Vec<Expiry>), Error>,
    ) -> anyhow::Result<Vec<Expiry>> {
        if report.lacks_scope(self.auth0, self.name, self.scope) {
            return Ok(Vec::new());
        }
        match read() {
            Ok((count, found)) => {
                report.add(Check { read: count, ..Check::new(self.name, CheckState::Checked) }, []);
                Ok(found)
            }
            Err(error) => {
                report.add(Check::failed(self.name, 0, error)?, []);
                Ok(Vec::new())
            }
        }
    }
}
