//! Help, version and wrong arguments.

use std::collections::BTreeSet;

use crate::support::{Run, check_snapshot, claimsmith, run};

#[test]
fn every_verb_has_help() {
    for verb in [
        "",
        "validate",
        "fmt",
        "test",
        "evaluate",
        "explain",
        "bundle",
        "deploy",
        "schema",
        "completions",
        "man",
        "help",
        "init",
        "new",
        "onboard",
        "list",
        "matrix",
        "expiring",
        "keys",
        "sign",
        "status",
        "assumptions",
        "qlik",
        "verify-live",
    ] {
        let arguments: Vec<&str> = [verb, "--help"].into_iter().filter(|it| !it.is_empty()).collect();
        let output = claimsmith(&arguments).env("COLUMNS", "100").output().expect("the command starts");
        let name = if verb.is_empty() { "claimsmith" } else { verb };
        check_snapshot(&format!("help/{name}"), &Run::new(output).stdout(0));
    }
}

#[test]
fn wrong_arguments_are_refused() {
    let check = |arguments: &[&str]| {
        let err = run(arguments).failed();
        assert!(err.contains("Usage: claimsmith") || err.contains("try '--help'"), "{err}");
    };
    check(&[]);
    check(&["ship"]);
    check(&["deploy"]);
    check(&["deploy", "apply"]);
    check(&["validate", "--format", "xml"]);
    check(&["validate", "one", "two"]);
    check(&["test", "--format", "sarif"]);
    check(&["fmt", "--format", "sarif"]);
    check(&["evaluate", "--event", "-", "--now", "tomorrow"]);
    check(&["test", "--now", "2026-11-01"]);
    check(&["evaluate"]);
    check(&["evaluate", "--jsonl", "--format", "human", "--event", "-"]);
    check(&["explain", "--event", "-", "--format", "github"]);
    check(&["schema", "rule"]);
    check(&["schema", "platform", "--out", "dist"]);
    check(&["bundle", "--out", "dist", "--bundle-only", "bundle.csmb"]);
}

#[test]
fn option_before_the_command_is_told_its_place() {
    let check = |arguments: &[&str], expected: &str| {
        let err = run(arguments).failed();
        assert!(
            err.contains(&format!("tip: options are written after the command: `{expected} …`\n")),
            "{err}"
        );
    };
    check(&["--tenant", "staging", "deploy", "plan"], "claimsmith deploy plan --tenant");
    check(&["--tenant=staging", "status"], "claimsmith status --tenant");
    check(&["--format", "json", "validate"], "claimsmith validate --format");
    // The command does not have the option.
    let err = run(&["--tenant", "staging", "validate"]).failed();
    assert!(!err.contains("after the command"), "{err}");
}

#[test]
fn version_is_printed() {
    let out = run(&["--version"]).stdout(0);
    let (name, rest) = out.trim_end().split_once(' ').expect("a name and a version");
    let (version, commit) = rest.split_once(' ').unwrap_or((rest, ""));
    assert_eq!((name, version), ("claimsmith", env!("CARGO_PKG_VERSION")));
    let digits = commit.trim_matches(['(', ')']);
    // Builds for tests have no commit, and releases from a folder without git have none either.
    assert!(digits.chars().all(|it| it.is_ascii_hexdigit()), "{out}");
    assert!(commit.is_empty() || (commit == format!("({digits})") && digits.len() >= 12), "{out}");
}

#[test]
fn codes_and_pages_have_help() {
    for code in claimsmith_lifecycle::drift::FindingCode::ALL {
        let out = run(&["help", code.name()]).stdout(0);
        assert!(out.contains(&format!("`{}` is a ", code.name())), "{out}");
    }
    check_snapshot("help/unknown-group", &run(&["help", "unknown-group"]).stdout(0));
    check_snapshot("help/attribute-absent", &run(&["help", "attribute-absent"]).stdout(0));
    check_snapshot("help/patterns-captures", &run(&["help", "patterns", "ignore-case"]).stdout(0));
    check_snapshot("help/pages", &run(&["help"]).stdout(0));
    assert_eq!(run(&["help", "validate"]).stdout(0), run(&["validate", "--help"]).stdout(0));
    let nested = run(&["new", "organization", "--help"]).stdout(0);
    assert_eq!(run(&["help", "new", "organization"]).stdout(0), nested);
    for page in ["language", "tests", "command", "install-action", "which-strategy"] {
        assert!(run(&["help", page]).stdout(0).starts_with("# "), "{page}");
    }
}

