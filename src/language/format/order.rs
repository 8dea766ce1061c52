//! The keys that the language knows, in the order in which they are written.

use super::scalar_style::is_plain_time;
use super::tree::{Collection, Entry, Tree, Value};
use crate::language::grammar::{self, FILES, MOMENT, Object, VERSION};

/// What the language knows about a place in a file.
#[derive(Clone, Copy)]
enum Place {
    /// A mapping with keys of the language.
    Object(&'static Object),
    /// A mapping with keys of the author's choice, or a list; all values are of one kind.
    Of(&'static grammar::Value),
    /// Nothing.
    Unknown,
}

impl Tree<'_> {
    /// Sorts the keys that the language knows; the others follow them, in the order of the author.
    pub(super) fn arrange(&mut self) {
        if let Some(root) = &mut self.root {
            let place = kind_of_file(root).map_or(Place::Unknown, Place::Object);
            arrange(root, place);
            // The outermost mapping is the file, not a value that could be short enough for one line.
            root.flow = false;
        }
    }
}

/// The kind of file that knows the most of its keys: formatting does not depend on what the file is called.
fn kind_of_file(root: &Collection<'_>) -> Option<&'static Object> {
    let keys = || root.entries.iter().filter_map(|entry| entry.key.as_deref());
    let kinds = FILES.iter().map(|kind| kind.object);
    kinds.max_by_key(|object| keys().filter(|key| object.key(key).is_some()).count())
}

fn arrange(collection: &mut Collection<'_>, place: Place) {
    for entry in &mut collection.entries {
        let value = match (place, &entry.key) {
            (Place::Of(value), _) => Some(value),
            (Place::Object(object), Some(key)) => object.key(key).map(|key| &key.value),
            _ => None,
        };
        match &mut entry.value {
            Value::Collection(inner) => {
                let place = value.map_or(Place::Unknown, |value| place_of(value, inner.is_map));
                arrange(inner, place);
            }
            Value::Text(text) if value.is_some_and(is_moment) && is_plain_time(text) => {
                entry.value = Value::Time(core::mem::take(text));
            }
            _ => {}
        }
        entry.part_comments();
    }
    if let Place::Object(object) = place {
        collection
            .entries
            .sort_by_key(|entry| entry.key.as_deref().map_or(usize::MAX, |key| rank(object, key)));
    }
    collection.flow &= collection.tail.is_empty() && collection.entries.iter().all(Entry::fits_flow);
    collection.hoist();
}

/// What stands in a mapping, or a list, that is such a value.
fn place_of(value: &'static grammar::Value, is_map: bool) -> Place {
    match value {
        grammar::Value::Object(object) if is_map => Place::Object(object),
        grammar::Value::Map { of, .. } if is_map => Place::Of(of),
        grammar::Value::List { of, .. } if !is_map => Place::Of(of),
        grammar::Value::OneOrList(of) if is_map => place_of(of, is_map),
        grammar::Value::OneOrList(of) => Place::Of(of),
        grammar::Value::Templated(of) | grammar::Value::Unique(of) => place_of(of, is_map),
        grammar::Value::Either(all) => {
            let mut places = all.iter().map(|value| place_of(value, is_map));
            places.find(|place| !matches!(place, Place::Unknown)).unwrap_or(Place::Unknown)
        }
        _ => Place::Unknown,
    }
}

fn is_moment(value: &grammar::Value) -> bool {
    match value {
        grammar::Value::Text(text) => core::ptr::eq(*text, &MOMENT),
        grammar::Value::Templated(of) | grammar::Value::Unique(of) => is_moment(of),
        _ => false,
    }
}

/// Where a key of an object stands.
fn rank(object: &Object, key: &str) -> usize {
    if key == VERSION.name {
        return 0;
    }
    // What an object has in common with others begins with what names it, if it has a name.
    let named = object.base.and_then(|base| base.keys.first()).filter(|first| first.required);
    if named.is_some_and(|named| named.name == key) {
        return 1;
    }
    object.keys().position(|known| known.name == key).map_or(usize::MAX, |place| place + 2)
}

impl Entry<'_> {
    /// A line has room for one comment behind what it says.
    fn part_comments(&mut self) {
        if self.opening.len() + self.behind.len() <= 1 {
            return;
        }
        let mut lifted = core::mem::take(&mut self.opening);
        match &mut self.value {
            Value::Collection(inner) if !inner.entries.is_empty() => {
                // What stood behind the closing bracket comes last.
                inner.flow = false;
                inner.tail.append(&mut self.behind);
                self.opening.extend(lifted.pop());
            }
            _ => {
                lifted.append(&mut self.behind);
                self.behind.extend(lifted.pop());
            }
        }
        lifted.into_iter().for_each(|comment| self.lift(comment));
    }

    /// Whether it can be a part of one line.
    fn fits_flow(&self) -> bool {
        let comments = [&self.above, &self.opening, &self.behind, &self.below];
        let value = match &self.value {
            Value::Collection(inner) => inner.flow,
            Value::Text(_) | Value::Time(_) | Value::Bare(_) => true,
            Value::Lines(_) | Value::Block { .. } => false,
        };
        value && comments.iter().all(|comments| comments.is_empty())
    }
}

impl Collection<'_> {
    /// Moves comments above the first key of an entry in a list above the dash, which is on the same line.
    fn hoist(&mut self) {
        if self.is_map || self.flow {
            return;
        }
        for entry in &mut self.entries {
            let Value::Collection(inner) = &mut entry.value else { continue };
            if inner.flow || !entry.opening.is_empty() || !entry.behind.is_empty() {
                continue;
            }
            let Some(first) = inner.entries.first_mut().filter(|first| !first.above.is_empty()) else {
                continue;
            };
            if let Some(comment) = first.above.first_mut() {
                comment.blank = entry.blank;
            }
            entry.blank = first.blank;
            entry.above.append(&mut first.above);
        }
    }
}
