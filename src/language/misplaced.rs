//! Keys that the language has, in places where it does not have them.
//!
//! A reader asks for the keys of one place, so it cannot see that a key belongs to another. Before a file is read, its
//! tree is compared with the grammar, and the mappings in it get notes: where their unknown keys belong, and which of
//! their own keys are elsewhere, so that these are not reported as missing too.

use core::ops::Range;
use std::collections::BTreeMap;

use super::grammar::{Key, Object, VERSION, ValueType};
use super::key_notes::{Advice, Notes};
use super::suggestions::nearest;
use super::yaml::{Kind, Node, Spanned};
use crate::diagnostic::{Code, Diagnostic};
use crate::limits::MAX_SUGGESTIONS;

mod fits;
mod foreign_words;
mod places;
mod restrictions;
mod wording;

use self::fits::fits;
use self::foreign_words::Meaning;
use self::places::{Frame, Place, Shape, Step};

/// Adds notes to the tree of a file, whose outermost mapping has the keys of `object`.
///
/// Returns the findings about keys for which other findings are left out. A reader does not look at everything: not at
/// the cases of a platform that cannot be read, for example. These findings must then be added. The second list has the
/// places of values that are dates under their right key, which has no need of quotes for them.
pub(crate) fn annotate(
    root: &mut Node,
    object: &'static Object,
    path: &str,
) -> (Vec<Diagnostic>, Vec<Range<usize>>) {
    let mut tour = Tour::default();
    tour.visit_object(root, object, None);
    if tour.unknown.is_empty() {
        return Default::default();
    }
    let dates = tour.unknown.iter().filter(|unknown| unknown.is_of_date());
    let dates = dates.map(|unknown| unknown.value.span.clone()).collect();
    let notes = BTreeMap::new();
    let mut finder = Finder { path, mappings: &tour.mappings, frames: &[], notes, deferred: Vec::new() };
    for unknown in &tour.unknown {
        finder.frames = &unknown.frames;
        finder.advise(unknown);
    }
    let Finder { mut notes, deferred, .. } = finder;
    attach(root, &mut notes);
    (deferred, dates)
}

/// Gives each mapping its notes, which are known by the byte at which the mapping begins.
fn attach(node: &mut Node, notes: &mut BTreeMap<usize, Notes>) {
    if notes.is_empty() {
        return;
    }
    let start = node.span.start;
    match &mut node.kind {
        Kind::Map(members) => {
            members.iter_mut().for_each(|(_, member)| attach(member, notes));
            node.notes = notes.remove(&start).map(Box::new);
        }
        Kind::List(entries) => entries.iter_mut().for_each(|entry| attach(entry, notes)),
        _ => {}
    }
}

/// An unknown key.
struct Unknown<'n> {
    name: &'n Spanned<String>,
    value: &'n Node,
    /// The mappings around it, the file's first.
    frames: Vec<Frame<'n>>,
    /// What it was taken for if it is among names of the author's own.
    member: Option<Member<'n>>,
}

impl Unknown<'_> {
    /// Whether the key is another word for one that has a date, or a misspelled one.
    fn is_of_date(&self) -> bool {
        let Some(Frame { object, .. }) = self.frames.last() else { return false };
        let word = self.name.value.as_str();
        let meant = match foreign_words::meaning(object, word, self.value) {
            Some(Meaning::Key(key)) => Some(key),
            Some(_) => None,
            None => nearest(word, object.keys().map(|key| key.name)),
        };
        self.member.is_none() && matches!(meant, Some("expires" | "now"))
    }
}

/// A member of a mapping with names of the author's own.
#[derive(Clone, Copy)]
struct Member<'n> {
    /// The mapping.
    of: &'n Node,
    via: Step,
}

/// Compares the tree of a file with the grammar.
#[derive(Default)]
struct Tour<'n> {
    frames: Vec<Frame<'n>>,
    /// All mappings that have keys of the language.
    mappings: Vec<(&'static Object, &'n Node)>,
    /// Unknown keys, of which only the first are looked at: a file with many usually has a single mistake.
    unknown: Vec<Unknown<'n>>,
}

impl<'n> Tour<'n> {
    fn visit_object(&mut self, node: &'n Node, object: &'static Object, via: Option<Step>) {
        let Kind::Map(members) = &node.kind else { return };
        let is_file = self.frames.is_empty();
        self.frames.push(Frame { object, node, via });
        self.mappings.push((object, node));
        for (name, member) in members {
            match object.key(&name.value) {
                Some(Key { name, value, .. }) => self.visit(member, value, Step::direct(name)),
                None if is_file && name.value == VERSION.name => {}
                None => self.add_unknown(name, member, None),
            }
        }
        self.frames.pop();
    }

