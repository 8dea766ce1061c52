//! Why a file is not YAML, in terms of the file.
//!
//! A parser notices a mistake where it can go no further, often lines below the mistake, and names it in its own terms.
//! This looks at the lines up to that place for what their author probably did.

use core::ops::Range;

use serde_saphyr::granit_parser::ErrorKind;

mod indentation;
mod marks;
mod outline;
mod signs;
mod texts;

use outline::Outline;

/// A mistake of an author.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cause {
    pub(super) span: Range<usize>,
    pub(super) message: String,
    pub(super) help: String,
}

impl Cause {
    fn new(span: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: help.into() }
    }
}

/// Where the parser stopped, and what it looked for.
#[derive(Clone, Copy, Debug)]
struct Stop<'s> {
    text: &'s str,
    at: usize,
    kind: &'s ErrorKind,
    outline: &'s Outline<'s>,
}

/// The cause of an error that the parser noticed at a place.
pub(super) fn find(text: &str, at: usize, kind: &ErrorKind) -> Option<Cause> {
    // Nesting that is too deep is not a mistake in a single line.
    if *kind == ErrorKind::RecursionLimitExceeded {
        return None;
    }
    let outline = Outline::of(text, at);
    let stop = Stop { text, at, kind, outline: &outline };
    let finders: [fn(&Stop<'_>) -> Option<Cause>; 9] = [
        marks::of_a_merge,
        marks::of_markdown,
        marks::of_indentation,
        marks::invisible,
        signs::unclosed,
        marks::without_space,
        signs::misplaced,
        texts::find,
        indentation::find,
    ];
    finders.iter().find_map(|finder| finder(&stop))
}

/// A count with its noun, such as `1 space` or `3 spaces`.
fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
