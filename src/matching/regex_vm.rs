//! Regular expressions as the engine runs them: on the whole of a name, in time linear in it.
//!
//! The compiler turns an expression into a program (`compiler/regex/program.rs`), which is run for all ways at once,
//! so that none is ever gone back on. Globs whose captures depend on the order of alternatives or on a `*` are
//! expressions as well. What the compiler found out about how a match begins and ends turns nearly
//! every name away before that. regex-lite, which decides what authors may write, is the oracle of the tests.

use super::glob::next_char;
use crate::codec::reader::Reader;
use crate::limits::{MAX_CAPTURES, MAX_PROGRAM_STEPS};
use crate::text::scan::{back_word, front_word, same};
use crate::work;

/// A regular expression, ready to be asked about names.
#[derive(Debug)]
pub struct Regex<'b> {
    /// As its author wrote it.
    #[cfg(feature = "compiler")]
    pattern: &'b str,
    /// In which letters it is compared, and whether it was written as a glob.
    kind: u8,
    /// Every match begins with one of them; none if nothing is known about that.
    prefixes: Vec<Literal<'b>>,
    /// Every match ends with one of them; none if nothing is known about that.
    suffixes: Vec<Literal<'b>>,
    steps: Vec<Step>,
    /// The ranges of characters that steps refer to.
    ranges: Vec<(u32, u32)>,
}

/// A step of a program. Where nothing else is said, it leads to the next one.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Takes this character.
    Char(u32),
    /// Takes a character in one of the ranges between these positions.
    Class(u32, u32),
    /// Leads to both; the first is preferred.
    Split(u32, u32),
    Jump(u32),
    /// A capture begins, or ends, here.
    Begin(u8),
    End(u8),
    /// The name matches if it ends here.
    Match,
}

/// What a kind in a bundle says: names are compared as they arrived, with ASCII letters in lower case, or as globs that
/// ignore letter case are; to that, [`GLOB`] is added if the author wrote a glob.
#[cfg(feature = "compiler")]
pub(crate) const AS_ARRIVED: u8 = 0;
pub(crate) const ASCII_LOWER: u8 = 1;
pub(crate) const FOLDED: u8 = 2;
pub(crate) const GLOB: u8 = 4;

/// The tags of steps in a bundle.
pub(crate) const TEXT: u8 = 0;
pub(crate) const CLASS: u8 = 1;
pub(crate) const SPLIT: u8 = 2;
pub(crate) const JUMP: u8 = 3;
pub(crate) const BEGIN: u8 = 4;
pub(crate) const END: u8 = 5;
pub(crate) const MATCH: u8 = 6;

/// A literal that a match begins or ends with.
#[derive(Debug)]
struct Literal<'b> {
    /// Its outermost eight bytes, and which of them there are.
    word: u64,
    mask: u64,
    text: &'b [u8],
}

/// The first and the last eight bytes of a name: computed once for all that ask.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ends {
    front: u64,
    back: u64,
}

impl Ends {
    pub(crate) fn of(name: &[u8]) -> Self {
        Self { front: front_word(name), back: back_word(name) }
    }
}

/// Where captures begin and end, by their numbers.
type Captures = [(u32, u32); MAX_CAPTURES];

