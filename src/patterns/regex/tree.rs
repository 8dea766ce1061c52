//! The tree of a pattern with the meaning that regex-lite gives it.
//!
//! regex-syntax would translate its tree itself, but for another engine: there `.` is a byte or `\d` is Unicode's.

use regex_syntax::ast::{
    Ast, ClassAsciiKind, ClassBracketed, ClassPerl, ClassPerlKind, ClassSet, ClassSetItem, GroupKind,
    RepetitionKind, RepetitionRange,
};
use regex_syntax::hir::{Capture, Class, ClassUnicode, ClassUnicodeRange, Hir, Repetition};

/// How the letter case of ASCII is matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AsciiCase {
    /// As it is written.
    AsWritten,
    /// Each letter matches both cases.
    Both,
    /// Each letter matches both cases, and the names are in lower case.
    Lower,
}

/// The tree of a pattern that has been vetted, so constructs that the language does not have are not handled.
pub(super) fn hir(ast: &Ast, case: AsciiCase) -> Hir {
    match ast {
        Ast::Empty(_) | Ast::Flags(_) => Hir::empty(),
        Ast::Literal(literal) => class(finish(chars([(literal.c, literal.c)]), false, case)),
        // Names have one line, but this still has to agree with the engine on patterns with line breaks.
        Ast::Dot(_) => class(lowered(chars([('\0', '\t'), ('\u{b}', char::MAX)]), case)),
        Ast::Assertion(_) | Ast::ClassUnicode(_) => Hir::fail(),
        Ast::ClassPerl(perl) => class(lowered(perl_class(perl), case)),
        Ast::ClassBracketed(bracketed) => class(finish(members(bracketed), bracketed.negated, case)),
        Ast::Repetition(repetition) => {
            let (min, max) = counts(&repetition.op.kind);
            let sub = Box::new(hir(&repetition.ast, case));
            Hir::repetition(Repetition { min, max, greedy: repetition.greedy, sub })
        }
        Ast::Group(group) => {
            let sub = hir(&group.ast, case);
            match &group.kind {
                GroupKind::CaptureName { name, .. } => {
                    let (index, name) = (name.index, Some(name.name.as_str().into()));
                    Hir::capture(Capture { index, name, sub: Box::new(sub) })
                }
                GroupKind::CaptureIndex(_) | GroupKind::NonCapturing(_) => sub,
            }
        }
        Ast::Alternation(alternation) => Hir::alternation(all(&alternation.asts, case)),
        Ast::Concat(concat) => Hir::concat(all(&concat.asts, case)),
    }
}

fn all(asts: &[Ast], case: AsciiCase) -> Vec<Hir> {
    asts.iter().map(|ast| hir(ast, case)).collect()
}

fn class(set: ClassUnicode) -> Hir {
    Hir::class(Class::Unicode(set))
}

/// How often a repetition repeats, at least and at most.
pub(super) fn counts(kind: &RepetitionKind) -> (u32, Option<u32>) {
    match kind {
        RepetitionKind::ZeroOrOne => (0, Some(1)),
        RepetitionKind::ZeroOrMore => (0, None),
        RepetitionKind::OneOrMore => (1, None),
        RepetitionKind::Range(RepetitionRange::Exactly(count)) => (*count, Some(*count)),
        RepetitionKind::Range(RepetitionRange::AtLeast(min)) => (*min, None),
        RepetitionKind::Range(RepetitionRange::Bounded(min, max)) => (*min, Some(*max)),
    }
}

/// The characters between the brackets, without the negation.
pub(super) fn members(bracketed: &ClassBracketed) -> ClassUnicode {
    let mut set = ClassUnicode::empty();
    // The engine does not have operations on sets.
    if let ClassSet::Item(item) = &bracketed.kind {
        add_item(item, &mut set);
    }
    set
}

