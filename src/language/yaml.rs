//! YAML as a tree in which every node has its location.
//!
//! Deserializing directly into types would stop at the first value that does not fit, but all problems of a file should
//! be reported at once. serde-saphyr parses and locates; [`Fields`](super::fields::Fields) reads the tree.

use core::fmt;
use core::ops::Range;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, MergeKeyPolicy};

use super::key_notes::Notes;
use crate::diagnostic::Diagnostic;
use crate::limits::MAX_YAML_DEPTH;

pub(crate) mod ambiguous;
mod causes;
mod hidden_signs;
mod line_breaks;
mod misread;
pub(crate) mod scalar_text;
mod shallow_lines;
mod syntax_error;

/// A YAML value with its location in the file, in bytes.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) span: Range<usize>,
    pub(crate) kind: Kind,
    /// What is known about the keys of a mapping before it is read.
    pub(crate) notes: Option<Box<Notes>>,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    /// In the order of the file, with repeated keys.
    Map(Vec<(Spanned<String>, Node)>),
}

/// A value with its location in the file, such as the text of a key.
#[derive(Clone, Debug)]
pub(crate) struct Spanned<T> {
    pub(crate) span: Range<usize>,
    pub(crate) value: T,
}

impl Node {
    /// From its beginning to its end, with everything in it; the span of a block is that of its first key or entry.
    pub(crate) fn extent(&self) -> Range<usize> {
        let inner = match &self.kind {
            Kind::Map(members) => members.last().map(|(key, value)| value.extent().end.max(key.span.end)),
            Kind::List(entries) => entries.last().map(|entry| entry.extent().end),
            _ => None,
        };
        self.span.start..inner.unwrap_or_default().max(self.span.end)
    }

    /// Whether it is an empty list or mapping.
    pub(crate) fn is_empty(&self) -> bool {
        match &self.kind {
            Kind::List(entries) => entries.is_empty(),
            Kind::Map(members) => members.is_empty(),
            _ => false,
        }
    }
}

impl Kind {
    /// The type of the value in messages.
    pub(crate) fn noun(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "a boolean",
            Self::Integer(_) | Self::Float(_) => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Map(_) => "a mapping",
        }
    }
}

/// Parses a file into its tree.
///
/// # Errors
///
/// If the text is not YAML, or uses what mapping files do not need: several documents, merge keys, very deep nesting,
/// anchors, aliases, tags, directives, or keys marked by `?`.
pub(crate) fn parse(file: &str, text: &str) -> Result<Node, Box<Diagnostic>> {
    if let Some(diagnostic) = line_breaks::find(file, text).or_else(|| hidden_signs::find(file, text)) {
        return Err(Box::new(diagnostic));
    }
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: MAX_YAML_DEPTH,
            max_documents: 1,
            max_events: 2_000_000,
            max_nodes: 1_000_000,
            max_total_scalar_bytes: 16 << 20,
        },
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::Error,
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        with_snippet: false,
    };
    let root = serde_saphyr::from_str_with_options::<serde_saphyr::Spanned<RawNode>>(text, options)
        .map(locate)
        .map_err(|error| Box::new(syntax_error::diagnose(file, text, &error)))?;
    match misread::find(file, text, &root).or_else(|| shallow_lines::find(file, text, &root)) {
        Some(diagnostic) => Err(Box::new(diagnostic)),
        None => Ok(root),
    }
}

/// Warnings about texts that a comment cuts off.
pub(crate) fn cut_off_texts(file: &str, text: &str, root: &Node) -> Vec<Diagnostic> {
    misread::cut_off(file, text, root)
}

fn span_of(location: &serde_saphyr::Location) -> Range<usize> {
    let span = location.span();
    let start = span.byte_offset().and_then(|at| usize::try_from(at).ok()).unwrap_or_default();
    let len = span.byte_len().and_then(|len| usize::try_from(len).ok()).unwrap_or_default();
    start..start + len
}

enum RawNode {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    List(Vec<serde_saphyr::Spanned<RawNode>>),
    Map(Vec<(serde_saphyr::Spanned<String>, serde_saphyr::Spanned<RawNode>)>),
}

