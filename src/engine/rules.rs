//! The rules that fire for a login, and the target groups that they grant and exclude.

use super::evaluation::{Match, Notes};
use super::trace::{Step, Verdict};
use crate::bundle::condition::{ConditionInputs, Truth};
use crate::bundle::index::Bundle;
use crate::bundle::mapping::{CompoundRule, Mapping};
use crate::collections::bit_set::BitSet;
use crate::ids::{ClauseId, Id as _, RuleId, TargetId, UpstreamId};
use crate::limits::MAX_CAPTURES;
use crate::login::delimited::KnownNames as _;
use crate::login::received::Received;
use crate::matching::matcher::PatternKind;
use crate::outcome::Note;
use crate::text::invisible;
use crate::text::scan::{ScannedName, scan};

/// The state of an evaluation while its rules are decided.
pub(crate) struct Evaluator<'v, 'b> {
    bundle: &'v Bundle<'b>,
    /// Has the registry of the platform.
    platform: &'v Bundle<'b>,
    mapping: &'v Mapping<'b>,
    /// The granting rules that decide about the default; `None` if all do.
    deciding: Option<&'v BitSet<RuleId>>,
    /// The clauses that matched a group.
    matched: BitSet<ClauseId>,
    fired: BitSet<RuleId>,
    /// The rules whose condition or expiry is unknown, ascending. The granting ones do not fire, the excluding ones do.
    undecided: Vec<RuleId>,
    expansions: Vec<Expansion>,
    pub(crate) notes: Notes,
}

/// A grant with captures that was expanded. It counts if its rule fires.
struct Expansion {
    rule: RuleId,
    target: Result<TargetId, Note>,
}

/// The target groups that rules grant and exclude.
pub(crate) struct Grants {
    granted: BitSet<TargetId>,
    excluded: BitSet<TargetId>,
    /// Whether a granting rule fired that decides about the default, even if it grants nothing to the application.
    pub(crate) has_granting_rule: bool,
}

impl Grants {
    /// Adds the default grants.
    pub(crate) fn add_default(&mut self, default: &[TargetId]) {
        default.iter().for_each(|group| self.granted.insert(*group));
    }

    /// The granted groups and those that they include, among `own`, an application's groups, and how many of them are
    /// excluded.
    pub(crate) fn of_application(
        &mut self,
        own: &BitSet<TargetId>,
        includes: &[(TargetId, TargetId)],
    ) -> (Vec<TargetId>, u32) {
        // The pairs are transitive, so their order does not matter.
        for (group, included) in includes {
            if self.granted.contains(*group) {
                self.granted.insert(*included);
            }
        }
        let mut groups = self.granted.members();
        groups.retain(|group| own.contains(*group));
        let granted = groups.len();
        groups.retain(|group| !self.excluded.contains(*group));
        let excluded = (granted - groups.len()) as u32;
        (groups, excluded)
    }
}

impl<'v, 'b> Evaluator<'v, 'b> {
    pub(crate) fn new(
        bundle: &'v Bundle<'b>,
        platform: &'v Bundle<'b>,
        mapping: &'v Mapping<'b>,
        deciding: Option<&'v BitSet<RuleId>>,
    ) -> Self {
        Self {
            bundle,
            platform,
            mapping,
            deciding,
            matched: BitSet::new(mapping.clause_count()),
            fired: BitSet::default(),
            undecided: Vec::new(),
            expansions: Vec::new(),
            notes: Notes::default(),
        }
    }

    /// Matches the groups with the patterns, and fires the simple rules. Returns the groups that no pattern matches.
    pub(crate) fn match_groups(
        &mut self,
        received: &Received<'v>,
        trace: &mut impl FnMut(Step<'_, 'b>),
    ) -> Vec<&'v [u8]> {
        let mapping = self.mapping;
        for group in &received.groups {
            trace(Step::Received(group.name));
        }
        let matching = mapping.for_each_match(&received.groups, |group, clause, kind, text| {
            let found = Match { group, rule: mapping.rule_of(clause) };
            self.record_match(clause, found, kind, text, trace);
        });
        for rule in &mapping.unconditional {
            self.matched.insert(ClauseId(rule.0));
        }
        self.fired = self.matched.and(&mapping.simple);

