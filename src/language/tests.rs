//! The readers: the model of correct files, and the diagnostics of wrong ones.

mod cases;
mod templates;

use crate::bundle::application::OverLimit;
use crate::bundle::mapping::IncompletePolicy;
use crate::diagnostic::SourceFile;
use crate::language::cases::{Case, read_cases};
use crate::language::diagnostic_sink::DiagnosticSink;
use crate::language::mapping_files::MappingFiles;
use crate::language::model::{Condition, Effect, From, Matches, OwnedForm, OwnedShape, Scalar, Test};
use crate::login::dn::AttributeOf;
use crate::login::source::{Combine, Identity};

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

fn sources(connection: &str) -> (Vec<crate::language::model::OwnedSource>, Combine) {
    let text = format!("organizations:\n  acme: {{ connections: {{ a: {connection} }}, rules: [] }}\n");
    let (mut files, _) = read(&whole(&text));
    assert_eq!(files.diagnostics, [], "{connection}");
    let connection = files.organizations.remove(0).connections.remove(0);
    (connection.sources, connection.combine)
}

#[test]
fn strategy_has_default_sources() {
    fn check(connection: &str, pointer: &str, shape: OwnedShape, overage: bool, cap: Option<u32>) {
        let (sources, _) = sources(connection);
        let source = sources.first().expect(connection);
        let from = From::Attribute { pointer: pointer.to_owned(), identity: Identity::Login };
        assert_eq!((&source.from, &source.shape), (&from, &shape), "{connection}");
        assert_eq!((source.overage, source.cap), (overage, cap), "{connection}");
    }
    check("{ strategy: waad }", "/groups", OwnedShape::List, true, None);
    let delimited = OwnedShape::Delimited(",".to_owned());
    check("{ strategy: okta }", "/federated_groups", delimited.clone(), false, Some(100));
    check("{ strategy: google-apps }", "/groups", OwnedShape::List, false, Some(200));
    check("{ strategy: okta, groups: { cap: none } }", "/federated_groups", delimited, false, None);
    check(
        "{ strategy: samlp, groups: { overage: none, cap: 5 } }",
        "/groups",
        OwnedShape::ListOrString,
        false,
        Some(5),
    );
    check("{ strategy: ad, groups: { shape: json } }", "/groups", OwnedShape::Json(None), false, None);
    check("{ strategy: ad, groups: { shape: string } }", "/groups", OwnedShape::Text, false, None);
}

#[test]
fn source_has_all_its_options() {
    let (sources, combine) = sources(
        "{ strategy: okta, combine: first, groups: [
          { from: provisioned, field: external_id },
          { from: /app_metadata/groups, shape: objects, field: dn, form: dn, attribute: OU, attribute-of: parent, below: 'DC=a' },
          { identity: primary, shape: list, form: email, domain: acme.example,
            accept: [numbers], normalize: [nfc, trim], absent: empty }] }",
    );
    assert_eq!(combine, Combine::First);
    let [first, second, third] = sources.as_slice() else { panic!("{sources:?}") };
    assert_eq!(
        (&first.from, &first.shape),
        (&From::Provisioned, &OwnedShape::Objects("external_id".to_owned()))
    );
    assert_eq!((first.cap, second.cap, third.cap), (None, None, Some(100)), "Okta cuts what Okta sends");
    let own = From::Attribute { pointer: "/app_metadata/groups".to_owned(), identity: Identity::Primary };
    assert_eq!(second.from, own, "what is stored about the user is read for the user");
    let (attribute, of, below) = ("OU".to_owned(), AttributeOf::Parent, Some("DC=a".to_owned()));
    assert_eq!(second.form, OwnedForm::DistinguishedName { attribute, of, below });
    assert_eq!(third.form, OwnedForm::Email { domain: Some("acme.example".to_owned()) });
    assert!(third.numbers && !third.booleans && third.nfc && third.trim);
}

