//! `claimsmith bundle`: builds an Action from mappings.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use claimsmith::compiler::CompiledPlatform;

use crate::action::{self, ActionSizes, LIMIT};
use crate::arguments::{MappingsArgument, OutputFormat};
use crate::capacity::{self, Capacity};
use crate::deployment_files::{Bindings, DeploymentFiles, Target};
use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::numbers::spaced;
use crate::packaging::{Division, Packaging};
use crate::platform;
use crate::recommendation::{Recommendation, recommend};
use crate::render::{human, json};
use crate::results::{BuildSummary, BuiltTenant};
use crate::slices::{self, MAX_SLICES, SliceSummary};
use crate::tenant::TenantArgument;
use crate::terminal::Terminal;
use crate::write::{self, PendingWrites, leftover_drafts};

/// Build the Auth0 Action that evaluates the mappings at each login
///
/// Writes OUT/action.js, one self-contained file with the engine and the mappings, and prints the size of each part
/// and of the whole, which Auth0 limits to 100 000 bytes, and which organizations and rules take most. Warns from
/// 80 % of the limit on. Writes nothing if the mappings have errors or do not fit,
/// and follows no link: neither OUT nor OUT/action.js may be one.
///
/// With `--packaging slices`, divides the customers among several Actions of the same trigger, OUT/action-1.js and so
/// on, where they do not fit into one. Exactly one of them answers each login, as one Action with all mappings would.
///
/// With `--target`, writes the Action in the files of a program that configures tenants. auth0-deploy-cli replaces
/// `##NAME##` by environment variables unless it runs with `--env=false`, and the bindings of a trigger as a whole:
/// they are written only if `--bindings` names all of them.
///
/// With `--smoke`, writes a small Action for a test in the tenant: it starts the engine, verifies a block, and sets a claim
/// with what it found. It sets no other claim and refuses no login.
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
    /// The program that deploys the Action
    #[arg(long, value_enum, default_value_t, conflicts_with = "bundle_only")]
    target: Target,
    /// All Actions of the trigger post-login in their order, `claimsmith` among them, for auth0-deploy-cli
    #[arg(long, value_name = "NAMES", value_parser = Bindings::parse, conflicts_with = "bundle_only")]
    bindings: Option<Bindings>,
    /// Where the mappings of customers are; `organizations` needs `blocks` in platform.yaml
    #[arg(long, value_enum, default_value_t)]
    packaging: Packaging,
    /// Write only the compiled mappings, as the engine reads them, into FILE
    #[arg(long, value_name = "FILE", conflicts_with = "out")]
    bundle_only: Option<PathBuf>,
    /// The number of slices, from 2 to 10; by default the fewest that fit
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u8).range(slices::COUNTS))]
    slices: Option<u8>,
    /// Write only OUT/smoke.js, an Action that tries what the other one needs and grants nothing
    #[arg(long, conflicts_with_all = ["target", "bindings", "packaging", "bundle_only", "slices", "all_sizes"])]
    smoke: bool,
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
  claimsmith bundle --packaging slices --slices 3
  claimsmith bundle --target terraform --out modules/claimsmith
  claimsmith bundle --target deploy-cli-directory --out tenant --bindings 'Check device,claimsmith'
  claimsmith bundle --smoke
  claimsmith bundle --format json | jq .sizes.total";

