//! `claimsmith sign` and `claimsmith keys`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command as Program;

use claimsmith_lifecycle::block::{
    BlockRefusal, LocalKey, Sign, SignedBlock, Verification, VerificationKey, Verified,
};
use serde_json::Value as Json;
use tempfile::TempDir;

use crate::support::{ACME, Run, check_snapshot, claimsmith, folder, run_in, write_in};

pub(crate) const DOMAIN: &str = "acme.eu.auth0.com";
/// The time of signing, 2026-11-01.
const AT: &str = "2026-11-01T00:00:00Z";
const ISSUED: f64 = 1_793_491_200.0;

/// A customer that may get a protected group.
const GLOBEX: &str = "\
version: 1
organization: org_globex
connections:
  globex-entra: { strategy: waad }
rules:
  - id: admins
    match: { exact: it-admins }
    grant: catalog-admins
    protected: true
    allow: { forgeable-name: Only administrators make groups there. }
";

/// A customer without an Auth0 organization.
const INITECH: &str = "\
version: 1
connections:
  initech-adfs: { strategy: adfs }
rules:
  - { id: finance, match: { exact: finance }, grant: finance-readers }
";

/// A customer with a condition on what is not signed.
const UMBRELLA: &str = "\
version: 1
organization: org_umbrella
connections:
  umbrella-entra: { strategy: waad }
rules:
  - id: finance
    when: { organization-metadata: { plan: gold } }
    match: { exact: finance }
    grant: finance-readers
";

pub(crate) fn key(byte: u8) -> LocalKey {
    LocalKey::from_seed([byte; 32]).expect("any bytes are a key")
}

pub(crate) fn platform(blocks: &str) -> String {
    format!(
        "\
version: 1
tenants:
  production: {{ domain: {DOMAIN} }}
applications:
  catalog:
    clients: [CatalogClient]
    claim: https://claims.example.com/catalog/groups
groups:
  catalog-admins: {{ applications: [catalog], description: Administers the catalog., protected: true }}
  finance-readers: {{ applications: [catalog], description: Reads the finance domain. }}
ceilings:
  globex: {{ protected: catalog-admins }}
blocks:
{blocks}"
    )
}

pub(crate) fn keys() -> String {
    let [first, second] = [1, 2].map(|byte| key(byte).public_line(""));
    format!(
        "  keys:\n    first:\n      public: {first}\n      protected: true\n    second:\n      public: {second}\n      organizations: [acme]\n"
    )
}

/// A folder with four customers and the keys 1, 2 and 3, of which the third is not declared.
pub(crate) fn blocks_folder(blocks: &str) -> TempDir {
    let acme = ACME.replace("  - { id: admins, match: { exact: it-admins }, grant: catalog-admins }\n", "");
    let folder = folder(&[
        ("platform.yaml", &platform(blocks)),
        ("organizations/acme.yaml", &acme),
        ("organizations/globex.yaml", GLOBEX),
        ("organizations/initech.yaml", INITECH),
        ("organizations/umbrella.yaml", UMBRELLA),
    ]);
    for byte in 1..=3 {
        write_key(&folder, &format!("{byte}.key"), &key(byte).to_openssh("a test"));
    }
    folder
}

fn write_key(folder: &TempDir, name: &str, text: &str) {
    write_in(folder, name, text);
    set_mode(&folder.path().join(name), 0o600);
}

fn set_mode(path: &Path, mode: u32) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
}

/// Signs without an agent and without the variable.
fn sign(folder: &TempDir, arguments: &[&str]) -> Run {
    let command = claimsmith(&[&["sign", "--at", AT], arguments].concat()).current_dir(folder.path());
    let command = command.env_remove("SSH_AUTH_SOCK").env_remove("CLAIMSMITH_SIGNING_KEY");
    Run::new(command.output().expect("the command starts"))
}

