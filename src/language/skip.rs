//! The key `skip`: entries of a source that are not groups.
//!
//! The author of a mapping says with it that leaving such entries out does no harm, also to rules that exclude.

use super::diagnostic_sink::DiagnosticSink;
use super::fields::Fields;
use super::grammar::SKIP;
use super::model::OwnedSkip;
use super::parsed_patterns::{GlobPattern, PatternProblem};
use super::yaml::Node;
use crate::diagnostic::Code;
use crate::limits::MAX_SKIPPED;
use crate::patterns::inclusion::covers_everything;

/// Reads `skip`. `has_form` is whether the source declares a form, which entries can lack.
pub(crate) fn read_skip(node: &Node, has_form: bool, sink: &mut DiagnosticSink<'_>) -> OwnedSkip {
    let Some(fields) = Fields::read(node, &SKIP, sink) else { return OwnedSkip::default() };
    let [nulls, without_form] = ["nulls", "without-form"].map(|key| match fields.boolean(key, sink) {
        Some((false, span)) => {
            let help = "remove the key: entries are skipped only where a key says so".to_owned();
            sink.report(Code::InvalidValue, span, format!("`{key}` can only be `true`"), help);
            false
        }
        stated => stated.is_some(),
    });
    if let (true, false, Some(span)) = (without_form, has_form, fields.key_span("without-form")) {
        let message = "`without-form` is for sources with a form, and every entry has the form `plain`";
        let help = "remove it, or declare the `form` that groups have".to_owned();
        sink.report(Code::ShapeOption, span, message, help);
    }
    let mut names = Vec::new();
    for exact in fields.some_texts("exact", sink) {
        match PatternProblem::of_text(&exact.value) {
            Some(problem) => problem.report(&exact, sink),
            None => names.push(exact.value),
        }
    }
    for glob in fields.some_texts("glob", sink) {
        names.extend(read_glob(GlobPattern::parse(glob), sink));
    }
    names.sort();
    names.dedup();
    let known = ["nulls", "without-form", "exact", "glob"];
    if !known.iter().any(|key| fields.get(key).is_some() || fields.is_misspelled(key)) {
        let help = "add `nulls: true`, `without-form: true`, `exact` or `glob`, or remove `skip`".to_owned();
        sink.report(Code::MissingKey, &fields.span, "`skip` says nothing about what is skipped", help);
    }
    if names.len() > MAX_SKIPPED {
        let message = format!("`skip` has {} patterns, and a source at most {MAX_SKIPPED}", names.len());
        let help = "write fewer, with wildcards; each alternative in braces counts".to_owned();
        sink.report(Code::InvalidValue, &fields.span, message, help);
    }
    OwnedSkip { nulls, without_form, names }
}

/// The names and lowered globs of a glob, which may neither capture nor match every entry.
fn read_glob(glob: GlobPattern, sink: &mut DiagnosticSink<'_>) -> Vec<String> {
    let written = &glob.written;
    let lowered = match &glob.parsed {
        Ok(lowered) => lowered,
        Err(problem) => {
            problem.report(written, sink);
            return Vec::new();
        }
    };
    let patterns: Vec<String> = lowered.patterns_without_captures().chain(lowered.names.clone()).collect();
    if !lowered.captures.is_empty() {
        let message =
            format!("`{}` has a capture, and skipped entries grant nothing", written.value.escape_debug());
        let help = "write `*` instead of the capture".to_owned();
        sink.report(Code::InvalidValue, &written.span, message, help);
    }
    if covers_everything(patterns.iter().map(String::as_str)) {
        let message = format!("`{}` would skip every group", written.value.escape_debug());
        let help = "name only the entries that are not groups".to_owned();
        sink.report(Code::MatchesEverything, &written.span, message, help);
    }
    patterns
}
