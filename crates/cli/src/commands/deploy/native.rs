//! What `claimsmith deploy` does, with the network.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, anyhow};
use claimsmith::compiler::{CompiledPlatform, Tenant};
use claimsmith_connectors::auth0::{Auth0, DeployError, Ours, Settings, code_digest};
use claimsmith_connectors::http::Options;
use claimsmith_lifecycle::deployment::{Content, Origin, Plan, Wanted};
use claimsmith_lifecycle::journal::Phase;

use super::arguments::{ApplyArguments, CredentialsArgument, PlanArguments, RollbackArguments};
use super::journal_file::JournalFile;
use super::origin;
use super::shown::Planned;
use crate::action::{self, LIMIT};
use crate::arguments::OutputFormat;
use crate::assumption_record;
use crate::deployment_files::{ACTION_NAME, RUNTIME, TRIGGER, TRIGGER_VERSION};
use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::input;
use crate::numbers::spaced;
use crate::platform;
use crate::render::json;
use crate::tenant::TenantArgument;
use crate::terminal::Terminal;
use crate::write;

const READ: &[&str] = &["read:actions"];
const DEPLOY: &[&str] = &["read:actions", "create:actions", "update:actions"];
const ROLL_BACK: &[&str] = &["read:actions", "create:actions"];

/// The Action of some mapping files, and its tenant.
pub(crate) struct Prepared {
    pub(crate) platform: CompiledPlatform,
    pub(crate) tenant: Tenant,
    pub(crate) wanted: Wanted,
    code: String,
}

impl Prepared {
    /// Builds the Action; `None` if there are findings or it is too large, which was printed.
    pub(crate) fn build(
        path: &Path,
        tenant: &TenantArgument,
        terminal: &mut Terminal,
    ) -> anyhow::Result<Option<Self>> {
        let engine = action::embedded_engine()?;
        let Some(platform) = platform::load(path, tenant, terminal)? else { return Ok(None) };
        let tenant = declared(&platform)?;
        let action = action::compose(engine, &platform, LIMIT)?;
        if action.sizes.total > LIMIT {
            let (total, limit) = (spaced(action.sizes.total), spaced(LIMIT));
            writeln!(
                terminal.err,
                "error: the Action takes {total} bytes of {limit}; `claimsmith bundle` shows what takes most"
            )?;
            return Ok(None);
        }
        let bundle =
            claimsmith::Bundle::decode(&platform.bundle).context("the compiled mappings cannot be used")?;
        let wanted = Wanted {
            name: ACTION_NAME.to_owned(),
            trigger: TRIGGER.to_owned(),
            trigger_version: TRIGGER_VERSION.to_owned(),
            content: Content { code: code_digest(&action.text), runtime: RUNTIME.to_owned() },
            bytes: action.text.len(),
            mappings: bundle.digest_hex(),
        };
        Ok(Some(Self { platform, tenant, wanted, code: action.text }))
    }
}

fn declared(platform: &CompiledPlatform) -> anyhow::Result<Tenant> {
    platform.tenant().cloned().ok_or_else(|| {
        anyhow!(
            "`platform.yaml` declares no tenant, so nothing says which one to change; add `tenants: {{ production: {{ domain: … }} }}` with its domain"
        )
    })
}

impl CredentialsArgument {
    /// Reads them.
    pub(crate) fn settings(&self) -> anyhow::Result<Settings> {
        Ok(match &self.file {
            Some(file) => Settings::from_file(file)?,
            None => Settings::from_environment()?,
        })
    }
}

/// What this program knows about its Action.
pub(crate) fn ours(origin: &dyn Fn(&str) -> Origin) -> Ours<'_> {
    Ours { name: ACTION_NAME, trigger: (TRIGGER, TRIGGER_VERSION), origin }
}

/// Prints a refusal, which is an answer; everything else is an error.
fn refused(error: DeployError, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
    match error {
        DeployError::Request(_) | DeployError::Journal(_) | DeployError::RollBack { .. } => Err(error.into()),
        refusal => {
            terminal.out.flush()?;
            writeln!(terminal.err, "error: {}", escaped(&refusal.to_string()))?;
            Ok(ExitStatus::Failure)
        }
    }
}

