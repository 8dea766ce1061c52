//! Regular expressions as the engine runs them: a Pike VM, which matches a whole name in linear time.
//!
//! The compiler turns an expression into a program (`patterns/regex/program.rs`). Globs whose captures depend on the order
//! of alternatives or on a `*` are programs as well. The literals that every match begins or ends with reject nearly every
//! name before the program runs. regex-lite, which decides what authors may write, is the oracle of the tests.

use super::glob::next_char;
use crate::codec::reader::Reader;
pub(crate) use crate::codec::tags::regex::{
    AS_ARRIVED, ASCII_LOWER, BEGIN, CLASS, END, FOLDED, GLOB, JUMP, MATCH, SPLIT, TEXT,
};
use crate::limits::{MAX_CAPTURES, MAX_PROGRAM_STEPS};
use crate::text::scan::{bytes_equal, load_prefix, load_suffix};
use crate::work;

/// A regular expression as a program.
#[derive(Clone, Debug, PartialEq)]
pub struct Regex<'b> {
    /// As its author wrote it.
    #[cfg(feature = "compiler")]
    pattern: &'b str,
    /// The letter case in which it is compared, and whether it was written as a glob.
    kind: u8,
    /// Every match begins with one of these. Empty if nothing is known.
    prefixes: Vec<Literal<'b>>,
    /// Every match ends with one of these. Empty if nothing is known.
    suffixes: Vec<Literal<'b>>,
    steps: Vec<VmStep>,
    /// The ranges of characters that steps refer to.
    ranges: Vec<(u32, u32)>,
}

/// A step of a program. Unless stated otherwise, the next step follows.
#[derive(Clone, Copy, Debug, PartialEq)]
enum VmStep {
    /// Consumes this character.
    Char(u32),
    /// Consumes a character in one of the ranges between these positions.
    Class(u32, u32),
    /// Continues at both steps. The first is preferred.
    Split(u32, u32),
    Jump(u32),
    /// A capture begins or ends here.
    Begin(u8),
    End(u8),
    /// The name matches if it ends here.
    Match,
}

/// A literal that a match begins or ends with.
#[derive(Clone, Debug, PartialEq)]
struct Literal<'b> {
    /// Its outermost eight bytes as a word, and a mask of the bytes that exist.
    word: u64,
    mask: u64,
    text: &'b [u8],
}

/// The first and the last eight bytes of a name, computed once for all expressions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NameEnds {
    prefix: u64,
    suffix: u64,
}

impl NameEnds {
    pub(crate) fn of(name: &[u8]) -> Self {
        Self { prefix: load_prefix(name), suffix: load_suffix(name) }
    }
}

/// Where captures begin and end, by number.
type Captures = [(u32, u32); MAX_CAPTURES];

