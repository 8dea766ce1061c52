//! From the tree of a regular expression to the program that the engine runs.

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

use crate::codec::writer::Writer;
use crate::matching::regex_vm::{BEGIN, CLASS, END, JUMP, MATCH, SPLIT, TEXT};

/// A step of a program; steps are counted from zero.
#[derive(Clone, Debug)]
enum Step {
    Char(char),
    Class(Vec<(char, char)>),
    /// Leads to both; the first is preferred.
    Split(usize, usize),
    Jump(usize),
    Begin(u8),
    End(u8),
    Match,
}

/// Appends the program of an expression; `number` gives the captures their numbers.
pub(super) fn encode(hir: &Hir, number: &dyn Fn(&str) -> u8, writer: &mut Writer) {
    let mut program = Program { steps: Vec::new(), number };
    program.add(hir);
    program.steps.push(Step::Match);
    let texts =
        program.steps.chunk_by(|left, right| matches!(left, Step::Char(_)) && matches!(right, Step::Char(_)));
    writer.number(texts.clone().count());
    for steps in texts {
        let text: String = steps.iter().filter_map(Step::char).collect();
        if text.is_empty() {
            steps.iter().for_each(|step| step.encode(writer));
        } else {
            writer.bytes.push(TEXT);
            writer.text(&text);
        }
    }
}

impl Step {
    fn char(&self) -> Option<char> {
        match self {
            Self::Char(char) => Some(*char),
            _ => None,
        }
    }

    fn encode(&self, writer: &mut Writer) {
        match self {
            Self::Char(_) => {}
            Self::Class(ranges) => {
                writer.bytes.push(CLASS);
                writer.list(ranges, |writer, (low, high)| {
                    writer.number(*low as usize);
                    writer.number(*high as usize);
                });
            }
            Self::Split(first, second) => {
                writer.bytes.push(SPLIT);
                writer.number(*first);
                writer.number(*second);
            }
            Self::Jump(to) => {
                writer.bytes.push(JUMP);
                writer.number(*to);
            }
            Self::Begin(number) => writer.bytes.extend([BEGIN, *number]),
            Self::End(number) => writer.bytes.extend([END, *number]),
            Self::Match => writer.bytes.push(MATCH),
        }
    }
}

struct Program<'n> {
    steps: Vec<Step>,
    number: &'n dyn Fn(&str) -> u8,
}

impl Program<'_> {
    fn add(&mut self, hir: &Hir) {
        match hir.kind() {
            HirKind::Empty => {}
            HirKind::Literal(literal) => {
                self.steps.extend(String::from_utf8_lossy(&literal.0).chars().map(Step::Char));
            }
            HirKind::Class(Class::Unicode(class)) => {
                let ranges: Vec<_> = class.iter().map(|range| (range.start(), range.end())).collect();
                self.steps.push(match ranges.as_slice() {
                    [(low, high)] if low == high => Step::Char(*low),
                    _ => Step::Class(ranges),
                });
            }
            // There is neither in what the compiler makes of a pattern; no way on is the careful answer.
            HirKind::Class(Class::Bytes(_)) | HirKind::Look(_) => self.steps.push(Step::Class(Vec::new())),
            HirKind::Capture(capture) => match &capture.name {
                Some(name) => {
                    let number = (self.number)(name);
                    self.steps.push(Step::Begin(number));
                    self.add(&capture.sub);
                    self.steps.push(Step::End(number));
                }
                None => self.add(&capture.sub),
            },
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.add(part)),
            HirKind::Alternation(parts) => self.add_alternatives(parts),
            HirKind::Repetition(repetition) => self.add_repetition(repetition),
        }
    }

    /// The first alternative is preferred to the second, and so on.
    fn add_alternatives(&mut self, parts: &[Hir]) {
        let mut jumps = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            if at + 1 == parts.len() {
                self.add(part);
                continue;
            }
            let split = self.reserve();
            self.add(part);
            jumps.push(self.reserve());
            self.set(split, Step::Split(split + 1, self.steps.len()));
        }
        for jump in jumps {
            self.set(jump, Step::Jump(self.steps.len()));
        }
    }

    fn add_repetition(&mut self, repetition: &Repetition) {
        let split = |into: usize, past: usize| match repetition.greedy {
            true => Step::Split(into, past),
            false => Step::Split(past, into),
        };
        (0..repetition.min).for_each(|_| self.add(&repetition.sub));
        match repetition.max {
            None => {
                let again = self.reserve();
                self.add(&repetition.sub);
                self.steps.push(Step::Jump(again));
                self.set(again, split(again + 1, self.steps.len()));
            }
            Some(max) => {
                let mut splits = Vec::new();
                for _ in repetition.min..max {
                    splits.push(self.reserve());
                    self.add(&repetition.sub);
                }
                for at in splits {
                    self.set(at, split(at + 1, self.steps.len()));
                }
            }
        }
    }

    /// Makes room for a step that is known later.
    fn reserve(&mut self) -> usize {
        self.steps.push(Step::Match);
        self.steps.len() - 1
    }

    fn set(&mut self, at: usize, step: Step) {
        if let Some(slot) = self.steps.get_mut(at) {
            *slot = step;
        }
    }
}