fn add_item(item: &ClassSetItem, set: &mut ClassUnicode) {
    match item {
        ClassSetItem::Literal(literal) => set.push(ClassUnicodeRange::new(literal.c, literal.c)),
        ClassSetItem::Range(range) => set.push(ClassUnicodeRange::new(range.start.c, range.end.c)),
        ClassSetItem::Ascii(ascii) => set.union(&negated_if(ascii_class(&ascii.kind), ascii.negated)),
        ClassSetItem::Perl(perl) => set.union(&perl_class(perl)),
        ClassSetItem::Union(union) => union.items.iter().for_each(|item| add_item(item, set)),
        // Neither classes of Unicode nor brackets in brackets exist in the engine.
        ClassSetItem::Empty(_) | ClassSetItem::Unicode(_) | ClassSetItem::Bracketed(_) => {}
    }
}

fn perl_class(perl: &ClassPerl) -> ClassUnicode {
    let kind = match perl.kind {
        ClassPerlKind::Digit => ClassAsciiKind::Digit,
        ClassPerlKind::Space => ClassAsciiKind::Space,
        ClassPerlKind::Word => ClassAsciiKind::Word,
    };
    negated_if(ascii_class(&kind), perl.negated)
}

fn ascii_class(kind: &ClassAsciiKind) -> ClassUnicode {
    let (digits, upper, lower) = (('0', '9'), ('A', 'Z'), ('a', 'z'));
    match kind {
        ClassAsciiKind::Alnum => chars([digits, upper, lower]),
        ClassAsciiKind::Alpha => chars([upper, lower]),
        ClassAsciiKind::Ascii => chars([('\0', '\x7f')]),
        ClassAsciiKind::Blank => chars([('\t', '\t'), (' ', ' ')]),
        ClassAsciiKind::Cntrl => chars([('\0', '\x1f'), ('\x7f', '\x7f')]),
        ClassAsciiKind::Digit => chars([digits]),
        ClassAsciiKind::Graph => chars([('!', '~')]),
        ClassAsciiKind::Lower => chars([lower]),
        ClassAsciiKind::Print => chars([(' ', '~')]),
        ClassAsciiKind::Punct => chars([('!', '/'), (':', '@'), ('[', '`'), ('{', '~')]),
        ClassAsciiKind::Space => chars([('\t', '\r'), (' ', ' ')]),
        ClassAsciiKind::Upper => chars([upper]),
        ClassAsciiKind::Word => chars([digits, upper, ('_', '_'), lower]),
        ClassAsciiKind::Xdigit => chars([digits, ('A', 'F'), ('a', 'f')]),
    }
}

fn chars(ranges: impl IntoIterator<Item = (char, char)>) -> ClassUnicode {
    ClassUnicode::new(ranges.into_iter().map(|(low, high)| ClassUnicodeRange::new(low, high)))
}

fn negated_if(mut set: ClassUnicode, negated: bool) -> ClassUnicode {
    if negated {
        set.negate();
    }
    set
}

/// The characters that match, from those as they are written.
fn finish(mut set: ClassUnicode, negated: bool, case: AsciiCase) -> ClassUnicode {
    if case != AsciiCase::AsWritten {
        set = with_both_cases(set);
    }
    lowered(negated_if(set, negated), case)
}

fn with_both_cases(mut set: ClassUnicode) -> ClassUnicode {
    let (upper, lower) = (letters(&set, 'A', 'Z'), letters(&set, 'a', 'z'));
    set.union(&chars(upper.iter().map(|(low, high)| (low.to_ascii_lowercase(), high.to_ascii_lowercase()))));
    set.union(&chars(lower.iter().map(|(low, high)| (low.to_ascii_uppercase(), high.to_ascii_uppercase()))));
    set
}

fn lowered(mut set: ClassUnicode, case: AsciiCase) -> ClassUnicode {
    if case == AsciiCase::Lower {
        let upper = letters(&set, 'A', 'Z');
        set.difference(&chars([('A', 'Z')]));
        set.union(&chars(
            upper.iter().map(|(low, high)| (low.to_ascii_lowercase(), high.to_ascii_lowercase())),
        ));
    }
    set
}

/// The members between two letters.
fn letters(set: &ClassUnicode, first: char, last: char) -> Vec<(char, char)> {
    let mut found = set.clone();
    found.intersect(&chars([(first, last)]));
    found.iter().map(|range| (range.start(), range.end())).collect()
}
