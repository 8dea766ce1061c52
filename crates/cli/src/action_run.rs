//! Runs logins through an Action under Node, and compares what it did with the answers of the command.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use claimsmith::event::Answer;
use claimsmith::{Note, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// The number of digits of the bundle's digest in a log line.
const DIGEST_DIGITS: usize = 12;

/// What an Action did with logins.
#[derive(Debug, Deserialize)]
pub(crate) struct ActionRun {
    /// The version of Node, such as `v20.11.0`.
    pub(crate) node: String,
    /// In the order of the events.
    pub(crate) logins: Vec<ActionLogin>,
}

/// What an Action did with one login.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ActionLogin {
    claims: Tokens,
    attributes: BTreeMap<String, Json>,
    denied: bool,
    log: Vec<String>,
    /// What the Action threw, if it did.
    error: Option<String>,
}

/// The claims that were set, by token.
#[derive(Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
struct Tokens {
    id_token: BTreeMap<String, Json>,
    access_token: BTreeMap<String, Json>,
}

/// A difference between what the command answers and what the Action did.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ActionDifference {
    /// What differs, such as `claims`.
    pub(crate) what: &'static str,
    pub(crate) command: String,
    pub(crate) action: String,
}

/// Runs logins through an Action, in one process of Node, one after the other.
///
/// # Errors
///
/// If Node cannot be started, or does not answer.
pub(crate) fn run(action: &str, runner: &str, events: &[&Json]) -> anyhow::Result<ActionRun> {
    ensure!(
        cfg!(not(target_family = "wasm")),
        "this command runs as WebAssembly and cannot start Node; leave out `--engine wasm`, or use the program of a \
         system that has one"
    );
    let mut node = Command::new("node")
        .args(["--input-type=module", "--eval", runner])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("`node` cannot be started; install Node 20 or newer, or leave out `--engine wasm`")?;
    let input = serde_json::to_vec(&json!({ "action": action, "events": events }))?;
    // Node reads all of its input before it writes, so neither process waits for the other.
    let written = node.stdin.take().context("standard input is a pipe")?.write_all(&input);
    let output = node.wait_with_output().context("`node` did not end")?;
    ensure!(
        output.status.success() && written.is_ok(),
        "`node` could not run the Action; `node --version` must be 20 or newer\n{}",
        String::from_utf8_lossy(&output.stderr).trim_end()
    );
    let run: ActionRun = serde_json::from_slice(&output.stdout).context("`node` gave no answer")?;
    ensure!(run.logins.len() == events.len(), "`node` did not run every login");
    Ok(run)
}

impl ActionLogin {
    /// Compares the Action's login with the command's answer.
    pub(crate) fn differences(&self, answer: &Answer, event: &Json) -> Vec<ActionDifference> {
        let mut differences = Vec::new();
        let mut compare = |what, command: String, action: String| {
            if command != action {
                differences.push(ActionDifference { what, command, action });
            }
        };
        compare("error", "none".to_owned(), self.error.clone().unwrap_or_else(|| "none".to_owned()));
        compare("claims", text(&expected_claims(answer)), text(&self.claims));
        compare("attributes", text(&expected_attributes(answer, event)), text(&self.attributes));
        compare("denied", (answer.outcome == Outcome::Deny).to_string(), self.denied.to_string());
        let log = self.log.join("\n");
        compare("log line", expected_line(answer, &log), log);
        differences
    }
}

fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn expected_claims(answer: &Answer) -> Tokens {
    let mut claims = BTreeMap::new();
    if answer.outcome == Outcome::Groups {
        claims.extend(answer.claim.clone().map(|claim| (claim, answer.value())));
        let provenance = json!({ "bundle": answer.bundle, "rules": answer.rules });
        claims.extend(answer.provenance.clone().map(|claim| (claim, provenance)));
    }
    let on = |token| if answer.tokens.contains(&token) { claims.clone() } else { BTreeMap::new() };
    Tokens { id_token: on("id"), access_token: on("access") }
}

fn expected_attributes(answer: &Answer, event: &Json) -> BTreeMap<String, Json> {
    let is_saml = event.pointer("/transaction/protocol").and_then(Json::as_str) == Some("samlp");
    let attribute = if is_saml && answer.outcome == Outcome::Groups { answer.saml.clone() } else { None };
    attribute.map(|name| (name, answer.value())).into_iter().collect()
}

/// The log line of an answer. Only as many notes as fit are in a line, so their number is that of the actual line.
fn expected_line(answer: &Answer, actual: &str) -> String {
    let digest: String = answer.bundle.chars().take(DIGEST_DIGITS).collect();
    let mut line = format!(
        "claimsmith {digest} {} {} in={} out={} rules={} unmatched={}",
        answer.outcome.word(),
        answer.reason.code(),
        answer.received,
        answer.groups.len(),
        answer.rules.len(),
        answer.unmatched_count
    );
    let notes: Vec<String> = Note::ALL
        .iter()
        .filter_map(|note| Some(format!(" {}={}", note.code(), answer.notes.get(note.code())?)))
        .collect();
    let left_out: usize = actual.rsplit_once(" more=").and_then(|(_, count)| count.parse().ok()).unwrap_or(0);
    let shown = notes.len().saturating_sub(left_out);
    line.extend(notes.into_iter().take(shown));
    if left_out > 0 {
        line.push_str(&format!(" more={left_out}"));
    }
    line
}