impl<'b> Regex<'b> {
    /// Decodes a program; `None` if it is not well-formed.
    pub(crate) fn decode(reader: &mut Reader<'b>) -> Option<Self> {
        #[cfg_attr(not(feature = "compiler"), expect(unused_variables, reason = "only explanations show it"))]
        let pattern = reader.text()?;
        let kind = reader.byte().filter(|kind| kind & !GLOB <= FOLDED)?;
        let prefixes = reader.list(|reader| Literal::new(reader.text()?.as_bytes(), load_prefix))?;
        let suffixes = reader.list(|reader| Literal::new(reader.text()?.as_bytes(), load_suffix))?;
        let (mut steps, mut ranges) = (Vec::new(), Vec::new());
        for _ in 0..reader.count()? {
            steps.push(match reader.byte()? {
                TEXT => {
                    steps.extend(reader.text()?.chars().map(|char| VmStep::Char(u32::from(char))));
                    continue;
                }
                CLASS => {
                    let first = ranges.len() as u32;
                    ranges.extend(reader.list(|reader| Some((reader.number()?, reader.number()?)))?);
                    VmStep::Class(first, ranges.len() as u32)
                }
                SPLIT => VmStep::Split(reader.number()?, reader.number()?),
                JUMP => VmStep::Jump(reader.number()?),
                BEGIN => VmStep::Begin(reader.byte()?),
                END => VmStep::End(reader.byte()?),
                MATCH => VmStep::Match,
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

    /// The letter case of the names that it is compared with.
    pub(crate) fn letters(&self) -> u8 {
        self.kind & !GLOB
    }

    /// Whether a whole name matches. The name has to be in the [letter case](Self::letters) of the expression.
    #[inline]
    pub(crate) fn is_match(&self, ends: NameEnds, name: &[u8], cache: &mut Cache) -> bool {
        self.may_match(ends, name) && self.run(name, cache, None)
    }

    #[inline]
    fn may_match(&self, ends: NameEnds, name: &[u8]) -> bool {
        let is = |part: Option<&[u8]>, literal: &[u8]| part.is_some_and(|part| bytes_equal(part, literal));
        let begins = |literal: &Literal<'_>| {
            ends.prefix & literal.mask == literal.word && is(name.get(..literal.text.len()), literal.text)
        };
        let ends = |literal: &Literal<'_>| {
            let start = name.len().checked_sub(literal.text.len());
            ends.suffix & literal.mask == literal.word
                && is(start.and_then(|at| name.get(at..)), literal.text)
        };
        (self.prefixes.is_empty() || self.prefixes.iter().any(begins))
            && (self.suffixes.is_empty() || self.suffixes.iter().any(ends))
    }

    /// Calls `each` for every capture of a name that matches, with its number and its text.
    pub(crate) fn captures<'n>(&self, name: &'n [u8], mut each: impl FnMut(usize, &'n [u8])) {
        let mut captures = [(0, 0); MAX_CAPTURES];
        if self.run(name, &mut Cache::default(), Some(&mut captures)) {
            for (number, (start, end)) in captures.into_iter().enumerate() {
                each(number, name.get(start as usize..end as usize).unwrap_or_default());
            }
        }
    }

    /// Runs the program. All active states advance together, the preferred one first.
    #[inline(never)]
    fn run(&self, name: &[u8], cache: &mut Cache, captures: Option<&mut Captures>) -> bool {
        let Cache { curr, next, visited, stack } = cache;
        visited.clear();
        visited.resize(self.steps.len(), 0);
        let keeps_captures = captures.is_some();
        let mut closure =
            EpsilonClosure { visited, stack, at: 0, captures: [(0, 0); MAX_CAPTURES], keeps_captures };
        curr.clear();
        closure.add(self, 0, curr);
        let mut rest = name;
        while let Some((char, left)) = next_char(rest) {
            rest = left;
            closure.at = (name.len() - rest.len()) as u32;
            next.clear();
            work::count(1 + curr.steps.len());
            for (step, state) in curr.steps.iter().zip(0usize..) {
                let consumes = match self.steps.get(*step as usize) {
                    Some(VmStep::Char(expected)) => *expected == char,
                    Some(VmStep::Class(first, last)) => self.is_in_class(char, *first, *last),
                    _ => false,
                };
                if consumes {
                    if closure.keeps_captures {
                        closure.captures = curr.captures.get(state).copied().unwrap_or_default();
                    }
                    closure.add(self, step + 1, next);
                }
            }
            if next.steps.is_empty() {
                return false;
            }
            core::mem::swap(curr, next);
        }
        let is_match = |step: &u32| matches!(self.steps.get(*step as usize), Some(VmStep::Match));
        let Some(state) = curr.steps.iter().position(is_match) else { return false };
        if let Some(captures) = captures {
            *captures = curr.captures.get(state).copied().unwrap_or_default();
        }
        true
    }

    fn is_in_class(&self, char: u32, first: u32, last: u32) -> bool {
        let ranges = self.ranges.get(first as usize..last as usize).unwrap_or_default();
        ranges.iter().any(|(low, high)| (*low..=*high).contains(&char))
    }
}

/// Memory that is reused from run to run.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    curr: ActiveStates,
    next: ActiveStates,
    /// For each step, one plus the byte offset at which it was last visited; 0 if never.
    visited: Vec<u32>,
    stack: Vec<FollowEpsilon>,
}

/// The active states of a run: steps that consume a character, and the end.
#[derive(Debug, Default)]
struct ActiveStates {
    steps: Vec<u32>,
    /// The captures of each state. Empty if no captures are needed.
    captures: Vec<Captures>,
}

/// What is left to do between two characters.
#[derive(Debug)]
enum FollowEpsilon {
    /// Visit a step.
    Explore(u32),
    /// Reset a capture to its value before a visited step.
    RestoreCapture(u8, (u32, u32)),
}

/// Follows the steps that consume nothing, at one position of the name.
struct EpsilonClosure<'m> {
    visited: &'m mut [u32],
    stack: &'m mut Vec<FollowEpsilon>,
    /// The byte offset in the name.
    at: u32,
    captures: Captures,
    /// Whether captures are needed.
    keeps_captures: bool,
}

impl EpsilonClosure<'_> {
    /// Adds a step and the steps that follow it without consuming a character.
    fn add(&mut self, regex: &Regex<'_>, step: u32, states: &mut ActiveStates) {
        let mut next = Some(step);
        while let Some(step) = next {
            next = self.visit(regex, step, states).or_else(|| self.unwind());
        }
    }

    /// Visits a step once for each position of the name, and returns the step that follows.
    #[inline(always)]
    fn visit(&mut self, regex: &Regex<'_>, step: u32, states: &mut ActiveStates) -> Option<u32> {
        match self.visited.get_mut(step as usize) {
            Some(visited) if *visited != self.at + 1 => *visited = self.at + 1,
            _ => return None,
        }
        match *regex.steps.get(step as usize)? {
            VmStep::Char(_) | VmStep::Class(..) | VmStep::Match => {
                states.steps.push(step);
                if self.keeps_captures {
                    states.captures.push(self.captures);
                }
                None
            }
            VmStep::Split(first, second) => {
                self.stack.push(FollowEpsilon::Explore(second));
                Some(first)
            }
            VmStep::Jump(to) => Some(to),
            VmStep::Begin(number) => {
                self.capture(number, true);
                Some(step + 1)
            }
            VmStep::End(number) => {
                self.capture(number, false);
                Some(step + 1)
            }
        }
    }

    fn unwind(&mut self) -> Option<u32> {
        loop {
            match self.stack.pop()? {
                FollowEpsilon::Explore(step) => return Some(step),
                FollowEpsilon::RestoreCapture(number, capture) => {
                    if let Some(slot) = self.captures.get_mut(usize::from(number)) {
                        *slot = capture;
                    }
                }
            }
        }
    }

    fn capture(&mut self, number: u8, begins: bool) {
        if !self.keeps_captures {
            return;
        }
        let Some(slot) = self.captures.get_mut(usize::from(number)) else { return };
        self.stack.push(FollowEpsilon::RestoreCapture(number, *slot));
        *slot = (if begins { self.at } else { slot.0 }, self.at);
    }
}

impl ActiveStates {
    fn clear(&mut self) {
        self.steps.clear();
        self.captures.clear();
    }
}

impl<'b> Literal<'b> {
    /// `None` for an empty literal, which would reject nothing.
    fn new(text: &'b [u8], word: impl Fn(&[u8]) -> u64) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let missing = 8u32.saturating_sub(u32::try_from(text.len()).ok()?) * 8;
        let mask = u64::MAX.unbounded_shl(missing);
        Some(Self { word: word(text), mask, text })
    }
}
