//! The formatter: brings mapping files into a canonical form, and keeps every comment.
//!
//! The form is described in `docs/language/formatting.md`. `tree` reads a file with the parser that the compiler uses,
//! `attach_comments` attaches each comment to an entry, `order` sorts the keys that the language defines, and `print`
//! writes the result with the quotes that `scalar_style` chooses. The result is read again and compared with the file,
//! so formatting never changes what a file means.

mod attach_comments;
mod order;
mod print;
mod refusal;
mod scalar_style;
mod tree;

use std::borrow::Cow;

pub use self::refusal::{Construct, FormatRefusal};
use self::tree::Tree;
use super::yaml::{self, Kind, Node};
use crate::diagnostic::SourceFile;

/// Brings a mapping file into its canonical form.
///
/// A file with errors can be formatted too, if it is YAML. A file that is already canonical is not changed.
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
/// If the file is not YAML, or contains something that cannot be rewritten safely.
pub fn format(file: &SourceFile) -> Result<String, FormatRefusal> {
    let text = &file.text;
    let before = yaml::parse(&file.path, text).map_err(FormatRefusal::Invalid)?;
    let cleaned = clean(text);
    // A refusal points into the original file.
    let mut tree =
        Tree::read(&cleaned, &before).map_err(|refusal| refusal.mapped(|at| uncleaned(text, at)))?;
    let comments = sorted_comments(&tree);
    tree.attach_comments();
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
    // Joining files that each begin with a mark can leave several.
    let text = text.trim_start_matches(BOM);
    Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// The byte offset in a text that corresponds to an offset in the result of [`clean`].
fn uncleaned(text: &str, cleaned: usize) -> usize {
    let mut left = cleaned;
    let mut previous = BOM;
    let content = text.len() - text.trim_start_matches(BOM).len();
    for (at, char) in text.char_indices() {
        let removed = at < content || previous == '\r' && char == '\n';
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

/// Whether two trees are equal apart from the order of keys.
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
