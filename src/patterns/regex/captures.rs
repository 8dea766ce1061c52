//! The captures of a regular expression, and all that each can capture if that is not much.

use std::collections::BTreeSet;

use regex_syntax::hir::{Capture, Class, Hir, HirKind};

use super::RegexProblem;
use crate::limits::MAX_CAPTURE_VALUES;
use crate::patterns::automaton::is_usable;

/// A capture of a regular expression. It takes part in every match, once, with at least one character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RegexCapture {
    pub(crate) name: String,
    /// All texts that it can capture, if there are few; in lower case if case is ignored.
    pub(crate) values: Option<BTreeSet<String>>,
}

/// Collects the captures in the order of the expression.
///
/// # Errors
///
/// If one of them may be empty.
pub(super) fn read_captures(hir: &Hir, captures: &mut Vec<RegexCapture>) -> Result<(), RegexProblem> {
    if let HirKind::Capture(Capture { name: Some(name), sub, .. }) = hir.kind() {
        if sub.properties().minimum_len() == Some(0) {
            let problem = format!("the capture `{name}` may be empty");
            return Err(RegexProblem::invalid(problem, "have it match at least one character, such as `.+`"));
        }
        captures.push(RegexCapture { name: name.to_string(), values: values(sub).map(only_usable) });
    }
    hir.kind().subs().iter().try_for_each(|sub| read_captures(sub, captures))
}

fn only_usable(values: BTreeSet<String>) -> BTreeSet<String> {
    values.into_iter().filter(|value| value.chars().all(is_usable)).collect()
}

/// All that an expression matches, if that is not much.
fn values(hir: &Hir) -> Option<BTreeSet<String>> {
    let empty = || BTreeSet::from([String::new()]);
    match hir.kind() {
        HirKind::Empty => Some(empty()),
        HirKind::Literal(literal) => Some(BTreeSet::from([String::from_utf8(literal.0.to_vec()).ok()?])),
        HirKind::Class(Class::Unicode(class)) => {
            let chars = || class.iter().flat_map(|range| range.start()..=range.end());
            if chars().nth(MAX_CAPTURE_VALUES).is_some() {
                return None;
            }
            Some(chars().map(|char| char.to_string()).collect())
        }
        HirKind::Class(Class::Bytes(_)) | HirKind::Look(_) => None,
        HirKind::Capture(capture) => values(&capture.sub),
        HirKind::Concat(parts) => {
            parts.iter().try_fold(empty(), |starts, part| join(&starts, &values(part)?))
        }
        HirKind::Alternation(parts) => parts.iter().try_fold(BTreeSet::new(), |mut all, part| {
            all.extend(values(part)?);
            if all.len() > MAX_CAPTURE_VALUES { None } else { Some(all) }
        }),
        HirKind::Repetition(repetition) => {
            let once = values(&repetition.sub)?;
            let (mut all, mut exactly) = (BTreeSet::new(), empty());
            for count in 0..=repetition.max? {
                if count > 0 {
                    exactly = join(&exactly, &once)?;
                }
                if count >= repetition.min {
                    all.extend(exactly.iter().cloned());
                }
                if all.len() > MAX_CAPTURE_VALUES {
                    return None;
                }
            }
            Some(all)
        }
    }
}

fn join(starts: &BTreeSet<String>, ends: &BTreeSet<String>) -> Option<BTreeSet<String>> {
    // Two pairs may give the same string, so this can give up a little too early, never too late.
    if starts.len() * ends.len() > MAX_CAPTURE_VALUES {
        return None;
    }
    Some(starts.iter().flat_map(|start| ends.iter().map(move |end| start.clone() + end)).collect())
}
