//! One customer's mapping, as the engine uses it.

use super::condition::Condition;
use super::grant_expansion::GrantExpansion;
use crate::codec::reader::Reader;
use crate::collections::bit_set::BitSet;
use crate::login::delimited::KnownNames;
use crate::matching::matcher::{Matcher, PatternKind};
use crate::matching::regex_vm::{self, Ends, Regex};
use crate::text::case_mapping;
use crate::text::scan::{ScannedName, scan};

/// A customer's rules and policies.
#[derive(Debug)]
pub struct Mapping<'b> {
    /// What happens when the input is incomplete.
    pub(crate) incomplete: IncompletePolicy,
    /// What happens when a group matches no rule.
    pub(crate) unmatched: UnmatchedPolicy,
    /// The oldest that attributes may be when a refresh token is exchanged, in seconds.
    pub(crate) refresh: Option<u32>,
    /// How many delimiters a known name holds at most: strings of groups are split with that in mind.
    delimiters: usize,
    /// Exact names with their letters and marks apart, sorted: upstream groups that look like a known one, and are not.
    lookalikes: Vec<&'b str>,
    pub(crate) rules: Vec<Rule<'b>>,
    /// What the rules grant or take away, rule by rule: positions in the registry.
    grants: Vec<u32>,
    /// Where those of each rule begin, and where the last one's end.
    grants_of: Vec<u32>,
    /// Whether any rule takes away what it names, rather than granting it.
    takes_away: bool,
    /// Whether several rules have the same id, side by side: parts of what an author wrote as one.
    pub(crate) has_parts: bool,
    /// The rules that fire as soon as one of their patterns matches, or always.
    pub(crate) simple: BitSet,
    /// The rules that fire whatever the groups are, and ask for nothing else.
    pub(crate) everyone: Vec<u32>,
    /// The rules that ask for more than one of their patterns, or grant what their patterns capture.
    pub(crate) detailed: Vec<Detailed<'b>>,
    /// What is granted if no rule grants.
    pub(crate) default: Vec<u32>,
    /// Whose each clause is that is not a rule's own: the first clauses are those of the rules, in their order.
    pub(crate) clauses: Vec<u32>,
    matcher: Matcher<'b>,
    /// The patterns that ignore letter case, folded, for folded names.
    folded: Option<Matcher<'b>>,
    /// Whether there are no other patterns than the matcher's.
    is_plain: bool,
    /// Regular expressions, each with its clause.
    expressions: Vec<(u32, Regex<'b>)>,
    /// Whether any of them ignores the letter case of ASCII.
    lowers: bool,
}

/// One rule: what it grants or takes away. What it matches is in the mapping's matchers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule<'b> {
    /// The rule's id, unique in its mapping.
    pub id: &'b str,
    /// Whether it takes away what it names, rather than granting it.
    pub excludes: bool,
}

/// What a rule asks for, or grants, beyond its own patterns.
#[derive(Debug)]
pub(crate) struct Detailed<'b> {
    pub(crate) rule: u32,
    /// Whether one of its own patterns has to match a group.
    pub(crate) own: bool,
    /// The clauses of which each has to match a group.
    pub(crate) all: Vec<u32>,
    /// The clauses of which none may match a group.
    pub(crate) none: Vec<u32>,
    pub(crate) condition: Option<Condition<'b>>,
    /// From this moment on it does not fire: seconds since 1970, 0 if it does not expire.
    pub(crate) expires: u32,
    pub(crate) templates: Vec<GrantExpansion<'b>>,
}

/// Memory that one name after another is matched with.
#[derive(Debug, Default)]
struct Memory {
    folded: Vec<u8>,
    ascii: Vec<u8>,
    runs: regex_vm::Memory,
}

/// What happens with a login that cannot be evaluated: the choice is the mapping's owner's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the engine has to act on every policy")]
pub enum Policy {
    /// It goes on, with no groups.
    NoGroups,
    /// It is refused.
    Deny,
}

/// What happens with a login whose input is incomplete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the engine has to act on every policy")]
pub enum IncompletePolicy {
    /// It goes on, with no groups.
    NoGroups,
    /// It is refused.
    Deny,
    /// It goes on with what could be read.
    UsePartial,
}

/// What happens with an upstream group that no rule wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the engine has to act on every policy")]
pub enum UnmatchedPolicy {
    /// It is dropped and counted.
    Drop,
    /// The login is refused.
    Deny,
}

/// The flags of a rule in a bundle.
pub(crate) const EVERYONE: u8 = 1;
pub(crate) const EXCLUDES: u8 = 2;
pub(crate) const DETAILED: u8 = 4;
pub(crate) const OWN: u8 = 8;

