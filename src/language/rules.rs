//! Rules: what they match, under which conditions, and what they grant or exclude.

use core::ops::Range;
use std::collections::BTreeMap;

use super::allow::read_allow;
use super::conditions::{DeclaredNames, read_condition};
use super::date::read_date;
use super::diagnostic_sink::DiagnosticSink;
use super::fields::Fields;
use super::grammar::{MATCH, PATTERNS, RULE, TARGET_GLOBS};
use super::model::{Effect, Matches, Patterns, Rule};
use super::name_checks::check_id;
use super::parsed_patterns::{GlobPattern, Grant, RegexPattern};
use super::subject::Subject;
use super::values::{read_list, read_text, read_texts};
use super::wrong_type::sets_of_texts;
use super::yaml::{Kind, Node, Spanned};
use crate::diagnostic::Code;
use crate::limits::MAX_PATTERNS;

/// Names of target groups, and globs of such names.
type TargetGroups = (Vec<Grant>, Vec<GlobPattern>);

/// Reads a list of rules; their ids are prefixed with `prefix` and a dot.
pub(crate) fn read_rules(
    node: &Node,
    prefix: Option<&str>,
    known: DeclaredNames<'_>,
    sink: &mut DiagnosticSink<'_>,
) -> Vec<Rule> {
    let entries = read_list(node, Subject::Key("rules"), sink).unwrap_or_default();
    entries.iter().filter_map(|node| read_rule(node, prefix, known, sink)).collect()
}

/// Reports rules with the same id. All of them are in the file of `sink`.
pub(crate) fn check_ids<'r>(rules: impl Iterator<Item = &'r Rule>, sink: &mut DiagnosticSink<'_>) {
    let mut seen: BTreeMap<&str, &Spanned<String>> = BTreeMap::new();
    for rule in rules {
        let id = &rule.id;
        match seen.get(id.value.as_str()) {
            // A missing or invalid id has been reported.
            _ if id.value.is_empty() => {}
            Some(first) => {
                let message = format!("a rule `{}` already exists in this mapping", id.value);
                sink.report_related(Code::DuplicateId, &id.span, message, (&first.span, "first here"));
            }
            None => drop(seen.insert(&id.value, id)),
        }
    }
}

fn read_rule(
    node: &Node,
    prefix: Option<&str>,
    known: DeclaredNames<'_>,
    sink: &mut DiagnosticSink<'_>,
) -> Option<Rule> {
    let fields = Fields::read(node, &RULE, sink)?;
    let owner = fields.text("owner", sink).map(|owner| owner.value);
    fields.text("why", sink);
    let id = fields.require_text("id", sink).map(|id| match prefix {
        Some(prefix) => Spanned { value: format!("{prefix}.{}", id.value), span: id.span },
        None => id,
    });
    let id = id.filter(|id| check_id(id, "rule id", sink));
    let when = fields.get("when").and_then(|node| read_condition(node, known, sink));
    let (effect, groups) = read_effect(&fields, sink);
    let (groups, target_globs) = groups;
    let mark = fields.boolean("protected", sink).filter(|(is_marked, _)| *is_marked);
    let protected = mark.is_some() || fields.is_misspelled("protected");
    let protected_span = mark.and(fields.key_span("protected")).cloned();
    let expires =
        read_date(&fields, "expires", sink).map(|(seconds, moment)| (seconds.floor() as i64, moment.span));
    let matches = read_matches(&fields, sink);
    // A rule without a valid id is kept, so that its other problems are reported too.
    let id = id.unwrap_or(Spanned { span: fields.span.clone(), value: String::new() });
    let file = sink.file.to_owned();
    let allow = read_allow(&fields, &node.extent(), sink);
    Some(Rule {
        id,
        owner,
        file,
        used: None,
        span: fields.span,
        when,
        matches,
        effect,
        groups,
        target_globs,
        protected,
        protected_span,
        expires,
        allow,
    })
}

