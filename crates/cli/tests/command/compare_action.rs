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
    let err = none.failed();
    assert!(
        err.starts_with(
            "error: the Action never sets `other` of `--claim` for these logins; it sets `https://"
        ),
        "{err}"
    );
    assert!(err.ends_with("; nothing was compared\n"), "{err}");
    let both = run(&["compare-action", OLD, "--population", LOGINS, "--claim", claim, "--claim", "other"]);
    assert!(both.out == out && both.err.starts_with("warning: the Action never sets `other`"), "{both:?}");
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
    assert_eq!((&json["open"], differences.len()), (&serde_json::json!(3), 4), "{json}");

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
    let Run { code, out, err } = run(&["compare-action", OLD, "--population", LOGINS, "--accept", &file]);
    assert!(out.contains("4 differences, 4 of them accepted"), "{out}");
    assert!(code == Some(2) && err.contains("1 login could not be compared"), "{err}");
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
        (
            "this is not JavaScript".to_owned(),
            "the Action cannot be compared: it is not JavaScript that Node reads: Unexpected",
        ),
        (
            "\nthrow new RangeError('a person');".to_owned(),
            "the Action cannot be compared: it throws while it is loaded: RangeError in line 2",
        ),
        ("fetch('https://example.com');".to_owned(), "it calls `fetch` while it is loaded"),
        (
            "function (user, context, callback) { callback(null, user, context); }".to_owned(),
            "it is an Auth0 Rule and not",
        ),
        (
            "function addGroups(user, context, cb) { cb(null, user, context); }".to_owned(),
            "it is an Auth0 Rule and not",
        ),
        (
            "exports.onExecutePreUserRegistration = async () => {};".to_owned(),
            "it exports `onExecutePreUserRegistration`, which is not run at a login",
        ),
    ] {
        let timeout = if code.contains("1e6") { "60" } else { "2" };
        let err = compare(&code, timeout).failed();
        assert!(err.contains(expected), "{code}: {err}");
        assert!(!err.contains("a person"), "{err}");
    }
}

#[test]
fn what_an_action_may_not_do_is_an_error_of_its_login() {
    for (body, expected) in [
        ("throw new Error(event.user.email);", "the Action throws: Error in line 1"),
        ("throw event.user.email;", "the Action throws: something that is not an error"),
        ("throw { get message() { throw 1; } };", "the Action throws: something that is not an error"),
        ("class Mine extends Error {}\nthrow new Mine('x');", "the Action throws: an error in line 2"),
        (
            "new Function('return process')().mainModule.require('fs');",
            "the Action throws: TypeError in line 1",
        ),
        (
            "api.idToken.setCustomClaim('https://example.com/x', 'x'.repeat(200000));",
            "the Action throws: Error in line 1",
        ),
    ] {
        let json = compare(&handler(body), "20").json(1);
        let causes = json["differences"].to_string();
        assert!(causes.contains(expected) && !causes.contains("@example.com"), "{body}: {causes}");
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
fn logins_that_need_what_is_not_there_are_not_compared() {
    for (body, needs) in [
        ("process.exit(0);", "process.exit"),
        ("await fetch('https://example.com');", "fetch"),
        ("try { await fetch('https://example.com'); } catch {}", "fetch"),
        ("require('node:fs').readFileSync('/etc/passwd');", "node:fs.readFileSync"),
        ("require('child_process').execSync('id');", "child_process.execSync"),
        ("require('axios')('https://example.com');", "axios"),
        ("await import('node:fs');", "import()"),
        ("if (event.secrets.KEY === 'x') api.access.deny('x');", "event.secrets.KEY"),
        ("const { url } = event.configuration;", "event.configuration.url"),
    ] {
        let run = compare(&handler(body), "20");
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.err.starts_with("error: 2 logins could not be compared, so it is not known"), "{run:?}");
        let json: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
        assert_eq!((&json["equal"], &json["open"]), (&serde_json::json!(0), &serde_json::json!(0)));
        let expected = serde_json::json!([{ "needs": needs, "logins": 2, "lines": [1, 3] }]);
        assert_eq!(json["not_comparable"]["needs"], expected, "{body}");
    }
    let text = handler("api.idToken.setCustomClaim('https://example.com/g', [event.secrets.KEY ?? 'x']);");
    let folder = TempDir::new().expect("a temporary folder");
    let (action, population) = (folder.path().join("action.js"), folder.path().join("logins.jsonl"));
    fs::write(&action, text).expect("a file");
    let login = r#"{"client":{"client_id":"x"},"user":{"groups":[]}}"#;
    let with = r#"{"client":{"client_id":"x"},"user":{"groups":[]},"secrets":{"KEY":"k"}}"#;
    fs::write(&population, format!("{login}\n{with}\n")).expect("a file");
    let (action, population) = (action.to_string_lossy(), population.to_string_lossy());
    let out = run(&["compare-action", &action, "--population", &population]).stdout(1);
    check_snapshot("compare-action-needs", &out);
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
