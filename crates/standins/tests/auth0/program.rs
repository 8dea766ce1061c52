//! The program, as tests in other languages start it.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::client::{Client, send};

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

#[test]
fn program_says_where_it_listens_and_ends_with_its_input() {
    let folder = folder("standins-program");
    let seed = json!({ "tokens": [{ "token": "t" }], "tenant": { "organizations": [{ "id": "org_1", "name": "acme" }] } });
    std::fs::write(folder.join("seed.json"), seed.to_string()).expect("written");
    let mut program = Command::new(env!("CARGO_BIN_EXE_claimsmith-standins"))
        .arg("auth0")
        .args(["--seed".as_ref(), folder.join("seed.json").as_os_str(), "--dir".as_ref(), folder.as_os_str()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    let mut line = String::new();
    BufReader::new(program.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
    let said: Value = serde_json::from_str(&line).expect("JSON");
    let ca = std::fs::read_to_string(said["ca"].as_str().expect("a path")).expect("a file");
    let client = Client::new(said["domain"].as_str().expect("a domain"), &ca);

    assert_eq!(
        send(&client, "GET", "organizations/org_1", "t", None).expect("an answer").body["name"],
        "acme"
    );
    let control = |command: &str, body: Value| {
        let head = format!("{command} HTTP/1.1");
        client.exchange(&head, &body.to_string()).expect("an answer")
    };
    assert_eq!(control("POST /stand-in/faults", json!({ "status": 502 })).status, 200);
    assert_eq!(send(&client, "GET", "organizations", "t", None).expect("an answer").status, 502);
    assert_eq!(
        control("POST /stand-in/patch", json!([{ "op": "remove", "path": "/organizations/0" }])).status,
        200
    );
    assert_eq!(control("GET /stand-in/tenant", Value::Null).body["organizations"], json!([]));
    assert_eq!(control("GET /stand-in/requests", Value::Null).body.as_array().map(Vec::len), Some(2));
    assert_eq!(control("POST /stand-in/faults", json!({ "explode": 1 })).status, 400);
    assert_eq!(control("GET /stand-in/nothing", Value::Null).status, 400);

    drop(program.stdin.take());
    assert!(program.wait().expect("ended").success());
}

#[test]
fn seed_with_a_mistake_is_refused() {
    let folder = folder("standins-mistake");
    let seed = folder.join("seed.json");
    std::fs::write(&seed, r#"{ "tennant": {} }"#).expect("written");
    let output = Command::new(env!("CARGO_BIN_EXE_claimsmith-standins"))
        .args(["auth0".as_ref(), "--seed".as_ref(), seed.as_os_str(), "--dir".as_ref(), folder.as_os_str()])
        .stdin(Stdio::null())
        .output()
        .expect("started");
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(text.contains("seed.json") && text.contains("unknown field `tennant`"), "{text}");
}

#[test]
fn wrong_arguments_show_the_usage() {
    for arguments in [&[][..], &["auth0"], &["other", "--dir", "x"], &["auth0", "--dir", "x", "--dir"]] {
        let output = Command::new(env!("CARGO_BIN_EXE_claimsmith-standins"))
            .args(arguments)
            .output()
            .expect("started");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).starts_with("usage:"), "{arguments:?}");
    }
}
