//! Which clauses of rules match an upstream group: one hash lookup for the exact names, two searches for the globs.
//!
//! A glob is indexed by one of its literal ends, a prefix or a suffix: the compiler chooses the one that fewer other
//! globs share. Only globs without any literal end are tried on every name.

#[cfg(feature = "compiler")]
use std::borrow::Cow;

use super::affix::Affix;
use super::affix_index::AffixIndex;
use super::glob::{ClauseGlob, Pattern};
use super::regex_vm::Regex;
use crate::codec::reader::Reader;
use crate::collections::hash_index::HashIndex;
use crate::ids::{ClauseId, Id as _, NameId};
use crate::text::object_id;
use crate::text::scan::{ScannedName, bytes_equal, hash};

/// The kind of pattern by which a rule matched a group.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum PatternKind<'p, 'b> {
    /// The group is one of the rule's exact names.
    Exact,
    /// The group matches one of the rule's globs.
    Glob(&'p Pattern<'b>),
    /// The group matches one of the rule's regular expressions, or a glob that is run as one.
    Regex(&'p Regex<'b>),
}

impl PatternKind<'_, '_> {
    /// Calls `each` for every capture of a text that the pattern matches, with its number.
    pub(crate) fn captures<'n>(self, text: &'n [u8], each: impl FnMut(usize, &'n [u8])) {
        match self {
            Self::Exact => {}
            Self::Glob(pattern) => pattern.captures(text, each),
            Self::Regex(regex) => regex.captures(text, each),
        }
    }
}

/// The exact names and globs of one mapping.
#[derive(Debug)]
pub(crate) struct Matcher<'b> {
    exact: HashIndex,
    names: Vec<ExactName<'b>>,
    prefixes: AffixIndex<'b>,
    suffixes: AffixIndex<'b>,
    /// Globs without a literal end.
    anywhere: Vec<ClauseGlob<'b>>,
}

#[derive(Debug)]
struct ExactName<'b> {
    /// A text, or a packed object id.
    name: &'b [u8],
    clause: ClauseId,
    /// Another entry with the same name, for another clause.
    next: Option<NameId>,
    /// Whether no glob matches the name, so that none has to be tried.
    exact_only: bool,
}

impl<'b> Matcher<'b> {
    /// Decodes the patterns of a mapping of `clauses` clauses; `None` if they are not well-formed.
    pub(crate) fn decode(reader: &mut Reader<'b>, clauses: usize) -> Option<Self> {
        let mut names = Vec::new();
        // The names that no glob matches come first.
        for exact_only in [true, false] {
            let count = reader.count()?;
            names.reserve_exact(count);
            for _ in 0..count {
                let clause = reader.id(clauses)?;
                let name = reader.bytes()?;
                if !object_id::is_packed(name) {
                    core::str::from_utf8(name).ok()?;
                }
                names.push(ExactName { name, clause, next: None, exact_only });
            }
        }
        let mut repeats = Vec::new();
        let name = |position: u32| names.get(position as usize).map(|exact| exact.name);
        let exact = HashIndex::build(names.len(), &name, &mut |first, again| repeats.push((first, again)));
        for (first, again) in repeats {
            let next = names.get_mut(first as usize)?.next.replace(NameId(again));
            names.get_mut(again as usize)?.next = next;
        }
        Some(Self {
            exact,
            names,
            prefixes: AffixIndex::new(Affix::Prefix, decode_globs(reader, clauses)?)?,
            suffixes: AffixIndex::new(Affix::Suffix, decode_globs(reader, clauses)?)?,
            anywhere: decode_globs(reader, clauses)?,
        })
    }

    /// Whether a name is one of the exact names.
    pub(crate) fn is_exact(&self, name: &[u8]) -> bool {
        self.find(name, hash(name)).is_some()
    }

