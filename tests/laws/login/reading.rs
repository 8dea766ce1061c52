//! What the sources make of the entries.

use serde_json::json;

use super::Entry;
use super::arrival::written;
use crate::world::{NameForm, Shape, Source};

/// The result of reading an entry: a name, a note that it was dropped, or the reason why the input is incomplete.
pub(crate) enum Seen<'l> {
    Name(&'l str),
    Nothing(&'static str),
    Bad(&'static str),
}

pub(crate) fn seen(source: Source, entry: &Entry) -> Seen<'_> {
    let has_form = !matches!(source.form, NameForm::Plain | NameForm::Tidied);
    let formless = if source.skips.1 { Seen::Nothing("skipped-entry") } else { Seen::Bad("entry-form") };
    if source.shape == Shape::KeysHaving && *entry == Entry::Outside {
        return Seen::Nothing("outside-scope");
    }
    // Patterns see an entry after it was tidied, and before its form is read.
    let arrived = match (entry, source.form) {
        (Entry::Name(name), NameForm::Tidied) => json!(name),
        _ => written(source, entry),
    };
    if arrived.as_str().is_some_and(|text| !text.is_empty() && source.skips(text)) {
        return Seen::Nothing("skipped-entry");
    }
    match entry {
        Entry::Name(name) if source.form == NameForm::Path && name.ends_with('/') => formless,
        Entry::Name(name) => Seen::Name(name),
        Entry::Empty => Seen::Nothing("empty-entry"),
        Entry::Outside if source.form == NameForm::Path => Seen::Name("outside"),
        Entry::Outside if has_form => Seen::Nothing("outside-scope"),
        Entry::Outside => Seen::Name("/outside"),
        Entry::Formless if has_form => formless,
        Entry::Formless | Entry::Control => Seen::Bad("entry-malformed"),
        _ if source.shape == Shape::Delimited => Seen::Bad("entry-malformed"),
        Entry::Null if source.skips.0 => Seen::Nothing("skipped-entry"),
        Entry::Null if source.shape.is_objects() => Seen::Bad("entry-unnamed"),
        Entry::Number | Entry::Null | Entry::Object | Entry::List => Seen::Bad("entry-type"),
        // Of a member, only null and false say something.
        Entry::Unreadable if source.shape.is_keys() => Seen::Bad("entry-type"),
        Entry::Unreadable => Seen::Bad("attribute-unreadable"),
    }
}
