//! `use` in an organization's file: the rules of templates with the organization's parameters.

use core::ops::Range;
use std::collections::BTreeMap;

use super::conditions::Known;
use super::fields::{DiagnosticSink, Fields, nearest, read_list, read_members};
use super::grammar::USE;
use super::model::Rule;
use super::names::check_id;
use super::parsed_patterns::Grant;
use super::placeholder::{Argument, Budget, Expansion};
use super::read_context::ReadContext;
use super::rules::read_rules;
use super::template::{Template, Templates, parse_reference, read_argument};
use super::yaml::{Node, Spanned};
use crate::diagnostic::Code;
use crate::limits::MAX_RULES;

/// What the texts of all expanded rules of a mapping may hold, as a file of its own may.
const BUDGET: Budget = Budget { nodes: 1_000_000, bytes: 16 << 20 };

const USED: &str = "used here with these parameters";

/// Reads `use`, and gives the rules of the templates; there is room for `room` of them.
pub(crate) fn expand_uses(
    node: &Node,
    mut room: usize,
    context: ReadContext<'_>,
    known: Known<'_>,
    findings: &mut DiagnosticSink<'_>,
) -> Vec<Rule> {
    let mut rules = Vec::new();
    let mut seen: BTreeMap<String, Range<usize>> = BTreeMap::new();
    let mut budget = BUDGET;
    for node in read_list(node, "`use`", findings).unwrap_or_default() {
        let Some(fields) = Fields::read(node, &USE, findings) else { continue };
        let id = fields.text("id", findings);
        let id_fits = id.as_ref().is_none_or(|id| check_id(id, "the id of a use", findings));
        let Some(reference) = fields.require_text("template", findings) else { continue };
        let template = find(&reference, context.templates, findings);
        if let Some(template) = template {
            template.used.store(true, core::sync::atomic::Ordering::Relaxed);
        }
        let name = parse_reference(&reference.value).map(|(name, _)| name.to_owned());
        let prefix = id.or(name.map(|text| Spanned { value: text, span: reference.span.clone() }));
        let Some(prefix) = prefix.filter(|_| id_fits) else { continue };
        match seen.get(&prefix.value) {
            Some(first) => {
                let message = format!("another `use` of this mapping is called `{}` already", prefix.value);
                findings.report_related(Code::DuplicateId, &prefix.span, message, (first, "first here"));
                findings.help_last("give one of the two an `id` of its own");
                continue;
            }
            None => drop(seen.insert(prefix.value.clone(), prefix.span.clone())),
        }
        let Some(template) = template else { continue };
        let Some(arguments) = read_arguments(&fields, &reference, template, context, findings) else {
            continue;
        };
        let one = OneUse { template, prefix: &prefix.value, span: &reference.span, arguments: &arguments };
        let fits = template.len() <= room;
        match if fits { one.rules(known, &mut budget, findings) } else { None } {
            Some(more) => {
                room = room.saturating_sub(more.len());
                rules.extend(more);
            }
            None => {
                let message = format!("with the rules of `{}` the mapping is too large", reference.value);
                let help = format!("a mapping has at most {MAX_RULES} rules; use fewer templates");
                findings.report(Code::InvalidValue, &reference.span, message, help);
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
    findings: &mut DiagnosticSink<'_>,
) -> Option<&'t Template> {
    if let Some(found) = templates.get(&reference.value) {
        return found.as_ref();
    }
    let parsed = parse_reference(&reference.value);
    let name = parsed.map_or(reference.value.as_str(), |(name, _)| name);
    let mut versions: Vec<u32> = templates
        .keys()
        .filter_map(|known| parse_reference(known))
        .filter_map(|(known, version)| (known == name).then_some(version))
        .collect();
    versions.sort_unstable();
    let text = reference.value.escape_debug();
    let (message, help) = match (parsed, versions.last()) {
        (Some((name, version)), Some(_)) => {
            let there: Vec<String> = versions.iter().map(u32::to_string).collect();
            let message = format!("version {version} of the template `{name}` does not exist");
            let noun = if there.len() > 1 { "are the versions" } else { "is version" };
            (message, Some(format!("there {noun} {}", there.join(", "))))
        }
        (None, Some(last)) => {
            let message = format!("`{text}` does not say which version of the template it means");
            (message, Some(format!("write `{text}@{last}`")))
        }
        (_, None) => {
            let near = nearest(&reference.value, templates.keys().map(String::as_str));
            let help = near.map(|near| format!("did you mean `{near}`?"));
            (format!("there is no template `{text}`"), help)
        }
    };
    findings.report(Code::UnknownTemplate, &reference.span, message, help);
    None
}

/// What each parameter of the template is; `None` if one of them is not there or cannot be used.
fn read_arguments(
    fields: &Fields<'_>,
    reference: &Spanned<String>,
    template: &Template,
    context: ReadContext<'_>,
    findings: &mut DiagnosticSink<'_>,
) -> Option<BTreeMap<String, Argument>> {
    let mut arguments = BTreeMap::new();
    let mut complete = true;
    let mut stated = Vec::new();
    let with = fields.get("with");
    for (name, node) in with.and_then(|node| read_members(node, "`with`", findings)).unwrap_or_default() {
        stated.push(name.value.as_str());
        let Some(parameter) = template.parameter(&name.value) else {
            let names = || template.parameters.iter().map(|parameter| parameter.name.value.as_str());
            let help = match nearest(&name.value, names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if template.parameters.is_empty() => "the template has no parameters".to_owned(),
                None => format!("the template has the parameters {}", super::fields::quoted(names())),
            };
            let message = format!(
                "the template `{}` has no parameter `{}`",
                reference.value,
                name.value.escape_debug()
            );
            findings.report(Code::UnknownParameter, &name.span, message, help);
            continue;
        };
        let what = format!("`{}`", name.value);
        let argument = match parameter.kind {
            Some(kind) => read_argument(node, &what, kind, context.platform, findings),
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
            // A default or a type that cannot be used has been reported.
            None if parameter.has_default || parameter.kind.is_none() => complete = false,
            None => {
                complete = false;
                let message =
                    format!("the template `{}` needs the parameter `{}`", reference.value, name.value);
                let help = format!("add it: `with: {{ {}: … }}`", name.value);
                let span = with.map_or(&reference.span, |with| &with.span);
                findings.report_in(
                    Code::MissingParameter,
                    span,
                    message,
                    (&template.file, &name.span, "declared here"),
                );
                findings.help_last(&help);
            }
        }
    }
    complete.then_some(arguments)
}

/// One entry of `use`.
struct OneUse<'u> {
    template: &'u Template,
    prefix: &'u str,
    span: &'u Range<usize>,
    arguments: &'u BTreeMap<String, Argument>,
}

impl OneUse<'_> {
    /// The rules with the parameters put in; `None` if they would be too many.
    fn rules(
        &self,
        known: Known<'_>,
        budget: &mut Budget,
        findings: &mut DiagnosticSink<'_>,
    ) -> Option<Vec<Rule>> {
        let arguments = self.arguments.iter().map(|(name, argument)| (name.as_str(), argument)).collect();
        let mut expansion = Expansion { arguments: &arguments, budget, forged: Vec::new() };
        let expanded = expansion.rules(&self.template.rules)?;
        let forged = expansion.forged;
        for forged in &forged {
            let message = format!("the parameters make `{}` of a grant", forged.escape_debug());
            let help = "what a parameter holds is taken as it is; write the capture into the template";
            findings.report(Code::InvalidValue, self.span, message, help.to_owned());
        }
        let mut list = Vec::new();
        let mut inner = DiagnosticSink { file: &self.template.file, list: &mut list };
        let mut rules = read_rules(&expanded, Some(self.prefix), known, &mut inner);
        for rule in &mut rules {
            rule.used = Some(self.span.clone());
            // What has been reported is no grant that anyone could look at further.
            rule.groups.retain(|Grant { written, .. }| {
                let place = (written.span.start, written.span.end);
                !self.template.broken.contains(&place) && !forged.contains(&written.value)
            });
        }
        for diagnostic in list {
            // What is wrong whatever the parameters are is reported once, in the template.
            let place = (diagnostic.code, diagnostic.span.start, diagnostic.span.end);
            if !self.template.found.contains(&place) {
                findings.list.push(diagnostic.related(findings.file, self.span.clone(), USED));
            }
        }
        Some(rules)
    }
}
