//! Test cases: logins and their expected results.

use core::ops::Range;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value as Json;

use super::case_event::{build_event, find, raw_event};
use super::diagnostic_sink::DiagnosticSink;
use super::event_tenant::{NoTenant, tenant_of};
use super::fields::Fields;
use super::grammar::{CASE, EXPECT, Layout, SINGLE_FILE_CASE};
use super::model::{Organization, Platform};
use super::name_checks::check_known;
use super::subject::Subject;
use super::values::{read_list, read_texts};
use super::yaml::{Node, Spanned};
use crate::bundle::index::Bundle;
use crate::diagnostic::Code;
use crate::host::event::{self, Answer, Event};
use crate::outcome::{Note, Outcome, Reason};

/// A login and its expected result.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Case {
    /// The path of the file.
    pub file: String,
    /// The bytes of the case's name in the file.
    pub span: Range<usize>,
    /// What the case shows, as a sentence.
    pub name: String,
    /// The post-login event.
    pub event: Json,
    /// The expected result.
    pub expect: Expect,
}

/// The expected result of a login; what is `None` is not compared.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Expect {
    /// The outcome: `groups`, `deny` or `none`.
    pub outcome: &'static str,
    /// The groups claim's value.
    pub claims: Option<BTreeSet<String>>,
    /// The claim of an application that reads one string.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joined: Option<String>,
    /// The ids of the rules that fire.
    pub rules: Option<BTreeSet<String>>,
    /// The upstream groups that no rule matches.
    pub unmatched: Option<BTreeSet<String>>,
    /// The reason code; `ok` if a case has `claims` and no reason.
    pub reason: Option<String>,
    /// The codes of the notes.
    pub notes: Option<BTreeSet<String>>,
}

/// The result of running a case.
#[derive(Clone, Debug, Serialize)]
#[must_use]
#[non_exhaustive]
pub struct CaseResult {
    /// The result of the login.
    pub answer: Answer,
    /// The differences from the expected result; empty if the case passed.
    pub failures: Vec<Mismatch>,
}

/// A difference between the expected and the actual result of a login.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Mismatch {
    /// The key of `expect`.
    pub what: &'static str,
    /// The expected value.
    pub expected: String,
    /// The actual value.
    pub got: String,
}

impl Case {
    /// Evaluates the login and compares the result with the expected one.
    ///
    /// ```
    /// use claimsmith::Bundle;
    /// use claimsmith::compiler::compile_whole;
    /// use claimsmith::diagnostic::SourceFile;
    ///
    /// let text = "\
    /// version: 1
    /// platform:
    ///   applications: { qlik: { clients: [Zx81], claim: https://claims.example.com/groups } }
    ///   groups: { bi-viewers: { applications: [qlik], description: May view. } }
    /// organizations:
    ///   acme:
    ///     connections: { acme-entra: { strategy: waad } }
    ///     rules: [{ id: view, match: { glob: GG-BI-* }, grant: bi-viewers }]
    /// cases:
    ///   - { name: members view, application: qlik, groups: [GG-BI-Sales], expect: { claims: [bi-viewers] } }
    /// ";
    /// let file = SourceFile { path: "acme-and-platform.yaml".to_owned(), text: text.to_owned() };
    /// let platform = compile_whole(&file).platform.expect("no errors");
    /// let bundle = Bundle::decode(&platform.bundle).expect("just compiled");
    /// for case in &platform.cases {
    ///     assert_eq!(case.run(&bundle).failures, []);
    /// }
    /// ```
    pub fn run(&self, bundle: &Bundle<'_>) -> CaseResult {
        // An event that is not an object is evaluated like an empty one.
        let event = Event::from_json(self.event.clone()).unwrap_or_default();
        let answer = event::answer(bundle, &event);
        let mut failures = Vec::new();
        let mut compare = |what: &'static str, expected: String, got: String| {
            if expected != got {
                failures.push(Mismatch { what, expected, got });
            }
        };
        let expect = &self.expect;
        compare("outcome", expect.outcome.to_owned(), answer.outcome.word().to_owned());
        if let Some(reason) = &expect.reason {
            compare("reason", reason.clone(), answer.reason.code().to_owned());
        }
        if let Some(joined) = &expect.joined {
            let value = answer.value();
            compare("joined", joined.clone(), value.as_str().map_or(value.to_string(), str::to_owned));
        }
        let notes: Vec<String> = answer.notes.keys().map(|code| (*code).to_owned()).collect();
        let lists = [
            ("claims", &expect.claims, &answer.groups),
            ("rules", &expect.rules, &answer.rules),
            ("unmatched", &expect.unmatched, &answer.unmatched),
            ("notes", &expect.notes, &notes),
        ];
        for (what, expected, got) in lists {
            if let Some(expected) = expected {
                compare(what, list(expected.iter()), list(got.iter()));
            }
        }
        CaseResult { answer, failures }
    }
}

fn list<'s>(names: impl Iterator<Item = &'s String>) -> String {
    format!("[{}]", names.map(String::as_str).collect::<Vec<_>>().join(", "))
}

/// Reads those `cases` of a file that can be logins of a tenant. `organization` is the one that the test file is for; in a
/// file that holds a whole platform, each case has its own.
pub(crate) fn read_cases(
    node: &Node,
    platform: &Platform,
    organizations: &[&Organization],
    organization: Option<&Organization>,
    tenant: usize,
    sink: &mut DiagnosticSink<'_>,
) -> Vec<Case> {
    let mut seen = BTreeMap::new();
    let mut cases = Vec::new();
    for node in read_list(node, Subject::Key("cases"), sink).unwrap_or_default() {
        let Some(case) = read_case(node, platform, organizations, organization, tenant, sink) else {
            continue;
        };
        if let Some(first) = seen.insert(case.name.clone(), case.span.clone()) {
            let message = "a case of this name already exists in this file";
            sink.report_related(Code::DuplicateCase, &case.span, message, (&first, "first here"));
        }
        cases.push(case);
    }
    cases
}

