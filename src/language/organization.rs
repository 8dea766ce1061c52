//! `organizations/<name>.yaml`: one customer's connections, rules and policies.

use std::collections::BTreeMap;

use super::allow::{read_allow, whole};
use super::conditions::DeclaredNames;
use super::connections::read_connections;
use super::diagnostic_sink::DiagnosticSink;
use super::fields::Fields;
use super::grammar::{Layout, ORGANIZATION};
use super::model::{Alias, Directory, Organization, Rule};
use super::name_checks::{check_known, check_name};
use super::normalize_names::normalize_names;
use super::placeholder_id::{is_placeholder, report_placeholder};
use super::policies::OwnPolicies;
use super::read_context::ReadContext;
use super::read_directory;
use super::rules::{check_ids, check_size, read_rules};
use super::subject::Subject;
use super::template_uses::expand_uses;
use super::tenants::{Owner, Tenants, read_by_tenant};
use super::values::{read_members, read_text, read_texts};
use super::yaml::{Kind, Node, Spanned};
use crate::diagnostic::{Code, Diagnostic};
use crate::limits::{MAX_GROUP_BYTES, MAX_RULES, MAX_TARGET_GROUP};

impl Organization {
    /// Reads a mapping.
    pub(crate) fn read(
        node: &Node,
        name: &str,
        layout: Layout,
        context: ReadContext<'_>,
        sink: &mut DiagnosticSink<'_>,
    ) -> Option<Self> {
        let fields = Fields::read_section(node, &ORGANIZATION, layout, sink)?;
        let unknown = Tenants::unknown();
        let tenants = context.platform.map_or(&unknown, |platform| &platform.tenants);
        let what = format!("the organization `{}`", name.escape_debug());
        let owner = Owner { what: &what, value: "id", key: "organization", example: "org_…" };
        let ids = read_by_tenant(fields.get("organization"), tenants, owner, sink, |node, _, sink| {
            read_text(node, Subject::Key("organization"), sink).filter(|id| check_organization_id(id, sink))
        });
        let connections = match fields.require("connections", sink) {
            Some(node) => read_connections(node, sink),
            None => Vec::new(),
        };
        let mut aliases = fields.get("aliases").map(|node| read_aliases(node, sink)).unwrap_or_default();
        let mut rules = read_own_and_used(&fields, &connections, context, sink);
        let names: Vec<&str> = connections.iter().map(|connection| connection.name.value.as_str()).collect();
        let has_all_connections = has_all_connections(&fields, &names);
        let known = read_directory::Known {
            connections: &connections,
            has_all_connections,
            applications: context.applications,
        };
        let directory = Directory::read(&fields, known, sink);
        normalize_names(&connections, &mut rules, &mut aliases);
        let has_nameless = rules.iter().any(|rule| rule.id.value.is_empty());
        let (default, application_defaults) = read_default(&fields, context, sink);
        let policies = fields.get("policies").and_then(|node| OwnPolicies::read(node, sink));
        let OwnPolicies { incomplete, incomplete_span, unmatched, unmatched_span, ungranted, refresh } =
            policies.unwrap_or_default();
        let mut allow = read_allow(&fields, &whole(node, layout), sink);
        // A rule of a template is in the template's file, and the use of the template in this one.
        allow.iter_mut().for_each(|it| it.with_related = true);
        Some(Self {
            file: sink.file.to_owned(),
            name: name.to_owned(),
            ids,
            connections,
            has_all_connections,
            directory,
            aliases,
            rules,
            rules_misspelled: fields.is_any_misspelled(&["rules", "use"]) || has_nameless,
            default,
            application_defaults,
            incomplete,
            incomplete_span,
            unmatched,
            unmatched_span,
            ungranted,
            refresh,
            allow,
        })
    }
}

/// The default of the whole mapping, or those of its applications.
#[expect(clippy::type_complexity, reason = "two lists, taken apart by the only caller")]
fn read_default(
    fields: &Fields<'_>,
    context: ReadContext<'_>,
    sink: &mut DiagnosticSink<'_>,
) -> (Vec<Spanned<String>>, Vec<(Spanned<String>, Vec<Spanned<String>>)>) {
    let Some(node) = fields.get("default") else { return Default::default() };
    let Kind::Map(members) = &node.kind else { return (fields.some_texts("default", sink), Vec::new()) };
    if members.is_empty() {
        let help = "name an application and its groups, or remove `default`".to_owned();
        sink.report(Code::EmptyList, &node.span, "`default` has no application", help);
    }
    let mut defaults = Vec::new();
    for (application, node) in read_members(node, Subject::Key("default"), sink).unwrap_or_default() {
        let problem = (Code::UnknownApplication, "the platform has no application");
        let is_pattern = ["glob", "exact", "regex", "any", "all"].contains(&application.value.as_str());
        if is_pattern
            && context.applications.is_some_and(|known| !known.contains(&application.value.as_str()))
        {
            let message = format!("{} `{}`", problem.1, application.value);
            let help = "a default has no patterns: name each target group in full, as in `default: [a, b]`";
            sink.report(problem.0, &application.span, message, help.to_owned());
            continue;
        }
        let is_known = context
            .applications
            .is_none_or(|known| check_known(application, || known.iter().copied(), problem, sink));
        let groups = read_texts(node, Subject::Named(&application.value), sink);
        if groups.is_empty() && matches!(node.kind, Kind::List(_)) {
            sink.report(Code::EmptyList, &node.span, "the default of an application is empty", None);
            sink.help_last("name the target groups, or remove the application from `default`");
        }
        if is_known {
            defaults.push((application.clone(), groups));
        }
    }
    (Vec::new(), defaults)
}

