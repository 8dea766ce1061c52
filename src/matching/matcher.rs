//! Which clauses of rules want a group: one hash look-up for the exact names, two searches for the globs.
//!
//! A glob is filed under one of its literal ends, a prefix or a suffix, whichever fewer others begin like. Most names
//! begin like no prefix, which a look at the *head* tells: as many of the first bytes as all prefixes have. Of the
//! prefixes with a name's head, those that fit are found by looking at all of them; among many, a binary search finds
//! the greatest that is not above the name: it, or one of those that it begins with itself, its *parents*, are all that
//! the name can begin with. Suffixes work the same from the other end. Only globs without any literal end are tried on
//! every name.

use core::cmp::Ordering;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

use super::affix::Side;
use super::glob::Pattern;
use super::regex_vm::Regex;
use crate::codec::reader::Reader;
use crate::collections::bit_set::{BitSet, ones};
use crate::collections::hash_index::HashIndex;
use crate::text::scan::{ScannedName, hash, mix, same};

/// How a rule came to fire.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum PatternKind<'p, 'b> {
    /// The group is one of the rule's exact names.
    Exact,
    /// The group matches one of the rule's globs.
    Glob(&'p Pattern<'b>),
    /// The group matches one of the rule's regular expressions, or a glob that is one. By reference, so that a kind is
    /// two words, which are handed on in registers: in memory, what is written as two is slow to be read as one.
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

/// All patterns of one mapping, ready to be asked.
#[derive(Debug)]
pub(crate) struct Matcher<'b> {
    exact: HashIndex,
    names: Vec<Exact<'b>>,
    prefixes: Ends<'b>,
    suffixes: Ends<'b>,
    anywhere: Vec<Glob<'b>>,
}

#[derive(Debug)]
struct Exact<'b> {
    name: &'b [u8],
    clause: u32,
    /// Another entry with the same name, for another clause.
    next: Option<u32>,
    /// Whether no glob wants the name, as far as anybody had it: it need not be held against them again.
    /// Of names that stand for several clauses, the first entry says so.
    alone: AtomicBool,
}

#[derive(Debug)]
struct Glob<'b> {
    pattern: Pattern<'b>,
    clause: u32,
}

/// Globs filed under the literal that a match begins, or ends, with.
#[derive(Debug)]
struct Ends<'b> {
    side: Side,
    /// Sorted by literal, each literal once.
    ends: Vec<End<'b>>,
    /// Sorted by literal.
    globs: Vec<Glob<'b>>,
    /// Which bytes of a name's first word are its head.
    head_mask: u64,
    /// By the hash of heads, the end to begin with, counted from one: zero for most, and then a name is done with.
    slots: Vec<u16>,
    /// How far a hash is shifted to give its slot.
    shift: u32,
}

/// A literal, and the globs that are filed under it.
///
/// As long as a line of a processor's cache, and natively on one: which of them a login asks for is hardly ever there.
#[derive(Debug)]
#[cfg_attr(not(target_arch = "wasm32"), repr(align(64)))]
struct End<'b> {
    literal: &'b [u8],
    /// The literal's [window](Side::window) as a number that [compares](Side::order) as literals do.
    order: u128,
    /// Where the globs begin and end.
    globs: (u32, u32),
    /// The longest other literal that this one begins with, counted from one.
    parent: u32,
    /// The next end in the same slot, counted from one.
    next: u32,
    /// How many ends from this one on are searched instead of being in the slot; zero if it stands for itself alone.
    searched: u32,
}

impl<'b> Matcher<'b> {
    /// Decodes the patterns of a mapping of `clauses` clauses; `None` if they are not well-formed.
    ///
    /// Layout: the exact names and then the globs filed under prefixes, under suffixes, and under neither;
    /// each a count and that many pairs of clause and text. Globs are sorted by their literal from its side.
    pub(crate) fn decode(reader: &mut Reader<'b>, clauses: u32) -> Option<Self> {
        let count = reader.count()?;
        let mut names = Vec::with_capacity(count);
        for _ in 0..count {
            let clause = reader.number().filter(|clause| *clause < clauses)?;
            let name = reader.text()?.as_bytes();
            names.push(Exact { name, clause, next: None, alone: AtomicBool::new(false) });
        }
        let mut repeats = Vec::new();
        let name = |position: u32| names.get(position as usize).map(|exact| exact.name);
        let exact = HashIndex::build(names.len(), &name, &mut |first, again| repeats.push((first, again)));
        for (first, again) in repeats {
            let behind = names.get_mut(first as usize)?.next.replace(again);
            names.get_mut(again as usize)?.next = behind;
        }
        Some(Self {
            exact,
            names,
            prefixes: Ends::decode(reader, clauses, Side::Front)?,
            suffixes: Ends::decode(reader, clauses, Side::Back)?,
            anywhere: decode_globs(reader, clauses)?,
        })
    }

