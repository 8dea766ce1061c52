//! One customer's mapping, as the engine uses it.

use super::condition::Condition;
use super::grant_expansion::GrantExpansion;
use super::policy::{IncompletePolicy, UnmatchedPolicy};
use crate::codec::reader::Reader;
use crate::codec::tags::{mapping as mapping_flag, policy, rule as flag};
use crate::collections::bit_set::BitSet;
use crate::collections::once::Once;
use crate::ids::{ApplicationId, ClauseId, Id, RuleId, TargetId, UpstreamId};
use crate::login::delimited::KnownNames;
use crate::matching::glob::Pattern;
use crate::matching::lookalikes::Lookalikes;
use crate::matching::matcher::{Matcher, PatternKind};
use crate::matching::regex_vm::{self, NameEnds, Regex};
use crate::text::case_mapping;
use crate::text::scan::{ScannedName, scan};

/// A customer's rules and policies.
#[derive(Debug)]
pub struct Mapping<'b> {
    /// What happens when the input is incomplete.
    pub(crate) incomplete: IncompletePolicy,
    /// What happens when a group matches no rule.
    pub(crate) unmatched: UnmatchedPolicy,
    /// Whether a login that receives no group of its application is refused.
    pub(crate) deny_ungranted: bool,
    /// The oldest that attributes may be when a refresh token is exchanged, in seconds.
    pub(crate) refresh: Option<u32>,
    /// The most delimiters that a known name contains.
    delimiters: usize,
    /// The exact names in Unicode's normalization form D, where that differs.
    decomposed: Vec<&'b str>,
    lookalikes: Once<Lookalikes>,
    pub(crate) rules: Vec<Rule<'b>>,
    /// What the rules grant or exclude, rule by rule.
    grants: Vec<TargetId>,
    /// Where the grants of each rule begin, and where those of the last one end.
    grants_of: Vec<usize>,
    /// Whether any rule excludes.
    pub(crate) has_excluding_rules: bool,
    /// Whether adjacent rules have the same id: they are parts of one rule of the mapping file.
    pub(crate) has_parts: bool,
    /// The rules that fire as soon as one of their patterns matches, or always.
    pub(crate) simple: BitSet<RuleId>,
    /// The rules that always fire, whatever the groups are.
    pub(crate) unconditional: Vec<RuleId>,
    /// The rules that need more than a match of their own patterns, or that grant captures. Ascending.
    pub(crate) compound: Vec<CompoundRule<'b>>,
    /// What is granted if no rule grants anything.
    pub(crate) default: Vec<TargetId>,
    /// What is granted to single applications, in place of `default`.
    application_defaults: Vec<ApplicationDefault>,
    /// The rule of each clause that is not a rule's own. The first clauses are the rules' own, in the order of the rules.
    clauses: Vec<RuleId>,
    matcher: Matcher<'b>,
    /// The patterns that ignore letter case, case-folded, for case-folded names.
    folded: Option<Matcher<'b>>,
    /// The regular expressions, each with its clause.
    expressions: Vec<(ClauseId, Regex<'b>)>,
    /// Whether any expression needs names with their ASCII letters in lower case.
    needs_ascii_lower: bool,
}

/// What is granted to the logins of one application.
#[derive(Debug)]
struct ApplicationDefault {
    application: u32,
    groups: Vec<TargetId>,
    /// The rules that can grant a group of the application. It does not apply if one of them fires or is undecided.
    rules: BitSet<RuleId>,
}

/// One rule. What it matches is in the mapping's matchers, and what it grants or excludes in the mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule<'b> {
    /// The rule's id, unique in its mapping.
    pub id: &'b str,
    /// Whether it excludes the target groups that it names, rather than granting them.
    pub excludes: bool,
}

/// A rule that needs more than a match of its own patterns, or that grants captures.
#[derive(Debug)]
pub(crate) struct CompoundRule<'b> {
    pub(crate) rule: RuleId,
    /// Whether one of its own patterns has to match a group.
    pub(crate) own: bool,
    /// The clauses that have to match a group each.
    pub(crate) all: Vec<ClauseId>,
    /// The clauses that must not match any group.
    pub(crate) none: Vec<ClauseId>,
    pub(crate) condition: Option<Condition<'b>>,
    /// The moment from which on it does not fire, in seconds since 1970; 0 if it does not expire.
    pub(crate) expires: u32,
    pub(crate) expansions: Vec<GrantExpansion<'b>>,
}

