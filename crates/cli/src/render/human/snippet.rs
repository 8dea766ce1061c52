//! Shows a finding with the lines that it is about.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use claimsmith::diagnostic::{Diagnostic, Related, Severity};

use crate::escape::{escaped, escaped_lines, escaped_styled};
use crate::results::Unformatted;
use crate::source_map::{SourceLines, SourceMap};

/// How many bytes of lines are shown at most. Longer lines are not readable, so only line and column are shown.
const MAX_SHOWN: usize = 16 * 1024;

/// Renders a finding over several lines, without a line break at the end.
pub(super) fn render(diagnostic: &Diagnostic, sources: &SourceMap, color: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        _ => Level::WARNING,
    };
    let title = level.primary_title(escaped(&diagnostic.message)).id(diagnostic.code.name());
    let mut group = Group::with_title(title);

    let (file, span) = (diagnostic.file.as_str(), &diagnostic.span);
    let related = diagnostic.related.as_ref();
    let near =
        related.filter(|related| related.file == file && fits(sources, file, &join(span, &related.span)));
    group = show(group, sources, file, Some(span), near);
    if let (Some(related), None) = (related, near) {
        group = show(group, sources, &related.file, None, Some(related));
    }
    finish(group, &diagnostic.help, color)
}

/// Renders the reason why a file was not formatted, like a finding.
pub(super) fn render_refusal(file: &str, refusal: &Unformatted, sources: &SourceMap, color: bool) -> String {
    let message = refusal.message(file);
    let group = Group::with_title(Level::ERROR.primary_title(escaped(&message)));
    let group = match refusal {
        // The reason is not in the text of the file.
        Unformatted::Write(_) => group.element(Origin::path(escaped(file))),
        _ => show(group, sources, file, Some(&refusal.span()), None),
    };
    finish(group, refusal.help(), color)
}

fn finish(group: Group<'_>, help: &str, color: bool) -> String {
    let group = group.element(Level::HELP.message(escaped_lines(help)));
    // The renderer replaces only some control characters of the source.
    if color {
        escaped_styled(&Renderer::styled().render(&[group])).into_owned()
    } else {
        escaped_lines(&Renderer::plain().render(&[group])).into_owned()
    }
}

/// Adds the lines of a file with the span of the problem, a related span, or both.
fn show<'a>(
    group: Group<'a>,
    sources: &'a SourceMap,
    file: &'a str,
    problem: Option<&Range<usize>>,
    related: Option<&'a Related>,
) -> Group<'a> {
    let spans = problem.into_iter().chain(related.map(|related| &related.span));
    let Some(all) = spans.cloned().reduce(|left, right| join(&left, &right)) else { return group };
    let Some(lines) = sources.lines(file, &all).filter(is_readable) else {
        return group.element(origin(sources, file, &all));
    };
    let within = |span: &Range<usize>| {
        let start = span.start.saturating_sub(lines.offset).min(lines.text.len());
        start..span.end.saturating_sub(lines.offset).clamp(start, lines.text.len())
    };
    let mut snippet = Snippet::source(lines.text).line_start(lines.line).path(escaped(file));
    if let Some(problem) = problem {
        snippet = snippet.annotation(AnnotationKind::Primary.span(within(problem)));
    }
    if let Some(related) = related {
        let label = escaped(&related.label);
        snippet = snippet.annotation(AnnotationKind::Context.span(within(&related.span)).label(label));
    }
    group.element(snippet)
}

fn join(left: &Range<usize>, right: &Range<usize>) -> Range<usize> {
    left.start.min(right.start)..left.end.max(right.end)
}

fn fits(sources: &SourceMap, file: &str, span: &Range<usize>) -> bool {
    sources.lines(file, span).as_ref().is_some_and(is_readable)
}

fn is_readable(lines: &SourceLines<'_>) -> bool {
    lines.text.len() <= MAX_SHOWN
}

fn origin<'a>(sources: &SourceMap, file: &'a str, span: &Range<usize>) -> Origin<'a> {
    let origin = Origin::path(escaped(file));
    if !sources.contains(file) {
        return origin;
    }
    let start = sources.locate(file, span).0;
    origin.line(start.line).char_column(start.column)
}
