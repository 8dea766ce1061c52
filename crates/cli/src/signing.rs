//! The keys that sign blocks: from files, from the environment, or of an SSH agent.

#[cfg(unix)]
mod agent;

use std::env;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use claimsmith::compiler::{BlockKey, BlockSettings};
use claimsmith_lifecycle::block::{LocalKey, Sign, fingerprint};

use crate::folder;

/// The variable with the content of a key file.
pub(crate) const KEY_VARIABLE: &str = "CLAIMSMITH_SIGNING_KEY";

/// The socket of the SSH agent.
const AGENT_VARIABLE: &str = "SSH_AUTH_SOCK";

/// More than any key file has.
const MOST_BYTES: u64 = 64 * 1024;

/// A key that signs, and what the platform says about it.
pub(crate) struct Signer<'p> {
    pub(crate) declared: BlockKey<'p>,
    pub(crate) key: Box<dyn Sign>,
}

/// Finds the keys: those of files, or else that of the environment, or else those of the agent. Each is one that the
/// platform declares for the tenant.
///
/// # Errors
///
/// If there is none, or one cannot be used.
pub(crate) fn signers<'p>(
    files: &[PathBuf],
    settings: BlockSettings<'p>,
    tenant: &str,
) -> anyhow::Result<Vec<Signer<'p>>> {
    let mut keys: Vec<(String, Box<dyn Sign>)> = Vec::new();
    for file in files {
        keys.push((format!("`{}`", file.display()), Box::new(read_file(file)?)));
    }
    if keys.is_empty()
        && let Some(text) = env::var_os(KEY_VARIABLE).filter(|text| !text.is_empty())
    {
        keys.push((format!("`{KEY_VARIABLE}`"), Box::new(read_variable(&text.to_string_lossy())?)));
    }
    let mut signers: Vec<Signer<'p>> = Vec::new();
    for (name, key) in keys {
        let public = key.public();
        let Some(declared) = settings.keys().find(|declared| *declared.public() == public) else {
            bail!(
                "the key of {name} ({}) is not one of the tenant `{tenant}` in `platform.yaml`; `claimsmith keys list` shows those that are",
                fingerprint(&public)
            )
        };
        if signers.iter().any(|signer| signer.key.public() == public) {
            bail!("{name} has a key that was given already; a second signature has to be by another key");
        }
        signers.push(Signer { declared, key });
    }
    if signers.is_empty() {
        signers = of_agent(settings)?;
    }
    if signers.is_empty() {
        bail!(
            "there is no key to sign with; name its file with `--key FILE`, put its content into `{KEY_VARIABLE}`, or load it into an SSH agent with `ssh-add FILE`"
        );
    }
    Ok(signers)
}

/// The declared keys that the agent has.
#[cfg(unix)]
fn of_agent(settings: BlockSettings<'_>) -> anyhow::Result<Vec<Signer<'_>>> {
    let Some(socket) = env::var_os(AGENT_VARIABLE).filter(|socket| !socket.is_empty()) else {
        return Ok(Vec::new());
    };
    let socket = PathBuf::from(socket);
    let has = agent::public_keys(&socket)
        .with_context(|| format!("cannot ask the SSH agent at `{}`", socket.display()))?;
    let mut signers = Vec::new();
    for declared in settings.keys() {
        if has.contains(declared.public()) {
            let key = agent::AgentKey::new(socket.clone(), *declared.public());
            signers.push(Signer { declared, key: Box::new(key) });
        }
    }
    if signers.is_empty() {
        bail!(
            "the SSH agent has none of the keys that `platform.yaml` declares for the tenant; load one with `ssh-add FILE`, or name its file with `--key FILE`"
        );
    }
    Ok(signers)
}

/// Agents of other systems are not sockets.
#[cfg(not(unix))]
fn of_agent(_: BlockSettings<'_>) -> anyhow::Result<Vec<Signer<'_>>> {
    let _ = AGENT_VARIABLE;
    Ok(Vec::new())
}

fn read_file(path: &Path) -> anyhow::Result<LocalKey> {
    let name = path.display();
    let cannot = || format!("cannot read the key `{name}`");
    let reader = folder::open_named(path).with_context(cannot)?;
    let mut text = String::new();
    reader.take(MOST_BYTES).read_to_string(&mut text).with_context(cannot)?;
    let key = LocalKey::parse(&text).map_err(|error| anyhow!("`{name}` {error}"))?;
    // Only a key has to be secret.
    check_mode(path)?;
    Ok(key)
}

fn read_variable(text: &str) -> anyhow::Result<LocalKey> {
    let is_path = !text.contains('\n') && Path::new(text.trim()).is_file();
    if is_path {
        bail!(
            "`{KEY_VARIABLE}` has a path, and needs the content of the file; name the file with `--key FILE`"
        );
    }
    LocalKey::parse(text).map_err(|error| anyhow!("the content of `{KEY_VARIABLE}` {error}"))
}

/// Refuses a key file that others can read.
#[cfg(unix)]
fn check_mode(path: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let name = path.display();
    let metadata = std::fs::metadata(path).with_context(|| format!("cannot read the key `{name}`"))?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        bail!(
            "other users can read the key `{name}` (mode {mode:03o}), so it was not used; run `chmod 600` on it, and make a new key with `claimsmith keys new` if somebody may have read it"
        );
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_mode(_: &Path) -> anyhow::Result<()> {
    Ok(())
}
