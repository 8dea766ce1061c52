//! The readers: the model of correct files, and the diagnostics of wrong ones.

mod cases;
mod rules;
mod sources;
mod templates;

use crate::bundle::application::OverLimit;
use crate::bundle::policy::IncompletePolicy;
use crate::diagnostic::SourceFile;
use crate::language::cases::{Case, read_cases};
use crate::language::diagnostic_sink::DiagnosticSink;
use crate::language::mapping_files::MappingFiles;

const PLATFORM: &str = "\
version: 1
platform:
  applications:
    qlik:
      clients: [QlikClient]
      claim: https://claims.example.com/qlik
  groups:
    bi-viewers: { applications: [qlik], description: Views. }
    bi-admins: { applications: [qlik], description: Administers., protected: true }
";

fn whole(rest: &str) -> SourceFile {
    SourceFile { path: "whole.yaml".to_owned(), text: format!("{PLATFORM}{rest}") }
}

fn read(file: &SourceFile) -> (MappingFiles, Vec<Case>) {
    let mut files = MappingFiles::of_single_file(file);
    let mut cases = Vec::new();
    let Some(platform) = &files.platform else { panic!("{:#?}", files.diagnostics) };
    let organizations: Vec<_> = files.organizations.iter().collect();
    for test in &files.tests {
        let mut sink = DiagnosticSink { file: &file.path, list: &mut files.diagnostics };
        cases.extend(read_cases(&test.cases, platform, &organizations, None, 0, &mut sink));
    }
    (files, cases)
}

/// The diagnostics of a file: each as its code and the text that it marks.
fn diagnostics(file: &SourceFile) -> Vec<(&'static str, String)> {
    let (files, _) = read(file);
    let mut found: Vec<_> = files.diagnostics.iter().collect();
    found.sort_by_key(|it| (it.span.start, it.code));
    for it in &found {
        assert!(!it.help.is_empty() && !it.message.ends_with('.'), "{it:#?}");
    }
    let marked =
        |it: &&crate::diagnostic::Diagnostic| file.text.get(it.span.clone()).expect("a place").to_owned();
    found.iter().map(|it| (it.code.name(), marked(it))).collect()
}

