//! Shows how a file would change.

use std::io::{self, Write};

use similar::{ChangeTag, TextDiff};

use super::style::{NEW, OLD, styled};
use crate::escape::escaped;
use crate::numbers::counted;
use crate::results::FormattedFile;
use crate::terminal::Stream;

/// How many changed lines of one file are shown at most; more are not readable in a terminal.
const MAX_LINES: usize = 40;

/// Writes the lines that would change: old lines with their number in the file, new ones with their future number.
pub(super) fn write(out: &mut Stream, file: &FormattedFile<'_>, text: &str) -> io::Result<()> {
    writeln!(out, "would change {}", escaped(file.path))?;
    let diff = TextDiff::from_lines(file.text, text);
    let changes = || diff.iter_all_changes().filter(|change| change.tag() != ChangeTag::Equal);
    for change in changes().take(MAX_LINES) {
        let line = escaped(change.value().trim_end_matches('\n')).into_owned();
        let (number, sign, style) = match change.tag() {
            ChangeTag::Delete => (change.old_index(), '-', OLD),
            _ => (change.new_index(), '+', NEW),
        };
        let number = number.unwrap_or_default() + 1;
        writeln!(out, "{number:>5} {}", styled(out, style, &format!("{sign} {line}")))?;
    }
    let rest = changes().skip(MAX_LINES).count();
    if rest > 0 {
        writeln!(out, "      and {} more", counted(rest, "line"))?;
    }
    writeln!(out)
}
