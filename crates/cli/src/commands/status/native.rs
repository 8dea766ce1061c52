//! Looks at a tenant.

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::bail;
use claimsmith::compiler::{CompiledPlatform, Tenant};
use claimsmith_connectors::Error;
use claimsmith_connectors::auth0::{Auth0, Settings};
use claimsmith_connectors::http::Options;
use claimsmith_lifecycle::calendar::{Expiry, to_ics};
use claimsmith_lifecycle::deployment::{Content, Observed, Origin};
use claimsmith_lifecycle::drift::{
    Desired, Finding, FindingCode, OrganizationCheck, ProfileCheck, Severity, check_connections,
    check_enabled,
};
use claimsmith_lifecycle::tenant::Connection;

use super::arguments::StatusArguments;
use super::calendar::{self, Calendar};
use super::desired;
use super::report::{Check, CheckState, Report};
use super::shown::{Running, Shown};
use crate::action_reader;
use crate::arguments::OutputFormat;
use crate::commands::deploy::{
    DeployPackaging, Prepared, SecondActions, TenantSummary, differing_slices, origin, ours, quoted,
    slices_in_flow,
};
use crate::deployment_files::{ACTION_NAME, TRIGGER};
use crate::exit_status::ExitStatus;
use crate::login_time;
use crate::numbers::{counted, spaced};
use crate::platform;
use crate::render::json;
use crate::tenant::declared;
use crate::terminal::{Stream, Terminal};
use crate::write::NewFiles;

/// The check of connections by organization.
const ENABLED: &str = "enabled connections";

/// The check of the Actions that divide the customers.
const SLICES: &str = "slices";

/// How many versions are shown.
const SHOWN_VERSIONS: usize = 5;

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
        let settings = self.credentials.auth0()?;
        let Some(platform) = platform::load_counting_warnings(&self.mappings.path, &self.tenant, terminal)?
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
        all_checked(&report, "it is not known whether logins work as the files say")
    }
}

/// Success, if nothing is unknown.
fn all_checked(report: &Report, consequence: &str) -> anyhow::Result<ExitStatus> {
    let not_checked = report.not_checked();
    if not_checked.is_empty() {
        return Ok(ExitStatus::Success);
    }
    let scopes = report.missing_scopes();
    let advice = match scopes.is_empty() {
        true => "run the command again".to_owned(),
        false => format!("add `{}` to the client grant for the Auth0 Management API", scopes.join("`, `")),
    };
    bail!("could not read everything ({}), so {consequence}; {advice}", not_checked.join(", "))
}

/// Writes what expires.
fn write_calendar(
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
    let certificates = Reading { auth0, name: "certificates", scope: "read:connections" };
    expiries.extend(certificates.read(&mut report, || {
        auth0.read_connections(&mut |rows| {
            connections.extend(rows);
            progress.show("connections", connections.len(), None);
        })?;
        Ok((connections.len(), calendar::of_certificates(&connections)))
    })?);
    let scim = Reading { auth0, name: "SCIM tokens", scope: "read:scim_token" };
    let has_connections = report.not_checked().is_empty();
    expiries.extend(scim.read_if(has_connections, &mut report, || {
        let mut show = |count| progress.show("connections asked for SCIM tokens", count, None);
        calendar::of_scim(auth0, &connections, &mut show).map(|found| (connections.len(), found))
    })?);
    let clients = Reading { auth0, name: "keys of clients", scope: "read:client_credentials" };
    expiries.extend(clients.read(&mut report, || calendar::of_clients(auth0, platform))?);
    let tenant = Reading { auth0, name: "keys of the tenant", scope: "read:signing_keys" };
    expiries
        .extend(tenant.read(&mut report, || calendar::of_tenant(auth0).map(|found| (found.len(), found)))?);
    if desired.verification.is_some() {
        let blocks = Reading { auth0, name: "blocks", scope: "read:organizations" };
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
    all_checked(&report, "the calendar is incomplete")
}

/// Something that needs a scope.
struct Reading<'r> {
    auth0: &'r Auth0,
    name: &'static str,
    scope: &'static str,
}