#[test]
fn source_reports_options_that_do_not_fit_together() {
    check_connection("{ strategy: waad, groups: { delimiter: ',' } }", &[("shape-option", "delimiter")]);
    check_connection("{ strategy: ad, groups: { below: 'DC=a' } }", &[("shape-option", "below")]);
    check_connection(
        "{ strategy: ad, groups: { attribute-of: entry } }",
        &[("shape-option", "attribute-of")],
    );
    check_connection(
        "{ strategy: ad, groups: { form: domain, attribute: CN } }",
        &[("shape-option", "attribute")],
    );
    check_connection("{ strategy: ad, groups: { form: path, domain: A } }", &[("shape-option", "domain")]);
    check_connection(
        "{ strategy: ad, groups: { form: domain, domain: 'A\\B' } }",
        &[("invalid-value", "'A\\B'")],
    );
    check_connection("{ strategy: ad, groups: { form: email, domain: '@a' } }", &[("invalid-value", "'@a'")]);
    check_connection(
        "{ strategy: ad, groups: { form: dn, attribute: 'C N' } }",
        &[("invalid-value", "'C N'")],
    );
    check_connection("{ strategy: ad, groups: { form: dn, below: '' } }", &[("invalid-value", "''")]);
    check_connection(
        "{ strategy: ad, groups: { from: provisioned, shape: list, identity: login, overage: entra } }",
        &[("shape-option", "shape"), ("shape-option", "identity"), ("shape-option", "overage")],
    );
    check_connection(
        "{ strategy: ad, groups: { from: auth0-roles, shape: list, field: name, overage: entra } }",
        &[("shape-option", "shape"), ("shape-option", "field"), ("shape-option", "overage")],
    );
    check_connection(
        "{ strategy: ad, groups: { from: event.authorization.roles } }",
        &[("invalid-pointer", "event.authorization.roles")],
    );
    check_connection("{ strategy: ad, groups: { from: auth0-roles, overage: none, cap: 5 } }", &[]);
    check_connection(
        "{ strategy: ad, groups: { from: provisioned, field: mail } }",
        &[("invalid-value", "mail")],
    );
    check_connection("{ strategy: ad, groups: { from: provision } }", &[("invalid-pointer", "provision")]);
    check_connection("{ strategy: ad, groups: { cap: 0 } }", &[("invalid-value", "0")]);
    check_connection("{ strategy: ad, groups: { cap: some } }", &[("invalid-value", "some")]);
    check_connection("{ strategy: ad, groups: { cap: [] } }", &[("wrong-type", "[]")]);
    check_connection("{ strategy: ad, groups: { accept: [nulls] } }", &[("invalid-value", "nulls")]);
    check_connection("{ strategy: ad, groups: [] }", &[("empty-list", "[]")]);
    check_connection("{ strategy: ad, groups: [{}, {}] }", &[("missing-key", "[{}, {}]")]);
    check_connection("{ strategy: ad, groups: [{}], combine: all }", &[("invalid-value", "combine")]);
    check_connection("{ strategy: ad, combine: all }", &[("invalid-value", "combine")]);
    check_connection("{ strategy: ad, groups: [{}, {}], combine: both }", &[("invalid-value", "both")]);
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
fn rule_reports_contradicting_keys() {
    check_rule("id: x, everyone: true", &[("empty-grant", "{")]);
    check_rule("id: x, everyone: true, exclude: []", &[("empty-grant", "[]")]);
    check_rule("id: x, everyone: true, grant: a, exclude: b", &[("invalid-value", "exclude")]);
    check_rule("id: x, everyone: true, grant: a, expires: 2027-02-30", &[("invalid-value", "2027-02-30")]);
    check_rule("id: x, everyone: true, grant: a, expires: 2027", &[("wrong-type", "2027")]);
    check_rule("id: x, everyone: true, grant: a, protected: on", &[("wrong-type", "on")]);
    check_rule("id: x, grant: a, match: { any: { exact: b }, glob: c }", &[("invalid-value", "glob")]);
    check_rule("id: x, grant: a, match: { none: { exact: b } }", &[("missing-match", "none")]);
    check_rule("id: x, grant: a, match: { any: [] }", &[("missing-match", "[]")]);
    check_rule("id: x, grant: a, match: { any: [{ ignore-case: true }] }", &[("missing-match", "{")]);
    check_rule("id: x, grant: a, match: { ignore-case: true }", &[("missing-match", "{")]);
    check_rule("id: x, grant: a, match: { any: [{ exakt: b }] }", &[("unknown-key", "exakt")]);
    check_rule("id: x, grant: a, match: { any: { exact: b }, regexp: c }", &[("unknown-key", "regexp")]);
}

#[test]
fn rule_has_all_its_keys() {
    let (mut files, _) = read(&whole(
        "organizations:
  acme:
    connections: { a: { strategy: ad } }
    rules:
      - id: x
        match:
          all: [{ exact: [a, b] }, { regex: 'c.*', ignore-case: true }]
          none: { glob: 'd*' }
        exclude: bi-viewers
        protected: true
        expires: 2027-01-31T12:00:00+01:00
        when:
          strategy: ad
          user: { attribute: /level, at-least: 3 }
          not: { any: [{ application: qlik }, { user: { attribute: /x, equals: [a, 1, true] } }] }
",
    ));
    assert_eq!(files.diagnostics, []);
    let rule = files.organizations.remove(0).rules.remove(0);
    assert_eq!((rule.effect, rule.protected), (Effect::Exclude, true));
    assert_eq!(rule.expires.map(|(at, _)| at), Some(1_801_393_200));
    let Matches::Groups { any, all, none, .. } = rule.matches else { panic!("it matches groups") };
    assert_eq!((any.len(), all.len(), none.len()), (0, 2, 1));
    assert!(all.last().is_some_and(|patterns| patterns.ignore_case && patterns.regex.len() == 1));
    let Some(Condition::All(all)) = rule.when else { panic!("three conditions") };
    let [Condition::Strategy(_), Condition::User { test: Test::AtLeast(3.0), .. }, Condition::Not(inner)] =
        all.as_slice()
    else {
        panic!("{all:?}")
    };
    let Condition::Any(any) = &**inner else { panic!("{inner:?}") };
    let [Condition::Application(_), Condition::User { test: Test::Equals(values), .. }] = any.as_slice()
    else {
        panic!("{any:?}")
    };
    assert_eq!(*values, [Scalar::Text("a".to_owned()), Scalar::Number(1.0), Scalar::Bool(true)]);
}

#[test]
fn condition_reports_unknown_names_and_wrong_tests() {
    check_when("{}", &[("empty-condition", "{}")]);
    check_when("{ connection: [] }", &[("empty-condition", "[]")]);
    check_when("{ any: [] }", &[("empty-condition", "[]")]);
    check_when("{ any: [{}] }", &[("empty-condition", "{}")]);
    check_when("{ not: {} }", &[("empty-condition", "{}")]);
    check_when("{ user: [] }", &[("empty-condition", "[]")]);
    check_when("{ client-metadata: {} }", &[("empty-condition", "{}")]);
    check_when("{ client-metadata: { a: [] } }", &[("empty-condition", "[]")]);
    check_when("{ connection: b }", &[("unknown-connection", "b")]);
    check_when("{ strategy: saml }", &[("invalid-value", "saml")]);
    check_when("{ application: qlick }", &[("unknown-application", "qlick")]);
    check_when("{ organization: [acme, globex] }", &[("unknown-organization", "globex")]);
    check_when("{ client: '' }", &[("invalid-value", "''")]);
    check_when("{ email-domain: a@b.example }", &[("invalid-value", "a@b.example")]);
    for domain in
        ["'*.b.example'", "https://b.example", ".b.example", "b..example", "b.example/", "-b", "'?b'"]
    {
        check_when(&format!("{{ email-domain: {domain} }}"), &[("invalid-value", domain)]);
    }
    check_when("{ user: { attribute: /a } }", &[("missing-key", "{")]);
    check_when("{ user: { attribute: /a, equals: 1, exists: true } }", &[("invalid-value", "exists")]);
    check_when("{ user: { attribute: a, exists: true } }", &[("invalid-pointer", "a")]);
    check_when(
        "{ user: { attribute: /user_metadata/a, exists: true } }",
        &[("self-service-source", "/user_metadata/a")],
    );
    check_when("{ user: { attribute: /a, above: high } }", &[("wrong-type", "high")]);
    check_when("{ user: { attribute: /a, equals: [] } }", &[("empty-condition", "[]")]);
    check_when("{ user: { attribute: /a, equals: null } }", &[("wrong-type", "null")]);
    check_when("{ user: { attribute: /a, exist: true } }", &[("unknown-key", "exist")]);
    check_when("{ connections: a }", &[("unknown-key", "connections")]);
    check_when("{ client: a, if-unknown: no }", &[("wrong-type", "no")]);
    check_when("{ user: { attribute: /a, equals: 1, if-unknown: 'false' } }", &[("wrong-type", "'false'")]);
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