    fn visit(&mut self, node: &'n Node, value: &'static ValueType, via: Step) {
        match (value, &node.kind) {
            (ValueType::Object(object), _) => self.visit_object(node, object, Some(via)),
            (ValueType::Map { of, .. }, Kind::Map(members)) => {
                for (name, member) in members {
                    if self.is_key_around(name, member, of) {
                        self.add_unknown(name, member, Some(Member { of: node, via }));
                    } else {
                        self.visit(member, of, via.within(Shape::InMap));
                    }
                }
            }
            (ValueType::List { of, .. }, Kind::List(entries)) => {
                entries.iter().for_each(|entry| self.visit(entry, of, via.within(Shape::InList)));
            }
            (ValueType::OneOrList(of), Kind::List(entries)) => {
                entries.iter().for_each(|entry| self.visit(entry, of, via));
            }
            (ValueType::OneOrList(of) | ValueType::Unique(of) | ValueType::Templated(of), _) => {
                self.visit(node, of, via);
            }
            (ValueType::Either(all), _) => all.iter().for_each(|of| self.visit(node, of, via)),
            _ => {}
        }
    }

    fn add_unknown(&mut self, name: &'n Spanned<String>, value: &'n Node, member: Option<Member<'n>>) {
        if self.unknown.len() < MAX_SUGGESTIONS {
            self.unknown.push(Unknown { name, value, frames: self.frames.clone(), member });
        }
    }

    /// Whether a member with a name of the author's own is rather a key of a mapping around it, such as `rules` below
    /// `connections`.
    fn is_key_around(&self, name: &Spanned<String>, member: &Node, of: &ValueType) -> bool {
        let is_key = |frame: &Frame<'_>| {
            let key = frame.object.key(&name.value);
            key.is_some_and(|key| places::member(frame.node, key.name).is_none() && fits(member, &key.value))
        };
        self.frames.iter().any(is_key) && !fits(member, of)
    }
}

/// Finds out where unknown keys belong.
struct Finder<'n, 't> {
    path: &'t str,
    /// All mappings of the file.
    mappings: &'t [(&'static Object, &'n Node)],
    /// The mappings around the present key, the file's first.
    frames: &'t [Frame<'n>],
    notes: BTreeMap<usize, Notes>,
    /// Findings about keys for which other findings are left out.
    deferred: Vec<Diagnostic>,
}

