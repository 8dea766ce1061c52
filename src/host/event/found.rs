//! The options of a lookup, applied to the value that was found in an event.

use std::borrow::Cow;
use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::json::{Json, Text};
use super::reading::{step, unescape};
use crate::limits::{MAX_COMBINING_MARKS, MAX_EVENT_BYTES, MAX_EVENT_ENTRIES, MAX_GROUP_BYTES, MAX_GROUPS};
use crate::login::lookup::{ListBesideSplit, Lookup};
use crate::login::name_list::NameList;
use crate::login::value::Value;

/// The result of a lookup in an event.
#[derive(Debug)]
pub(super) enum LookupResult<'e> {
    /// A value, and what is read of its entries.
    Found(Cow<'e, Json>, Leaves),
    /// The names of an object's members, each with a sign of its value.
    Members(Vec<(String, Value<'static>)>),
    /// Why there is no value.
    NoValue(Value<'static>),
}

/// What is read of the entries of a value.
#[derive(Debug)]
pub(super) struct Leaves {
    /// The member of each object; empty if none is read.
    field: String,
    list: ListOf,
}

/// What the entries of a list are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ListOf {
    Values,
    /// The parts of one string.
    Parts,
    /// Values that are not parts, where a string would have been split.
    Whole,
    /// As many lists, each of the parts of a string, or values that are not split.
    ListsOfParts,
}

impl LookupResult<'_> {
    pub(super) fn value(&self) -> Value<'_> {
        match self {
            Self::Found(json, leaves) => read_value(json, leaves),
            Self::Members(members) => {
                Value::Object(members.iter().map(|(name, sign)| (name.as_bytes(), sign.clone())).collect())
            }
            Self::NoValue(value) => value.clone(),
        }
    }
}

/// Applies a lookup's options to the value that it found. A value that is too large is refused before it is processed.
pub(super) fn found<'e>(mut value: Cow<'e, Json>, lookup: &Lookup<'_>) -> LookupResult<'e> {
    if lookup.members
        && let Json::Object(members) = &*value
    {
        return found_members(members, lookup);
    }
    if lookup.json
        && let Json::Text(text) = &*value
    {
        if text.as_str().len() > MAX_EVENT_BYTES {
            return LookupResult::NoValue(Value::Unreadable);
        }
        if let Ok(inner) = Json::parse(text.exact()) {
            value = Cow::Owned(inner);
        }
    }
    if let Some(entries) = rearranged(&value, lookup) {
        value = Cow::Owned(entries);
    }
    let mut leaves = Leaves { field: lookup.field.to_owned(), list: ListOf::Values };
    if size(&value, lookup.field) > MAX_EVENT_BYTES {
        return LookupResult::NoValue(Value::Unreadable);
    }
    match &*value {
        _ if lookup.split.is_empty() => {}
        Json::Text(text) if !text.as_str().is_empty() => {
            leaves.list = ListOf::Parts;
            value = Cow::Owned(split(text, lookup.split, MAX_EVENT_ENTRIES));
        }
        Json::List(entries) if lookup.list == ListBesideSplit::Split => {
            leaves.list = ListOf::ListsOfParts;
            value = Cow::Owned(split_entries(entries, lookup.split));
        }
        Json::List(_) => leaves.list = ListOf::Whole,
        _ => {}
    }
    if lookup.nfc {
        value = Cow::Owned(composed(&value, lookup.field));
    }
    LookupResult::Found(value, leaves)
}

/// A value as the list of what is read of it, or `None` if the lookup's options change nothing. Objects then have the
/// lookup's field as their only member, whether it is a name or a path.
fn rearranged(value: &Json, lookup: &Lookup<'_>) -> Option<Json> {
    let by_path = lookup.field.starts_with('/');
    let refuses_lists = !lookup.split.is_empty() && lookup.list == ListBesideSplit::Refused;
    let owned: Vec<Json>;
    let list = match value {
        // The source refuses an object without members.
        Json::List(_) if lookup.values || refuses_lists => return Some(Json::Object(Vec::new())),
        Json::List(list) if lookup.nested || by_path => list.as_slice(),
        Json::Object(members) if lookup.values => {
            owned = in_order(members).into_iter().map(|(_, value)| value.clone()).collect();
            owned.as_slice()
        }
        Json::Object(_) if lookup.single => core::slice::from_ref(value),
        Json::Object(_) if by_path => return Some(only_field(value, lookup.field)),
        _ => return None,
    };
    if lookup.nested {
        return Some(Json::List(Flattened::of(list, lookup.field)));
    }
    Some(Json::List(
        list.iter().take(MAX_EVENT_ENTRIES).map(|entry| only_field(entry, lookup.field)).collect(),
    ))
}

