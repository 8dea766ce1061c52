//! Compares what logins run with what the mapping files give.

use anyhow::bail;
use claimsmith::compiler::{CompiledPlatform, Tenant};
use claimsmith_connectors::auth0::Auth0;
use claimsmith_lifecycle::deployment::{Content, Observed, Origin};
use claimsmith_lifecycle::drift::{Finding, FindingCode};

use super::report::{Check, CheckState, Report};
use super::shown::Running;
use crate::action_reader;
use crate::commands::deploy::{
    DeployPackaging, Prepared, SecondActions, differing_slices, origin, ours, quoted, slices_in_flow,
};
use crate::deployment_files::{ACTION_NAME, TRIGGER};
use crate::numbers::counted;
use crate::terminal::Terminal;

/// The check of the Actions that divide the customers.
pub(super) const SLICES: &str = "slices";

/// How many versions are shown.
const SHOWN_VERSIONS: usize = 5;

pub(super) fn look_at_action(
    auth0: &Auth0,
    platform: CompiledPlatform,
    tenant: &Tenant,
    report: &mut Report,
    terminal: &mut Terminal,
) -> anyhow::Result<Option<Running>> {
    const NAME: &str = "action";
    const SCOPE: &str = "read:actions";
    if report.lacks_scope(auth0, NAME, SCOPE) {
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