/// Memory that is reused from name to name.
#[derive(Debug, Default)]
struct MatchBuffers {
    folded: Vec<u8>,
    ascii: Vec<u8>,
    runs: regex_vm::Cache,
}

impl<'b> Mapping<'b> {
    /// Decodes a mapping that grants from a registry of `groups` target groups; `None` if it is not well-formed.
    ///
    /// The layout is in docs/spec/bundle.md.
    pub(crate) fn decode(bytes: &'b [u8], groups: usize) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let reader = &mut reader;
        let incomplete = match reader.byte()? {
            policy::NO_GROUPS => IncompletePolicy::NoGroups,
            policy::DENY => IncompletePolicy::Deny,
            policy::USE_PARTIAL => IncompletePolicy::UsePartial,
            _ => return None,
        };
        let flags = reader.flags(mapping_flag::ALL)?;
        let unmatched = match flags & mapping_flag::DENY_UNMATCHED {
            0 => UnmatchedPolicy::Drop,
            _ => UnmatchedPolicy::Deny,
        };
        let deny_ungranted = flags & mapping_flag::DENY_UNGRANTED != 0;
        let refresh = Some(reader.number()?).filter(|age| *age > 0);
        let delimiters = reader.number()? as usize;
        let decomposed = reader.list(Reader::text)?;

        let count = reader.count()?;
        let mut rules = Vec::with_capacity(count);
        let (mut grants, mut grants_of) = (Vec::new(), Vec::with_capacity(count + 1));
        grants_of.push(0);
        let (mut unconditional, mut compound, mut clauses) = (Vec::new(), Vec::new(), Vec::new());
        for rule in (0..count as u32).map(RuleId) {
            let id = reader.text()?;
            let flags = reader.flags(flag::ALL)?;
            for _ in 0..reader.count()? {
                grants.push(reader.id(groups)?);
            }
            grants_of.push(grants.len());
            rules.push(Rule { id, excludes: flags & flag::EXCLUDES != 0 });
            if flags & flag::COMPOUND != 0 {
                let mut new_clauses = |reader: &mut Reader<'b>| {
                    reader.list(|_| {
                        clauses.push(rule);
                        Some(ClauseId((count + clauses.len() - 1) as u32))
                    })
                };
                compound.push(CompoundRule::decode(reader, rule, flags, &mut new_clauses, groups)?);
            } else if flags & flag::UNCONDITIONAL != 0 {
                unconditional.push(rule);
            }
        }
        let default = reader.list(|reader| reader.id(groups))?;
        let application_defaults = reader.list(|reader| {
            let (application, groups) = (reader.number()?, reader.list(|reader| reader.id(groups))?);
            let mut rules = BitSet::new(count);
            for _ in 0..reader.count()? {
                rules.insert(reader.id(count)?);
            }
            Some(ApplicationDefault { application, groups, rules })
        })?;
        let all_clauses = count + clauses.len();
        let mut simple = BitSet::new(all_clauses);
        (0..count as u32).for_each(|rule| simple.insert(RuleId(rule)));
        compound.iter().for_each(|compound: &CompoundRule<'_>| simple.toggle(compound.rule));
        let matcher = Matcher::decode(reader, all_clauses)?;
        let folded = if reader.flag()? { Some(Matcher::decode(reader, all_clauses)?) } else { None };
        let expressions = reader.list(|reader| Some((reader.id(all_clauses)?, Regex::decode(reader)?)))?;
        let needs_ascii_lower = expressions.iter().any(|(_, regex)| regex.letters() == regex_vm::ASCII_LOWER);
        let has_excluding_rules = rules.iter().any(|rule| rule.excludes);
        let has_parts = rules.iter().zip(rules.iter().skip(1)).any(|(rule, next)| rule.id == next.id);
        reader.is_empty().then_some(Self {
            incomplete,
            unmatched,
            deny_ungranted,
            refresh,
            delimiters,
            decomposed,
            lookalikes: Once::new(),
            rules,
            grants,
            grants_of,
            has_excluding_rules,
            has_parts,
            simple,
            unconditional,
            compound,
            default,
            application_defaults,
            clauses,
            matcher,
            folded,
            expressions,
            needs_ascii_lower,
        })
    }