impl<'b> Regex<'b> {
    /// Decodes an expression; `None` if it is not well-formed.
    ///
    /// Layout: the pattern; its kind; prefixes\* and suffixes\*; steps\*, each a tag byte, then 0: a text, which is as many steps as it has characters; 1: pairs of
    /// characters\*; 2: two steps; 3: a step; 4 and 5: a capture; 6: nothing.
    pub(crate) fn decode(reader: &mut Reader<'b>) -> Option<Self> {
        #[cfg_attr(not(feature = "compiler"), expect(unused_variables, reason = "only explanations show it"))]
        let pattern = reader.text()?;
        let kind = reader.byte().filter(|kind| kind & !GLOB <= FOLDED)?;
        let prefixes = reader.list(|reader| Literal::new(reader.text()?.as_bytes(), front_word))?;
        let suffixes = reader.list(|reader| Literal::new(reader.text()?.as_bytes(), back_word))?;
        let (mut steps, mut ranges) = (Vec::new(), Vec::new());
        for _ in 0..reader.count()? {
            steps.push(match reader.byte()? {
                TEXT => {
                    steps.extend(reader.text()?.chars().map(|char| Step::Char(u32::from(char))));
                    continue;
                }
                CLASS => {
                    let first = ranges.len() as u32;
                    ranges.extend(reader.list(|reader| Some((reader.number()?, reader.number()?)))?);
                    Step::Class(first, ranges.len() as u32)
                }
                SPLIT => Step::Split(reader.number()?, reader.number()?),
                JUMP => Step::Jump(reader.number()?),
                BEGIN => Step::Begin(reader.byte()?),
                END => Step::End(reader.byte()?),
                MATCH => Step::Match,
                _ => return None,
            });
        }
        (steps.len() <= MAX_PROGRAM_STEPS).then_some(Self {
            #[cfg(feature = "compiler")]
            pattern,
            kind,
            prefixes,
            suffixes,
            steps,
            ranges,
        })
    }

    /// The expression, or the glob, as its author wrote it.
    #[cfg(feature = "compiler")]
    pub fn pattern(&self) -> &'b str {
        self.pattern
    }

    /// Whether its author wrote a glob.
    #[cfg(feature = "compiler")]
    pub fn is_glob(&self) -> bool {
        self.kind & GLOB != 0
    }

    /// In which letters it is compared.
    pub(crate) fn letters(&self) -> u8 {
        self.kind & !GLOB
    }

    /// Whether the whole of a name matches, which is in the [letters](Self::letters) of the expression. `memory` is to be
    /// used again.
    #[inline]
    pub(crate) fn is_match(&self, ends: Ends, name: &[u8], memory: &mut Memory) -> bool {
        self.may_match(ends, name) && self.run(name, memory, None)
    }

    #[inline]
    fn may_match(&self, ends: Ends, name: &[u8]) -> bool {
        let is = |part: Option<&[u8]>, literal: &[u8]| part.is_some_and(|part| same(part, literal));
        let begins = |literal: &Literal<'_>| {
            ends.front & literal.mask == literal.word && is(name.get(..literal.text.len()), literal.text)
        };
        let ends = |literal: &Literal<'_>| {
            let start = name.len().checked_sub(literal.text.len());
            ends.back & literal.mask == literal.word && is(start.and_then(|at| name.get(at..)), literal.text)
        };
        (self.prefixes.is_empty() || self.prefixes.iter().any(begins))
            && (self.suffixes.is_empty() || self.suffixes.iter().any(ends))
    }

    /// Calls `each` for every capture of a name that matches, with its number and its text.
    pub(crate) fn captures<'n>(&self, name: &'n [u8], mut each: impl FnMut(usize, &'n [u8])) {
        let mut captures = [(0, 0); MAX_CAPTURES];
        if self.run(name, &mut Memory::default(), Some(&mut captures)) {
            for (number, (start, end)) in captures.into_iter().enumerate() {
                each(number, name.get(start as usize..end as usize).unwrap_or_default());
            }
        }
    }

    /// Runs the program, all ways at once, the preferred one first.
    #[inline(never)]
    fn run(&self, name: &[u8], memory: &mut Memory, captures: Option<&mut Captures>) -> bool {
        let Memory { now, next, seen, open } = memory;
        seen.clear();
        seen.resize(self.steps.len(), 0);
        let mut led = Led { seen, open, at: 0, captures: [(0, 0); MAX_CAPTURES], keeps: captures.is_some() };
        now.clear();
        led.lead(self, 0, now);
        let mut rest = name;
        while let Some((char, left)) = next_char(rest) {
            rest = left;
            led.at = (name.len() - rest.len()) as u32;
            next.clear();
            work::count(1 + now.steps.len());
            for (step, way) in now.steps.iter().zip(0usize..) {
                let takes = match self.steps.get(*step as usize) {
                    Some(Step::Char(wanted)) => *wanted == char,
                    Some(Step::Class(first, last)) => self.is_in_class(char, *first, *last),
                    _ => false,
                };
                if takes {
                    if led.keeps {
                        led.captures = now.captures.get(way).copied().unwrap_or_default();
                    }
                    led.lead(self, step + 1, next);
                }
            }
            if next.steps.is_empty() {
                return false;
            }
            core::mem::swap(now, next);
        }
        let is_match = |step: &u32| matches!(self.steps.get(*step as usize), Some(Step::Match));
        let Some(way) = now.steps.iter().position(is_match) else { return false };
        if let Some(captures) = captures {
            *captures = now.captures.get(way).copied().unwrap_or_default();
        }
        true
    }

    fn is_in_class(&self, char: u32, first: u32, last: u32) -> bool {
        let ranges = self.ranges.get(first as usize..last as usize).unwrap_or_default();
        ranges.iter().any(|(low, high)| (*low..=*high).contains(&char))
    }
}

