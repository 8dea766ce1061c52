//! Which constructs a regular expression may have, and how large its program becomes.

use regex_syntax::ast::{
    Assertion, AssertionKind, Ast, CaptureName, ClassAsciiKind, ClassBracketed, ClassSet, ClassSetItem, Flag,
    FlagsItemKind, GroupKind, Literal, Span,
};

use super::{RegexProblem, at, too_many_steps, tree};
use crate::limits::{MAX_CAPTURES, MAX_REGEX_STEPS};

/// Refuses what the language does not have, and what is too large.
pub(super) fn vet(ast: &Ast, pattern: &str, ignore_case: bool) -> Result<(), RegexProblem> {
    if let Some(problem) = anchored(ast, pattern) {
        return Err(problem);
    }
    let mut vetting = Vetting { ignore_case, captures: 0 };
    // One step is the end.
    let steps = vetting.steps(ast, Occurrence::Always)?.saturating_add(1);
    if steps > MAX_REGEX_STEPS { Err(too_many_steps()) } else { Ok(()) }
}

/// How often a part of a pattern takes part in a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Occurrence {
    Always,
    /// Inside an alternative, or a repetition of zero or more times.
    Perhaps,
    Repeatedly,
}

struct Vetting {
    ignore_case: bool,
    captures: usize,
}

impl Vetting {
    /// The approximate number of steps of a part's program; never fewer than it has states and ranges.
    fn steps(&mut self, ast: &Ast, occurrence: Occurrence) -> Result<u64, RegexProblem> {
        match ast {
            Ast::Empty(_) => Ok(1),
            Ast::Dot(_) => Ok(3),
            Ast::ClassPerl(_) => Ok(5),
            Ast::Literal(literal) => self.check_case(literal).map(|()| 2),
            Ast::ClassBracketed(class) => self.class(class),
            Ast::Flags(set) => Err(flags(&set.span, set.flags.items.iter().map(|item| &item.kind))),
            Ast::Assertion(assertion) => Err(assertion_problem(assertion)),
            Ast::ClassUnicode(class) => Err(unicode_class(&class.span)),
            Ast::Group(group) => {
                match &group.kind {
                    GroupKind::CaptureIndex(_) => {}
                    GroupKind::CaptureName { name, .. } => self.capture(name, occurrence)?,
                    GroupKind::NonCapturing(found) if found.items.is_empty() => {}
                    GroupKind::NonCapturing(found) => {
                        return Err(flags(&group.span, found.items.iter().map(|item| &item.kind)));
                    }
                }
                Ok(self.steps(&group.ast, occurrence)?.saturating_add(2))
            }
            Ast::Repetition(repetition) => {
                if matches!(*repetition.ast, Ast::Repetition(_)) {
                    let problem = format!("a repetition is repeated{}", at(&repetition.op.span));
                    let help = "put it into a group, such as `(?:a+)+`; possessive repetitions do not exist";
                    return Err(RegexProblem::invalid(problem, help));
                }
                let (min, max) = tree::counts(&repetition.op.kind);
                let occurrence = if min == 0 || occurrence == Occurrence::Perhaps {
                    Occurrence::Perhaps
                } else {
                    Occurrence::Repeatedly
                };
                let once = self.steps(&repetition.ast, occurrence)?.saturating_add(3);
                Ok(once.saturating_mul(u64::from(max.unwrap_or(min).max(1))).saturating_add(3))
            }
            Ast::Alternation(alternation) => self.sum(&alternation.asts, Occurrence::Perhaps),
            Ast::Concat(concat) => self.sum(&concat.asts, occurrence),
        }
    }

    fn sum(&mut self, asts: &[Ast], occurrence: Occurrence) -> Result<u64, RegexProblem> {
        asts.iter()
            .try_fold(2u64, |sum, ast| Ok(sum.saturating_add(self.steps(ast, occurrence)?).saturating_add(1)))
    }

