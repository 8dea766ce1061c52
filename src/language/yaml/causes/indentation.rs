//! Lines that are indented like nothing that they can belong to.

use serde_saphyr::granit_parser::ErrorKind;

use super::outline::Line;
use super::{Cause, Stop, counted};
use crate::language::grammar::is_key;

/// A column in which keys or entries begin.
#[derive(Clone, Copy, Debug)]
struct Column<'l> {
    indent: usize,
    line: &'l Line<'l>,
    is_entry: bool,
}

impl Column<'_> {
    /// What a message calls what is in the column.
    fn name(&self) -> String {
        if self.is_entry { "the `-`".to_owned() } else { format!("`{}`", self.line.name()) }
    }

    fn advice(&self) -> String {
        if self.indent == 0 {
            return format!("do not indent it, like {} in line {}", self.name(), self.line.number);
        }
        format!(
            "indent it by {}, like {} in line {}",
            counted(self.indent, "space"),
            self.name(),
            self.line.number
        )
    }
}

/// A line in a column in which nothing can begin.
pub(super) fn find(stop: &Stop<'_>) -> Option<Cause> {
    let is_about_place = matches!(
        stop.kind,
        ErrorKind::MappingValueNotAllowed
            | ErrorKind::ExpectedBlockMappingKey
            | ErrorKind::ExpectedBlockSequenceEntry
            | ErrorKind::ExpectedDocumentStart
            | ErrorKind::BlockSequenceEntryNotAllowed
            | ErrorKind::InvalidIndentation
            | ErrorKind::SimpleKeyExpected
            | ErrorKind::InvalidSimpleKey
    );
    if !is_about_place || !stop.outline.open.is_empty() {
        return None;
    }
    let (line, above) = stop.outline.lines.split_last()?;
    let last = above.last()?;
    if line.key().is_none() && !line.begins_entry() {
        return Some(lone_text(line, last));
    }
    let mut columns: Vec<Column<'_>> = Vec::new();
    for line in above {
        enter(&mut columns, line);
    }
    let fitting: Vec<_> = columns.iter().filter(|it| it.indent == line.indent).collect();
    let is_entry = line.begins_entry();
    if fitting.iter().any(|it| it.is_entry == is_entry) {
        return None;
    }
    Some(match fitting.first() {
        Some(column) => mixed(line, column),
        None => misplaced(line, &columns, above)?,
    })
}

/// Takes a line into the columns that are open after it.
fn enter<'l>(columns: &mut Vec<Column<'l>>, line: &'l Line<'l>) {
    // Text that goes on has no column.
    if line.key().is_none() && !line.begins_entry() {
        return;
    }
    // A list may begin in the column of its key.
    let starts_list = line.begins_entry();
    columns.retain(|it| it.indent < line.indent || it.indent == line.indent && starts_list && !it.is_entry);
    if starts_list {
        columns.push(Column { indent: line.indent, line, is_entry: true });
    }
    let (indent, _) = line.within_entries();
    if line.key().is_some() {
        columns.push(Column { indent, line, is_entry: false });
    }
}

/// A line that is neither a key nor an entry.
fn lone_text(line: &Line<'_>, above: &Line<'_>) -> Cause {
    let (_, text) = line.within_entries();
    let (word, value) = text.split_once(' ').unwrap_or((text, ""));
    if is_key(word) {
        let message = format!("the key `{word}` has no colon after it");
        let help = format!("write `{}`", format!("{word}: {}", value.trim()).trim_end());
        return Cause::new(line.span(), message, help);
    }
    let message = "the line has no key, and is indented too little to belong to the text above it";
    let least = above.within_entries().0 + 2;
    let help = format!(
        "write `key: value`; or indent it by {} to continue `{}`",
        counted(least, "space"),
        above.name()
    );
    Cause::new(line.span(), message, help)
}

/// A key in the column of entries, or an entry in the column of keys.
fn mixed(line: &Line<'_>, column: &Column<'_>) -> Cause {
    let span = line.at()..line.at() + if line.begins_entry() { 1 } else { line.name().len() };
    if line.begins_entry() {
        let message =
            format!("`-` begins an entry of a list, but is indented like the key `{}`", column.line.name());
        let help = format!(
            "write the list below its own key; `{}` of line {} has a value already",
            column.line.name(),
            column.line.number
        );
        Cause::new(span, message, help)
    } else {
        let message = format!("the key `{}` is beside the entries of a list", line.name());
        let (within, _) = column.line.within_entries();
        let help = format!(
            "indent it by {} if it belongs to the entry above it, or write `- ` before it if it is another entry",
            counted(within, "space")
        );
        Cause::new(span, message, help)
    }
}

/// The first entry of a list, if only the entries after it begin with `-`.
fn first_entry(line: &Line<'_>, columns: &[Column<'_>], above: &[Line<'_>]) -> Option<Cause> {
    let list = columns.iter().rev().find(|it| it.indent <= line.indent)?;
    let first = above.iter().find(|it| it.number > list.line.number)?;
    let is_list = line.begins_entry() && !list.is_entry && list.line.content.ends_with(':');
    if !is_list || first.indent <= line.indent || first.begins_entry() {
        return None;
    }
    let message = format!("the first entry of `{}` does not begin with `-`", list.line.name());
    let help = format!("write `- {}`, in the same column as the `-` of line {}", first.content, line.number);
    Some(Cause::new(first.at()..first.at() + first.name().len(), message, help))
}

/// A line in a column in which nothing begins.
fn misplaced(line: &Line<'_>, columns: &[Column<'_>], above: &[Line<'_>]) -> Option<Cause> {
    let first = columns.first()?;
    if line.indent < first.indent {
        let span = first.line.start..first.line.at();
        let message = format!(
            "`{}` is indented by {}, and `{}` of line {} by {}",
            first.line.name(),
            counted(first.indent, "space"),
            line.name(),
            line.number,
            line.indent
        );
        return Some(Cause::new(span, message, "begin the keys of one mapping in the same column"));
    }
    if let Some(cause) = first_entry(line, columns, above) {
        return Some(cause);
    }
    let of_kind: Vec<_> = columns.iter().filter(|it| it.is_entry == line.begins_entry()).collect();
    let below = of_kind.iter().rev().find(|it| it.indent < line.indent);
    let above = of_kind.iter().find(|it| it.indent > line.indent);
    let what = if line.begins_entry() { "the `-`".to_owned() } else { format!("`{}`", line.name()) };
    let message = format!(
        "{what} is indented by {}, like nothing above that it could belong to",
        counted(line.indent, "space")
    );
    let advice: Vec<_> = [below, above].into_iter().flatten().map(|it| it.advice()).collect();
    let help = advice.join(", or ");
    let length = if line.begins_entry() { 1 } else { line.name().len() };
    (!advice.is_empty()).then(|| Cause::new(line.at()..line.at() + length, message, help))
}
