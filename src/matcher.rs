//! Which clauses of rules want a group: one hash look-up for the exact names, two searches for the globs.
//!
//! A glob is filed under one of its literal ends, a prefix or a suffix, whichever fewer others begin like. One look-up by a name's first eight bytes finds
//! the prefixes that begin with them; among those, one binary search finds the greatest that is not above the name:
//! it, or one of those that it begins with itself, its *parents*, are all that the name can begin with.
//! Shorter prefixes are looked up by their length. Suffixes work the same from the other end.
//! Only globs without any literal end are tried on every name.

use core::cmp::Ordering;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

use crate::bytes::Reader;
use crate::pattern::{Pattern, PatternKind};
use crate::table::Table;
use crate::words::{Scanned, back_word, front_word, hash, hash_word, same, same_fast};

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
    /// Which of `ends` begin with a word: open addressing, power-of-two sized, at most half full.
    heads: Vec<Option<Head>>,
    /// A bit for the hash of each head: most names have none, and are done with one look.
    filter: [u64; 4],
    /// Bit `n` is set if there is a literal of `n` bytes, fewer than a word has.
    short: u8,
}

/// The ends whose literals begin with the same word, or the one that is shorter than a word.
#[derive(Clone, Debug)]
struct Head {
    word: u64,
    /// The bytes of the word that count.
    len: u8,
    ends: core::ops::Range<usize>,
}

#[derive(Debug)]
struct End<'b> {
    literal: &'b [u8],
    /// The literal's second word as far as it has one, and which bytes of it count.
    second: u64,
    second_mask: u64,
    /// The longest other literal that this one begins with.
    parent: Option<u32>,
    /// The globs filed here.
    globs: core::ops::Range<usize>,
}

/// From which side two names are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
            Self::Front => name.get(..literal.len()).is_some_and(|start| same(start, literal)),
            Self::Back => name
                .len()
                .checked_sub(literal.len())
                .is_some_and(|at| name.get(at..).is_some_and(|end| same(end, literal))),
        }
    }

    /// The word that a name begins with, seen from this side.
    #[inline(always)]
    pub(crate) fn word(self, name: &[u8]) -> u64 {
        match self {
            Self::Front => front_word(name),
            Self::Back => back_word(name),
        }
    }

    /// The word behind it.
    fn second_word(self, name: &[u8]) -> u64 {
        let rest = name.len().saturating_sub(usize::from(WORD));
        match self {
            Self::Front => front_word(name.get(usize::from(WORD)..).unwrap_or_default()),
            Self::Back => back_word(name.get(..rest).unwrap_or_default()),
        }
    }

    pub(crate) fn literal<'b>(self, pattern: &Pattern<'b>) -> &'b [u8] {
        match self {
            Self::Front => pattern.prefix(),
            Self::Back => pattern.suffix(),
        }
    }
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
        let is = |at: u32| self.names.get(at as usize).is_some_and(|exact| same(exact.name, name));
        self.exact.find(hash(name), &is).is_some()
    }

    /// The exact names, each with its clause.
    #[cfg(feature = "compiler")]
    pub(crate) fn exact_names(&self) -> impl Iterator<Item = (&'b [u8], u32)> {
        self.names.iter().map(|exact| (exact.name, exact.clause))
    }

    /// The same for whoever is not in a hurry: the code is there once.
    #[inline(never)]
    pub(crate) fn for_each_dyn(&self, group: Scanned<'_>, matched: &mut dyn FnMut(u32, PatternKind<'b>)) {
        self.for_each(group, matched);
    }

    /// Calls `matched` for each pattern that wants a group.
    pub(crate) fn for_each(&self, group: Scanned<'_>, mut matched: impl FnMut(u32, PatternKind<'b>)) {
        let name = group.name;
        let at = |position: u32| self.names.get(position as usize);
        let is_it = |position: u32| at(position).is_some_and(|exact| same_fast(exact.name, name));
        let first = self.exact.find_fast(group.hash, is_it).and_then(at);
        let mut next = first;
        while let Some(exact) = next {
            matched(exact.clause, PatternKind::Exact);
            next = exact.next.and_then(at);
        }
        if first.is_some_and(|exact| exact.alone.load(Relaxed)) {
            return;
        }
        let mut is_alone = true;
        let mut matched = |clause, kind| {
            is_alone = false;
            matched(clause, kind);
        };
        self.prefixes.for_each(name, &mut matched);
        self.suffixes.for_each(name, &mut matched);
        try_globs(&self.anywhere, name, &mut matched);
        if let Some(exact) = first {
            exact.alone.store(is_alone, Relaxed);
        }
    }
}

