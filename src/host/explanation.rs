//! An evaluation step by step, collected from the trace of the evaluation itself instead of a second implementation.

mod condition_parts;
mod descriptions;
mod display;
mod near_miss;
mod next_steps;
mod recorder;
mod removal;
pub(crate) mod written;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

pub use self::condition_parts::ConditionPart;
use self::condition_parts::ConditionScope;
pub use self::near_miss::{NameDifference, NearMiss};
use self::recorder::{Recorder, Scope};
pub use self::removal::Removal;
use self::written::WrittenMapping;
use super::event::{Answer, Event, FetchedLogin};
use crate::bundle::index::Bundle;
use crate::bundle::mapping::Mapping;
use crate::engine::evaluate::{evaluate_routed, inputs_of};
use crate::engine::evaluation::Evaluation;
use crate::engine::route::Route;
use crate::engine::trace::Verdict;
use crate::ids::{ConnectionId, RuleId, TargetId};
use crate::login::value::Value;
use crate::outcome::{Note, Outcome, Reason};

/// How a login came to its result. `Display` writes it for people.
#[derive(Clone, Debug, Serialize)]
#[must_use]
#[non_exhaustive]
pub struct Explanation {
    /// The result.
    pub answer: Answer,
    /// The login's organization, connection and client, as the event names them.
    pub login: LoginNames,
    /// The sources of the mapping; empty if no application or no mapping applies.
    pub sources: Vec<SourceRead>,
    /// Whether the login's connection sends no groups (`groups: none`), so that there is nothing to read.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub sends_no_groups: bool,
    /// Each upstream group, in the order of the login, with the rules that match it.
    pub groups: Vec<GroupStep>,
    /// The rules for everyone that fired, with what they grant.
    pub everyone: Vec<RuleStep>,
    /// The rules that need more than a match, such as several groups or a condition. A rule that misses a group is
    /// listed only if another of its patterns matched.
    pub decided: Vec<Decision>,
    /// The default groups that were granted because no rule granted anything.
    pub default: Vec<String>,
    /// The default groups that were not granted because it is unknown whether a rule grants anything.
    pub withheld_default: Vec<String>,
    /// The groups of the application that were granted because other granted groups include them.
    pub included: Vec<Inclusion>,
    /// Whose policy `ungranted` refused the login: `application`, `organization` or `platform`.
    pub ungranted: Option<&'static str>,
    /// The groups that were granted and then removed: by an excluding rule, for a higher group of their tier, or
    /// because the application accepts no more.
    pub removed: Vec<String>,
    /// Why each of these was removed, in the same order.
    pub removals: Vec<Removal>,
    /// What to do next, if the login did not lead to a mapping or its groups were not found.
    pub next: Vec<String>,
}

/// A group that was granted because others include it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Inclusion {
    /// The included group.
    pub group: String,
    /// The granted groups that include it, directly or by way of others.
    pub by: Vec<String>,
}

/// The names in the event that decide which mapping and which application apply.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct LoginNames {
    /// The Auth0 organization's id.
    pub organization: Option<String>,
    /// The connection's name.
    pub connection: Option<String>,
    /// The client id.
    pub client: Option<String>,
}

/// One source of groups and the value that was read from it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct SourceRead {
    /// The JSON Pointer, `provisioned` or `auth0-roles`.
    pub from: String,
    /// The declared shape of the value, and the form of its entries.
    pub shape: String,
    /// The kind of value that was found.
    pub found: String,
    /// If nothing was found: the JSON Pointer to an attribute whose name differs only in dots and colons.
    #[serde(rename = "nearly_found")]
    pub similar_pointer: Option<String>,
}

/// One upstream group and the rules that match it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct GroupStep {
    /// The group, as rules see it.
    pub group: String,
    /// The rules that match it, including those that then do not fire.
    pub rules: Vec<RuleStep>,
    /// If no rule matches it: a rule that matches a similar name.
    pub near_miss: Option<NearMiss>,
}

/// A rule that matched a group, or that fired for everyone.
#[derive(Clone, Debug, Serialize, PartialEq)]
#[non_exhaustive]
pub struct RuleStep {
    /// The rule's id.
    pub rule: String,
    /// What matched: `exact`, the glob, the regular expression, or `everyone`.
    pub matched: String,
    /// Whether the match keeps the rule from firing, because the pattern is under `none`.
    #[serde(rename = "unwanted")]
    pub forbidden: bool,
    /// Whether the rule excludes its groups instead of granting them.
    pub excludes: bool,
    /// The groups of the application that the rule grants or excludes.
    pub grants: Vec<String>,
    /// The groups that the rule grants or excludes in other applications only.
    pub elsewhere: Vec<String>,
    /// The expanded grants that lead to no group.
    pub dropped: Vec<Dropped>,
}

