//! Words with which authors keep something from someone, where the language has another way to say it.
//!
//! A key of the same name elsewhere may restrict less than was meant: `skip` of a source hides a group from every rule,
//! and a key that belongs to a rule restricts one rule only. So these words come before the search for a place.

use super::super::wrong_type::patterns;
use super::super::yaml::{Kind, Node};
use super::places::{Frame, member};
use crate::text::letters::letters_and_digits;
use crate::text::quotes::{quoted, written};

/// Words for "but not these".
const EXCEPTIONS: &[&str] = &[
    "none",
    "not",
    "unless",
    "except",
    "exception",
    "exceptions",
    "without",
    "skip",
    "ignore",
    "butnot",
    "nor",
    "exclude",
    "excludes",
    "excluded",
    "excluding",
    "excludegroups",
    "excludedgroups",
    "deny",
    "forbid",
    "drop",
    "denylist",
    "blacklist",
    "blocklist",
];

/// Words for a rule that refuses a login.
const REFUSALS: &[&str] = &["deny", "forbid", "refuse", "reject", "block", "remove", "revoke"];

/// Words for what a rule does.
const ACTIONS: &[&str] = &["action", "effect", "decision", "outcome", "result", "then"];

const PATTERN_KEYS: &[&str] = &["exact", "glob", "regex", "match"];

pub(super) const REFUSE: &str = "a rule cannot refuse a login: `policies: { ungranted: deny }` refuses one that receives nothing, and \
                      `exclude` names target groups that those who match do not receive";

const SOURCE: &str = "the rules say under `match` which groups count, and under `none` which groups no user may have; \
                      `skip` is for entries that are not groups, and hides them from every rule";

const NO_EXCEPTIONS: &str =
    "`none` has no exceptions: name under it only the groups that a user must not have";

