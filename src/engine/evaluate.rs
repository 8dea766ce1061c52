//! Evaluation: one login against a bundle.
//!
//! Which mapping applies is decided by the Auth0 organization and the connection together, never by
//! what the user or the identity provider's attributes claim.

use super::staleness;
use crate::bundle::condition::{ConditionInputs, Truth};
use crate::bundle::index::{Bundle, OverLimit};
use crate::bundle::mapping::{Detailed, IncompletePolicy, Mapping, Policy, UnmatchedPolicy};
use crate::collections::bit_set::{BitSet, insert};
use crate::engine::evaluation::{Evaluation, Match};
use crate::limits::MAX_CAPTURES;
use crate::login::delimited::KnownNames;
use crate::login::input::{Input, Login};
use crate::login::received::{self, Received};
use crate::matching::matcher::PatternKind;
use crate::outcome::{Note, Outcome, Reason};
use crate::text::invisible;
use crate::text::scan::ScannedName;

/// Which application and which mapping a login leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Route {
    /// The application that is logged in to, by its position; `None` if the client is none of the platform's.
    pub application: Option<u32>,
    /// The connection whose organization's mapping applies, or why none does.
    pub place: Place,
}

/// Where a login comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a login comes from a known place or not")]
pub enum Place {
    /// The connection at this position of the bundle.
    Connection(u32),
    /// Nowhere we know, and why.
    Closed(Reason),
}

impl Route {
    /// The positions of what has to be read; nothing if the outcome does not depend on it.
    pub fn reads(self, bundle: &Bundle<'_>) -> impl Iterator<Item = u32> {
        let connection = match (self.application, self.place) {
            (Some(_), Place::Connection(at)) => bundle.connection(at),
            _ => None,
        };
        connection.into_iter().flat_map(|connection| bundle.reads(connection))
    }
}

/// Finds out which application and which mapping a login leads to.
///
/// Organization known and connection listed in its file: that file. No organization in the login: the one file
/// that lists the connection. Everything else is closed.
pub fn route(
    bundle: &Bundle<'_>,
    organization: Option<&str>,
    connection: Option<&str>,
    client: Option<&str>,
) -> Route {
    let application = client.and_then(|client| bundle.find_application(client));
    Route { application, place: find_place(bundle, organization, connection) }
}

fn find_place(bundle: &Bundle<'_>, organization: Option<&str>, connection: Option<&str>) -> Place {
    let connection = connection.unwrap_or_default();
    let found = match organization {
        Some(id) => match bundle.find_organization(id) {
            Some(organization) => bundle.find_connection_of(organization, connection),
            None => return Place::Closed(Reason::UnknownOrganization),
        },
        None => bundle.find_connection(connection),
    };
    match found {
        None => Place::Closed(Reason::UnknownConnection),
        Some(at) => match bundle.connection(at) {
            Some(listed) if organization.is_none() && listed.shared => {
                Place::Closed(Reason::AmbiguousConnection)
            }
            _ => Place::Connection(at),
        },
    }
}

/// Evaluates a login: which groups the application is told, and why.
///
/// Cannot fail: whatever is wrong with the login or the bundle is an outcome with a reason.
pub fn evaluate<'v>(bundle: &'v Bundle<'_>, login: &'v Login<'_>) -> Evaluation<'v> {
    let route = route(bundle, login.organization, login.connection, login.client);
    evaluate_routed(bundle, route, &login.input, |_| ())
}

/// What an evaluation does, step by step: `explain` is made of these.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Step<'s, 'b> {
    /// A group was received, with the name that rules see; matches refer to their positions.
    Received(&'s [u8]),
    /// A pattern of a rule matched a group.
    Matched {
        /// The group and the rule.
        found: Match,
        /// The pattern.
        kind: PatternKind<'s, 'b>,
        /// Whether the rule wants no group to match it.
        unwanted: bool,
    },
    /// A grant of a rule was expanded.
    Expanded {
        /// The group and the rule.
        found: Match,
        /// What it expanded to.
        text: &'s [u8],
        /// What came of it.
        target: Result<u32, Note>,
    },
    /// A rule that asks for more than one of its patterns was decided.
    Decided {
        /// The rule's position.
        rule: u32,
        /// What came of it.
        verdict: Verdict,
    },
}