impl<'b> Mapping<'b> {
    /// Decodes a mapping that grants from a registry of `groups` target groups; `None` if it is not well-formed.
    ///
    /// The layout is in docs/spec/bundle.md.
    pub(crate) fn decode(bytes: &'b [u8], groups: u32) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let incomplete = match reader.byte()? {
            0 => IncompletePolicy::NoGroups,
            1 => IncompletePolicy::Deny,
            2 => IncompletePolicy::UsePartial,
            _ => return None,
        };
        let unmatched = match reader.flag()? {
            false => UnmatchedPolicy::Drop,
            true => UnmatchedPolicy::Deny,
        };
        let refresh = reader.number().map(|age| (age > 0).then_some(age))?;
        let delimiters = reader.number()? as usize;
        let lookalikes = reader.list(Reader::text)?;

        let group = |reader: &mut Reader<'b>| reader.number().filter(|group| *group < groups);
        let count = u32::try_from(reader.count()?).ok()?;
        let mut rules = Vec::with_capacity(count as usize);
        let (mut grants, mut grants_of) = (Vec::new(), Vec::with_capacity(count as usize + 1));
        let mut takes_away = false;
        grants_of.push(0);
        let (mut everyone, mut detailed, mut clauses) = (Vec::new(), Vec::new(), Vec::new());
        for position in 0..count {
            let id = reader.text()?;
            let flags = reader.byte().filter(|flags| *flags < 16)?;
            for _ in 0..reader.count()? {
                grants.push(group(&mut reader)?);
            }
            grants_of.push(grants.len() as u32);
            let excludes = flags & EXCLUDES != 0;
            takes_away |= excludes;
            rules.push(Rule { id, excludes });
            if flags & DETAILED != 0 {
                let mut own_clauses = |reader: &mut Reader<'b>| {
                    reader.list(|_| {
                        clauses.push(position);
                        Some(count + u32::try_from(clauses.len()).ok()? - 1)
                    })
                };
                detailed.push(Detailed::decode(&mut reader, position, flags, &mut own_clauses, groups)?);
            } else if flags & EVERYONE != 0 {
                everyone.push(position);
            }
        }
        let default = reader.list(group)?;
        let all = count.checked_add(u32::try_from(clauses.len()).ok()?)?;
        let mut simple = BitSet::new(all as usize);
        let mut others = detailed.iter().map(|detailed: &Detailed<'_>| detailed.rule).peekable();
        for rule in 0..count {
            if others.next_if_eq(&rule).is_none() {
                simple.insert(rule);
            }
        }
        let matcher = Matcher::decode(&mut reader, all)?;
        let folded = match reader.flag()? {
            true => Some(Matcher::decode(&mut reader, all)?),
            false => None,
        };
        let expressions = reader.list(|reader| {
            let clause = reader.number().filter(|clause| *clause < all)?;
            Some((clause, Regex::decode(reader)?))
        })?;
        let lowers = expressions.iter().any(|(_, regex)| regex.letters() == regex_vm::ASCII_LOWER);
        let is_plain = folded.is_none() && expressions.is_empty();
        let mut next = rules.iter().skip(1);
        let has_parts = rules.iter().any(|rule| next.next().is_some_and(|next| next.id == rule.id));
        reader.is_empty().then_some(Self {
            incomplete,
            unmatched,
            refresh,
            delimiters,
            lookalikes,
            rules,
            grants,
            grants_of,
            takes_away,
            has_parts,
            simple,
            everyone,
            detailed,
            default,
            clauses,
            matcher,
            folded,
            is_plain,
            expressions,
            lowers,
        })
    }

    /// The rules, sorted by their ids.
    pub fn rules(&self) -> &[Rule<'b>] {
        &self.rules
    }

    /// The target groups that the rule at a position grants or takes away, by their position in the registry.
    #[inline(always)]
    pub fn grants(&self, rule: u32) -> &[u32] {
        let Some([start, end]) = self.grants_of.get(rule as usize..).and_then(<[u32]>::first_chunk) else {
            return &[];
        };
        self.grants.get(*start as usize..*end as usize).unwrap_or_default()
    }

    /// Whether the rule at a position takes away what it names.
    #[inline(always)]
    pub(crate) fn excludes(&self, rule: u32) -> bool {
        // Of most mappings the answer is known without looking at the rule.
        self.takes_away && self.rules.get(rule as usize).is_some_and(|rule| rule.excludes)
    }

    /// What happens when the input is incomplete.
    pub fn incomplete_policy(&self) -> IncompletePolicy {
        self.incomplete
    }

    /// What happens when a group matches no rule.
    pub fn unmatched_policy(&self) -> UnmatchedPolicy {
        self.unmatched
    }

    /// How many clauses there are, those of the rules included.
    pub(crate) fn clause_count(&self) -> usize {
        self.rules.len() + self.clauses.len()
    }

    /// The rule that a clause belongs to.
    pub(crate) fn rule_of(&self, clause: u32) -> u32 {
        match (clause as usize).checked_sub(self.rules.len()) {
            Some(at) => self.clauses.get(at).copied().unwrap_or(clause),
            None => clause,
        }
    }

    pub(crate) fn detail(&self, rule: u32) -> Option<&Detailed<'b>> {
        let at = self.detailed.binary_search_by(|detailed| detailed.rule.cmp(&rule)).ok()?;
        self.detailed.get(at)
    }

    /// Calls `matched` for each pattern that wants one of the groups: with the group's position, the pattern's clause,
    /// and the text that it matched if that is not the group's name. Returns the groups that some pattern wants.
    #[inline(always)]
    pub(crate) fn for_each_match(
        &self,
        groups: &[ScannedName<'_>],
        mut matched: impl FnMut(u32, u32, PatternKind<'_, 'b>, Option<&[u8]>),
    ) -> BitSet {
        let mut wanted = BitSet::new(groups.len());
        self.matcher.for_each(groups, &mut wanted, |at, clause, kind| matched(at, clause, kind, None));
        if !self.is_plain {
            let mut memory = Memory::default();
            for (group, at) in groups.iter().zip(0u32..) {
                self.match_otherwise(group.name, &mut memory, &mut |clause, kind, text| {
                    wanted.insert(at);
                    matched(at, clause, kind, Some(text));
                });
            }
        }
        wanted
    }

    /// Matches the patterns that ignore letter case, and the regular expressions.
    #[inline(never)]
    fn match_otherwise(
        &self,
        name: &[u8],
        Memory { folded, ascii, runs }: &mut Memory,
        matched: &mut dyn FnMut(u32, PatternKind<'_, 'b>, &[u8]),
    ) {
        if let Some(matcher) = &self.folded {
            folded.clear();
            case_mapping::fold_into(name, folded);
            matcher.for_each_of_one(scan(folded), &mut |clause, kind| matched(clause, kind, folded));
        }
        if self.lowers {
            ascii.clear();
            ascii.extend(name.iter().map(u8::to_ascii_lowercase));
        }
        // In letters that no expression is compared in, the name is left empty. The compiler writes a matcher of
        // patterns that ignore letter case, even an empty one, where an expression needs the name in their letters.
        let names: [&[u8]; 3] = [name, ascii, folded];
        let names = names.map(|name| (name, Ends::of(name)));
        for (clause, regex) in &self.expressions {
            let Some((name, ends)) = names.get(usize::from(regex.letters())) else { continue };
            if regex.is_match(*ends, name, runs) {
                matched(*clause, PatternKind::Regex(regex), name);
            }
        }
    }

    /// Whether a name that is not plain ASCII would be a known one in Unicode's normalization form C.
    pub(crate) fn looks_like_known(&self, name: &[u8]) -> bool {
        self.lookalikes.binary_search_by(|known| known.as_bytes().cmp(name)).is_ok()
    }

    /// The exact names, those that ignore letter case included, each with its clause.
    #[cfg(feature = "compiler")]
    pub(crate) fn exact_names(&self) -> impl Iterator<Item = (&'b [u8], u32)> {
        self.matcher.exact_names().chain(self.folded.iter().flat_map(Matcher::exact_names))
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
        let mut matched = false;
        self.matcher.for_each_of_one(scan(name), &mut |_, _| matched = true);
        self.match_otherwise(name, &mut Memory::default(), &mut |_, _, _| matched = true);
        matched
    }
}

impl<'b> Detailed<'b> {
    fn decode(
        reader: &mut Reader<'b>,
        rule: u32,
        flags: u8,
        clauses: &mut impl FnMut(&mut Reader<'b>) -> Option<Vec<u32>>,
        groups: u32,
    ) -> Option<Self> {
        Some(Self {
            rule,
            own: flags & OWN != 0,
            all: clauses(reader)?,
            none: clauses(reader)?,
            expires: reader.number()?,
            condition: match reader.flag()? {
                true => Some(Condition::decode(reader)?),
                false => None,
            },
            templates: reader.list(|reader| GrantExpansion::decode(reader, groups))?,
        })
    }
}

impl Policy {
    pub(crate) fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        reader.flag().map(|deny| if deny { Self::Deny } else { Self::NoGroups })
    }
}