impl Reading<'_> {
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
        if self.auth0.lacks(self.scope) {
            report.add(Check::without_scope(self.name, self.scope), []);
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

fn look_at_action(
    auth0: &Auth0,
    platform: CompiledPlatform,
    tenant: &Tenant,
    report: &mut Report,
    terminal: &mut Terminal,
) -> anyhow::Result<Option<Running>> {
    const NAME: &str = "action";
    const SCOPE: &str = "read:actions";
    if auth0.lacks(SCOPE) {
        report.add(Check::without_scope(NAME, SCOPE), []);
        return Ok(None);
    }
    let origin = |code: &str| origin(code, tenant.domain());
    let read = auth0.state(&[ACTION_NAME], TRIGGER).and_then(|state| {
        let mut versions = match state.action() {
            Some(action) => auth0.versions(&action.id)?,
            None => Vec::new(),
        };
        versions.truncate(SHOWN_VERSIONS);
        let second = SecondActions::find(auth0, &state.bindings, tenant.domain())?;
        let second = second.findings(state.action().is_some());
        Ok((state, versions, second))
    });
    let (state, versions, second) = match read {
        Ok(read) => read,
        Err(error) => {
            report.add(Check::failed(NAME, 0, error)?, []);
            return Ok(None);
        }
    };
    report.findings.extend(second);
    let in_flow = slices_in_flow(&state.bindings);
    if !in_flow.is_empty() {
        return look_at_slices(auth0, (&platform, tenant), &in_flow, report, terminal).map(|()| None);
    }
    let observed = state.observed(ours(&origin));
    let reader = action_reader::of_state(&state);
    let has_reader = reader.is_some();
    let packaging = match reader.and_then(|reader| reader.verification) {
        Some(_) if platform.block_settings().is_some() => DeployPackaging::Organizations,
        _ => DeployPackaging::Embedded,
    };
    let Some(prepared) = Prepared::of(platform, packaging, terminal)? else {
        bail!("the mapping files give no Action that could be compared with the one that logins run")
    };
    // Before the first deployment, mappings that can travel are expected to.
    let travels = packaging == DeployPackaging::Organizations || !has_reader;
    let running = Running::new((&prepared.wanted, travels), &state, &observed, &versions);
    let read = usize::from(observed.action().is_some());
    let check = Check { read, total: Some(read), ..Check::new(NAME, CheckState::Checked) };
    report.add(check, findings_of_action(&running, &observed, &prepared.wanted.content));
    Ok(Some(running))
}

/// Compares the Actions that divide the customers.
fn look_at_slices(
    auth0: &Auth0,
    (platform, tenant): (&CompiledPlatform, &Tenant),
    in_flow: &[&str],
    report: &mut Report,
    terminal: &mut Terminal,
) -> anyhow::Result<()> {
    let read = in_flow.len();
    let check = Check { read, total: Some(read), ..Check::new(SLICES, CheckState::Checked) };
    let Some(differing) = differing_slices((platform, tenant), auth0, in_flow, terminal)? else {
        let finding = Finding::new(
            FindingCode::ActionDiffers,
            quoted(in_flow).join(", "),
            format!("the mapping files do not fit into the {} that logins run", counted(read, "slice")),
            "`claimsmith bundle --packaging slices` shows the sizes, and `claimsmith deploy plan --slices NUMBER` takes more slices".to_owned(),
        );
        report.add(check, [finding]);
        return Ok(());
    };
    let finding = |name: String| {
        Finding::new(
            FindingCode::ActionDiffers,
            format!("Action `{name}`"),
            "the version that is deployed is not what the mapping files give".to_owned(),
            "`claimsmith deploy plan` says what would change, and `claimsmith deploy apply` does it"
                .to_owned(),
        )
    };
    report.add(check, differing.into_iter().map(finding));
    Ok(())
}

fn findings_of_action(running: &Running, observed: &Observed, wanted: &Content) -> Vec<Finding> {
    let place = || format!("Action `{}`", running.action);
    let finding = |code, what: &str, fix: &str| Finding::new(code, place(), what.to_owned(), fix.to_owned());
    let deploy = "`claimsmith deploy plan` says what would change, and `claimsmith deploy apply` does it";
    let foreign = |what: &str| {
        vec![finding(
            FindingCode::ForeignAction,
            what,
            "if it is to stay, unbind it from its trigger and rename it in Auth0; then deploy with `claimsmith deploy`",
        )]
    };
    match observed.action().map(|action| &action.origin) {
        None => return vec![finding(FindingCode::ActionMissing, "there is none", deploy)],
        Some(Origin::Foreign) => return foreign("claimsmith did not build it"),
        Some(Origin::OtherTenant(domain)) => {
            return foreign(&format!("it was built for the tenant {domain}"));
        }
        Some(Origin::Ours) => {}
    }
    let mut findings = Vec::new();
    if observed.action().is_some_and(|action| action.has_other_draft(wanted)) {
        let fix = "`claimsmith deploy apply` replaces the draft, and `claimsmith deploy rollback` puts what is deployed back into it";
        findings.push(finding(FindingCode::DraftDiffers, "its draft is not what is deployed", fix));
    }
    if running.found.is_none() {
        findings.push(finding(FindingCode::ActionMissing, "no version of it is deployed", deploy));
    } else if !running.current {
        let what = "the version that is deployed is not what the mapping files give";
        findings.push(finding(FindingCode::ActionDiffers, what, deploy));
    }
    if !running.bound {
        let what = format!("{} does not run it", running.trigger);
        findings.push(finding(FindingCode::ActionNotBound, &what, deploy));
    }
    findings
}

fn look_at_connections(
    auth0: &Auth0,
    desired: &Desired,
    report: &mut Report,
    progress: &mut Progress<'_>,
) -> anyhow::Result<Option<Vec<Connection>>> {
    const NAME: &str = "connections";
    const SCOPE: &str = "read:connections";
    if auth0.lacks(SCOPE) {
        report.add(Check::without_scope(NAME, SCOPE), []);
        return Ok(None);
    }
    let mut seen = Vec::new();
    let read = auth0.read_connections(&mut |rows| {
        seen.extend(rows);
        progress.show(NAME, seen.len(), None);
    });
    let count = seen.len();
    match read {
        Ok(()) => {
            let check = Check { read: count, total: Some(count), ..Check::new(NAME, CheckState::Checked) };
            report.add(check, check_connections(desired, &seen));
            Ok(Some(seen))
        }
        // Which ones are missing is not known, and the settings of the others are looked at by the next run.
        Err(error) => {
            report.add(Check::failed(NAME, count, error)?, []);
            Ok(None)
        }
    }
}

/// Which connections are enabled for the organizations of the mappings: Auth0 has a list for each organization alone.
fn look_at_enabled(
    auth0: &Auth0,
    desired: &Desired,
    connections: Option<&[Connection]>,
    report: &mut Report,
    progress: &mut Progress<'_>,
) -> anyhow::Result<()> {
    const SCOPE: &str = "read:organization_connections";
    if auth0.lacks(SCOPE) {
        report.add(Check::without_scope(ENABLED, SCOPE), []);
        return Ok(());
    }
    let Some(connections) = connections else {
        let why = Some("the connections could not be read".to_owned());
        report.add(Check { why, ..Check::new(ENABLED, CheckState::NotChecked) }, []);
        return Ok(());
    };
    let mapped = || desired.mappings.iter().filter_map(|it| Some((it, it.organization.as_deref()?)));
    let total = mapped().count();
    let (mut read, mut findings) = (0, Vec::new());
    for (mapping, organization) in mapped() {
        match auth0.organization_connections(organization) {
            Ok(enabled) => {
                let enabled = enabled.iter().map(|it| it.connection_id.as_str()).collect();
                findings.extend(check_enabled(mapping, &enabled, connections));
            }
            // That the organization is missing is a finding already.
            Err(error) if error.status() == Some(404) => {}
            Err(error) => {
                let failed = Check::failed(ENABLED, read, error)?;
                report.add(Check { total: Some(total), ..failed }, findings);
                return Ok(());
            }
        }
        read += 1;
        progress.show(ENABLED, read, Some(total));
    }
    report.add(Check { read, total: Some(total), ..Check::new(ENABLED, CheckState::Checked) }, findings);
    Ok(())
}

fn look_at_organizations(
    auth0: &Auth0,
    desired: &Desired,
    report: &mut Report,
    progress: &mut Progress<'_>,
) -> anyhow::Result<()> {
    const NAME: &str = "organizations";
    const SCOPE: &str = "read:organizations";
    if auth0.lacks(SCOPE) {
        report.add(Check::without_scope(NAME, SCOPE), []);
        return Ok(());
    }
    let expected = desired.mappings.iter().filter(|it| it.organization.is_some()).count();
    let mut check = OrganizationCheck::new(desired, auth0.service_time() as u32);
    let mut count = 0;
    let read = auth0.read_organizations(&mut |rows| {
        rows.iter().for_each(|organization| check.see(organization));
        count += rows.len();
        progress.show(NAME, count, Some(expected));
    });
    match read {
        Ok(()) => {
            let done = Check { read: count, total: Some(count), ..Check::new(NAME, CheckState::Checked) };
            report.add(done, check.finish());
        }
        Err(error) => report.add(Check::failed(NAME, count, error)?, check.incomplete()),
    }
    Ok(())
}

fn look_at_profiles(
    auth0: &Auth0,
    most: u16,
    report: &mut Report,
    progress: &mut Progress<'_>,
) -> anyhow::Result<()> {
    const NAME: &str = "profiles";
    const SCOPE: &str = "read:users";
    if most == 0 {
        report.add(Check::new(NAME, CheckState::Skipped), []);
        return Ok(());
    }
    if auth0.lacks(SCOPE) {
        report.add(Check::without_scope(NAME, SCOPE), []);
        return Ok(());
    }
    let mut check = ProfileCheck::default();
    let read = auth0.read_profiles(usize::from(most), &mut |rows| {
        rows.iter().for_each(|profile| check.see(profile));
        progress.show(NAME, check.seen(), Some(usize::from(most)));
    });
    let seen = check.seen();
    match read {
        Ok(total) => {
            let done = Check { read: seen, total, ..Check::new(NAME, CheckState::Checked) };
            report.add(done, check.finish());
        }
        Err(error) => report.add(Check::failed(NAME, seen, error)?, check.finish()),
    }
    Ok(())
}

/// How far it is, in one line of a terminal; nowhere else.
struct Progress<'t>(&'t mut Stream);

impl Progress<'_> {
    fn show(&mut self, what: &str, count: usize, about: Option<usize>) {
        if !self.0.is_screen {
            return;
        }
        let about = about.filter(|about| *about >= count);
        let about = about.map(|about| format!(" of about {}", spaced(about))).unwrap_or_default();
        // A line that cannot be shown changes nothing.
        let _ =
            write!(self.0, "\r\u{1b}[K{what}: {} read{about}", spaced(count)).and_then(|()| self.0.flush());
    }

    /// Removes the line.
    fn end(self) -> io::Result<()> {
        if self.0.is_screen {
            write!(self.0, "\r\u{1b}[K")?
        }
        self.0.flush()
    }
}