impl<'b> Ends<'b> {
    fn decode(reader: &mut Reader<'b>, clauses: u32, side: Side) -> Option<Self> {
        let globs = decode_globs(reader, clauses)?;
        let mut ends: Vec<End<'b>> = Vec::new();
        for (position, glob) in globs.iter().enumerate() {
            let literal = side.literal(&glob.pattern);
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
                    let second_len = u8::try_from(literal.len()).unwrap_or(u8::MAX).saturating_sub(WORD);
                    let second_mask = mask(u64::MAX, second_len);
                    let second = side.second_word(literal) & second_mask;
                    ends.push(End { literal, second, second_mask, parent, globs: position..position + 1 });
                }
            }
        }
        let heads = vec![None; (ends.len() * 2).next_power_of_two()];
        let mut filed = Self { side, heads, filter: [0; 4], ends, globs, short: 0 };
        filed.file_heads()?;
        Some(filed)
    }

    fn file_heads(&mut self) -> Option<()> {
        for (position, end) in self.ends.iter().enumerate() {
            let len = u8::try_from(end.literal.len()).map_or(WORD, |len| len.min(WORD));
            if len == 0 {
                return None;
            } else if len < WORD {
                self.short |= 1 << len;
            }
            let word = mask(self.side.word(end.literal), len);
            let hash = hash_word(word, len);
            *self.filter.get_mut(filter_place(hash).0)? |= filter_place(hash).1;
            let slot = find_slot(&self.heads, hash, word, len);
            match self.heads.get_mut(slot)? {
                // Those that begin with the same word stand side by side.
                Some(head) => head.ends.end = position + 1,
                empty => *empty = Some(Head { word, len, ends: position..position + 1 }),
            }
        }
        Some(())
    }

    #[inline(always)]
    fn for_each(&self, name: &[u8], matched: &mut dyn FnMut(u32, PatternKind<'b>)) {
        let word = self.side.word(name);
        let hash = hash_word(word, WORD);
        if self.may_have(hash) {
            self.try_head(hash, word, WORD, name, matched);
        }
        if self.short != 0 {
            self.try_short(word, name, matched);
        }
    }

    #[inline(always)]
    fn may_have(&self, hash: u32) -> bool {
        let (at, bit) = filter_place(hash);
        self.filter.get(at).is_some_and(|bits| bits & bit != 0)
    }

    /// Tries the ends that are shorter than a word, by each length that there is.
    #[inline(never)]
    fn try_short(&self, word: u64, name: &[u8], matched: &mut dyn FnMut(u32, PatternKind<'b>)) {
        let mut lengths = self.short;
        while lengths != 0 {
            let len = lengths.trailing_zeros() as u8;
            lengths &= lengths - 1;
            let word = mask(word, len);
            let hash = hash_word(word, len);
            if self.may_have(hash) {
                self.try_head(hash, word, len, name, matched);
            }
        }
    }

    #[inline(never)]
    fn try_head(
        &self,
        hash: u32,
        word: u64,
        len: u8,
        name: &[u8],
        matched: &mut dyn FnMut(u32, PatternKind<'b>),
    ) {
        if let Some(Some(head)) = self.heads.get(find_slot(&self.heads, hash, word, len)) {
            self.try_ends(head.ends.clone(), name, matched);
        }
    }

    /// Tries the globs of those ends, among some that stand side by side, that the name begins with.
    fn try_ends(
        &self,
        among: core::ops::Range<usize>,
        name: &[u8],
        matched: &mut dyn FnMut(u32, PatternKind<'b>),
    ) {
        let ends = self.ends.get(among.clone()).unwrap_or_default();
        let second = self.side.second_word(name);
        if ends.len() <= FEW {
            for end in ends {
                if second & end.second_mask == end.second {
                    self.try_globs_of(end, name, matched);
                }
            }
            return;
        }
        let above = ends.partition_point(|end| match end.second.cmp(&second) {
            Ordering::Equal => self.side.compare(end.literal, name) != Ordering::Greater,
            order => order == Ordering::Less,
        });
        let mut next = above.checked_sub(1);
        while let Some(end) = next.and_then(|at| ends.get(at)) {
            if self.side.begins_with(name, end.literal) {
                self.try_globs_of(end, name, matched);
            }
            next = end.parent.and_then(|at| (at as usize).checked_sub(among.start));
        }
    }

    fn try_globs_of(&self, end: &End<'b>, name: &[u8], matched: &mut dyn FnMut(u32, PatternKind<'b>)) {
        try_globs(self.globs.get(end.globs.clone()).unwrap_or_default(), name, matched);
    }
}

/// So many ends are tried one after the other; among more, those that fit are searched for.
const FEW: usize = 8;

/// The bytes of a word.
const WORD: u8 = 8;

/// The first `len` bytes of a word.
fn mask(word: u64, len: u8) -> u64 {
    match len {
        WORD.. => word,
        len => word & !(u64::MAX >> (len * 8)),
    }
}

/// Where a head is, or would be.
#[inline(always)]
fn find_slot(heads: &[Option<Head>], hash: u32, word: u64, len: u8) -> usize {
    let last = heads.len().wrapping_sub(1);
    let mut slot = hash as usize & last;
    while let Some(Some(head)) = heads.get(slot) {
        if head.word == word && head.len == len {
            break;
        }
        slot = (slot + 1) & last;
    }
    slot
}

/// The bit of a filter that stands for a hash: which of its words, and which bit of that.
fn filter_place(hash: u32) -> (usize, u64) {
    ((hash >> 30) as usize, 1 << ((hash >> 24) & 63))
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
fn try_globs<'b>(globs: &[Glob<'b>], name: &[u8], matched: &mut dyn FnMut(u32, PatternKind<'b>)) {
    for glob in globs {
        if glob.pattern.is_match(name) {
            matched(glob.clause, PatternKind::Glob(glob.pattern));
        }
    }
}