        let mut unmatched = Vec::with_capacity(received.groups.len());
        matching.for_each_missing(received.groups.len() as u32, |group: UpstreamId| {
            let Some(scanned) = received.groups.get(group.index()) else { return };
            let is_near_miss = if looks_untidy(scanned) {
                let tidied = tidied(scanned.name);
                mapping.is_matched(&tidied) || mapping.looks_like_known(&scan(&tidied))
            } else {
                mapping.looks_like_known(scanned)
            };
            self.notes.add(Note::NearMiss, u32::from(is_near_miss));
            unmatched.push(scanned.name);
        });
        unmatched
    }

    /// Records a match. For a compound rule, expands the grants with captures.
    fn record_match(
        &mut self,
        clause: ClauseId,
        found: Match,
        kind: PatternKind<'_, 'b>,
        text: &[u8],
        trace: &mut impl FnMut(Step<'_, 'b>),
    ) {
        self.matched.insert(clause);
        let compound = self.mapping.compound_rule(found.rule);
        let forbidden = compound.is_some_and(|compound| compound.none.contains(&clause));
        trace(Step::Matched { found, kind, forbidden });
        if let Some(compound) = compound
            && clause == ClauseId(found.rule.0)
        {
            self.expand(found, compound, kind, text, trace);
        }
    }

    /// Expands a rule's grants with the captures of one of its own patterns.
    fn expand(
        &mut self,
        found: Match,
        compound: &CompoundRule<'b>,
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
        for grant in &compound.expansions {
            expanded.clear();
            grant.expand(&captures, &mut expanded);
            let target = grant.find(&expanded, |group| self.bundle.group_name(group));
            let target = target.ok_or_else(|| match self.platform.find_group(&expanded) {
                Some(_) => Note::ForbiddenTarget,
                None => Note::UnregisteredTarget,
            });
            trace(Step::Expanded { found, text: &expanded, target });
            self.expansions.push(Expansion { rule: found.rule, target });
        }
    }

    /// Decides the compound rules.
    pub(crate) fn decide_rules(
        &mut self,
        inputs: ConditionInputs<'_>,
        now: f64,
        trace: &mut impl FnMut(Step<'_, 'b>),
    ) {
        // Parts of one rule have the same id and are adjacent: a note is counted once for all of them.
        let mut noted = None;
        for compound in &self.mapping.compound {
            let verdict = self.verdict(compound, inputs, now);
            trace(Step::Decided { rule: compound.rule, verdict });
            let note = match verdict {
                Verdict::FiredUndecided | Verdict::ConditionUnknown => {
                    self.undecided.push(compound.rule);
                    Some(Note::ConditionUnknown)
                }
                Verdict::Expired => Some(Note::ExpiredRule),
                _ => None,
            };
            if let Some(note) = note {
                let id = self.rule_id(compound.rule);
                self.notes.add(note, u32::from(noted != id));
                noted = id;
            }
            if matches!(verdict, Verdict::Fired | Verdict::FiredUndecided) {
                self.fired.insert(compound.rule);
            }
        }
    }

    fn verdict(&self, compound: &CompoundRule<'b>, inputs: ConditionInputs<'_>, now: f64) -> Verdict {
        let is_matched = |clause: &ClauseId| self.matched.contains(*clause);
        if compound.own && !is_matched(&ClauseId(compound.rule.0)) || !compound.all.iter().all(is_matched) {
            return Verdict::GroupMissing;
        }
        if compound.none.iter().any(is_matched) {
            return Verdict::GroupForbidden;
        }
        let condition = compound.condition.as_ref().map_or(Truth::True, |condition| condition.decide(inputs));
        let lasts = match compound.expires {
            0 => Truth::True,
            // The clock is broken, so any time is possible.
            _ if !now.is_finite() => Truth::Unknown,
            expires => (now < f64::from(expires)).into(),
        };
        match (condition, condition.min(lasts)) {
            (Truth::False, _) => Verdict::ConditionFalse,
            (_, Truth::False) => Verdict::Expired,
            (_, Truth::True) => Verdict::Fired,
            // Closed by default: an excluding rule fires unless it is known not to.
            (_, Truth::Unknown) if self.mapping.excludes(compound.rule) => Verdict::FiredUndecided,
            (_, Truth::Unknown) => Verdict::ConditionUnknown,
        }
    }

    /// The rules that fired, ascending.
    pub(crate) fn fired_rules(&self) -> Vec<RuleId> {
        self.fired.members()
    }

    /// The rules that would fire if each undecided rule were decided the other way; `None` if no rule is undecided.
    pub(crate) fn possible_rules(&self) -> Option<Vec<RuleId>> {
        if self.undecided.is_empty() {
            return None;
        }
        let mut rules = self.fired.clone();
        self.undecided.iter().for_each(|rule| rules.toggle(*rule));
        Some(rules.members())
    }

    /// The target groups that `rules`, ascending, grant and exclude.
    pub(crate) fn collect_grants(&self, rules: &[RuleId]) -> Grants {
        let count = self.bundle.group_count();
        let excluded = BitSet::new(if self.mapping.has_excluding_rules { count } else { 0 });
        let mut grants = Grants { granted: BitSet::new(count), excluded, has_granting_rule: false };
        for rule in rules {
            let excludes = self.mapping.excludes(*rule);
            grants.has_granting_rule |=
                !excludes && self.deciding.is_none_or(|deciding| deciding.contains(*rule));
            let groups = if excludes { &mut grants.excluded } else { &mut grants.granted };
            self.mapping.grants(*rule).iter().for_each(|group| groups.insert(*group));
        }
        for Expansion { rule, target } in &self.expansions {
            if let Ok(group) = target
                && rules.binary_search(rule).is_ok()
            {
                grants.granted.insert(*group);
            }
        }
        grants
    }

    /// Notes the expansions of rules that fired but grant nothing.
    pub(crate) fn note_dropped_expansions(&mut self) {
        for Expansion { rule, target } in &self.expansions {
            if let Err(note) = target
                && self.fired.contains(*rule)
            {
                self.notes.add(*note, 1);
            }
        }
    }

    /// Merges adjacent rules with the same id, which are parts of one rule.
    pub(crate) fn merge_parts(&self, rules: &mut Vec<RuleId>) {
        if self.mapping.has_parts {
            rules.dedup_by_key(|rule| self.rule_id(*rule));
        }
    }

    fn rule_id(&self, rule: RuleId) -> Option<&'b str> {
        self.mapping.rule(rule).map(|rule| rule.id)
    }
}

/// Whether a name may have spaces at its ends, or invisible characters.
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