/// An expanded grant that leads to no group.
#[derive(Clone, Debug, Serialize, PartialEq)]
#[non_exhaustive]
pub struct Dropped {
    /// The text that it expanded to.
    pub text: String,
    /// Why it is dropped.
    #[serde(rename = "why")]
    pub note: Note,
    /// What forbids it, such as the platform's ceiling, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Whether a rule that needs more than a match fired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Decision {
    /// The rule's id.
    pub rule: String,
    /// Whether it fires, or why not.
    pub verdict: Verdict,
    /// The parts of its condition that are not true.
    pub parts: Vec<ConditionPart>,
    /// The patterns of which one has to match a group, if none does.
    pub missing: Vec<String>,
}

/// Evaluates an event's login and explains the result.
///
/// ```
/// use claimsmith::Bundle;
/// use claimsmith::compiler::compile_whole;
/// use claimsmith::diagnostic::SourceFile;
/// use claimsmith::event::Event;
/// use claimsmith::explanation::explain;
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
///         "user": { "groups": ["BI reports"] }
///     }"#,
/// )
/// .expect("an event");
/// let explanation = explain(&bundle, &event);
/// assert!(explanation.answer.groups.is_empty());
/// let near_miss = explanation.groups[0].near_miss.as_ref().expect("a rule with a similar name");
/// assert_eq!((near_miss.rule.as_str(), near_miss.differs_in.word()), ("reports", "letter case"));
/// ```
pub fn explain(bundle: &Bundle<'_>, event: &Event) -> Explanation {
    explain_written(bundle, event, &WrittenMapping::default())
}

/// Like [`explain`], with patterns as their author wrote them.
pub(crate) fn explain_written(bundle: &Bundle<'_>, event: &Event, written: &WrittenMapping) -> Explanation {
    let fetched = event.fetch(bundle);
    let (login, route) = (fetched.login(), fetched.route());
    let connection = route.destination.connection();
    let mapping = connection.and_then(|it| bundle.mapping(bundle.connection(it)?.organization));
    let own = route.application.and_then(|application| bundle.groups_of(application));
    let applied = route.application.zip(connection);
    let applied = applied.and_then(|(application, id)| inputs_of(bundle, application, id, &login.input));
    let conditions = applied.map(|(connection, inputs, _)| ConditionScope { bundle, connection, inputs });
    let scope = Scope { bundle, mapping, own, written, conditions };

    let mut recorder = Recorder::new(scope);
    let evaluation = evaluate_routed(bundle, route, &login.input, |step| recorder.record(step));
    let answer = Answer::new(bundle, route, &evaluation);
    let ungranted = if recorder.ungranted { Some(refusing_policy(scope, route)) } else { None };
    let (groups, decided) = recorder.finish(&answer.rules);
    let (default, withheld_default) = default_groups(scope, &evaluation, &decided);
    let mut explanation = Explanation {
        login: LoginNames {
            organization: login.organization.map(str::to_owned),
            connection: login.connection.map(str::to_owned),
            client: login.client.map(str::to_owned),
        },
        sources: match (route.application, connection) {
            (Some(_), Some(connection)) => sources(bundle, connection, event, &fetched),
            _ => Vec::new(),
        },
        sends_no_groups: applied.is_some_and(|(connection, ..)| bundle.sources(connection).next().is_none()),
        groups,
        everyone: fired_for_everyone(scope, &evaluation.rules),
        decided,
        default,
        withheld_default,
        included: Vec::new(),
        ungranted,
        removed: Vec::new(),
        removals: Vec::new(),
        next: next_steps::next_steps(bundle, event, answer.reason, connection),
        answer,
    };
    explanation.included = explanation.included(scope, &evaluation);
    let granted = explanation.granted();
    explanation.removed = explanation.removed(&granted);
    let removed = explanation.removed.iter();
    explanation.removals = removed.map(|group| Removal::find(scope, &evaluation, &granted, group)).collect();
    explanation
}

/// Whether a rule fires, or why not, in words.
pub(crate) fn verdict_in_words(verdict: Verdict) -> &'static str {
    descriptions::verdict(verdict)
}

/// Whose policy `ungranted` refuses logins without groups. An organization's policy may be that of the platform.
fn refusing_policy(scope: Scope<'_, '_>, route: Route) -> &'static str {
    let application = route.application.and_then(|id| scope.bundle.application(id));
    match (application, scope.mapping) {
        (Some(application), _) if application.deny_ungranted => "application",
        (_, Some(_)) => "organization",
        (_, None) => "platform",
    }
}

/// The sources of a mapping and the values that were read from them.
fn sources(
    bundle: &Bundle<'_>,
    connection: ConnectionId,
    event: &Event,
    fetched: &FetchedLogin<'_>,
) -> Vec<SourceRead> {
    let Some(connection) = bundle.connection(connection) else { return Vec::new() };
    let values = fetched.input().values;
    let sources = bundle.sources(connection).zip(&values);
    sources
        .map(|(source, value)| {
            let lookup = bundle.lookup(source.lookup);
            let is_absent = *value == Value::Absent;
            SourceRead {
                from: lookup.map(descriptions::lookup).unwrap_or_default(),
                shape: descriptions::source(source, lookup),
                // Of a value that the host took apart, what the engine received does not say what it was.
                found: lookup
                    .and_then(|it| event.type_before(it))
                    .unwrap_or_else(|| descriptions::value(value)),
                similar_pointer: if is_absent {
                    lookup.and_then(|it| event.similar_pointer(it))
                } else {
                    None
                },
            }
        })
        .collect()
}

