//! Files that are not text in UTF-8, or cannot be read: each is one finding, and the other files are checked.

#![allow(clippy::indexing_slicing, reason = "output of another form fails the test")]

use std::fs::{self, File};
use std::process::Command;

use serde_json::Value as Json;
use tempfile::TempDir;

use crate::support::{ACME, PLATFORM, Run, folder, run_in, write};

const CASES: &str = "\
version: 1
cases:
  - name: administrators
    connection: acme-entra
    application: catalog
    groups: [it-admins]
    expect: { claims: [catalog-admins], rules: [admins] }
  - name: everyone else
    connection: acme-entra
    application: catalog
    groups: [fin-emea]
    expect: { claims: [finance-readers] }
";

const TEMPLATE: &str = "\
version: 1
description: What every customer has.
rules:
  - { id: bi, match: { exact: bi }, grant: catalog-admins }
";

/// A folder with a mapping, its cases, a template, and a mapping that is not YAML.
fn checkout() -> TempDir {
    folder(&[
        ("organizations/acme.yaml", ACME),
        ("organizations/acme.test.yaml", CASES),
        ("organizations/globex.yaml", "version: [1\n"),
        ("templates/bi@1.yaml", TEMPLATE),
    ])
}

fn utf16(text: &str, mark: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    [mark, text].iter().flat_map(|it| it.encode_utf16()).flat_map(unit).collect()
}

/// The findings of `validate`, by file and code.
fn findings(folder: &TempDir) -> Vec<Json> {
    let json = run_in(folder, &["validate", "--format", "json"]).json(1);
    assert_eq!(json["counts"], Json::Null);
    json["diagnostics"].as_array().expect("findings").clone()
}

/// Asserts that one file of the folder is one finding, and that nothing follows from it.
#[track_caller]
fn check_one(folder: &TempDir, path: &str, message: &str) -> Json {
    let path = format!("mappings/{path}");
    let mut expected = vec![(path.as_str(), "unreadable-file")];
    let other = "mappings/organizations/globex.yaml";
    if path != other {
        expected.push((other, "yaml-syntax"));
    }
    expected.sort_unstable();
    let found = findings(folder);
    let text = |finding: &Json, key: &str| finding[key].as_str().expect("a text").to_owned();
    let codes: Vec<_> = found.iter().map(|it| (text(it, "file"), text(it, "code"))).collect();
    let codes: Vec<_> = codes.iter().map(|(file, code)| (file.as_str(), code.as_str())).collect();
    assert_eq!(codes, expected, "{found:#?}");
    let finding = found.into_iter().find(|it| it["code"] == "unreadable-file").expect("a finding");
    assert!(text(&finding, "message").contains(message), "{finding:#}");
    finding
}