impl<'n> Finder<'n, '_> {
    fn advise(&mut self, unknown: &Unknown<'n>) {
        let Unknown { name, value, member, .. } = *unknown;
        let Some(frame @ Frame { object, node, .. }) = self.frames.last().copied() else { return };
        let before = self.expected();
        self.expect_where_needed(&name.value);
        let (node, advice) = match member {
            Some(member) => (member.of, self.advice_on_member(name, value, member)),
            None => {
                let advice = self
                    .advice_on_restriction(name, value)
                    .or_else(|| self.advice_on_word(name, value, frame))
                    .or_else(|| self.advice_on_key(name, value))
                    .or_else(|| self.advice_on_name(name, value, frame))
                    .or_else(|| self.advice_on_similar(name, value, frame));
                (node, advice)
            }
        };
        if self.expected() > before {
            let key = name.value.escape_debug();
            let message = match member {
                Some(member) => format!("`{key}` does not belong under `{}`", member.via.key),
                None => format!("{} has no key `{key}`", object.what),
            };
            let deferred = Diagnostic::new(Code::UnknownKey, self.path, name.span.clone(), message);
            self.deferred.push(match &advice {
                Some(advice) => deferred.help(advice.help.clone()),
                None => deferred,
            });
        }
        if let Some(advice) = advice {
            self.notes_of(node).advice.insert(name.span.start, advice);
        }
    }

    /// How many keys are noted that are not missing.
    fn expected(&self) -> usize {
        self.notes.values().map(|notes| notes.elsewhere.len()).sum()
    }

    /// The nearest places of a key with a value.
    fn find(&self, name: &str, value: &Node) -> Vec<Place<'n>> {
        places::find(self.frames, self.mappings, name, value)
    }

    /// The nearest places of a key with a value, and words that lead there. The mappings there do not lack the key.
    fn point_to(&mut self, name: &str, value: &Node) -> Option<(Vec<Place<'n>>, String)> {
        let places = self.find(name, value);
        let words = wording::places(name, &places, self.frames, self.path)?;
        self.expect_at(&places, name);
        Some((places, words))
    }

    /// On a word that keeps something from someone.
    fn advice_on_restriction(&mut self, name: &Spanned<String>, value: &'n Node) -> Option<Advice> {
        let help = restrictions::help(self.frames, &name.value, value)?;
        if let Some(frame) = self.frames.last().filter(|frame| frame.object.name == "skip") {
            self.notes_of(frame.node).elsewhere.extend(["exact", "glob"]);
        }
        // Neither an effect nor patterns are missing where they were meant to be what is reported.
        if let Some(rule) = self.frames.iter().rev().find(|frame| frame.object.name == "rule") {
            self.notes_of(rule.node).elsewhere.extend(["exclude", "match"]);
        }
        Some(Advice::new(help, true))
    }

    /// On a word of another product, or one that means several things.
    fn advice_on_word(
        &mut self,
        name: &Spanned<String>,
        value: &'n Node,
        Frame { object, node, .. }: Frame<'n>,
    ) -> Option<Advice> {
        let word = name.value.as_str();
        let meaning = foreign_words::meaning(object, word, value)?;
        if let Meaning::Key(key) = meaning
            && object.key(key).is_some()
        {
            // With both keys, it is not known what the second one was meant to be; and a similar word is a misspelling.
            let is_similar = nearest(word, object.keys().map(|key| key.name)) == Some(key);
            if is_similar || places::member(node, key).is_some() {
                return None;
            }
            self.notes_of(node).elsewhere.push(key);
            let help = wording::other_word(word, key, None);
            return Some(Advice { help, is_near: true, key: Some(key) });
        }
        // A mapping without the key that it needs says more about what was meant than the word.
        if self.find(word, value).first().is_some_and(|place| place.is_needed && place.fits) {
            return None;
        }
        match meaning {
            Meaning::Help(help) => Some(Advice::new(help.to_owned(), true)),
            Meaning::OneOf(help, keys) => {
                self.notes_of(node).elsewhere.extend(keys);
                Some(Advice::new(help.to_owned(), true))
            }
            Meaning::Key(key) => {
                let (_, place) = self.point_to(key, value)?;
                Some(Advice::new(wording::other_word(word, key, Some(&place)), true))
            }
        }
    }

    /// On a key that the language has elsewhere.
    fn advice_on_key(&mut self, name: &Spanned<String>, value: &'n Node) -> Option<Advice> {
        let (places, help) = self.point_to(&name.value, value)?;
        let is_near = places.first().is_some_and(|place| place.fits && (place.is_needed || place.steps == 1));
        Some(Advice::new(help, is_near))
    }

    /// On a name of the author's own that is not indented below its key, such as a connection beside `connections:`.
    fn advice_on_name(
        &mut self,
        name: &Spanned<String>,
        value: &'n Node,
        Frame { object, node, .. }: Frame<'n>,
    ) -> Option<Advice> {
        let Kind::Map(members) = &node.kind else { return None };
        let above = members.iter().rev().skip_while(|(it, _)| it.span.start >= name.span.start);
        let (key, _) = above.into_iter().find(|(_, it)| matches!(it.kind, Kind::Null))?;
        let key = object.key(&key.value)?;
        let ValueType::Map { of, .. } = key.value else { return None };
        if !fits(value, of) {
            return None;
        }
        self.notes_of(node).elsewhere.push(key.name);
        let help = format!(
            "`{}` belongs under `{}`: indent it by two more spaces",
            name.value.escape_debug(),
            key.name
        );
        Some(Advice::new(help, true))
    }

    /// On a key that is both misspelled and misplaced.
    fn advice_on_similar(
        &mut self,
        name: &Spanned<String>,
        value: &'n Node,
        Frame { object, .. }: Frame<'n>,
    ) -> Option<Advice> {
        if nearest(&name.value, object.keys().map(|key| key.name)).is_some() {
            return None;
        }
        let near = nearest(&name.value, places::keys_nearby(self.frames).into_iter())?;
        let (_, place) = self.point_to(near, value)?;
        Some(Advice::new(format!("did you mean `{near}`? {place}"), false))
    }

    /// On a key of a mapping around the one that it is in, which has names of the author's own.
    fn advice_on_member(
        &mut self,
        name: &Spanned<String>,
        value: &Node,
        member: Member<'n>,
    ) -> Option<Advice> {
        let (up, frame, key) = self.frames.iter().rev().enumerate().find_map(|(up, frame)| {
            let key = frame.object.key(&name.value)?;
            let is_place = places::member(frame.node, key.name).is_none() && fits(value, &key.value);
            if is_place { Some((up, *frame, key.name)) } else { None }
        })?;
        let below = up.checked_sub(1).and_then(|up| self.frames.iter().rev().nth(up)?.via);
        let help = wording::beside(key, below.unwrap_or(member.via).key, up == 0, &frame, self.frames);
        self.notes_of(frame.node).elsewhere.push(key);
        Some(Advice::new(help, true))
    }

    /// Notes that mappings do not lack a key that is somewhere else in the file.
    fn expect_where_needed(&mut self, name: &str) {
        for (object, node) in self.mappings {
            if let Some(key) = object.key(name)
                && places::needs(object, node, key)
            {
                self.notes_of(node).elsewhere.push(key.name);
            }
        }
    }

    fn notes_of(&mut self, node: &Node) -> &mut Notes {
        self.notes.entry(node.span.start).or_default()
    }

    /// Notes that the mappings at these places do not lack the key, and that what is missing on the way is not missing.
    fn expect_at(&mut self, places: &[Place<'n>], name: &str) {
        for place in places {
            let Some(key) = place.object.key(name) else { continue };
            let mut reached: Vec<&Node> = place.base.into_iter().collect();
            for step in &place.down {
                let mut next = Vec::new();
                for node in reached {
                    match places::member(node, step.key) {
                        None | Some(Node { kind: Kind::Null, .. }) => {
                            self.notes_of(node).elsewhere.push(step.key);
                        }
                        Some(node) => next.extend(places::mappings_in(node, step.shape)),
                    }
                }
                reached = next;
            }
            for node in reached.into_iter().filter(|node| places::member(node, name).is_none()) {
                self.notes_of(node).elsewhere.push(key.name);
            }
        }
    }
}

#[cfg(test)]
mod tests;