/// The rules for everyone that fired.
fn fired_for_everyone(scope: Scope<'_, '_>, fired: &[RuleId]) -> Vec<RuleStep> {
    let rules_for_everyone = |mapping: &Mapping<'_>| {
        // Those with a condition or an expiry are compound rules without a pattern.
        let compound = mapping.compound.iter().filter(|compound| !compound.own && compound.all.is_empty());
        let mut rules: Vec<RuleId> =
            mapping.unconditional.iter().copied().chain(compound.map(|it| it.rule)).collect();
        rules.sort_unstable();
        rules
    };
    let rules = scope.mapping.map(rules_for_everyone).unwrap_or_default();
    let fired = rules.into_iter().filter(|rule| fired.contains(rule));
    fired.map(|rule| scope.rule_step(rule, "everyone".to_owned(), false)).collect()
}

/// The default groups: those that were granted, and those that were withheld.
fn default_groups(
    scope: Scope<'_, '_>,
    evaluation: &Evaluation<'_>,
    decided: &[Decision],
) -> (Vec<String>, Vec<String>) {
    let Some(mapping) = scope.mapping else { return (Vec::new(), Vec::new()) };
    let Some(application) = evaluation.application else { return (Vec::new(), Vec::new()) };
    let (default, deciding) = mapping.default_of(application);
    let default = scope.split(default).0;
    if evaluation.notes.iter().any(|(note, _)| *note == Note::Default) {
        return (default, Vec::new());
    }
    let decides =
        |rule: &RuleId| !mapping.excludes(*rule) && deciding.is_none_or(|deciding| deciding.contains(*rule));
    let rules_named = |name: &str| {
        let named = mapping.rules.iter().zip((0..).map(RuleId)).filter(move |(rule, _)| rule.id == name);
        named.map(|(_, rule)| rule).collect::<Vec<_>>()
    };
    let is_undecided =
        |it: &Decision| it.verdict == Verdict::ConditionUnknown && rules_named(&it.rule).iter().any(decides);
    let is_withheld = !evaluation.rules.iter().any(decides) && decided.iter().any(is_undecided);
    (Vec::new(), if is_withheld { default } else { Vec::new() })
}

impl Explanation {
    /// The matches of rules that fired and grant.
    fn granting_steps(&self) -> impl Iterator<Item = &RuleStep> {
        let steps = self.groups.iter().flat_map(|group| &group.rules).chain(&self.everyone);
        steps.filter(|step| !step.excludes && self.answer.rules.contains(&step.rule))
    }

    /// The groups that were granted.
    fn granted(&self) -> Vec<String> {
        let granted = self.granting_steps().flat_map(|step| &step.grants).chain(&self.default);
        granted.chain(self.included.iter().map(|it| &it.group)).cloned().collect()
    }

    /// The groups of the application that are granted only because others include them.
    fn included(&self, scope: Scope<'_, '_>, evaluation: &Evaluation<'_>) -> Vec<Inclusion> {
        let named = self.granting_steps().flat_map(|step| step.grants.iter().chain(&step.elsewhere));
        let mut granted: BTreeSet<TargetId> =
            named.filter_map(|name| scope.bundle.find_group(name.as_bytes())).collect();
        if let (Some(mapping), Some(application)) = (scope.mapping, evaluation.application)
            && evaluation.notes.iter().any(|(note, _)| *note == Note::Default)
        {
            granted.extend(mapping.default_of(application).0);
        }
        let mut included: BTreeMap<TargetId, Vec<String>> = BTreeMap::new();
        for (group, other) in &scope.bundle.includes {
            let is_own = scope.own.is_some_and(|own| own.contains(*other));
            if is_own && granted.contains(group) && !granted.contains(other) {
                let name = scope.bundle.group_name(*group).unwrap_or_default();
                included.entry(*other).or_default().push(name.to_owned());
            }
        }
        let name = |group: TargetId| scope.bundle.group_name(group).unwrap_or_default().to_owned();
        included.into_iter().map(|(group, by)| Inclusion { group: name(group), by }).collect()
    }

    /// The groups that were granted and are not in the answer, sorted.
    fn removed(&self, granted: &[String]) -> Vec<String> {
        let is_removed = self.answer.outcome == Outcome::Groups
            || matches!(self.answer.reason, Reason::OverLimit | Reason::Ungranted);
        if !is_removed {
            return Vec::new();
        }
        let mut removed: Vec<String> =
            granted.iter().filter(|group| !self.answer.groups.contains(group)).cloned().collect();
        removed.sort_unstable();
        removed.dedup();
        removed
    }
}