fn locate(node: serde_saphyr::Spanned<RawNode>) -> Node {
    let span = span_of(&node.referenced);
    let kind = match node.value {
        RawNode::Null => Kind::Null,
        RawNode::Bool(value) => Kind::Bool(value),
        RawNode::Integer(value) => Kind::Integer(value),
        RawNode::Float(value) => Kind::Float(value),
        RawNode::Text(value) => Kind::Text(value),
        RawNode::List(entries) => Kind::List(entries.into_iter().map(locate).collect()),
        RawNode::Map(members) => Kind::Map(
            members
                .into_iter()
                .map(|(key, value)| {
                    let name = Spanned { span: span_of(&key.referenced), value: key.value };
                    (name, locate(value))
                })
                .collect(),
        ),
    };
    // A mapping or list in block style has no span: it is located by its first key or entry.
    let span = match &kind {
        Kind::Map(members) if span.is_empty() => members.first().map(|(name, _)| name.span.clone()),
        Kind::List(entries) if span.is_empty() => entries.first().map(|entry| entry.span.clone()),
        _ => None,
    }
    .unwrap_or(span);
    Node { span, kind, notes: None }
}

impl<'de> Deserialize<'de> for RawNode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = RawNode;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a YAML value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<RawNode, E> {
        Ok(RawNode::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<RawNode, E> {
        Ok(RawNode::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<RawNode, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<RawNode, E> {
        Ok(RawNode::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<RawNode, E> {
        Ok(RawNode::Integer(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<RawNode, E> {
        Ok(i64::try_from(value).map_or(RawNode::Float(value as f64), RawNode::Integer))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<RawNode, E> {
        Ok(RawNode::Float(value))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<RawNode, E> {
        Ok(RawNode::Text(value.to_owned()))
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<RawNode, E> {
        Ok(RawNode::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<RawNode, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = sequence.next_element()? {
            entries.push(entry);
        }
        Ok(RawNode::List(entries))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawNode, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(RawNode::Map(members))
    }
}

/// Asserts that texts are refused; each has the part of it that is marked, and what the message or the help says.
#[cfg(test)]
#[track_caller]
pub(super) fn check_refused(cases: &[(&str, &str, &str)]) {
    for (text, marked, said) in cases {
        let found = parse("x.yaml", text).expect_err(text);
        assert_eq!(text.get(found.span.clone()), Some(*marked), "{text}: {found:?}");
        assert!(found.message.contains(said) || found.help.contains(said), "{text}: {found:?}");
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, check_refused, parse};

    #[test]
    fn parse_locates_errors() {
        check_refused(&[
            ("a: [1, 2\nb: 3\n", "[1, 2", "`[` of line 1 is not closed"),
            ("a: b: c\n", "b: c", "the text has a colon in it"),
            ("a: 1\n---\nb: 2\n", "---", "second document"),
            ("<<: {a: 1}\n", "<<", "merge key"),
            ("a: &x [*x]\n", "&x", "as an anchor"),
            ("a: *x\n", "*x", "as an alias"),
        ]);
    }

    #[test]
    fn parse_limits_nesting() {
        for open in ["[", "{a: ", "- "] {
            let diagnostic = parse("x.yaml", &open.repeat(10_000)).expect_err(open);
            assert_eq!(diagnostic.message, "the file is nested deeper than a mapping file may be");
        }
    }

    #[test]
    fn parse_locates_nodes() {
        let text = "key:\n  - x: [é, \"b\"]\n";
        let root = parse("x.yaml", text).expect(text);
        let Kind::Map(members) = root.kind else { panic!("{root:?}") };
        let Kind::List(entries) = &members[0].1.kind else { panic!("{members:?}") };
        let Kind::Map(members) = &entries[0].kind else { panic!("{entries:?}") };
        assert_eq!(text.get(members[0].0.span.clone()), Some("x"));
        assert_eq!(text.get(entries[0].extent()), Some("x: [é, \"b\""));
        let Kind::List(entries) = &members[0].1.kind else { panic!("{members:?}") };
        assert_eq!(text.get(entries[1].span.clone()), Some("\"b\""));
    }
}
