//! An evaluation told step by step: the trace of the evaluation itself, not a second implementation.

use core::fmt;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::bundle::Bundle;
use crate::engine::{self, Place};
use crate::evaluation::{Outcome, Reason};
use crate::event::{Answer, Event};
use crate::login::Value;
use crate::pattern::PatternKind;
use crate::source::{Shape, Source};

/// How a login came to its result. `Display` tells it to a person.
#[derive(Clone, Debug, Serialize)]
#[must_use]
#[non_exhaustive]
pub struct Explanation {
    /// The result.
    pub answer: Answer,
    /// The login's organization, connection and client, as the event names them.
    pub login: LoginNames,
    /// Where the groups were read, if any were to be read.
    pub source: Option<SourceRead>,
    /// Each upstream group, in the order of the login, with the rules that wanted it.
    pub groups: Vec<GroupStep>,
    /// The rules that fire for everyone, with what they grant.
    pub everyone: Vec<RuleStep>,
}

/// What the event says about where the login comes from.
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

/// Where groups were read.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct SourceRead {
    /// The JSON Pointer below `event.user`.
    pub from: String,
    /// The shape that is understood there.
    pub shape: String,
    /// What was found there.
    pub found: String,
}

/// One upstream group and what became of it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct GroupStep {
    /// The group.
    pub group: String,
    /// The rules that wanted it.
    pub rules: Vec<RuleStep>,
}

/// A rule that fired.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct RuleStep {
    /// The rule's id.
    pub rule: String,
    /// What matched: `exact`, or the glob.
    pub matched: String,
    /// What the rule grants to the application.
    pub grants: Vec<String>,
    /// What the rule grants to other applications only.
    pub elsewhere: Vec<String>,
}

/// Evaluates the login that an event stands for and tells how.
pub fn explain(bundle: &Bundle<'_>, event: &Event) -> Explanation {
    let login = event.login(bundle);
    let route = event.route(bundle);
    let source = route.source(bundle).and_then(|at| bundle.source(at));
    let mapping = match route.place {
        Place::Connection(at) => bundle.connection(at).and_then(|it| bundle.mapping(it.organization)),
        Place::Closed(_) => None,
    };
    let own = route.application.and_then(|application| bundle.groups_of(application));
    let step = |rule: u32, matched: String| {
        let rule = mapping.and_then(|mapping| mapping.rules().get(rule as usize));
        let (mut grants, mut elsewhere) = (Vec::new(), Vec::new());
        for group in rule.iter().flat_map(|rule| &rule.grants) {
            let here = own.is_some_and(|own| own.contains(*group));
            let list = if here { &mut grants } else { &mut elsewhere };
            list.extend(bundle.group_name(*group).map(str::to_owned));
        }
        RuleStep { rule: rule.map(|rule| rule.id.to_owned()).unwrap_or_default(), matched, grants, elsewhere }
    };

    let mut matches: BTreeMap<u32, Vec<RuleStep>> = BTreeMap::new();
    let evaluation = engine::evaluate_routed(bundle, route, &login.attribute, |found, kind| {
        let matched = match kind {
            PatternKind::Exact => "exact".to_owned(),
            PatternKind::Glob(pattern) => format!("glob {}", pattern.to_glob()),
        };
        matches.entry(found.group).or_default().push(step(found.rule, matched));
    });

    let received = source.and_then(|source| source.read(&login.attribute).ok()).unwrap_or_default();
    let groups = received.groups.iter().zip(0u32..).map(|(group, at)| {
        let mut rules = matches.remove(&at).unwrap_or_default();
        rules.sort_by(|left, right| (&left.rule, &left.matched).cmp(&(&right.rule, &right.matched)));
        GroupStep { group: String::from_utf8_lossy(group.name).into_owned(), rules }
    });
    let groups = groups.collect();
    let for_everyone = mapping.map(|mapping| mapping.everyone.as_slice()).unwrap_or_default();
    let fired = for_everyone.iter().filter(|rule| evaluation.rules.contains(rule));
    let everyone = fired.map(|rule| step(*rule, "everyone".to_owned())).collect();
    let text = |text: Option<&str>| text.map(str::to_owned);
    Explanation {
        answer: Answer::new(bundle, route, &evaluation),
        login: LoginNames {
            organization: text(login.organization),
            connection: text(login.connection),
            client: text(login.client),
        },
        source: source.map(|source| SourceRead {
            from: source.from.to_owned(),
            shape: describe_shape(source),
            found: describe_value(&login.attribute),
        }),
        groups,
        everyone,
    }
}

fn describe_shape(source: &Source<'_>) -> String {
    match source.shape {
        Shape::List => "a list of names".to_owned(),
        Shape::ListOrString => "a list of names, or one name".to_owned(),
        Shape::Delimited(delimiter) => {
            format!("names in one string, split at `{}`", delimiter.escape_debug())
        }
        Shape::Objects(field) => format!("objects, named by `{}`", field.escape_debug()),
    }
}

fn describe_value(value: &Value<'_>) -> String {
    let list = |count: usize| format!("a list of {count} {}", if count == 1 { "entry" } else { "entries" });
    match value {
        Value::Absent => "nothing".to_owned(),
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "a boolean".to_owned(),
        Value::Number(_) => "a number".to_owned(),
        Value::Text(_) => "a string".to_owned(),
        Value::List(entries) => list(entries.len()),
        Value::Names { count, .. } => list(*count),
        Value::Object(_) => "an object".to_owned(),
        Value::Unreadable => "something that cannot be read".to_owned(),
    }
}

