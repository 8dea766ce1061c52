//! `claimsmith bundle`: mappings into an Action.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use claimsmith::compiler::CompiledPlatform;

use crate::Verdict;
use crate::action::{self, LIMIT, Sizes};
use crate::commands::Directory;
use crate::load;
use crate::render::{Built, Format, human, json};
use crate::terminal::Terminal;
use crate::text::spaced;
use crate::write;

/// Build the Auth0 Action that evaluates the mappings at each login
///
/// Writes OUT/action.js, one self-contained file that holds the engine and the mappings, and prints what takes
/// how much of the 100 000 bytes that Auth0 accepts. Writes nothing if the mappings have errors or do not fit, and
/// nothing through a link: neither OUT nor a file in it may be one.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Bundle {
    #[command(flatten)]
    directory: Directory,
    /// The folder to write action.js into; it is made if it does not exist
    #[arg(long, value_name = "OUT", default_value = "dist")]
    out: PathBuf,
    /// Write the compiled mappings alone into FILE instead, as the engine reads them
    #[arg(long, value_name = "FILE", conflicts_with = "out")]
    bundle_only: Option<PathBuf>,
    /// How to print the sizes
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Another limit, for tests
    #[arg(long, value_name = "BYTES", default_value_t = LIMIT, hide = true)]
    limit: usize,
}

const AFTER_HELP: &str = "\
Examples:
  claimsmith bundle
  claimsmith bundle customers/mappings --out dist
  claimsmith bundle --format json | jq .sizes.total";

impl Bundle {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<Verdict> {
        match &self.bundle_only {
            Some(file) => self.build_bundle(file, terminal),
            None => self.build_action(terminal),
        }
    }

    fn build_bundle(&self, file: &Path, terminal: &mut Terminal) -> anyhow::Result<Verdict> {
        let Some(platform) = load::platform(&self.directory.path, terminal)? else {
            return Ok(Verdict::No);
        };
        write::write(file, platform.bundle.clone())?;
        self.tell(Some(file), &platform, None, terminal)?;
        Ok(Verdict::Fine)
    }

    fn build_action(&self, terminal: &mut Terminal) -> anyhow::Result<Verdict> {
        let Some(engine) = action::embedded() else {
            bail!("this build of claimsmith holds no engine; run `./build.sh`");
        };
        let Some(platform) = load::platform(&self.directory.path, terminal)? else {
            return Ok(Verdict::No);
        };
        let action = action::compose(engine, &platform, self.limit)?;
        if action.sizes.total > self.limit {
            self.tell(None, &platform, Some(action.sizes), terminal)?;
            let (total, limit) = (spaced(action.sizes.total), spaced(self.limit));
            writeln!(
                terminal.err,
                "error: the Action has {total} bytes, and Auth0 accepts {limit}; nothing was written"
            )?;
            return Ok(Verdict::No);
        }
        let file = self.out.join("action.js");
        write::make_folder(&self.out)?;
        write::write(&file, action.text.into_bytes())?;
        self.tell(Some(&file), &platform, Some(action.sizes), terminal)?;
        Ok(Verdict::Fine)
    }

    fn tell(
        &self,
        file: Option<&Path>,
        platform: &CompiledPlatform,
        sizes: Option<Sizes>,
        terminal: &mut Terminal,
    ) -> anyhow::Result<()> {
        let bundle = claimsmith::Bundle::decode(&platform.bundle);
        let bundle = bundle.context("the compiled mappings cannot be used")?;
        let file = file.map(Path::to_string_lossy);
        let built = Built {
            file: file.as_deref(),
            digest: &bundle.digest_hex(),
            bundle: platform.bundle.len(),
            bytes_per_rule: sizes.and_then(|sizes| sizes.per_rule()),
            sizes,
        };
        match self.format {
            Format::Human => human::built(&mut terminal.out, &built)?,
            Format::Json => json::built(&mut terminal.out, &built)?,
        }
        Ok(())
    }
}
