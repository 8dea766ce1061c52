//! Mappings for the tests of lints, without files.

use crate::bundle::policy::{IncompletePolicy, Policy, UnmatchedPolicy};
use crate::diagnostic::{Code, Diagnostic};
use crate::language::model::{
    Alias, Application, Condition, Connection, Effect, From, Limits, Matches, Organization, OwnedForm,
    OwnedShape, OwnedSkip, OwnedSource, Patterns, Platform, Policies, Profile, Rule, Scalar, TargetGroup,
    Test, Tokens,
};
use crate::language::parsed_patterns::{GlobPattern, Grant, RegexPattern};
use crate::language::strategy::Strategy;
use crate::language::tenants::{ByTenant, Tenants};
use crate::language::yaml::Spanned;
use crate::login::source::{Absent, Combine, Identity};

use core::ops::Range;
use core::sync::atomic::{AtomicUsize, Ordering};

/// A new place at each call, after the earlier ones.
pub(super) fn place() -> Range<usize> {
    static NEXT: AtomicUsize = AtomicUsize::new(100);
    let start = NEXT.fetch_add(2, Ordering::Relaxed);
    start..start + 1
}

pub(super) fn name(text: &str) -> Spanned<String> {
    Spanned { span: place(), value: text.to_owned() }
}

pub(super) fn names(texts: &[&str]) -> Vec<Spanned<String>> {
    texts.iter().map(|text| name(text)).collect()
}

/// A platform with two applications; groups that begin with `!` are protected.
pub(super) fn platform(groups: &[&str]) -> Platform {
    let limits = Limits {
        groups: 1_000,
        name_characters: 512,
        claim_bytes: 8_192,
        over: crate::bundle::application::OverLimit::Deny,
    };
    let application = |text: &str| Application {
        name: name(text),
        clients: ByTenant::one(names(&[&format!("{text}-client"), &format!("{text}-other")])),
        claim: Some(name("https://claims.example.com/groups")),
        profile: Profile::Generic,
        tokens: Tokens { id: true, access: true },
        saml_attribute: None,
        joined_by: None,
        provenance: None,
        limits,
        ungranted: Policy::NoGroups,
        scim: crate::language::scim_settings::ScimSettings::default(),
    };
    let mut groups: Vec<TargetGroup> = groups
        .iter()
        .map(|text| TargetGroup {
            owner: None,
            name: name(text.trim_start_matches('!')),
            applications: vec![0],
            protected: text.starts_with('!'),
            includes: Vec::new(),
            included: Vec::new(),
        })
        .collect();
    groups.sort_by(|left, right| left.name.value.cmp(&right.name.value));
    Platform {
        file: "platform.yaml".to_owned(),
        tenants: Tenants::default(),
        applications: vec![application("catalog"), application("qlik")],
        groups,
        tiers: Vec::new(),
        ceilings: Vec::new(),
        policies: Policies {
            closed: Policy::NoGroups,
            failure: Policy::NoGroups,
            incomplete: IncompletePolicy::NoGroups,
            incomplete_span: None,
            unmatched: UnmatchedPolicy::Drop,
            ungranted: Policy::NoGroups,
            refresh: None,
        },
        blocks: None,
        lints: Vec::new(),
        allow: Vec::new(),
    }
}

pub(super) fn source(pointer: &str, shape: OwnedShape) -> OwnedSource {
    OwnedSource {
        from: From::Attribute { pointer: pointer.to_owned(), identity: Identity::Login },
        shape,
        nested: false,
        form: OwnedForm::Plain,
        numbers: false,
        booleans: false,
        nfc: false,
        trim: false,
        absent: Absent::Incomplete,
        null: Absent::Incomplete,
        skip: OwnedSkip::default(),
        overage: false,
        cap: None,
    }
}

pub(super) fn connection(text: &str, strategy: Strategy, source: OwnedSource) -> Connection {
    Connection {
        name: name(text),
        strategy,
        sources: vec![source],
        combine: Combine::All,
        sends_no_groups: None,
    }
}

/// An organization `acme` with the connections `acme-okta`, which is split at commas, and `acme-saml`.
pub(super) fn organization(rules: Vec<Rule>) -> Organization {
    let okta = source("/federated_groups", OwnedShape::Delimited(",".to_owned()));
    let saml = source("/groups", OwnedShape::List);
    Organization {
        file: "organizations/acme.yaml".to_owned(),
        name: "acme".to_owned(),
        ids: ByTenant::unstated(),
        connections: vec![
            connection("acme-okta", Strategy::Okta, okta),
            connection("acme-saml", Strategy::Samlp, saml),
        ],
        aliases: Vec::new(),
        rules,
        has_all_connections: true,
        directory: None,
        rules_misspelled: false,
        default: Vec::new(),
        application_defaults: Vec::new(),
        incomplete: None,
        incomplete_span: None,
        unmatched: None,
        unmatched_span: None,
        ungranted: None,
        refresh: None,
        allow: Vec::new(),
    }
}

