//! How far a look at a tenant is.

use std::io::{self, Write};

use crate::numbers::spaced;
use crate::terminal::Stream;

/// How far it is, in one line of a terminal; nowhere else.
pub(super) struct Progress<'t>(pub(super) &'t mut Stream);

impl Progress<'_> {
    pub(super) fn show(&mut self, what: &str, count: usize, about: Option<usize>) {
        if !self.0.is_screen {
            return;
        }
        let about = about.filter(|about| *about >= count);
        let about = about.map(|about| format!(" of about {}", spaced(about))).unwrap_or_default();
        // A line that cannot be shown changes nothing.
        let _ =
            write!(self.0, "\r\u{1b}[K{what}: {} read{about}", spaced(count)).and_then(|()| self.0.flush());
    }

    /// Removes the line.
    pub(super) fn end(self) -> io::Result<()> {
        if self.0.is_screen {
            write!(self.0, "\r\u{1b}[K")?
        }
        self.0.flush()
    }
}
