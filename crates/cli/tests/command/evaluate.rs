//! `claimsmith evaluate`.

use std::fs;

use serde_json::{Value, json};

use crate::support::{ACME, Run, check_snapshot, claimsmith, folder, login, run, run_in, write_in};

#[test]
fn answer_is_json_by_default() {
    let event = "js-shim/test/events/acme.json";
    let json = run(&["evaluate", "--mappings", "mappings", "--event", event]).json(0);
    assert_eq!(json["bundle"].as_str().expect("a digest").len(), 64);
    assert_eq!(json["organization"], "acme");
    assert_eq!(json["application"], "catalog");
    assert_eq!((&json["outcome"], &json["reason"]), (&json!("groups"), &json!("ok")));
    assert_eq!(json["groups"], json!(["catalog-admins", "finance-readers"]));
    assert_eq!(run(&["evaluate", "--event", event, "--format", "json"]).json(0), json);
}

#[test]
fn answer_as_text() {
    let out = run(&["evaluate", "--event", "js-shim/test/events/acme.json", "--format", "human"]).stdout(0);
    check_snapshot("evaluate-human", &out);
}

#[test]
fn refused_login_is_not_an_error() {
    let folder = folder(&[("organizations/acme.yaml", ACME)]);
    let json = lines(&folder, &login("null"), 0).1.remove(0);
    assert_eq!((&json["outcome"], &json["reason"]), (&json!("deny"), &json!("attribute-null")));
}

#[test]
fn mappings_that_have_errors_are_told_on_standard_error() {
    let folder = folder(&[("organizations/acme.yaml", &ACME.replace("catalog-admins", "no-such-group"))]);
    write_in(&folder, "event.json", login(r#"["it-admins"]"#));
    for verb in ["evaluate", "explain"] {
        let Run { code, out, err } = run_in(&folder, &[verb, "--event", "event.json"]);
        assert_eq!((code, out.as_str()), (Some(1), ""));
        assert!(err.starts_with("error[unknown-group]"), "{err}");
        assert!(err.ends_with("1 error in 1 file\n"), "{err}");
    }
}

/// Evaluates lines; returns the summary and the answers.
fn lines(folder: &tempfile::TempDir, input: &str, code: i32) -> (String, Vec<Value>) {
    let arguments = ["evaluate", "--jsonl", "--event", "-"];
    let command = claimsmith(&arguments).current_dir(folder.path()).stdin(input);
    let run = Run::new(command.output().expect("the command starts"));
    assert_eq!(run.code, Some(code), "{}", run.err);
    (run.err, run.out.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect())
}

#[test]
fn each_line_has_its_answer() {
    let folder = folder(&[("organizations/acme.yaml", ACME)]);
    let input = format!("{}\nno JSON\n\n[]\n{}", login(r#"["it-admins"]"#), login(r#"["fin-emea", "x"]"#));
    let (summary, answers) = lines(&folder, &input, 1);
    assert!(summary.starts_with("2 logins, 3 bad lines; per second and core: "), "{summary}");
    assert_eq!(answers.len(), 5);
    assert_eq!(answers[0]["groups"], json!(["catalog-admins"]));
    for (answer, number) in answers[1..4].iter().zip(2..) {
        assert_eq!((&answer["version"], &answer["line"]), (&json!(1), &json!(number)));
        assert!(answer["error"].is_string(), "{answer}");
    }
    assert_eq!(answers[2], json!({ "version": 1, "line": 3, "error": "the line is empty" }));
    assert_eq!(answers[4]["unmatched"], json!(["x"]));
}

#[test]
fn answers_are_in_the_order_of_the_lines() {
    let folder = folder(&[("organizations/acme.yaml", ACME)]);
    let input: Vec<String> = (0..1_000).map(|at| login(&format!(r#"["fin-{at}", "group {at}"]"#))).collect();
    let (summary, answers) = lines(&folder, &input.join("\n"), 0);
    assert!(summary.starts_with("1 000 logins; per second and core: "), "{summary}");
    assert_eq!(answers.len(), 1_000);
    for (at, answer) in answers.iter().enumerate() {
        assert_eq!(answer["unmatched"], json!([format!("group {at}")]));
    }
}

#[test]
fn a_line_has_the_same_answer_as_the_event_in_a_file() {
    let folder = folder(&[("organizations/acme.yaml", ACME)]);
    let event = login(r#"["it-admins", "", "fin-emea", "Domain Users"]"#);
    let (_, answers) = lines(&folder, &event, 0);
    std::fs::write(folder.path().join("event.json"), event).expect("a file");
    assert_eq!(run_in(&folder, &["evaluate", "--event", "event.json"]).json(0), answers[0]);
}

#[test]
fn empty_input_has_no_answers() {
    let folder = folder(&[("organizations/acme.yaml", ACME)]);
    assert_eq!(lines(&folder, "", 0), ("0 logins\n".to_owned(), Vec::new()));
}

#[test]
fn now_is_the_time_of_logins_that_do_not_state_one() {
    let acme = ACME.replace("grant: catalog-admins }", "grant: catalog-admins, expires: 2027-01-31 }");
    let folder = folder(&[("organizations/acme.yaml", &acme)]);
    let event = login(r#"["it-admins"]"#);
    let stated = event.replacen('{', r#"{"claimsmith":{"now":"2027-02-01T00:00:00Z"},"#, 1);
    for (name, event) in [("login.json", &event), ("stated.json", &stated)] {
        fs::write(folder.path().join(name), event).expect("a file");
    }
    let groups = |event: &str, options: &[&str]| {
        let arguments = [&["evaluate", "--event", event], options].concat();
        run_in(&folder, &arguments).json(0)["groups"].clone()
    };
    assert_eq!(groups("login.json", &["--now", "2027-01-30T23:59:59.9Z"]), json!(["catalog-admins"]));
    assert_eq!(groups("login.json", &["--now", "2027-01-31"]), json!([]));
    // The time that an event states is kept.
    assert_eq!(groups("stated.json", &["--now", "2027-01-30"]), json!([]));
    let lines = ["evaluate", "--jsonl", "--event", "login.json", "--now", "2027-01-31"];
    assert!(run_in(&folder, &lines).out.contains(r#""groups":[]"#));
    let explained = ["explain", "--event", "login.json", "--now", "2027-01-30"];
    assert!(run_in(&folder, &explained).stdout(0).contains("is set to [catalog-admins]"));
}