    /// The rules, sorted by their ids.
    pub fn rules(&self) -> &[Rule<'b>] {
        &self.rules
    }

    /// The rule with this id.
    pub fn rule(&self, rule: RuleId) -> Option<&Rule<'b>> {
        self.rules.get(rule.index())
    }

    /// The target groups that a rule grants or excludes, without those of its captures.
    pub fn grants(&self, rule: RuleId) -> &[TargetId] {
        match self.grants_of.get(rule.index()..).and_then(<[usize]>::first_chunk) {
            Some([start, end]) => self.grants.get(*start..*end).unwrap_or_default(),
            None => &[],
        }
    }

    /// What is granted by default to the logins of an application, and if it is a default of that application alone, the
    /// rules that decide whether it applies; otherwise all that grant do.
    pub(crate) fn default_of(&self, application: ApplicationId) -> (&[TargetId], Option<&BitSet<RuleId>>) {
        let own = self.application_defaults.iter().find(|it| it.application == application.0);
        own.map_or((&self.default, None), |own| (&own.groups, Some(&own.rules)))
    }

    /// The groups of all defaults, ascending.
    #[cfg(feature = "compiler")]
    pub(crate) fn all_defaults(&self) -> std::collections::BTreeSet<TargetId> {
        let own = self.application_defaults.iter().flat_map(|default| &default.groups);
        self.default.iter().chain(own).copied().collect()
    }

    /// Whether a rule excludes.
    pub(crate) fn excludes(&self, rule: RuleId) -> bool {
        // Most mappings have no excluding rules, so the rule need not be loaded.
        self.has_excluding_rules && self.rule(rule).is_some_and(|rule| rule.excludes)
    }

    /// What happens when the input is incomplete.
    pub fn incomplete_policy(&self) -> IncompletePolicy {
        self.incomplete
    }

    /// What happens when a group matches no rule.
    pub fn unmatched_policy(&self) -> UnmatchedPolicy {
        self.unmatched
    }

    /// The number of clauses, counting the rules' own.
    pub(crate) fn clause_count(&self) -> usize {
        self.rules.len() + self.clauses.len()
    }

    /// The rule that a clause belongs to.
    pub(crate) fn rule_of(&self, clause: ClauseId) -> RuleId {
        let added = clause.index().checked_sub(self.rules.len()).and_then(|at| self.clauses.get(at));
        added.copied().unwrap_or(RuleId(clause.0))
    }

    /// What a compound rule needs; `None` if the rule is simple.
    pub(crate) fn compound_rule(&self, rule: RuleId) -> Option<&CompoundRule<'b>> {
        let at = self.compound.binary_search_by(|compound| compound.rule.cmp(&rule)).ok()?;
        self.compound.get(at)
    }

    /// Calls `matched` for each pattern that matches one of the groups: with the group, the pattern's clause, the
    /// pattern, and the text that it matched, which is the group's name in the letter case of the pattern.
    /// Returns the groups that some pattern matches.
    pub(crate) fn for_each_match(
        &self,
        groups: &[ScannedName<'_>],
        mut matched: impl FnMut(UpstreamId, ClauseId, PatternKind<'_, 'b>, &[u8]),
    ) -> BitSet<UpstreamId> {
        let mut matching = BitSet::new(groups.len());
        let mut buffers = MatchBuffers::default();
        for (group, id) in groups.iter().zip((0..).map(UpstreamId)) {
            self.for_each_match_of(*group, &mut buffers, &mut |clause, kind, text| {
                matching.insert(id);
                matched(id, clause, kind, text);
            });
        }
        matching
    }

    fn for_each_match_of(
        &self,
        group: ScannedName<'_>,
        buffers: &mut MatchBuffers,
        matched: &mut dyn FnMut(ClauseId, PatternKind<'_, 'b>, &[u8]),
    ) {
        self.matcher.for_each_match(group, &mut |clause, kind| matched(clause, kind, group.name));
        if self.folded.is_some() || !self.expressions.is_empty() {
            self.for_each_other_match(group.name, buffers, matched);
        }
    }

    /// Matches the patterns that ignore letter case, and the regular expressions.
    #[inline(never)]
    fn for_each_other_match(
        &self,
        name: &[u8],
        MatchBuffers { folded, ascii, runs }: &mut MatchBuffers,
        matched: &mut dyn FnMut(ClauseId, PatternKind<'_, 'b>, &[u8]),
    ) {
        if let Some(matcher) = &self.folded {
            folded.clear();
            case_mapping::fold_into(name, folded);
            matcher.for_each_match(scan(folded), &mut |clause, kind| matched(clause, kind, folded));
        }
        if self.needs_ascii_lower {
            ascii.clear();
            ascii.extend(name.iter().map(u8::to_ascii_lowercase));
        }
        // A name stays empty in a letter case that no expression uses. The compiler writes a matcher of patterns that
        // ignore letter case, even an empty one, if an expression needs case-folded names.
        let names: [&[u8]; 3] = [name, ascii, folded];
        let names = names.map(|name| (name, NameEnds::of(name)));
        for (clause, regex) in &self.expressions {
            let Some((name, ends)) = names.get(usize::from(regex.letters())) else { continue };
            if regex.is_match(*ends, name, runs) {
                matched(*clause, PatternKind::Regex(regex), name);
            }
        }
    }

    /// Whether a name that no pattern matches is an exact name in other letter case, or in Unicode's normalization form D.
    pub(crate) fn looks_like_known(&self, name: &ScannedName<'_>) -> bool {
        let decomposed = || self.decomposed.iter().map(|name| name.as_bytes());
        self.lookalikes
            .get_or_init(|| Lookalikes::new(self.matcher.texts().chain(decomposed())))
            .contains(name)
    }

    /// The exact names, including those that ignore letter case, each with its clause.
    #[cfg(feature = "compiler")]
    pub(crate) fn exact_names(&self) -> impl Iterator<Item = (std::borrow::Cow<'b, [u8]>, ClauseId)> {
        self.matcher.exact_names().chain(self.folded.iter().flat_map(Matcher::exact_names))
    }

    /// The globs and regular expressions, each with its clause, as texts that differ if the patterns do.
    #[cfg(feature = "compiler")]
    pub(crate) fn pattern_texts(&self) -> impl Iterator<Item = (String, ClauseId)> {
        let globs = self.matcher.globs().chain(self.folded.iter().flat_map(Matcher::globs));
        let globs = globs.map(|glob| (glob.pattern.to_glob(), glob.clause));
        globs.chain(self.expressions.iter().map(|(clause, regex)| (format!("{regex:?}"), *clause)))
    }
}