/// Whether a text has the form of the id of an Auth0 organization.
pub(crate) fn is_organization_id(text: &str) -> bool {
    let fits = |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
    text.strip_prefix("org_").is_some_and(fits)
}

fn check_organization_id(id: &Spanned<String>, sink: &mut DiagnosticSink<'_>) -> bool {
    let good = is_organization_id(&id.value);
    if good && id.value.strip_prefix("org_").is_some_and(is_placeholder) {
        report_placeholder(
            id,
            "of the organization in Auth0, which the dashboard shows below the organization's name",
            sink,
        );
        return false;
    }
    if !good {
        let message = format!("`{}` is not the id of an Auth0 organization", id.value.escape_debug());
        let help = "the id begins with `org_`; the dashboard shows it below the organization's name";
        sink.report(Code::InvalidValue, &id.span, message, help.to_owned());
    }
    good
}

fn read_aliases(node: &Node, sink: &mut DiagnosticSink<'_>) -> Vec<Alias> {
    let mut aliases = Vec::new();
    for (id, node) in read_members(node, Subject::Key("aliases"), sink).unwrap_or_default() {
        let broken = |char: char| char < ' ' || matches!(char, '\u{7f}' | '\u{fffd}');
        if id.value.is_empty() || id.value.len() > MAX_GROUP_BYTES || id.value.chars().any(broken) {
            let message = format!("an identity provider cannot send `{}`", id.value.escape_debug());
            let help = "write what the identity provider sends for the group, such as an object id, without control characters";
            sink.report(Code::InvalidName, &id.span, message, help.to_owned());
            continue;
        }
        let Some(name) = read_text(node, Subject::Other("an alias"), sink) else { continue };
        if check_name(&name, "the alias", MAX_TARGET_GROUP, sink) {
            aliases.push(Alias { id: id.clone(), name });
        }
    }
    aliases
}

/// Reads the file's own rules and those of the templates that it uses.
fn read_own_and_used(
    fields: &Fields<'_>,
    connections: &[super::model::Connection],
    context: ReadContext<'_>,
    sink: &mut DiagnosticSink<'_>,
) -> Vec<Rule> {
    if fields.is_missing("use") && fields.is_missing("rules") {
        fields.require("rules", sink);
        sink.help_last("add `rules`, or the rules of a template with `use`");
    }
    let names = connection_names(connections);
    let known = DeclaredNames {
        // A connection that could not be read must not be reported as unknown too.
        connections: if has_all_connections(fields, &names) { Some(&names) } else { None },
        applications: context.applications,
        organizations: context.organizations,
    };
    let mut rules = match fields.get("rules") {
        Some(node) => read_rules(node, None, known, sink),
        None => Vec::new(),
    };
    check_ids(rules.iter(), sink);
    let own = rules.len();
    if let Some(node) = fields.get("use") {
        let room = MAX_RULES.saturating_sub(own);
        rules.extend(expand_uses(node, room, context, DeclaredNames { connections: None, ..known }, sink));
        check_used_ids(&rules, own, sink);
    }
    let span = fields.key_span("rules").or(fields.key_span("use")).unwrap_or(&fields.span);
    check_size(&rules, span, sink);
    rules
}

fn connection_names(connections: &[super::model::Connection]) -> Vec<&str> {
    connections.iter().map(|connection| connection.name.value.as_str()).collect()
}

/// Whether every connection in the file could be read.
fn has_all_connections(fields: &Fields<'_>, names: &[&str]) -> bool {
    match fields.get("connections").map(|node| &node.kind) {
        Some(super::yaml::Kind::Map(members)) => {
            members.iter().all(|(name, _)| names.contains(&name.value.as_str()))
        }
        _ => false,
    }
}

/// Reports rules of templates whose ids are used by other rules of the mapping.
fn check_used_ids(rules: &[Rule], own: usize, sink: &mut DiagnosticSink<'_>) {
    let mut seen: BTreeMap<&str, &Rule> = BTreeMap::new();
    for (at, rule) in rules.iter().enumerate() {
        let first = match seen.get(rule.id.value.as_str()) {
            Some(first) if at >= own && !rule.id.value.is_empty() => first,
            Some(_) => continue,
            None => {
                seen.insert(&rule.id.value, rule);
                continue;
            }
        };
        // A duplicate within a template has been reported in the template.
        let reported =
            |it: &Diagnostic| it.code == Code::DuplicateId && it.file == rule.file && it.span == rule.id.span;
        if sink.list.iter().any(reported) {
            continue;
        }
        let span = rule.used.clone().unwrap_or_else(|| rule.span.clone());
        let message = format!("a rule `{}` already exists in this mapping", rule.id.value);
        let mut diagnostic = Diagnostic::new(Code::DuplicateId, sink.file, span, message);
        diagnostic = diagnostic.related(&first.file, first.id.span.clone(), "first here");
        sink.list.push(diagnostic.help("give the use an `id`, or give the rule another id"));
    }
}
