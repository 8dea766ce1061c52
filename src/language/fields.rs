//! Reading mappings key by key, so that one run reports everything that is wrong.

use core::ops::Range;
use std::collections::BTreeSet;

use super::diagnostic_sink::DiagnosticSink;
use super::fixes;
use super::grammar::{Constraint, Key, Layout, Object, VERSION, ValueType, Word};
use super::subject::Subject;
use super::suggestions::{nearest, word_list};
use super::values::{choose, read_pairs, read_text, read_texts};
use super::wrong_type::{self, Expected};
use super::yaml::{Kind, Node, Spanned};
use crate::diagnostic::Code;

/// The members of a YAML mapping with keys that the language defines.
#[derive(Debug)]
pub(crate) struct Fields<'n> {
    object: &'static Object,
    pub(crate) span: Range<usize>,
    /// Each with the key that it is read as, which is another one if it is misspelled.
    members: Vec<(&'static str, &'n Spanned<String>, &'n Node)>,
    /// The keys that unknown keys were probably meant to be.
    misspelled: Vec<&'static str>,
}

impl<'n> Fields<'n> {
    /// Reads a mapping with the keys of `object`; reports unknown and repeated keys.
    pub(crate) fn read(
        node: &'n Node,
        object: &'static Object,
        sink: &mut DiagnosticSink<'_>,
    ) -> Option<Self> {
        Self::read_keys(node, object, object.keys(), sink)
    }

    /// Reads the outermost mapping of a file, which also has the key `version`.
    ///
    /// Returns `None` if this program does not know the version.
    pub(crate) fn read_file(
        node: &'n Node,
        object: &'static Object,
        sink: &mut DiagnosticSink<'_>,
    ) -> Option<Self> {
        let keys = core::iter::once(&VERSION).chain(object.keys());
        let fields = Self::read_keys(node, object, keys, sink)?;
        if fields.check_version(sink) { Some(fields) } else { None }
    }

    /// Reads a part of a platform, which is a file of its own in a folder and a member of a single file.
    pub(crate) fn read_section(
        node: &'n Node,
        object: &'static Object,
        layout: Layout,
        sink: &mut DiagnosticSink<'_>,
    ) -> Option<Self> {
        match layout {
            Layout::Folder => Self::read_file(node, object, sink),
            Layout::SingleFile => Self::read(node, object, sink),
        }
    }

    fn read_keys(
        node: &'n Node,
        object: &'static Object,
        keys: impl Iterator<Item = &'static Key> + Clone,
        sink: &mut DiagnosticSink<'_>,
    ) -> Option<Self> {
        let known = || keys.clone().map(|key| key.name);
        let what = object.what;
        let (mut members, mut misspelled) = (Vec::new(), Vec::new());
        let Some(all) = read_pairs(node, Subject::Object(object), sink) else {
            if let Some(help) = wrong_type::help_for_object(node, object) {
                sink.help_last(&help);
            }
            return None;
        };
        let names: BTreeSet<&str> = all.iter().map(|(name, _)| name.value.as_str()).collect();
        let mut read_as = Vec::new();
        for (name, value) in all {
            if let Some(known) = known().find(|known| *known == name.value) {
                members.push((known, name, value));
                continue;
            }
            let advice = node.notes.as_ref().and_then(|notes| notes.advice(name.span.start));
            let near = match advice {
                Some(advice) if advice.is_near => advice.key,
                _ => nearest(&name.value, known()).or_else(|| misnamed_part(value, object, &names)),
            };
            let is_first = near.is_some_and(|near| !misspelled.contains(&near));
            misspelled.extend(near.filter(|_| is_first));
            let help = match (near, advice) {
                (_, Some(advice)) if advice.is_near => advice.help.clone(),
                (Some(near), _) => format!("did you mean `{near}`?"),
                (None, Some(advice)) => advice.help.clone(),
                (None, None) => format!("{what} has the keys {}", word_list(known())),
            };
            let message = format!("{what} has no key `{}`", name.value.escape_debug());
            sink.report(Code::UnknownKey, &name.span, message, help);
            let Some(near) = near else { continue };
            // Two keys that are meant to be the same have no fix: it is not known which one is right.
            let is_only = is_first && !names.contains(near);
            if is_only && fixes::key(&name.value, object, known()) == Some(near) {
                sink.fix_last(name.span.clone(), near);
            }
            // What other files refer to is still known if the key of a whole part of a file is wrong.
            if is_only
                && object.is_file()
                && object.key(near).is_some_and(|key| is_part(key.value, &value.kind))
            {
                read_as.push((near, name, value));
            }
        }
        members.extend(read_as);
        if let Some(notes) = &node.notes {
            misspelled.extend(notes.elsewhere());
            // A key without a value whose members are beside it.
            members.retain(|(key, _, value)| {
                !(matches!(value.kind, Kind::Null) && notes.elsewhere().contains(key))
            });
        }
        Some(Self { object, span: node.span.clone(), members, misspelled })
    }

