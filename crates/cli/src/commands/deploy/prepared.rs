//! The Action of some mapping files and its tenant, and what all verbs of `claimsmith deploy` have in common.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use claimsmith::compiler::{CompiledPlatform, Tenant};
use claimsmith_connectors::auth0::{DeployError, Ours};
use claimsmith_connectors::http::Options;
use claimsmith_lifecycle::assumptions::Feature;
use claimsmith_lifecycle::deployment::{Content, Origin, Plan, Wanted};
use claimsmith_lifecycle::digest::sha256_hex;

use super::arguments::DeployPackaging;
use crate::action::{self, LIMIT};
use crate::assumption_record;
use crate::deployment_files::{ACTION_NAME, RUNTIME, TRIGGER, TRIGGER_VERSION};
use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::numbers::spaced;
use crate::packaging::Division;
use crate::plan_file;
use crate::platform;
use crate::progress::show_refusal;
use crate::tenant::TenantArgument;
use crate::tenant::declared;
use crate::terminal::Terminal;

const NO_BLOCKS: &str =
    "`--packaging organizations` needs `blocks` in platform.yaml, with the keys that sign mappings";

/// The Action of some mapping files, and its tenant.
pub(crate) struct Prepared {
    pub(crate) tenant: Tenant,
    pub(crate) wanted: Wanted,
    pub(super) code: String,
    /// Without the mappings that travel.
    pub(crate) platform: CompiledPlatform,
    /// The names of the mappings that travel.
    pub(super) traveling: Vec<String>,
}

/// How many mappings are named that cannot travel.
const MOST_NOTES: usize = 3;

impl Prepared {
    /// Builds the Action; `None` if there are findings or it is too large, which was printed.
    pub(crate) fn build(
        path: &Path,
        tenant: &TenantArgument,
        packaging: DeployPackaging,
        terminal: &mut Terminal,
    ) -> anyhow::Result<Option<Self>> {
        let Some(platform) = platform::load_counting_warnings(path, tenant, terminal)? else {
            return Ok(None);
        };
        Self::of(platform, packaging, terminal)
    }

    /// The same for a platform that was loaded.
    pub(crate) fn of(
        mut platform: CompiledPlatform,
        packaging: DeployPackaging,
        terminal: &mut Terminal,
    ) -> anyhow::Result<Option<Self>> {
        let engine = action::embedded_engine()?;
        let mut traveling = Vec::new();
        if packaging == DeployPackaging::Organizations {
            let division = Division::of(&platform).context(NO_BLOCKS)?;
            for (name, why) in division.embedded.iter().take(MOST_NOTES) {
                writeln!(
                    terminal.err,
                    "note: the mapping of `{}` stays in the Action: {why}",
                    escaped(name)
                )?;
            }
            let more = division.embedded.len().saturating_sub(MOST_NOTES);
            if more > 0 {
                let more = if more == 1 {
                    "1 more mapping stays".to_owned()
                } else {
                    format!("{more} more mappings stay")
                };
                writeln!(
                    terminal.err,
                    "note: {more} in the Action; `claimsmith bundle --packaging organizations` names each with the reason"
                )?;
            }
            traveling = division.traveling_names().into_iter().map(str::to_owned).collect();
            platform = platform.without_traveling(&division.traveling_names());
        }
        let tenant = declared(&platform)?.clone();
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
            content: Content { code: sha256_hex(&action.text), runtime: RUNTIME.to_owned() },
            bytes: action.text.len(),
            mappings: bundle.digest_hex(),
        };
        Ok(Some(Self { tenant, wanted, code: action.text, platform, traveling }))
    }
}

/// What this program knows about its Action.
pub(crate) fn ours(origin: &dyn Fn(&str) -> Origin) -> Ours<'_> {
    Ours { name: ACTION_NAME, trigger: (TRIGGER, TRIGGER_VERSION), origin }
}

/// Prints a refusal, which is an answer; everything else is an error.
pub(super) fn refused(error: DeployError, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
    match error {
        DeployError::Request(_) | DeployError::Journal(_) | DeployError::RollBack { .. } => Err(error.into()),
        refusal => show_refusal(&refusal, terminal),
    }
}

/// Reads a plan from a file; also returns its text.
///
/// # Errors
///
/// If it cannot be read, or is not a plan of this version.
pub(super) fn read_plan(path: &Path) -> anyhow::Result<(Plan, String)> {
    plan_file::read(path, Plan::from_json)
}

/// How long a command may take that changes a number of organizations.
pub(super) fn options_for(organizations: usize) -> Options {
    let default = Options::default();
    let more = Duration::from_secs(3).saturating_mul(u32::try_from(organizations).unwrap_or(u32::MAX));
    Options { limit: default.limit.saturating_add(more), ..default }
}

/// Where a plan has the mappings.
pub(super) fn packaging_of(plan: &Plan) -> DeployPackaging {
    match plan.blocks {
        Some(_) => DeployPackaging::Organizations,
        None => DeployPackaging::Embedded,
    }
}

/// What a deployment depends on.
pub(super) fn needed_features(
    platform: &CompiledPlatform,
    travels: bool,
    within: Option<u32>,
) -> Vec<Feature> {
    let mut features = assumption_record::features_of_deployment(platform);
    if travels {
        features.push(Feature::Blocks);
    }
    if within.is_some() {
        features.push(Feature::ConfirmWithin);
    }
    features
}
