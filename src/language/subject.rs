//! What a value is: what messages call it, and what advice about it depends on.

use core::fmt;

use super::grammar::Object;

/// A value, by its place in the language.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Subject<'s> {
    /// The value of a key of the language.
    Key(&'s str),
    /// The value below a name that the author chose.
    Named(&'s str),
    /// A mapping with the keys of an object.
    Object(&'static Object),
    /// An entry of a list.
    EntryOf(&'s Self),
    /// Any other value, as messages call it.
    Other(&'s str),
}

impl fmt::Display for Subject<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(name) | Self::Named(name) => write!(formatter, "`{}`", name.escape_debug()),
            Self::Object(object) => formatter.write_str(object.what),
            Self::EntryOf(list) => write!(formatter, "an entry of {list}"),
            Self::Other(words) => formatter.write_str(words),
        }
    }
}
