//! Grants with captures: their pieces, and what these expand to where that is known when compiling.

use super::foreign_grant;
use super::lowered::ExpansionPiece;
use super::rule_patterns::PatternLowering;
use crate::bundle::grant_expansion::LetterCase;
use crate::diagnostic::Code;
use crate::language::diagnostic_sink::DiagnosticSink;
use crate::language::suggestions::nearest;
use crate::language::yaml::Spanned;
use crate::patterns::grant_text::{GrantPiece, GrantProblem, GrantText};
use crate::text::case_mapping;

/// Reports an expansion that is known before any login and is not a target group that the rule may grant.
pub(super) fn report_leak(written: &Spanned<String>, text: &str, cause: &str, sink: &mut DiagnosticSink<'_>) {
    let message = format!(
        "with {cause}, `{}` expands to `{}`, which is not a target group that the rule may grant",
        written.value,
        text.escape_debug()
    );
    sink.report(Code::TemplateOutsideRegistry, &written.span, message, None);
}

pub(super) fn expand(pieces: &[ExpansionPiece], captures: &[String]) -> String {
    let one = |piece: &ExpansionPiece| match piece {
        ExpansionPiece::Literal(literal) => literal.clone(),
        ExpansionPiece::Capture { number, case } => {
            let capture = captures.get(*number).map(String::as_str).unwrap_or_default();
            match case {
                LetterCase::AsIs => capture.to_owned(),
                LetterCase::Lower => crate::patterns::folding::to_lowercase(capture),
                LetterCase::Upper => {
                    let mut upper = Vec::new();
                    case_mapping::upper_into(capture.as_bytes(), &mut upper);
                    String::from_utf8_lossy(&upper).into_owned()
                }
            }
        }
    };
    pieces.iter().map(one).collect()
}

/// The pieces of a grant such as `${team:lower}-admins`, with the captures by their numbers.
pub(super) fn resolve_pieces(
    (written, text): (&Spanned<String>, &GrantText),
    patterns: &PatternLowering<'_>,
    sink: &mut DiagnosticSink<'_>,
) -> Option<Vec<ExpansionPiece>> {
    let mut pieces = Vec::new();
    for piece in &text.pieces {
        pieces.push(match piece {
            GrantPiece::Literal(literal) => ExpansionPiece::Literal(literal.clone()),
            GrantPiece::Capture { name, case } => {
                let number = resolve_capture(written, name, patterns, sink)?;
                ExpansionPiece::Capture { number, case: *case }
            }
        });
    }
    match &text.problem {
        None => return Some(pieces),
        Some(GrantProblem::NeverClosed) => {
            let message = format!("a `${{` of `{}` is never closed", written.value.escape_debug());
            sink.report(Code::UnknownCapture, &written.span, message, "close it with `}`".to_owned());
        }
        Some(GrantProblem::UnknownCase(case)) => {
            let message = format!("`{}` is not a letter case of a capture", case.escape_debug());
            let help = "write `lower` or `upper`, or leave it out".to_owned();
            sink.report(Code::InvalidValue, &written.span, message, help);
        }
    }
    None
}

/// The number of a capture; `None` if not every pattern of the rule has it, which is reported.
fn resolve_capture(
    written: &Spanned<String>,
    name: &str,
    patterns: &PatternLowering<'_>,
    sink: &mut DiagnosticSink<'_>,
) -> Option<usize> {
    let Some(number) = patterns.capture(name) else {
        // A pattern that could not be parsed may have it.
        if !patterns.is_broken() {
            let known = || patterns.capture_names().iter().map(String::as_str);
            let near = || nearest(name, known()).map(|near| format!("did you mean `{near}`?"));
            let help = foreign_grant::of_capture(name, known()).or_else(near);
            let message = format!("no pattern of the rule captures `{}`", name.escape_debug());
            sink.report(Code::UnknownCapture, &written.span, message, help);
        }
        return None;
    };
    if let Some(without) = patterns.pattern_without(number) {
        let message = format!(
            "`{}` uses the capture `{name}`, which `{}` does not have",
            written.value,
            without.value.escape_debug()
        );
        let place = (&without.span, "this pattern does not have the capture");
        sink.report_related(Code::UnknownCapture, &written.span, message, place);
        sink.help_last("have every pattern of the rule capture it, or write a rule for each");
        return None;
    }
    Some(number)
}
