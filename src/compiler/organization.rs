//! `organizations/<name>.yaml`: one customer's connections, rules and policies.

use core::ops::Range;
use std::collections::BTreeMap;

use super::fields::{Fields, Findings, read_list, read_members};
use super::names::{check_name, check_pointer, check_rule_id};
use super::platform::{POLICY, UNMATCHED};
use super::strategy::Strategy;
use super::yaml::{Name, Node};
use crate::diagnostic::Code;
use crate::mapping::{Policy, UnmatchedPolicy};
use crate::source::{Absent, Shape};

#[derive(Debug)]
pub(crate) struct Organization {
    pub(crate) file: String,
    /// The name of the file.
    pub(crate) name: String,
    pub(crate) id: Option<Name>,
    pub(crate) connections: Vec<Connection>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) incomplete: Option<Policy>,
    pub(crate) unmatched: Option<UnmatchedPolicy>,
}

#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) name: Name,
    pub(crate) strategy: Strategy,
    pub(crate) source: OwnedSource,
}

/// A [`Source`](crate::Source) that owns its texts.
#[derive(Clone, Debug)]
pub(crate) struct OwnedSource {
    pub(crate) from: String,
    pub(crate) shape: OwnedShape,
    pub(crate) absent: Absent,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OwnedShape {
    List,
    ListOrString,
    Delimited(String),
    Objects(String),
}

#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) id: Name,
    pub(crate) exact: Vec<Name>,
    pub(crate) glob: Vec<Name>,
    pub(crate) everyone: bool,
    pub(crate) grant: Vec<Name>,
    /// Where the rule says what it matches.
    pub(crate) match_span: Range<usize>,
}

impl Organization {
    /// Reads a mapping; `standalone` says whether it is a file of its own, with a version.
    pub(crate) fn read(
        node: &Node,
        name: &str,
        standalone: bool,
        findings: &mut Findings<'_>,
    ) -> Option<Self> {
        let known: &[&str] = match standalone {
            true => &["version", "organization", "connections", "rules", "policies"],
            false => &["organization", "connections", "rules", "policies"],
        };
        let fields = Fields::read(node, "the mapping", known, findings)?;
        if standalone && !fields.check_version(findings) {
            return None;
        }
        let id = fields.text("organization", findings).filter(|id| check_organization_id(id, findings));
        let connections = match fields.require("connections", findings) {
            Some(node) => read_connections(node, findings),
            None => Vec::new(),
        };
        let rules = match fields.require("rules", findings) {
            Some(node) => read_rules(node, findings),
            None => Vec::new(),
        };
        let policies = fields
            .get("policies")
            .and_then(|node| Fields::read(node, "`policies`", &["incomplete", "unmatched"], findings));
        let (incomplete, unmatched) = match policies {
            Some(policies) => (
                policies.choice("incomplete", POLICY, findings),
                policies.choice("unmatched", UNMATCHED, findings),
            ),
            None => (None, None),
        };
        let file = findings.file.to_owned();
        Some(Self { file, name: name.to_owned(), id, connections, rules, incomplete, unmatched })
    }
}

fn check_organization_id(id: &Name, findings: &mut Findings<'_>) -> bool {
    let fits = |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let good = id.text.strip_prefix("org_").is_some_and(fits);
    if !good {
        let message = format!("`{}` is no id of an Auth0 organization", id.text.escape_debug());
        let help = "the id begins with `org_`; the dashboard shows it below the organization's name";
        findings.report(Code::InvalidValue, &id.span, message, help.to_owned());
    }
    good
}