/// What to write for an unknown key that restricts something; `None` if it does not, or belongs where its name says.
pub(super) fn help(frames: &[Frame<'_>], name: &str, value: &Node) -> Option<String> {
    let frame = frames.last()?;
    let word = letters_and_digits(name);
    let word = word.as_str();
    match frame.object.name {
        "rule" => in_rule(frame, word, value),
        "match" if is_exception(word) && !is_exclude_of_rule(frames, word, value) => {
            Some("write the patterns that no group may match under `none`, beside `any` or `all`".to_owned())
        }
        "patterns" => in_patterns(frames, word),
        "condition" => in_condition(frames, word, value),
        "target-globs" => in_target_globs(frames, word, value),
        "skip" => in_skip(word),
        "source" | "connection" if is_exception(word) && word != "skip" || word == "filter" => {
            let of_targets =
                frame.object.name == "connection" && is_texts(value) && word.starts_with("exclu");
            Some(match of_targets {
                true => format!("{SOURCE}; {}", exclusion(value)),
                false if word == "ignore" && frame.object.name == "source" => return None,
                false => SOURCE.to_owned(),
            })
        }
        "organization" | "connection" | "use" => around_rules(frame.object.name, name, word, value),
        "ceiling" if is_exception(word) => {
            Some("name the groups that the organization may grant: it may grant no others".to_owned())
        }
        _ => None,
    }
}

/// Whether a key is the effect that the rule around it lacks, which is indented too far.
fn is_exclude_of_rule(frames: &[Frame<'_>], word: &str, value: &Node) -> bool {
    let rule = frames.iter().rev().find(|frame| frame.object.name == "rule");
    word == "exclude" && is_texts(value) && rule.is_some_and(|rule| member(rule.node, "grant").is_none())
}

fn is_exception(word: &str) -> bool {
    EXCEPTIONS.contains(&word)
}

fn in_rule(frame: &Frame<'_>, word: &str, value: &Node) -> Option<String> {
    let is_refusal = match &value.kind {
        Kind::Bool(_) => REFUSALS.contains(&word),
        Kind::Text(text) => {
            ACTIONS.contains(&word) && REFUSALS.contains(&text.to_lowercase().as_str())
                || REFUSALS.contains(&word) && ["yes", "always", "login", "access"].contains(&text.as_str())
        }
        _ => false,
    };
    if is_refusal {
        return Some(REFUSE.to_owned());
    }
    // These name target groups.
    let of_targets = is_texts(value) && (REFUSALS.contains(&word) || word.starts_with("exclud"));
    if of_targets || !is_exception(word) {
        return None;
    }
    if !names_groups(value) && !is_texts(value) {
        return match (word, &value.kind) {
            ("skip" | "none" | "except" | "unless" | "not", _) => Some(negated_condition(value)),
            _ => None,
        };
    }
    let none = shown(value);
    if member(frame.node, "everyone").is_none() {
        let help = format!(
            "what no group of the user may match is under `match`: `none: {none}` beside `any`, which has the patterns of the rule"
        );
        return Some(match is_texts(value) {
            true => format!("{help}; a condition that must not hold is `when: {{ not: … }}`"),
            false => help,
        });
    }
    Some(match member(frame.node, "exclude") {
        // Without `everyone`, the rule would no longer exclude for users without groups.
        Some(_) => format!("a rule for everyone has no exceptions: {}", only_in_rules(&none)),
        None => format!(
            "a rule for everyone has no exceptions: exclude the target groups in a rule of its own, with `match: {none}` and `exclude: …`"
        ),
    })
}

fn in_patterns(frames: &[Frame<'_>], word: &str) -> Option<String> {
    if !is_exception(word) {
        return None;
    }
    let via = frames.last()?.via.map(|step| step.key)?;
    Some(match via {
        "none" => NO_EXCEPTIONS.to_owned(),
        via => format!("write the patterns that no group may match under `none`, beside `{via}`"),
    })
}

fn in_condition(frames: &[Frame<'_>], word: &str, value: &Node) -> Option<String> {
    let frame = frames.last()?;
    match word {
        "tenant" | "tenants" => {
            return Some(
                "there is no condition on the tenant: an organization has the word `none` for a tenant in which it does \
                 not log in, and `client` tests the client, whose id is that of one tenant"
                    .to_owned(),
            );
        }
        "email" | "emails" | "mail" | "emailaddress" => return Some(email(value)),
        "metadata" => {
            return Some(
                "metadata is that of one thing: write `organization-metadata`, `connection-metadata` or `client-metadata`"
                    .to_owned(),
            );
        }
        _ => {}
    }
    // The test of an attribute that is not under `user`.
    if member(frame.node, "attribute").is_some() {
        return None;
    }
    if let Some(help) = groups_in_condition(frames, word, value) {
        return Some(help);
    }
    match (word, &value.kind) {
        ("none" | "unless" | "except" | "without" | "exclude", Kind::List(_)) => {
            Some(negated_condition(value))
        }
        // `not` is false only if all its keys hold, and `none` if one of them does.
        ("none", Kind::Map(members)) if members.len() > 1 => Some(
            "write `not: { any: […] }`, with an entry for each condition of which none may hold".to_owned(),
        ),
        _ => None,
    }
}

/// On patterns of groups in a condition.
fn groups_in_condition(frames: &[Frame<'_>], word: &str, value: &Node) -> Option<String> {
    let is_exception = is_exception(word);
    let is_combination =
        ["all", "and", "allof", "or", "anyof", "oneof"].contains(&word) && names_groups(value);
    let is_group = ["group", "groups", "roles", "role", "memberof"].contains(&word);
    let is_excepted = is_exception && (names_groups(value) || is_texts(value));
    if !(PATTERN_KEYS.contains(&word) || is_combination || is_group || is_excepted) {
        return None;
    }
    let is_via = |frame: &&Frame<'_>, key: &str| frame.via.is_some_and(|step| step.key == key);
    let negations = frames.iter().filter(|frame| is_via(frame, "not")).count();
    let is_negated = (negations % 2 == 1) != is_exception;
    let is_alternative =
        frames.iter().any(|frame| is_via(&frame, "any")) || ["or", "any", "anyof", "oneof"].contains(&word);
    let patterns = match &value.kind {
        Kind::Text(_) | Kind::List(_) if ["exact", "glob", "regex"].contains(&word) => {
            flow(value).map(|texts| format!("{{ {word}: {texts} }}"))
        }
        _ => None,
    };
    let patterns = patterns.unwrap_or_else(|| shown(value));
    let rule = frames.iter().rev().find(|frame| frame.object.name == "rule");
    let has = |key: &str| rule.is_some_and(|rule| member(rule.node, key).is_some());
    let help = match (is_negated, is_alternative) {
        (true, _) if has("everyone") && has("exclude") => {
            format!("a rule for everyone has no exceptions: {}", only_in_rules(&patterns))
        }
        (true, _) => format!(
            "what no group of the user may match is under `match`, as `none: {patterns}` beside `any`"
        ),
        (false, false) => {
            format!("what a group must match as well is under `match`, as an entry `{patterns}` of `all`")
        }
        (false, true) => format!(
            "where a group is the alternative, write a rule of its own, whose `match` has `{patterns}` in an entry of `all`"
        ),
    };
    Some(format!("a condition is not about groups: {help}"))
}

/// What to write in place of a rule that excludes for everyone but some.
fn only_in_rules(patterns: &str) -> String {
    format!("remove it, and grant these target groups only in rules that match `{patterns}`")
}

/// What to write for a condition that must not hold.
fn negated_condition(value: &Node) -> String {
    match value.kind {
        Kind::List(_) => {
            "write `when: { not: { any: […] } }` with these conditions, of which none may hold".to_owned()
        }
        _ => "write a condition that must not hold as `when: { not: … }`".to_owned(),
    }
}

fn email(value: &Node) -> String {
    let domain = match &value.kind {
        Kind::Text(text) => text.strip_prefix("*@").or_else(|| text.strip_prefix('@')),
        _ => None,
    };
    match domain.filter(|domain| !domain.is_empty() && !domain.contains(['*', '?', '@', ' '])) {
        Some(domain) => {
            format!("write `email-domain: {domain}`: it tests the domain of an address that is verified")
        }
        None => "`email-domain` tests the domain of an address that is verified, such as `acme.example`, without wildcards; \
                 for single users, match an upstream group that only they have"
            .to_owned(),
    }
}

fn in_target_globs(frames: &[Frame<'_>], word: &str, value: &Node) -> Option<String> {
    match word {
        "ignorecase" | "caseinsensitive" | "insensitive" | "anycase" | "casesensitive" => {
            return Some(
                "target groups are compared in their letter case: remove it, and write the glob as the registry writes the names"
                    .to_owned(),
            );
        }
        _ if !is_exception(word) || !(is_texts(value) || names_groups(value)) => return None,
        _ => {}
    }
    let is_excluded = frames.last()?.via.is_some_and(|step| step.key == "exclude");
    let exceptions = match is_texts(value) {
        true => flow(value),
        false => Some(shown(value)),
    };
    let exceptions = exceptions.unwrap_or_else(|| "…".to_owned());
    Some(match is_excluded {
        true => "a glob has no exceptions: name the target groups that are excluded in full".to_owned(),
        false => format!(
            "a glob has no exceptions: name the target groups that are meant in full, or keep the others from those who match by `exclude: {exceptions}` in a rule of its own"
        ),
    })
}

fn in_skip(word: &str) -> Option<String> {
    let help = match word {
        "regex" | "regexp" | "pattern" | "patterns" | "matches" => {
            "`skip` has no expressions: write names under `exact`, and those with wildcards under `glob`"
        }
        "null" | "empty" | "isnull" => "entries that are null are skipped by `nulls: true`",
        "name" | "names" | "equals" | "value" | "values" | "group" | "groups" => {
            "names of entries that are not groups are under `exact`"
        }
        "ignorecase" => "`skip` compares in letter case: write each name as it is sent",
        _ => return None,
    };
    Some(help.to_owned())
}

/// On keys of rules and conditions where they could be meant for several rules.
fn around_rules(object: &str, name: &str, word: &str, value: &Node) -> Option<String> {
    if is_exception(word) && word.starts_with(['d', 'e', 'b', 'f']) && is_texts(value) && word != "except" {
        return Some(exclusion(value));
    }
    let of_rules = match word {
        "when" | "expires" => format!("`{name}`"),
        "not"
        | "application"
        | "client"
        | "emaildomain"
        | "organizationmetadata"
        | "clientmetadata"
        | "connectionmetadata" => format!("`when: {{ {name}: … }}`"),
        "none" | "except" | "unless" | "without" | "exclude" if names_groups(value) => {
            format!("`match: {{ any: …, none: {} }}`", shown(value))
        }
        _ => return None,
    };
    Some(match object {
        "use" => format!(
            "the rules of a template have only the conditions that it gives them: write {of_rules} to its rules, with a parameter if organizations differ"
        ),
        _ => format!(
            "each rule says for itself when it fires: write {of_rules} to every rule that it is meant for"
        ),
    })
}

/// A rule that excludes target groups for every user.
fn exclusion(value: &Node) -> String {
    let groups = flow(value).unwrap_or_else(|| "…".to_owned());
    format!("target groups are excluded by a rule: `everyone: true` with `exclude: {groups}`")
}

/// Whether a value is a text or a list of texts.
fn is_texts(value: &Node) -> bool {
    match &value.kind {
        Kind::Text(_) => true,
        Kind::List(entries) => {
            !entries.is_empty() && entries.iter().all(|entry| matches!(entry.kind, Kind::Text(_)))
        }
        _ => false,
    }
}

/// Whether a value has patterns of groups in it, and no test of an attribute.
fn names_groups(value: &Node) -> bool {
    match &value.kind {
        Kind::List(entries) => entries.iter().any(names_groups),
        Kind::Map(members) => {
            let is = |name: &str| members.iter().any(|(key, _)| key.value == name);
            !is("attribute")
                && (PATTERN_KEYS.iter().any(|name| is(name))
                    || members.iter().any(|(key, value)| key.value != "user" && names_groups(value)))
        }
        _ => false,
    }
}

/// The patterns of a value, as they can be written; `{ exact: … }` for those of several sets.
fn shown(value: &Node) -> String {
    let only = match &value.kind {
        Kind::Map(members) => match members.as_slice() {
            [(key, value)] if ["match", "any"].contains(&key.value.as_str()) => return shown(value),
            members => {
                let is_pattern = |name: &str| ["exact", "glob", "regex", "ignore-case"].contains(&name);
                members.iter().all(|(key, _)| is_pattern(&key.value)).then(|| flow(value)).flatten()
            }
        },
        Kind::List(entries) => match entries.as_slice() {
            [only] if matches!(only.kind, Kind::Map(_)) => return shown(only),
            _ => patterns(&value.kind),
        },
        kind => patterns(kind),
    };
    only.filter(|text| text.chars().count() <= 80).unwrap_or_else(|| "{ exact: … }".to_owned())
}

/// A value in one line; `None` if it is too deep.
fn flow(value: &Node) -> Option<String> {
    let texts = |entries: &[Node]| entries.iter().map(flow_text).collect::<Option<Vec<_>>>();
    Some(match &value.kind {
        Kind::List(entries) => format!("[{}]", texts(entries)?.join(", ")),
        Kind::Map(members) => {
            let member = |(key, value): &(_, Node)| {
                let key: &super::super::yaml::Spanned<String> = key;
                let value = match &value.kind {
                    Kind::List(entries) => format!("[{}]", texts(entries)?.join(", ")),
                    _ => flow_text(value)?,
                };
                Some(format!("{}: {value}", key.value))
            };
            format!("{{ {} }}", members.iter().map(member).collect::<Option<Vec<_>>>()?.join(", "))
        }
        _ => flow_text(value)?,
    })
}

fn flow_text(value: &Node) -> Option<String> {
    match &value.kind {
        Kind::Text(text) if written(text) == *text => Some(text.clone()),
        Kind::Text(text) => Some(quoted(text)),
        Kind::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}
