//! Globs and regular expressions as automata on characters, so that all patterns of a rule can be examined together.

use std::collections::BTreeSet;

use regex_syntax::hir::{Class, Hir, HirKind};

use super::folding::{contains, unfold};
use crate::matching::glob::{ANY, CAPTURE, CLASS, CLASS_END, NEGATED_CLASS, ONE};

/// A pattern as states, and transitions on characters.
#[derive(Clone, Debug)]
pub(crate) struct Automaton {
    states: Vec<State>,
    start: usize,
    /// By state, for the start and the targets of characters: the states that are reached from there without a character
    /// and that take a character or end the name.
    active_states: Vec<Vec<usize>>,
}

/// The characters that a state takes, and the states that they lead to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Transition<'a> {
    pub(crate) ranges: &'a [(char, char)],
    pub(crate) reached: &'a [usize],
}

#[derive(Clone, Debug)]
enum State {
    /// A character in one of the ranges leads to `next`.
    Chars { ranges: Vec<(char, char)>, next: usize },
    /// Leads to all of these without a character.
    Split(Vec<usize>),
    /// The name matches if it ends here.
    End,
}

impl Automaton {
    /// The automaton of a lowered glob, or of a name.
    pub(crate) fn of_glob(lowered: &str) -> Self {
        let mut automaton = Self::new();
        for token in read_glob(lowered).into_iter().rev() {
            automaton.start = match token {
                None => {
                    automaton.repeat(automaton.start, |automaton, split| automaton.chars(everything(), split))
                }
                Some(ranges) => automaton.chars(ranges, automaton.start),
            };
        }
        automaton.find_active_states();
        automaton
    }

    /// The same. If case is ignored, the glob is folded, and the automaton matches the names that match it after folding.
    pub(crate) fn of_glob_as(lowered: &str, ignore_case: bool) -> Self {
        let mut automaton = Self::of_glob(lowered);
        if ignore_case {
            for state in &mut automaton.states {
                if let State::Chars { ranges, .. } = state {
                    *ranges = unfold(ranges);
                }
            }
        }
        automaton
    }

    /// The automaton of a regular expression that has to match whole names.
    pub(crate) fn of_regex(hir: &Hir) -> Self {
        let mut automaton = Self::new();
        automaton.start = automaton.add(hir, automaton.start);
        automaton.find_active_states();
        automaton
    }

    fn new() -> Self {
        Self { states: vec![State::End], start: 0, active_states: Vec::new() }
    }

    /// Adds states that match what the expression matches and then lead to `next`; returns the first of them.
    fn add(&mut self, hir: &Hir, next: usize) -> usize {
        match hir.kind() {
            HirKind::Empty => next,
            HirKind::Literal(literal) => {
                let text = String::from_utf8_lossy(&literal.0);
                text.chars().rev().fold(next, |next, char| self.chars(vec![(char, char)], next))
            }
            HirKind::Class(Class::Unicode(class)) => {
                let ranges = class.iter().map(|range| (range.start(), range.end())).collect();
                self.chars(ranges, next)
            }
            // The compiler's trees contain neither; matching nothing is the safe answer.
            HirKind::Class(Class::Bytes(_)) | HirKind::Look(_) => self.chars(Vec::new(), next),
            HirKind::Capture(capture) => self.add(&capture.sub, next),
            HirKind::Concat(parts) => parts.iter().rev().fold(next, |next, part| self.add(part, next)),
            HirKind::Alternation(parts) => {
                let starts = parts.iter().map(|part| self.add(part, next)).collect();
                self.push(State::Split(starts))
            }
            HirKind::Repetition(repetition) => {
                let optional = match repetition.max {
                    None => self.repeat(next, |automaton, split| automaton.add(&repetition.sub, split)),
                    Some(max) => (repetition.min..max).fold(next, |at, _| {
                        let once = self.add(&repetition.sub, at);
                        self.push(State::Split(vec![once, next]))
                    }),
                };
                (0..repetition.min).fold(optional, |at, _| self.add(&repetition.sub, at))
            }
        }
    }