fn read_case(
    node: &Node,
    platform: &Platform,
    organizations: &[&Organization],
    own: Option<&Organization>,
    tenant: usize,
    sink: &mut DiagnosticSink<'_>,
) -> Option<Case> {
    let layout = if own.is_some() { Layout::Folder } else { Layout::SingleFile };
    let object = match layout {
        Layout::Folder => &CASE,
        Layout::SingleFile => &SINGLE_FILE_CASE,
    };
    let fields = Fields::read(node, object, sink)?;
    let name = fields.require_text("name", sink);
    let stated = match layout {
        Layout::Folder => None,
        Layout::SingleFile => fields.text("organization", sink),
    };
    let organization = match stated {
        Some(wanted) => find(
            organizations.iter().copied(),
            |organization| &organization.name,
            &wanted,
            (Code::UnknownOrganization, "no mapping describes the organization"),
            sink,
        ),
        None => own.or(match organizations {
            [only] => Some(*only),
            _ => None,
        }),
    };
    let expect = read_expect(&fields, platform, organization, sink);
    let event = match fields.get("event") {
        Some(node) => {
            let event = raw_event(&fields, node, layout, sink);
            let ids = ["/tenant/id", "/client/client_id", "/organization/id"];
            let ids = ids.map(|pointer| event.pointer(pointer).and_then(Json::as_str));
            let of = tenant_of(ids, platform, organizations.iter().copied());
            let of = of.unwrap_or_else(|NoTenant { code, message, help }| {
                sink.report(code, &node.span, message, help);
                None
            });
            if of.is_none_or(|of| of == tenant) { Some(event) } else { None }
        }
        None if fields.is_misspelled("event") => None,
        None => build_event(&fields, platform, organizations, organization, (layout, tenant), sink),
    };
    let name = name?;
    Some(Case {
        file: sink.file.to_owned(),
        span: name.span,
        name: name.value,
        event: event?,
        expect: expect?,
    })
}

fn read_expect(
    case: &Fields<'_>,
    platform: &Platform,
    organization: Option<&Organization>,
    sink: &mut DiagnosticSink<'_>,
) -> Option<Expect> {
    let node = case.require("expect", sink)?;
    let fields = Fields::read(node, &EXPECT, sink)?;
    let words = [Outcome::Groups, Outcome::Deny, Outcome::None].map(|outcome| (outcome.word(), outcome));
    let outcome = fields.choice("outcome", &words, sink);
    let claims = fields.get("claims").map(|node| read_texts(node, Subject::Key("claims"), sink));
    match (&claims, outcome) {
        (None, None | Some(Outcome::Groups))
            if fields.is_missing("claims") && (outcome.is_some() || fields.is_missing("outcome")) =>
        {
            let help = "add the groups that the claim must contain, or `outcome: deny` or `outcome: none`";
            sink.report(Code::MissingKey, &fields.span, "`expect` needs the key `claims`", help.to_owned());
        }
        (Some(_), Some(Outcome::Deny | Outcome::None)) => {
            let message = "a claim is not set with this outcome, so `claims` cannot be used next to it";
            let help = "remove `claims`, or the `outcome`".to_owned();
            sink.report(Code::InvalidValue, &fields.span, message, help);
        }
        _ => {}
    }
    if let (Some(node), Some(Outcome::Deny | Outcome::None)) = (fields.get("joined"), outcome) {
        let message = "a claim is not set with this outcome, so `joined` cannot be used next to it";
        let help = "remove `joined`, or the `outcome`".to_owned();
        sink.report(Code::InvalidValue, &node.span, message, help);
    }
    for claim in claims.iter().flatten() {
        let names = || platform.groups.iter().map(|group| group.name.value.as_str());
        check_known(claim, names, (Code::UnknownGroup, "the registry has no target group"), sink);
    }
    let rules = fields.get("rules").map(|node| read_texts(node, Subject::Key("rules"), sink));
    if let Some(organization) = organization.filter(|organization| !organization.rules_misspelled) {
        for rule in rules.iter().flatten() {
            let ids = || organization.rules.iter().map(|rule| rule.id.value.as_str());
            check_known(rule, ids, (Code::UnknownRule, "the mapping has no rule"), sink);
        }
    }
    let reason = fields.text("reason", sink);
    if let Some(reason) = &reason {
        let codes = || Reason::ALL.iter().map(|reason| reason.code());
        check_known(reason, codes, (Code::InvalidValue, "there is no reason code"), sink);
    }
    let notes = fields.get("notes").map(|node| read_texts(node, Subject::Key("notes"), sink));
    for note in notes.iter().flatten() {
        let codes = || Note::ALL.iter().map(|note| note.code());
        check_known(note, codes, (Code::InvalidValue, "there is no note with the code"), sink);
    }
    let unmatched = fields.get("unmatched").map(|node| read_texts(node, Subject::Key("unmatched"), sink));
    let set = |names: Option<Vec<Spanned<String>>>| {
        names.map(|names| names.into_iter().map(|name| name.value).collect())
    };
    let default_reason = if claims.is_some() { Some(Reason::Ok.code().to_owned()) } else { None };
    let reason = reason.map(|reason| reason.value);
    Some(Expect {
        outcome: outcome.unwrap_or(Outcome::Groups).word(),
        reason: reason.or(default_reason),
        claims: set(claims),
        joined: fields.text("joined", sink).map(|text| text.value),
        rules: set(rules),
        unmatched: set(unmatched),
        notes: set(notes),
    })
}
