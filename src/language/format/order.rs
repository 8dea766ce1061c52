//! Sorting the keys that the language defines into their canonical order.

use super::scalar_style::is_plain_time;
use super::tree::{Collection, Entry, EntryValue, Tree};
use crate::language::grammar::{self, FILES, Object, TextRole, VERSION};

/// What the grammar says about the keys of a mapping or list.
#[derive(Clone, Copy)]
enum CollectionKind {
    /// A mapping with keys that the language defines.
    Object(&'static Object),
    /// A mapping with keys that the author chooses, or a list; all values have one type.
    Of(&'static grammar::ValueType),
    /// The language does not define it.
    Unknown,
}

impl Tree<'_> {
    /// Sorts the keys that the language defines; unknown keys follow in their original order.
    pub(super) fn sort_keys(&mut self) {
        if let Some(root) = &mut self.root {
            let kind = kind_of_file(root).map_or(CollectionKind::Unknown, CollectionKind::Object);
            sort_keys(root, kind);
            // The outermost mapping is always written in block style, even if it would fit on one line.
            root.flow = false;
        }
    }
}

/// The kind of file with the most of these keys: formatting does not depend on the name of the file.
fn kind_of_file(root: &Collection<'_>) -> Option<&'static Object> {
    let keys = || root.entries.iter().filter_map(|entry| entry.key.as_deref());
    let kinds = FILES.iter().map(|kind| kind.object);
    kinds.max_by_key(|object| keys().filter(|key| object.key(key).is_some()).count())
}

fn sort_keys(collection: &mut Collection<'_>, kind: CollectionKind) {
    for entry in &mut collection.entries {
        let value = match (kind, &entry.key) {
            (CollectionKind::Of(value), _) => Some(value),
            (CollectionKind::Object(object), Some(key)) => object.key(key).map(|key| &key.value),
            _ => None,
        };
        match &mut entry.value {
            EntryValue::Collection(inner) => {
                let kind = value.map_or(CollectionKind::Unknown, |value| kind_of_value(value, inner.is_map));
                sort_keys(inner, kind);
            }
            EntryValue::Text(text) if value.is_some_and(is_date) && is_plain_time(text) => {
                entry.value = EntryValue::Time(core::mem::take(text));
            }
            _ => {}
        }
        entry.separate_comments();
    }
    if let CollectionKind::Object(object) = kind {
        collection
            .entries
            .sort_by_key(|entry| entry.key.as_deref().map_or(usize::MAX, |key| rank(object, key)));
    }
    collection.flow &= collection.tail.is_empty() && collection.entries.iter().all(Entry::fits_flow);
    collection.move_comments_above_dash();
}

/// The kind of a mapping or list with this type.
fn kind_of_value(value: &'static grammar::ValueType, is_map: bool) -> CollectionKind {
    match value {
        grammar::ValueType::Object(object) if is_map => CollectionKind::Object(object),
        grammar::ValueType::Map { of, .. } if is_map => CollectionKind::Of(of),
        grammar::ValueType::List { of, .. } if !is_map => CollectionKind::Of(of),
        grammar::ValueType::OneOrList(of) if is_map => kind_of_value(of, is_map),
        grammar::ValueType::OneOrList(of) => CollectionKind::Of(of),
        grammar::ValueType::Templated(of) | grammar::ValueType::Unique(of) => kind_of_value(of, is_map),
        grammar::ValueType::Either(all) => {
            let mut kinds = all.iter().map(|value| kind_of_value(value, is_map));
            kinds.find(|kind| !matches!(kind, CollectionKind::Unknown)).unwrap_or(CollectionKind::Unknown)
        }
        _ => CollectionKind::Unknown,
    }
}

fn is_date(value: &grammar::ValueType) -> bool {
    value.text_role() == TextRole::Date
}

/// The position of a key in its object.
fn rank(object: &Object, key: &str) -> usize {
    if key == VERSION.name {
        return 0;
    }
    // The keys of the base begin with the name of the object, if it has one. It comes before the object's own keys.
    let named = object.base.and_then(|base| base.keys.first()).filter(|first| first.required);
    if named.is_some_and(|named| named.name == key) {
        return 1;
    }
    object.keys().position(|known| known.name == key).map_or(usize::MAX, |position| position + 2)
}

impl Entry<'_> {
    /// Keeps one comment at the end of the line, and moves the others above the entry.
    fn separate_comments(&mut self) {
        if self.opening.len() + self.trailing.len() <= 1 {
            return;
        }
        let mut moved = core::mem::take(&mut self.opening);
        match &mut self.value {
            EntryValue::Collection(inner) if !inner.entries.is_empty() => {
                // Comments after the closing bracket come last.
                inner.flow = false;
                inner.tail.append(&mut self.trailing);
                self.opening.extend(moved.pop());
            }
            _ => {
                moved.append(&mut self.trailing);
                self.trailing.extend(moved.pop());
            }
        }
        moved.into_iter().for_each(|comment| self.move_above(comment));
    }

    /// Whether the entry can be written in a collection on one line.
    fn fits_flow(&self) -> bool {
        let comments = [&self.above, &self.opening, &self.trailing, &self.below];
        let value = match &self.value {
            EntryValue::Collection(inner) => inner.flow,
            EntryValue::Text(_) | EntryValue::Time(_) | EntryValue::Bare(_) => true,
            EntryValue::Lines(_) | EntryValue::Block { .. } => false,
        };
        value && comments.iter().all(|comments| comments.is_empty())
    }
}

impl Collection<'_> {
    /// Moves comments above the first key of a list entry above the dash: key and dash are written on one line.
    fn move_comments_above_dash(&mut self) {
        if self.is_map || self.flow {
            return;
        }
        for entry in &mut self.entries {
            let EntryValue::Collection(inner) = &mut entry.value else { continue };
            if inner.flow || !entry.opening.is_empty() || !entry.trailing.is_empty() {
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
