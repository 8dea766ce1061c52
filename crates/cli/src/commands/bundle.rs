//! `claimsmith bundle`: mappings into an Action.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::Verdict;
use crate::action::{self, LIMIT};
use crate::commands::Directory;
use crate::load;
use crate::render::{Format, human, json};
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
  claimsmith bundle --format json | jq .total";

impl Bundle {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<Verdict> {
        if let Some(file) = &self.bundle_only {
            let Some(platform) = load::platform(&self.directory.path, terminal)? else {
                return Ok(Verdict::No);
            };
            write_whole(file, &platform.bundle)?;
            writeln!(terminal.err, "{}: {} bytes", file.display(), spaced(platform.bundle.len()))?;
            return Ok(Verdict::Fine);
        }

        let Some(engine) = action::embedded() else {
            bail!("this build of claimsmith holds no engine; run `./build.sh`");
        };
        let Some(platform) = load::platform(&self.directory.path, terminal)? else {
            return Ok(Verdict::No);
        };
        let action = action::compose(engine, &platform, self.limit)?;
        let fits = action.sizes.total <= self.limit;
        if fits {
            fs::create_dir_all(&self.out)
                .with_context(|| format!("cannot make the folder `{}`", self.out.display()))?;
            write_whole(&self.out.join("action.js"), action.text.as_bytes())?;
        }
        match self.format {
            Format::Human => human::sizes(&mut terminal.out, &action.sizes)?,
            Format::Json => json::sizes(&mut terminal.out, &action.sizes)?,
        }
        if fits {
            return Ok(Verdict::Fine);
        }
        let (total, limit) = (spaced(action.sizes.total), spaced(self.limit));
        writeln!(
            terminal.err,
            "error: the Action has {total} bytes, and Auth0 accepts {limit}; nothing was written"
        )?;
        Ok(Verdict::No)
    }
}

/// Writes a file so that nobody ever sees a part of it: beside its place first, then put there at once.
fn write_whole(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
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
