//! The figures and outputs of README.md are those of this build.
//!
//! `SNAPSHOTS=overwrite cargo test -p claimsmith-cli readme` writes them anew.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{check_file, root, run, run_in};

#[test]
fn readme_states_what_this_build_does() {
    let path = root().join("README.md");
    let readme = fs::read_to_string(&path).expect("the README");
    let limit = declared("crates/cli/src/action.rs", "const LIMIT: usize = ");
    let parts = [
        ("You need Rust ", " or newer with Cargo", declared("Cargo.toml", "\nrust-version = \"")),
        ("Cargo, Node ", " or newer with npm", declared("js-shim/package.json", "\"node\": \">=")),
        ("all mappings inside, which may have ", " bytes", limit.replace('_', " ")),
        ("with a user of Acme:\n\n```text\n", "```\n", login_of_acme()),
        ("$ cd my-mappings\n$ claimsmith test\n", "```\n", cases_of_a_new_folder()),
    ];
    let built = parts.iter().fold(readme, |text, (before, after, part)| replaced(&text, before, after, part));
    check_file(&path, &built);
}

/// A text whose part between two others is another one.
#[track_caller]
fn replaced(text: &str, before: &str, after: &str, part: &str) -> String {
    let around = text.split_once(before).and_then(|(start, rest)| Some((start, rest.split_once(after)?.1)));
    let (start, end) = around.ok_or_else(|| format!("the README lacks `{before}…{after}`")).expect("a part");
    format!("{start}{before}{part}{after}{end}")
}

/// What a file of the project declares: the text after another one, up to a quote or a semicolon.
fn declared(file: &str, before: &str) -> String {
    let text = fs::read_to_string(root().join(file)).expect("a file");
    let (_, declared) = text.split_once(before).expect("a declaration");
    declared.split(['"', ';']).next().expect("its end").to_owned()
}

/// The sample login of Acme, as `./build.sh` shows it, without its times.
fn login_of_acme() -> String {
    const EVENT: &str = "js-shim/test/events/acme.json";
    let event = fs::read_to_string(root().join(EVENT)).expect("an event");
    let event: Value = serde_json::from_str(&event).expect("JSON");
    let answer = run(&["evaluate", "--event", EVENT]).json(0);
    let sent = |path: &str| event.pointer(path).expect("a value of the event");
    let answered = |path: &str| answer.pointer(path).expect("a value of the answer");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let count = |path: &str| answered(path).as_array().expect("a list").len();
    assert_eq!(answered("/notes"), &serde_json::json!({}), "the log line would have them");
    format!(
        "{} ({}) logs in to {}\n  upstream  groups: {}\n  claim     {}: {}\n  log       claimsmith DIGEST {} {} \
         in={} out={} rules={} unmatched={}\n",
        text(sent("/organization/display_name")),
        text(sent("/connection/strategy")),
        text(sent("/client/name")),
        sent("/user/groups"),
        text(answered("/claim")),
        answered("/groups"),
        text(answered("/outcome")),
        text(answered("/reason")),
        answered("/received"),
        count("/groups"),
        count("/rules"),
        answered("/unmatched_count"),
    )
}

/// What `claimsmith test` prints in a new folder.
fn cases_of_a_new_folder() -> String {
    let folder = TempDir::new().expect("a temporary folder");
    run_in(&folder, &["init", "my-mappings", "--strategy", "waad"]).stdout(0);
    run_in(&folder, &["test", "my-mappings/mappings"]).stdout(0)
}
