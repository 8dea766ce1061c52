//! Drafts of mapping files, from what people have today.

use std::fs;

use claimsmith::Bundle;
use claimsmith::compiler::compile;
use claimsmith::diagnostic::SourceFile;
use claimsmith::event::{Event, answer};
use tempfile::TempDir;

use crate::support::{Run, check_snapshot, run, run_in};

const EXPORT: &str = "tests/fixtures/import/authorization-extension.json";
const PEOPLE: &str = "tests/fixtures/import/people.csv";

/// A folder with a file.
fn with_file(name: &str, content: &[u8]) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    fs::write(folder.path().join(name), content).expect("a file");
    folder
}

/// A folder with the file of a fixture.
fn with_fixture(path: &str) -> TempDir {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../");
    let content = fs::read(format!("{root}{path}")).expect("a fixture");
    with_file(path.rsplit('/').next().expect("a name"), &content)
}

fn text(folder: &TempDir, path: &str) -> String {
    fs::read_to_string(folder.path().join(path)).expect(path)
}

/// The files of a draft, one after the other.
fn draft(folder: &TempDir, names: &[&str]) -> String {
    names.iter().map(|name| format!("==> {name}\n{}", text(folder, &format!("draft/{name}")))).collect()
}

#[test]
fn columns_that_are_not_used_are_named() {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let table = "User,AD Groups,Roles,Cost center,Notes\na@example.com,it,Readers,4711,x\n";
    std::fs::write(folder.path().join("people.csv"), table).expect("a file");
    let out =
        crate::support::run_in(&folder, &["import", "csv", "people.csv", "--strategy", "waad"]).stdout(0);
    assert!(out.contains("columns that were not used: `Cost center`, `Notes`; "), "{out}");
}

#[test]
fn an_export_of_the_authorization_extension_becomes_a_draft_that_validates() {
    let folder = with_fixture(EXPORT);
    let arguments =
        ["import", "authorization-extension", "authorization-extension.json", "--strategy", "waad"];
    let out = run_in(&folder, &arguments).stdout(0);
    check_snapshot("import-authorization-extension", &out);
    let names = ["platform.yaml", "organizations/globex-ad.yaml", "organizations/northwind-entra.yaml"];
    check_snapshot("import-authorization-extension-draft", &draft(&folder, &names));
    let Run { code, err, .. } = run_in(&folder, &["validate", "draft"]);
    assert_eq!(code, Some(0), "{err}");
    run_in(&folder, &["fmt", "--check", "draft"]).stdout(0);
    // What would overwrite a file writes nothing.
    let err = run_in(&folder, &arguments).failed();
    assert!(err.contains(" and 2 other files would be overwritten; nothing was written"), "{err}");
}

#[test]
fn a_table_of_people_becomes_rules_that_no_person_contradicts() {
    let folder = with_fixture(PEOPLE);
    let arguments = ["import", "csv", "people.csv", "--organization", "northwind", "--strategy", "waad"];
    let out = run_in(&folder, &arguments).stdout(0);
    check_snapshot("import-csv", &out);
    let files = draft(&folder, &["platform.yaml", "organizations/northwind.yaml"]);
    check_snapshot("import-csv-draft", &files);
    assert!(!files.contains("user-"), "a draft names no person");
    run_in(&folder, &["fmt", "--check", "draft"]).stdout(0);
}

/// The rules of the draft that a table becomes, as JSON lists them.
fn rules_of(table: &str, more: &[&str]) -> String {
    let folder = with_file("people.csv", table.as_bytes());
    run_in(&folder, &[["import", "csv", "people.csv"].as_slice(), more].concat()).stdout(0);
    let text = text(&folder, "draft/organizations/customer.yaml");
    let rules = text.lines().skip_while(|line| !line.starts_with("rules:"));
    let lines: Vec<&str> = rules.filter(|line| !line.trim_start().starts_with('#')).map(str::trim).collect();
    lines.join(" ")
}

#[test]
fn tables_are_read_as_programs_write_them() {
    let expected = rules_of("user,ad groups,roles\nuser-1,A,X\n", &[]);
    assert_eq!(expected, "rules: - id: a match: { exact: A } grant: [X]");
    for table in [
        "\u{feff}User;AD-Groups;Roles\r\nuser-1;A;X\r\n",
        "USER\tAD_GROUPS\tROLES\nuser-1\tA\tX\n",
        "user|ad groups|roles\nuser-1|A|X",
        "\"user\",\"ad groups\",\"roles\"\n\"user-1\",\" A \",\"X\"\n\n",
        "sep=;\nuser;ad groups;roles\nuser-1;A;X\n",
        "roles,user,other,ad groups\nX,user-1,,A\n",
    ] {
        assert_eq!(rules_of(table, &[]), expected, "{table}");
    }
    let named = ["--person-column", "Wer", "--upstream-column", "Woher", "--target-column", "Was"];
    assert_eq!(rules_of("Wer,Woher,Was\nuser-1,A,X\n", &named), expected);
}

