//! `use` in an organization's file: the rules of templates with the organization's values of the parameters.

use core::ops::Range;
use std::collections::{BTreeMap, BTreeSet};

use super::conditions::DeclaredNames;
use super::diagnostic_sink::DiagnosticSink;
use super::fields::Fields;
use super::grammar::USE;
use super::model::Rule;
use super::name_checks::{check_id, report_foreign};
use super::parameter::{Argument, read_argument};
use super::parsed_patterns::Grant;
use super::read_context::ReadContext;
use super::rules::read_rules;
use super::subject::Subject;
use super::substitution::{Substitution, SubstitutionBudget};
use super::suggestions::nearest;
use super::template::{Template, Templates, parse_reference};
use super::values::{read_list, read_members};
use super::yaml::{Kind, Node, Spanned};
use crate::diagnostic::Code;
use crate::limits::MAX_RULES;
use crate::patterns::foreign::Foreign;

/// The most that all expanded rules of a mapping may hold, which is what a file may hold.
const BUDGET: SubstitutionBudget = SubstitutionBudget { nodes: 1_000_000, bytes: 16 << 20 };

const USED: &str = "used here with these parameters";

/// Reads `use`, and returns the rules of the templates, of which there may be at most `room`.
pub(crate) fn expand_uses(
    node: &Node,
    mut room: usize,
    context: ReadContext<'_>,
    known: DeclaredNames<'_>,
    sink: &mut DiagnosticSink<'_>,
) -> Vec<Rule> {
    let mut rules = Vec::new();
    let mut seen: BTreeMap<String, Range<usize>> = BTreeMap::new();
    let mut budget = BUDGET;
    for node in read_list(node, Subject::Key("use"), sink).unwrap_or_default() {
        let Some(fields) = Fields::read(node, &USE, sink) else { continue };
        let id = fields.text("id", sink);
        let id_fits = id.as_ref().is_none_or(|id| check_id(id, "id of a template use", sink));
        let Some(reference) = fields.require_text("template", sink) else { continue };
        let template = find(&reference, context.templates, sink);
        if let Some(template) = template {
            template.used.store(true, core::sync::atomic::Ordering::Relaxed);
        }
        let name = parse_reference(&reference.value).map(|(name, _)| name.to_owned());
        let prefix = id.or(name.map(|text| Spanned { value: text, span: reference.span.clone() }));
        let Some(prefix) = prefix else { continue };
        if !id_fits {
            continue;
        }
        match seen.get(&prefix.value) {
            Some(first) => {
                let message = format!("another `use` of this mapping has the id `{}`", prefix.value);
                sink.report_related(Code::DuplicateId, &prefix.span, message, (first, "first here"));
                sink.help_last("give one of the two an `id` of its own");
                continue;
            }
            None => drop(seen.insert(prefix.value.clone(), prefix.span.clone())),
        }
        let Some(template) = template else { continue };
        let Some(arguments) = read_arguments(&fields, &reference, template, context, sink) else {
            continue;
        };
        let one = TemplateUse {
            template,
            prefix: &prefix.value,
            span: &reference.span,
            with: fields.get("with"),
            arguments: &arguments,
        };
        let expanded = if template.len() <= room { one.rules(known, &mut budget, sink) } else { None };
        match expanded {
            Some(more) => {
                room = room.saturating_sub(more.len());
                rules.extend(more);
            }
            None => {
                let message = format!("with the rules of `{}`, the mapping is too large", reference.value);
                let help = format!("a mapping has at most {MAX_RULES} rules; use fewer templates");
                sink.report(Code::InvalidValue, &reference.span, message, help);
                break;
            }
        }
    }
    rules
}

/// The template of a reference such as `bi-standard@1`.
fn find<'t>(
    reference: &Spanned<String>,
    templates: &'t Templates,
    sink: &mut DiagnosticSink<'_>,
) -> Option<&'t Template> {
    if let Some(found) = templates.get(&reference.value) {
        return found.as_ref();
    }
    let parsed = parse_reference(&reference.value);
    let name = parsed.map_or(reference.value.as_str(), |(name, _)| name);
    let mut versions: Vec<u32> = templates
        .keys()
        .filter_map(|known| parse_reference(known))
        .filter(|(known, _)| *known == name)
        .map(|(_, version)| version)
        .collect();
    versions.sort_unstable();
    let text = reference.value.escape_debug();
    let (message, help) = match (parsed, versions.last()) {
        (Some((name, version)), Some(_)) => {
            let there: Vec<String> = versions.iter().map(u32::to_string).collect();
            let message = format!("version {version} of the template `{name}` does not exist");
            let noun = if there.len() > 1 { "the versions" } else { "version" };
            (message, Some(format!("the template has {noun} {}", there.join(", "))))
        }
        (None, Some(last)) => {
            let message = format!("`{text}` does not state the version of the template");
            (message, Some(format!("write `{text}@{last}`")))
        }
        (_, None) => {
            let near = nearest(&reference.value, templates.keys().map(String::as_str));
            let help = near.map(|near| format!("did you mean `{near}`?"));
            (format!("the template `{text}` does not exist"), help)
        }
    };
    sink.report(Code::UnknownTemplate, &reference.span, message, help);
    None
}