    /// The exact names that are no object ids: those match in any letter case.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &'b [u8]> {
        self.names.iter().map(|exact| exact.name).filter(|name| !object_id::is_packed(name))
    }

    /// The exact names, each with its clause.
    #[cfg(feature = "compiler")]
    pub(crate) fn exact_names(&self) -> impl Iterator<Item = (Cow<'b, [u8]>, ClauseId)> {
        self.names.iter().map(|exact| (object_id::unpack(exact.name), exact.clause))
    }

    /// The globs, each with its clause.
    #[cfg(feature = "compiler")]
    pub(crate) fn globs(&self) -> impl Iterator<Item = &ClauseGlob<'b>> {
        self.prefixes.globs().iter().chain(self.suffixes.globs()).chain(&self.anywhere)
    }

    /// Calls `matched` for each pattern that matches a name.
    pub(crate) fn for_each_match(
        &self,
        name: ScannedName<'_>,
        matched: &mut dyn FnMut(ClauseId, PatternKind<'_, 'b>),
    ) {
        let exact = self.find(name.name, name.hash);
        let mut next = exact;
        while let Some(exact) = next {
            matched(exact.clause, PatternKind::Exact);
            next = exact.next.and_then(|next| self.names.get(next.index()));
        }
        if !exact.is_some_and(|exact| exact.exact_only) {
            self.for_each_matching_glob(name.name, &mut |glob| {
                matched(glob.clause, PatternKind::Glob(&glob.pattern));
            });
        }
    }

    /// Calls `matched` for each glob that matches a name.
    pub(crate) fn for_each_matching_glob<'p>(
        &'p self,
        name: &[u8],
        matched: &mut dyn FnMut(&'p ClauseGlob<'b>),
    ) {
        self.prefixes.for_each_match(name, matched);
        self.suffixes.for_each_match(name, matched);
        self.anywhere.iter().filter(|glob| glob.pattern.is_match(name)).for_each(matched);
    }

    fn find(&self, name: &[u8], name_hash: u32) -> Option<&ExactName<'b>> {
        let packed = object_id::pack(name);
        let (name, hash) = match &packed {
            Some(packed) => (packed.as_slice(), hash(packed)),
            None => (name, name_hash),
        };
        let is_name =
            |at: u32| self.names.get(at as usize).is_some_and(|exact| bytes_equal(exact.name, name));
        self.names.get(self.exact.find(hash, &is_name)? as usize)
    }
}

fn decode_globs<'b>(reader: &mut Reader<'b>, clauses: usize) -> Option<Vec<ClauseGlob<'b>>> {
    reader.list(|reader| {
        Some(ClauseGlob { clause: reader.id(clauses)?, pattern: Pattern::decode(reader.text()?)? })
    })
}

#[cfg(test)]
mod tests {
    use super::{Matcher, Reader};
    use crate::text::scan::scan;

    fn encode(number: usize, bytes: &mut Vec<u8>) {
        let mut rest = number;
        while rest > 0x7f {
            bytes.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        bytes.push(rest as u8);
    }

    /// The clauses that match each name. Each glob has a clause of its own; `prefixes` begin with a literal, `suffixes` end with one.
    fn clauses(prefixes: &[String], suffixes: &[String], names: &[String]) -> Vec<Vec<u32>> {
        let mut bytes = vec![0, 0];
        let mut clause = 0;
        for globs in [prefixes, suffixes, &[]] {
            encode(globs.len(), &mut bytes);
            for glob in globs {
                encode(clause, &mut bytes);
                encode(glob.len(), &mut bytes);
                bytes.extend(glob.bytes());
                clause += 1;
            }
        }
        let matcher = Matcher::decode(&mut Reader::new(&bytes), clause).expect("well-formed");
        let matching = |name: &String| {
            let mut clauses = Vec::new();
            matcher.for_each_match(scan(name.as_bytes()), &mut |clause, _| clauses.push(clause.0));
            clauses.sort_unstable();
            clauses
        };
        names.iter().map(matching).collect()
    }

    /// Matches names with `count` globs. Every other literal begins with the one before it.
    fn check_many(count: u32) {
        let literal = |at: u32| format!("{:08}{}", at / 2, if at.is_multiple_of(2) { "" } else { "-b" });
        let globs: Vec<_> = (0..count).map(|at| literal(at) + "\u{1}").collect();
        for first in [0, 2, count / 4 * 2, count - 2] {
            let names =
                [literal(first + 1) + "cd", literal(first) + "-c", literal(count), "0000000".to_owned()];
            assert_eq!(clauses(&globs, &[], &names), [vec![first, first + 1], vec![first], vec![], vec![]]);
        }
    }

    #[test]
    fn matcher_finds_globs_among_any_number_of_literals() {
        [4, 2_000, 65_534, 65_536].into_iter().for_each(check_many);
    }

    #[test]
    fn matcher_compares_every_byte_of_a_literal() {
        for len in 1..40 {
            for at in 0..len {
                let literal = "n".repeat(len);
                let mut other = literal.clone();
                other.replace_range(at..=at, "m");
                for rest in ["", "-x", "-the-rest-of-a-name"] {
                    let names = [&literal, &other].map(|start| format!("{start}{rest}"));
                    let globs = [format!("{literal}\u{1}")];
                    assert_eq!(clauses(&globs, &[], &names), [vec![0], vec![]], "{names:?}");
                    let names = [&literal, &other].map(|end| format!("{rest}{end}"));
                    let globs = [format!("\u{1}{literal}")];
                    assert_eq!(clauses(&[], &globs, &names), [vec![0], vec![]], "{names:?}");
                }
            }
        }
    }
}