    /// Adds a loop that leads to `next`; `body` receives the state to which it has to lead back.
    fn repeat(&mut self, next: usize, body: impl FnOnce(&mut Self, usize) -> usize) -> usize {
        let split = self.push(State::Split(Vec::new()));
        let body = body(self, split);
        if let Some(State::Split(targets)) = self.states.get_mut(split) {
            targets.extend([body, next]);
        }
        split
    }

    fn chars(&mut self, ranges: Vec<(char, char)>, next: usize) -> usize {
        self.push(State::Chars { ranges, next })
    }

    fn push(&mut self, state: State) -> usize {
        self.states.push(state);
        self.states.len() - 1
    }

    fn find_active_states(&mut self) {
        let mut active_states = vec![Vec::new(); self.states.len()];
        let nexts = self.states.iter().filter_map(|state| match state {
            State::Chars { next, .. } => Some(*next),
            State::Split(_) | State::End => None,
        });
        for state in nexts.chain([self.start]) {
            if let Some(reached) = active_states.get_mut(state)
                && reached.is_empty()
            {
                *reached = self.reached_from(state);
            }
        }
        self.active_states = active_states;
    }

    /// The states that take a character or end the name, of those that are reached from a state without a character.
    fn reached_from(&self, state: usize) -> Vec<usize> {
        let (mut seen, mut open, mut reached) = (BTreeSet::new(), vec![state], Vec::new());
        while let Some(at) = open.pop() {
            if !seen.insert(at) {
                continue;
            }
            match self.states.get(at) {
                Some(State::Split(targets)) => open.extend(targets),
                _ => reached.push(at),
            }
        }
        reached
    }

    /// The states before the first character of a name.
    pub(crate) fn begin(&self) -> &[usize] {
        self.active_states_at(self.start)
    }

    /// The states that a character leads to from a state.
    pub(crate) fn step(&self, state: usize, character: char) -> &[usize] {
        match self.states.get(state) {
            Some(State::Chars { ranges, next }) if contains(ranges, character) => {
                self.active_states_at(*next)
            }
            _ => &[],
        }
    }

    /// What a state takes and where it leads; `None` if a name ends there.
    pub(crate) fn transition(&self, state: usize) -> Option<Transition<'_>> {
        match self.states.get(state) {
            Some(State::Chars { ranges, next }) => {
                Some(Transition { ranges, reached: self.active_states_at(*next) })
            }
            _ => None,
        }
    }

    fn active_states_at(&self, state: usize) -> &[usize] {
        self.active_states.get(state).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether a name that ends at a state matches.
    pub(crate) fn is_end(&self, state: usize) -> bool {
        matches!(self.states.get(state), Some(State::End))
    }

    /// Whether some name may begin with more than one character.
    pub(crate) fn is_open(&self) -> bool {
        let wide = |(low, high): &(char, char)| low != high;
        self.begin().iter().any(|&state| match self.states.get(state) {
            Some(State::Chars { ranges, .. }) => ranges.iter().any(wide),
            _ => false,
        })
    }

    /// Whether any name matches at all.
    pub(crate) fn matches_a_name(&self) -> bool {
        let mut seen = BTreeSet::new();
        let mut open = self.begin().to_vec();
        while let Some(state) = open.pop() {
            let Some(State::Chars { ranges, next }) = self.states.get(state) else { continue };
            if ranges.iter().any(|(low, high)| (*low..=*high).any(is_usable)) {
                let reached = self.active_states_at(*next);
                if reached.iter().any(|&state| self.is_end(state)) {
                    return true;
                }
                open.extend(reached.iter().filter(|state| seen.insert(**state)));
            }
        }
        false
    }

    /// The characters at which a range begins, or the first after one: between two of them the automaton treats all
    /// characters alike.
    pub(crate) fn borders(&self) -> impl Iterator<Item = char> {
        let ranges = self.states.iter().flat_map(|state| match state {
            State::Chars { ranges, .. } => ranges.as_slice(),
            _ => &[],
        });
        ranges.flat_map(|(low, high)| [Some(*low), (*high..=char::MAX).nth(1)]).flatten()
    }

    /// Whether the whole of a name matches.
    #[cfg(test)]
    pub(crate) fn is_match(&self, name: &str) -> bool {
        let begin: BTreeSet<usize> = self.begin().iter().copied().collect();
        let active_states = name.chars().fold(begin, |active_states, character| {
            active_states.into_iter().flat_map(|state| self.step(state, character)).copied().collect()
        });
        active_states.iter().any(|&state| self.is_end(state))
    }
}