/// What a reason means, in a sentence without its end; `organization` says whether the login has one.
fn describe_reason(reason: &str, organization: bool) -> &'static str {
    let known = Reason::ALL.into_iter().find(|known| known.code() == reason);
    match known.unwrap_or(Reason::EngineFailure) {
        Reason::Ok => "every group was read and every rule tried",
        Reason::UnknownClient => "no application of the platform has this client id",
        Reason::UnknownOrganization => "no mapping names this Auth0 organization",
        Reason::UnknownConnection if organization => {
            "the organization's mapping does not list this connection"
        }
        Reason::UnknownConnection => "no mapping lists this connection",
        Reason::AmbiguousConnection => {
            "the login has no organization, and several mappings list its connection"
        }
        Reason::AttributeAbsent => {
            "nothing stands where the groups should be, which is not the same as no groups"
        }
        Reason::AttributeNull => "a null stands where the groups should be",
        Reason::AttributeType => "what stands where the groups should be has another shape",
        Reason::AttributeUnreadable => "the attribute could not be read",
        Reason::EntryType => "an entry of the list has the wrong type",
        Reason::EntryUnnamed => "an entry of the list lacks the member that names the group",
        Reason::EntryMalformed => "an entry holds a control character or damaged text",
        Reason::TooManyGroups => "there are more groups than a login may carry",
        Reason::GroupTooLong => "a group's name is longer than any may be",
        Reason::Unmatched => "a group matched no rule, and the mapping's policy `unmatched` refuses that",
        Reason::BadBundle => "the mapping in the bundle cannot be read",
        Reason::EngineFailure => "the engine failed",
        Reason::Overage => "Entra withheld the groups, because the user has more than it sends",
        Reason::AtCap => "the list has as many entries as its source ever sends, so more may be missing",
        Reason::AmbiguousSplit => "the string of groups can be split into known groups in more than one way",
        Reason::EntryForm => "an entry does not have the form that the source declares",
        Reason::IdentityUnclear => "accounts are linked, and which of them logged in cannot be told",
        Reason::ProvisionedUnavailable => "the provisioned groups could not be fetched",
        Reason::StaleAttributes => "the attributes are older than the policy `refresh` allows",
        Reason::OverLimit => "the login leads to more groups than the application accepts",
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let answer = &self.answer;
        let name = |name: &Option<String>| match name {
            Some(name) => format!("`{}`", name.escape_debug()),
            None => "none".to_owned(),
        };
        writeln!(out, "login")?;
        writeln!(out, "  organization  {}", name(&self.login.organization))?;
        writeln!(out, "  connection    {}", name(&self.login.connection))?;
        writeln!(out, "  client        {}", name(&self.login.client))?;

        writeln!(out, "application")?;
        match (&answer.application, &answer.claim) {
            (Some(application), Some(claim)) => {
                writeln!(out, "  `{application}`, told its groups in the claim `{claim}`")?;
            }
            _ => writeln!(out, "  none of the platform's has this client id: nothing is touched")?,
        }

        writeln!(out, "mapping")?;
        match &answer.organization {
            Some(organization) if self.login.organization.is_some() => {
                writeln!(out, "  `{organization}`: it names this organization and lists this connection")?;
            }
            Some(organization) => {
                writeln!(out, "  `{organization}`: the only one that lists this connection")?;
            }
            None => writeln!(
                out,
                "  none: {}",
                describe_reason(answer.reason, self.login.organization.is_some())
            )?,
        }

        if let Some(source) = &self.source {
            writeln!(out, "groups")?;
            writeln!(out, "  read from `{}` as {}: found {}", source.from, source.shape, source.found)?;
            for (note, count) in &answer.notes {
                writeln!(out, "  note `{note}`: {count}")?;
            }
            for step in &self.groups {
                writeln!(out, "  `{}`", step.group.escape_debug())?;
                for rule in &step.rules {
                    write!(out, "    ")?;
                    write_rule(out, rule)?;
                }
                if step.rules.is_empty() {
                    writeln!(out, "    no rule wants it")?;
                }
            }
            if !self.everyone.is_empty() {
                writeln!(out, "for everyone")?;
            }
            for rule in &self.everyone {
                write!(out, "  ")?;
                write_rule(out, rule)?;
            }
        }

        writeln!(out, "result")?;
        writeln!(
            out,
            "  {}: {}",
            answer.reason,
            describe_reason(answer.reason, self.login.organization.is_some())
        )?;
        match answer.outcome {
            "groups" => {
                let groups = answer.groups.join(", ");
                let claim = answer.claim.as_deref().unwrap_or_default();
                writeln!(out, "  the claim `{claim}` is set to [{groups}]")
            }
            outcome if outcome == Outcome::Deny.word() => writeln!(out, "  the login is refused"),
            _ => writeln!(out, "  no claim is set"),
        }
    }
}

fn write_rule(out: &mut fmt::Formatter<'_>, step: &RuleStep) -> fmt::Result {
    write!(out, "rule `{}` ({})", step.rule, step.matched)?;
    if !step.grants.is_empty() {
        write!(out, " grants {}", step.grants.join(", "))?;
    }
    if !step.elsewhere.is_empty() {
        let joiner = if step.grants.is_empty() { " grants" } else { ";" };
        write!(out, "{joiner} {} in other applications", step.elsewhere.join(", "))?;
    }
    writeln!(out)
}
