//! Reporting diagnostics about one file.

use core::ops::Range;

use super::fixes;
use super::subject::Subject;
use super::suggestions::nearest;
use super::wrong_type::Expected;
use super::yaml::Node;
use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::limits::MAX_SUGGESTIONS;

/// Collects the diagnostics of one file.
#[derive(Debug)]
pub(crate) struct DiagnosticSink<'d> {
    pub(crate) file: &'d str,
    pub(crate) list: &'d mut Vec<Diagnostic>,
}

impl DiagnosticSink<'_> {
    /// Reports a problem; without `help`, it has the help of its code.
    pub(crate) fn report(
        &mut self,
        code: Code,
        span: &Range<usize>,
        message: impl Into<String>,
        help: impl Into<Option<String>>,
    ) {
        let diagnostic = Diagnostic::new(code, self.file, span.clone(), message);
        self.list.push(match help.into() {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        });
    }

    /// The known word that a mistyped one was probably meant to be. There are no suggestions after the first
    /// [`MAX_SUGGESTIONS`] diagnostics: both words and known words can number in the thousands, and a file with that
    /// number of diagnostics usually has a single mistake.
    pub(crate) fn nearest<'k>(&self, word: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
        if self.list.len() < MAX_SUGGESTIONS { nearest(word, known) } else { None }
    }

    /// Reports a problem with a related location in the same file.
    pub(crate) fn report_related(
        &mut self,
        code: Code,
        span: &Range<usize>,
        message: impl Into<String>,
        (place, label): (&Range<usize>, &str),
    ) {
        let file = self.file;
        self.report_in(code, span, message, (file, place, label));
    }

    /// Reports a problem with a related location in another file.
    pub(crate) fn report_in(
        &mut self,
        code: Code,
        span: &Range<usize>,
        message: impl Into<String>,
        (file, place, label): (&str, &Range<usize>, &str),
    ) {
        let diagnostic = Diagnostic::new(code, self.file, span.clone(), message);
        self.list.push(diagnostic.related(file, place.clone(), label));
    }

    /// Replaces the help of the last reported problem, and removes a fix, which did what the former help says.
    pub(crate) fn help_last(&mut self, help: &str) {
        if let Some(mut diagnostic) = self.list.pop() {
            diagnostic.fix = None;
            self.list.push(diagnostic.help(help));
        }
    }

    /// Adds the change that solves the last reported problem.
    pub(crate) fn fix_last(&mut self, span: Range<usize>, replacement: impl Into<String>) {
        if let Some(diagnostic) = self.list.pop() {
            self.list.push(diagnostic.fix(Fix { span, replacement: replacement.into() }));
        }
    }

    /// Reports a value of the wrong type.
    pub(crate) fn wrong_type(&mut self, node: &Node, subject: Subject<'_>, expected: Expected) {
        let message = format!("{subject} is {}, but must be {}", node.kind.noun(), expected.noun());
        self.report(Code::WrongType, &node.span, message, expected.help(node, subject));
        if let Some(replacement) = fixes::quoted_number(node, expected) {
            self.fix_last(node.span.clone(), replacement);
        }
    }
}
