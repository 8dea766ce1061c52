//! The reasons for which a file is not formatted.

use core::fmt;
use core::ops::Range;

use crate::diagnostic::Diagnostic;

/// The reason for which a file was not formatted, and should be left as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FormatRefusal {
    /// The file is not YAML, or YAML that a mapping file may not use.
    Invalid(Box<Diagnostic>),
    /// The file uses a construct of YAML that the canonical form does not have.
    Unsupported {
        /// The construct.
        construct: Construct,
        /// Its location in the file, in bytes.
        span: Range<usize>,
    },
    /// The result would not have the same meaning as the file, which is a bug in the formatter.
    Unsafe {
        /// The bytes of the file that the formatter did not understand; empty if they are not known.
        span: Range<usize>,
    },
}

/// A construct of YAML that the canonical form does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Construct {
    /// A key that is empty, or is not text.
    Key,
    /// A file whose outermost value is neither a mapping nor a list.
    Outermost,
}

impl Construct {
    /// The name of the construct in messages.
    fn name(self) -> &'static str {
        match self {
            Self::Key => "a key that is not one word of text",
            Self::Outermost => "a file that is not a mapping",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::Key => "write the key as text before a `:`",
            Self::Outermost => {
                "begin with `version: 1`, and write each key as `key: value` on a line of its own"
            }
        }
    }
}

impl FormatRefusal {
    /// The location in the file, in bytes.
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
            Self::Unsafe { .. } => "the file was not changed; write this part in a simpler way",
        }
    }

    /// The same refusal with other locations.
    pub(super) fn mapped(mut self, location: impl Fn(usize) -> usize) -> Self {
        if let Self::Unsupported { span, .. } | Self::Unsafe { span } = &mut self {
            *span = location(span.start)..location(span.end);
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
                formatter.write_str("the file cannot be formatted without a risk of changing its meaning")
            }
        }
    }
}

impl core::error::Error for FormatRefusal {}
