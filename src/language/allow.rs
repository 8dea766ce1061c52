//! The keys `lints` and `allow`: how severe each kind of warning is, and which findings are allowed, with a reason.

use core::ops::Range;

use super::diagnostic_sink::DiagnosticSink;
use super::fields::Fields;
use super::grammar::{LINT_LEVELS, Layout, lint_codes};
use super::model::{Allow, LintLevel};
use super::name_checks::check_known;
use super::subject::Subject;
use super::values::{choose, read_members, read_text};
use super::yaml::{Node, Spanned};
use crate::diagnostic::Code;

const LEVELS: &[(&str, LintLevel)] =
    &[("error", LintLevel::Error), ("warning", LintLevel::Warning), ("off", LintLevel::Off)];

/// The part of a file that belongs to an organization or a template.
pub(crate) fn whole(node: &Node, layout: Layout) -> Range<usize> {
    match layout {
        Layout::Folder => 0..usize::MAX,
        Layout::SingleFile => node.extent(),
    }
}

/// Reads how severe warnings are.
pub(crate) fn read_lints(fields: &Fields<'_>, sink: &mut DiagnosticSink<'_>) -> Vec<(Code, LintLevel)> {
    let Some(node) = fields.get("lints") else { return Vec::new() };
    let mut lints = Vec::new();
    for (name, node) in read_members(node, Subject::Key("lints"), sink).unwrap_or_default() {
        let code = warning(name, "its severity cannot be changed", sink);
        let subject = Subject::Named(&name.value);
        let Some(text) = read_text(node, subject, sink) else { continue };
        let Some(level) = choose(&text, subject, LINT_LEVELS, LEVELS, sink) else { continue };
        let Some(code) = code else { continue };
        if level == LintLevel::Off && code.guards_access() {
            let message =
                format!("`{}` cannot be off: it warns of access that someone could gain", code.name());
            sink.report(Code::InvalidValue, &text.span, message, None);
            sink.help_last("write `warning`, and accept single findings with `allow` and a reason");
            continue;
        }
        lints.push((code, level));
    }
    lints
}

/// Reads which findings within a part of the file are allowed.
pub(crate) fn read_allow(
    fields: &Fields<'_>,
    within: &Range<usize>,
    sink: &mut DiagnosticSink<'_>,
) -> Vec<Allow> {
    let Some(node) = fields.get("allow") else { return Vec::new() };
    let members = read_members(node, Subject::Key("allow"), sink);
    if members.as_ref().is_some_and(Vec::is_empty) {
        let help = "write the code of a warning and a reason, or remove it".to_owned();
        sink.report(Code::InvalidValue, &node.span, "`allow` is empty", help);
    }
    let mut allow = Vec::new();
    for (name, node) in members.unwrap_or_default() {
        let code = warning(name, "it cannot be allowed", sink);
        let Some(reason) = read_text(node, Subject::Other("the reason"), sink) else { continue };
        if reason.value.trim().is_empty() {
            let message = format!("`{}` is allowed without a reason", name.value.escape_debug());
            sink.report(Code::InvalidValue, &reason.span, message, "write the reason".to_owned());
            continue;
        }
        let Some(code) = code else { continue };
        allow.push(Allow {
            code,
            reason: reason.value,
            file: sink.file.to_owned(),
            span: name.span.clone(),
            within: within.clone(),
            with_related: false,
        });
    }
    allow
}

/// The code of a warning; reports other texts.
fn warning(name: &Spanned<String>, cannot: &str, sink: &mut DiagnosticSink<'_>) -> Option<Code> {
    let code = Code::ALL.iter().copied().find(|code| code.name() == name.value);
    if let Some(code) = code
        && !code.is_lint()
    {
        let message = format!("`{}` is an error, and {cannot}", code.name());
        let help = "remove the entry, and correct the mistake that the error is about".to_owned();
        sink.report(Code::InvalidValue, &name.span, message, help);
        return None;
    }
    let problem = (Code::InvalidValue, "there is no warning with the code");
    check_known(name, || lint_codes().into_iter(), problem, sink);
    code
}
