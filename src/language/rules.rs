//! Rules: what they match, under which condition, and what they do.

use core::ops::Range;
use std::collections::BTreeMap;

use super::conditions::{Known, read_condition};
use super::fields::{DiagnosticSink, Fields, read_list, read_texts};
use super::grammar::{MATCH, PATTERNS, RULE};
use super::model::{Effect, Matches, Patterns, Rule};
use super::names::check_id;
use super::parsed_patterns::{GlobPattern, Grant, RegexPattern};
use super::yaml::{Kind, Node, Spanned};
use crate::diagnostic::Code;
use crate::limits::MAX_PATTERNS;

/// Reads a list of rules; `prefix` is what their ids begin with.
pub(crate) fn read_rules(
    node: &Node,
    prefix: Option<&str>,
    known: Known<'_>,
    findings: &mut DiagnosticSink<'_>,
) -> Vec<Rule> {
    let entries = read_list(node, "`rules`", findings).unwrap_or_default();
    entries.iter().filter_map(|node| read_rule(node, prefix, known, findings)).collect()
}

/// Reports rules of one id, which all are of the file that `findings` are about.
pub(crate) fn check_ids<'r>(rules: impl Iterator<Item = &'r Rule>, findings: &mut DiagnosticSink<'_>) {
    let mut seen: BTreeMap<&str, &Spanned<String>> = BTreeMap::new();
    for rule in rules {
        let id = &rule.id;
        match seen.get(id.value.as_str()) {
            // An id that is missing or cannot be one has been reported.
            _ if id.value.is_empty() => {}
            Some(first) => {
                let message = format!("a rule `{}` already exists in this mapping", id.value);
                findings.report_related(Code::DuplicateId, &id.span, message, (&first.span, "first here"));
            }
            None => drop(seen.insert(&id.value, id)),
        }
    }
}

fn read_rule(
    node: &Node,
    prefix: Option<&str>,
    known: Known<'_>,
    findings: &mut DiagnosticSink<'_>,
) -> Option<Rule> {
    let fields = Fields::read(node, &RULE, findings)?;
    fields.text("owner", findings);
    fields.text("why", findings);
    let id = fields.require_text("id", findings).map(|id| match prefix {
        Some(prefix) => Spanned { value: format!("{prefix}.{}", id.value), span: id.span },
        None => id,
    });
    let id = id.filter(|id| check_id(id, "a rule's id", findings));
    let when = fields.get("when").and_then(|node| read_condition(node, known, findings));
    let (effect, groups) = read_effect(&fields, findings);
    let groups = groups.into_iter().map(Grant::parse).collect();
    let protected = fields.boolean("protected", findings).is_some_and(|(protected, _)| protected);
    let expires = read_moment(&fields, "expires", findings)
        .map(|(seconds, moment)| (seconds.floor() as i64, moment.span));
    let matches = read_matches(&fields, findings);
    // A rule without a good id is read all the same, so that whatever else is wrong with it is found now.
    let id = id.unwrap_or(Spanned { span: fields.span.clone(), value: String::new() });
    let file = findings.file.to_owned();
    Some(Rule { id, file, used: None, span: fields.span, when, matches, effect, groups, protected, expires })
}

/// The seconds since 1970 of a key's date or date-time, if it is there, and the text.
pub(crate) fn read_moment(
    fields: &Fields<'_>,
    key: &str,
    findings: &mut DiagnosticSink<'_>,
) -> Option<(f64, Spanned<String>)> {
    fields.get(key)?;
    let help =
        format!("write `{key}: 2027-01-31`, or with a time and its offset `2027-01-31T18:00:00+01:00`");
    let Some(moment) = fields.text(key, findings) else {
        findings.help_last(&help);
        return None;
    };
    let seconds = crate::text::rfc3339::parse_rfc3339(moment.value.as_bytes());
    if seconds.is_none() {
        let message = format!("`{}` is no date or date-time", moment.value.escape_debug());
        findings.report(Code::InvalidValue, &moment.span, message, help);
    }
    Some((seconds?, moment))
}

/// What the rule does: with which groups, and whether it grants or excludes them.
fn read_effect(fields: &Fields<'_>, findings: &mut DiagnosticSink<'_>) -> (Effect, Vec<Spanned<String>>) {
    let (effect, key, nothing) = match (fields.get("grant"), fields.get("exclude")) {
        (None, None) => {
            if fields.is_missing("grant") && fields.is_missing("exclude") {
                let message = "the rule does nothing: it needs the key `grant` or `exclude`";
                findings.report(Code::EmptyGrant, &fields.span, message, None);
            }
            return (Effect::Grant, Vec::new());
        }
        (None, Some(_)) => (Effect::Exclude, "exclude", "the rule excludes nothing"),
        (grant, exclude) => {
            if let (Some(grant), Some(_), Some(span)) = (grant, exclude, fields.key_span("exclude")) {
                let message = "the rule grants groups, so it cannot exclude others too";
                let place = (&grant.span, "and grants these");
                findings.report_related(Code::InvalidValue, span, message, place);
                findings.help_last("write two rules, one with `grant` and one with `exclude`");
            }
            (Effect::Grant, "grant", "the rule grants nothing")
        }
    };
    let groups = fields.texts(key, findings);
    if let Some(node) = fields.get(key).filter(|node| node.is_empty() && matches!(node.kind, Kind::List(_))) {
        let help = "name at least one target group, or remove the rule".to_owned();
        findings.report(Code::EmptyGrant, &node.span, nothing, help);
    }
    (effect, groups)
}