/// What came of a rule that asks for more than one of its patterns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// It fired.
    Fired,
    /// It takes away, and fired although its condition cannot be decided.
    FiredUndecided,
    /// Not every group that it asks for is there.
    GroupMissing,
    /// A group is there that it wants not to be.
    GroupUnwanted,
    /// It has expired.
    Expired,
    /// Its condition does not hold.
    ConditionFalse,
    /// Its condition cannot be decided.
    ConditionUnknown,
}

/// Evaluates the input of a login whose [`route`] is known.
///
/// Calls `trace` for what it does, step by step.
pub fn evaluate_routed<'v, 'b>(
    bundle: &'v Bundle<'b>,
    route: Route,
    input: &'v Input<'_>,
    mut trace: impl FnMut(Step<'_, 'b>),
) -> Evaluation<'v> {
    let Some(application) = route.application else {
        return Evaluation::without_rules(Outcome::None, Reason::UnknownClient, None);
    };
    let refused =
        |outcome: Outcome, reason: Reason| Evaluation::without_rules(outcome, reason, Some(application));
    let by_policy = |policy: Policy, reason: Reason| match policy {
        Policy::NoGroups => refused(Outcome::Groups, reason),
        Policy::Deny => refused(Outcome::Deny, reason),
    };
    let connection = match route.place {
        Place::Connection(at) => bundle.connection(at).map(|connection| (at, connection)),
        Place::Closed(reason) => return by_policy(bundle.closed, reason),
    };
    let Some((position, connection, mapping)) = connection.and_then(|(at, connection)| {
        let organization = bundle.organization(connection.organization)?;
        let position = at.checked_sub(u32::try_from(organization.connections.start).ok()?)?;
        Some((position, connection, bundle.mapping(connection.organization)?))
    }) else {
        return by_policy(bundle.failure, Reason::BadBundle);
    };
    let facts = input.values.get(bundle.sources(connection).count()..).unwrap_or_default();
    let received = match mapping.refresh {
        Some(max_age) if staleness::is_stale(facts, input.now, max_age) => {
            return refused(Outcome::Deny, Reason::StaleAttributes);
        }
        _ => received::read(bundle.sources(connection), connection.combine, input, mapping),
    };
    match (received.incomplete, mapping.incomplete) {
        (None, _) | (Some(_), IncompletePolicy::UsePartial) => {}
        (Some(reason), IncompletePolicy::NoGroups) => return refused(Outcome::Groups, reason),
        (Some(reason), IncompletePolicy::Deny) => return refused(Outcome::Deny, reason),
    }

    let mut run = Run::new(bundle, mapping);
    let unmatched = run.match_groups(&received, &mut trace);
    let facts = ConditionInputs { connection: position, application, values: facts };
    run.decide(facts, input.now, &mut trace);
    let mut rules = run.fired.members();
    let mut given = run.give(&rules);
    // What the login could have if more were known: the undecided rules the other way around.
    let mut possible = run.possible_rules().map(|rules| run.give(&rules));
    run.merge_parts(&mut rules);
    // For incomplete input, or while a granting rule is undecided, it is unknown whether a rule grants anything.
    let grants = given.grants || possible.as_ref().is_some_and(|possible| possible.grants);
    if received.incomplete.is_none() && !grants && !mapping.default.is_empty() {
        run.notes.add(Note::Default, 1);
        for given in [Some(&mut given), possible.as_mut()].into_iter().flatten() {
            mapping.default.iter().for_each(|group| given.granted.insert(*group));
        }
    }

    let mut notes = core::mem::take(&mut run.notes);
    for Expansion { rule, target } in &run.expansions {
        if let Err(note) = target
            && run.fired.contains(*rule)
        {
            notes.add(*note, 1);
        }
    }
    notes.add(Note::EmptyEntry, received.empty_entries);
    notes.add(Note::OutsideScope, received.outside_scope);
    notes.add(Note::Partial, u32::from(received.incomplete.is_some()));
    let mut evaluation = Evaluation {
        outcome: Outcome::Groups,
        reason: received.incomplete.unwrap_or(Reason::Ok),
        application: Some(application),
        groups: Vec::new(),
        rules,
        unmatched,
        received: received.groups.len() as u32,
        notes: Vec::new(),
    };
    if mapping.unmatched == UnmatchedPolicy::Deny && !evaluation.unmatched.is_empty() {
        (evaluation.outcome, evaluation.reason) = (Outcome::Deny, Reason::Unmatched);
    } else {
        let own = bundle.groups_of(application);
        let groups = &mut evaluation.groups;
        let excluded = given.take_groups_of(own, groups);
        notes.add(Note::Excluded, excluded);
        // Of each tier the highest is kept. Whatever else may be known, it keeps out those below it.
        let below = below(bundle, groups);
        groups.retain(|group| !below.contains(*group));
        let possible = possible.map(|possible| {
            let mut counted = Vec::new();
            possible.take_groups_of(own, &mut counted);
            counted.retain(|group| !below.contains(*group));
            counted
        });
        limit(bundle, application, possible.as_deref(), &mut evaluation, &mut notes);
    }
    evaluation.notes = notes.0;
    evaluation
}

