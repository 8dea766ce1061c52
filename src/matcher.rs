//! Which rules want a group: one hash look-up for the exact names, two searches for the globs.
//!
//! A glob is filed under its longer literal end. For one name, the globs whose literal prefix the name begins
//! with are found by one binary search among the sorted prefixes: the greatest prefix not above the name, or one
//! of those it begins with itself, its *parents*, are all there can be. Suffixes work the same from the other end.
//! Only globs without any literal end are tried on every name.

use core::cmp::Ordering;

use crate::bytes::Reader;
use crate::pattern::{Pattern, PatternKind};
use crate::table::{self, Table};

/// All patterns of one mapping, ready to be asked.
#[derive(Debug)]
pub(crate) struct Matcher<'b> {
    exact: Table,
    names: Vec<Exact<'b>>,
    prefixes: Ends<'b>,
    suffixes: Ends<'b>,
    anywhere: Vec<Glob<'b>>,
}

#[derive(Debug)]
struct Exact<'b> {
    name: &'b [u8],
    rule: u32,
    /// Another entry with the same name, for another rule.
    next: Option<u32>,
}

#[derive(Debug)]
struct Glob<'b> {
    pattern: Pattern<'b>,
    rule: u32,
}

/// Globs filed under the literal that a match begins, or ends, with.
#[derive(Debug)]
struct Ends<'b> {
    side: Side,
    /// The bytes that any of the literals begins with, seen from its side.
    first: [u64; 4],
    /// Sorted by literal, each literal once.
    ends: Vec<End<'b>>,
    /// Sorted by literal.
    globs: Vec<Glob<'b>>,
}

#[derive(Debug)]
struct End<'b> {
    literal: &'b [u8],
    /// The longest other literal that this one begins with.
    parent: Option<u32>,
    /// The globs filed here.
    globs: core::ops::Range<usize>,
}

/// From which side two names are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Front,
    Back,
}

impl Side {
    pub(crate) fn compare(self, left: &[u8], right: &[u8]) -> Ordering {
        match self {
            Self::Front => left.cmp(right),
            Self::Back => left.iter().rev().cmp(right.iter().rev()),
        }
    }

    fn begins_with(self, name: &[u8], literal: &[u8]) -> bool {
        match self {
            Self::Front => name.starts_with(literal),
            Self::Back => name.ends_with(literal),
        }
    }

    fn first(self, name: &[u8]) -> Option<u8> {
        match self {
            Self::Front => name.first().copied(),
            Self::Back => name.last().copied(),
        }
    }

    fn literal<'b>(self, pattern: &Pattern<'b>) -> &'b [u8] {
        match self {
            Self::Front => pattern.prefix(),
            Self::Back => pattern.suffix(),
        }
    }
}

impl<'b> Matcher<'b> {
    /// Decodes the patterns of a mapping of `rules` rules; `None` if they are not well-formed.
    ///
    /// Layout: the exact names and then the globs filed under prefixes, under suffixes, and under neither;
    /// each a count and that many pairs of rule and text. Globs are sorted by their literal from its side.
    pub(crate) fn decode(reader: &mut Reader<'b>, rules: u32) -> Option<Self> {
        let count = reader.count()?;
        let mut names = Vec::with_capacity(count);
        for _ in 0..count {
            let rule = reader.number().filter(|rule| *rule < rules)?;
            names.push(Exact { name: reader.text()?.as_bytes(), rule, next: None });
        }
        let mut repeats = Vec::new();
        let name = |position: u32| names.get(position as usize).map(|exact| exact.name);
        let exact = Table::build(names.len(), name, |first, again| repeats.push((first, again)));
        for (first, again) in repeats {
            let behind = names.get_mut(first as usize)?.next.replace(again);
            names.get_mut(again as usize)?.next = behind;
        }
        Some(Self {
            exact,
            names,
            prefixes: Ends::decode(reader, rules, Side::Front)?,
            suffixes: Ends::decode(reader, rules, Side::Back)?,
            anywhere: decode_globs(reader, rules)?,
        })
    }

    /// Calls `matched` for each pattern that wants `name`.
    pub(crate) fn for_each(&self, name: &[u8], mut matched: impl FnMut(u32, PatternKind<'b>)) {
        let mut found = self.exact.find(table::hash(name), |position| {
            self.names.get(position as usize).is_some_and(|exact| exact.name == name)
        });
        while let Some(exact) = found.and_then(|position| self.names.get(position as usize)) {
            matched(exact.rule, PatternKind::Exact);
            found = exact.next;
        }
        self.prefixes.for_each(name, &mut matched);
        self.suffixes.for_each(name, &mut matched);
        try_globs(&self.anywhere, name, &mut matched);
    }
}

impl<'b> Ends<'b> {
    fn decode(reader: &mut Reader<'b>, rules: u32, side: Side) -> Option<Self> {
        let globs = decode_globs(reader, rules)?;
        let mut ends: Vec<End<'b>> = Vec::new();
        let mut first = [0; 4];
        for (position, glob) in globs.iter().enumerate() {
            let literal = side.literal(&glob.pattern);
            let byte = side.first(literal)?;
            *first.get_mut(usize::from(byte / 64))? |= 1u64 << (byte % 64);
            match ends.last_mut() {
                Some(last) if last.literal == literal => last.globs.end = position + 1,
                Some(last) if side.compare(last.literal, literal) == Ordering::Greater => {
                    return None;
                }
                _ => {
                    // The parent is the end before this one, or one of its parents.
                    let mut parent = u32::try_from(ends.len()).ok()?.checked_sub(1);
                    while let Some(end) = parent.and_then(|at| ends.get(at as usize)) {
                        if side.begins_with(literal, end.literal) {
                            break;
                        }
                        parent = end.parent;
                    }
                    ends.push(End { literal, parent, globs: position..position + 1 });
                }
            }
        }
        Some(Self { side, first, ends, globs })
    }

    fn for_each(&self, name: &[u8], matched: &mut impl FnMut(u32, PatternKind<'b>)) {
        let Some(byte) = self.side.first(name) else {
            return;
        };
        let word = self.first.get(usize::from(byte / 64)).copied().unwrap_or(0);
        if word & (1 << (byte % 64)) == 0 {
            return;
        }
        let above =
            self.ends.partition_point(|end| self.side.compare(end.literal, name) != Ordering::Greater);
        let mut next = above.checked_sub(1);
        while let Some(end) = next.and_then(|at| self.ends.get(at)) {
            if self.side.begins_with(name, end.literal) {
                let globs = self.globs.get(end.globs.clone()).unwrap_or_default();
                try_globs(globs, name, matched);
            }
            next = end.parent.map(|at| at as usize);
        }
    }
}

fn decode_globs<'b>(reader: &mut Reader<'b>, rules: u32) -> Option<Vec<Glob<'b>>> {
    let count = reader.count()?;
    let mut globs = Vec::with_capacity(count);
    for _ in 0..count {
        let rule = reader.number().filter(|rule| *rule < rules)?;
        globs.push(Glob { rule, pattern: Pattern::decode(reader.text()?)? });
    }
    Some(globs)
}

fn try_globs<'b>(globs: &[Glob<'b>], name: &[u8], matched: &mut impl FnMut(u32, PatternKind<'b>)) {
    for glob in globs {
        if glob.pattern.is_match(name) {
            matched(glob.rule, PatternKind::Glob(glob.pattern));
        }
    }
}