/// Whether a name can contain a character.
pub(crate) fn is_usable(char: char) -> bool {
    !matches!(char, '\u{0}'..' ' | '\u{7f}' | '\u{fffd}')
}

pub(crate) fn everything() -> Vec<(char, char)> {
    vec![('\0', char::MAX)]
}

/// The constructs of a lowered glob: `None` for any characters, else the ranges that one character is of.
pub(crate) fn read_glob(lowered: &str) -> Vec<Option<Vec<(char, char)>>> {
    let mut tokens = Vec::new();
    let mut rest = lowered.chars();
    while let Some(char) = rest.next() {
        tokens.push(match u8::try_from(char) {
            Ok(ANY) => None,
            // The letter is the capture's number; its wildcards follow.
            Ok(CAPTURE) => {
                rest.next();
                continue;
            }
            Ok(ONE) => Some(everything()),
            Ok(open @ (CLASS | NEGATED_CLASS)) => {
                let pairs: Vec<char> =
                    rest.by_ref().take_while(|char| *char != char::from(CLASS_END)).collect();
                let mut ranges: Vec<_> =
                    pairs.as_chunks::<2>().0.iter().map(|[low, high]| (*low, *high)).collect();
                if open == NEGATED_CLASS {
                    ranges = all_but(ranges);
                }
                Some(ranges)
            }
            _ => Some(vec![(char, char)]),
        });
    }
    tokens
}

/// The ranges of all characters that are in none of some ranges.
fn all_but(mut ranges: Vec<(char, char)>) -> Vec<(char, char)> {
    ranges.sort_unstable();
    let mut others = Vec::new();
    // The first character that has not been handled, if there is one.
    let mut next = Some('\0');
    for (low, high) in ranges {
        let Some(first) = next else { break };
        if first < low
            && let Some(last) = ('\0'..low).next_back()
        {
            others.push((first, last));
        }
        next = (high.max(first)..=char::MAX).nth(usize::from(high >= first));
    }
    others.extend(next.map(|first| (first, char::MAX)));
    others
}

#[cfg(test)]
mod tests {
    use super::{Automaton, all_but};

    #[test]
    fn all_but_is_the_complement() {
        let check = |ranges: &[(char, char)], expected: &[(char, char)]| {
            assert_eq!(all_but(ranges.to_vec()), expected, "{ranges:?}");
        };
        check(&[], &[('\0', char::MAX)]);
        check(&[('b', 'c')], &[('\0', 'a'), ('d', char::MAX)]);
        check(&[('x', 'z'), ('b', 'c'), ('c', 'y')], &[('\0', 'a'), ('{', char::MAX)]);
        check(&[('b', 'y'), ('c', 'd')], &[('\0', 'a'), ('z', char::MAX)]);
        check(&[('\0', 'a'), ('b', char::MAX)], &[]);
        check(&[('\u{d7ff}', '\u{d7ff}')], &[('\0', '\u{d7fe}'), ('\u{e000}', char::MAX)]);
    }

    #[test]
    fn automaton_of_a_name_matches_it_alone() {
        assert!(Automaton::of_glob("eng").is_match("eng"));
        assert!(!Automaton::of_glob("eng").is_match("en"));
        assert!(!Automaton::of_glob("eng").is_open());
        assert!(Automaton::of_glob("\u{1}-x").is_match("a-b-x"));
        assert!(Automaton::of_glob("x-\u{6}a\u{2}\u{1}").is_match("x-b"));
        assert!(!Automaton::of_glob("x-\u{6}a\u{2}\u{1}").is_match("x-"));
    }
}
