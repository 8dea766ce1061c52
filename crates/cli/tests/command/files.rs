//! Which files are read, and what happens if one cannot be.

use std::fs;

use crate::support::{ACME, folder, login, run, run_in, run_with, write};

#[track_caller]
fn check_failed(arguments: &[&str], message: &str) {
    let err = run(arguments).failed();
    assert!(err.starts_with("error: ") && err.contains(message), "{err}");
}

#[test]
fn missing_files_and_folders_are_errors_that_say_what_to_do() {
    let help = "check the path (a relative path starts at the current folder)\n";
    let message = format!("error: cannot open `nowhere`: there is no such folder or file; {help}");
    for verb in ["validate", "test", "bundle", "fmt"] {
        if verb == "bundle" && cfg!(not(embedded_engine)) {
            continue;
        }
        assert_eq!(run(&[verb, "nowhere"]).failed(), message);
    }
    assert_eq!(run(&["evaluate", "--mappings", "nowhere", "--event", "-"]).failed(), message);
    let message = format!("error: cannot open `nowhere.json`: there is no such file; {help}");
    for arguments in [&["explain"] as &[&str], &["evaluate"], &["evaluate", "--jsonl"]] {
        assert_eq!(run(&[arguments, &["--event", "nowhere.json"]].concat()).failed(), message);
    }
    let message =
        "there is no such folder or file, because a part of the path is not a folder; check the path";
    check_failed(&["validate", "Cargo.toml/mappings"], message);
    let message =
        "`Cargo.toml` is neither a folder nor a YAML file; name a folder of mapping files, or a `.yaml` file";
    check_failed(&["validate", "Cargo.toml"], message);
}

#[test]
fn input_that_is_not_an_event_is_an_error() {
    for verb in ["evaluate", "explain"] {
        let check = |input: &[u8], message: &str| {
            let err = run_with(&[verb, "--event", "-"], input.to_vec()).failed();
            assert!(err.contains(message), "{err}");
        };
        check(b"", "cannot use standard input: the event is not JSON");
        check(b"{", "cannot use standard input: the event is not JSON");
        check(b"[]", "cannot use standard input: the event is not a JSON object");
        check(
            b"{\n\xff}",
            "standard input is not UTF-8 text: here is the byte 0xFF, which is `ÿ` in Windows-1252, the usual encoding of older programs (line 2); save it as UTF-8",
        );
        let wide: Vec<u8> = "\u{feff}{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        check(&wide, "standard input is not UTF-8 text: it is in UTF-16, little-endian; save it as UTF-8");
        check_failed(&[verb, "--event", "mappings/platform.yaml"], "cannot use `mappings/platform.yaml`");
    }
}

#[test]
fn paths_in_output_begin_as_they_were_given() {
    let folder = folder(&[("organizations/acme.yaml", "")]);
    let absolute = folder.path().join("mappings");
    let absolute = absolute.to_str().expect("UTF-8");
    for given in ["mappings", "./mappings", "mappings/../mappings", absolute] {
        let out = run_in(&folder, &["validate", given]).stdout(1);
        assert!(out.contains(&format!("--> {given}/organizations/acme.yaml:1:1\n")), "{out}");
    }
}

#[test]
fn misplaced_yaml_files_are_reported_and_hidden_ones_are_not() {
    let folder = folder(&[
        ("organizations/acme.yaml", ACME),
        ("organizations/.#acme.yaml", "an editor's"),
        (".git/config.yaml", "version control's"),
        ("notes.txt", "not ours"),
        ("organizations/README.md", "not ours"),
    ]);
    assert_eq!(run_in(&folder, &["validate"]).stdout(0), "1 organization, 2 rules, 0 cases: no problems\n");
    write(&folder, "organizations/europe/globex.yaml", ACME);
    write(&folder, "organizations/initech.yml", ACME);
    let out = run_in(&folder, &["validate"]).stdout(1);
    assert!(out.contains("--> mappings/organizations/europe/globex.yaml"), "{out}");
    assert!(out.contains("--> mappings/organizations/initech.yml"), "{out}");
    assert!(out.ends_with("2 errors in 2 files\n"), "{out}");
}

#[test]
fn byte_order_mark_before_an_event_is_skipped() {
    let folder = folder(&[("organizations/acme.yaml", ACME)]);
    let mappings = folder.path().join("mappings");
    let mappings = mappings.to_str().expect("UTF-8");
    let event = format!("\u{feff}{}", login(r#"["it-admins"]"#));
    fs::write(folder.path().join("event.json"), &event).expect("a file");
    let groups = serde_json::json!(["catalog-admins"]);
    for verb in ["evaluate", "explain"] {
        let from_file = run_in(&folder, &[verb, "--event", "event.json"]);
        let from_input = run_with(&[verb, "--mappings", mappings, "--event", "-"], event.as_str());
        assert_eq!(from_file.stdout(0), from_input.stdout(0));
    }
    assert_eq!(run_in(&folder, &["evaluate", "--event", "event.json"]).json(0)["groups"], groups);
    let lines = format!("{event}\n{event}\n");
    let run = run_with(&["evaluate", "--jsonl", "--mappings", mappings, "--event", "-"], lines);
    let answers: Vec<serde_json::Value> =
        run.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    // It is skipped only at the beginning of the input.
    assert_eq!((run.code, &answers[0]["groups"], &answers[1]["line"]), (Some(1), &groups, &2.into()));
    let event = "\u{feff}\u{feff}{}";
    assert!(run_with(&["evaluate", "--event", "-"], event).failed().contains("the event is not JSON"));
}

#[test]
fn empty_folder_has_an_error() {
    let folder = folder(&[]);
    fs::remove_file(folder.path().join("mappings/platform.yaml")).expect("the file");
    let out = run_in(&folder, &["validate"]).stdout(1);
    assert!(out.contains("error[missing-platform]"), "{out}");
    assert!(out.contains("--> mappings/platform.yaml\n"), "{out}");
}

#[test]
fn dash_reads_standard_input() {
    let folder = folder(&[("organizations/acme.yaml", ACME)]);
    let mappings = folder.path().join("mappings");
    let mappings = mappings.to_str().expect("UTF-8");
    let arguments = ["evaluate", "--mappings", mappings, "--event", "-"];
    let json = run_with(&arguments, login(r#"["it-admins"]"#)).json(0);
    assert_eq!(json["groups"], serde_json::json!(["catalog-admins"]));
}
