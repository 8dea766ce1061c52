//! What to write instead of a value that has the wrong type.

use super::grammar::Object;
use super::pointer::to_from;
use super::subject::Subject;
use super::yaml::{Kind, Node, Spanned};
use crate::text::letters::letters_and_digits;
use crate::text::quotes::{quoted, written};

/// The type that a value must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    Mapping,
    List,
    Boolean,
    False,
    Number,
    FiniteNumber,
    Version,
    Text,
    Texts,
    /// A value that an attribute is compared with.
    Scalar,
    Cap,
    Refresh,
    Provisioned,
}

impl Expected {
    /// The type in messages.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Mapping => "a mapping with keys",
            Self::List => "a list",
            Self::Boolean => "`true` or `false`",
            Self::False => "`false`",
            Self::Number => "a number",
            Self::FiniteNumber => "a finite number",
            Self::Version => "the number 1",
            Self::Text => "text",
            Self::Texts => "text or a list of texts",
            Self::Scalar => "a text, a finite number, `true` or `false`",
            Self::Cap => "a number or the word `none`",
            Self::Refresh => "`recompute` or a mapping with the key `deny-if-older-than`",
            Self::Provisioned => "a list of groups, or the word `unavailable`",
        }
    }

    /// What to write instead of the value.
    pub(crate) fn help(self, node: &Node, subject: Subject<'_>) -> String {
        match (self, &node.kind) {
            (Self::Mapping, Kind::Null) => "write its keys below it, indented by two more spaces",
            (Self::Mapping, Kind::List(entries)) if let Some(name) = name_of_entry(entries, subject) => {
                return format!("write `{name}:` as a key, without `- `, and its other keys below it");
            }
            (Self::Mapping, Kind::List(_)) => "write `key: value` below it, without `- `",
            (Self::Mapping, _) => "write `key: value` below it, indented by two more spaces",
            (Self::List, _) => match subject {
                Subject::Key("rules") => "begin each rule with `- id:`",
                Subject::Key("cases") => "begin each case with `- name:`",
                Subject::Key("use") => "begin each entry with `- template:`",
                _ => "begin each entry with `- `",
            },
            (Self::Boolean, Kind::Text(text)) if ["yes", "no", "on", "off"].contains(&text.as_str()) => {
                return format!("write `true` or `false` without quotes; `{text}` is text here");
            }
            (Self::Boolean, Kind::Text(_)) => "write `true` or `false` without quotes",
            (Self::Boolean, _) => "write `true` or `false`",
            (Self::False, _) => "`if-unknown` can only be `false`, without quotes",
            (Self::Number | Self::FiniteNumber, Kind::Text(_)) => "write a number, without quotes",
            (Self::Number | Self::FiniteNumber, _) => "write a number",
            (Self::Version, _) => "write `version: 1`",
            (Self::Text | Self::Texts | Self::Scalar, Kind::Bool(_) | Kind::Integer(_) | Kind::Float(_)) => {
                "put it in quotes to make it text"
            }
            (Self::Text | Self::Texts, Kind::Null) if matches!(subject, Subject::EntryOf(_)) => {
                "write a text after the `-`, or remove the entry"
            }
            (Self::Text | Self::Texts, Kind::Null) => "write a value after the colon, or remove the key",
            (Self::Scalar, Kind::Null) => "write a value, or remove the key",
            (Self::Texts, Kind::Map(members))
                if members.iter().all(|(_, value)| matches!(value.kind, Kind::Null)) =>
            {
                let names: Vec<String> = members.iter().map(|(name, _)| written(&name.value)).collect();
                return format!("write a list in square brackets: `[{}]`", names.join(", "));
            }
            (Self::Text | Self::Texts | Self::Scalar, Kind::Map(members))
                if let Some(text) = text_in_typographic_quotes(members) =>
            {
                let straight = quoted(&text);
                return format!(
                    "YAML knows straight quotes only, so the colon between these ends a key: write `{straight}`"
                );
            }
            (Self::Text | Self::Texts, Kind::Map(_)) => "write the text alone, without a key before it",
            (Self::Text | Self::Texts, _) => "write one text instead of a list",
            (Self::Scalar, Kind::List(_)) => "write all values in one list",
            (Self::Scalar, _) => "write the value alone, without a key before it",
            (Self::Cap, _) => "write a number from 1 to 10000, or `none`",
            (Self::Refresh, _) => "write `refresh: recompute`, or `refresh: { deny-if-older-than: 12h }`",
            (Self::Provisioned, _) => {
                "write `provisioned: unavailable`, or a list such as `provisioned: [{ name: it-admins }]`"
            }
        }
        .to_owned()
    }
}