fn block(folder: &TempDir, name: &str) -> Json {
    let text = fs::read_to_string(folder.path().join("blocks").join(name)).expect("a block");
    serde_json::from_str(&text).expect("JSON")
}

fn verified(block: &Json, organization: &str, keys: &[u8]) -> Result<Verified, BlockRefusal> {
    let values: BTreeMap<String, String> =
        serde_json::from_value(block["values"].clone()).expect("texts by key");
    let verification = Verification {
        domain: DOMAIN.to_owned(),
        floor: 0,
        floors: BTreeMap::new(),
        keys: keys.iter().map(|byte| VerificationKey::of_all(&key(*byte).public())).collect(),
    };
    let block = SignedBlock::join(|key| values.get(key).map(String::as_str))?;
    verification.verify(organization, &block, Some(ISSUED))
}

#[test]
fn sign_writes_a_block_for_each_customer_that_can_have_one() {
    let folder = blocks_folder(&keys());
    let out = sign(&folder, &["--key", "1.key"]).stdout(0);
    check_snapshot("sign", &out);
    let written: Vec<_> = fs::read_dir(folder.path().join("blocks")).expect("a folder").collect();
    assert_eq!(written.len(), 2);
    let acme = block(&folder, "acme.json");
    assert_eq!(
        (&acme["version"], &acme["domain"], &acme["organization"], &acme["organization_id"]),
        (&1.into(), &DOMAIN.into(), &"acme".into(), &"org_acme".into())
    );
    assert_eq!((&acme["issued"], &acme["deadline"]), (&1_793_491_200_u32.into(), &Json::Null));
    let found = verified(&acme, "org_acme", &[1]).expect("nothing is wrong");
    let bundle = claimsmith::Bundle::decode(&found.bundle).expect("a bundle");
    assert_eq!(acme["digest"], bundle.digest_hex());
    assert_eq!(verified(&acme, "org_globex", &[1]).err(), Some(BlockRefusal::Foreign));
    assert_eq!(verified(&acme, "org_acme", &[2]).err(), Some(BlockRefusal::Key));
    assert!(verified(&block(&folder, "globex.json"), "org_globex", &[1]).is_ok());

    // The same mappings, key and time give the same bytes.
    let before = fs::read(folder.path().join("blocks/acme.json")).expect("a block");
    sign(&folder, &["--key", "1.key"]).stdout(0);
    assert_eq!(fs::read(folder.path().join("blocks/acme.json")).expect("a block"), before);

    let json = sign(&folder, &["--key", "1.key", "--format", "json"]).json(0);
    assert_eq!(json["signed"][0]["keys"], serde_json::json!(["first"]));
    let codes: Vec<_> = json["embedded"].as_array().expect("a list").iter().map(|it| &it["code"]).collect();
    assert_eq!(codes, ["no-organization", "unsigned-condition"]);
}

#[test]
fn sign_uses_the_keys_that_may_sign() {
    let folder = blocks_folder(&keys());
    sign(&folder, &["--key", "1.key", "--key", "2.key"]).stdout(0);
    let acme = block(&folder, "acme.json");
    assert_eq!(acme["keys"].as_array().map(Vec::len), Some(2));
    for keys in [[1], [2]] {
        assert!(verified(&acme, "org_acme", &keys).is_ok());
    }
    assert_eq!(verified(&block(&folder, "globex.json"), "org_globex", &[2]).err(), Some(BlockRefusal::Key));

    sign(&folder, &["--key", "2.key", "--organization", "acme"]).stdout(0);
    assert_eq!(verified(&block(&folder, "acme.json"), "org_acme", &[1]).err(), Some(BlockRefusal::Key));
    let err = sign(&folder, &["--key", "2.key"]).failed();
    assert!(err.contains("none of the given keys may sign for `globex`; nothing was written"), "{err}");
    let folder = blocks_folder(&keys().replace("      protected: true\n", ""));
    let err = sign(&folder, &["--key", "1.key", "--organization", "globex"]).failed();
    assert!(err.contains("`globex` grants protected groups, and none of the given keys"), "{err}");
    assert!(!folder.path().join("blocks").exists());
    // Where no key may sign for a customer, its mapping is in the Action.
    let out = sign(&folder, &["--key", "1.key"]).stdout(0);
    assert!(out.contains("globex stays in the Action: it grants protected groups, and no key"), "{out}");
}