/// Reads whether the rule grants or excludes, and which groups.
fn read_effect(fields: &Fields<'_>, sink: &mut DiagnosticSink<'_>) -> (Effect, TargetGroups) {
    let (effect, key, nothing) = match (fields.get("grant"), fields.get("exclude")) {
        (None, None) => {
            if fields.is_missing("grant") && fields.is_missing("exclude") {
                let message = "the rule has no effect: it needs the key `grant` or `exclude`";
                sink.report(Code::EmptyGrant, &fields.span, message, None);
            }
            return (Effect::Grant, TargetGroups::default());
        }
        (None, Some(_)) => (Effect::Exclude, "exclude", "the rule excludes nothing"),
        (grant, exclude) => {
            if let (Some(grant), Some(_), Some(span)) = (grant, exclude, fields.key_span("exclude")) {
                let message = "the rule grants groups, so it cannot exclude groups too";
                let place = (&grant.span, "the groups that it grants");
                sink.report_related(Code::InvalidValue, span, message, place);
                sink.help_last("write two rules, one with `grant` and one with `exclude`");
            }
            (Effect::Grant, "grant", "the rule grants nothing")
        }
    };
    let groups = fields.get(key).map(|node| read_target_groups(node, key, sink)).unwrap_or_default();
    if let Some(node) = fields.get(key).filter(|node| node.is_empty() && matches!(node.kind, Kind::List(_))) {
        let help = "name at least one target group, or remove the rule".to_owned();
        sink.report(Code::EmptyGrant, &node.span, nothing, help);
    }
    (effect, groups)
}

/// Reads target groups: names, and mappings with globs of names.
fn read_target_groups(node: &Node, key: &str, sink: &mut DiagnosticSink<'_>) -> TargetGroups {
    let (mut groups, mut globs) = TargetGroups::default();
    let whole = Subject::Key(key);
    let (entries, subject) = match &node.kind {
        Kind::List(_) => (read_list(node, whole, sink).unwrap_or_default(), Subject::EntryOf(&whole)),
        Kind::Map(_) => (core::slice::from_ref(node), whole),
        _ => return (read_texts(node, whole, sink).into_iter().map(Grant::parse).collect(), globs),
    };
    for entry in entries {
        if !matches!(entry.kind, Kind::Map(_)) {
            groups.extend(read_text(entry, subject, sink).map(Grant::parse));
            continue;
        }
        let before = sink.list.len();
        let Some(fields) = Fields::read(entry, &TARGET_GLOBS, sink) else { continue };
        // Another key is a mistake for `glob`, which is then not missing as well.
        if sink.list.len() == before || !fields.is_missing("glob") {
            let written = fields.require_texts("glob", sink);
            globs.extend(written.into_iter().map(GlobPattern::parse_for_target_groups));
        }
    }
    (groups, globs)
}

fn read_matches(fields: &Fields<'_>, sink: &mut DiagnosticSink<'_>) -> Matches {
    let everyone = fields.boolean("everyone", sink);
    let matches = fields.get("match");
    match (everyone, matches) {
        (Some((false, span)), _) => {
            let help = "remove the key, and add `match` with the patterns that the rule matches".to_owned();
            let message = "`everyone` can only be `true`";
            sink.report(Code::InvalidValue, span, message, help);
        }
        (Some((true, span)), Some(node)) => {
            let message = "the rule is for everyone, so it cannot match groups too";
            let place = (&node.span, "the groups that it matches");
            sink.report_related(Code::InvalidValue, span, message, place);
            sink.help_last(
                "remove `everyone` if only members of these groups should receive what it grants; remove `match` only if \
                 every user of this customer should",
            );
        }
        (None, None) if fields.is_missing("everyone") && fields.is_missing("match") => {
            let message = "the rule needs the key `match` or `everyone`";
            let help = "add `match: { exact: … }` or `match: { glob: … }`; \
                        `everyone: true` if every user of this customer should receive what it grants";
            sink.report(Code::MissingMatch, &fields.span, message, help.to_owned());
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
            read_match(node, sink).unwrap_or(nothing)
        }
        None if matches!(everyone, Some((true, _))) => Matches::Everyone,
        None => {
            Matches::Groups { span: fields.span.clone(), any: Vec::new(), all: Vec::new(), none: Vec::new() }
        }
    }
}

const PATTERN_KEYS: [&str; 3] = ["exact", "glob", "regex"];
const COMBINATION_KEYS: [&str; 3] = ["any", "all", "none"];

