//! The entries of one source: what arrived, one by one, in the declared shape.

use super::delimited::{KnownNames, find, is_json_list, is_list, split};
use super::name_form::{Formed, NameForm};
use super::source::{Absent, Shape, Skip, Source};
use super::value::Value;
use crate::limits::{MAX_GROUP_BYTES, MAX_GROUPS};
use crate::outcome::Reason;
use crate::text::invisible;
use crate::work;

/// One entry of a source, as it arrived.
pub(crate) enum SourceEntry<'v> {
    Name(&'v [u8]),
    /// Adjacent parts of a delimited string that are one name.
    Joined(Vec<u8>),
    Number(f64),
    Bool(bool),
    /// Null, or an object whose member is null. Unless nulls are skipped, the input is incomplete for this reason.
    Null(Reason),
    /// A group that the source leaves out.
    OutsideScope,
    /// Makes the input incomplete, for this reason.
    Bad(Reason),
}

impl Source<'_> {
    /// Whether rules see the entries unchanged.
    pub(crate) fn is_verbatim(&self, known: &impl KnownNames) -> bool {
        let joins = matches!(self.shape, Shape::Delimited(_)) && known.max_delimiters() > 0;
        matches!(self.form, NameForm::Plain)
            && !self.numbers
            && !self.booleans
            && !self.trim
            && !joins
            && self.skip == Skip::default()
    }

    /// The name that rules see for a text entry, or `None` if there is none.
    fn name_for_rules(&self, name: &[u8]) -> Option<Vec<u8>> {
        let (mut tidied, mut seen) = (Vec::new(), Vec::new());
        if self.trim {
            invisible::trim_into(name, &mut tidied);
        } else {
            tidied.extend_from_slice(name);
        }
        match self.form.ready().append(&tidied, &mut seen) {
            Formed::Taken => Some(seen),
            Formed::OutsideScope | Formed::Malformed => None,
        }
    }

    /// Calls `each` with every entry of a value. A value or an entry of the wrong shape is passed as [`SourceEntry::Bad`].
    pub(crate) fn for_each_entry<'v>(
        &self,
        value: &'v Value<'_>,
        known: &impl KnownNames,
        each: &mut dyn FnMut(SourceEntry<'v>),
    ) {
        let mut count = 0;
        self.for_each_uncapped(value, known, &mut |entry| {
            count += 1;
            each(entry);
        });
        if self.cap > 0 && count >= self.cap {
            each(SourceEntry::Bad(Reason::AtCap));
        }
    }

    fn for_each_uncapped<'v>(
        &self,
        value: &'v Value<'_>,
        known: &impl KnownNames,
        each: &mut dyn FnMut(SourceEntry<'v>),
    ) {
        match (value, self.shape) {
            (Value::Absent, _) if self.absent == Absent::Empty => {}
            (Value::Null, _) if self.null == Absent::Empty => {}
            (Value::List(entries), _) if entries.iter().map(width).sum::<usize>() > MAX_GROUPS => {
                each(SourceEntry::Bad(Reason::TooManyGroups))
            }
            (Value::Names(names), _) if names.count() > MAX_GROUPS => {
                each(SourceEntry::Bad(Reason::TooManyGroups))
            }
            (Value::List(entries), Shape::List | Shape::ListOrString) => {
                entries.iter().for_each(|entry| each(read_entry(entry)));
            }
            (Value::List(entries), Shape::Objects(field)) => {
                entries.iter().for_each(|entry| each(read_member(entry, field)));
            }
            (Value::Names(names), Shape::List | Shape::ListOrString) => {
                // A U+0000 inside a name makes more parts than there were names.
                match names.parts().count() == names.count() {
                    true => names.parts().for_each(|name| each(SourceEntry::Name(name))),
                    false => each(SourceEntry::Bad(Reason::EntryMalformed)),
                }
            }
            (Value::Names(_), Shape::Objects(_)) => each(SourceEntry::Bad(Reason::EntryType)),
            (Value::Text(text), Shape::ListOrString | Shape::Text) if is_json_list(text) => {
                each(SourceEntry::Bad(Reason::AttributeType));
            }
            (Value::Text(_) | Value::Number(_) | Value::Bool(_), Shape::ListOrString | Shape::Text) => {
                match read_entry(value) {
                    SourceEntry::Number(_) if !self.numbers => each(SourceEntry::Bad(Reason::AttributeType)),
                    SourceEntry::Bool(_) if !self.booleans => each(SourceEntry::Bad(Reason::AttributeType)),
                    entry => each(entry),
                }
            }
            (Value::Text(joined), Shape::Delimited(delimiter)) if !is_list(joined) => {
                for_each_part(&mut split(joined, delimiter.as_bytes()), delimiter, self, known, each);
            }
            // Names of a list that the host does not split, or lists of the parts of each.
            (Value::List(entries), Shape::Delimited(_)) if self.split => {
                entries.iter().for_each(|entry| match entry {
                    Value::Names(_) => self.for_each_uncapped(entry, known, each),
                    entry => each(read_entry(entry)),
                });
            }
            (Value::Names(names), Shape::Delimited(delimiter)) if self.split && !is_list(names.bytes()) => {
                match names.parts().count() == names.count() {
                    true => for_each_part(&mut names.parts(), delimiter, self, known, each),
                    false => each(SourceEntry::Bad(Reason::EntryMalformed)),
                }
            }
            (Value::Object(members), Shape::Keys(_)) if members.len() > MAX_GROUPS => {
                each(SourceEntry::Bad(Reason::TooManyGroups))
            }
            (Value::Object(members), Shape::Keys(_)) => {
                members.iter().for_each(|(name, value)| each(read_key(name, value)));
            }
            (value, _) => each(SourceEntry::Bad(reason_of(value))),
        }
    }
}

