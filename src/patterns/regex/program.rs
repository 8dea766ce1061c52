//! The program that the engine runs, from the tree of a regular expression.

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

use crate::codec::writer::Writer;
use crate::matching::regex_vm::{BEGIN, CLASS, END, JUMP, MATCH, SPLIT, TEXT};

/// A step of a program; steps are counted from zero.
#[derive(Clone, Debug)]
enum ProgramStep {
    Char(char),
    Class(Vec<(char, char)>),
    /// Leads to both, and prefers the first.
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
    program.steps.push(ProgramStep::Match);
    let texts = program.steps.chunk_by(|left, right| {
        matches!(left, ProgramStep::Char(_)) && matches!(right, ProgramStep::Char(_))
    });
    writer.number(texts.clone().count());
    for steps in texts {
        let text: String = steps.iter().filter_map(ProgramStep::char).collect();
        if text.is_empty() {
            steps.iter().for_each(|step| step.encode(writer));
        } else {
            writer.bytes.push(TEXT);
            writer.text(&text);
        }
    }
}

impl ProgramStep {
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
    steps: Vec<ProgramStep>,
    number: &'n dyn Fn(&str) -> u8,
}

impl Program<'_> {
    fn add(&mut self, hir: &Hir) {
        match hir.kind() {
            HirKind::Empty => {}
            HirKind::Literal(literal) => {
                self.steps.extend(String::from_utf8_lossy(&literal.0).chars().map(ProgramStep::Char));
            }
            HirKind::Class(Class::Unicode(class)) => {
                let ranges: Vec<_> = class.iter().map(|range| (range.start(), range.end())).collect();
                self.steps.push(match ranges.as_slice() {
                    [(low, high)] if low == high => ProgramStep::Char(*low),
                    _ => ProgramStep::Class(ranges),
                });
            }
            // The compiler's trees contain neither; matching nothing is the safe answer.
            HirKind::Class(Class::Bytes(_)) | HirKind::Look(_) => {
                self.steps.push(ProgramStep::Class(Vec::new()))
            }
            HirKind::Capture(capture) => match &capture.name {
                Some(name) => {
                    let number = (self.number)(name);
                    self.steps.push(ProgramStep::Begin(number));
                    self.add(&capture.sub);
                    self.steps.push(ProgramStep::End(number));
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
            self.set(split, ProgramStep::Split(split + 1, self.steps.len()));
        }
        for jump in jumps {
            self.set(jump, ProgramStep::Jump(self.steps.len()));
        }
    }

    fn add_repetition(&mut self, repetition: &Repetition) {
        let split = |into: usize, past: usize| match repetition.greedy {
            true => ProgramStep::Split(into, past),
            false => ProgramStep::Split(past, into),
        };
        (0..repetition.min).for_each(|_| self.add(&repetition.sub));
        match repetition.max {
            None => {
                let again = self.reserve();
                self.add(&repetition.sub);
                self.steps.push(ProgramStep::Jump(again));
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

    /// Reserves a step that is set later.
    fn reserve(&mut self) -> usize {
        self.steps.push(ProgramStep::Match);
        self.steps.len() - 1
    }

    fn set(&mut self, at: usize, step: ProgramStep) {
        if let Some(slot) = self.steps.get_mut(at) {
            *slot = step;
        }
    }
}
