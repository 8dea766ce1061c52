//! A case that the help of `untested-rule` or `untested-organization` shows solves the finding, and passes.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, clippy::panic, reason = "a test stops at what is wrong")]

#[path = "support/files.rs"]
mod files;

use claimsmith::Bundle;
use claimsmith::compiler::{Checks, Compilation, compile_whole_with, compile_with};
use claimsmith::diagnostic::{Code, Diagnostic, SourceFile};
use files::{files_below, read};

const CHECKS: Checks = Checks { now: None, cases: true };

fn untested(compilation: &Compilation) -> Vec<&Diagnostic> {
    let codes = [Code::UntestedOrganization, Code::UntestedRule];
    compilation.diagnostics.iter().filter(|it| codes.contains(&it.code)).collect()
}

/// The case in a help, as lines of a list.
fn case(help: &str) -> Option<&str> {
    help.find("\n  - name: ").and_then(|at| help.get(at + 1..))
}

#[track_caller]
fn check_cases(compilation: &Compilation, path: &str) {
    let platform =
        compilation.platform.as_ref().unwrap_or_else(|| panic!("{path}: {:#?}", compilation.diagnostics));
    let bundle = Bundle::decode(&platform.bundle).expect("the compiler's bundles decode");
    for case in &platform.cases {
        assert_eq!(case.run(&bundle).failures, [], "{path}: {}", case.name);
    }
}

#[test]
fn pasted_cases_pass_and_leave_no_finding() {
    let mut pasted = 0;
    for path in files_below("tests/cases").into_iter().filter(|path| path.ends_with(".yaml")) {
        let mut file = SourceFile { text: read(&path), path };
        let before = compile_whole_with(&file, CHECKS);
        for finding in untested(&before) {
            let case = case(&finding.help).unwrap_or_else(|| panic!("no case for {finding:#?}"));
            file.text = format!("{}\n{case}\n", file.text.trim_end());
            pasted += 1;
        }
        // What is pasted may make an exception needless, which is a finding of its own.
        let after = compile_whole_with(&file, CHECKS);
        assert_eq!(untested(&after), Vec::<&Diagnostic>::new(), "{}", file.path);
        check_cases(&after, &file.path);
    }
    assert!(pasted > 30, "{pasted}");
}

/// Whole folders that have no cases at all, and get the files that the helps show.
#[test]
fn written_files_of_cases_pass() {
    let is_case = |path: &str| path.ends_with(".test.yaml");
    let mut files: Vec<SourceFile> = files_below("mappings")
        .into_iter()
        .filter(|path| path.ends_with(".yaml") && !is_case(path))
        .map(|path| SourceFile { text: read(&path), path })
        .collect();
    let before = compile_with(&files, CHECKS);
    assert_eq!(untested(&before).len(), 8);
    for finding in untested(&before) {
        let (words, text) = finding.help.split_once('\n').expect("a file");
        let path = words.split('`').nth(1).expect("its path").to_owned();
        assert!(is_case(&path), "{path}");
        files.push(SourceFile { path, text: format!("{text}\n") });
    }
    // Now each organization has one case, and rules without any are the next findings.
    let mut after = compile_with(&files, CHECKS);
    check_cases(&after, "mappings");
    let rules: Vec<Diagnostic> = untested(&after).into_iter().cloned().collect();
    assert!(rules.len() > 10 && rules.iter().all(|it| it.code == Code::UntestedRule), "{rules:#?}");
    for finding in rules {
        let path = finding.help.split('`').nth(3).expect("the file of the cases");
        let case = case(&finding.help).unwrap_or_else(|| panic!("no case for {finding:#?}"));
        let file = files.iter_mut().find(|file| file.path == path).expect(path);
        file.text.push_str(&format!("{case}\n"));
    }
    after = compile_with(&files, CHECKS);
    assert_eq!(untested(&after), Vec::<&Diagnostic>::new());
    check_cases(&after, "mappings");
}

#[test]
fn samples_have_no_finding() {
    let files = |folder: &str| -> Vec<SourceFile> {
        let paths = files_below(folder).into_iter().filter(|path| path.ends_with(".yaml"));
        paths.map(|path| SourceFile { text: read(&path), path }).collect()
    };
    for folder in ["mappings", "tests/fixtures/start"] {
        let compilation = compile_with(&files(folder), CHECKS);
        assert_eq!(compilation.diagnostics, [], "{folder}");
        assert!(compilation.platform.is_some(), "{folder}");
    }
}