    /// Whether a key is missing and not just misspelled.
    pub(crate) fn is_missing(&self, key: &str) -> bool {
        self.get(key).is_none() && !self.misspelled.contains(&key)
    }

    /// Whether a key is missing because it is misspelled, which has been reported.
    pub(crate) fn is_misspelled(&self, key: &str) -> bool {
        self.get(key).is_none() && self.misspelled.contains(&key)
    }

    /// Whether any of these keys is missing because it is misspelled.
    pub(crate) fn is_any_misspelled(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.is_misspelled(key))
    }

    /// Whether any key is missing because it is misspelled.
    pub(crate) fn has_misspelled(&self) -> bool {
        !self.misspelled.is_empty()
    }

    /// Whether nothing is known of what its keys say, because they have been reported.
    pub(crate) fn is_nothing_known(&self) -> bool {
        self.members.is_empty() && !self.misspelled.is_empty()
    }

    /// The key in the grammar. A reader must not ask for a key that the grammar does not have.
    fn key(&self, key: &str) -> Option<&'static Key> {
        let found = self.object.key(key);
        debug_assert!(found.is_some() || key == VERSION.name, "{} has no key `{key}`", self.object.what);
        found
    }

    /// The value of a key, if it is present.
    pub(crate) fn get(&self, key: &str) -> Option<&'n Node> {
        self.key(key);
        self.members.iter().find(|(name, ..)| *name == key).map(|(.., value)| *value)
    }

    /// The location of the key itself.
    pub(crate) fn key_span(&self, key: &str) -> Option<&'n Range<usize>> {
        self.key(key);
        self.members.iter().find(|(name, ..)| *name == key).map(|(_, name, _)| &name.span)
    }

    /// The value of a required key.
    pub(crate) fn require(&self, key: &str, sink: &mut DiagnosticSink<'_>) -> Option<&'n Node> {
        let found = self.get(key);
        if self.is_missing(key) {
            let message = format!("{} needs the key `{key}`", self.object.what);
            let help = format!("add `{key}`; {} describes the keys", self.object.help_command());
            sink.report(Code::MissingKey, &self.span, message, help);
        }
        found
    }

    /// The text of a key, if it is present.
    pub(crate) fn text(&self, key: &str, sink: &mut DiagnosticSink<'_>) -> Option<Spanned<String>> {
        read_text(self.get(key)?, Subject::Key(key), sink)
    }

    /// The text of a required key.
    pub(crate) fn require_text(&self, key: &str, sink: &mut DiagnosticSink<'_>) -> Option<Spanned<String>> {
        read_text(self.require(key, sink)?, Subject::Key(key), sink)
    }

    /// The texts of a key, one or a list; empty if the key is missing.
    pub(crate) fn texts(&self, key: &str, sink: &mut DiagnosticSink<'_>) -> Vec<Spanned<String>> {
        self.get(key).map(|node| read_texts(node, Subject::Key(key), sink)).unwrap_or_default()
    }

    /// Like [`texts`](Self::texts), but reports an empty list.
    pub(crate) fn some_texts(&self, key: &str, sink: &mut DiagnosticSink<'_>) -> Vec<Spanned<String>> {
        self.report_empty(key, Code::EmptyList, sink);
        self.texts(key, sink)
    }

    /// The texts of a required key, of which there must be at least one.
    pub(crate) fn require_texts(&self, key: &str, sink: &mut DiagnosticSink<'_>) -> Vec<Spanned<String>> {
        match self.require(key, sink) {
            Some(_) => self.some_texts(key, sink),
            None => Vec::new(),
        }
    }

    /// Reports an empty list, and in conditions also an empty mapping.
    pub(crate) fn report_empty(&self, key: &str, code: Code, sink: &mut DiagnosticSink<'_>) {
        let maps = code == Code::EmptyCondition
            && matches!(
                self.key(key).map(|key| key.value),
                Some(ValueType::Map { .. } | ValueType::OneOrList(_))
            );
        let empty = |node: &&Node| node.is_empty() && (maps || matches!(node.kind, Kind::List(_)));
        if let Some(node) = self.get(key).filter(empty) {
            sink.report(code, &node.span, format!("`{key}` is empty"), None);
        }
    }

    /// The boolean of a key, if it is present.
    pub(crate) fn boolean(
        &self,
        key: &str,
        sink: &mut DiagnosticSink<'_>,
    ) -> Option<(bool, &'n Range<usize>)> {
        let node = self.get(key)?;
        match node.kind {
            Kind::Bool(value) => Some((value, &node.span)),
            _ => {
                sink.wrong_type(node, Subject::Key(key), Expected::Boolean);
                None
            }
        }
    }

    /// The integer of a key, if it is present and in the range that the grammar allows.
    pub(crate) fn number(&self, key: &str, sink: &mut DiagnosticSink<'_>) -> Option<u32> {
        let node = self.get(key)?;
        let (least, most) = match self.key(key)?.value {
            ValueType::Number { least, most } => (least, most),
            ValueType::Either(&[ValueType::Number { least, most }, ..]) => (least, most),
            _ => (0, i64::from(u32::MAX)),
        };
        match node.kind {
            Kind::Integer(value) if (least..=most).contains(&value) => u32::try_from(value).ok(),
            Kind::Integer(_) | Kind::Float(_) => {
                let message = format!("`{key}` must be a whole number from {least} to {most}");
                sink.report(Code::InvalidValue, &node.span, message, None);
                sink.help_last(&format!("write a number from {least} to {most}"));
                None
            }
            _ => {
                sink.wrong_type(node, Subject::Key(key), Expected::Number);
                None
            }
        }
    }

    /// The value of a key that allows only a few words.
    pub(crate) fn choice<T: Copy>(
        &self,
        key: &str,
        choices: &[(&str, T)],
        sink: &mut DiagnosticSink<'_>,
    ) -> Option<T> {
        choose(&self.text(key, sink)?, Subject::Key(key), self.words(key), choices, sink)
    }

    /// The values of a key that allows several of a few words; `None` if the key is missing.
    pub(crate) fn choices<T: Copy>(
        &self,
        key: &str,
        choices: &[(&str, T)],
        sink: &mut DiagnosticSink<'_>,
    ) -> Option<Vec<(T, Range<usize>)>> {
        let texts = read_texts(self.get(key)?, Subject::Key(key), sink);
        let mut chosen = Vec::new();
        for text in texts {
            let found = choose(&text, Subject::Key(key), self.words(key), choices, sink);
            chosen.extend(found.map(|value| (value, text.span)));
        }
        Some(chosen)
    }

    /// The words that the grammar allows for a key.
    fn words(&self, key: &str) -> &'static [Word] {
        match self.key(key).map(|key| key.value) {
            Some(ValueType::Word(words) | ValueType::Words { of: words, .. }) => words,
            Some(ValueType::Either(&[ValueType::Word(words), ..] | &[_, ValueType::Word(words)])) => words,
            _ => &[],
        }
    }

    /// Checks the `version` of a file's outermost mapping.
    ///
    /// Returns `false` if this program does not know the version. A missing version is reported, and read as 1.
    fn check_version(&self, sink: &mut DiagnosticSink<'_>) -> bool {
        let Some(node) = self.get(VERSION.name) else {
            if !self.is_missing(VERSION.name) {
                return true;
            }
            let help = "write `version: 1` at the top of the file".to_owned();
            let message = "the file does not state its version of the mapping language";
            sink.report(Code::MissingVersion, &self.span, message, help);
            // A mapping in braces begins before its first key, and its keys do not have a line each.
            let first = self.members.iter().map(|(_, name, _)| name.span.start).min();
            if first == Some(self.span.start) {
                sink.fix_last(self.span.start..self.span.start, "version: 1\n");
            }
            return true;
        };
        match node.kind {
            Kind::Integer(1) => true,
            Kind::Integer(other) => {
                let message = format!("version {other} of the mapping language is not known");
                let help = "this program reads version 1".to_owned();
                sink.report(Code::UnsupportedVersion, &node.span, message, help);
                false
            }
            _ => {
                sink.wrong_type(node, Subject::Key(VERSION.name), Expected::Version);
                true
            }
        }
    }
}

