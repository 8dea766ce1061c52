//! An evaluation told step by step: the trace of the evaluation itself, not a second implementation.

use core::fmt;

use serde::Serialize;
use unicode_normalization::UnicodeNormalization;

use super::event::{Answer, Event};
use crate::bundle::index::Bundle;
use crate::bundle::mapping::Mapping;
use crate::collections::bit_set::BitSet;
use crate::engine::evaluate::evaluate_routed;
use crate::engine::route::Destination;
use crate::engine::trace::{Step, Verdict};
use crate::ids::{Id as _, RuleId, TargetId};
use crate::login::dn::AttributeOf;
use crate::login::lookup::{Base, Lookup};
use crate::login::name_form::NameForm;
use crate::login::source::{Shape, Source};
use crate::login::value::Value;
use crate::matching::matcher::PatternKind;
use crate::outcome::{Note, Outcome, Reason};
use crate::text::{case_mapping, invisible};

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
    pub sources: Vec<SourceRead>,
    /// Each upstream group, in the order of the login, with the rules that wanted it.
    pub groups: Vec<GroupStep>,
    /// The rules that fire for everyone, with what they grant.
    pub everyone: Vec<RuleStep>,
    /// The rules that ask for more than one of their patterns, as far as one of them matched or nothing kept them
    /// from firing but what they ask for.
    pub decided: Vec<Decision>,
    /// What was granted because no rule granted anything.
    pub default: Vec<String>,
    /// What would have been granted by default, were it known that no rule grants anything.
    pub withheld_default: Vec<String>,
    /// What was granted and taken away again: by a rule that excludes, for a higher group of its tier, or because
    /// the application accepts no more.
    pub removed: Vec<String>,
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
    /// The JSON Pointer, or `provisioned`.
    pub from: String,
    /// The shape that is understood there, and the form of its entries.
    pub shape: String,
    /// What was found there.
    pub found: String,
    /// If nothing was found: the JSON Pointer to an attribute whose name differs only in dots and colons.
    pub nearly_found: Option<String>,
}

/// One upstream group and what became of it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct GroupStep {
    /// The group, as rules see it.
    pub group: String,
    /// The rules that wanted it.
    pub rules: Vec<RuleStep>,
    /// If no rule wants it: the rule that would, were it written as in the mapping, and the difference.
    pub near_miss: Option<NearMiss>,
}

/// A name that a rule nearly wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NearMiss {
    /// The rule's id.
    pub rule: String,
    /// In what the name differs: `letter case`, `spaces and invisible characters`, or `the form of Unicode`.
    pub differs_in: &'static str,
}

/// A rule that matched.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct RuleStep {
    /// The rule's id.
    pub rule: String,
    /// What matched: `exact`, the glob or the regular expression.
    pub matched: String,
    /// Whether the rule wants no group to match this.
    pub unwanted: bool,
    /// Whether the rule takes away what it names.
    pub excludes: bool,
    /// What the rule grants to the application, or takes away.
    pub grants: Vec<String>,
    /// What the rule grants to other applications only.
    pub elsewhere: Vec<String>,
    /// What its captures expanded to, and led to nothing.
    pub dropped: Vec<Dropped>,
}

/// An expanded grant that leads to nothing.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Dropped {
    /// The text that it expanded to.
    pub text: String,
    /// Why it is dropped: a note's code.
    pub why: &'static str,
}

/// What came of a rule that asks for more than one of its patterns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Decision {
    /// The rule's id.
    pub rule: String,
    /// `fired`, `fired-undecided`, `group-missing`, `group-unwanted`, `expired`, `condition-false` or
    /// `condition-unknown`.
    pub verdict: &'static str,
}