/// The words that a part of a help text lists, such as `Commands:`.
fn listed<'t>(help: &'t str, part: &str) -> impl Iterator<Item = &'t str> {
    let list = help.split_once(part).map_or("", |(_, list)| list);
    let lines = list.lines().skip(1).take_while(|line| !line.is_empty());
    let words = lines.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    words.filter(|word| !word.is_empty())
}

/// Each `claimsmith help …` that a help page prints, including the pages that those name, and the help of all commands.
#[test]
fn help_that_help_names_is_there() {
    let pages = run(&["help"]).stdout(0);
    let codes = claimsmith::diagnostic::Code::ALL.iter().map(|code| code.name());
    let words = listed(&pages, "\nCommands:").chain(listed(&pages, "\nPages,")).chain(codes);
    let mut left: Vec<String> = words.map(str::to_owned).collect();
    assert!(left.iter().any(|it| it == "signing") && left.iter().any(|it| it == "validate"), "{left:?}");
    let mut seen: BTreeSet<String> = BTreeSet::new();
    while let Some(words) = left.pop() {
        if !seen.insert(words.clone()) {
            continue;
        }
        let arguments: Vec<&str> = ["help"].into_iter().chain(words.split(' ')).collect();
        let shown = run(&arguments).stdout(0);
        let verbs = listed(&shown, "\nCommands:").filter(|verb| *verb != "help");
        left.extend(verbs.map(|verb| format!("{words} {verb}")));
        for named in shown.split("claimsmith help ").skip(1) {
            let named = named.split(['`', '\n']).next().expect("the words of a command");
            // A word in capitals is for one of the reader's.
            if !named.contains(|char: char| char.is_ascii_uppercase()) {
                left.push(named.to_owned());
            }
        }
    }
    for words in ["signing another-program-writes-the-metadata", "deploy confirm", "near-miss"] {
        assert!(seen.contains(words), "{words}");
    }
    assert!(seen.len() > 200, "{}", seen.len());
}

#[test]
fn words_for_strategies_name_the_strategy() {
    for (word, strategy) in [("entra", "waad"), ("ldap", "ad"), ("google", "google-apps"), ("saml", "samlp")]
    {
        for command in [&["init"][..], &["new", "organization", "acme"]] {
            let err = run(&[command, &["--strategy", word]].concat()).failed();
            assert!(err.contains("tip: ") && err.contains(&format!("is `{strategy}`")), "{err}");
        }
    }
}

#[test]
fn words_for_commands_name_the_command() {
    for (arguments, command) in [
        (&["check"][..], "validate"),
        (&["lint", "mappings"], "validate"),
        (&["Verify"], "validate"),
        (&["compile"], "bundle"),
        (&["build"], "bundle"),
        (&["run"], "evaluate"),
        (&["apply"], "deploy apply"),
        (&["plan"], "deploy plan"),
        (&["format"], "fmt"),
        (&["create"], "init"),
        (&["add"], "new organization"),
        (&["why"], "explain"),
        (&["deploy", "push"], "deploy apply"),
        (&["deploy", "status"], "status"),
        (&["drift"], "status"),
        (&["new", "customer"], "new organization"),
    ] {
        let err = run(arguments).failed();
        assert!(err.contains("unrecognized subcommand"), "{err}");
        assert!(err.contains(&format!("tip: `claimsmith {command}` ")), "{err}");
        assert!(!err.contains("similar subcommand"), "{err}");
    }
    // A misspelled command is corrected as before.
    let err = run(&["validat"]).failed();
    assert!(err.contains("'validate'"), "{err}");
}