impl BundleArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        if self.smoke {
            return self.build_smoke(terminal);
        }
        match (&self.bundle_only, self.packaging) {
            (Some(file), _) => self.build_bundle(file, terminal),
            (None, Packaging::Slices) => self.build_slices(terminal),
            (None, _) => self.build_action(terminal),
        }
    }

    #[cfg(not(target_family = "wasm"))]
    fn build_smoke(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let engine = action::embedded_engine()?;
        let Some(platform) = platform::load(&self.mappings.path, &self.tenant, terminal)? else {
            return Ok(ExitStatus::Failure);
        };
        let smoke = crate::smoke::compose(engine, &platform)?;
        let (file, bytes) = (self.out.join("smoke.js"), smoke.text.len());
        write::make_folder(&self.out)?;
        write::write(&file, smoke.text.into_bytes())?;
        let name = file.to_string_lossy();
        match self.format {
            OutputFormat::Human => {
                let out = &mut terminal.out;
                writeln!(out, "wrote {}, {} bytes", escaped(&name), spaced(bytes))?;
                writeln!(
                    out,
                    "its claim is `{}`; every entry has to be `ok`, apart from:",
                    escaped(&smoke.claim)
                )?;
                writeln!(out, "  block: what is in the metadata of the login's organization")?;
                writeln!(out, "  node: the version of Node")?;
                writeln!(out, "put it into the flow for a test, log in, read the claim, and remove it")?;
            }
            OutputFormat::Json => json::versioned(
                &mut terminal.out,
                &serde_json::json!({ "file": name, "claim": smoke.claim, "bytes": bytes }),
            )?,
        }
        Ok(ExitStatus::Success)
    }

    #[cfg(target_family = "wasm")]
    fn build_smoke(&self, _: &mut Terminal) -> anyhow::Result<ExitStatus> {
        anyhow::bail!(
            "this command runs as WebAssembly and cannot sign; use the program of a system for `--smoke`"
        )
    }

    fn build_bundle(&self, file: &Path, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        ensure!(
            self.packaging != Packaging::Slices,
            "`--packaging slices` makes several bundles, each in its Action; leave out `--bundle-only`"
        );
        let Some(platform) = self.load(terminal)? else { return Ok(ExitStatus::Failure) };
        write::write(file, platform.bundle.clone())?;
        self.print(&[file.to_path_buf()], &platform, None, &[], terminal)?;
        leftover_drafts::note([file], terminal)?;
        Ok(ExitStatus::Success)
    }

    fn build_action(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let takes_bindings = matches!(self.target, Target::DeployCliDirectory | Target::DeployCliYaml);
        ensure!(
            self.bindings.is_none() || takes_bindings,
            "`--bindings` is for `--target deploy-cli-directory` and `deploy-cli-yaml`; Terraform adds the Action at the end of the trigger, and in the dashboard it is dragged to its place"
        );
        ensure!(
            self.slices.is_none(),
            "`--slices` is for `--packaging slices`, which divides the customers among several Actions"
        );
        let engine = action::embedded_engine()?;
        let Some(platform) = self.load(terminal)? else { return Ok(ExitStatus::Failure) };
        let action = action::compose(engine, &platform, self.limit)?;
        let capacity = capacity::measure(&platform, self.all_sizes)?;
        let sizes = action.sizes;
        let packaging = match self.packaging {
            // What is left in the Action says nothing about the mappings that travel.
            Packaging::Organizations => None,
            _ => Some(recommend(engine, &platform, &sizes)?),
        };
        let advice = human::full(&sizes, &capacity);
        let measured = Some((sizes, capacity, packaging));
        if sizes.total > self.limit {
            self.print(&[], &platform, measured, &[], terminal)?;
            terminal.out.flush()?;
            write!(terminal.err, "{advice}")?;
            return Ok(ExitStatus::Failure);
        }
        let files = DeploymentFiles::new(self.target, action.text, self.bindings.as_ref())?;
        let written = files.write(&self.out)?;
        self.print(&written.paths, &platform, measured, &[], terminal)?;
        terminal.out.flush()?;
        for kept in &written.kept {
            let kept = kept.to_string_lossy();
            writeln!(
                terminal.err,
                "warning: `{}` has other content and was kept; remove it to have it written anew",
                escaped(&kept)
            )?;
        }
        leftover_drafts::note(written.paths.iter().map(PathBuf::as_path), terminal)?;
        if sizes.is_nearly_full() {
            terminal.out.flush()?;
            write!(terminal.err, "{}", human::nearly_full(&sizes))?;
        }
        Ok(ExitStatus::Success)
    }

    /// The platform, without the mappings that travel.
    fn load(&self, terminal: &mut Terminal) -> anyhow::Result<Option<CompiledPlatform>> {
        let Some(platform) = platform::load(&self.mappings.path, &self.tenant, terminal)? else {
            return Ok(None);
        };
        if self.packaging != Packaging::Organizations {
            return Ok(Some(platform));
        }
        let division = Division::of(&platform).context(
            "`--packaging organizations` needs `blocks` in platform.yaml, with the keys that sign mappings",
        )?;
        for (name, why) in &division.embedded {
            writeln!(terminal.err, "note: the mapping of `{}` stays in the Action: {why}", escaped(name))?;
        }
        Ok(Some(platform.without_traveling(&division.traveling_names())))
    }

    fn build_slices(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        ensure!(
            self.target == Target::Action && self.bindings.is_none(),
            "`--packaging slices` writes the Actions alone, without the files of another program; leave out `--target` and `--bindings`"
        );
        let engine = action::embedded_engine()?;
        let Some(platform) = self.load(terminal)? else { return Ok(ExitStatus::Failure) };
        let slices = match self.slices {
            Some(count) => slices::divide(engine, &platform, usize::from(count), self.limit)?,
            None => match slices::fewest(engine, &platform, self.limit)? {
                Some(slices) => slices,
                None => slices::divide(engine, &platform, MAX_SLICES, self.limit)?,
            },
        };
        let summaries: Vec<SliceSummary> = slices.iter().map(|slice| slice.summary.clone()).collect();
        if let Some(full) = summaries.iter().find(|slice| slice.sizes.total > self.limit) {
            self.print(&[], &platform, None, &summaries, terminal)?;
            terminal.out.flush()?;
            write!(terminal.err, "{}", human::full_slice(full))?;
            return Ok(ExitStatus::Failure);
        }
        let named: Vec<(PathBuf, Vec<u8>)> = slices
            .into_iter()
            .map(|slice| (self.slice_path(slice.summary.slice), slice.text.into_bytes()))
            .collect();
        let paths: Vec<PathBuf> = named.iter().map(|(path, _)| path.clone()).collect();
        write::make_folder(&self.out)?;
        let mut writing = PendingWrites::default();
        for (path, text) in named {
            writing.put(&path, text).map_err(|unwritten| unwritten.at(&path))?;
        }
        writing.commit()?;
        self.print(&paths, &platform, None, &summaries, terminal)?;
        terminal.out.flush()?;
        let next = self.slice_path(summaries.len() + 1);
        if next.exists() {
            writeln!(
                terminal.err,
                "warning: `{}` is of a build with more slices; remove it, and the Action that it became from the flow",
                escaped(&next.to_string_lossy())
            )?;
        }
        leftover_drafts::note(paths.iter().map(PathBuf::as_path), terminal)?;
        Ok(ExitStatus::Success)
    }

    fn slice_path(&self, number: usize) -> PathBuf {
        self.out.join(format!("action-{number}.js"))
    }

    fn print(
        &self,
        files: &[PathBuf],
        platform: &CompiledPlatform,
        sizes: Option<(ActionSizes, Capacity, Option<Recommendation>)>,
        slices: &[SliceSummary],
        terminal: &mut Terminal,
    ) -> anyhow::Result<()> {
        let bundle = claimsmith::Bundle::decode(&platform.bundle);
        let bundle = bundle.context("the compiled mappings cannot be used")?;
        let files: Vec<_> = files.iter().map(|path| path.to_string_lossy()).collect();
        let next = match files.is_empty() {
            true => None,
            false => self.target.next_command(&self.out),
        };
        let (sizes, capacity, packaging) = match sizes {
            Some((sizes, capacity, packaging)) => (Some(sizes), Some(capacity), packaging),
            None => (None, None, None),
        };
        let built = BuildSummary {
            files: &files,
            next: next.as_deref(),
            tenant: platform.tenant().map(|it| BuiltTenant { name: it.name(), domain: it.domain() }),
            digest: &bundle.digest_hex(),
            bundle: platform.bundle.len(),
            bytes_per_rule: sizes.and_then(|sizes| sizes.per_rule()),
            sizes,
            capacity,
            packaging,
            slices,
        };
        match self.format {
            OutputFormat::Human => human::built(&mut terminal.out, &built, self.all_sizes)?,
            OutputFormat::Json => json::built(&mut terminal.out, &built)?,
        }
        Ok(())
    }
}
