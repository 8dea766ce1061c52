//! Dates and date-times.

use super::diagnostic_sink::DiagnosticSink;
use super::fields::Fields;
use super::subject::Subject;
use super::values::read_text;
use super::yaml::{Kind, Node, Spanned};
use crate::diagnostic::Code;
use crate::text::date_advice::{DateAdvice, advise};
use crate::text::rfc3339;

/// The date or date-time of a key, if it is present: in seconds since 1970, and as its text.
pub(crate) fn read_date(
    fields: &Fields<'_>,
    key: &str,
    sink: &mut DiagnosticSink<'_>,
) -> Option<(f64, Spanned<String>)> {
    read_date_of(fields.get(key)?, key, sink)
}

/// Like [`read_date`], with the value of the key.
pub(crate) fn read_date_of(
    node: &Node,
    key: &str,
    sink: &mut DiagnosticSink<'_>,
) -> Option<(f64, Spanned<String>)> {
    let Some(date) = read_text(node, Subject::Key(key), sink) else {
        let written = match node.kind {
            Kind::Integer(digits) => digits.to_string(),
            _ => String::new(),
        };
        sink.help_last(&help(key, &advise(&written)));
        return None;
    };
    let seconds = rfc3339::parse_rfc3339(date.value.as_bytes());
    if seconds.is_none() {
        let advice = advise(&date.value);
        let why = advice.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        let message = format!("`{}` is not a date or date-time{why}", date.value.escape_debug());
        sink.report(Code::InvalidValue, &date.span, message, help(key, &advice));
    }
    Some((seconds?, date))
}

/// How to write a date; without one that the text says, its form, because a date to copy could grant for longer than was
/// agreed.
fn help(key: &str, advice: &DateAdvice) -> String {
    match advice.choices(Some(key)) {
        Some(choices) if advice.has_no_times() => {
            format!("write {choices}; a date is the beginning of that day in UTC")
        }
        Some(choices) => format!("write {choices}"),
        None => format!(
            "write `{key}: YYYY-MM-DD`, which is the beginning of that day in UTC; or, with a time and its offset, \
             `YYYY-MM-DDThh:mm:ss+01:00`"
        ),
    }
}
