//! Templates: rules that organizations share, with parameters.
//!
//! A template is read twice: as it is written, so that what is wrong in it is reported once and in it, and for every
//! use with the parameters put in, for what only those bring about.

use core::sync::atomic::{AtomicBool, Ordering};
use std::collections::{BTreeMap, BTreeSet};

use super::conditions::Known;
use super::fields::{DiagnosticSink, Fields, read_members, read_text, read_texts};
use super::grammar::{PARAMETER, TEMPLATE};
use super::model::Platform;
use super::placeholder::{Argument, Slot, check_placeholders, for_each_text};
use super::rules::{check_ids, read_rules};
use super::yaml::{Kind, Node, Spanned};
use crate::diagnostic::Code;
use crate::limits::MAX_ID;

/// All templates by name and version; `None` for one that could not be read, which has been reported.
pub(crate) type Templates = BTreeMap<String, Option<Template>>;

#[derive(Debug)]
pub(crate) struct Template {
    pub(crate) file: String,
    /// Where a finding about the whole template points to.
    span: core::ops::Range<usize>,
    pub(crate) parameters: Vec<Parameter>,
    /// The list of rules, as it is written.
    pub(crate) rules: Node,
    /// What has been found in it, whatever the parameters are.
    pub(crate) found: BTreeSet<(Code, usize, usize)>,
    /// Places of texts in which parameters make no sense, which has been reported.
    pub(crate) broken: BTreeSet<(usize, usize)>,
    /// Whether any organization uses it.
    pub(crate) used: AtomicBool,
}

#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: Spanned<String>,
    /// `None` if it says none that there is, which has been reported.
    pub(crate) kind: Option<ParameterType>,
    pub(crate) default: Option<Argument>,
    /// Whether it states a default, be it one that can be used or not.
    pub(crate) has_default: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ParameterType {
    Text,
    Texts,
    Group,
    Groups,
}

impl ParameterType {
    const WORDS: &'static [(&'static str, Self)] =
        &[("text", Self::Text), ("texts", Self::Texts), ("group", Self::Group), ("groups", Self::Groups)];

    pub(crate) fn is_list(self) -> bool {
        matches!(self, Self::Texts | Self::Groups)
    }
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
    /// Reads a template; `standalone` says whether it is a file of its own, with a version.
    pub(crate) fn read(
        node: &Node,
        standalone: bool,
        platform: Option<&Platform>,
        known: Known<'_>,
        sink: &mut DiagnosticSink<'_>,
    ) -> Option<Self> {
        let fields = Fields::read_file(node, &TEMPLATE, standalone, sink)?;
        fields.require_text("description", sink);
        let parameters = match fields.get("parameters") {
            Some(node) => read_parameters(node, platform, sink),
            None => Vec::new(),
        };
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

        // What a text with a parameter in it is, only a use can tell.
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
            used: AtomicBool::new(false),
        })
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name.value == name)
    }

    /// How many rules it has.
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

fn read_parameters(
    node: &Node,
    platform: Option<&Platform>,
    sink: &mut DiagnosticSink<'_>,
) -> Vec<Parameter> {
    let mut parameters = Vec::new();
    for (name, node) in read_members(node, "`parameters`", sink).unwrap_or_default() {
        check_parameter_name(name, sink);
        let Some(fields) = Fields::read(node, &PARAMETER, sink) else { continue };
        fields.text("description", sink);
        fields.require("type", sink);
        let kind = fields.choice("type", ParameterType::WORDS, sink);
        let default = fields
            .get("default")
            .zip(kind)
            .and_then(|(node, kind)| read_argument(node, "`default`", kind, platform, sink));
        let has_default = fields.get("default").is_some();
        parameters.push(Parameter { name: name.clone(), kind, default, has_default });
    }
    parameters
}

fn check_parameter_name(name: &Spanned<String>, sink: &mut DiagnosticSink<'_>) {
    let text = name.value.as_str();
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    let starts = text.starts_with(|first: char| first.is_ascii_lowercase());
    if !starts || text.len() > MAX_ID || !text.bytes().all(fits) {
        let message = format!("`{}` cannot be a parameter's name", text.escape_debug());
        let help =
            format!("begin with a letter, and use at most {MAX_ID} lowercase letters, digits, `-` and `_`");
        sink.report(Code::InvalidName, &name.span, message, help);
    }
}

/// Reads the value of a parameter, in a use or as its default.
pub(crate) fn read_argument(
    node: &Node,
    what: &str,
    kind: ParameterType,
    platform: Option<&Platform>,
    sink: &mut DiagnosticSink<'_>,
) -> Option<Argument> {
    let before = sink.list.len();
    let texts = if kind.is_list() {
        if node.is_empty() {
            sink.report(Code::EmptyList, &node.span, format!("{what} is empty"), None);
        }
        read_texts(node, what, sink)
    } else {
        read_text(node, what, sink).into_iter().collect()
    };
    for text in &texts {
        if let Some(sign) = ["${", "{{"].into_iter().find(|sign| text.value.contains(sign)) {
            let message = format!("{what} holds `{sign}`");
            let help = "what a parameter holds is taken as it is; write the capture or the parameter into the template";
            sink.report(Code::InvalidValue, &text.span, message, help.to_owned());
        } else if let (ParameterType::Group | ParameterType::Groups, Some(platform)) = (kind, platform) {
            platform.check_group(text, sink);
        }
    }
    // A group that is not registered would be reported again wherever the template grants it.
    if sink.list.len() > before {
        return None;
    }
    let mut texts = texts.into_iter().map(|text| text.value);
    if kind.is_list() { Some(Argument::List(texts.collect())) } else { Some(Argument::One(texts.next()?)) }
}

/// Where in a template a text stands.
pub(crate) fn slot_of(key: &str) -> Slot {
    match key {
        "glob" => Slot::Glob,
        "regex" => Slot::Regex,
        _ => Slot::Plain,
    }
}
