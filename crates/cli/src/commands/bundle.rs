//! `claimsmith bundle`: builds an Action from mappings.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use claimsmith::compiler::CompiledPlatform;

use crate::action::{self, ActionSizes, LIMIT};
use crate::arguments::{MappingsArgument, OutputFormat};
use crate::capacity::{self, Capacity};
use crate::exit_status::ExitStatus;
use crate::platform;
use crate::render::{human, json};
use crate::results::{BuildSummary, BuiltTenant};
use crate::tenant::TenantArgument;
use crate::terminal::Terminal;
use crate::write;

/// Build the Auth0 Action that evaluates the mappings at each login
///
/// Writes OUT/action.js, one self-contained file with the engine and the mappings, and prints the size of each part
/// and of the whole, which Auth0 limits to 100 000 bytes, and which organizations and rules take most. Warns from
/// 80 % of the limit on. Writes nothing if the mappings have errors or do not fit,
/// and follows no link: neither OUT nor OUT/action.js may be one.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct BundleArguments {
    #[command(flatten)]
    mappings: MappingsArgument,
    #[command(flatten)]
    tenant: TenantArgument,
    /// The folder to write action.js into, which is created if it does not exist
    #[arg(long, value_name = "OUT", default_value = "dist")]
    out: PathBuf,
    /// Write only the compiled mappings, as the engine reads them, into FILE
    #[arg(long, value_name = "FILE", conflicts_with = "out")]
    bundle_only: Option<PathBuf>,
    /// Measure every organization and print every rule, not only the largest ones
    #[arg(long, conflicts_with = "bundle_only")]
    all_sizes: bool,
    /// How to print the sizes
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,
    /// Another limit, for tests
    #[arg(long, value_name = "BYTES", default_value_t = LIMIT, hide = true)]
    limit: usize,
}

const AFTER_HELP: &str = "\
Examples:
  claimsmith bundle
  claimsmith bundle customers/mappings --out dist
  claimsmith bundle --tenant staging --out dist/staging
  claimsmith bundle --all-sizes
  claimsmith bundle --format json | jq .sizes.total";

impl BundleArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        match &self.bundle_only {
            Some(file) => self.build_bundle(file, terminal),
            None => self.build_action(terminal),
        }
    }

    fn build_bundle(&self, file: &Path, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let Some(platform) = platform::load(&self.mappings.path, &self.tenant, terminal)? else {
            return Ok(ExitStatus::Failure);
        };
        write::write(file, platform.bundle.clone())?;
        self.print(Some(file), &platform, None, terminal)?;
        Ok(ExitStatus::Success)
    }

    fn build_action(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let engine = action::embedded_engine()?;
        let Some(platform) = platform::load(&self.mappings.path, &self.tenant, terminal)? else {
            return Ok(ExitStatus::Failure);
        };
        let action = action::compose(engine, &platform, self.limit)?;
        let capacity = capacity::measure(&platform, self.all_sizes)?;
        let sizes = action.sizes;
        if sizes.total > self.limit {
            let advice = human::full(&sizes, &capacity);
            self.print(None, &platform, Some((sizes, capacity)), terminal)?;
            terminal.out.flush()?;
            write!(terminal.err, "{advice}")?;
            return Ok(ExitStatus::Failure);
        }
        let file = self.out.join("action.js");
        write::make_folder(&self.out)?;
        write::write(&file, action.text.into_bytes())?;
        self.print(Some(&file), &platform, Some((sizes, capacity)), terminal)?;
        if sizes.is_nearly_full() {
            terminal.out.flush()?;
            write!(terminal.err, "{}", human::nearly_full(&sizes))?;
        }
        Ok(ExitStatus::Success)
    }

    fn print(
        &self,
        file: Option<&Path>,
        platform: &CompiledPlatform,
        sizes: Option<(ActionSizes, Capacity)>,
        terminal: &mut Terminal,
    ) -> anyhow::Result<()> {
        let bundle = claimsmith::Bundle::decode(&platform.bundle);
        let bundle = bundle.context("the compiled mappings cannot be used")?;
        let file = file.map(Path::to_string_lossy);
        let (sizes, capacity) = sizes.unzip();
        let built = BuildSummary {
            file: file.as_deref(),
            tenant: platform.tenant().map(|it| BuiltTenant { name: it.name(), domain: it.domain() }),
            digest: &bundle.digest_hex(),
            bundle: platform.bundle.len(),
            bytes_per_rule: sizes.and_then(|sizes| sizes.per_rule()),
            sizes,
            capacity,
        };
        match self.format {
            OutputFormat::Human => human::built(&mut terminal.out, &built, self.all_sizes)?,
            OutputFormat::Json => json::built(&mut terminal.out, &built)?,
        }
        Ok(())
    }
}