/// The groups that are below one of their tier that is among `groups`, which are ascending.
fn below(bundle: &Bundle<'_>, groups: &[u32]) -> BitSet {
    let mut below = BitSet::new(bundle.group_count());
    for tier in &bundle.tiers {
        let highest = tier.iter().position(|group| groups.binary_search(group).is_ok());
        let lower = highest.and_then(|at| tier.get(at + 1..)).unwrap_or_default();
        lower.iter().for_each(|group| below.insert(*group));
    }
    below
}

/// Holds the groups to what the application accepts.
///
/// Where rules are undecided, `possible` are the groups that the login could have with them, and those are counted:
/// a login that says less passes no limit that it would not pass otherwise.
fn limit(
    bundle: &Bundle<'_>,
    application: u32,
    possible: Option<&[u32]>,
    evaluation: &mut Evaluation<'_>,
    notes: &mut Notes,
) {
    let Some(application) = bundle.application(application) else { return };
    let groups = possible.unwrap_or(&evaluation.groups);
    // No name has more bytes in JSON than twice those of the longest: almost always that is enough to know.
    let most = groups.len().saturating_mul(3 + 2 * bundle.longest_group());
    if groups.len() <= application.max_groups as usize && most < application.max_claim_bytes as usize {
        return;
    }
    // The brackets, and for each group its quotes and a comma, of which the last one is too many.
    let mut bytes = 1;
    let fitting = groups.iter().take(application.max_groups as usize).take_while(|group| {
        bytes += 3 + json_len(bundle.group_name(**group).unwrap_or_default());
        bytes <= application.max_claim_bytes as usize
    });
    let fitting = fitting.count();
    if fitting == groups.len() {
        return;
    }
    match application.over_limit {
        OverLimit::Truncate => {
            let granted = evaluation.groups.len();
            let (fit, beyond) = groups.split_at_checked(fitting).unwrap_or_default();
            // With more known, a higher group of its tier might take the place of one that is granted, and not fit.
            let below = below(bundle, beyond);
            let last = fit.last().copied();
            evaluation.groups.retain(|group| Some(*group) <= last && !below.contains(*group));
            notes.add(Note::Truncated, (granted - evaluation.groups.len()) as u32);
        }
        OverLimit::NoGroups | OverLimit::Deny => {
            evaluation.groups.clear();
            evaluation.reason = Reason::OverLimit;
            if application.over_limit == OverLimit::Deny {
                evaluation.outcome = Outcome::Deny;
            }
        }
    }
}

/// The bytes of a target group's name in JSON; it holds no control characters.
pub(crate) fn json_len(name: &str) -> usize {
    name.len() + name.bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count()
}

/// What has happened so often.
#[derive(Default)]
struct Notes(Vec<(Note, u32)>);

impl Notes {
    fn add(&mut self, note: Note, count: u32) {
        if count == 0 {
            return;
        }
        match self.0.binary_search_by(|(known, _)| known.cmp(&note)) {
            Ok(at) => {
                if let Some((_, known)) = self.0.get_mut(at) {
                    *known += count;
                }
            }
            Err(at) => self.0.insert(at, (note, count)),
        }
    }
}

/// A target group that a rule's template names, to be granted if the rule fires.
struct Expansion {
    rule: u32,
    target: Result<u32, Note>,
}

/// The state of one evaluation.
struct Run<'v, 'b> {
    bundle: &'v Bundle<'b>,
    mapping: &'v Mapping<'b>,
    /// The clauses that some group matched.
    hits: BitSet,
    fired: BitSet,
    /// The rules of which it is unknown whether they fire, ascending: those that grant do not, those that exclude do.
    undecided: Vec<u32>,
    expansions: Vec<Expansion>,
    notes: Notes,
}

/// The target groups that the rules that fired name.
struct Given {
    granted: BitSet,
    /// There are none where no rule takes away.
    excluded: Option<BitSet>,
    /// Whether a granting rule fired.
    grants: bool,
}