pub(super) fn alias(id: &str, text: &str) -> Alias {
    Alias { id: name(id), name: name(text) }
}

fn patterns(exact: &[&str], glob: &[&str], regex: &[&str]) -> Patterns {
    Patterns {
        span: place(),
        exact: names(exact),
        glob: names(glob).into_iter().map(GlobPattern::parse).collect(),
        regex: names(regex).into_iter().map(|regex| RegexPattern::parse(regex, false)).collect(),
        ignore_case: false,
    }
}

pub(super) fn exact(texts: &[&str]) -> Patterns {
    patterns(texts, &[], &[])
}

pub(super) fn glob(texts: &[&str]) -> Patterns {
    patterns(&[], texts, &[])
}

pub(super) fn regex(texts: &[&str]) -> Patterns {
    patterns(&[], &[], texts)
}

pub(super) fn ignoring_case(patterns: Patterns) -> Patterns {
    let again = |regex: RegexPattern| RegexPattern::parse(regex.written, true);
    let regex = patterns.regex.into_iter().map(again).collect();
    Patterns { ignore_case: true, regex, ..patterns }
}

pub(super) fn combined(any: Vec<Patterns>, all: Vec<Patterns>, none: Vec<Patterns>) -> Matches {
    Matches::Groups { span: place(), any, all, none }
}

pub(super) fn rule(id: &str, effect: Effect, matches: Matches, groups: &[&str]) -> Rule {
    Rule {
        owner: None,
        id: name(id),
        file: "organizations/acme.yaml".to_owned(),
        used: None,
        span: place(),
        when: None,
        matches,
        effect,
        groups: names(groups).into_iter().map(Grant::parse).collect(),
        target_globs: Vec::new(),
        protected: false,
        protected_span: None,
        expires: None,
        allow: Vec::new(),
    }
}

pub(super) fn grant(id: &str, patterns: Patterns, groups: &[&str]) -> Rule {
    rule(id, Effect::Grant, combined(vec![patterns], Vec::new(), Vec::new()), groups)
}

pub(super) fn exclude(id: &str, patterns: Patterns, groups: &[&str]) -> Rule {
    rule(id, Effect::Exclude, combined(vec![patterns], Vec::new(), Vec::new()), groups)
}

pub(super) fn everyone(id: &str, groups: &[&str]) -> Rule {
    rule(id, Effect::Grant, Matches::Everyone, groups)
}

pub(super) fn when(rule: Rule, condition: Condition) -> Rule {
    Rule { when: Some(condition), ..rule }
}

/// Marks a rule as being from a template.
pub(super) fn of_template(rule: Rule) -> Rule {
    Rule { used: Some(7..9), file: "templates/bi@1.yaml".to_owned(), ..rule }
}

pub(super) fn user(attribute: &str, test: Test) -> Condition {
    Condition::User { attribute: name(attribute), test, as_number: false, span: place() }
}

pub(super) fn texts(texts: &[&str]) -> Vec<Scalar> {
    texts.iter().map(|text| Scalar::Text((*text).to_owned())).collect()
}

/// The findings with a code in an organization, on a platform with the groups of its rules.
pub(super) fn lint_organization(organization: &Organization, code: Code) -> Vec<Diagnostic> {
    let mut groups: Vec<&str> = organization
        .rules
        .iter()
        .flat_map(|rule| &rule.groups)
        .map(|group| group.written.value.as_str())
        .collect();
    groups.sort_unstable();
    groups.dedup();
    lint_all(&platform(&groups), core::slice::from_ref(organization), code)
}

pub(super) fn lint_all(platform: &Platform, organizations: &[Organization], code: Code) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    super::lint(platform, organizations, None, &mut diagnostics);
    diagnostics.retain(|diagnostic| diagnostic.code == code);
    diagnostics
}

pub(super) fn lint(rule: Rule, code: Code) -> Vec<Diagnostic> {
    lint_organization(&organization(vec![rule]), code)
}

/// Asserts that there is one finding, and that its message contains a text.
pub(super) fn check_one(found: &[Diagnostic], message: &str) {
    let [only] = found else { panic!("one finding with {message}, not {found:#?}") };
    assert!(only.message.contains(message), "{} has no {message}", only.message);
}

pub(super) fn check(rule: Rule, code: Code, message: &str) {
    check_one(&lint(rule, code), message);
}

pub(super) fn check_silent(rule: Rule, code: Code) {
    assert_eq!(lint(rule, code), []);
}