impl PlanArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let settings = self.credentials.settings()?;
        let Some(prepared) = Prepared::build(&self.mappings.path, &self.tenant, terminal)? else {
            return Ok(ExitStatus::Failure);
        };
        let Prepared { platform, tenant, wanted, .. } = prepared;
        assumption_record::require(&platform, &assumption_record::features_of_deployment(&platform))?;
        let auth0 = Auth0::connect(&tenant, &settings, READ, Options::default())?;
        let origin = |code: &str| origin::origin(code, tenant.domain());
        let observed = auth0.state(ours(&origin))?.observed(ours(&origin));
        let made_by = concat!("claimsmith ", env!("CARGO_PKG_VERSION"));
        let before = self.before.as_deref();
        let plan = Plan::new((tenant.name(), tenant.domain()), made_by, wanted, &observed, before);
        let planned = plan.and_then(|plan| plan.steps(&observed).map(|steps| (plan, steps)));
        let (plan, steps) = match planned {
            Ok(planned) => planned,
            Err(refusal) => return refused(refusal.into(), terminal),
        };
        write::write(&self.out, plan.to_json().into_bytes())?;
        let file = self.out.to_string_lossy();
        let planned = Planned { file: &file, plan: &plan, steps: &steps, stand_in: settings.stand_in() };
        match self.format {
            OutputFormat::Human => planned.write(&mut terminal.out)?,
            OutputFormat::Json => json::versioned(&mut terminal.out, &planned.summary())?,
        }
        Ok(ExitStatus::Success)
    }
}

impl ApplyArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let settings = self.credentials.settings()?;
        let (reader, name) = input::open(&self.plan)?;
        let text = input::read_text(reader, &name)?;
        let named = |error| anyhow!("`{}` cannot be carried out: {error}", self.plan.display());
        let plan = Plan::from_json(&text).map_err(named)?;
        let chosen = TenantArgument { name: Some(plan.tenant.clone()) };
        let Some(prepared) = Prepared::build(&self.mappings, &chosen, terminal)? else {
            return Ok(ExitStatus::Failure);
        };
        let Prepared { platform, tenant, wanted, code } = prepared;
        assumption_record::require(&platform, &assumption_record::features_of_deployment(&platform))?;
        plan.check(tenant.domain(), &wanted).map_err(named)?;
        let beside = self.plan.with_extension("journal.jsonl");
        let path = self.journal.as_deref().unwrap_or(&beside);
        let mut journal = JournalFile::open(path, tenant.domain(), &code_digest(&text))?;
        let auth0 = Auth0::connect(&tenant, &settings, DEPLOY, Options::default())?;
        let origin = |code: &str| origin::origin(code, tenant.domain());
        let mut record = |step: &str, phase, error: Option<&str>| {
            journal.append(step, phase, error)?;
            show_step(terminal, step, phase)
        };
        match auth0.carry_out(&plan, &code, ours(&origin), self.force, &mut record) {
            Ok(steps) => {
                let what = if steps.is_empty() { "already run" } else { "run" };
                let mappings = wanted.mappings.get(..12).unwrap_or_default();
                writeln!(
                    terminal.out,
                    "logins {what} `{ACTION_NAME}` with the mappings {mappings}, in the tenant {} ({})",
                    tenant.name(),
                    tenant.domain()
                )?;
                Ok(ExitStatus::Success)
            }
            Err(error) => refused(error, terminal),
        }
    }
}

/// Says that a step is done, as soon as it is.
fn show_step(terminal: &mut Terminal, step: &str, phase: Phase) -> Result<(), String> {
    if phase != Phase::Done {
        return Ok(());
    }
    let shown = writeln!(terminal.out, "{step}: done").and_then(|()| terminal.out.flush());
    shown.map_err(|error| error.to_string())
}

impl RollbackArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let settings = self.credentials.settings()?;
        let Some((_, platforms)) = platform::load_all(&self.mappings.path, terminal)? else {
            return Ok(ExitStatus::Failure);
        };
        let tenant = declared(&self.tenant.select(platforms)?)?;
        let mut journal = JournalFile::open(&self.journal, tenant.domain(), "rollback")?;
        let auth0 = Auth0::connect(&tenant, &settings, ROLL_BACK, Options::default())?;
        let origin = |code: &str| origin::origin(code, tenant.domain());
        let mut record = |step: &str, phase, error: Option<&str>| journal.append(step, phase, error);
        match auth0.take_back(ours(&origin), self.to, &mut record) {
            Ok(back) => {
                let what = if back.is_unchanged { "already run" } else { "run" };
                let code = back.to.code.as_deref().map(code_digest).unwrap_or_default();
                writeln!(
                    terminal.out,
                    "logins {what} version {} of `{ACTION_NAME}` (code {}), in the tenant {} ({})",
                    back.to.number,
                    code.get(..12).unwrap_or_default(),
                    tenant.name(),
                    tenant.domain()
                )?;
                Ok(ExitStatus::Success)
            }
            Err(error) => refused(error, terminal),
        }
    }
}