/// A platform with one organization and a case in which only the rule `tested` fires. `allow` is written where rules say
/// `ALLOW`.
fn with_one_case(rules: &str, lints: &str, allow: &str) -> SourceFile {
    let text = "\
version: 1
platform:
  applications: { wiki: { clients: [wiki], claim: https://claims.example.com/wiki } }
  groups: { readers: { applications: [wiki], description: Reads. } }
LINTS
organizations:
  acme:
    connections: { acme-ad: { strategy: ad } }
    rules:
RULES
cases:
  - { name: tested, application: wiki, groups: [Tested], expect: { claims: [readers] } }
";
    let text = text.replace("LINTS\n", lints).replace("RULES\n", rules).replace("ALLOW", allow);
    SourceFile { path: "x.yaml".to_owned(), text }
}

#[test]
fn findings_are_settled_like_others() {
    let rules = "      - { id: readers, match: { exact: Readers }, grant: readersALLOW }
      - { id: tested, match: { exact: Tested }, grant: readers, when: { connection: acme-ad } }
";
    let compile = |lints: &str, allow: &str, cases: bool| {
        compile_whole_with(&with_one_case(rules, lints, allow), Checks { now: None, cases })
    };
    let found = |compilation: &Compilation| {
        let all = compilation.diagnostics.iter();
        all.map(|it| (it.code.name(), it.severity.name())).collect::<Vec<_>>()
    };
    let allow = ", allow: { untested-rule: Named by the contract. }";
    assert_eq!(found(&compile("", "", true)), [("untested-rule", "warning")]);
    assert_eq!(found(&compile("", "", false)), []);
    let strict = compile("  lints: { untested-rule: error }\n", "", true);
    assert_eq!((found(&strict), strict.platform.is_none()), (vec![("untested-rule", "error")], true));
    assert_eq!(found(&compile("  lints: { untested-rule: \"off\" }\n", "", true)), []);
    let allowed = compile("", allow, true);
    assert_eq!((found(&allowed), allowed.suppressed.len()), (Vec::new(), 1));
    // Without a look at the cases, it is not known whether the exception is needed.
    assert_eq!(found(&compile("", allow, false)), []);
}

#[test]
fn rules_that_all_match_the_same_login_get_no_endless_case() {
    let rules = 400;
    let mut text = "version: 1
platform:
  applications: { wiki: { clients: [WikiClient], claim: https://claims.example.com/wiki } }
  groups: { readers: { applications: [wiki], description: Reads. } }
organizations:
  acme:
    connections: { acme-ad: { strategy: ad } }
    rules:
"
    .to_owned();
    for rule in 0..rules {
        text += &format!("      - {{ id: rule-{rule}, match: {{ exact: Readers }}, grant: readers }}\n");
    }
    text += "cases:\n  - { name: nobody, application: wiki, groups: [Others], expect: { claims: [] } }\n";
    let checks = Checks { now: None, cases: true };
    let found = compile_whole_with(&SourceFile { path: "x.yaml".to_owned(), text }, checks);
    let untested = found.diagnostics.iter().filter(|it| it.code == Code::UntestedRule);
    let helps: Vec<&str> = untested.map(|it| it.help.as_ref()).collect();
    assert_eq!(helps.len(), rules);
    // A case would have to name every rule.
    assert!(helps.iter().all(|help| !help.contains('\n')), "{helps:?}");
}

#[test]
fn untested_rule_is_reported_next_to_allowed_error() {
    let rules =
        "      - { id: never, when: { strategy: okta }, match: { exact: Never }, grant: readersALLOW }
      - { id: others, match: { exact: Others }, grant: readers }
      - { id: tested, match: { exact: Tested }, grant: readers }
";
    let messages = |lints: &str, allow: &str| -> Vec<String> {
        let found = compile_whole_with(&with_one_case(rules, lints, allow), CHECKS);
        untested(&found).into_iter().map(|it| it.message.clone()).collect()
    };
    let others = ["`others` fires in no case of `acme`"];
    assert_eq!(messages("", ""), [""; 0], "the error comes first");
    assert_eq!(messages("", ", allow: { impossible-condition: Okta comes in May. }"), others);
    assert_eq!(messages("  lints: { impossible-condition: warning }\n", ""), others);
    assert_eq!(messages("  lints: { impossible-condition: \"off\" }\n", ""), others);
}
