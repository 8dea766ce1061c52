//! The mappings compared with an Action that decides the groups today.

use std::fs;

use tempfile::TempDir;

use crate::support::{Run, check_snapshot, run};

const OLD: &str = "tests/fixtures/compare/old-action.js";
const LOGINS: &str = "tests/fixtures/compare/logins.jsonl";

#[test]
fn differences_are_listed_by_group_and_cause() {
    let Run { code, out, err } = run(&["compare-action", OLD, "--population", LOGINS]);
    assert_eq!((code, err.as_str()), (Some(1), ""));
    check_snapshot("compare-action", &out);
    assert!(!out.contains("user_id") && !out.contains("waad|"), "no person is named");
    // A claim that holds no groups, and one that does.
    let claim = "https://claims.data-platform.example/catalog/groups";
    let named = run(&["compare-action", OLD, "--population", LOGINS, "--claim", claim]).out;
    assert_eq!(named, out);
    let none = run(&["compare-action", OLD, "--population", LOGINS, "--claim", "other"]);
    assert!(none.out.contains("the Action set no claim that holds groups"), "{}", none.out);
}

#[test]
fn accepted_differences_have_a_reason_and_an_end() {
    let accepted = "tests/fixtures/compare/accepted.json";
    let Run { code, out, err } = run(&["compare-action", OLD, "--population", LOGINS, "--accept", accepted]);
    assert_eq!(code, Some(1));
    check_snapshot("compare-action-accepted", &out);
    assert_eq!(err, "warning: 1 of the accepted differences is not there any more; remove them\n");
    let json =
        run(&["compare-action", OLD, "--population", LOGINS, "--accept", accepted, "--format", "json"])
            .json(1);
    let differences = json["differences"].as_array().expect("differences");
    assert_eq!((&json["open"], differences.len()), (&serde_json::json!(5), 6), "{json}");

    // What JSON lists can be accepted as it is, with a reason and an end.
    let entries: Vec<serde_json::Value> = differences
        .iter()
        .map(|it| {
            serde_json::json!({
                "change": it["change"], "group": it["group"], "cause": it["cause"], "logins": it["logins"],
                "why": "Agreed.", "until": "2099-01-01",
            })
        })
        .collect();
    let folder = TempDir::new().expect("a temporary folder");
    let file = folder.path().join("accepted.json");
    let text = serde_json::json!({ "version": 1, "accepted": entries }).to_string();
    fs::write(&file, text).expect("a file");
    let file = file.to_string_lossy();
    let Run { code, err, .. } = run(&["compare-action", OLD, "--population", LOGINS, "--accept", &file]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
}

#[test]
fn files_of_accepted_differences_that_cannot_be_used_are_errors() {
    let entry = |why: &str, until: &str| {
        format!(
            r#"{{ "version": 1, "accepted": [{{ "change": "gains", "cause": "x", "logins": 1, "why": "{why}", "until": "{until}" }}] }}"#
        )
    };
    let folder = TempDir::new().expect("a temporary folder");
    for (text, expected) in [
        ("[]".to_owned(), "is not a file of accepted differences"),
        (r#"{ "version": 2, "accepted": [] }"#.to_owned(), "has version 2, and this command reads 1"),
        (entry(" ", "2099-01-01"), "entry 1 has no reason"),
        (entry("Agreed.", "tomorrow"), "`until` of entry 1 is not a date such as 2027-01-31: `tomorrow`"),
    ] {
        let file = folder.path().join("accepted.json");
        fs::write(&file, &text).expect("a file");
        let err = run(&["compare-action", OLD, "--population", LOGINS, "--accept", &file.to_string_lossy()])
            .failed();
        assert!(err.contains(expected), "{text}: {err}");
    }
}

/// What the command says about an Action whose handler does something, for one login.
fn compare(code: &str, timeout: &str) -> Run {
    let folder = TempDir::new().expect("a temporary folder");
    let action = folder.path().join("action.js");
    fs::write(&action, code).expect("a file");
    let population = folder.path().join("logins.jsonl");
    let login = r#"{"client":{"client_id":"x"},"user":{"groups":[]}}"#;
    fs::write(&population, format!("{login}\n\n{login}\n")).expect("a file");
    run(&[
        "compare-action",
        &action.to_string_lossy(),
        "--population",
        &population.to_string_lossy(),
        "--timeout",
        timeout,
        "--format",
        "json",
    ])
}

fn handler(body: &str) -> String {
    format!("exports.onExecutePostLogin = async (event, api) => {{ {body} }};")
}

#[test]
fn actions_that_cannot_be_compared_are_errors() {
    for (code, expected) in [
        (handler("for (;;);"), "does not end for the login of line 1 within 2 s"),
        (
            handler("if (globalThis.seen) for (;;); globalThis.seen = true;"),
            "does not end for the login of line 3",
        ),
        (handler("await new Promise(() => {});"), "line 1: it waits for something that never comes"),
        (
            handler("await new Promise(() => setInterval(() => {}, 1000));"),
            "does not end for the login of line 1",
        ),
        (
            handler("const all = []; for (;;) all.push(new Array(1e6).fill(0.5));"),
            "it needs more than 512 MB, or ended",
        ),
        (handler("Object.prototype.toJSON = () => ({ claims: {} });"), "it changes objects of the language"),
        (handler("Array.prototype.map = null;"), "it changes objects of the language"),
        ("for (;;);".to_owned(), "does not end for the login of line 1"),
        ("exports.onExecutePostLogin = 5;".to_owned(), "it exports no `onExecutePostLogin`"),
        ("this is not JavaScript".to_owned(), "the Action cannot be compared: "),
        (
            "throw new Error('at the start\\n\\u001b[31m');".to_owned(),
            "the Action cannot be compared: at the start\\n\\u{1b}[31m",
        ),
    ] {
        let timeout = if code.contains("1e6") { "60" } else { "2" };
        let err = compare(&code, timeout).failed();
        assert!(err.contains(expected), "{code}: {err}");
    }
}

#[test]
fn what_an_action_may_not_do_is_an_error_of_its_login() {
    for (body, expected) in [
        ("throw new Error('no');", "the Action throws: no"),
        ("throw { get message() { throw 1; } };", "the Action throws: an error without a text"),
        ("process.exit(0);", "the Action calls process.exit"),
        ("await fetch('https://example.com');", "the Action calls fetch"),
        ("require('node:fs').readFileSync('/etc/passwd');", "the Action calls node:fs.readFileSync"),
        ("require('child_process').execSync('id');", "the Action calls child_process.execSync"),
        ("require('axios')('https://example.com');", "the Action calls axios"),
        ("new Function('return process')().mainModule.require('fs');", "the Action throws: Cannot read"),
        ("await import('node:fs');", "the Action throws: A dynamic import callback was not specified."),
        (
            "api.idToken.setCustomClaim('https://example.com/x', 'x'.repeat(200000));",
            "the Action throws: The custom claims of",
        ),
    ] {
        let json = compare(&handler(body), "20").json(1);
        let causes = json["differences"].to_string();
        assert!(causes.contains(expected), "{body}: {causes}");
    }
    // Output of the Action is not read, however much it is.
    let noisy =
        handler("for (let i = 0; i < 1e4; i++) console.log('x'.repeat(1e4)); globalThis.console.log('{}');");
    assert_eq!(compare(&noisy, "20").json(0)["logins"], 2);
    // Its environment is empty.
    let curious = handler("if (Object.keys(process.env).length) throw new Error('there are variables');");
    assert_eq!(compare(&curious, "20").json(0)["open"], 0);
}

#[test]
fn populations_that_cannot_be_used_are_errors() {
    let folder = TempDir::new().expect("a temporary folder");
    let file = folder.path().join("logins.jsonl");
    for (text, expected) in [
        ("", "has no login"),
        ("\n\n", "has no login"),
        ("{}\nx\n", "line 2 is not JSON"),
        ("[]\n", "line 1 is not an event"),
    ] {
        fs::write(&file, text).expect("a file");
        let err = run(&["compare-action", OLD, "--population", &file.to_string_lossy()]).failed();
        assert!(err.contains(expected), "{text}: {err}");
    }
}