/// What to write in place of a value that is not a mapping with the keys of `object`; `None` if the help for any mapping
/// applies.
pub(crate) fn help_for_object(node: &Node, object: &Object) -> Option<String> {
    if let Kind::Text(text) = &node.kind
        && let Some((key, value)) = text.split_once([':', '：', '='])
        && object.key(key.trim()).is_some()
    {
        let is_missing = text.get(key.len()..).is_some_and(|rest| rest.starts_with(':'));
        let why = if is_missing { "after a space" } else { "after an ASCII colon and a space" };
        return Some(format!("write the value {why}: `{}: {}`", key.trim(), value.trim()));
    }
    if let Kind::Text(text) = &node.kind
        && let Some((key, value)) = text.split_once(' ')
        && object.key(key).is_some()
        && !value.trim().is_empty()
    {
        return Some(format!("write a colon after the key: `{key}: {}`", value.trim()));
    }
    match (object.name, &node.kind) {
        ("match", Kind::Text(word))
            if ["registered", "same", "target", "targets"].contains(&word.as_str()) =>
        {
            let help = "to match the groups that have the names of target groups, write `match: { glob: \"${group}\" }` \
                        and `grant: \"${group}\"`";
            Some(help.to_owned())
        }
        ("match", Kind::Text(word))
            if ["everyone", "everybody", "anyone", "all", "any", "*"].contains(&word.as_str()) =>
        {
            let help = "name the groups that are meant, such as `match: { exact: it-admins }`; only if the rule is for \
                        every user of this customer, write `everyone: true` in its place";
            Some(help.to_owned())
        }
        ("match", kind) => patterns(kind).map(|patterns| format!("write `match: {patterns}`")),
        ("skip", Kind::Null) => Some("write its keys, such as `skip: { nulls: true }` for entries that are null".to_owned()),
        ("skip", Kind::List(entries)) if matches!(entries.as_slice(), [Node { kind: Kind::Null, .. }]) => {
            Some("write `skip: { nulls: true }`".to_owned())
        }
        ("skip", Kind::Bool(true)) => Some("write `skip: { nulls: true }` for entries that are null".to_owned()),
        ("skip", Kind::Text(word)) if ["null", "nulls"].contains(&word.to_lowercase().as_str()) => {
            Some("write `skip: { nulls: true }`".to_owned())
        }
        ("skip", Kind::Text(word)) if word == "without-form" => {
            Some("write `skip: { without-form: true }`".to_owned())
        }
        ("skip", kind @ (Kind::Text(_) | Kind::List(_))) => {
            patterns(kind).map(|patterns| format!("write `skip: {patterns}`"))
        }
        ("condition", Kind::List(_)) => Some(
            "write the conditions as keys of one mapping if all must hold, or `any: […]` if one is enough; if none may hold, \
             `not: { any: […] }`"
                .to_owned(),
        ),
        ("patterns", kind) => patterns(kind).map(|patterns| format!("write `{patterns}`")),
        ("source", Kind::Text(text)) if means_none(text) => Some(WRITE_NONE.to_owned()),
        ("source", Kind::Bool(false)) => Some(WRITE_NONE.to_owned()),
        ("source", Kind::Null) => Some(format!("write its keys below it; {WRITE_NONE}")),
        ("source", Kind::Text(word))
            if ["list", "list-or-string", "string", "json", "keys", "values"].contains(&word.as_str()) =>
        {
            Some(format!(
                "write `groups: {{ shape: {word} }}`, or `groups: {{ from: /{word} }}` for an attribute of this name"
            ))
        }
        ("source", Kind::Text(text)) => {
            Some(format!("write `groups: {{ from: {} }}`", written(&to_from(text))))
        }
        (_, Kind::Null) if node.span.start > 0 => None,
        _ => Some(format!("write `key: value` lines; {} describes the keys", object.help_command())),
    }
}