fn read_matches(fields: &Fields<'_>, findings: &mut DiagnosticSink<'_>) -> Matches {
    let everyone = fields.boolean("everyone", findings);
    let matches = fields.get("match");
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
        (None, None) if fields.is_missing("everyone") && fields.is_missing("match") => {
            let message = "the rule does not say what it matches";
            let help = "add `match: { exact: … }` or `match: { glob: … }`; \
                        `everyone: true` if every user of this customer shall have what it grants";
            findings.report(Code::MissingMatch, &fields.span, message, help.to_owned());
        }
        _ => {}
    }
    match matches {
        Some(node) => {
            let nothing = Matches::Groups {
                span: node.span.clone(),
                any: Vec::new(),
                all: Vec::new(),
                none: Vec::new(),
            };
            read_match(node, findings).unwrap_or(nothing)
        }
        None if matches!(everyone, Some((true, _))) => Matches::Everyone,
        None => {
            Matches::Groups { span: fields.span.clone(), any: Vec::new(), all: Vec::new(), none: Vec::new() }
        }
    }
}

const PATTERN_KEYS: [&str; 3] = ["exact", "glob", "regex"];
const COMBINATION_KEYS: [&str; 3] = ["any", "all", "none"];

fn read_match(node: &Node, findings: &mut DiagnosticSink<'_>) -> Option<Matches> {
    let fields = Fields::read(node, &MATCH, findings)?;
    let span = node.span.clone();
    let combination = COMBINATION_KEYS.into_iter().find_map(|key| Some((key, fields.key_span(key)?)));
    let Some((key, place)) = combination else {
        let patterns = read_patterns(&fields, "`match`", findings)?;
        return Some(Matches::Groups { span, any: vec![patterns], all: Vec::new(), none: Vec::new() });
    };
    for alone in PATTERN_KEYS.into_iter().chain(["ignore-case"]) {
        if let Some(span) = fields.key_span(alone) {
            let message = format!("`{alone}` cannot stand beside `{key}`");
            findings.report_related(Code::InvalidValue, span, message, (place, "the combination"));
            findings.help_last(&format!("put it into an entry of `{key}`"));
        }
    }
    let [any, all, none] = COMBINATION_KEYS.map(|key| read_pattern_list(&fields, key, findings));
    if fields.is_missing("any") && fields.is_missing("all") {
        let message = "`none` alone says only what the groups must not be";
        let help = "add `any` or `all`; `glob: \"?*\"` in it would be any group at all".to_owned();
        findings.report(Code::MissingMatch, place, message, help);
    }
    Some(Matches::Groups { span, any, all, none })
}

fn read_pattern_list(fields: &Fields<'_>, key: &str, findings: &mut DiagnosticSink<'_>) -> Vec<Patterns> {
    let Some(node) = fields.get(key) else {
        return Vec::new();
    };
    let what = format!("`{key}`");
    let entries = match &node.kind {
        Kind::List(_) => read_list(node, &what, findings).unwrap_or_default(),
        _ => core::slice::from_ref(node),
    };
    if entries.is_empty() {
        let help = format!("add patterns to `{key}`, or remove it");
        findings.report(Code::MissingMatch, &node.span, format!("{what} matches nothing"), help);
    }
    let mut all = Vec::new();
    for entry in entries {
        if let Some(fields) = Fields::read(entry, &PATTERNS, findings) {
            all.extend(read_patterns(&fields, &format!("an entry of {what}"), findings));
        }
    }
    all
}

/// Reads patterns; `None` if there is none, which is reported.
fn read_patterns(fields: &Fields<'_>, what: &str, findings: &mut DiagnosticSink<'_>) -> Option<Patterns> {
    let [exact, glob, regex] = PATTERN_KEYS.map(|key| match fields.get(key) {
        Some(node) => read_texts(node, &format!("`{key}`"), findings),
        None => Vec::new(),
    });
    let stated = |key: &str| {
        fields.get(key).is_some_and(|node| !(node.is_empty() && matches!(node.kind, Kind::List(_))))
    };
    let ignore_case = fields.boolean("ignore-case", findings).is_some_and(|(ignore, _)| ignore);
    let glob = glob.into_iter().map(GlobPattern::parse).collect();
    let regex = regex.into_iter().map(|regex| RegexPattern::parse(regex, ignore_case)).collect();
    if !PATTERN_KEYS.into_iter().any(|key| stated(key) || fields.is_misspelled(key)) {
        let help = "name at least one group with `exact`, `glob` or `regex`".to_owned();
        findings.report(Code::MissingMatch, &fields.span, format!("{what} matches nothing"), help);
        return None;
    }
    Some(Patterns { span: fields.span.clone(), exact, glob, regex, ignore_case })
}

/// Reports a mapping with more patterns than a person would maintain; `span` is where its rules are.
pub(crate) fn check_size(rules: &[Rule], span: &Range<usize>, findings: &mut DiagnosticSink<'_>) {
    let patterns: usize = rules.iter().flat_map(Rule::patterns).map(Patterns::len).sum();
    if patterns > MAX_PATTERNS {
        let message = format!("the mapping has {patterns} patterns, and may have {MAX_PATTERNS}");
        let help = "say the same with fewer globs".to_owned();
        findings.report(Code::InvalidValue, span, message, help);
    }
}