impl KnownNames for Mapping<'_> {
    fn max_delimiters(&self) -> usize {
        self.delimiters
    }

    fn is_known(&self, name: &[u8]) -> bool {
        let without_case = |folded: &Matcher<'_>| {
            let mut text = Vec::new();
            case_mapping::fold_into(name, &mut text);
            folded.is_exact(&text)
        };
        self.matcher.is_exact(name) || self.folded.as_ref().is_some_and(without_case)
    }

    fn is_matched(&self, name: &[u8]) -> bool {
        let mut is_matched = false;
        self.for_each_match_of(scan(name), &mut MatchBuffers::default(), &mut |_, _, _| is_matched = true);
        is_matched
    }

    fn matches(&self, pattern: &str, name: &[u8]) -> bool {
        Pattern::decode(pattern).map_or(pattern.as_bytes() == name, |glob| glob.is_match(name))
    }
}

impl<'b> CompoundRule<'b> {
    fn decode(
        reader: &mut Reader<'b>,
        rule: RuleId,
        flags: u8,
        new_clauses: &mut impl FnMut(&mut Reader<'b>) -> Option<Vec<ClauseId>>,
        groups: usize,
    ) -> Option<Self> {
        Some(Self {
            rule,
            own: flags & flag::OWN != 0,
            all: new_clauses(reader)?,
            none: new_clauses(reader)?,
            expires: reader.number()?,
            condition: match reader.flag()? {
                true => Some(Condition::decode(reader)?),
                false => None,
            },
            expansions: reader.list(|reader| GrantExpansion::decode(reader, groups))?,
        })
    }
}