/// A text in typographic quotes that was taken apart at its colon.
fn text_in_typographic_quotes(members: &[(Spanned<String>, Node)]) -> Option<String> {
    let [(key, value)] = members else { return None };
    let before = key.value.strip_prefix(['“', '”', '„', '‘'])?;
    match &value.kind {
        Kind::Text(text) => {
            let after = text.strip_suffix(['“', '”', '’', '"']).unwrap_or(text);
            Some(format!("{before}: {after}"))
        }
        _ => None,
    }
}

/// The keys whose values have names as their keys, each with keys of its own below it.
const NAMED: &[&str] = &["applications", "connections", "groups", "organizations", "templates", "tenants"];

/// The name that the first entry of a list has, where a mapping with names as its keys belongs.
fn name_of_entry(entries: &[Node], subject: Subject<'_>) -> Option<String> {
    let members = match &entries.first()?.kind {
        Kind::Map(members) => members,
        Kind::Text(name) if matches!(subject, Subject::Key(key) if NAMED.contains(&key)) => {
            return Some(written(name));
        }
        _ => return None,
    };
    let named = members.iter().find(|(key, _)| matches!(key.value.as_str(), "name" | "id"));
    let name = match (named, members.as_slice()) {
        (Some((_, Node { kind: Kind::Text(name), .. })), _) => name,
        (None, [(key, Node { kind: Kind::Map(_) | Kind::Null, .. })]) => &key.value,
        _ => return None,
    };
    Some(written(name))
}

/// What to write for a connection that sends no groups.
pub(crate) const WRITE_NONE: &str = "if the connection sends no groups, write `groups: none`";

/// Whether a text in place of a source, or of its path, probably means that there are no groups.
pub(crate) fn means_none(text: &str) -> bool {
    let words =
        ["none", "no", "off", "null", "nil", "na", "false", "nothing", "empty", "nogroup", "nogroups"];
    // In quotes of a word processor, or with a comma after it, it means the same.
    let letters = letters_and_digits(text);
    match text.trim() {
        "" | "-" | "~" => true,
        // A path can lead to an attribute of any name.
        text => !text.starts_with('/') && words.contains(&letters.as_str()),
    }
}

/// The sets of patterns that are probably meant by a list of texts under `any`, `all` or `none`.
pub(crate) fn sets_of_texts(key: &str, node: &Node) -> Option<String> {
    let Kind::List(entries) = &node.kind else { return None };
    let is_text = |entry: &Node| matches!(entry.kind, Kind::Text(_));
    if entries.is_empty() || !entries.iter().all(is_text) {
        return None;
    }
    // Under `all`, each needs a set of its own.
    let sets = match key {
        "all" => {
            let each: Vec<String> = entries.iter().filter_map(|entry| patterns(&entry.kind)).collect();
            format!("[{}]", each.join(", "))
        }
        _ => patterns(&node.kind)?,
    };
    Some(format!("write `{key}: {sets}`"))
}

/// The patterns that are probably meant by a text or a list of texts.
pub(super) fn patterns(kind: &Kind) -> Option<String> {
    let key = |is_glob: bool| if is_glob { "glob" } else { "exact" };
    match kind {
        Kind::Text(text) => Some(format!("{{ {}: {} }}", key(text.contains('*')), written(text))),
        Kind::List(entries) => {
            let text_of = |entry: &Node| match &entry.kind {
                Kind::Text(text) => Some(text.clone()),
                _ => None,
            };
            let texts: Vec<_> = entries.iter().map(text_of).collect::<Option<_>>()?;
            let is_glob = texts.iter().any(|text: &String| text.contains('*'));
            let texts: Vec<_> = texts.iter().map(|text| written(text)).collect();
            Some(format!("{{ {}: [{}] }}", key(is_glob), texts.join(", ")))
        }
        _ => None,
    }
}