impl Verdict {
    /// The stable word for the verdict, as it appears in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fired => "fired",
            Self::FiredUndecided => "fired-undecided",
            Self::GroupMissing => "group-missing",
            Self::GroupForbidden => "group-unwanted",
            Self::Expired => "expired",
            Self::ConditionFalse => "condition-false",
            Self::ConditionUnknown => "condition-unknown",
        }
    }

    fn describe(self) -> &'static str {
        match self {
            Self::Fired => "fires",
            Self::FiredUndecided => {
                "fires: its condition or the time is unknown, and a rule that excludes fires unless it is false"
            }
            Self::GroupMissing => "does not fire: a group that it asks for is missing",
            Self::GroupForbidden => "does not fire: there is a group that it wants not to be there",
            Self::Expired => "does not fire: it has expired",
            Self::ConditionFalse => "does not fire: its condition does not hold",
            Self::ConditionUnknown => {
                "does not fire: its condition or the time is unknown, because a value is missing, not verified or of \
                 another type"
            }
        }
    }
}

/// Evaluates the login that an event stands for and tells how.
pub fn explain(bundle: &Bundle<'_>, event: &Event) -> Explanation {
    let fetched = event.fetch(bundle);
    let (login, route) = (fetched.login(), fetched.route());
    let connection = match route.destination {
        Destination::Connection(connection) => bundle.connection(connection),
        Destination::Closed(_) => None,
    };
    let mapping = connection.and_then(|it| bundle.mapping(it.organization));
    let own = route.application.and_then(|application| bundle.groups_of(application));

    let mut teller = Teller { bundle, mapping, own, groups: Vec::new(), decided: Vec::new() };
    let evaluation = evaluate_routed(bundle, route, &login.input, |step| teller.tell(step));
    let Teller { mut groups, mut decided, .. } = teller;
    let answer = Answer::new(bundle, route, &evaluation);
    // A rule that captures parts of aliases has become several: what counts is whether one of them fired.
    decided.retain(|it| it.verdict != Verdict::GroupMissing.word() || !answer.rules.contains(&it.rule));
    decided.dedup();
    for step in &mut groups {
        step.rules.sort_by(|left, right| (&left.rule, &left.matched).cmp(&(&right.rule, &right.matched)));
        step.near_miss =
            mapping.filter(|_| step.rules.is_empty()).and_then(|it| nearly_wanted(it, &step.group));
    }

    let teller = Teller { bundle, mapping, own, groups: Vec::new(), decided: Vec::new() };
    // Those with a condition or an expiry are decided like rules that ask for several groups.
    let decided_for_everyone = |mapping: &Mapping<'_>| {
        let for_everyone =
            mapping.compound.iter().filter(|compound| !compound.own && compound.all.is_empty());
        for_everyone.map(|compound| compound.rule).collect::<Vec<_>>()
    };
    let for_everyone =
        |mapping: &Mapping<'_>| [mapping.unconditional.as_slice(), &decided_for_everyone(mapping)].concat();
    let mut for_everyone = mapping.map(for_everyone).unwrap_or_default();
    for_everyone.sort_unstable();
    let fired = for_everyone.iter().filter(|rule| evaluation.rules.contains(rule));
    let everyone = fired.map(|rule| teller.step(*rule, "everyone".to_owned(), false)).collect();
    let defaulted = evaluation.notes.iter().any(|(note, _)| *note == Note::Default);
    let default = mapping.map(|mapping| teller.split(&mapping.default).0).unwrap_or_default();
    let excludes = |rule: &RuleId| mapping.is_some_and(|mapping| mapping.excludes(*rule));
    let is_withheld = !defaulted
        && evaluation.rules.iter().all(excludes)
        && decided.iter().any(|it| it.verdict == Verdict::ConditionUnknown.word());
    let mut explanation = Explanation {
        login: LoginNames {
            organization: login.organization.map(str::to_owned),
            connection: login.connection.map(str::to_owned),
            client: login.client.map(str::to_owned),
        },
        sources: match connection.filter(|_| route.application.is_some()) {
            Some(connection) => bundle
                .sources(connection)
                .zip(&login.input.values)
                .map(|(source, value)| SourceRead {
                    from: bundle.lookup(source.lookup).map(describe_read).unwrap_or_default(),
                    shape: describe_source(source),
                    found: describe_value(value),
                    nearly_found: bundle
                        .lookup(source.lookup)
                        .filter(|_| *value == Value::Absent)
                        .and_then(|read| event.nearly_found(read)),
                })
                .collect(),
            None => Vec::new(),
        },
        groups,
        everyone,
        decided,
        withheld_default: if is_withheld { default.clone() } else { Vec::new() },
        default: if defaulted { default } else { Vec::new() },
        removed: Vec::new(),
        answer,
    };
    explanation.removed =
        explanation.granted().filter(|group| !explanation.answer.groups.contains(group)).collect();
    explanation.removed.sort_unstable();
    explanation.removed.dedup();
    if explanation.answer.outcome != Outcome::Groups.word() {
        explanation.removed.clear();
    }
    explanation
}

