//! `claimsmith fmt`.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::support::{ACME, check_snapshot, folder, run, run_in, run_with};

const UNTIDY: &str = "\
organization:   'org_acme' # as in the tenant
version: 1
connections:
    acme-entra:
        strategy: waad
rules:
- { id: admins, match: { exact: it-admins }, grant: catalog-admins }
";

const TIDY: &str = "\
version: 1
organization: org_acme  # as in the tenant
connections:
  acme-entra:
    strategy: waad
rules:
  - { id: admins, match: { exact: it-admins }, grant: catalog-admins }
";

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join("mappings").join(name)).expect("a file")
}

#[test]
fn canonical_files_are_not_written() {
    let folder = folder(&[("organizations/acme.yaml", ACME)]);
    let path = folder.path().join("mappings/organizations/acme.yaml");
    let before = fs::metadata(&path).and_then(|metadata| metadata.modified()).expect("a time");
    assert_eq!(run_in(&folder, &["fmt"]).stdout(0), "2 files: nothing to change\n");
    assert_eq!(run_in(&folder, &["fmt", "--check"]).stdout(0), "2 files: nothing to change\n");
    assert_eq!(fs::metadata(&path).and_then(|metadata| metadata.modified()).expect("a time"), before);
}

#[test]
fn untidy_files_are_formatted() {
    let folder = folder(&[("organizations/acme.yaml", UNTIDY)]);
    let out = run_in(&folder, &["fmt"]).stdout(0);
    assert_eq!(out, "formatted mappings/organizations/acme.yaml\n2 files: 1 formatted\n");
    assert_eq!(read(folder.path(), "organizations/acme.yaml"), TIDY);
    assert_eq!(run_in(&folder, &["fmt", "--check"]).stdout(0), "2 files: nothing to change\n");
    let files: Vec<_> =
        fs::read_dir(folder.path().join("mappings/organizations")).expect("a folder").collect();
    assert_eq!(files.len(), 1, "drafts are removed: {files:?}");
}

#[test]
fn check_shows_changes_and_writes_nothing() {
    let folder = folder(&[("organizations/acme.yaml", UNTIDY)]);
    check_snapshot("fmt-check", &run_in(&folder, &["fmt", "--check"]).stdout(1));
    assert_eq!(read(folder.path(), "organizations/acme.yaml"), UNTIDY);
}

#[test]
fn characters_that_cannot_be_seen_are_named_and_removed() {
    let check = |text: &str, shown: &str| {
        let folder = folder(&[("organizations/acme.yaml", text)]);
        let out = run_in(&folder, &["fmt", "--check"]).stdout(1);
        let expected =
            format!("would change mappings/organizations/acme.yaml\n{shown}\n2 files: 1 would change\n");
        assert_eq!(out, expected);
        run_in(&folder, &["fmt"]).stdout(0);
        assert_eq!(read(folder.path(), "organizations/acme.yaml"), TIDY);
    };
    let bom = "      it begins with a byte order mark, which `claimsmith fmt` removes\n";
    let lines = "      its lines end as on Windows (CRLF), and `claimsmith fmt` writes LF; \
                 with `*.yaml text eol=lf` in `.gitattributes`, Git keeps it so\n";
    check(&format!("\u{feff}{TIDY}"), bom);
    check(&TIDY.replace('\n', "\r\n"), lines);
    check(&format!("\u{feff}{}", TIDY.replace('\n', "\r\n")), &[bom, lines].concat());
    let tab = "      line 2 has a tab, which is shown as `\\t` here\n    2 - organization: org_acme\\t# as in the tenant\n    \
               2 + organization: org_acme  # as in the tenant\n";
    check(&TIDY.replace("  # as", "\t# as"), tab);
}