#[track_caller]
fn check_whole(file: &SourceFile, expected: &[(&str, &'static str)]) {
    let found = diagnostics(file);
    let found: Vec<_> = found.iter().map(|(code, marked)| (*code, marked.as_str())).collect();
    // A list or mapping is marked by its opening bracket only.
    let sign = |marked: &'static str| match marked.chars().next() {
        Some('[') => "[",
        Some('{') => "{",
        _ => marked,
    };
    let expected: Vec<_> = expected.iter().map(|(code, marked)| (*code, sign(marked))).collect();
    assert_eq!(found, expected, "{}", file.text);
}

/// Checks the diagnostics of a platform with these keys after `applications` and `groups`.
#[track_caller]
fn check_platform(keys: &str, expected: &[(&str, &'static str)]) {
    let organizations = "organizations:\n  acme: { connections: { a: { strategy: ad } }, rules: [] }\n";
    check_whole(&whole(&format!("{keys}\n{organizations}")), expected);
}

/// Checks the diagnostics of an application with these keys after `clients` and `claim`.
#[track_caller]
fn check_application(keys: &str, expected: &[(&str, &'static str)]) {
    let mut file = whole("organizations: {}\n");
    let claim = "claim: https://claims.example.com/qlik\n";
    file.text = file.text.replace(claim, &format!("{claim}      {keys}\n"));
    check_whole(&file, expected);
}

/// Checks the diagnostics of a connection with these keys.
#[track_caller]
fn check_connection(keys: &str, expected: &[(&str, &'static str)]) {
    let organization = format!("organizations:\n  acme:\n    connections:\n      a: {keys}\n    rules: []\n");
    check_whole(&whole(&organization), expected);
}

/// Checks the diagnostics of an organization with these keys after `connections`.
#[track_caller]
fn check_organization(keys: &str, expected: &[(&str, &'static str)]) {
    let organization =
        format!("organizations:\n  acme:\n    connections: {{ a: {{ strategy: ad }} }}\n{keys}\n");
    check_whole(&whole(&organization), expected);
}

/// Checks the diagnostics of a rule with these members.
#[track_caller]
fn check_rule(members: &str, expected: &[(&str, &'static str)]) {
    check_organization(&format!("    rules: [{{ {members} }}]"), expected);
}

/// Checks the diagnostics of a rule with this condition.
#[track_caller]
fn check_when(when: &str, expected: &[(&str, &'static str)]) {
    check_rule(&format!("id: x, everyone: true, grant: bi-viewers, when: {when}"), expected);
}

#[test]
fn platform_has_tiers_ceilings_and_policies() {
    let mut file = whole(
        "  tiers: { bi: [bi-admins, bi-viewers] }
  ceilings: { acme: { groups: ['bi-*'], protected: [bi-admins], prefix: bi- } }
  policies: { incomplete: use-partial, refresh: { deny-if-older-than: 12h } }
organizations:
  acme: { connections: { a: { strategy: ad } }, rules: [], policies: { refresh: recompute } }
",
    );
    let claim = "claim: https://claims.example.com/qlik\n";
    let keys = "tokens: access\n      saml-attribute: groups\n      provenance: https://claims.example.com/why\n      \
                profile: qlik-cloud\n      limits: { claim-bytes: 4096, over: truncate }\n";
    file.text = file.text.replace(claim, &format!("{claim}      {keys}"));
    let (files, _) = read(&file);
    assert_eq!(files.diagnostics, []);
    let platform = files.platform.expect("a platform");
    let application = platform.applications.first().expect("an application");
    assert!(!application.tokens.id && application.tokens.access);
    assert_eq!(application.limits.name_characters, 256);
    assert_eq!((application.limits.claim_bytes, application.limits.groups), (4_096, 1_000));
    assert_eq!(application.limits.over, OverLimit::Truncate);
    assert_eq!(platform.tiers.first().map(|tier| tier.groups.len()), Some(2));
    let ceiling = platform.ceilings.first().expect("a ceiling");
    assert_eq!(ceiling.prefix.as_ref().map(|prefix| prefix.value.as_str()), Some("bi-"));
    assert_eq!(platform.policies.incomplete, IncompletePolicy::UsePartial);
    assert_eq!(platform.policies.refresh, Some(43_200));
    let protected: Vec<_> = platform.groups.iter().map(|group| group.protected).collect();
    assert_eq!(protected, [true, false]);
    assert_eq!(files.organizations.first().map(|acme| acme.refresh), Some(Some(None)));
}

#[test]
fn platform_reports_what_exceeds_its_limits() {
    check_application("tokens: []", &[("empty-list", "[]")]);
    check_application("tokens: refresh", &[("invalid-value", "refresh")]);
    check_application("saml-attribute: ''", &[("invalid-name", "''")]);
    check_application("provenance: why", &[("unnamespaced-claim", "why")]);
    check_application(
        "provenance: https://claims.example.com/qlik",
        &[("invalid-value", "https://claims.example.com/qlik")],
    );
    check_application("limits: { groups: 0 }", &[("invalid-value", "0")]);
    check_application("limits: { claim-bytes: 90001 }", &[("invalid-value", "90001")]);
    check_application("limits: { name-characters: 1.5 }", &[("invalid-value", "1.5")]);
    check_application("limits: { groups: many }", &[("wrong-type", "many")]);
    check_application("limits: { over: cut }", &[("invalid-value", "cut")]);
    check_application("limits: { name-characters: 9 }", &[("name-too-long-for-profile", "bi-viewers")]);
    check_platform("  tiers: { bi: [bi-admins] }", &[("invalid-value", "[bi-admins]")]);
    check_platform("  tiers: { bi: [bi-admins, bi-viewer] }", &[("unknown-group", "bi-viewer")]);
    check_platform(
        "  tiers: { a: [bi-admins, bi-viewers], b: [bi-admins, bi-viewers] }",
        &[("invalid-value", "bi-admins"), ("invalid-value", "bi-viewers")],
    );
    check_platform("  tiers: { a: bi-admins }", &[("wrong-type", "bi-admins")]);
    check_platform("  ceilings: { acne: {} }", &[("unknown-organization", "acne")]);
    check_platform("  ceilings: { acme: { groups: [] } }", &[("empty-list", "[]")]);
    check_platform("  ceilings: { acme: { groups: bi-viewer } }", &[("unknown-group", "bi-viewer")]);
    check_platform("  ceilings: { acme: { groups: ['by-*'] } }", &[("unknown-group", "'by-*'")]);
    check_platform("  ceilings: { acme: { groups: ['bi-['] } }", &[("invalid-glob", "'bi-['")]);
    check_platform("  ceilings: { acme: { protected: bi-viewers } }", &[("invalid-value", "bi-viewers")]);
    check_platform("  policies: { refresh: 12h }", &[("invalid-value", "12h")]);
    check_platform("  policies: { refresh: { deny-if-older-than: 12 } }", &[("wrong-type", "12")]);
    check_platform("  policies: { refresh: { deny-if-older-than: 1y } }", &[("invalid-value", "1y")]);
    check_platform("  policies: { refresh: {} }", &[("missing-key", "{}")]);
    check_platform("  policies: { incomplete: use-part }", &[("invalid-value", "use-part")]);
}

#[test]
fn organization_has_aliases_and_a_default() {
    check_organization("    aliases: { '6f1c': SG Analytics }\n    rules: []\n    default: bi-viewers", &[]);
    check_organization("    aliases: { a: ' b' }\n    rules: []", &[("invalid-name", "' b'")]);
    check_organization("    aliases: { a: 4711 }\n    rules: []", &[("wrong-type", "4711")]);
    check_organization("    aliases: { \"\\x01\": b }\n    rules: []", &[("invalid-name", "\"\\x01\"")]);
    check_organization("    aliases: { a: b, a: c }\n    rules: []", &[("duplicate-key", "a")]);
    check_organization("    rules: []\n    default: []", &[("empty-list", "[]")]);
    check_organization("    use: []", &[]);
    check_organization("    default: bi-viewers", &[("missing-key", "connections")]);
}

#[test]
fn mapping_reports_what_is_too_large() {
    let entries = vec!["x"; 10_001].join(", ");
    let file = whole(&format!(
        "organizations:\n  acme: {{ connections: {{ a: {{ strategy: ad }} }}, rules: [{{ id: x, grant: bi-viewers, match: {{ exact: [{entries}] }} }}] }}\n"
    ));
    assert_eq!(diagnostics(&file).iter().map(|it| it.0).collect::<Vec<_>>(), ["invalid-value"]);
    // Uses multiply the rules of a template; the number is checked before they are expanded.
    let list = vec!["x"; 9_000].join(", ");
    let rules: Vec<_> = (0..9_000)
        .map(|at| format!("{{ id: r{at}, grant: bi-viewers, match: {{ exact: '{{{{p}}}}' }} }}"))
        .collect();
    let file = whole(&format!(
        "templates:
  t@1: {{ description: Many., parameters: {{ p: {{ type: texts }} }}, rules: [{}] }}
organizations:
  acme: {{ connections: {{ a: {{ strategy: ad }} }}, use: [{{ template: t@1, with: {{ p: [{list}] }} }}] }}
",
        rules.join(", ")
    ));
    assert_eq!(diagnostics(&file).iter().map(|it| it.0).collect::<Vec<_>>(), ["invalid-value"]);
}

#[test]
fn misspelled_key_is_not_also_missing() {
    const PATHS: [&str; 3] =
        ["m/platform.yaml", "m/organizations/acme.yaml", "m/organizations/acme.test.yaml"];
    const FILES: [&str; 3] = [
        "version: 1
applications: { qlik: { clients: [QlikClient], claim: 'https://claims.example.com/qlik' } }
groups: { bi-viewers: { applications: [qlik], description: Views. } }
",
        "version: 1
connections: { acme: { strategy: ad, groups: { from: /groups, shape: list } } }
rules: [{ id: x, match: { exact: a }, grant: bi-viewers }]
",
        "version: 1
cases: [{ name: a, application: qlik, groups: [a], expect: { claims: [bi-viewers], rules: [x] } }]
",
    ];

    /// Removes the last letter of the first occurrence of a key, and expects one diagnostic in its file.
    #[track_caller]
    fn check(at: usize, key: &str) {
        let mut texts = FILES.map(str::to_owned);
        let mut short = key.to_owned();
        short.pop();
        texts[at] = texts[at].replacen(&format!("{key}:"), &format!("{short}:"), 1);
        assert_ne!(texts[at], FILES[at]);
        let files = core::array::from_fn::<_, 3, _>(|at| SourceFile {
            path: PATHS[at].to_owned(),
            text: core::mem::take(&mut texts[at]),
        });
        let found = crate::compiler::compile(&files).diagnostics;
        // If `rules` is misspelled, the cases with ids of rules must not be reported either.
        let found: Vec<_> = found.iter().filter(|it| it.file == PATHS[at] || key == "rules").collect();
        let told: Vec<_> = found.iter().map(|it| (it.code.name(), it.help.as_str())).collect();
        assert_eq!(told, [("unknown-key", &*format!("did you mean `{key}`?"))], "{found:#?}");
    }

    for key in ["version", "clients", "claim", "groups", "description"] {
        check(0, key);
    }
    for key in
        ["version", "connections", "strategy", "groups", "from", "shape", "rules", "match", "exact", "grant"]
    {
        check(1, key);
    }
    for key in ["version", "cases", "name", "application", "groups", "expect", "claims"] {
        check(2, key);
    }
}
