//! The places where the language has a key, as seen from a mapping that does not have it.

use super::super::grammar::{Constraint, FILES, FileKind, Key, MATCH, Object, SINGLE_FILE, ValueType, Where};
use super::super::yaml::{Kind, Node};
use super::fits::fits;

/// The keys of patterns of upstream groups.
const PATTERN_KEYS: &[&str] = &["exact", "glob", "regex"];

/// The longest way down from one mapping to another.
const MAX_DOWN: usize = 5;

/// A mapping on the way from the file to an unknown key.
#[derive(Clone, Copy)]
pub(super) struct Frame<'n> {
    pub(super) object: &'static Object,
    pub(super) node: &'n Node,
    /// The way from the mapping around it; `None` for the file.
    pub(super) via: Option<Step>,
}

/// A key, and what leads from its value to mappings.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) key: &'static str,
    pub(super) shape: Shape,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// The value is the mapping, or may be a list of such mappings.
    Direct,
    /// The value is a list of such mappings.
    InList,
    /// The value has such mappings under names of the author's own.
    InMap,
}

impl Step {
    pub(super) fn direct(key: &'static str) -> Self {
        Self { key, shape: Shape::Direct }
    }

    pub(super) fn within(self, shape: Shape) -> Self {
        Self { shape, ..self }
    }
}

/// A place where the language has the key.
pub(super) struct Place<'n> {
    /// How many mappings above the present one its way down begins.
    pub(super) up: usize,
    /// The mapping in which its way down begins; `None` in another file.
    pub(super) base: Option<&'n Node>,
    /// Another kind of file.
    pub(super) file: Option<&'static FileKind>,
    pub(super) down: Vec<Step>,
    pub(super) object: &'static Object,
    /// How far away it is: one step to the mapping around, to one inside, to one beside, and to another file.
    pub(super) steps: usize,
    /// Whether the value can be the value of the key there.
    pub(super) fits: bool,
    /// Whether a mapping of the file needs the key there.
    pub(super) is_needed: bool,
    /// Why the key cannot be there now.
    pub(super) conflict: Option<Conflict>,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) enum Conflict {
    /// The key is there already.
    Taken,
    /// It is a pattern, and there are others, with which it could be combined in two ways.
    OtherPatterns,
    /// Two keys exclude each other, in an object that messages call so.
    Both(&'static str, String, String),
    /// The key is only for such values of another key.
    Requires(String),
}

/// The nearest places of a key with a value, all of them equally near.
pub(super) fn find<'n>(
    frames: &[Frame<'n>],
    mappings: &[(&'static Object, &'n Node)],
    name: &str,
    value: &Node,
) -> Vec<Place<'n>> {
    let mut search = Search { name, value, mappings, down: Vec::new(), path: Vec::new(), found: Vec::new() };
    for (up, frame) in frames.iter().rev().enumerate() {
        let below = up.checked_sub(1).and_then(|up| frames.iter().rev().nth(up)?.via);
        search.descend(frame.object, below.map(|step| step.key), &|steps| Place {
            up,
            base: Some(frame.node),
            file: None,
            down: Vec::new(),
            object: frame.object,
            steps: up.max(steps),
            fits: false,
            is_needed: false,
            conflict: None,
        });
    }
    let own = frames.first().map(|file| file.object);
    let is_folder = own.is_some_and(|own| !core::ptr::eq(own, &SINGLE_FILE));
    for file in FILES.iter().filter(|file| is_folder && !is_same(file.object, own)) {
        if core::ptr::eq(file.object, &SINGLE_FILE) {
            continue;
        }
        search.descend(file.object, None, &|steps| Place {
            up: frames.len(),
            base: None,
            file: Some(file),
            down: Vec::new(),
            object: file.object,
            steps: frames.len().max(steps + 1),
            fits: false,
            is_needed: false,
            conflict: None,
        });
    }
    let mut found = search.found;
    let rank = |place: &Place<'_>| {
        let distance = (place.steps > 1, place.conflict.is_some(), place.steps, place.up + place.down.len());
        (!place.fits, !place.is_needed || place.conflict.is_some(), distance)
    };
    let best = found.iter().map(rank).min();
    let mut seen: Vec<&'static Object> = Vec::new();
    found.retain(|place| {
        let is_first = !seen.iter().any(|known| core::ptr::eq(*known, place.object));
        let is_best = Some(rank(place)) == best && is_first;
        if is_best {
            seen.push(place.object);
        }
        is_best
    });
    found
}

