//! `claimsmith keys new`: makes a key.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use claimsmith_lifecycle::block::{LocalKey, Sign, fingerprint};

use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::folder;
use crate::input::MAX_FILE;
use crate::scaffold::PLATFORM_FILE;
use crate::terminal::Terminal;
use crate::write::NewFiles;

/// Make a key that signs blocks
///
/// Writes the private key in OpenSSH's format, without a passphrase and for its owner alone, and prints the lines with
/// the public key for `platform.yaml`. FILE must not exist, and no link in its path is followed. With the private key,
/// everything that the scope of the key allows can be granted: keep it out of the repository.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  claimsmith keys new production-2026 --out ~/.ssh/claimsmith-production-2026
  claimsmith keys new staging-2026 --out staging.key --tenant staging

A passphrase is added by `ssh-keygen -p -f FILE`; `claimsmith sign` then signs with an agent that has the key.")]
pub(super) struct NewArguments {
    /// The name of the key in `platform.yaml`
    #[arg(value_name = "NAME", value_parser = parse_name)]
    name: String,
    /// The file to write the private key into
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The Auth0 tenant whose blocks it signs, by its name in `platform.yaml`
    #[arg(long, value_name = "NAME")]
    tenant: Option<String>,
}

impl NewArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|error| anyhow!("the system gives no random bytes: {error}"))?;
        let key = LocalKey::from_seed(seed)?;
        let mut files = NewFiles::default();
        files.add_private(&self.out, key.to_openssh(&self.name).into_bytes())?;
        files.commit()?;
        let file = self.out.display().to_string();
        let out = &mut terminal.out;
        writeln!(out, "wrote {}: the private key {}", escaped(&file), fingerprint(&key.public()))?;
        match has_blocks() {
            true => writeln!(
                out,
                "\nadd to the `keys` of `blocks` in `{PLATFORM_FILE}`, and deploy the Action before the key signs:\n"
            )?,
            false => writeln!(
                out,
                "\nadd to `platform.yaml`, and deploy the Action before the key signs:\n\nblocks:\n  keys:"
            )?,
        }
        writeln!(out, "    {}:", self.name)?;
        writeln!(out, "      public: {}", key.public_line(&self.name))?;
        if let Some(tenant) = &self.tenant {
            writeln!(out, "      tenant: {}", escaped(tenant))?;
        }
        writeln!(
            out,
            "\n`organizations` limits the customers whose blocks it may sign; `protected: true` lets these grant protected groups"
        )?;
        Ok(ExitStatus::Success)
    }
}

/// Whether the platform of the working folder has `blocks` already. A file that cannot be read has none.
fn has_blocks() -> bool {
    let text = folder::open_named(Path::new(PLATFORM_FILE)).and_then(|reader| {
        let mut text = String::new();
        reader.take(MAX_FILE as u64).read_to_string(&mut text).map(|_| text)
    });
    text.is_ok_and(|text| text.lines().any(|line| line.starts_with("blocks:")))
}

/// The name of a key, as `platform.yaml` takes it.
pub(super) fn parse_name(text: &str) -> Result<String, String> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if (1..=64).contains(&text.len()) && text.bytes().all(fits) {
        Ok(text.to_owned())
    } else {
        Err("the name of a key has 1 to 64 ASCII letters, digits, `-`, `_` and `.`".to_owned())
    }
}