    fn capture(&mut self, capture: &CaptureName, occurrence: Occurrence) -> Result<(), RegexProblem> {
        let name = capture.name.escape_debug();
        let mut chars = capture.name.chars();
        if !chars.next().is_some_and(|first| first.is_ascii_lowercase())
            || !chars.all(|char| matches!(char, 'a'..='z' | '0'..='9' | '_'))
        {
            let help = "use lowercase letters, digits and `_`, and begin with a letter";
            return Err(RegexProblem::invalid(format!("`{name}` is not a name for a capture"), help));
        }
        self.captures += 1;
        if self.captures > MAX_CAPTURES {
            let problem = format!("it has more than {MAX_CAPTURES} captures");
            return Err(RegexProblem::invalid(
                problem,
                "name the parts that grants use; `(?:…)` only groups",
            ));
        }
        match occurrence {
            Occurrence::Always => Ok(()),
            Occurrence::Perhaps => {
                let help = "put the alternatives into the capture, or write two patterns: a grant would expand to nothing";
                Err(RegexProblem::invalid(format!("the capture `{name}` may take no part in a match"), help))
            }
            Occurrence::Repeatedly => {
                let help = format!("put the repetition into the capture, such as `(?<{name}>(?:…)+)`");
                Err(RegexProblem::invalid(format!("the capture `{name}` may take part more than once"), help))
            }
        }
    }

    fn class(&self, class: &ClassBracketed) -> Result<u64, RegexProblem> {
        if let ClassSet::Item(item) = &class.kind {
            self.class_item(item)?;
        }
        let ranges = tree::members(class);
        // Of a range that begins with a capital and ends with a small letter, regex-lite matches the other case of only
        // some letters.
        let mixed = |low: char, high: char| low <= 'Z' && matches!(high, 'a'..='y');
        if self.ignore_case && ranges.iter().any(|range| mixed(range.start(), range.end())) {
            let problem = format!("a range of the class{} contains letters of both cases", at(&class.span));
            return Err(RegexProblem::invalid(
                problem,
                "write letters in lower case if `ignore-case` is set",
            ));
        }
        Ok(2 + 2 * ranges.ranges().len() as u64)
    }

    fn class_item(&self, item: &ClassSetItem) -> Result<(), RegexProblem> {
        match item {
            ClassSetItem::Literal(literal) => self.check_case(literal),
            ClassSetItem::Range(range) => {
                self.check_case(&range.start)?;
                self.check_case(&range.end)
            }
            ClassSetItem::Unicode(class) => Err(unicode_class(&class.span)),
            ClassSetItem::Union(union) => union.items.iter().try_for_each(|item| self.class_item(item)),
            // It could mean the complement of both cases, or both cases of the complement.
            ClassSetItem::Ascii(class)
                if self.ignore_case
                    && class.negated
                    && matches!(class.kind, ClassAsciiKind::Lower | ClassAsciiKind::Upper) =>
            {
                let problem =
                    format!("the negated class{} has no clear meaning if case is ignored", at(&class.span));
                Err(RegexProblem::invalid(problem, "write `[^a-z]`, or leave `ignore-case` out"))
            }
            // regex-lite has its own message for brackets in brackets.
            ClassSetItem::Empty(_)
            | ClassSetItem::Ascii(_)
            | ClassSetItem::Perl(_)
            | ClassSetItem::Bracketed(_) => Ok(()),
        }
    }

    fn check_case(&self, literal: &Literal) -> Result<(), RegexProblem> {
        let char = literal.c;
        let has_case = !char.to_lowercase().eq([char]) || !char.to_uppercase().eq([char]);
        if !self.ignore_case || char.is_ascii() || !has_case {
            return Ok(());
        }
        let problem =
            format!("`ignore-case` covers ASCII letters only, and `{char}`{} is not one", at(&literal.span));
        Err(RegexProblem::invalid(problem, "leave `ignore-case` out and write both cases, such as `[äÄ]`"))
    }
}