/// Memory that one run after another uses.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    now: Ways,
    next: Ways,
    /// Of each step, behind how many bytes of the name it was last looked at, and one more: zero if never.
    seen: Vec<u32>,
    open: Vec<Open>,
}

/// The steps that a run is at: those that take a character, and the end.
#[derive(Debug, Default)]
struct Ways {
    steps: Vec<u32>,
    /// Of each way, where its captures are; nothing if nobody asks.
    captures: Vec<Captures>,
}

/// What is still to be done between two characters.
#[derive(Debug)]
enum Open {
    /// To look at a step.
    Look(u32),
    /// To give a capture back what it was before a step that has been looked at.
    Restore(u8, (u32, u32)),
}

/// The way that is being followed between two characters.
struct Led<'m> {
    seen: &'m mut [u32],
    open: &'m mut Vec<Open>,
    /// So many bytes of the name have been taken.
    at: u32,
    captures: Captures,
    /// Whether anybody asks for captures.
    keeps: bool,
}

impl Led<'_> {
    /// Adds a step and those that it leads to without a character.
    fn lead(&mut self, regex: &Regex<'_>, step: u32, ways: &mut Ways) {
        let mut next = Some(step);
        while let Some(step) = next {
            next = self.look(regex, step, ways).or_else(|| self.reopen());
        }
    }

    /// Looks at a step that has not been looked at here; gives the one that it leads to.
    #[inline(always)]
    fn look(&mut self, regex: &Regex<'_>, step: u32, ways: &mut Ways) -> Option<u32> {
        match self.seen.get_mut(step as usize) {
            Some(seen) if *seen != self.at + 1 => *seen = self.at + 1,
            _ => return None,
        }
        match *regex.steps.get(step as usize)? {
            Step::Char(_) | Step::Class(..) | Step::Match => {
                ways.steps.push(step);
                if self.keeps {
                    ways.captures.push(self.captures);
                }
                None
            }
            // What was put there last is looked at first.
            Step::Split(first, second) => {
                self.open.push(Open::Look(second));
                Some(first)
            }
            Step::Jump(to) => Some(to),
            Step::Begin(number) => {
                self.capture(number, true);
                Some(step + 1)
            }
            Step::End(number) => {
                self.capture(number, false);
                Some(step + 1)
            }
        }
    }

    fn reopen(&mut self) -> Option<u32> {
        loop {
            match self.open.pop()? {
                Open::Look(step) => return Some(step),
                Open::Restore(number, capture) => {
                    if let Some(slot) = self.captures.get_mut(usize::from(number)) {
                        *slot = capture;
                    }
                }
            }
        }
    }

    fn capture(&mut self, number: u8, begins: bool) {
        let Some(slot) = self.captures.get_mut(usize::from(number)).filter(|_| self.keeps) else { return };
        self.open.push(Open::Restore(number, *slot));
        *slot = (if begins { self.at } else { slot.0 }, self.at);
    }
}

impl Ways {
    fn clear(&mut self) {
        self.steps.clear();
        self.captures.clear();
    }
}

impl<'b> Literal<'b> {
    /// `None` for the empty one, which would say nothing.
    fn new(text: &'b [u8], word: impl Fn(&[u8]) -> u64) -> Option<Self> {
        let missing = 8u32.saturating_sub(u32::try_from(text.len()).ok()?) * 8;
        let mask = u64::MAX.unbounded_shl(missing);
        (!text.is_empty()).then(|| Self { word: word(text), mask, text })
    }
}