    /// Whether a name is one of the exact ones.
    pub(crate) fn is_exact(&self, name: &[u8]) -> bool {
        self.find_anywhere(name, hash(name)).is_some()
    }

    /// The exact names, each with its clause.
    #[cfg(feature = "compiler")]
    pub(crate) fn exact_names(&self) -> impl Iterator<Item = (&'b [u8], u32)> {
        self.names.iter().map(|exact| (exact.name, exact.clause))
    }

    /// Calls `matched` for each pattern that wants a group.
    pub(crate) fn for_each_of_one(
        &self,
        group: ScannedName<'_>,
        matched: &mut dyn FnMut(u32, PatternKind<'_, 'b>),
    ) {
        self.for_each_of_few(&[group], &mut |_, clause, kind| matched(clause, kind));
    }

    /// Calls `matched` for each pattern that wants one of some groups, with the group's position among them.
    /// Adds the groups that some pattern wants to `wanted`.
    #[inline(always)]
    pub(crate) fn for_each(
        &self,
        groups: &[ScannedName<'_>],
        wanted: &mut BitSet,
        mut matched: impl FnMut(u32, u32, PatternKind<'_, 'b>),
    ) {
        for (few, word) in groups.chunks(FEW_GROUPS).zip(0..) {
            let first = word * FEW_GROUPS as u32;
            let bits = self.for_each_of_few(few, &mut |at, clause, kind| matched(first + at, clause, kind));
            wanted.insert_word(word, bits);
        }
    }

    /// The same for as many groups as a word has bits; returns those that some pattern wants.
    ///
    /// What a group has to be held against is found out for all of them first, without a branch: what a processor
    /// cannot foresee costs it more than all that is computed here in vain.
    #[inline(never)]
    fn for_each_of_few(
        &self,
        groups: &[ScannedName<'_>],
        matched: &mut dyn FnMut(u32, u32, PatternKind<'_, 'b>),
    ) -> u64 {
        let (mut open, mut front, mut back) = (0, 0, 0);
        // The last one first, so that the first one's bit comes to be the lowest.
        for group in groups.iter().rev() {
            open = open << 1 | u64::from(self.exact.may_have(group.hash));
            front = front << 1 | u64::from(self.prefixes.may_want(Side::Front.long_head(group.name)));
            back = back << 1 | u64::from(self.suffixes.may_want(Side::Back.long_head(group.name)));
        }
        // The groups that are exact names, and those of them that no glob wants.
        let (mut exact, mut alone) = (0, 0);
        for at in ones(open) {
            let Some(name) = groups.get(at as usize).and_then(|group| self.find(*group)) else { continue };
            exact |= 1 << at;
            alone |= u64::from(name.alone.load(Relaxed)) << at;
            let mut next = Some(name);
            while let Some(name) = next {
                matched(at, name.clause, PatternKind::Exact);
                next = name.next.and_then(|at| self.names.get(at as usize));
            }
        }
        // The groups that a glob wants.
        let mut wanted = 0;
        for (ends, may_want) in [(&self.prefixes, front), (&self.suffixes, back)] {
            for at in ones(may_want & !alone) {
                let Some(group) = groups.get(at as usize) else { continue };
                ends.for_each(group.name, &mut |clause, kind| {
                    wanted |= 1 << at;
                    matched(at, clause, kind);
                });
            }
        }
        if !self.anywhere.is_empty() {
            for (group, at) in groups.iter().zip(0u32..) {
                if alone & 1 << at == 0 {
                    try_globs(&self.anywhere, group.name, &mut |clause, kind| {
                        wanted |= 1 << at;
                        matched(at, clause, kind);
                    });
                }
            }
        }
        for at in ones(exact & !alone & !wanted) {
            if let Some(name) = groups.get(at as usize).and_then(|group| self.find(*group)) {
                name.alone.store(true, Relaxed);
            }
        }
        exact | wanted
    }

    /// The exact name that a group is.
    #[inline(always)]
    fn find(&self, group: ScannedName<'_>) -> Option<&Exact<'b>> {
        match self.names.get(self.exact.guess(group.hash) as usize) {
            Some(name) if same(name.name, group.name) => Some(name),
            _ => self.find_anywhere(group.name, group.hash),
        }
    }

    #[inline(never)]
    fn find_anywhere(&self, name: &[u8], hash: u32) -> Option<&Exact<'b>> {
        let is = |at: u32| self.names.get(at as usize).is_some_and(|exact| same(exact.name, name));
        self.names.get(self.exact.find(hash, &is)? as usize)
    }
}

/// So many groups are looked at together: as many as a word has bits.
const FEW_GROUPS: usize = 64;

impl<'b> Ends<'b> {
    fn decode(reader: &mut Reader<'b>, clauses: u32, side: Side) -> Option<Self> {
        let globs = decode_globs(reader, clauses)?;
        let mut ends: Vec<End<'b>> = Vec::with_capacity(globs.len());
        let (mut last, mut shortest): (&[u8], usize) = (&[], usize::MAX);
        for (glob, position) in globs.iter().zip(0..) {
            let literal = glob.pattern.literal(side);
            match side.compare(last, literal) {
                Ordering::Less => {}
                // An empty literal would be one that every name begins with.
                Ordering::Equal => {
                    ends.last_mut()?.globs.1 = position + 1;
                    continue;
                }
                Ordering::Greater => return None,
            }
            // The parent is the end before this one, or one of its parents.
            let mut parent = ends.len() as u32;
            while let Some(end) = from_one(&ends, parent) {
                if side.begins_with(literal, end.literal) {
                    break;
                }
                parent = end.parent;
            }
            let order = side.order(side.window(literal));
            let globs = (position, position + 1);
            ends.push(End { literal, order, globs, parent, next: 0, searched: 0 });
            (last, shortest) = (literal, shortest.min(literal.len()));
        }
        let mut head_mask = side.head(side.window_mask(shortest));
        if ends.len() > usize::from(u16::MAX) {
            // More than slots can tell apart: without any byte in their heads, they are in one slot and searched.
            head_mask = 0;
        }
        let head = |end: &End<'_>| side.head(side.window(end.literal)) & head_mask;
        let heads = ends.chunk_by(|end, next| head(end) == head(next)).count();
        let bits = (heads * 16).max(MIN_SLOTS).next_power_of_two().ilog2();
        let mut filed =
            Self { side, ends, globs, head_mask, slots: vec![0; 1 << bits], shift: u64::BITS - bits };
        filed.link();
        Some(filed)
    }

    /// Puts the ends into their slots.
    fn link(&mut self) {
        let head = |end: &End<'_>| self.side.head(self.side.window(end.literal)) & self.head_mask;
        let mut first = 0;
        while let Some(end) = self.ends.get(first) {
            let slot = self.slot(head(end));
            let len = self.ends.iter().skip(first).take_while(|other| head(other) == head(end)).count();
            let linked = if len > FEW { 1 } else { len };
            for at in first..first + linked {
                if let (Some(end), Some(slot)) = (self.ends.get_mut(at), self.slots.get_mut(slot)) {
                    end.next = u32::from(core::mem::replace(slot, at as u16 + 1));
                    end.searched = if len > FEW { len as u32 } else { 0 };
                }
            }
            first += len;
        }
    }

    /// Whether a name with this head may begin with one of the literals. Of shorter ones nothing is known.
    #[inline(always)]
    fn may_want(&self, head: Option<u64>) -> bool {
        head.is_none_or(|head| self.slots.get(self.slot(head)).is_some_and(|end| *end != 0))
    }

    /// The slot of a name's first word.
    #[inline(always)]
    fn slot(&self, head: u64) -> usize {
        (mix(0, head & self.head_mask) >> self.shift) as usize
    }

    #[inline(never)]
    fn for_each(&self, name: &[u8], matched: &mut dyn FnMut(u32, PatternKind<'_, 'b>)) {
        let window = self.side.window(name);
        let order = self.side.order(window);
        let slot = self.slots.get(self.slot(self.side.head(window)));
        let mut at = slot.copied().unwrap_or_default().into();
        while let Some(end) = from_one(&self.ends, at) {
            if end.searched != 0 {
                self.search(at, end.searched, order, name, matched);
            } else if end.fits(order) {
                self.try_globs_of(end, name, matched);
            }
            at = end.next;
        }
    }

    /// The same for `count` ends with the same head; the first is counted from one.
    #[inline(never)]
    fn search(
        &self,
        first: u32,
        count: u32,
        order: u128,
        name: &[u8],
        matched: &mut dyn FnMut(u32, PatternKind<'_, 'b>),
    ) {
        let is_above = |end: &End<'_>| {
            end.order > order
                || end.order == order && self.side.compare(end.literal, name) == Ordering::Greater
        };
        let (first, count) = (first as usize - 1, count as usize);
        let ends = self.ends.get(first..first + count).unwrap_or_default();
        let above = ends.partition_point(|end| !is_above(end));
        let mut at = if above == 0 { 0 } else { (first + above) as u32 };
        while let Some(end) = from_one(&self.ends, at) {
            if end.fits(order) {
                self.try_globs_of(end, name, matched);
            }
            at = end.parent;
        }
    }

    /// Tries the globs of an end whose window fits.
    fn try_globs_of(&self, end: &End<'b>, name: &[u8], matched: &mut dyn FnMut(u32, PatternKind<'_, 'b>)) {
        if end.literal.len() > 16 && !self.side.begins_with(name, end.literal) {
            return;
        }
        let globs = self.globs.get(end.globs.0 as usize..end.globs.1 as usize);
        for glob in globs.unwrap_or_default() {
            if glob.pattern.is_match_behind(self.side, name) {
                matched(glob.clause, PatternKind::Glob(&glob.pattern));
            }
        }
    }
}

impl End<'_> {
    /// Whether a name with this order of its window may begin with the literal; it does if that is no longer than one.
    #[inline(always)]
    fn fits(&self, order: u128) -> bool {
        (self.order ^ order).leading_zeros() as usize >= 8 * self.literal.len().min(16)
    }
}