impl Explanation {
    /// The rules that are undecided in one of these ways, for a person.
    fn undecided(&self, verdicts: &[Verdict]) -> String {
        let is_it = |decision: &&Decision| verdicts.iter().any(|verdict| verdict.word() == decision.verdict);
        let rules: Vec<String> =
            self.decided.iter().filter(is_it).map(|it| format!("rule `{}`", it.rule)).collect();
        rules.join(" or ")
    }

    /// What the rules that fired and the default grant to the application, with repetitions.
    fn granted(&self) -> impl Iterator<Item = String> {
        let steps = self.groups.iter().flat_map(|group| &group.rules).chain(&self.everyone);
        let fired = steps.filter(|step| !step.excludes && self.answer.rules.contains(&step.rule));
        fired.flat_map(|step| &step.grants).chain(&self.default).cloned()
    }
}

/// Writes down the steps of an evaluation.
struct Teller<'t, 'b> {
    bundle: &'t Bundle<'b>,
    mapping: Option<&'t Mapping<'b>>,
    /// The target groups of the application.
    own: Option<&'t BitSet<TargetId>>,
    groups: Vec<GroupStep>,
    decided: Vec<Decision>,
}

impl Teller<'_, '_> {
    fn tell(&mut self, step: Step<'_, '_>) {
        match step {
            Step::Received(name) => {
                let group = String::from_utf8_lossy(name).into_owned();
                self.groups.push(GroupStep { group, rules: Vec::new(), near_miss: None });
            }
            Step::Matched { found, kind, forbidden } => {
                let matched = match kind {
                    PatternKind::Exact => "exact".to_owned(),
                    PatternKind::Glob(pattern) => format!("glob {}", pattern.to_glob()),
                    PatternKind::Regex(regex) if regex.is_glob() => format!("glob {}", regex.pattern()),
                    PatternKind::Regex(regex) => format!("regex {}", regex.pattern()),
                };
                let step = self.step(found.rule, matched, forbidden);
                if let Some(group) = self.groups.get_mut(found.group.index()) {
                    group.rules.push(step);
                }
            }
            Step::Expanded { found, text, target } => {
                let (here, elsewhere) = self.split(target.ok().as_slice());
                let rule = self.groups.get_mut(found.group.index()).and_then(|group| group.rules.last_mut());
                if let Some(rule) = rule {
                    rule.grants.extend(here);
                    rule.elsewhere.extend(elsewhere);
                    rule.dropped.extend(target.err().map(|note| Dropped {
                        text: String::from_utf8_lossy(text).into_owned(),
                        why: note.code(),
                    }));
                }
            }
            Step::Decided { rule, verdict } => {
                let id = self.mapping.and_then(|mapping| mapping.rule(rule)).map(|rule| rule.id);
                let id = id.unwrap_or_default();
                let touched = self.groups.iter().any(|group| group.rules.iter().any(|step| step.rule == id));
                if touched || verdict != Verdict::GroupMissing {
                    self.decided.push(Decision { rule: id.to_owned(), verdict: verdict.word() });
                }
            }
        }
    }

