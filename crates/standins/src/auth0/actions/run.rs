//! Runs the draft of an Action in Node.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

const RUNNER: &str = include_str!("run.js");

/// What a draft does with an event: the calls of `api`, or an error.
pub(super) fn draft(code: &str, event: &Value) -> Value {
    run(code, event).unwrap_or_else(|error| json!({ "error": error }))
}

fn run(code: &str, event: &Value) -> Result<Value, String> {
    let text = |error: std::io::Error| error.to_string();
    let mut node = Command::new("node")
        .args(["--eval", RUNNER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(text)?;
    let input = json!({ "code": code, "event": event }).to_string();
    // Node reads everything before it writes.
    node.stdin.take().ok_or("no pipe")?.write_all(input.as_bytes()).map_err(text)?;
    let output = node.wait_with_output().map_err(text)?;
    serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())
}
