//! What `claimsmith qlik` does, with the network.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use anyhow::{anyhow, bail};
use claimsmith::compiler::inspect::{self, ApplicationDetails, word_list};
use claimsmith::compiler::{CompiledPlatform, Tenant};
use claimsmith_connectors::http::Options;
use claimsmith_connectors::qlik::{Qlik, SetUpError, has_secret};
use claimsmith_lifecycle::qlik::{ClaimSpelling, Plan, RunTerms, Step, Wanted, findings};

use super::arguments::{ApplyArguments, ClaimPath, PlanArguments};
use super::shown::{PlanSummary, write_waiting};
use crate::arguments::OutputFormat;
use crate::assumption_record;
use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::journal_file::JournalFile;
use crate::numbers::spaced;
use crate::plan_file;
use crate::platform;
use crate::progress::{show_refusal, show_step};
use crate::render::json;
use crate::tenant::TenantArgument;
use crate::terminal::Terminal;
use crate::write;

/// How long a request may take with the pauses that Qlik Cloud asks for: it takes 100 changes a minute.
const PER_STEP: Duration = Duration::from_secs(1);

impl ClaimPath {
    fn of(self, claim: &str) -> ClaimSpelling {
        match self {
            Self::Pointer => ClaimSpelling::pointer(claim),
            Self::Name => ClaimSpelling::bare(claim),
            Self::Either => ClaimSpelling::either(claim),
        }
    }
}

/// The application of Qlik Cloud that has a name, or the only one.
fn application(platform: &CompiledPlatform, name: Option<&str>) -> anyhow::Result<ApplicationDetails> {
    let all = inspect::applications(platform);
    let mut own: Vec<ApplicationDetails> = all.into_iter().filter(|it| it.is_qlik_cloud).collect();
    let names: Vec<String> = own.iter().map(|it| it.name.clone()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    if let Some(name) = name {
        let found = own.into_iter().find(|it| it.name == name);
        return found.ok_or_else(|| match names.as_slice() {
            [] => none(),
            names => anyhow!(
                "`{name}` is not an application with the profile `qlik-cloud`; there is {}",
                word_list(names)
            ),
        });
    }
    match (own.pop(), own.is_empty()) {
        (Some(only), true) => Ok(only),
        (None, _) => Err(none()),
        (Some(_), false) => bail!(
            "several applications have the profile `qlik-cloud`; choose one with `--application NAME`: {}",
            word_list(&names)
        ),
    }
}

fn none() -> anyhow::Error {
    anyhow!(
        "no application in `platform.yaml` has `profile: qlik-cloud`; add it to the one that is in Qlik Cloud"
    )
}

/// What Qlik Cloud is to have for an application.
fn wanted(
    platform: &CompiledPlatform,
    application: &ApplicationDetails,
    claim: Option<ClaimSpelling>,
) -> Wanted {
    let groups = inspect::target_groups(platform).into_iter();
    let own = groups.filter(|group| group.applications.contains(&application.name)).map(|group| group.name);
    let mut groups: Vec<String> = own.collect();
    groups.sort();
    Wanted { application: application.name.clone(), groups, claim }
}

/// Refuses what depends on an assumption that failed. The default spelling is one of them, and the others are not.
fn require_assumptions(mappings: &Path, platform: &CompiledPlatform, wanted: &Wanted) -> anyhow::Result<()> {
    let mut ids = vec!["qlik-existing-groups-bound"];
    if let Some(claim) = &wanted.claim {
        ids.push("qlik-missing-claim");
        if *claim == ClaimSpelling::pointer(&claim.name) {
            ids.push("qlik-claim-path");
        }
    }
    assumption_record::require_each(mappings, platform, &ids)
}

/// Prints a refusal, which is an answer; everything else is an error.
fn refused(error: SetUpError, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
    match error {
        SetUpError::Request(_) | SetUpError::Journal(_) | SetUpError::NoProviderSecret => Err(error.into()),
        refusal => show_refusal(&refusal, terminal),
    }
}

impl PlanArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let settings = self.access.credentials.qlik()?;
        let Some(platform) =
            platform::load_counting_warnings(&self.access.mappings.path, &self.access.tenant, terminal)?
        else {
            return Ok(ExitStatus::Failure);
        };
        let application = application(&platform, self.application.as_deref())?;
        let claim = (!self.only_groups).then(|| self.claim_path.of(&application.claim));
        let wanted = wanted(&platform, &application, claim);
        require_assumptions(&self.access.mappings.path, &platform, &wanted)?;
        let qlik = Qlik::connect(&settings, Options::default())?;
        let observed = qlik.observe()?;
        let noticed = findings(&wanted, &observed, qlik.observe_settings()?);
        let made_by = concat!("claimsmith ", env!("CARGO_PKG_VERSION"));
        let tenant = (qlik.host(), platform.tenant().map(Tenant::name));
        let plan = Plan::new(tenant, made_by, wanted, &observed, self.replace_pending);
        let planned = plan.and_then(|plan| plan.steps(&observed).map(|steps| (plan, steps)));
        let (plan, steps) = match planned {
            Ok(planned) => planned,
            Err(refusal) => return refused(refusal.into(), terminal),
        };
        write::write(&self.out, plan.to_json().into_bytes())?;
        let file = self.out.to_string_lossy();
        let mut summary = PlanSummary::new(&file, &plan, &steps, &noticed, settings.stand_in());
        let sets_options = steps.iter().any(|it| it == Step::SET_PENDING);
        if sets_options && settings.provider_secret().is_none() && !has_secret(&observed) {
            summary = summary.with_secret_needed();
        }
        match self.format {
            OutputFormat::Human => summary.write(&mut terminal.out)?,
            OutputFormat::Json => json::versioned(&mut terminal.out, &summary)?,
        }
        Ok(ExitStatus::Success)
    }
}

