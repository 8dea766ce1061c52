//! One way to write mapping files: the canonical form, with every comment kept.
//!
//! The form is described in `docs/mapping.md`. The reader of `tree` takes a file apart with the parser that the
//! compiler reads with, `place` finds every comment its place, `order` sorts the keys that the language knows, and
//! `print` writes the result with the quotes of `quote`. What comes out is read again and compared with what went
//! in, so a file never means something else afterwards.

mod attach_comments;
mod order;
mod print;
mod scalar_style;
mod tree;

use core::fmt;
use core::ops::Range;
use std::borrow::Cow;

use self::tree::Tree;
use super::yaml::{self, Kind, Node};
use crate::diagnostic::{Diagnostic, SourceFile};

/// Brings a mapping file into its canonical form.
///
/// The form says nothing about what the file means: a file with findings is formatted as well, as long as it is
/// YAML. A file that is canonical already comes out as it is.
///
/// ```
/// use claimsmith::format::format;
/// use claimsmith::diagnostic::SourceFile;
///
/// let text = "organization:  'org_acme'   # as in the tenant\nversion: 1\n";
/// let file = SourceFile { path: "acme.yaml".to_owned(), text: text.to_owned() };
/// let formatted = format(&file).expect("it is YAML");
/// assert_eq!(formatted, "version: 1\norganization: org_acme  # as in the tenant\n");
/// ```
///
/// # Errors
///
/// When the file is no YAML, or holds what cannot be rewritten without risk.
pub fn format(file: &SourceFile) -> Result<String, FormatRefusal> {
    let text = &file.text;
    let before = yaml::parse(&file.path, text).map_err(FormatRefusal::Invalid)?;
    let cleaned = clean(text);
    // A refusal points into the file as it is.
    let mut tree =
        Tree::read(&cleaned, &before).map_err(|refusal| refusal.mapped(|at| uncleaned(text, at)))?;
    let comments = sorted_comments(&tree);
    tree.place_comments();
    tree.sort_keys();
    let formatted = tree.print();

    let changed = || FormatRefusal::Unsafe { span: 0..0 };
    let after = yaml::parse(&file.path, &formatted).map_err(|_| changed())?;
    let reread = Tree::read(&formatted, &after).map_err(|_| changed())?;
    if !is_same(&before, &after) || comments != sorted_comments(&reread) {
        return Err(changed());
    }
    Ok(formatted)
}

const BOM: char = '\u{feff}';

/// The text without a byte order mark and with line feeds for all line breaks.
fn clean(text: &str) -> Cow<'_, str> {
    if !text.contains(['\r', BOM]) {
        return Cow::Borrowed(text);
    }
    let text = text.strip_prefix(BOM).unwrap_or(text);
    Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// The place in a text of a place in what [`clean`] makes of it.
fn uncleaned(text: &str, cleaned: usize) -> usize {
    let mut left = cleaned;
    let mut previous = BOM;
    for (at, char) in text.char_indices() {
        let removed = at == 0 && char == BOM || previous == '\r' && char == '\n';
        previous = char;
        if removed {
            continue;
        }
        if left == 0 {
            return at;
        }
        left = left.saturating_sub(char.len_utf8());
    }
    text.len()
}

fn sorted_comments(tree: &Tree<'_>) -> Vec<String> {
    let mut comments: Vec<_> = tree.comments().map(str::to_owned).collect();
    comments.sort_unstable();
    comments
}