    fn step(&self, rule: RuleId, matched: String, unwanted: bool) -> RuleStep {
        let grants = self.mapping.map(|mapping| mapping.grants(rule));
        let rule = self.mapping.and_then(|mapping| mapping.rule(rule));
        let (grants, elsewhere) = self.split(grants.unwrap_or_default());
        RuleStep {
            rule: rule.map(|rule| rule.id.to_owned()).unwrap_or_default(),
            matched,
            unwanted,
            excludes: rule.is_some_and(|rule| rule.excludes),
            grants,
            elsewhere,
            dropped: Vec::new(),
        }
    }

    /// The names of target groups: those of the application, and the others.
    fn split(&self, groups: &[TargetId]) -> (Vec<String>, Vec<String>) {
        let here = |group: &&TargetId| self.own.is_some_and(|own| own.contains(**group));
        let name = |group: &TargetId| self.bundle.group_name(*group).map(str::to_owned);
        let (here, elsewhere): (Vec<_>, Vec<_>) = groups.iter().partition(here);
        (here.into_iter().filter_map(name).collect(), elsewhere.into_iter().filter_map(name).collect())
    }
}

/// The rule that would want a name if it were written as in the mapping.
fn nearly_wanted(mapping: &Mapping<'_>, name: &str) -> Option<NearMiss> {
    let composed = |text: &[u8]| String::from_utf8_lossy(text).nfc().collect::<String>().into_bytes();
    let folded = |text: &[u8]| {
        let mut folded = Vec::new();
        case_mapping::fold_into(&composed(text), &mut folded);
        folded
    };
    let mut tidy = Vec::new();
    invisible::trim_into(name.as_bytes(), &mut tidy);
    let same = folded(&tidy);
    let (known, clause) = mapping.exact_names().find(|(known, _)| folded(known) == same)?;
    let rule = mapping.rule(mapping.rule_of(clause))?;
    let differs_in = match () {
        () if tidy == known => "spaces and invisible characters",
        () if composed(&tidy) == composed(known) => "the form of Unicode",
        () => "letter case",
    };
    Some(NearMiss { rule: rule.id.to_owned(), differs_in })
}

fn describe_read(read: &Lookup<'_>) -> String {
    match read.base {
        Base::Provisioned => "provisioned".to_owned(),
        Base::Login | Base::User | Base::Event => read.pointer.to_owned(),
    }
}