/// The number of groups that an entry of a list can be.
fn width(entry: &Value<'_>) -> usize {
    match entry {
        Value::Names(parts) => parts.count(),
        _ => 1,
    }
}

/// The name of a member is a group. A value that is false may mean that the user does not have the group.
fn read_key<'v>(name: &'v [u8], value: &Value<'_>) -> SourceEntry<'v> {
    match value {
        Value::Absent => SourceEntry::OutsideScope,
        Value::Null => SourceEntry::Null(Reason::EntryType),
        Value::Bool(false) => SourceEntry::Bad(Reason::EntryType),
        _ => SourceEntry::Name(name),
    }
}

/// The reason why a value without the declared shape makes the input incomplete.
fn reason_of(value: &Value<'_>) -> Reason {
    match value {
        Value::Absent => Reason::AttributeAbsent,
        Value::Null => Reason::AttributeNull,
        Value::Unreadable => Reason::AttributeUnreadable,
        Value::IdentityUnclear => Reason::IdentityUnclear,
        Value::Overage => Reason::Overage,
        Value::Unavailable => Reason::ProvisionedUnavailable,
        _ => Reason::AttributeType,
    }
}

fn read_entry<'v>(entry: &'v Value<'_>) -> SourceEntry<'v> {
    match entry {
        Value::Text(group) => SourceEntry::Name(group),
        Value::Number(number) => SourceEntry::Number(*number),
        Value::Bool(value) => SourceEntry::Bool(*value),
        Value::Null => SourceEntry::Null(Reason::EntryType),
        Value::Unreadable => SourceEntry::Bad(Reason::AttributeUnreadable),
        _ => SourceEntry::Bad(Reason::EntryType),
    }
}

fn read_member<'v>(entry: &'v Value<'_>, field: &str) -> SourceEntry<'v> {
    let members = match entry {
        Value::Object(members) => members,
        Value::Null => return SourceEntry::Null(Reason::EntryType),
        Value::Unreadable => return SourceEntry::Bad(Reason::AttributeUnreadable),
        _ => return SourceEntry::Bad(Reason::EntryType),
    };
    match members.iter().find(|(key, _)| *key == field.as_bytes()) {
        Some((_, Value::Null)) => SourceEntry::Null(Reason::EntryUnnamed),
        // Perhaps the mapping names the wrong member, so entries without it are never skipped.
        None => SourceEntry::Bad(Reason::EntryUnnamed),
        Some((_, member)) => read_entry(member),
    }
}

/// Calls `each` for the parts of a string that was split at `delimiter`.
///
/// A known name can contain the delimiter, so adjacent parts that join to a known name are passed as that name. The split
/// is ambiguous if a pattern also matches one of these parts, or if two such names overlap.
fn for_each_part<'v>(
    parts: &mut dyn Iterator<Item = &'v [u8]>,
    delimiter: &str,
    source: &Source<'_>,
    known: &impl KnownNames,
    each: &mut dyn FnMut(SourceEntry<'v>),
) {
    let parts: Vec<&[u8]> = parts.take(MAX_GROUPS + 1).collect();
    if parts.len() > MAX_GROUPS {
        return each(SourceEntry::Bad(Reason::TooManyGroups));
    }
    if known.max_delimiters() == 0 {
        return parts.iter().for_each(|part| each(SourceEntry::Name(part)));
    }
    let delimiter = delimiter.as_bytes();
    let is_known = |name: &[u8]| {
        let seen = source.name_for_rules(name);
        seen.is_some_and(|name| find(&name, delimiter).is_some() && known.is_known(&name))
    };
    let is_matched = |part: &&[u8]| source.name_for_rules(part).is_some_and(|name| known.is_matched(&name));
    // The first and last part of each run that joins to a known name, in order.
    let (mut runs, mut name) = (Vec::new(), Vec::new());
    // Extends `name`, the run that begins at `first`, by the part at `last`.
    let join = |first: usize, last: usize, name: &mut Vec<u8>| {
        if first == last {
            name.clear();
        } else {
            name.extend_from_slice(delimiter);
        }
        let part = parts.get(last).copied().unwrap_or_default();
        work::count(part.len() + delimiter.len());
        name.extend_from_slice(part);
    };
    for first in 0..parts.len() {
        for last in (first..parts.len()).take(known.max_delimiters() + 1) {
            join(first, last, &mut name);
            if name.len() > MAX_GROUP_BYTES {
                break;
            }
            if last > first && is_known(&name) {
                runs.push((first, last));
            }
        }
    }
    let mut known = runs.as_slice();
    let mut first = 0;
    while let Some(part) = parts.get(first) {
        let here = known.iter().take_while(|(at, _)| *at == first).count();
        let (here, later) = known.split_at_checked(here).unwrap_or_default();
        let Some((_, last)) = here.last() else {
            each(SourceEntry::Name(part));
            first += 1;
            continue;
        };
        let overlapping = later.iter().take_while(|(at, _)| at <= last).count();
        let has_matched_part = parts.get(first..=*last).is_some_and(|parts| parts.iter().any(is_matched));
        each(match here.len() == 1 && overlapping == 0 && !has_matched_part {
            true => {
                (first..=*last).for_each(|at| join(first, at, &mut name));
                SourceEntry::Joined(name.clone())
            }
            false => SourceEntry::Bad(Reason::AmbiguousSplit),
        });
        known = later.get(overlapping..).unwrap_or_default();
        first = last + 1;
    }
}