fn is_same(object: &'static Object, other: Option<&'static Object>) -> bool {
    other.is_some_and(|other| core::ptr::eq(object, other))
}

struct Search<'s, 'n> {
    name: &'s str,
    value: &'s Node,
    mappings: &'s [(&'static Object, &'n Node)],
    down: Vec<Step>,
    path: Vec<&'static Object>,
    found: Vec<Place<'n>>,
}

impl<'n> Search<'_, 'n> {
    /// Adds the places in and below an object, but not below its key `except`; `place` makes one from its distance.
    fn descend(&mut self, object: &'static Object, except: Option<&str>, place: &dyn Fn(usize) -> Place<'n>) {
        if let Some(key) = object.key(self.name) {
            let place = place(self.down.len());
            let here = place.up == 0 && self.down.is_empty();
            if !here {
                let conflict = place.base.and_then(|base| conflict(base, place.object, &self.down, key));
                let down = self.down.clone();
                let fits = fits(self.value, &key.value);
                let is_needed = self
                    .mappings
                    .iter()
                    .any(|(it, node)| core::ptr::eq(*it, object) && needs(object, node, key));
                self.found.push(Place { down, object, fits, is_needed, conflict, ..place });
            }
        }
        if self.down.len() == MAX_DOWN {
            return;
        }
        self.path.push(object);
        for key in object.keys().filter(|key| Some(key.name) != except) {
            for (shape, inner) in objects_in(&key.value, Shape::Direct) {
                if self.path.iter().any(|known| core::ptr::eq(*known, inner)) {
                    continue;
                }
                self.down.push(Step { key: key.name, shape });
                self.descend(inner, None, place);
                self.down.pop();
            }
        }
        self.path.pop();
    }
}

/// The objects that a value can be or contain.
pub(super) fn objects_in(value: &'static ValueType, shape: Shape) -> Vec<(Shape, &'static Object)> {
    match value {
        ValueType::Object(object) => vec![(shape, object)],
        ValueType::Map { of, .. } => objects_in(of, Shape::InMap),
        ValueType::List { of, .. } => objects_in(of, Shape::InList),
        ValueType::OneOrList(of) | ValueType::Unique(of) | ValueType::Templated(of) => objects_in(of, shape),
        ValueType::Either(all) => all.iter().flat_map(|of| objects_in(of, shape)).collect(),
        _ => Vec::new(),
    }
}

