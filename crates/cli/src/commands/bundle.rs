//! `claimsmith bundle`: mappings into an Action.

use std::fs::{self, File};
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

/// Build the Auth0 Action that evaluates the mappings at each login
///
/// Writes OUT/action.js, one self-contained file that holds the engine and the mappings, and prints what takes
/// how much of the 100 000 bytes that Auth0 accepts. Writes nothing if the mappings have errors or do not fit.
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
        write_whole(file, &platform.bundle)?;
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
        fs::create_dir_all(&self.out)
            .with_context(|| format!("cannot make the folder `{}`", self.out.display()))?;
        write_whole(&file, action.text.as_bytes())?;
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

/// Writes a file so that nobody ever sees a part of it: beside its place first, then put there at once.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let cannot = || format!("cannot write `{}`", path.display());
    let name = path.file_name().with_context(|| format!("`{}` does not name a file", path.display()))?;
    let mut draft_name = std::ffi::OsString::from(".");
    draft_name.push(name);
    draft_name.push(format!(".{}.tmp", std::process::id()));
    let draft = path.with_file_name(draft_name);
    let written = File::create(&draft)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&draft, path));
    if written.is_err() {
        // The error that is about to be told matters more than a draft that stays.
        let _ = fs::remove_file(&draft);
    }
    written.with_context(cannot)
}
