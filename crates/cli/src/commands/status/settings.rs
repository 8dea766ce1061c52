//! Checks the connections, organizations and profiles of a tenant.

use claimsmith_connectors::auth0::Auth0;
use claimsmith_lifecycle::drift::{
    Desired, OrganizationCheck, ProfileCheck, check_connections, check_enabled,
};
use claimsmith_lifecycle::tenant::Connection;

use super::progress::Progress;
use super::report::{Check, CheckState, Report};

/// The check of connections by organization.
pub(super) const ENABLED: &str = "enabled connections";

pub(super) fn look_at_connections(
    auth0: &Auth0,
    desired: &Desired,
    report: &mut Report,
    progress: &mut Progress<'_>,
) -> anyhow::Result<Option<Vec<Connection>>> {
    const NAME: &str = "connections";
    const SCOPE: &str = "read:connections";
    if report.lacks_scope(auth0, NAME, SCOPE) {
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
pub(super) fn look_at_enabled(
    auth0: &Auth0,
    desired: &Desired,
    connections: Option<&[Connection]>,
    report: &mut Report,
    progress: &mut Progress<'_>,
) -> anyhow::Result<()> {
    const SCOPE: &str = "read:organization_connections";
    if report.lacks_scope(auth0, ENABLED, SCOPE) {
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

pub(super) fn look_at_organizations(
    auth0: &Auth0,
    desired: &Desired,
    report: &mut Report,
    progress: &mut Progress<'_>,
) -> anyhow::Result<()> {
    const NAME: &str = "organizations";
    const SCOPE: &str = "read:organizations";
    if report.lacks_scope(auth0, NAME, SCOPE) {
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

pub(super) fn look_at_profiles(
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
    if report.lacks_scope(auth0, NAME, SCOPE) {
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