/// So many ends with the same head are looked at one after the other; among more, those that fit are searched for.
const FEW: usize = 8;

/// With so many slots the heads of most names are in none of a usual mapping's.
const MIN_SLOTS: usize = 128;

/// The end at a position that is counted from one; there is none at zero.
#[inline(always)]
fn from_one<'e, 'b>(ends: &'e [End<'b>], at: u32) -> Option<&'e End<'b>> {
    ends.get((at as usize).wrapping_sub(1))
}

fn decode_globs<'b>(reader: &mut Reader<'b>, clauses: u32) -> Option<Vec<Glob<'b>>> {
    let count = reader.count()?;
    let mut globs = Vec::with_capacity(count);
    for _ in 0..count {
        let clause = reader.number().filter(|clause| *clause < clauses)?;
        globs.push(Glob { clause, pattern: Pattern::decode(reader.text()?)? });
    }
    Some(globs)
}

#[inline]
fn try_globs<'b>(globs: &[Glob<'b>], name: &[u8], matched: &mut dyn FnMut(u32, PatternKind<'_, 'b>)) {
    for glob in globs {
        if glob.pattern.is_match(name) {
            matched(glob.clause, PatternKind::Glob(&glob.pattern));
        }
    }
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

    /// Matches names with globs, each of a clause of its own: those behind literals, and those before.
    fn clauses(prefixes: &[String], suffixes: &[String], names: &[String]) -> Vec<Vec<u32>> {
        let mut bytes = vec![0];
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
        let matcher = Matcher::decode(&mut Reader::new(&bytes), clause as u32).expect("well-formed");
        let wanted = |name: &String| {
            let mut clauses = Vec::new();
            matcher.for_each_of_one(scan(name.as_bytes()), &mut |clause, _| clauses.push(clause));
            clauses.sort_unstable();
            clauses
        };
        names.iter().map(wanted).collect()
    }

    /// So many globs with a literal each; every other one begins with the one before it.
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
    fn any_number_of_literals_is_told_apart() {
        [4, 2_000, 65_534, 65_536].into_iter().for_each(check_many);
    }

    #[test]
    fn every_byte_of_a_literal_counts() {
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
