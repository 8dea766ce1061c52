//! Templates: rules that organizations share, with parameters.
//!
//! A template is read as it is written, so that its own mistakes are reported once, in the template; and again for each
//! use with the values of the parameters, for mistakes that only these cause.

use core::sync::atomic::{AtomicBool, Ordering};
use std::collections::{BTreeMap, BTreeSet};

use super::allow::{read_allow, whole};
use super::conditions::DeclaredNames;
use super::diagnostic_sink::DiagnosticSink;
use super::fields::Fields;
use super::grammar::{Layout, TEMPLATE};
use super::model::{Allow, Platform};
use super::parameter::{Parameter, read_parameters};
use super::placeholder::{check_placeholders, for_each_text};
use super::rules::{check_ids, read_rules};
use super::yaml::{Kind, Node};
use crate::diagnostic::Code;
use crate::limits::MAX_ID;

/// All templates by name and version; `None` for a template that could not be read, which has been reported.
pub(crate) type Templates = BTreeMap<String, Option<Template>>;

#[derive(Debug)]
pub(crate) struct Template {
    pub(crate) file: String,
    /// The location of diagnostics about the whole template.
    span: core::ops::Range<usize>,
    pub(crate) parameters: Vec<Parameter>,
    /// The list of rules as it is written.
    pub(crate) rules: Node,
    /// Code and location of each diagnostic that does not depend on the parameters.
    pub(crate) found: BTreeSet<(Code, usize, usize)>,
    /// Locations of texts with wrong placeholders, which have been reported.
    pub(crate) broken: BTreeSet<(usize, usize)>,
    /// Findings about the template that are allowed, apart from those that its rules allow.
    pub(crate) allow: Vec<Allow>,
    /// Whether any organization uses it.
    pub(crate) used: AtomicBool,
}

/// The name and the version of `NAME@VERSION`.
pub(crate) fn parse_reference(text: &str) -> Option<(&str, u32)> {
    let (name, version) = text.split_once('@')?;
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let digits = (1..=4).contains(&version.len()) && version.bytes().all(|byte| byte.is_ascii_digit());
    if !(1..=MAX_ID).contains(&name.len()) || !name.bytes().all(fits) || !digits || version.starts_with('0') {
        return None;
    }
    Some((name, version.parse().ok()?))
}

impl Template {
    /// Reads a template.
    pub(crate) fn read(
        node: &Node,
        layout: Layout,
        platform: Option<&Platform>,
        known: DeclaredNames<'_>,
        sink: &mut DiagnosticSink<'_>,
    ) -> Option<Self> {
        let fields = Fields::read_section(node, &TEMPLATE, layout, sink)?;
        fields.require_text("description", sink);
        let parameters = match fields.get("parameters") {
            Some(node) => read_parameters(node, platform, sink),
            None => Vec::new(),
        };
        // Every parameter would be unknown.
        if fields.is_misspelled("parameters") {
            return None;
        }
        fields.report_empty("rules", Code::EmptyList, sink);
        let rules = fields.require("rules", sink)?;
        let before = sink.list.len();
        let used = check_placeholders(rules, &parameters, sink);
        let broken = sink.list.iter().skip(before).map(|it| (it.span.start, it.span.end)).collect();
        for parameter in parameters.iter().filter(|parameter| !used.contains(&parameter.name.value)) {
            let name = &parameter.name;
            let message = format!("no rule uses the parameter `{}`", name.value.escape_debug());
            let help = format!("remove it, or use it as `{{{{{}}}}}`", name.value.escape_debug());
            sink.report(Code::UnusedParameter, &name.span, message, help);
        }

        // A text with a parameter is only known in a use, so diagnostics about it are left to the uses.
        let mut open = BTreeSet::new();
        for_each_text(rules, &mut |text, span, _| {
            if text.contains("{{") {
                open.insert((span.start, span.end));
            }
        });
        let mut list = Vec::new();
        let mut draft = DiagnosticSink { file: sink.file, list: &mut list };
        let read = read_rules(rules, None, known, &mut draft);
        check_ids(read.iter(), &mut draft);
        let mut found = BTreeSet::new();
        for diagnostic in list {
            let span = (diagnostic.span.start, diagnostic.span.end);
            if !open.contains(&span) {
                found.insert((diagnostic.code, span.0, span.1));
                sink.list.push(diagnostic);
            }
        }
        let (file, span) = (sink.file.to_owned(), node.span.clone());
        Some(Self {
            file,
            span,
            parameters,
            rules: rules.clone(),
            found,
            broken,
            allow: read_allow(&fields, &whole(node, layout), sink),
            used: AtomicBool::new(false),
        })
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name.value == name)
    }

    /// The number of its rules.
    pub(crate) fn len(&self) -> usize {
        match &self.rules.kind {
            Kind::List(rules) => rules.len(),
            _ => 0,
        }
    }
}

/// Reports templates that no organization uses.
pub(crate) fn check_used(templates: &Templates, list: &mut Vec<crate::diagnostic::Diagnostic>) {
    for (name, template) in templates {
        if let Some(template) = template.as_ref().filter(|template| !template.used.load(Ordering::Relaxed)) {
            let mut sink = DiagnosticSink { file: &template.file, list };
            let message = format!("no organization uses the template `{name}`");
            sink.report(Code::UnusedTemplate, &template.span, message, None);
        }
    }
}