/// An entry; of an object, only the field that is read.
fn only_field(entry: &Json, field: &str) -> Json {
    let Json::Object(_) = entry else { return entry.clone() };
    let leaf = if field.starts_with('/') {
        field.split('/').skip(1).map(unescape).try_fold(entry, |value, name| step(value, &name))
    } else {
        leaf(entry, field)
    };
    Json::Object(leaf.map(|leaf| (Text::from(field), leaf.clone())).into_iter().collect())
}

/// The entries of a list, with those of lists inside in place of these lists.
struct Flattened<'f> {
    field: &'f str,
    entries: Vec<Json>,
    /// How many entries of lists, counting those that are lists, may still be read.
    rest: usize,
}

impl<'f> Flattened<'f> {
    /// Too many entries if there are more in all lists together than a login may have.
    fn of(list: &[Json], field: &'f str) -> Vec<Json> {
        let mut flat = Self { field, entries: Vec::new(), rest: MAX_EVENT_ENTRIES };
        flat.each(list, |flat, entry| match entry {
            Json::List(inner) => flat.each(inner, Self::add),
            entry => flat.add(entry),
        });
        if flat.rest > 0 { flat.entries } else { vec![Json::Null; MAX_EVENT_ENTRIES] }
    }

    fn each(&mut self, list: &[Json], add: impl Fn(&mut Self, &Json)) {
        for entry in list {
            if self.rest == 0 {
                break;
            }
            add(self, entry);
            self.rest = self.rest.saturating_sub(1);
        }
    }

    fn add(&mut self, entry: &Json) {
        let entry = only_field(entry, self.field);
        match &entry {
            Json::Object(members) if let [(field, Json::List(leaves))] = members.as_slice() => {
                self.each(leaves, |flat, leaf| {
                    flat.entries.push(Json::Object(vec![(field.clone(), leaf.clone())]));
                });
            }
            _ => self.entries.push(entry),
        }
    }
}

/// An object's members in the order of JavaScript: first those whose names are indices of arrays, by number. A name that
/// occurs several times has the place of the first and the value of the last.
fn in_order(members: &[(Text, Json)]) -> Vec<(&Text, &Json)> {
    let mut last: HashMap<&[u8], &Json> = HashMap::new();
    let mut names: Vec<&Text> = Vec::new();
    for (name, value) in members {
        if last.insert(name.exact(), value).is_none() {
            names.push(name);
        }
    }
    // A stable sort keeps the order of the others.
    names.sort_by_key(|name| array_index(name.as_str()).map_or(u64::MAX, u64::from));
    names.truncate(MAX_EVENT_ENTRIES);
    let value = |name: &Text| last.get(name.exact()).copied().unwrap_or(&Json::Null);
    names.into_iter().map(|name| (name, value(name))).collect()
}

/// The names of an object's members, each with a sign of its value.
fn found_members(members: &[(Text, Json)], lookup: &Lookup<'_>) -> LookupResult<'static> {
    let members = in_order(members);
    if members.iter().map(|(name, _)| name.as_str().len()).sum::<usize>() > MAX_EVENT_BYTES {
        return LookupResult::NoValue(Value::Unreadable);
    }
    let nfc = lookup.nfc && members.len() <= MAX_GROUPS;
    let signs = members.iter().map(|(name, value)| {
        // A value that is not an object does not say whether it has the field.
        let value = match *value {
            value @ Json::Object(_) if !lookup.field.is_empty() => value.get(lookup.field),
            value @ Json::Null => Some(value),
            _ if !lookup.field.is_empty() => Some(&Json::Bool(false)),
            value => Some(value),
        };
        let sign = match value {
            None => Value::Absent,
            Some(Json::Null) => Value::Null,
            Some(value) => Value::Bool(*value != Json::Bool(false)),
        };
        (if nfc { compose(name).as_str().to_owned() } else { name.as_str().to_owned() }, sign)
    });
    LookupResult::Members(signs.collect())
}

/// The number of a text that is an index of an array in JavaScript.
fn array_index(text: &str) -> Option<u32> {
    let index: u32 = text.parse().ok()?;
    (index < u32::MAX && index.to_string() == text).then_some(index)
}

/// The number of bytes of UTF-8 in the texts that are read of a value.
fn size(value: &Json, field: &str) -> usize {
    let size = |entry: &Json| leaf(entry, field).and_then(Json::text).map_or(0, |text| text.as_str().len());
    match value {
        Json::List(entries) => entries.iter().take(MAX_EVENT_ENTRIES).map(size).sum(),
        value => size(value),
    }
}

/// The value that is read of an entry: of an object, its member.
fn leaf<'j>(entry: &'j Json, field: &str) -> Option<&'j Json> {
    match entry {
        Json::Object(_) if field.is_empty() => None,
        Json::Object(_) => entry.get(field),
        entry => Some(entry),
    }
}

