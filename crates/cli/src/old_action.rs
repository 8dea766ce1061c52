//! Runs logins through an Action that somebody else wrote, in Node, bounded in time and memory.
//!
//! Node's permission model keeps files, processes and workers from it, and it gets none of this program's environment.
//! `run-old-action.mjs` says what else is not there.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::escape::escaped;

/// The memory of Node's objects, in megabytes.
const MAX_MEGABYTES: u32 = 512;

/// How many logins one process of Node runs.
const BATCH: usize = 2_000;

/// The longest line that is read from Node, in bytes: the claims of two tokens and a SAML response.
const MAX_LINE: u64 = 4 << 20;

/// What the Action did with one login.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct OldLogin {
    pub(crate) claims: BTreeMap<String, BTreeMap<String, Json>>,
    pub(crate) attributes: BTreeMap<String, Json>,
    pub(crate) denied: bool,
    /// Calls of `api` that were not carried out.
    pub(crate) ignored: Vec<String>,
    /// What the Action needed that is not there, such as `fetch`.
    pub(crate) needs: Vec<String>,
    /// The kind of what the Action threw, and the line, if it did.
    pub(crate) error: Option<String>,
    /// Why no login can be run.
    fatal: Option<String>,
}

/// Runs logins, each with the number of its line for messages.
///
/// # Errors
///
/// If Node cannot be started, or the Action does not end, ends Node, or uses too much memory.
pub(crate) fn run(
    action: &str,
    runner: &str,
    events: &[(usize, String)],
    limit: Duration,
) -> anyhow::Result<Vec<OldLogin>> {
    ensure!(
        cfg!(not(target_family = "wasm")),
        "this command runs as WebAssembly and cannot start Node; use the program of a system that has one"
    );
    let permission = permission_flag()?;
    let mut logins = Vec::with_capacity(events.len());
    for batch in events.chunks(BATCH) {
        run_batch(action, runner, batch, limit, permission, &mut logins)?;
    }
    Ok(logins)
}

/// The flag that turns Node's permission model on.
fn permission_flag() -> anyhow::Result<&'static str> {
    const INSTALL: &str = "install Node 20 or newer";
    let output = Command::new("node").arg("--version").output();
    let output = output.with_context(|| format!("`node` cannot be started; {INSTALL}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let major = text
        .trim()
        .strip_prefix('v')
        .and_then(|it| it.split('.').next())
        .and_then(|it| it.parse::<u32>().ok());
    match major {
        Some(20..=23) => Ok("--experimental-permission"),
        Some(24..) => Ok("--permission"),
        _ => bail!("`node` is {}, which has no permission model; {INSTALL}", escaped(text.trim())),
    }
}

fn run_batch(
    action: &str,
    runner: &str,
    events: &[(usize, String)],
    limit: Duration,
    permission: &str,
    logins: &mut Vec<OldLogin>,
) -> anyhow::Result<()> {
    let mut command = Command::new("node");
    command.env_clear();
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    let mut node = command
        .args([permission, "--no-warnings", &format!("--max-old-space-size={MAX_MEGABYTES}")])
        .args(["--input-type=module", "--eval", runner])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("`node` cannot be started; install Node 20 or newer")?;
    let mut input = serde_json::to_vec(action)?;
    input.push(b'\n');
    for (_, event) in events {
        input.extend(event.as_bytes());
        input.push(b'\n');
    }
    // Node reads everything before it writes; if it has ended before that, the answers say so.
    let _ = node.stdin.take().context("standard input is a pipe")?.write_all(&input);
    let output = node.stdout.take().context("standard output is a pipe")?;
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut reader = BufReader::new(output);
        loop {
            let mut line = Vec::new();
            match reader.by_ref().take(MAX_LINE).read_until(b'\n', &mut line) {
                Ok(1..) if line.ends_with(b"\n") => {}
                _ => return,
            }
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    for (line, _) in events {
        let answer = receiver.recv_timeout(limit);
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return Err(ended(&mut node, error, *line, limit)),
        };
        let login: OldLogin = serde_json::from_slice(&answer)
            .with_context(|| format!("the Action of line {line} has disturbed the program that runs it"))?;
        if let Some(fatal) = &login.fatal {
            let _ = node.kill();
            let _ = node.wait();
            bail!("the Action cannot be compared: {}", escaped(fatal));
        }
        logins.push(login);
    }
    let _ = node.wait();
    Ok(())
}

/// Ends Node, and says what happened.
fn ended(node: &mut Child, error: mpsc::RecvTimeoutError, line: usize, limit: Duration) -> anyhow::Error {
    let _ = node.kill();
    let status = node.wait();
    match error {
        mpsc::RecvTimeoutError::Timeout => anyhow::anyhow!(
            "the Action does not end for the login of line {line} within {} s; nothing was compared: Auth0 would refuse this login after 20 s",
            limit.as_secs()
        ),
        mpsc::RecvTimeoutError::Disconnected => {
            let waits = status.as_ref().is_ok_and(|status| status.code() == Some(13));
            let why = match waits {
                true => "it waits for something that never comes".to_owned(),
                false => format!("it needs more than {MAX_MEGABYTES} MB, or ended Node itself"),
            };
            anyhow::anyhow!(
                "the Action gave no answer for the login of line {line}: {why}; nothing was compared"
            )
        }
    }
}
