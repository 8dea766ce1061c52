//! One customer's mapping, as the engine uses it.

use crate::bytes::Reader;
use crate::matcher::Matcher;

/// A customer's rules and policies.
#[derive(Debug)]
pub struct Mapping<'b> {
    /// What happens when the input is incomplete.
    pub(crate) incomplete: Policy,
    /// What happens when a group matches no rule.
    pub(crate) unmatched: UnmatchedPolicy,
    pub(crate) rules: Vec<Rule<'b>>,
    /// The rules that fire whatever the groups are.
    pub(crate) everyone: Vec<u32>,
    pub(crate) matcher: Matcher<'b>,
}

/// One rule: what it grants. What it matches is in the mapping's matcher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule<'b> {
    /// The rule's id, unique in its mapping.
    pub id: &'b str,
    /// The target groups it grants, by their position in the registry.
    pub grants: Vec<u32>,
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

impl<'b> Mapping<'b> {
    /// Decodes a mapping that grants from a registry of `groups` target groups; `None` if it is not well-formed.
    ///
    /// Layout: the policies `incomplete` and `unmatched` (a byte each, 1 for deny); the rules, each with
    /// its id, whether it is for everyone, and what it grants; then the patterns.
    pub(crate) fn decode(bytes: &'b [u8], groups: u32) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let incomplete = Policy::decode(&mut reader)?;
        let unmatched = match reader.byte()? {
            0 => UnmatchedPolicy::Drop,
            1 => UnmatchedPolicy::Deny,
            _ => return None,
        };
        let count = reader.count()?;
        let mut rules = Vec::with_capacity(count);
        let mut everyone = Vec::new();
        for position in 0..u32::try_from(count).ok()? {
            let id = reader.text()?;
            match reader.byte()? {
                0 => {}
                1 => everyone.push(position),
                _ => return None,
            }
            let count = reader.count()?;
            let mut grants = Vec::with_capacity(count);
            for _ in 0..count {
                grants.push(reader.number().filter(|group| *group < groups)?);
            }
            rules.push(Rule { id, grants });
        }
        let matcher = Matcher::decode(&mut reader, u32::try_from(count).ok()?)?;
        reader.is_empty().then_some(Self { incomplete, unmatched, rules, everyone, matcher })
    }

    /// The rules, in the order of the file.
    pub fn rules(&self) -> &[Rule<'b>] {
        &self.rules
    }

    /// What happens when the input is incomplete.
    pub fn incomplete_policy(&self) -> Policy {
        self.incomplete
    }

    /// What happens when a group matches no rule.
    pub fn unmatched_policy(&self) -> UnmatchedPolicy {
        self.unmatched
    }
}

impl Policy {
    pub(crate) fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        match reader.byte()? {
            0 => Some(Self::NoGroups),
            1 => Some(Self::Deny),
            _ => None,
        }
    }
}