#[test]
fn a_file_with_a_nearly_right_name_is_not_skipped() {
    let folder = folder(&[("organizations/acme.yaml", TIDY), ("organizations/globex.YAML", UNTIDY)]);
    let out = run_in(&folder, &["fmt"]).stdout(1);
    assert!(
        out.starts_with("error[misplaced-file]: `globex.YAML` is nearly the name of a mapping file"),
        "{out}"
    );
    assert!(out.contains("= help: rename it to `globex.yaml`"), "{out}");
    assert!(out.ends_with("3 files: 1 refused\n"), "{out}");
}

#[test]
fn check_shows_a_limited_number_of_changes() {
    let rules: String =
        (0..100).map(|at| format!("- {{id: r{at}, everyone: true, grant: catalog-admins}}\n")).collect();
    let acme = UNTIDY.to_owned() + &rules;
    let folder = folder(&[("organizations/acme.yaml", &acme)]);
    let out = run_in(&folder, &["fmt", "--check"]).stdout(1);
    assert!(out.contains("      and 1") && out.contains(" more\n"), "{out}");
    assert!(out.lines().count() < 60, "{out}");
}

#[test]
fn files_that_cannot_be_formatted_are_reported_and_others_formatted() {
    let files = [
        ("organizations/acme.yaml", UNTIDY),
        ("organizations/globex.yaml", "version: 1\nrules: &all []\n"),
        ("organizations/initech.yaml", "version: [1\n"),
    ];
    let folder = folder(&files);
    check_snapshot("fmt-refused", &run_in(&folder, &["fmt"]).stdout(1));
    assert_eq!(read(folder.path(), "organizations/acme.yaml"), TIDY);
    assert_eq!(read(folder.path(), "organizations/globex.yaml"), "version: 1\nrules: &all []\n");
    let validated = run_in(&folder, &["validate"]).stdout(1);
    let formatted = run_in(&folder, &["fmt"]).stdout(1);
    let finding = formatted.split("\n\n").find(|finding| finding.contains("yaml-syntax")).expect("a finding");
    assert!(validated.contains(finding), "{validated}");
}

#[test]
fn results_as_json() {
    let files = [("organizations/acme.yaml", UNTIDY), ("organizations/globex.yaml", "version: !x 1\n")];
    let folder = folder(&files);
    let expected = |outcome: &str| {
        json!({
            "version": 1,
            "files": [
                { "file": "mappings/organizations/acme.yaml", "outcome": outcome, "refusal": null },
                {
                    "file": "mappings/organizations/globex.yaml",
                    "outcome": "refused",
                    "refusal": {
                        "code": "yaml-syntax",
                        "message": "YAML reads `!x` as a tag, not as text",
                        "line": 1,
                        "column": 10,
                        "end": { "line": 1, "column": 12 },
                        "help": "if `!` belongs to the text, put the whole text in quotes: `\"!x 1\"`; if not, remove `!x`",
                    },
                },
                { "file": "mappings/platform.yaml", "outcome": "unchanged", "refusal": null },
            ],
            "changed": 1,
            "refused": 1,
        })
    };
    assert_eq!(run_in(&folder, &["fmt", "--check", "--format", "json"]).json(1), expected("would-change"));
    assert_eq!(run_in(&folder, &["fmt", "--format", "json"]).json(1), expected("formatted"));
}

#[test]
fn results_as_annotations() {
    let files = [("organizations/acme.yaml", UNTIDY), ("organizations/globex.yaml", "version: !x 1\n")];
    let folder = folder(&files);
    let refused = "::error file=mappings/organizations/globex.yaml,line=1,endLine=1,col=10,endColumn=12,\
                   title=yaml-syntax::YAML reads `!x` as a tag, not as text%0A\
                   help: if `!` belongs to the text, put the whole text in quotes: `\"!x 1\"`; if not, remove `!x`\n";
    let place = "file=mappings/organizations/acme.yaml,line=1,endLine=1,col=1,endColumn=46";
    let out = run_in(&folder, &["fmt", "--check", "--format", "github"]).stdout(1);
    let changed = format!("::error {place},title=not formatted::help: run `claimsmith fmt`\n");
    assert_eq!(out, format!("{refused}{changed}3 files: 1 would change, 1 refused\n"));
    let out = run_in(&folder, &["fmt", "--format", "github"]).stdout(1);
    let changed = format!("::notice {place},title=formatted::the file was brought into its canonical form\n");
    assert_eq!(out, format!("{refused}{changed}3 files: 1 formatted, 1 refused\n"));
}