impl ApplyArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let settings = self.credentials.qlik()?;
        let (plan, text) = plan_file::read(&self.plan, Plan::from_json)?;
        let named = |error| anyhow!("`{}` cannot be carried out: {error}", self.plan.display());
        let chosen = TenantArgument { name: plan.tenant.clone() };
        let Some(platform) = platform::load_counting_warnings(&self.mappings.path, &chosen, terminal)? else {
            return Ok(ExitStatus::Failure);
        };
        let application = application(&platform, Some(&plan.wanted.application))?;
        // The plan says how the claim is spelled, and the mapping files which claim it is.
        let is_same_claim = plan.wanted.claim.as_ref().is_none_or(|claim| claim.name == application.claim);
        let claim = if is_same_claim { plan.wanted.claim.clone() } else { None };
        plan.check(settings.host(), &wanted(&platform, &application, claim)).map_err(named)?;
        require_assumptions(&self.mappings.path, &platform, &plan.wanted)?;
        let mut journal =
            JournalFile::beside(&self.plan, self.journal.path.as_deref(), settings.host(), &text)?;
        let steps = u32::try_from(plan.found.missing_groups.len()).unwrap_or(u32::MAX);
        let limit = Options::default().limit.saturating_add(PER_STEP.saturating_mul(steps));
        let qlik = Qlik::connect(&settings, Options { limit, ..Options::default() })?;
        let terms = RunTerms { is_forced: self.force, promotes: self.promote };
        let mut record = |step: &str, phase, error: Option<&str>| {
            journal.append(step, phase, error)?;
            show_step(terminal, step, phase)
        };
        let outcome = match qlik.carry_out(&plan, terms, settings.provider_secret(), &mut record) {
            Ok(outcome) => outcome,
            Err(error) => return refused(error, terminal),
        };
        let Some(waiting) = outcome.waiting else {
            let done = if outcome.steps.is_empty() { "already has" } else { "has" };
            let groups = spaced(plan.wanted.groups.len());
            let host = escaped(qlik.host());
            writeln!(
                terminal.out,
                "{host} {done} what was planned: {groups} groups of `{}`{}",
                plan.wanted.application,
                read_from(&plan)
            )?;
            return Ok(ExitStatus::Success);
        };
        if !outcome.steps.is_empty() {
            writeln!(terminal.out)?;
        }
        write_waiting(&mut terminal.out, &waiting, &self.plan.to_string_lossy())?;
        Ok(ExitStatus::Failure)
    }
}

fn read_from(plan: &Plan) -> String {
    let claim = plan.wanted.claim.as_ref();
    claim.map(|claim| format!(", read from the claim `{}`", claim.name)).unwrap_or_default()
}
