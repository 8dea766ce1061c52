//! The answer to an event: an evaluation with names instead of ids.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Event;
use crate::bundle::application::Application;
use crate::bundle::block::Block;
use crate::bundle::index::Bundle;
use crate::engine::evaluate::{evaluate_block, evaluate_routed};
use crate::engine::evaluation::Evaluation;
use crate::engine::route::Route;
use crate::ids::{RuleId, TargetId};
use crate::outcome::{Outcome, Reason};

/// The result of a login as JSON, version 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Answer {
    /// The version of this format.
    pub version: u32,
    /// The digest of the bundle, 64 hexadecimal digits.
    pub bundle: String,
    /// The organization whose mapping applied.
    pub organization: Option<String>,
    /// The connection of the login.
    pub connection: Option<String>,
    /// The application of the login.
    pub application: Option<String>,
    /// The claim that is set.
    pub claim: Option<String>,
    /// The tokens that carry the claim: `id`, `access`.
    pub tokens: Vec<&'static str>,
    /// The SAML attribute that also carries the groups.
    pub saml: Option<String>,
    /// The claim that receives the bundle's digest and the rules that fired.
    pub provenance: Option<String>,
    /// The delimiter of a claim that is one string; null if it is a list.
    pub joined_by: Option<String>,
    /// What happens with the login.
    pub outcome: Outcome,
    /// Why.
    pub reason: Reason,
    /// The groups of the claim, sorted.
    pub groups: Vec<String>,
    /// The ids of the rules that fired, sorted.
    pub rules: Vec<String>,
    /// The upstream groups that no rule matched, sorted, without duplicates.
    pub unmatched: Vec<String>,
    /// The number of upstream groups that the login carried.
    pub received: u32,
    /// The number of upstream groups that no rule matched.
    pub unmatched_count: usize,
    /// The notes of the evaluation, by code, each with its count. By code because JSON is sorted by it.
    pub notes: BTreeMap<&'static str, u32>,
}

impl Answer {
    /// Replaces the ids of an evaluation with names.
    pub fn new(bundle: &Bundle<'_>, route: Route, evaluation: &Evaluation<'_>) -> Self {
        Self::with_mapping_of(bundle, bundle, route, evaluation)
    }

    /// Replaces the ids of an evaluation with names; `mapped` is the bundle with the mapping.
    fn with_mapping_of(
        bundle: &Bundle<'_>,
        mapped: &Bundle<'_>,
        route: Route,
        evaluation: &Evaluation<'_>,
    ) -> Self {
        let connection = route.destination.connection().and_then(|id| mapped.connection(id));
        let organization = connection.and_then(|connection| mapped.organization(connection.organization));
        let mapping = connection.and_then(|connection| mapped.mapping(connection.organization));
        let application = evaluation.application.and_then(|at| bundle.application(at));
        let group = |group: &TargetId| bundle.group_name(*group).map(str::to_owned);
        let rule = |rule: &RuleId| Some(mapping?.rule(*rule)?.id.to_owned());
        let tokens = |application: &Application<'_>| {
            let tokens = [("id", application.id_token), ("access", application.access_token)];
            tokens.into_iter().filter(|(_, carries)| *carries).map(|(token, _)| token).collect()
        };
        let rules: Vec<String> = evaluation.rules.iter().filter_map(rule).collect();
        let mut unmatched: Vec<String> =
            evaluation.unmatched.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
        unmatched.sort_unstable();
        unmatched.dedup();
        Self {
            version: 1,
            bundle: bundle.digest_hex(),
            organization: organization.map(|organization| organization.name.to_owned()),
            connection: connection.map(|connection| connection.name.to_owned()),
            application: application.map(|application| application.name.to_owned()),
            claim: application.map(|application| application.claim.to_owned()),
            tokens: application.map(tokens).unwrap_or_default(),
            saml: application.and_then(|application| application.saml_attribute).map(str::to_owned),
            provenance: application.and_then(|application| application.provenance).map(str::to_owned),
            joined_by: application.and_then(|application| application.joined_by).map(str::to_owned),
            outcome: evaluation.outcome,
            reason: evaluation.reason,
            groups: evaluation.groups.iter().filter_map(group).collect(),
            rules,
            unmatched,
            received: evaluation.received,
            unmatched_count: evaluation.unmatched.len(),
            notes: evaluation.notes.iter().map(|(note, count)| (note.code(), *count)).collect(),
        }
    }

    /// The value of the claim, and of the SAML attribute: the list of groups, or the string that joins them.
    pub fn value(&self) -> serde_json::Value {
        match &self.joined_by {
            Some(delimiter) => serde_json::Value::from(self.groups.join(delimiter)),
            None => serde_json::Value::from(self.groups.clone()),
        }
    }
}

/// Evaluates an event's login.
///
/// ```
/// use claimsmith::compiler::compile_whole;
/// use claimsmith::diagnostic::SourceFile;
/// use claimsmith::event::{self, Event};
/// use claimsmith::{Bundle, Outcome};
///
/// let text = "\
/// version: 1
/// platform:
///   applications: { qlik: { clients: [client], claim: https://example.com/qlik } }
///   groups: { viewers: { applications: [qlik], description: Reads dashboards. } }
/// organizations:
///   acme:
///     organization: org_acme
///     connections: { acme-ad: { strategy: ad } }
///     rules: [{ id: reports, match: { exact: BI Reports }, grant: viewers }]
/// ";
/// let file = SourceFile { path: "example.yaml".to_owned(), text: text.to_owned() };
/// let platform = compile_whole(&file).platform.expect("no errors");
/// let bundle = Bundle::decode(&platform.bundle).expect("the compiler's bundles decode");
///
/// let event = Event::parse(
///     r#"{
///         "organization": { "id": "org_acme" },
///         "connection": { "name": "acme-ad" },
///         "client": { "client_id": "client" },
///         "user": { "groups": ["BI Reports", "Domain Users"] }
///     }"#,
/// )
/// .expect("an event");
/// let answer = event::answer(&bundle, &event);
/// assert_eq!(answer.outcome, Outcome::Groups);
/// assert_eq!(answer.groups, ["viewers"]);
/// assert_eq!(answer.unmatched, ["Domain Users"]);
/// ```
pub fn answer(bundle: &Bundle<'_>, event: &Event) -> Answer {
    let fetched = event.fetch(bundle);
    let input = fetched.input();
    let evaluation = evaluate_routed(bundle, fetched.route(), &input, |_| ());
    Answer::new(bundle, fetched.route(), &evaluation)
}

/// Evaluates the login of an event of the organization that a block is for.
pub fn answer_with_block<'b>(platform: &Bundle<'b>, block: &Block<'b>, event: &Event) -> Answer {
    let fetched = event.fetch_for_block(platform, block);
    let input = fetched.input();
    let evaluation = evaluate_block(platform, block, fetched.route(), &input, |_| ());
    Answer::with_mapping_of(platform, &block.bundle, fetched.route(), &evaluation)
}