#[test]
fn standard_input_is_formatted_to_standard_output() {
    assert_eq!(run_with(&["fmt", "-"], UNTIDY).stdout(0), TIDY);
    assert_eq!(run_with(&["fmt", "-"], TIDY).stdout(0), TIDY);
    assert!(
        run_with(&["fmt", "-", "--check"], UNTIDY).stdout(1).starts_with("would change standard input\n")
    );
    assert_eq!(run_with(&["fmt", "-", "--check"], TIDY).stdout(0), "1 file: nothing to change\n");
    let refused = run_with(&["fmt", "-"], "a: &x b\n");
    assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""));
    assert!(refused.err.starts_with("error[yaml-syntax]: YAML reads `&x` as an anchor"), "{}", refused.err);
    assert!(run(&["fmt", "-", "mappings"]).failed().contains("`-` cannot be combined with other paths"));
    for format in ["json", "github"] {
        assert!(run(&["fmt", "-", "--format", format]).failed().contains("needs paths"));
    }
}

#[test]
fn a_file_that_is_named_twice_is_formatted_once() {
    let folder = folder(&[("organizations/acme.yaml", UNTIDY)]);
    let out =
        run_in(&folder, &["fmt", "--check", "mappings/organizations", "mappings/organizations/acme.yaml"]);
    assert!(out.stdout(1).ends_with("1 file: 1 would change\n"));
    assert!(run(&["fmt", "nowhere"]).failed().contains("cannot open `nowhere`"));
    assert!(run(&["fmt", "Cargo.toml"]).failed().contains("neither a folder nor a YAML file"));
}

#[test]
fn a_file_that_is_not_text_is_refused_and_the_others_are_formatted() {
    let folder = folder(&[("organizations/acme.yaml", UNTIDY)]);
    let bad = folder.path().join("mappings/bad.yaml");
    fs::write(&bad, b"a:   \xff\n").expect("a file");
    let out = run_in(&folder, &["fmt"]).stdout(1);
    assert!(out.contains("error[unreadable-file]: `mappings/bad.yaml` is not UTF-8 text"), "{out}");
    assert_ne!(read(folder.path(), "organizations/acme.yaml"), UNTIDY);
    assert_eq!(fs::read(bad).expect("a file"), b"a:   \xff\n");
}

#[test]
fn nothing_in_a_file_is_a_command_to_the_terminal() {
    let untidy = UNTIDY.replace("as in the tenant", "\u{9b}31m\u{202e}");
    let folder = folder(&[("organizations/acme.yaml", &untidy)]);
    let out = run_in(&folder, &["fmt", "--check"]).stdout(1);
    assert!(!out.contains(['\u{9b}', '\u{202e}']), "{out:?}");
}

#[test]
fn several_byte_order_marks_are_accepted_and_removed() {
    let folder = crate::support::folder(&[("organizations/acme.yaml", crate::support::ACME)]);
    let formatted = folder.path().join("mappings/organizations/acme.yaml");
    run_in(&folder, &["fmt"]).stdout(0);
    let text = std::fs::read_to_string(&formatted).expect("a file");
    std::fs::write(&formatted, format!("\u{feff}\u{feff}{text}")).expect("a file");
    run_in(&folder, &["validate"]).stdout(0);
    run_in(&folder, &["fmt"]).stdout(0);
    assert_eq!(std::fs::read_to_string(&formatted).expect("a file"), text);
}