#[test]
fn words_of_the_language_have_help() {
    let glob = run(&["help", "glob"]).stdout(0);
    assert!(glob.contains("## Glob\n") && glob.contains("`claimsmith help patterns glob`"), "{glob}");
    for (word, said) in [
        ("exact", "## Exact"),
        ("everyone", "## Everyone"),
        ("ceilings", "## Ceilings"),
        ("when", "`claimsmith help rules keys`"),
        ("none", "`claimsmith help rules several-groups`"),
        ("strategy", "waad"),
        ("expires", "## Expires"),
        ("email-domain", "`claimsmith help conditions keys`"),
        ("Regex", "## Regex"),
        ("skip", "entries that are in the list and are not groups (`claimsmith help names skipped-entries`)"),
    ] {
        let out = run(&["help", word]).stdout(0);
        assert!(out.contains(said) && !out.contains("]("), "{word}: {out}");
        assert!(!out.contains(": |") && !out.contains("In answers and log lines"), "{word}: {out}");
    }
    // Pages and codes come first.
    assert!(run(&["help", "tenants"]).stdout(0).starts_with("# Tenants"));
    assert!(run(&["help", "unknown-group"]).stdout(0).starts_with("## `unknown-group`"));
}

#[test]
fn word_of_a_command_or_of_a_usage_line_has_help() {
    for verb in ["confirm", "rollback"] {
        let out = run(&["help", verb]).stdout(0);
        assert!(out.starts_with(&run(&["help", "deploy", verb]).stdout(0)), "{out}");
    }
    assert!(run(&["help", "confirm"]).stdout(0).contains("See also `claimsmith help assumed` ("));
    let out = run(&["help", "plan"]).stdout(0);
    assert!(out.ends_with("See also `claimsmith help deploy plan`, `claimsmith help qlik plan`, `claimsmith help sync plan`\n"), "{out}");
    // The page about the key, and the one about the command.
    let out = run(&["help", "blocks"]).stdout(0);
    assert!(out.starts_with("# Blocks\n") && out.contains("\nSee also `claimsmith help signing` ("), "{out}");
    let out = run(&["help", "NAME"]).stdout(0);
    assert!(out.contains("- `--tenant NAME`: ") && out.contains("`claimsmith help deploy plan`"), "{out}");
    assert!(run(&["help", "PLAN"]).stdout(0).contains("`claimsmith help deploy apply`"));
}

#[test]
fn unknown_words_of_help_are_corrected() {
    let check = |arguments: &[&str], expected: &str| {
        let err = run(&[&["help"], arguments].concat()).failed();
        assert!(err.contains(expected), "{err}");
    };
    check(&["unknown-grup"], "did you mean `unknown-group`");
    check(&["exakt"], "did you mean `exact`");
    check(&["paterns"], "did you mean `patterns`?");
    check(&["slices"], "it is on these pages: `claimsmith help ");
    check(&["compile"], "`claimsmith bundle` builds the Action");
    check(&["xyzzy"], "`claimsmith help` lists the commands and pages");
    check(&["patterns", "captchas"], "it has: Exact, Glob, Regex, Ignore-case, Captures");
}

/// Authors have the command, and not the source.
#[test]
fn messages_name_no_file_of_the_source() {
    let mut texts = String::new();
    for code in claimsmith::diagnostic::Code::ALL {
        texts += &format!("{} {}\n", code.help(), code.summary());
    }
    for folder in ["tests/diagnostics", "crates/cli/tests/snapshots", "crates/cli/tests/snapshots/explain"] {
        for entry in std::fs::read_dir(crate::support::root().join(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_file() {
                let text = std::fs::read_to_string(&path).expect("a file");
                // Pages link to the documentation outside of what the command prints.
                let printed =
                    text.split("```text").skip(1).map(|it| it.split("```").next().unwrap_or_default());
                texts.extend(printed);
            }
        }
    }
    assert!(!texts.contains("docs/"), "{:?}", texts.lines().find(|line| line.contains("docs/")));
}