#[test]
fn sign_names_what_cannot_be_signed() {
    let folder = blocks_folder(&keys());
    let out = sign(&folder, &["--key", "1.key", "--organization", "umbrella"]).stdout(1);
    assert!(out.contains("umbrella stays in the Action: the rule `finance`"), "{out}");
    let err = sign(&folder, &["--key", "1.key", "--organization", "acne"]).failed();
    assert!(err.contains("there is no mapping `acne`; did you mean `acme`?"), "{err}");
    let later = blocks_folder(&format!("{}  floor: 2026-11-02T00:00:00Z\n", keys()));
    let err = sign(&later, &["--key", "1.key"]).failed();
    assert!(err.contains("the floor of `acme` in `platform.yaml` is after the time of signing"), "{err}");
}

#[test]
fn sign_needs_a_key_that_is_declared_and_private() {
    let folder = blocks_folder(&keys());
    let check = |arguments: &[&str], expected: &str| {
        let err = sign(&folder, arguments).failed();
        assert!(err.contains(expected), "{err}");
        assert!(!err.contains("b3BlbnNzaC1"), "{err}");
    };
    check(&[], "there is no key to sign with; name its file with `--key FILE`");
    check(&["--key", "3.key"], "is not one of the tenant `production` in `platform.yaml`");
    check(&["--key", "1.key", "--key", "1.key"], "was given already");
    check(&["--key", "none.key"], "cannot read the key `none.key`");
    write_in(&folder, "1.pub", key(1).public_line("x"));
    set_mode(&folder.path().join("1.pub"), 0o600);
    check(&["--key", "1.pub"], "is a public key");
    if cfg!(unix) {
        set_mode(&folder.path().join("1.key"), 0o640);
        check(&["--key", "1.key"], "other users can read the key `1.key` (mode 640)");
    }
}

#[test]
fn sign_takes_the_key_from_the_environment() {
    let folder = blocks_folder(&keys());
    let signed = |text: &str| {
        let command =
            claimsmith(&["sign", "--at", AT]).current_dir(folder.path()).env_remove("SSH_AUTH_SOCK");
        Run::new(command.env("CLAIMSMITH_SIGNING_KEY", text).output().expect("the command starts"))
    };
    signed(&key(1).to_openssh("x")).stdout(0);
    assert!(verified(&block(&folder, "acme.json"), "org_acme", &[1]).is_ok());
    let err = signed("1.key").failed();
    assert!(err.contains("`CLAIMSMITH_SIGNING_KEY` has a path, and needs the content of the file"), "{err}");
    let err = signed("a secret that is not a key").failed();
    assert!(err.contains("the content of `CLAIMSMITH_SIGNING_KEY` is not a private key"), "{err}");
    assert!(!err.contains("a secret"), "{err}");
}

#[cfg(unix)]
#[test]
fn sign_uses_the_keys_of_an_agent() {
    let folder = blocks_folder(&keys());
    let with_agent = |keys: &str| {
        let script = format!("{keys}\"$0\" sign --at {AT}");
        let program = snapbox::cmd::cargo_bin!("claimsmith");
        let mut command = Program::new("ssh-agent");
        command.args(["sh", "-c", &script]).arg(program).current_dir(folder.path());
        command.env_remove("CLAIMSMITH_SIGNING_KEY").env("NO_COLOR", "1");
        Run::new(command.output().expect("ssh-agent"))
    };
    with_agent("ssh-add -q 1.key 2.key 3.key && ").stdout(0);
    let acme = block(&folder, "acme.json");
    for keys in [[1], [2]] {
        assert!(verified(&acme, "org_acme", &keys).is_ok());
    }
    let err = with_agent("ssh-add -q 3.key && ").failed();
    assert!(err.contains("the SSH agent has none of the keys"), "{err}");
}