impl Given {
    /// Appends the groups of an application, without those that are excluded; says how many these are.
    fn take_groups_of(&self, own: Option<&BitSet>, groups: &mut Vec<u32>) -> u32 {
        *groups = own.map(|own| self.granted.common(own)).unwrap_or_default();
        let granted = groups.len();
        if let Some(excluded) = &self.excluded {
            groups.retain(|group| !excluded.contains(*group));
        }
        (granted - groups.len()) as u32
    }
}

impl<'v, 'b> Run<'v, 'b> {
    fn new(bundle: &'v Bundle<'b>, mapping: &'v Mapping<'b>) -> Self {
        Self {
            bundle,
            mapping,
            hits: BitSet::new(mapping.clause_count()),
            fired: BitSet::default(),
            undecided: Vec::new(),
            expansions: Vec::new(),
            notes: Notes::default(),
        }
    }

    /// Holds the groups against the patterns, and lets simple rules fire. Returns the groups that no pattern wants.
    fn match_groups(
        &mut self,
        received: &Received<'v>,
        trace: &mut impl FnMut(Step<'_, 'b>),
    ) -> Vec<&'v [u8]> {
        let mapping = self.mapping;
        for group in &received.groups {
            trace(Step::Received(group.name));
        }
        let all_simple = mapping.detailed.is_empty();
        let mut all_hits = core::mem::take(&mut self.hits);
        let hits = all_hits.words_mut();
        let wanted = mapping.for_each_match(&received.groups, |group, clause, kind, text| {
            insert(hits, clause);
            let found = Match { group, rule: mapping.rule_of(clause) };
            match all_simple {
                true => trace(Step::Matched { found, kind, unwanted: false }),
                false => {
                    let name = || received.groups.get(group as usize).map(|group| group.name);
                    self.hit(clause, found, kind, text.or_else(name).unwrap_or_default(), trace);
                }
            }
        });
        self.hits = all_hits;
        for rule in &mapping.everyone {
            self.hits.insert(*rule);
        }
        self.fired = self.hits.and(&mapping.simple);