#[test]
fn tables_that_cannot_be_used_say_where_and_how_to_fix_it() {
    for (table, more, expected) in [
        ("", &[][..], "no column has people"),
        ("a,b\n1,2\n", &[], "no column has people; name it with `--person-column`; the columns are `a`, `b`"),
        (
            "user,b\n1,2\n",
            &[],
            "no column has the groups that people have today; name it with `--target-column`",
        ),
        ("user,roles\n", &[], "the table has no line with a person"),
        ("user,roles\nuser-1,X,Y\n", &[], "line 2: it has 3 columns, and the first line has 2"),
        ("user,roles\n,X\n", &[], "line 2 has no person"),
        ("user,roles,roles\n1,X,Y\n", &[], "both are called `roles`"),
        (
            "user,roles\n1,X\n",
            &["--target-column", "Was"],
            "no column is called `Was`; the columns are `user`, `roles`",
        ),
        ("user,roles\n1,X\n", &["--organization", "../x"], "the name of a customer has lowercase letters"),
    ] {
        let folder = with_file("people.csv", table.as_bytes());
        let err = run_in(&folder, &[["import", "csv", "people.csv"].as_slice(), more].concat()).failed();
        assert!(err.contains(expected), "{table}: {err}");
        assert!(!folder.path().join("draft").exists(), "{table}");
    }
}

#[test]
fn exports_that_cannot_be_used_say_why() {
    for (export, expected) in [
        ("", "this is not an export of the Authorization Extension"),
        ("[]", "this is not an export of the Authorization Extension"),
        ("{}", "the export has no `groups`"),
        (r#"{"groups": []}"#, "the export has no group"),
        (r#"{"groups": [{"_id": "1", "name": " "}]}"#, "a group of the export has no name"),
    ] {
        let folder = with_file("export.json", export.as_bytes());
        let err = run_in(&folder, &["import", "authorization-extension", "export.json"]).failed();
        assert!(err.contains(expected), "{export}: {err}");
    }
    let deep = format!("{{\"groups\": {}", "[".repeat(100_000));
    let folder = with_file("export.json", deep.as_bytes());
    run_in(&folder, &["import", "authorization-extension", "export.json"]).failed();
}

#[test]
fn names_of_strangers_stay_names() {
    let evil = "x\\n- id: all\\n  everyone: true\\n  grant: [Platform Admins]\\u2028# \\u0085 ../../etc";
    let export = format!(
        r#"{{"groups": [{{"_id": "1", "name": "{evil}", "description": "{evil}", "roles": ["r"],
            "mappings": [{{"groupName": "{evil}", "connectionName": "{evil}"}}]}}],
            "roles": [{{"_id": "r", "name": "{evil}", "applicationId": "Client00000000000000000000000001"}}]}}"#
    );
    let folder = with_file("export.json", export.as_bytes());
    run_in(&folder, &["import", "authorization-extension", "export.json"]).stdout(0);
    let entries = fs::read_dir(folder.path().join("draft/organizations")).expect("a folder");
    let names: Vec<_> = entries.map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(names.len(), 1);
    let name = names[0].to_string_lossy();
    assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte)), "{name}");
    let organization = text(&folder, &format!("draft/organizations/{name}"));
    assert!(!organization.lines().any(|line| line.trim_start().starts_with("everyone")), "{organization}");
}

/// Numbers that are the same each time.
fn random(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    }
}

#[test]
fn drafts_of_random_tables_grant_no_one_more_than_the_table_shows() {
    const UPSTREAM: [&str; 6] = ["A", "B", "C", "Domain Users", "it-admins", "D, E"];
    const TARGETS: [&str; 4] = ["readers", "writers", "Platform Admins", "auditors"];
    let mut granted = 0;
    for seed in 0..60 {
        let mut next = random(seed);
        let mut some = |names: &[&str]| -> Vec<String> {
            let count = next(3);
            (0..count).map(|_| names[next(names.len())].to_owned()).collect()
        };
        let people: Vec<(Vec<String>, Vec<String>)> =
            (0..2 + seed % 7).map(|_| (some(&UPSTREAM), some(&TARGETS))).collect();
        let mut table = "user\tad groups\troles\n".to_owned();
        for (number, (upstream, targets)) in people.iter().enumerate() {
            table.push_str(&format!("user-{number}\t{}\t{}\n", upstream.join(";"), targets.join(";")));
        }
        if people.iter().all(|(_, targets)| targets.is_empty()) {
            continue;
        }
        let folder = with_file("people.csv", table.as_bytes());
        run_in(&folder, &["import", "csv", "people.csv", "--strategy", "waad"]).stdout(0);
        let files: Vec<SourceFile> = ["platform.yaml", "organizations/customer.yaml"]
            .iter()
            .map(|path| SourceFile {
                path: (*path).to_owned(),
                text: text(&folder, &format!("draft/{path}"))
                    .replace("CLIENT_ID", "PortalClient00000000000000000001"),
            })
            .collect();
        let compilation = compile(&files);
        let platform = compilation.platform.unwrap_or_else(|| panic!("{:?}", compilation.diagnostics));
        let bundle = Bundle::decode(&platform.bundle).expect("a bundle");
        for (upstream, targets) in &people {
            let event = serde_json::json!({
                "client": { "client_id": "PortalClient00000000000000000001" },
                "connection": { "name": "customer" },
                "user": { "groups": upstream },
            });
            let answer = answer(&bundle, &Event::from_json(event).expect("an event"));
            granted += answer.groups.len();
            for group in &answer.groups {
                assert!(targets.contains(group), "{table}\n{upstream:?} receives {group}");
                assert_ne!(group, "Platform Admins", "{table}");
            }
        }
    }
    assert!(granted > 50, "the drafts grant what the tables show: {granted}");
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let folder = with_fixture(PEOPLE);
    let elsewhere = TempDir::new().expect("a temporary folder");
    std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("draft")).expect("a link");
    run_in(&folder, &["import", "csv", "people.csv"]).failed();
    assert_eq!(fs::read_dir(elsewhere.path()).expect("a folder").count(), 0);
}

#[test]
fn help_names_both_sources() {
    let out = run(&["import", "--help"]).stdout(0);
    assert!(out.contains("authorization-extension") && out.contains("csv"), "{out}");
}