#[cfg(unix)]
#[test]
fn sign_refuses_a_key_with_a_passphrase() {
    let folder = blocks_folder(&keys());
    let lock = ["-q", "-p", "-P", "", "-N", "a passphrase", "-f", "1.key"];
    let locked = Program::new("ssh-keygen").args(lock).current_dir(folder.path()).output();
    assert!(locked.expect("ssh-keygen").status.success());
    let err = sign(&folder, &["--key", "1.key"]).failed();
    assert!(err.contains("`1.key` has a passphrase"), "{err}");
    assert!(err.contains("load it with `ssh-add`"), "{err}");
}

#[test]
fn keys_new_writes_a_private_file_and_prints_what_to_declare() {
    let folder = TempDir::new().expect("a folder");
    let out = run_in(&folder, &["keys", "new", "staging-2026", "--out", "s.key", "--tenant", "staging"]);
    let out = out.stdout(0);
    let text = fs::read_to_string(folder.path().join("s.key")).expect("a key");
    let made = LocalKey::parse(&text).expect("a key");
    assert!(out.contains(&format!("      public: {}\n", made.public_line("staging-2026"))), "{out}");
    assert!(!out.contains("PRIVATE"), "{out}");
    let public = made.public_line("staging-2026");
    let fingerprint = claimsmith_lifecycle::block::fingerprint(&made.public());
    check_snapshot(
        "keys-new",
        &out.replace(&public, "ssh-ed25519 [KEY]").replace(&fingerprint, "[FINGERPRINT]"),
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(folder.path().join("s.key")).expect("a key").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let err = run_in(&folder, &["keys", "new", "again", "--out", "s.key"]).failed();
    assert!(err.contains("`s.key` exists already"), "{err}");
    assert_eq!(fs::read_to_string(folder.path().join("s.key")).expect("a key"), text);
    // Where the platform has `blocks`, a second one would be a mistake.
    crate::support::write_in(&folder, "mappings/platform.yaml", "version: 1\nblocks:\n  keys: {}\n");
    let out = run_in(&folder, &["keys", "new", "second", "--out", "second.key"]).stdout(0);
    assert!(
        out.contains("add to the `keys` of `blocks` in `mappings/platform.yaml`")
            && !out.contains("\nblocks:\n")
            && out.contains("\n    second:\n      public: "),
        "{out}"
    );
    let err = run_in(&folder, &["keys", "new", "third", "--out", "nowhere/s.key"]).failed();
    assert_eq!(
        err,
        "error: cannot write `nowhere/s.key`: its folder does not exist; make it first, or name another file\n"
    );
    let err = run_in(&folder, &["keys", "new", "a key", "--out", "x.key"]).failed();
    assert!(err.contains("the name of a key has 1 to 64"), "{err}");
}

#[cfg(unix)]
#[test]
fn sign_names_files_of_blocks_that_do_not_travel_any_more() {
    for (writer, more) in [("terraform", None), ("deploy-cli", Some("blocks/organizations/globex.json"))] {
        let settings = |embedded: &str| platform(&format!("  writer: {writer}\n{embedded}{}", keys()));
        let expected: Vec<&str> = ["blocks/globex.json"].into_iter().chain(more).collect();
        let folder = blocks_folder(&keys());
        let leftover = || {
            let run = sign(&folder, &["--key", "1.key", "--format", "json"]);
            assert_eq!(run.code, Some(0), "{}", run.err);
            let json: Json = serde_json::from_str(&run.out).expect("JSON");
            let files = json["leftover"].as_array().expect("files").clone();
            let warning = format!("remove them: {}\n", expected.join(", "));
            assert_eq!(run.err.contains(&warning), !files.is_empty(), "{}", run.err);
            files
        };
        write_in(&folder, "mappings/platform.yaml", settings(""));
        assert_eq!(leftover(), [] as [Json; 0]);
        write_in(&folder, "blocks/notes.json", "{}");
        write_in(&folder, "mappings/platform.yaml", settings("  embedded: globex\n"));
        assert_eq!(leftover(), expected);
        // The customer leaves.
        fs::remove_file(folder.path().join("mappings/organizations/globex.yaml")).expect("a mapping");
        let left = settings("").replace("ceilings:\n  globex: { protected: catalog-admins }\n", "");
        write_in(&folder, "mappings/platform.yaml", &left);
        assert_eq!(leftover(), expected);
        // The advice.
        for file in &expected {
            fs::remove_file(folder.path().join(file)).expect("a file");
        }
        assert_eq!(leftover(), [] as [Json; 0]);
    }
}

#[test]
fn keys_new_follows_no_link() {
    let folder = TempDir::new().expect("a folder");
    std::os::unix::fs::symlink("elsewhere", folder.path().join("s.key")).expect("a link");
    let err = run_in(&folder, &["keys", "new", "staging-2026", "--out", "s.key"]).failed();
    assert!(err.contains("s.key"), "{err}");
    assert!(!folder.path().join("elsewhere").exists());
}

#[test]
fn keys_are_listed_with_what_they_may_sign() {
    let folder = blocks_folder(&keys());
    check_snapshot("keys-list", &run_in(&folder, &["keys", "list"]).stdout(0));
    let json = run_in(&folder, &["keys", "list", "--format", "json"]).json(0);
    assert_eq!(json["keys"][1]["organizations"], serde_json::json!(["acme"]));
}

#[test]
fn rotation_is_explained() {
    let folder = blocks_folder(&keys());
    check_snapshot("keys-rotate", &run_in(&folder, &["keys", "rotate", "second"]).stdout(0));
    let err = run_in(&folder, &["keys", "rotate", "secnd"]).failed();
    assert!(err.contains("declares no key `secnd`; did you mean `second`?"), "{err}");
}

#[test]
fn key_that_was_removed_is_not_taken_for_its_successor() {
    let folder = blocks_folder(&keys());
    for arguments in [["keys", "revoke", "second-2"], ["keys", "rotate", "first2026"]] {
        let err = run_in(&folder, &arguments).failed();
        assert!(!err.contains("did you mean"), "{err}");
        let rest = "; then sign the blocks with another key with `claimsmith sign`, and write them with `claimsmith deploy plan` and `apply`";
        assert!(err.contains("; it has `first`, `second`. If ") && err.contains(rest), "{err}");
    }
}

#[test]
fn revocation_names_the_customers_that_it_closes() {
    let folder = blocks_folder(&keys());
    let out = run_in(&folder, &["keys", "revoke", "first"]).stdout(0);
    let (before, after) = out.split_once(" again takes ").expect("a time");
    let (_, after) = after.split_once(" s here").expect("a time");
    check_snapshot("keys-revoke", &format!("{before} again takes [TIME] s here{after}"));
    let json = run_in(&folder, &["keys", "revoke", "first", "--format", "json"]).json(0);
    assert_eq!(json["closed"], serde_json::json!(["globex"]));
    assert_eq!(json["signed_again"], serde_json::json!(["acme"]));
}

#[test]
fn platform_without_blocks_says_how_to_begin() {
    let folder = folder(&[("organizations/acme.yaml", ACME)]);
    let err = sign(&folder, &[]).failed();
    assert!(err.contains("`claimsmith keys new` makes one"), "{err}");
    let err = run_in(&folder, &["keys", "revoke", "x"]).failed();
    assert!(err.contains("declares no keys"), "{err}");
    assert_eq!(run_in(&folder, &["keys", "list"]).stdout(0), "0 keys\n");
}