/// The problem of a pattern with an anchor at one of its ends, as where expressions search in names: without the anchor
/// alone, `^vault-` would match one name.
fn anchored(ast: &Ast, pattern: &str) -> Option<RegexProblem> {
    let parts = match ast {
        Ast::Concat(concat) => concat.asts.as_slice(),
        _ => return None,
    };
    let assertion = |part: Option<&Ast>, kinds: [AssertionKind; 2]| match part {
        Some(Ast::Assertion(assertion)) if kinds.contains(&assertion.kind) => Some(assertion.span),
        _ => None,
    };
    let first = assertion(parts.first(), [AssertionKind::StartLine, AssertionKind::StartText]);
    let last = assertion(parts.last(), [AssertionKind::EndLine, AssertionKind::EndText]);
    let start = first.map_or(0, |span| span.end.offset);
    let end = last.map_or(pattern.len(), |span| span.start.offset);
    let (span, body) = (first.or(last)?, pattern.get(start..end)?);
    let anchor = pattern.get(span.start.offset..span.end.offset)?;
    let before = if first.is_some() || body.starts_with(".*") { "" } else { ".*" };
    let after = if last.is_some() || body.ends_with(".*") && !body.ends_with("\\.*") { "" } else { ".*" };
    let problem =
        format!("`{anchor}`{} has no effect, because a regular expression matches whole names", at(&span));
    let literal = match anchor {
        "^" | "$" => format!("; for the character itself write `\\{anchor}`"),
        _ => String::new(),
    };
    // A flag would be refused next.
    let (body, case) = match body.strip_prefix("(?i)") {
        Some(bare) => (bare, " with `ignore-case: true` next to it"),
        None => (body, ""),
    };
    let help = format!("write `{before}{body}{after}`{case}").replace(char::is_control, "…");
    Some(RegexProblem::invalid(problem, help + &literal))
}

const WHOLE: &str = "describe the whole name, with `.*` where any text may be";

fn assertion_problem(assertion: &Assertion) -> RegexProblem {
    let (written, is_anchor) = match assertion.kind {
        AssertionKind::StartLine => ("^", true),
        AssertionKind::EndLine => ("$", true),
        AssertionKind::StartText => ("\\A", true),
        AssertionKind::EndText => ("\\z", true),
        AssertionKind::WordBoundary => ("\\b", false),
        AssertionKind::NotWordBoundary => ("\\B", false),
        AssertionKind::WordBoundaryStart | AssertionKind::WordBoundaryStartAngle => ("\\b{start}", false),
        AssertionKind::WordBoundaryEnd | AssertionKind::WordBoundaryEndAngle => ("\\b{end}", false),
        AssertionKind::WordBoundaryStartHalf => ("\\b{start-half}", false),
        AssertionKind::WordBoundaryEndHalf => ("\\b{end-half}", false),
    };
    let at = at(&assertion.span);
    if is_anchor {
        let problem =
            format!("`{written}`{at} has no effect, because a regular expression matches whole names");
        let help = match written {
            "^" | "$" => format!("{WHOLE}; for the character itself write `\\{written}`"),
            _ => WHOLE.to_owned(),
        };
        RegexProblem::invalid(problem, help)
    } else {
        let problem = format!("`{written}`{at} does not exist in this language");
        RegexProblem::invalid(problem, "write the character itself, such as `-`")
    }
}

fn unicode_class(span: &Span) -> RegexProblem {
    let problem = format!("the Unicode class{} does not exist in this language", at(span));
    RegexProblem::invalid(
        problem,
        "write the characters, such as `[a-zäöü]`, or those that end the part, as in `[^-]+`",
    )
}

fn flags<'f>(span: &Span, mut items: impl Iterator<Item = &'f FlagsItemKind>) -> RegexProblem {
    let ignores_case = items.any(|item| matches!(item, FlagsItemKind::Flag(Flag::CaseInsensitive)));
    let help = if ignores_case {
        "write `ignore-case: true` next to the patterns instead"
    } else {
        "remove it: names have one line, and flags are not needed"
    };
    RegexProblem::invalid(format!("the flag{} does not exist in this language", at(span)), help)
}