#[test]
fn a_file_in_another_encoding_is_one_finding() {
    let texts = [
        ("platform.yaml", PLATFORM),
        ("organizations/acme.yaml", ACME),
        ("organizations/acme.test.yaml", CASES),
        ("organizations/globex.yaml", ACME),
        ("templates/bi@1.yaml", TEMPLATE),
    ];
    for (path, text) in texts {
        for (bytes, message) in [
            (utf16(text, "\u{feff}", u16::to_le_bytes), "UTF-16, little-endian"),
            (utf16(text, "\u{feff}", u16::to_be_bytes), "UTF-16, big-endian"),
            (utf16(text, "", u16::to_le_bytes), "UTF-16, little-endian"),
            (utf16(text, "", u16::to_be_bytes), "UTF-16, big-endian"),
            ([text.as_bytes(), b"# caf\xe9\n"].concat(), "the byte 0xE9, which is `é` in Windows-1252"),
            ([text.as_bytes(), b"# \xff\0\x01\n"].concat(), "binary data"),
            (b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0\xe9".to_vec(), "a ZIP archive"),
        ] {
            let folder = checkout();
            write(&folder, path, &bytes);
            check_one(&folder, path, message);
        }
    }
}

#[test]
fn nul_bytes_in_a_text_are_one_finding() {
    let folder = checkout();
    write(&folder, "organizations/acme.yaml", ACME.replace("it-admins", "it\0admins"));
    let found = findings(&folder);
    let codes: Vec<_> = found.iter().map(|it| it["code"].as_str().expect("a code")).collect();
    assert_eq!(codes, ["yaml-syntax", "yaml-syntax"], "{found:#?}");
    assert!(found[0]["message"].as_str().expect("a text").contains("U+0000"), "{found:#?}");
    assert_eq!((&found[0]["line"], &found[0]["column"]), (&6.into(), &37.into()));
}

/// UTF-8 may begin with a byte order mark.
#[test]
fn a_byte_order_mark_is_not_part_of_a_file() {
    let folder = checkout();
    write(&folder, "organizations/acme.yaml", format!("\u{feff}{ACME}"));
    write(&folder, "organizations/globex.yaml", ACME.replace("acme", "globex"));
    assert!(run_in(&folder, &["validate"]).stdout(0).contains("2 organizations"));
}

#[test]
fn the_place_of_a_wrong_byte_is_that_of_its_character_in_every_format() {
    let folder = folder(&[]);
    write(&folder, "organizations/acme.yaml", [b"# \x80 caf\xe9\n".as_slice(), ACME.as_bytes()].concat());
    let out = run_in(&folder, &["validate"]).stdout(1);
    assert!(out.contains("--> mappings/organizations/acme.yaml:1:3\n"), "{out}");
    assert!(out.contains("1 | # € café\n"), "{out}");
    assert!(out.ends_with("1 error in 1 file\n"), "{out}");
    let github = run_in(&folder, &["validate", "--format", "github"]).stdout(1);
    let place =
        "file=mappings/organizations/acme.yaml,line=1,endLine=1,col=3,endColumn=4,title=unreadable-file";
    assert!(github.contains(place), "{github}");
    let sarif = run_in(&folder, &["validate", "--format", "sarif"]).stdout(1);
    let sarif: Json = serde_json::from_str(&sarif).expect("JSON");
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    let region = &results[0]["locations"][0]["physicalLocation"]["region"];
    assert_eq!((results.len(), &results[0]["ruleId"]), (1, &"unreadable-file".into()));
    assert_eq!((&region["startLine"], &region["startColumn"]), (&1.into(), &3.into()));
    // Bytes of a file that is not text are not printed.
    write(&folder, "organizations/acme.yaml", b"secret \x01 \xff\n");
    assert!(!run_in(&folder, &["validate"]).stdout(1).contains("secret"));
}

#[test]
fn every_verb_reports_it_and_nothing_is_built() {
    let folder = checkout();
    write(&folder, "organizations/globex.yaml", utf16(ACME, "\u{feff}", u16::to_le_bytes));
    let start = "error[unreadable-file]: `mappings/organizations/globex.yaml` is not UTF-8 text";
    for verb in [
        &["validate"] as &[&str],
        &["validate", "--fix"],
        &["test"],
        &["list"],
        &["matrix"],
        &["expiring"],
        &["explain", "--case", "administrators"],
        &["explain", "--organization", "acme", "--group", "it-admins"],
        &["bundle", "--bundle-only", "mappings.csmb"],
        &["fmt", "--check"],
    ] {
        let Run { code, out, err } = run_in(&folder, verb);
        let out = out + &err;
        assert_eq!(code, Some(1), "{verb:?}: {out}");
        assert!(out.contains(start), "{verb:?}: {out}");
        assert_eq!(out.matches("error[").count(), 1, "{verb:?}: {out}");
    }
    assert!(!folder.path().join("mappings.csmb").exists());
    let json = run_in(&folder, &["test", "--format", "json"]).json(1);
    assert_eq!(json["diagnostics"][0]["code"], "unreadable-file", "{json:#}");
}

/// A person copies the command from the help.
#[cfg(unix)]
#[test]
fn the_command_in_the_help_converts_the_file() {
    if Command::new("iconv").arg("--version").output().is_err() {
        return;
    }
    let text = ACME.replace("it-admins", "réception");
    for bytes in [
        utf16(&text, "\u{feff}", u16::to_le_bytes),
        utf16(&text, "\u{feff}", u16::to_be_bytes),
        utf16(&text, "", u16::to_le_bytes),
        utf16(&text, "", u16::to_be_bytes),
        text.chars().map(|char| u8::try_from(char).expect("Latin-1")).collect(),
    ] {
        let folder = checkout();
        write(&folder, "organizations/acme.yaml", bytes);
        let help = check_one(&folder, "organizations/acme.yaml", "is not UTF-8 text")["help"].to_string();
        let command = help.split('`').nth(1).expect("a command");
        let run =
            Command::new("sh").args(["-c", command]).current_dir(folder.path()).output().expect("a shell");
        assert!(run.status.success(), "{command}: {run:?}");
        let converted =
            fs::read_to_string(folder.path().join("mappings/organizations/acme.yaml")).expect("UTF-8");
        assert_eq!(converted, text, "{command}");
        assert_eq!(findings(&folder).len(), 1);
    }
}

#[test]
fn a_file_that_is_too_large_is_one_finding() {
    let folder = checkout();
    let path = folder.path().join("mappings/organizations/acme.yaml");
    File::options().write(true).open(path).expect("the file").set_len((16 << 20) + 1).expect("a long file");
    check_one(&folder, "organizations/acme.yaml", "is larger than 16 MiB");
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_name_that_is_not_utf8_is_one_finding() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = checkout();
    let name = OsStr::from_bytes(b"mappings/organizations/caf\xe9.yaml");
    fs::write(folder.path().join(name), ACME).expect("a file");
    check_one(&folder, "organizations/caf\u{fffd}.yaml", "has a name that is not UTF-8");
}

/// The command, as a user whom permissions bind: they do not bind root.
#[cfg(target_os = "linux")]
fn as_ordinary_user(folder: &TempDir, arguments: &[&str]) -> Run {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;
    let program = folder.path().join("claimsmith");
    if !program.exists() {
        // Not `fs::copy`: a process that another test starts meanwhile would inherit the open file, and Linux starts no
        // program that is open for writing.
        let copied = Command::new("cp").arg(snapbox::cmd::cargo_bin!("claimsmith")).arg(&program).status();
        assert!(copied.expect("it starts").success());
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("the folder");
    }
    let mut command = Command::new(program);
    if fs::metadata(folder.path()).expect("the folder").uid() == 0 {
        command.uid(65_534).gid(65_534);
    }
    Run::new(command.args(arguments).current_dir(folder.path()).output().expect("it starts"))
}

#[cfg(target_os = "linux")]
#[test]
fn what_may_not_be_read_is_one_finding() {
    use std::os::unix::fs::PermissionsExt;
    let uses = format!("{ACME}use:\n  - template: bi@1\n");
    let organizations =
        ["organizations", "organizations/europe", "templates", "organizations/acme.yaml", "platform.yaml"];
    for path in organizations {
        let folder = folder(&[
            ("organizations/acme.yaml", uses.as_str()),
            ("organizations/acme.test.yaml", CASES),
            ("organizations/europe/globex.yaml", &ACME.replace("acme", "globex")),
            ("templates/bi@1.yaml", TEMPLATE),
        ]);
        run_in(&folder, &["validate"]).stdout(0);
        let at = folder.path().join("mappings").join(path);
        fs::set_permissions(&at, fs::Permissions::from_mode(0o000)).expect("no permissions");
        let json = as_ordinary_user(&folder, &["validate", "--format", "json"]).json(1);
        let found = json["diagnostics"].as_array().expect("findings");
        assert_eq!(found.len(), 1, "{json:#}");
        assert_eq!(found[0]["file"], format!("mappings/{path}"));
        let message = found[0]["message"].as_str().expect("a message");
        assert!(message.ends_with(": permission denied"), "{message}");
        let bundled = as_ordinary_user(&folder, &["bundle", "--bundle-only", "/dev/null"]);
        assert_eq!(bundled.code, Some(1), "{bundled:?}");
        fs::set_permissions(&at, fs::Permissions::from_mode(0o755)).expect("permissions");
    }
}
