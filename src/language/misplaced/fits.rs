//! Whether a value could be that of a key: the same key can have other values elsewhere, such as `groups`.

use super::super::grammar::{TextType, ValueType, Word};
use super::super::yaml::{Kind, Node};

/// Whether a value has the types and words that the grammar says, and no unknown keys.
pub(super) fn fits(node: &Node, value: &ValueType) -> bool {
    match (value, &node.kind) {
        (ValueType::Version, Kind::Integer(1))
        | (ValueType::Boolean, Kind::Bool(_))
        | (ValueType::True, Kind::Bool(true))
        | (ValueType::False, Kind::Bool(false))
        | (ValueType::AnyNumber, Kind::Integer(_) | Kind::Float(_))
        | (ValueType::Raw, Kind::Map(_)) => true,
        (ValueType::Number { least, most }, Kind::Integer(number)) => (least..=most).contains(&number),
        (ValueType::Text(of), _) => is_text(node, of),
        (ValueType::Texts { of, .. }, _) => one_or_all(node, |node| is_text(node, of)),
        (ValueType::Word(words), _) => is_word(node, words),
        (ValueType::Words { of, .. }, _) => one_or_all(node, |node| is_word(node, of)),
        (ValueType::Scalars, _) => one_or_all(node, |node| {
            matches!(node.kind, Kind::Text(_) | Kind::Bool(_) | Kind::Integer(_) | Kind::Float(_))
        }),
        (ValueType::Map { of, .. }, Kind::Map(members)) => members.iter().all(|(_, node)| fits(node, of)),
        (ValueType::List { of, .. }, Kind::List(entries)) => entries.iter().all(|node| fits(node, of)),
        (ValueType::OneOrList(of), _) => one_or_all(node, |node| fits(node, of)),
        (ValueType::Object(object), Kind::Map(members)) => members
            .iter()
            .all(|(name, node)| object.key(&name.value).is_some_and(|key| fits(node, &key.value))),
        (ValueType::Either(all), _) => all.iter().any(|of| fits(node, of)),
        (ValueType::Unique(of) | ValueType::Templated(of), _) => fits(node, of),
        _ => false,
    }
}

fn one_or_all(node: &Node, is_fit: impl Fn(&Node) -> bool) -> bool {
    match &node.kind {
        Kind::List(entries) => entries.iter().all(is_fit),
        _ => is_fit(node),
    }
}

fn is_text(node: &Node, of: &TextType) -> bool {
    match &node.kind {
        Kind::Text(text) => of.codes.is_none_or(|codes| codes().contains(&text.as_str())),
        _ => false,
    }
}

fn is_word(node: &Node, words: &[Word]) -> bool {
    matches!(&node.kind, Kind::Text(text) if words.iter().any(|word| word.word == text))
}
