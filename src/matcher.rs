//! Which clauses of rules want a group: one hash look-up for the exact names, two searches for the globs.
//!
//! A glob is filed under one of its literal ends, a prefix or a suffix, whichever fewer others begin like. Most names
//! begin like no prefix, which a small filter of first bytes tells. Of few prefixes those that fit are found by
//! looking at all of them; among more, a binary search finds the greatest that is not above the name: it, or one of
//! those that it begins with itself, its *parents*, are all that the name can begin with. Suffixes work the same
//! from the other end. Only globs without any literal end are tried on every name.

use core::cmp::Ordering;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

use crate::bits::{Bits, ones};
use crate::bytes::Reader;
use crate::pattern::{Pattern, PatternKind};
use crate::side::{Side, WORD};
use crate::table::Table;
use crate::words::{Scanned, back_word, front_word, hash, mix, same};

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
    /// A bit for the hash of each literal's first bytes: most names have none, and are done with one look.
    filter: Vec<u64>,
    /// How far a hash is shifted to give its bit: the filter grows with the literals.
    filter_shift: u32,
    /// Which bytes of a name's first word the filter goes by: as many as the shortest literal has.
    filter_mask: u64,
}

#[derive(Debug)]
struct End<'b> {
    literal: &'b [u8],
    /// The literal's first 16 bytes as far as it has them, and which of them count.
    start: u128,
    mask: u128,
    /// The longest other literal that this one begins with.
    parent: Option<u32>,
    /// The globs filed here.
    globs: core::ops::Range<usize>,
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
        let exact = Table::build(names.len(), &name, &mut |first, again| repeats.push((first, again)));
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

    /// The same for one group.
    pub(crate) fn for_each_of_one(&self, group: Scanned<'_>, matched: &mut dyn FnMut(u32, PatternKind<'b>)) {
        self.for_each_of_few(&[group], &mut |_, clause, kind| matched(clause, kind));
    }

    /// Calls `matched` for each pattern that wants one of some groups, with the group's position among them.
    /// Adds the groups that some pattern wants to `wanted`.
    #[inline(always)]
    pub(crate) fn for_each(
        &self,
        groups: &[Scanned<'_>],
        wanted: &mut Bits,
        mut matched: impl FnMut(u32, u32, PatternKind<'b>),
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
        groups: &[Scanned<'_>],
        matched: &mut dyn FnMut(u32, u32, PatternKind<'b>),
    ) -> u64 {
        let mut positions = [0; FEW_GROUPS];
        let (mut open, mut front, mut back) = (0, 0, 0);
        for ((group, position), at) in groups.iter().zip(&mut positions).zip(0u32..) {
            let guess = self.exact.guess(group.hash);
            *position = guess.position;
            open |= u64::from(guess.is_open) << at;
            front |= u64::from(self.prefixes.may_have(front_word(group.name))) << at;
            back |= u64::from(self.suffixes.may_have(back_word(group.name))) << at;
        }
        // The groups that are exact names, and those of them that no glob wants.
        let (mut exact, mut alone) = (0, 0);
        for at in ones(open) {
            let (Some(group), Some(position)) = (groups.get(at as usize), positions.get_mut(at as usize))
            else {
                continue;
            };
            let Some(found) = self.find(*position, *group) else { continue };
            *position = found;
            let Some(name) = self.names.get(found as usize) else { continue };
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
            let position = positions.get(at as usize);
            if let Some(name) = position.and_then(|position| self.names.get(*position as usize)) {
                name.alone.store(true, Relaxed);
            }
        }
        exact | wanted
    }

    /// Where among the exact names a group is that is probably at `position`.
    #[inline(always)]
    fn find(&self, position: u32, group: Scanned<'_>) -> Option<u32> {
        match self.names.get(position as usize) {
            Some(name) if same(name.name, group.name) => Some(position),
            _ => self.find_anywhere(group.name, group.hash),
        }
    }

    #[inline(never)]
    fn find_anywhere(&self, name: &[u8], hash: u32) -> Option<u32> {
        let is = |at: u32| self.names.get(at as usize).is_some_and(|exact| same(exact.name, name));
        self.exact.find(hash, &is)
    }
}

/// So many groups are looked at together: as many as a word has bits.
const FEW_GROUPS: usize = 64;

impl<'b> Ends<'b> {
    fn decode(reader: &mut Reader<'b>, clauses: u32, side: Side) -> Option<Self> {
        let globs = decode_globs(reader, clauses)?;
        let mut ends: Vec<End<'b>> = Vec::new();
        for (position, glob) in globs.iter().enumerate() {
            let literal = glob.pattern.literal(side);
            match ends.last_mut() {
                Some(last) if last.literal == literal => last.globs.end = position + 1,
                Some(last) if side.compare(last.literal, literal) == Ordering::Greater => return None,
                _ => {
                    // The parent is the end before this one, or one of its parents.
                    let mut parent = u32::try_from(ends.len()).ok()?.checked_sub(1);
                    while let Some(end) = parent.and_then(|at| ends.get(at as usize)) {
                        if side.begins_with(literal, end.literal) {
                            break;
                        }
                        parent = end.parent;
                    }
                    let start = side.start(literal);
                    let mask = !u128::MAX.unbounded_shr(literal.len() as u32 * 8);
                    ends.push(End { literal, start, mask, parent, globs: position..position + 1 });
                }
            }
        }
        // An empty literal would be one that every name begins with.
        let shortest = ends.iter().map(|end| end.literal.len()).min().unwrap_or(WORD);
        let filter_mask = !u64::MAX.unbounded_shr(shortest as u32 * 8);
        let bits = (ends.len() * 16).max(256).next_power_of_two().ilog2();
        let (filter, filter_shift) = (vec![0; 1 << (bits - 6)], u64::BITS - bits);
        let mut filed = Self { side, ends, globs, filter, filter_shift, filter_mask };
        for end in &filed.ends {
            let (at, bit) = filed.filter_place(side.word(end.literal));
            *filed.filter.get_mut(at)? |= 1 << bit;
        }
        (shortest > 0).then_some(filed)
    }

    /// Whether a name with this first word may begin with one of the literals.
    #[inline(always)]
    fn may_have(&self, word: u64) -> bool {
        let (at, bit) = self.filter_place(word);
        self.filter.get(at).is_some_and(|bits| bits >> bit & 1 != 0)
    }

    /// The bit of the filter that stands for a first word: in which of its own words, and which bit of that.
    #[inline(always)]
    fn filter_place(&self, word: u64) -> (usize, u64) {
        let place = mix(0, word & self.filter_mask) >> self.filter_shift;
        ((place / 64) as usize, place % 64)
    }

    #[inline(never)]
    fn for_each(&self, name: &[u8], matched: &mut dyn FnMut(u32, PatternKind<'b>)) {
        let start = self.side.start(name);
        if self.ends.len() <= FEW {
            let fits = |(end, at): (&End<'_>, u32)| u64::from((end.start ^ start) & end.mask == 0) << at;
            let fitting = self.ends.iter().zip(0..).map(fits).fold(0, |fitting, bit| fitting | bit);
            for at in ones(fitting) {
                if let Some(end) = self.ends.get(at as usize) {
                    self.try_globs_of(end, name, matched);
                }
            }
            return;
        }
        let is_above = |end: &End<'_>| self.side.compare(end.literal, name) == Ordering::Greater;
        let above =
            self.ends.partition_point(|end| (end.start < start) | (end.start == start && !is_above(end)));
        let mut next = above.checked_sub(1);
        while let Some(end) = next.and_then(|at| self.ends.get(at)) {
            if (end.start ^ start) & end.mask == 0 {
                self.try_globs_of(end, name, matched);
            }
            next = end.parent.map(|at| at as usize);
        }
    }

    /// Tries the globs of an end whose first 16 bytes fit.
    fn try_globs_of(&self, end: &End<'b>, name: &[u8], matched: &mut dyn FnMut(u32, PatternKind<'b>)) {
        if end.literal.len() > 2 * WORD && !self.side.begins_with(name, end.literal) {
            return;
        }
        for glob in self.globs.get(end.globs.clone()).unwrap_or_default() {
            if glob.pattern.is_match_behind(self.side, name) {
                matched(glob.clause, PatternKind::Glob(glob.pattern));
            }
        }
    }
}

/// So many ends are looked at one after the other, without a branch; among more, those that fit are searched for.
const FEW: usize = 16;

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
fn try_globs<'b>(globs: &[Glob<'b>], name: &[u8], matched: &mut dyn FnMut(u32, PatternKind<'b>)) {
    for glob in globs {
        if glob.pattern.is_match(name) {
            matched(glob.clause, PatternKind::Glob(glob.pattern));
        }
    }
}