fn read_connections(node: &Node, findings: &mut Findings<'_>) -> Vec<Connection> {
    let mut connections = Vec::new();
    let members = read_members(node, "`connections`", findings).unwrap_or_default();
    if members.is_empty() {
        findings.report(Code::EmptyList, &node.span, "`connections` has no connection", None);
    }
    for (name, node) in members {
        check_name(name, "the connection's name", 128, findings);
        let Some(fields) = Fields::read(node, "a connection", &["strategy", "groups"], findings) else {
            continue;
        };
        fields.require("strategy", findings);
        let Some(strategy) = fields.choice("strategy", Strategy::CHOICES, findings) else {
            continue;
        };
        let groups = match fields.get("groups") {
            Some(node) => {
                let known = ["from", "shape", "delimiter", "field", "absent"];
                let Some(groups) = Fields::read(node, "`groups`", &known, findings) else {
                    continue;
                };
                Some(groups)
            }
            None => None,
        };
        if let Some(source) = read_source(strategy, name, groups.as_ref(), findings) {
            connections.push(Connection { name: name.clone(), strategy, source });
        }
    }
    connections
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ShapeWord {
    List,
    ListOrString,
    Delimited,
    Objects,
}

fn read_source(
    strategy: Strategy,
    connection: &Name,
    groups: Option<&Fields<'_>>,
    findings: &mut Findings<'_>,
) -> Option<OwnedSource> {
    let default = strategy.default_source();
    let words = [
        ("list", ShapeWord::List),
        ("list-or-string", ShapeWord::ListOrString),
        ("delimited", ShapeWord::Delimited),
        ("objects", ShapeWord::Objects),
    ];
    let from = groups.and_then(|groups| groups.text("from", findings));
    if let Some(pointer) = &from
        && !check_pointer(pointer, findings)
    {
        return None;
    }
    let from = from.map(|from| from.text).or(default.as_ref().map(|(from, _)| (*from).to_owned()));
    let stated = groups.is_some_and(|groups| groups.get("shape").is_some());
    let shape = match groups.and_then(|groups| groups.choice("shape", &words, findings)) {
        Some(word) => Some(word),
        None if stated => return None,
        None => default.as_ref().map(|(_, shape)| match shape {
            Shape::List => ShapeWord::List,
            Shape::ListOrString => ShapeWord::ListOrString,
            Shape::Delimited(_) => ShapeWord::Delimited,
            Shape::Objects(_) => ShapeWord::Objects,
        }),
    };
    let (Some(from), Some(shape)) = (from, shape) else {
        let span = groups.map_or(&connection.span, |groups| &groups.span);
        let message = format!("strategy `{}` has no default for where the groups are", strategy.name());
        let help = "say `groups: { from: /path, shape: list }`".to_owned();
        findings.report(Code::MissingSource, span, message, help);
        return None;
    };

    let mut option = |key: &str, wanted: bool, default: Option<&str>, shape: &str| {
        let text = groups.and_then(|groups| groups.text(key, findings));
        let span = groups.and_then(|groups| groups.key_span(key));
        match (text, span, wanted) {
            (_, Some(span), false) => {
                let message = format!("`{key}` belongs to `shape: {shape}`");
                let help = format!("remove it, or say `shape: {shape}`");
                findings.report(Code::ShapeOption, span, message, help);
                None
            }
            (Some(text), _, true) => check_name_option(&text, key, findings).then_some(text.text),
            (None, None, true) if default.is_some() => default.map(str::to_owned),
            (None, None, true) => {
                let span = groups.map_or(&connection.span, |groups| &groups.span);
                let message = format!("`shape: {shape}` needs the key `{key}`");
                findings.report(Code::ShapeOption, span, message, None);
                None
            }
            _ => None,
        }
    };
    let default_delimiter = match default {
        Some((_, Shape::Delimited(delimiter))) => Some(delimiter),
        _ => None,
    };
    let delimiter = option("delimiter", shape == ShapeWord::Delimited, default_delimiter, "delimited");
    let field = option("field", shape == ShapeWord::Objects, None, "objects");
    let absents = [("incomplete", Absent::Incomplete), ("empty", Absent::Empty)];
    let absent = groups.and_then(|groups| groups.choice("absent", &absents, findings));
    let shape = match shape {
        ShapeWord::List => OwnedShape::List,
        ShapeWord::ListOrString => OwnedShape::ListOrString,
        ShapeWord::Delimited => OwnedShape::Delimited(delimiter?),
        ShapeWord::Objects => OwnedShape::Objects(field?),
    };
    Some(OwnedSource { from, shape, absent: absent.unwrap_or(Absent::Incomplete) })
}

fn check_name_option(text: &Name, key: &str, findings: &mut Findings<'_>) -> bool {
    let good = (1..=128).contains(&text.text.chars().count()) && !text.text.chars().any(char::is_control);
    if !good {
        let message = format!("`{key}` is empty, too long, or holds control characters");
        let help = format!("give `{key}` 1 to 128 characters that can be read");
        findings.report(Code::InvalidValue, &text.span, message, help);
    }
    good
}

fn read_rules(node: &Node, findings: &mut Findings<'_>) -> Vec<Rule> {
    let mut seen: BTreeMap<String, Range<usize>> = BTreeMap::new();
    let mut rules = Vec::new();
    for node in read_list(node, "`rules`", findings).unwrap_or_default() {
        let Some(rule) = read_rule(node, findings) else {
            continue;
        };
        match seen.get(&rule.id.text) {
            // An id that is missing or cannot be one has been reported.
            _ if rule.id.text.is_empty() => {}
            Some(first) => {
                let message = format!("a rule `{}` already exists in this mapping", rule.id.text);
                let place = (first, "first here");
                findings.report_related(Code::DuplicateId, &rule.id.span, message, place);
            }
            None => drop(seen.insert(rule.id.text.clone(), rule.id.span.clone())),
        }
        rules.push(rule);
    }
    rules
}

fn read_rule(node: &Node, findings: &mut Findings<'_>) -> Option<Rule> {
    let known = ["id", "match", "everyone", "grant", "owner", "why"];
    let fields = Fields::read(node, "a rule", &known, findings)?;
    fields.text("owner", findings);
    fields.text("why", findings);
    let id = fields.require_text("id", findings).filter(|id| check_rule_id(id, findings));

    let grant = match fields.get("grant") {
        None => {
            let message = "the rule grants nothing: it needs the key `grant`";
            findings.report(Code::EmptyGrant, &fields.span, message, None);
            Vec::new()
        }
        Some(node) => {
            let grant = super::fields::read_texts(node, "`grant`", findings);
            if matches!(&node.kind, super::yaml::Kind::List(entries) if entries.is_empty()) {
                let help = "name at least one target group, or remove the rule".to_owned();
                findings.report(Code::EmptyGrant, &node.span, "the rule grants nothing", help);
            }
            grant
        }
    };

    let everyone = fields.boolean("everyone", findings);
    let matches = fields.get("match");
    let (mut exact, mut glob) = (Vec::new(), Vec::new());
    match (everyone, matches) {
        (Some((false, span)), _) => {
            let help = "remove the key, and say what the rule matches with `match`".to_owned();
            let message = "`everyone` can only be `true`";
            findings.report(Code::InvalidValue, span, message, help);
        }
        (Some((true, span)), Some(node)) => {
            let message = "the rule is for everyone, so it cannot match groups too";
            let place = (&node.span, "and matches groups here");
            findings.report_related(Code::InvalidValue, span, message, place);
            findings.help_last("remove `match`, or remove `everyone`");
        }
        (None, None) if fields.get("everyone").is_none() => {
            let message = "the rule does not say what it matches";
            let help = "add `match: { exact: … }` or `match: { glob: … }`; \
                        `everyone: true` if every user of this customer shall have what it grants";
            findings.report(Code::MissingMatch, &fields.span, message, help.to_owned());
        }
        _ => {}
    }
    if let Some(node) = matches
        && let Some(patterns) = Fields::read(node, "`match`", &["exact", "glob"], findings)
    {
        exact = patterns.texts("exact", findings);
        glob = patterns.texts("glob", findings);
        let stated = ["exact", "glob"].iter().any(|key| {
            patterns.get(key).is_some_and(
                |node| !matches!(&node.kind, super::yaml::Kind::List(entries) if entries.is_empty()),
            )
        });
        if !stated {
            let help = "name at least one group with `exact` or `glob`".to_owned();
            findings.report(Code::MissingMatch, &node.span, "`match` matches nothing", help);
        }
    }
    // A rule without a good id is read all the same, so that whatever else is wrong with it is found now.
    let id = id.unwrap_or(Name { span: fields.span.clone(), text: String::new() });
    Some(Rule {
        id,
        exact,
        glob,
        everyone: matches!(everyone, Some((true, _))),
        grant,
        match_span: matches.map_or(fields.span.clone(), |node| node.span.clone()),
    })
}