fn read_match(node: &Node, sink: &mut DiagnosticSink<'_>) -> Option<Matches> {
    let fields = Fields::read(node, &MATCH, sink)?;
    let span = node.span.clone();
    let combination = COMBINATION_KEYS.into_iter().find_map(|key| Some((key, fields.key_span(key)?)));
    let Some((key, place)) = combination else {
        let patterns = read_patterns(&fields, Subject::Object(&MATCH), sink)?;
        return Some(Matches::Groups { span, any: vec![patterns], all: Vec::new(), none: Vec::new() });
    };
    for pattern_key in PATTERN_KEYS.into_iter().chain(["ignore-case"]) {
        if let Some(span) = fields.key_span(pattern_key) {
            let message = format!("`{pattern_key}` cannot be used next to `{key}`");
            sink.report_related(Code::InvalidValue, span, message, (place, "the combination"));
            sink.help_last(match key {
                // Under `none`, the rule would fire for everyone who lacks the group.
                _ if pattern_key == "ignore-case" => "put it next to the patterns that ignore letter case",
                "none" => "put it under `any`, as in `any: { exact: … }`: then some group must match it, and no group may match `none`",
                "any" => "put it into an entry of `all` if a group must match it as well, or of `any` if it is an alternative",
                _ => "put it into an entry of `all`: a group must then match it as well",
            });
        }
    }
    let [any, all, none] = COMBINATION_KEYS.map(|key| read_pattern_list(&fields, key, sink));
    // The pattern that was reported is the one that is missing there.
    let is_reported = PATTERN_KEYS.into_iter().any(|key| fields.key_span(key).is_some());
    if fields.is_missing("any") && fields.is_missing("all") && !is_reported {
        let message = "`none` needs `any` or `all` next to it: alone, it does not require any group";
        let help = "add `any` with the groups that the rule is for; only if it is for every user who has some group, \
                    `any: { glob: \"?*\" }`"
            .to_owned();
        sink.report(Code::MissingMatch, place, message, help);
    }
    Some(Matches::Groups { span, any, all, none })
}

fn read_pattern_list(fields: &Fields<'_>, key: &str, sink: &mut DiagnosticSink<'_>) -> Vec<Patterns> {
    let Some(node) = fields.get(key) else {
        return Vec::new();
    };
    let subject = Subject::Key(key);
    let entries = match &node.kind {
        Kind::List(_) => read_list(node, subject, sink).unwrap_or_default(),
        _ => core::slice::from_ref(node),
    };
    if entries.is_empty() {
        let help = format!("add patterns to `{key}`, or remove it");
        sink.report(Code::MissingMatch, &node.span, format!("{subject} matches nothing"), help);
    }
    if let Some(help) = sets_of_texts(key, node) {
        let message = format!("{subject} is a list of texts, but must be sets of patterns");
        sink.report(Code::WrongType, &node.span, message, help);
        return Vec::new();
    }
    let mut all = Vec::new();
    for entry in entries {
        if let Some(fields) = Fields::read(entry, &PATTERNS, sink) {
            all.extend(read_patterns(&fields, Subject::EntryOf(&subject), sink));
        }
    }
    all
}

/// Reads patterns; reports and returns `None` if there are none.
fn read_patterns(
    fields: &Fields<'_>,
    subject: Subject<'_>,
    sink: &mut DiagnosticSink<'_>,
) -> Option<Patterns> {
    let [exact, glob, regex] = PATTERN_KEYS.map(|key| match fields.get(key) {
        Some(node) => read_texts(node, Subject::Key(key), sink),
        None => Vec::new(),
    });
    let stated = |key: &str| {
        fields.get(key).is_some_and(|node| !(node.is_empty() && matches!(node.kind, Kind::List(_))))
    };
    let ignore_case = fields.boolean("ignore-case", sink).is_some_and(|(ignore, _)| ignore);
    let glob = glob.into_iter().map(GlobPattern::parse).collect();
    let regex = regex.into_iter().map(|regex| RegexPattern::parse(regex, ignore_case)).collect();
    if !PATTERN_KEYS.into_iter().any(|key| stated(key) || fields.is_misspelled(key)) {
        let help = "name at least one group with `exact`, `glob` or `regex`".to_owned();
        sink.report(Code::MissingMatch, &fields.span, format!("{subject} matches nothing"), help);
        return None;
    }
    Some(Patterns { span: fields.span.clone(), exact, glob, regex, ignore_case })
}

/// Reports a mapping with more than `MAX_PATTERNS` patterns; `span` is the location of its rules.
pub(crate) fn check_size(rules: &[Rule], span: &Range<usize>, sink: &mut DiagnosticSink<'_>) {
    let targets: usize = rules.iter().map(|rule| rule.target_globs.len()).sum();
    let patterns = targets + rules.iter().flat_map(Rule::patterns).map(Patterns::len).sum::<usize>();
    if patterns > MAX_PATTERNS {
        let message = format!("the mapping has {patterns} patterns, and may have at most {MAX_PATTERNS}");
        let help = "replace patterns by fewer, more general globs".to_owned();
        sink.report(Code::InvalidValue, span, message, help);
    }
}