        let mut unmatched = Vec::with_capacity(received.groups.len());
        wanted.for_each_missing(received.groups.len() as u32, |at| {
            let Some(scanned) = received.groups.get(at as usize) else { return };
            if looks_untidy(scanned) && mapping.is_matched(&tidied(scanned.name))
                || !scanned.ascii && mapping.looks_like_known(scanned.name)
            {
                self.notes.add(Note::NearMiss, 1);
            }
            unmatched.push(scanned.name);
        });
        unmatched
    }

    /// Goes into what a match means for a rule that asks for more, or grants what is captured.
    #[inline(never)]
    fn hit(
        &mut self,
        clause: u32,
        found: Match,
        kind: PatternKind<'_, 'b>,
        text: &[u8],
        trace: &mut impl FnMut(Step<'_, 'b>),
    ) {
        let detail = self.mapping.detail(found.rule);
        let unwanted = detail.is_some_and(|detail| detail.none.contains(&clause));
        trace(Step::Matched { found, kind, unwanted });
        if let Some(detail) = detail.filter(|_| clause == found.rule) {
            self.expand(found, detail, kind, text, trace);
        }
    }

    /// Expands a rule's templates with what one of its patterns captured of a group.
    fn expand(
        &mut self,
        found: Match,
        detail: &Detailed<'b>,
        kind: PatternKind<'_, 'b>,
        text: &[u8],
        trace: &mut impl FnMut(Step<'_, 'b>),
    ) {
        let mut captures: [&[u8]; MAX_CAPTURES] = [&[]; MAX_CAPTURES];
        kind.captures(text, |number, capture| {
            if let Some(slot) = captures.get_mut(number) {
                *slot = capture;
            }
        });
        let mut expanded = Vec::new();
        for template in &detail.templates {
            expanded.clear();
            template.expand(&captures, &mut expanded);
            let target = template.find(&expanded, |group| self.bundle.group_name(group));
            let target = target.ok_or_else(|| match self.bundle.find_group(&expanded) {
                Some(_) => Note::ForbiddenTarget,
                None => Note::UnregisteredTarget,
            });
            trace(Step::Expanded { found, text: &expanded, target });
            self.expansions.push(Expansion { rule: found.rule, target });
        }
    }

    /// What became of one rule may be several of the same id, side by side: they are told as one.
    fn merge_parts(&self, rules: &mut Vec<u32>) {
        if self.mapping.has_parts {
            rules.dedup_by_key(|position| self.id(*position));
        }
    }

    fn id(&self, position: u32) -> Option<&'b str> {
        self.mapping.rules.get(position as usize).map(|rule| rule.id)
    }

    /// Decides the rules that ask for more than one of their patterns.
    fn decide(&mut self, facts: ConditionInputs<'_>, now: f64, trace: &mut impl FnMut(Step<'_, 'b>)) {
        let mut noted = None;
        for detail in &self.mapping.detailed {
            let verdict = self.verdict(detail, facts, now);
            trace(Step::Decided { rule: detail.rule, verdict });
            match verdict {
                Verdict::Fired => self.fired.insert(detail.rule),
                Verdict::FiredUndecided | Verdict::ConditionUnknown | Verdict::Expired => {
                    let note = match verdict {
                        Verdict::Expired => Note::ExpiredRule,
                        _ => Note::ConditionUnknown,
                    };
                    let id = self.id(detail.rule);
                    self.notes.add(note, u32::from(noted != id));
                    noted = id;
                    if verdict == Verdict::FiredUndecided {
                        self.fired.insert(detail.rule);
                    }
                    if verdict != Verdict::Expired {
                        self.undecided.push(detail.rule);
                    }
                }
                Verdict::GroupMissing | Verdict::GroupUnwanted | Verdict::ConditionFalse => {}
            }
        }
    }

    fn verdict(&self, detail: &Detailed<'b>, facts: ConditionInputs<'_>, now: f64) -> Verdict {
        let hit = |clause: &u32| self.hits.contains(*clause);
        if detail.own && !hit(&detail.rule) || !detail.all.iter().all(hit) {
            return Verdict::GroupMissing;
        }
        if detail.none.iter().any(hit) {
            return Verdict::GroupUnwanted;
        }
        let condition = detail.condition.as_ref().map_or(Truth::True, |condition| condition.decide(facts));
        let lasts = match detail.expires {
            0 => Truth::True,
            // Without a clock that works, any time is possible.
            _ if !now.is_finite() => Truth::Unknown,
            expires => (now < f64::from(expires)).into(),
        };
        match (condition, condition.min(lasts)) {
            (Truth::False, _) => Verdict::ConditionFalse,
            (_, Truth::False) => Verdict::Expired,
            (_, Truth::True) => Verdict::Fired,
            // Closed by default: a rule that excludes does so unless it is known not to fire.
            (_, Truth::Unknown) if self.mapping.excludes(detail.rule) => Verdict::FiredUndecided,
            (_, Truth::Unknown) => Verdict::ConditionUnknown,
        }
    }

    /// The rules that would fire if each undecided one turned out the other way around; nothing if there are none.
    fn possible_rules(&self) -> Option<Vec<u32>> {
        let mut rules = self.fired.clone();
        self.undecided.iter().for_each(|rule| rules.toggle(*rule));
        (!self.undecided.is_empty()).then(|| rules.members())
    }

    /// What rules grant and exclude.
    fn give(&self, rules: &[u32]) -> Given {
        let none = || BitSet::new(self.bundle.group_count());
        let mut given = Given { granted: none(), excluded: None, grants: false };
        let granted = given.granted.words_mut();
        for rule in rules {
            let grants = self.mapping.grants(*rule);
            if self.mapping.excludes(*rule) {
                let excluded = given.excluded.get_or_insert_with(none);
                grants.iter().for_each(|group| excluded.insert(*group));
                continue;
            }
            given.grants = true;
            // Most rules have one group or two: which of both is no branch.
            let (Some((first, others)), Some(last)) = (grants.split_first(), grants.last()) else { continue };
            insert(granted, *first);
            insert(granted, *last);
            for group in others.iter().rev().skip(1) {
                insert(granted, *group);
            }
        }
        for Expansion { rule, target } in &self.expansions {
            if let Ok(group) = target
                && rules.binary_search(rule).is_ok()
            {
                given.granted.insert(*group);
            }
        }
        given
    }
}

/// Whether a name may have spaces at its ends, or characters that cannot be seen.
#[inline(always)]
fn looks_untidy(scanned: &ScannedName<'_>) -> bool {
    let space = Some(&b' ');
    !scanned.ascii && invisible::needs_trim(scanned.name)
        || scanned.name.first() == space
        || scanned.name.last() == space
}

fn tidied(name: &[u8]) -> Vec<u8> {
    let mut tidied = Vec::with_capacity(name.len());
    invisible::trim_into(name, &mut tidied);
    tidied
}
