//! `claimsmith keys revoke`: what it means to stop trusting a key.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use anyhow::{anyhow, bail};
use claimsmith::compiler::inspect::{nearest_word, word_list};
use claimsmith::compiler::{BlockKey, CompiledPlatform, Tenant};
use claimsmith_lifecycle::block::LocalKey;
use serde::Serialize;

use crate::arguments::{MappingsArgument, OutputFormat};
use crate::blocks::{self, Signable};
use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::metadata_writer;
use crate::numbers::counted;
use crate::platform;
use crate::render::json;
use crate::terminal::Terminal;

/// Say which customers a revocation would close, and how long signing again takes
///
/// Changes nothing. An Action without the key refuses the blocks that only this key has signed, and their logins follow
/// the policy `closed`. The time is that of compiling and signing the affected blocks on this machine; writing them
/// takes what the API of the tenant allows.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  claimsmith keys revoke production-2026
  claimsmith keys revoke production-2026 --format json | jq -r '.closed[]'")]
pub(super) struct RevokeArguments {
    /// The key, by its name in `platform.yaml`
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    mappings: MappingsArgument,
    /// How to print the answer
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,
}

/// A key that the platform declares.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<'p> {
    pub(super) key: BlockKey<'p>,
    pub(super) tenant: &'p str,
    pub(super) platform: &'p CompiledPlatform,
}

/// The key with a name.
///
/// # Errors
///
/// If the platform declares none of this name.
pub(super) fn find<'p>(platforms: &'p [CompiledPlatform], name: &str) -> anyhow::Result<Found<'p>> {
    let mut all = Vec::new();
    for platform in platforms {
        let tenant = platform.tenant().map(Tenant::name).unwrap_or_default();
        let keys = platform.block_settings().into_iter().flat_map(|settings| settings.keys());
        all.extend(keys.map(|key| Found { key, tenant, platform }));
    }
    if let Some(found) = all.iter().find(|found| found.key.name() == name) {
        return Ok(*found);
    }
    let names: Vec<&str> = all.iter().map(|found| found.key.name()).collect();
    if names.is_empty() {
        bail!(
            "`platform.yaml` declares no keys; `claimsmith keys new` makes one and prints what to write there"
        );
    }
    // The successor of a key differs only in the number at its end, and is not meant.
    let others: Vec<&str> = names.iter().copied().filter(|it| stem(it) != stem(name)).collect();
    let near = nearest_word(name, &others).map(|near| format!("did you mean `{near}`? "));
    let write = match platforms.iter().find_map(metadata_writer::other_program) {
        Some(program) => format!("let {program} write them"),
        None => "write them with `claimsmith deploy plan` and `apply`".to_owned(),
    };
    Err(anyhow!(
        "`platform.yaml` declares no key `{0}`; {1}it has {2}. If `{0}` was removed from it, which blocks it could sign is not known any more: deploy the Action without it, if that was not done, with `claimsmith deploy plan --action-only` and `apply`; then sign the blocks with another key with `claimsmith sign`, and {write}",
        name.escape_debug(),
        near.unwrap_or_default(),
        word_list(&names)
    ))
}

/// The name of a key without the number at its end.
fn stem(name: &str) -> &str {
    name.trim_end_matches(|char: char| char.is_ascii_digit()).trim_end_matches(['-', '_', '.'])
}

#[derive(Debug, Serialize)]
struct Revocation<'p> {
    key: &'p str,
    tenant: &'p str,
    /// Customers whose blocks no other key may sign.
    closed: Vec<&'p str>,
    /// Customers whose blocks another key may sign.
    signed_again: Vec<&'p str>,
    /// How long it took to compile and sign all these blocks, in milliseconds.
    signing_milliseconds: u128,
}

impl RevokeArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let Some((_, platforms)) = platform::load_all(&self.mappings.path, terminal)? else {
            return Ok(ExitStatus::Failure);
        };
        let found = find(&platforms, &self.name)?;
        let (revocation, time) = revoke(found)?;
        match self.format {
            OutputFormat::Human => {
                let writer = metadata_writer::other_program(found.platform);
                write_human(&mut terminal.out, &revocation, time, writer)?;
            }
            OutputFormat::Json => json::versioned(&mut terminal.out, &revocation)?,
        }
        Ok(ExitStatus::Success)
    }
}

fn revoke(found: Found<'_>) -> anyhow::Result<(Revocation<'_>, Duration)> {
    let Found { key, tenant, platform } = found;
    let settings = platform.block_settings().ok_or_else(|| anyhow!("the platform has no blocks"))?;
    // Only the time counts; what this key signs is thrown away.
    let trial = LocalKey::from_seed([0; 32])?;
    let begin = Instant::now();
    let (mut closed, mut signed_again) = (Vec::new(), Vec::new());
    for name in blocks::organizations(platform) {
        let Ok(signable) = Signable::of(platform, name, 0) else { continue };
        let may_sign =
            |it: &BlockKey<'_>| it.may_sign(name) && (it.may_sign_protected() || !signable.grants_protected);
        if settings.is_embedded(name) || !may_sign(&key) {
            continue;
        }
        signable.unsigned.sign(&[&trial])?;
        let has_other = settings.keys().any(|other| other.name() != key.name() && may_sign(&other));
        if has_other { signed_again.push(name) } else { closed.push(name) }
    }
    let time = begin.elapsed();
    let signing_milliseconds = time.as_millis();
    Ok((Revocation { key: key.name(), tenant, closed, signed_again, signing_milliseconds }, time))
}

/// `writer` is the program that writes the metadata of organizations, if it is not claimsmith.
fn write_human(
    out: &mut impl Write,
    revocation: &Revocation<'_>,
    time: Duration,
    writer: Option<&str>,
) -> io::Result<()> {
    let Revocation { key, tenant, closed, signed_again, .. } = revocation;
    writeln!(out, "without `{}` in the tenant {}:\n", escaped(key), escaped(tenant))?;
    let list = |names: &[&str]| escaped(&names.join(", ")).into_owned();
    if !closed.is_empty() {
        writeln!(out, "closed, because no other key may sign for them: {}", list(closed))?;
    }
    if !signed_again.is_empty() {
        writeln!(out, "closed until another key has signed for them: {}", list(signed_again))?;
    }
    let count = closed.len() + signed_again.len();
    if count == 0 {
        return writeln!(
            out,
            "no customer is closed: the key may sign for none; remove it from `platform.yaml`"
        );
    }
    writeln!(
        out,
        "\nsigning {} again takes {:.1} s here; each needs two reads and one write of the tenant's API",
        counted(count, "block"),
        time.as_secs_f64()
    )?;
    writeln!(out, "\nif the private key may be known to others, in this order:")?;
    writeln!(
        out,
        "1. remove `{}` from `platform.yaml`; if it is the only key, `claimsmith keys new` makes the one to declare in its place",
        escaped(key)
    )?;
    writeln!(
        out,
        "2. deploy the Action at once, with `claimsmith deploy plan --action-only` and `apply`: the logins of these customers follow the policy `closed`"
    )?;
    let write = match writer {
        Some(program) => format!("`claimsmith sign`, and let {program} write them"),
        None => "`claimsmith sign`, `claimsmith deploy plan` and `apply`".to_owned(),
    };
    writeln!(out, "3. sign these blocks with another key, and write them: {write}")?;
    writeln!(
        out,
        "\nif it is only to be replaced, `claimsmith keys rotate {}` closes no customer",
        escaped(key)
    )
}