fn describe_source(source: &Source<'_>) -> String {
    let shape = match source.shape {
        Shape::List => "a list of names".to_owned(),
        Shape::ListOrString => "a list of names, or one name".to_owned(),
        Shape::Text => "one name".to_owned(),
        Shape::Delimited(delimiter) => {
            format!("names in one string, split at `{}`", delimiter.escape_debug())
        }
        Shape::Objects(field) => format!("objects, named by `{}`", field.escape_debug()),
    };
    let form = match &source.form {
        NameForm::Plain => return shape,
        NameForm::DistinguishedName { attribute, of, base_dn } => {
            let of = match of {
                AttributeOf::Entry => "distinguished names",
                AttributeOf::Parent => "the nearest parent of distinguished names",
            };
            match base_dn {
                Some(base) => format!("the {attribute} of {of} below `{}`", base.escape_debug()),
                None => format!("the {attribute} of {of}"),
            }
        }
        NameForm::Domain { domain: None } => "names behind their domain".to_owned(),
        NameForm::Domain { domain: Some(domain) } => {
            format!("names of the domain `{}`", domain.escape_debug())
        }
        NameForm::Email { domains } => match domains.first() {
            Some(domain) => format!("addresses at `{}`", domain.escape_debug()),
            None => "e-mail addresses".to_owned(),
        },
        NameForm::Path => "paths".to_owned(),
    };
    format!("{shape}: {form}")
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
        Value::Names(names) => list(names.count()),
        Value::Object(_) => "an object".to_owned(),
        Value::Unreadable => "something that cannot be read".to_owned(),
        Value::IdentityUnclear => {
            "linked accounts, none of which is clearly the one that logged in".to_owned()
        }
        Value::Overage => "Entra's word that it withheld the groups".to_owned(),
        Value::Unavailable => "nothing: the provisioned groups could not be had".to_owned(),
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

        if !self.sources.is_empty() {
            writeln!(out, "groups")?;
            for source in &self.sources {
                writeln!(out, "  read from `{}` as {}: found {}", source.from, source.shape, source.found)?;
                if let Some(pointer) = &source.nearly_found {
                    writeln!(
                        out,
                        "    there is `{}`, which differs only in dots and colons; `from` is literal",
                        pointer.escape_debug()
                    )?;
                }
            }
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
                if let Some(NearMiss { rule, differs_in }) = &step.near_miss {
                    writeln!(out, "    rule `{rule}` would, but for {differs_in}")?;
                }
            }
            if !self.everyone.is_empty() {
                writeln!(out, "for everyone")?;
            }
            for rule in &self.everyone {
                write!(out, "  ")?;
                write_rule(out, rule)?;
            }
            if !self.decided.is_empty() {
                writeln!(out, "rules that ask for more")?;
            }
            for Decision { rule, verdict } in &self.decided {
                let verdict = VERDICTS.into_iter().find(|it| it.word() == *verdict);
                writeln!(out, "  rule `{rule}` {}", verdict.map(Verdict::describe).unwrap_or_default())?;
            }
            if !self.default.is_empty() {
                writeln!(out, "by default, as no rule grants anything")?;
                writeln!(out, "  {}", self.default.join(", "))?;
            }
            if !self.withheld_default.is_empty() {
                let rules = self.undecided(&[Verdict::ConditionUnknown]);
                writeln!(out, "not granted by default, as it is unknown whether {rules} grants anything")?;
                writeln!(out, "  {}", self.withheld_default.join(", "))?;
            }
            if !self.removed.is_empty() {
                writeln!(out, "taken away")?;
                writeln!(out, "  {}", self.removed.join(", "))?;
            }
        }

        writeln!(out, "result")?;
        writeln!(
            out,
            "  {}: {}",
            answer.reason,
            describe_reason(answer.reason, self.login.organization.is_some())
        )?;
        let is_cut =
            answer.reason == Reason::OverLimit.code() || answer.notes.contains_key(Note::Truncated.code());
        if is_cut && answer.notes.contains_key(Note::ConditionUnknown.code()) {
            let rules = self.undecided(&[Verdict::ConditionUnknown, Verdict::FiredUndecided]);
            writeln!(
                out,
                "  the limit counts what the login could have if it were known whether {rules} applies"
            )?;
        }
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

const VERDICTS: [Verdict; 7] = [
    Verdict::Fired,
    Verdict::FiredUndecided,
    Verdict::GroupMissing,
    Verdict::GroupForbidden,
    Verdict::Expired,
    Verdict::ConditionFalse,
    Verdict::ConditionUnknown,
];

fn write_rule(out: &mut fmt::Formatter<'_>, step: &RuleStep) -> fmt::Result {
    write!(out, "rule `{}` ({})", step.rule, step.matched)?;
    if step.unwanted {
        return writeln!(out, " wants it not to be there");
    }
    let verb = if step.excludes { "takes away" } else { "grants" };
    if !step.grants.is_empty() {
        write!(out, " {verb} {}", step.grants.join(", "))?;
    }
    if !step.elsewhere.is_empty() {
        let joiner = if step.grants.is_empty() { format!(" {verb}") } else { ";".to_owned() };
        write!(out, "{joiner} {} in other applications", step.elsewhere.join(", "))?;
    }
    for Dropped { text, why } in &step.dropped {
        write!(out, "; `{}` is dropped ({why})", text.escape_debug())?;
    }
    writeln!(out)
}
