//! Shows how a file would change.

use std::io::{self, Write};

use claimsmith::diagnostic::without_private_keys;
use similar::{ChangeTag, TextDiff};

use super::style::{NEW, OLD, styled};
use crate::escape::escaped;
use crate::numbers::counted;
use crate::results::FormattedFile;
use crate::terminal::Stream;

/// How many changed lines of one file are shown at most; more are not readable in a terminal.
const MAX_LINES: usize = 40;

/// Writes the lines that would change: old lines with their number in the file, new ones with their future number.
///
/// Characters that cannot be seen are named first, because two lines that differ in them look the same.
pub(super) fn write(out: &mut Stream, file: &FormattedFile<'_>, text: &str) -> io::Result<()> {
    writeln!(out, "would change {}", escaped(file.path))?;
    for note in hidden(file.text) {
        writeln!(out, "      {note}")?;
    }
    let old = file.text.trim_start_matches(BOM).replace("\r\n", "\n").replace('\r', "\n");
    let (old, text) = (without_private_keys(&old), without_private_keys(text));
    let diff = TextDiff::from_lines(&*old, &*text);
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

const BOM: char = '\u{feff}';

/// What a file has that cannot be seen, and that its canonical form does not have.
fn hidden(text: &str) -> Vec<String> {
    let mut notes = Vec::new();
    if text.starts_with(BOM) {
        notes.push("it begins with a byte order mark, which `claimsmith fmt` removes".to_owned());
    }
    if text.contains('\r') {
        let keep = "with `*.yaml text eol=lf` in `.gitattributes`, Git keeps it so";
        notes.push(format!("its lines end as on Windows (CRLF), and `claimsmith fmt` writes LF; {keep}"));
    }
    let tabs: Vec<usize> =
        text.lines().enumerate().filter(|(_, line)| line.contains('\t')).map(|(at, _)| at + 1).collect();
    if let Some(first) = tabs.first() {
        let more = match tabs.len() {
            1 => String::new(),
            count => format!(" and {} more", counted(count - 1, "line")),
        };
        notes.push(format!("line {first}{more} has a tab, which is shown as `\\t` here"));
    }
    notes
}