/// The keys of all objects that are one step away.
pub(super) fn keys_nearby(frames: &[Frame<'_>]) -> Vec<&'static str> {
    let mut objects = Vec::new();
    let inner = |object: &'static Object| object.keys().flat_map(|key| objects_in(&key.value, Shape::Direct));
    let mut around = frames.iter().rev();
    if let Some(own) = around.next() {
        objects.extend(inner(own.object).map(|(_, object)| object));
    }
    if let Some(parent) = around.next() {
        objects.push(parent.object);
        objects.extend(inner(parent.object).map(|(_, object)| object));
    }
    objects.into_iter().flat_map(Object::keys).map(|key| key.name).collect()
}

/// The value of a key in a mapping.
pub(super) fn member<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    match &node.kind {
        Kind::Map(members) => members.iter().find(|(name, _)| name.value == key).map(|(_, value)| value),
        _ => None,
    }
}

/// The mappings that the value of a step's key leads to.
pub(super) fn mappings_in(node: &Node, shape: Shape) -> Vec<&Node> {
    let all: Vec<&Node> = match (&node.kind, shape) {
        (Kind::List(entries), _) => entries.iter().collect(),
        (Kind::Map(members), Shape::InMap) => members.iter().map(|(_, member)| member).collect(),
        _ => vec![node],
    };
    all.into_iter().filter(|node| matches!(node.kind, Kind::Map(_))).collect()
}

/// Why a key cannot be added at the end of a way down.
fn conflict(base: &Node, object: &'static Object, down: &[Step], key: &Key) -> Option<Conflict> {
    let (mut node, mut object) = (base, object);
    for step in down {
        let Some(next) = member(node, step.key) else { return excluded(node, object, step.key) };
        // Of several mappings, the author knows which one is meant.
        let inner = object.key(step.key)?;
        let (mappings, inner) = (mappings_in(next, step.shape), objects_in(&inner.value, step.shape));
        let ([only], [(_, inner)]) = (mappings.as_slice(), inner.as_slice()) else { return None };
        (node, object) = (*only, inner);
    }
    let is_pattern = |name: &str| PATTERN_KEYS.contains(&name);
    if core::ptr::eq(object, &MATCH) && is_pattern(key.name) && !node.is_empty() {
        return Some(Conflict::OtherPatterns);
    }
    if member(node, key.name).is_some() {
        return Some(Conflict::Taken);
    }
    excluded(node, object, key.name)
}

/// What excludes a key in a mapping.
fn excluded(node: &Node, object: &'static Object, name: &'static str) -> Option<Conflict> {
    let other = |keys: &[&'static str]| {
        keys.iter().find(|key| **key != name && member(node, key).is_some()).map(|key| (*key).to_owned())
    };
    let both = |with: String| Conflict::Both(object.what, name.to_owned(), with);
    object.constraints.iter().find_map(|constraint| match constraint {
        Constraint::ExactlyOne(keys) if keys.contains(&name) => other(keys).map(both),
        Constraint::Excludes(first, second) if first.contains(&name) => other(second).map(both),
        Constraint::Excludes(first, second) if second.contains(&name) => other(first).map(both),
        Constraint::Forbids(at, keys) if keys.contains(&name) => word(node, at).map(both),
        Constraint::OnlyIf(at, keys) if keys.contains(&name) => {
            let holds = match member(node, at.key) {
                Some(_) => word(node, at).is_some(),
                None => at.or_missing,
            };
            let words: Vec<_> = at.words.iter().map(|word| format!("`{}: {word}`", at.key)).collect();
            if holds { None } else { Some(Conflict::Requires(words.join(" or "))) }
        }
        _ => None,
    })
}

/// The key and the word of a condition that holds, as they are written.
fn word(node: &Node, at: &Where) -> Option<String> {
    match &member(node, at.key)?.kind {
        Kind::Text(text) if at.words.contains(&text.as_str()) => Some(format!("{}: {text}", at.key)),
        _ => None,
    }
}

/// Whether a mapping lacks a key that it needs.
pub(super) fn needs(object: &Object, node: &Node, key: &Key) -> bool {
    let has = |name: &&str| member(node, name).is_some();
    let is_needed = |constraint: &Constraint| match constraint {
        Constraint::ExactlyOne(keys) | Constraint::AtLeastOne(keys) | Constraint::AtLeastOneEntry(keys) => {
            keys.contains(&key.name) && !keys.iter().any(has)
        }
        Constraint::Requires(at, keys) if keys.contains(&key.name) => match member(node, at.key) {
            Some(_) => word(node, at).is_some(),
            None => at.or_missing,
        },
        Constraint::WithSeveral(of, name) if *name == key.name => member(node, of)
            .is_some_and(|node| matches!(&node.kind, Kind::List(entries) if entries.len() > 1)),
        _ => false,
    };
    !has(&key.name) && (key.required || object.constraints.iter().any(is_needed))
}