/// The part that a file lacks and that a value looks like, such as `cases` for a list under `tests`.
fn misnamed_part(value: &Node, object: &'static Object, names: &BTreeSet<&str>) -> Option<&'static str> {
    let is_there = |key: &&str| names.contains(key);
    let needed_of = object.constraints.iter().filter_map(|constraint| match constraint {
        Constraint::AtLeastOne(keys) | Constraint::AtLeastOneEntry(keys) if !keys.iter().any(is_there) => {
            keys.first().copied()
        }
        _ => None,
    });
    let required = object.keys().filter(|key| key.required).map(|key| key.name);
    let mut parts = required.chain(needed_of).filter(|name| {
        !is_there(name) && object.key(name).is_some_and(|key| is_part(key.value, &value.kind))
    });
    match (parts.next(), parts.next()) {
        (Some(only), None) if object.is_file() => Some(only),
        _ => None,
    }
}

/// Whether a value is a list or a mapping as the key needs it, so that it can be read as the key's.
fn is_part(expected: ValueType, kind: &Kind) -> bool {
    match expected {
        ValueType::Map { .. } | ValueType::Object(_) => matches!(kind, Kind::Map(_)),
        ValueType::List { .. } => matches!(kind, Kind::List(_)),
        _ => false,
    }
}