/// The texts of a list as the lists of their parts.
fn split_entries(entries: &[Json], delimiter: &str) -> Json {
    let mut rest = MAX_EVENT_ENTRIES;
    let parts = |entry: &Json| match entry {
        Json::Text(text) if !text.as_str().is_empty() => {
            let parts = split(text, delimiter, rest.max(1));
            if let Json::List(parts) = &parts {
                rest = rest.saturating_sub(parts.len());
            }
            parts
        }
        // Not the parts of a text.
        Json::List(_) => Json::List(Vec::new()),
        entry => entry.clone(),
    };
    Json::List(entries.iter().take(MAX_EVENT_ENTRIES).map(parts).collect())
}

/// The first parts of a text.
fn split(text: &Text, delimiter: &str, most: usize) -> Json {
    let mut parts = Vec::new();
    let (text, delimiter) = (text.exact(), delimiter.as_bytes());
    let (mut start, mut at) = (0, 0);
    while parts.len() < most {
        let rest = text.get(at..).unwrap_or_default();
        let ends = rest.starts_with(delimiter) || rest.is_empty();
        if ends {
            parts.push(Json::Text(Text::from_wtf8(text.get(start..at).unwrap_or_default().to_vec())));
            start = at + delimiter.len();
        }
        if rest.is_empty() {
            break;
        }
        at = if ends { start } else { at + 1 };
    }
    Json::List(parts)
}

/// A value with its texts in Unicode's normalization form C. A list with more entries than a login may have is not
/// changed.
fn composed(value: &Json, field: &str) -> Json {
    let part = |part: &Json| part.text().map_or_else(|| part.clone(), |text| Json::Text(compose(text)));
    let compose = |entry: &Json| match (entry, leaf(entry, field)) {
        (Json::Object(_), Some(Json::Text(member))) => {
            Json::Object(vec![(Text::from(field), Json::Text(compose(member)))])
        }
        (Json::Text(text), _) => Json::Text(compose(text)),
        (Json::List(parts), _) => Json::List(parts.iter().map(part).collect()),
        (entry, _) => entry.clone(),
    };
    match value {
        Json::List(entries) if entries.len() <= MAX_GROUPS => {
            Json::List(entries.iter().map(compose).collect())
        }
        Json::List(_) => value.clone(),
        value => compose(value),
    }
}

/// A name in Unicode's normalization form C. A name with too many combining marks in a row becomes U+FFFD, which no name
/// may have; a name that is too long is not changed.
fn compose(name: &Text) -> Text {
    let text = name.as_str();
    if text.is_ascii() || text.len() > MAX_GROUP_BYTES {
        return name.clone();
    }
    let mut marks = 0;
    let too_many = text.chars().any(|char| {
        marks = if is_combining_mark(char) { marks + 1 } else { 0 };
        marks > MAX_COMBINING_MARKS
    });
    if too_many {
        Text::from("\u{fffd}")
    } else {
        Text::from_wtf8(text.nfc().collect::<String>().into_bytes())
    }
}

/// A value as the engine takes it. Values nested in an entry are left out, because no rule looks at them.
fn read_value<'a>(json: &'a Json, leaves: &'a Leaves) -> Value<'a> {
    let Json::List(entries) = json else { return read_entry(json, &leaves.field) };
    let entries = entries.get(..MAX_EVENT_ENTRIES).unwrap_or(entries);
    // U+0000 separates the names of a `NameList`, so a list with a name that has it becomes a `List`. Of the parts of a
    // string there is no list, so the engine counts more names than there were.
    let fits = |name: &&str| leaves.list == ListOf::Parts || !name.contains('\0');
    let name = |entry: &'a Json| entry.text().map(Text::as_str).filter(fits);
    let names: Vec<&str> = entries.iter().map_while(name).collect();
    let may_be_names = matches!(leaves.list, ListOf::Values | ListOf::Parts);
    if may_be_names && !names.is_empty() && names.len() == entries.len() {
        return Value::Names(NameList::of(&names));
    }
    let read = |entry: &'a Json| match entry {
        Json::List(parts) if leaves.list == ListOf::ListsOfParts && !parts.is_empty() => {
            let parts: Vec<&str> = parts.iter().filter_map(Json::text).map(Text::as_str).collect();
            Value::Names(NameList::of(&parts))
        }
        entry => read_entry(entry, &leaves.field),
    };
    Value::List(entries.iter().map(read).collect())
}

fn read_entry<'a>(entry: &'a Json, field: &'a str) -> Value<'a> {
    let Json::Object(_) = entry else { return read_leaf(entry) };
    let member = leaf(entry, field).map(|member| (field.as_bytes(), read_leaf(member)));
    Value::Object(member.into_iter().collect())
}

fn read_leaf(json: &Json) -> Value<'_> {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(value) => Value::Number(*value),
        Json::Text(text) => Value::Text(text.as_str().as_bytes()),
        Json::List(_) => Value::List(Vec::new()),
        Json::Object(_) => Value::Object(Vec::new()),
    }
}
