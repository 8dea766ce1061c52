//! The program, as tests in other languages start it.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::https::Client;
use crate::identity_providers::{CLAIM, provider};

#[test]
fn program_takes_logins_and_verifications() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("standins-qlik");
    std::fs::create_dir_all(&folder).expect("a folder");
    let mut provider = provider();
    provider["pendingOptions"] = provider["options"].clone();
    let seed = json!({ "tokens": [{ "token": "t" }], "tenant": { "identity_providers": [provider] } });
    std::fs::write(folder.join("seed.json"), seed.to_string()).expect("written");
    let mut program = Command::new(env!("CARGO_BIN_EXE_claimsmith-standins"))
        .arg("qlik")
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
    let control = |command: &str, body: Value| {
        client.exchange(&format!("POST /stand-in/{command} HTTP/1.1"), &body.to_string()).expect("an answer")
    };
    let claims = json!({ "sub": "auth0|1", "groups": ["a"], CLAIM: ["b"] });
    assert_eq!(control("verify", json!({ "id": "idp", "claims": claims })).status, 200);
    assert_eq!(control("verify", json!({ "id": "other", "claims": claims })).status, 400);
    let id = control("login", json!({ "claims": claims })).body["id"].as_str().expect("an id").to_owned();
    let user = client.send("GET", &format!("/api/v1/users/{id}"), "t", None).expect("an answer").body;
    assert_eq!(user["assignedGroups"][0]["name"], "a");
    assert_eq!(control("nothing", Value::Null).status, 400);
    drop(program.stdin.take());
    assert!(program.wait().expect("ended").success());
}
