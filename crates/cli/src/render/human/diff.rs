//! How a file would change.

use std::io::{self, Write};

use annotate_snippets::renderer::{AnsiColor, Style};
use similar::{ChangeTag, TextDiff};

use super::styled;
use crate::render::Formatted;
use crate::terminal::Stream;
use crate::text::{counted, escaped};

/// The most changed lines of one file that are shown. Whoever has more looks at the file.
const MAX_LINES: usize = 40;

const OLD: Style = AnsiColor::Red.on_default();
const NEW: Style = AnsiColor::Green.on_default();

/// Writes the lines that would change, each with its number in the file as it is, or as it would be.
pub(super) fn write(out: &mut Stream, file: &Formatted<'_>, text: &str) -> io::Result<()> {
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