/// Whether two trees hold the same, whatever the order of keys.
fn is_same(left: &Node, right: &Node) -> bool {
    match (&left.kind, &right.kind) {
        (Kind::Null, Kind::Null) => true,
        (Kind::Bool(left), Kind::Bool(right)) => left == right,
        (Kind::Integer(left), Kind::Integer(right)) => left == right,
        (Kind::Float(left), Kind::Float(right)) => left.to_bits() == right.to_bits(),
        (Kind::Text(left), Kind::Text(right)) => left == right,
        (Kind::List(left), Kind::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| is_same(left, right))
        }
        (Kind::Map(left), Kind::Map(right)) => {
            let sorted = |members: &[(yaml::Spanned<String>, Node)]| {
                let mut order: Vec<usize> = (0..members.len()).collect();
                let name = |at: &usize| members.get(*at).map(|(name, _)| name.value.clone());
                order.sort_by_key(name);
                order
            };
            let pairs = sorted(left).into_iter().zip(sorted(right));
            let mut pairs = pairs.map(|(at, other)| (left.get(at), right.get(other)));
            left.len() == right.len()
                && pairs.all(|pair| match pair {
                    (Some((name, value)), Some((other_name, other_value))) => {
                        name.value == other_name.value && is_same(value, other_value)
                    }
                    _ => false,
                })
        }
        _ => false,
    }
}

/// Why a file was not formatted; it is best left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FormatRefusal {
    /// The file is no YAML that a mapping file may be.
    Invalid(Box<Diagnostic>),
    /// The file uses something of YAML that the canonical form does not have.
    Unsupported {
        /// What it uses.
        construct: Construct,
        /// The bytes of the file at which it stands.
        span: Range<usize>,
    },
    /// What came out would not have said the same as what went in, which is a mistake of the formatter.
    Unsafe {
        /// The bytes of the file that the formatter did not understand; empty if it cannot tell.
        span: Range<usize>,
    },
}

/// Something of YAML that the canonical form does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Construct {
    /// A name for a value, such as `&name`.
    Anchor,
    /// A value that stands for another one, such as `*name`.
    Alias,
    /// A type, such as `!!str`.
    Tag,
    /// An instruction to the parser, such as `%YAML 1.2`.
    Directive,
    /// A key that is marked by `?`, is empty, or is no text.
    Key,
    /// A file whose outermost value is neither a mapping nor a list.
    Outermost,
}

impl Construct {
    /// What it is called.
    fn name(self) -> &'static str {
        match self {
            Self::Anchor => "an anchor",
            Self::Alias => "an alias",
            Self::Tag => "a tag",
            Self::Directive => "a directive",
            Self::Key => "a key that is not one word of text",
            Self::Outermost => "a file that is no mapping",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::Anchor | Self::Alias => "write the value out in each place where it is meant",
            Self::Tag => "remove it: the language says what type each value has",
            Self::Directive => "remove it: mapping files are read as YAML 1.2 in any case",
            Self::Key => "write the key as text in front of a `:`",
            Self::Outermost => "see docs/mapping.md for what a mapping file holds",
        }
    }
}

impl FormatRefusal {
    /// The bytes of the file that are the reason.
    pub fn span(&self) -> &Range<usize> {
        match self {
            Self::Invalid(diagnostic) => &diagnostic.span,
            Self::Unsupported { span, .. } | Self::Unsafe { span } => span,
        }
    }

    /// What to do about it.
    pub fn help(&self) -> &str {
        match self {
            Self::Invalid(diagnostic) => &diagnostic.help,
            Self::Unsupported { construct, .. } => construct.help(),
            Self::Unsafe { .. } => "the file is as it was; write the place in a simpler way",
        }
    }

    /// The same refusal with other places.
    fn mapped(mut self, place: impl Fn(usize) -> usize) -> Self {
        if let Self::Unsupported { span, .. } | Self::Unsafe { span } = &mut self {
            *span = place(span.start)..place(span.end);
        }
        self
    }
}

impl fmt::Display for FormatRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(diagnostic) => formatter.write_str(&diagnostic.message),
            Self::Unsupported { construct, .. } => {
                write!(formatter, "{} cannot be brought into the canonical form", construct.name())
            }
            Self::Unsafe { .. } => {
                formatter.write_str("the file cannot be formatted without a risk to what it says")
            }
        }
    }
}

impl core::error::Error for FormatRefusal {}