/// The value of each parameter of the template; `None` if one of them is missing or cannot be used.
fn read_arguments(
    fields: &Fields<'_>,
    reference: &Spanned<String>,
    template: &Template,
    context: ReadContext<'_>,
    sink: &mut DiagnosticSink<'_>,
) -> Option<BTreeMap<String, Argument>> {
    let mut arguments = BTreeMap::new();
    let mut complete = true;
    let mut stated = Vec::new();
    let with = fields.get("with");
    for (name, node) in
        with.and_then(|node| read_members(node, Subject::Key("with"), sink)).unwrap_or_default()
    {
        stated.push(name.value.as_str());
        let Some(parameter) = template.parameter(&name.value) else {
            let names = || template.parameters.iter().map(|parameter| parameter.name.value.as_str());
            let help = match nearest(&name.value, names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if template.parameters.is_empty() => "the template has no parameters".to_owned(),
                None => format!("the template has the parameters {}", super::suggestions::word_list(names())),
            };
            let message = format!(
                "the template `{}` has no parameter `{}`",
                reference.value,
                name.value.escape_debug()
            );
            sink.report(Code::UnknownParameter, &name.span, message, help);
            continue;
        };
        let argument = match parameter.kind {
            Some(kind) => read_argument(node, Subject::Named(&name.value), kind, context.platform, sink),
            None => None,
        };
        match argument {
            Some(argument) => drop(arguments.insert(name.value.clone(), argument)),
            None => complete = false,
        }
    }
    for parameter in &template.parameters {
        let name = &parameter.name;
        if stated.contains(&name.value.as_str()) {
            continue;
        }
        match &parameter.default {
            Some(default) => drop(arguments.insert(name.value.clone(), default.clone())),
            // A default or a type that cannot be used has already been reported.
            None if parameter.has_default || parameter.kind.is_none() => complete = false,
            None if fields.is_misspelled("with") => complete = false,
            None => {
                complete = false;
                let message =
                    format!("the template `{}` needs the parameter `{}`", reference.value, name.value);
                let help = format!("add it: `with: {{ {}: … }}`", name.value);
                let span = with.map_or(&reference.span, |with| &with.span);
                sink.report_in(
                    Code::MissingParameter,
                    span,
                    message,
                    (&template.file, &name.span, "declared here"),
                );
                sink.help_last(&help);
            }
        }
    }
    if complete { Some(arguments) } else { None }
}

/// An entry of `use`.
struct TemplateUse<'u> {
    template: &'u Template,
    prefix: &'u str,
    span: &'u Range<usize>,
    /// The values of the parameters as they are written.
    with: Option<&'u Node>,
    arguments: &'u BTreeMap<String, Argument>,
}

/// Where the value of a parameter is written.
fn value_span<'n>(with: &'n Node, name: &str) -> Option<&'n Range<usize>> {
    match &with.kind {
        Kind::Map(members) => members.iter().find(|(key, _)| key.value == name).map(|(_, value)| &value.span),
        _ => None,
    }
}

/// What is wrong with a pattern as the value of a parameter. A change of the template would be one for all who use it.
fn foreign_value(name: &str) -> Foreign {
    Foreign {
        message: format!(
            "the value of `{name}` has signs of a pattern, and is a literal: the pattern of the template matches it as it is"
        ),
        help: "write the text alone; what may follow or precede it is said by the pattern of the template"
            .to_owned(),
        says_if_right: false,
    }
}

impl TemplateUse<'_> {
    /// The rules with the values of the parameters; `None` if they exceed the budget.
    fn rules(
        &self,
        known: DeclaredNames<'_>,
        budget: &mut SubstitutionBudget,
        sink: &mut DiagnosticSink<'_>,
    ) -> Option<Vec<Rule>> {
        let arguments = self.arguments.iter().map(|(name, argument)| (name.as_str(), argument)).collect();
        let (forged, escaped) = (Vec::new(), BTreeSet::new());
        let mut substitution = Substitution { arguments: &arguments, budget, forged, escaped };
        let expanded = substitution.rules(&self.template.rules)?;
        let Substitution { forged, escaped, .. } = substitution;
        for name in escaped {
            let span = self.with.and_then(|with| value_span(with, name)).unwrap_or(self.span);
            report_foreign(Some(foreign_value(name)), span, sink);
        }
        for forged in &forged {
            let message =
                format!("the values of the parameters turn a grant into `{}`", forged.escape_debug());
            let help = "the value of a parameter is a literal; write the capture in the template";
            sink.report(Code::InvalidValue, self.span, message, help.to_owned());
        }
        let mut list = Vec::new();
        let mut inner = DiagnosticSink { file: &self.template.file, list: &mut list };
        let mut rules = read_rules(&expanded, Some(self.prefix), known, &mut inner);
        for rule in &mut rules {
            rule.used = Some(self.span.clone());
            // Grants that have been reported are not checked further.
            rule.groups.retain(|Grant { written, .. }| {
                let place = (written.span.start, written.span.end);
                !self.template.broken.contains(&place) && !forged.contains(&written.value)
            });
        }
        for diagnostic in list {
            // What does not depend on the parameters is reported once, in the template.
            let place = (diagnostic.code, diagnostic.span.start, diagnostic.span.end);
            if !self.template.found.contains(&place) {
                sink.list.push(diagnostic.related(sink.file, self.span.clone(), USED));
            }
        }
        Some(rules)
    }
}
