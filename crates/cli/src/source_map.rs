//! The mapping files of one run, and where their bytes are in lines and columns.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

use claimsmith::diagnostic::{SourceFile, without_private_keys};

/// The mapping files of one run.
#[derive(Debug)]
pub(crate) struct SourceMap {
    files: Vec<SourceFile>,
    indices: Vec<OnceCell<LineIndex>>,
}

/// What makes positions of a file quick to find, even if one line holds the whole file.
///
/// The crate `line-index` finds the same positions, but it walks over all non-ASCII characters of a line for each of
/// them: a line of 16 MiB with 10 000 findings would take minutes.
#[derive(Debug)]
struct LineIndex {
    /// Where the lines begin.
    lines: Vec<usize>,
    /// How many columns there are before each block of bytes.
    blocks: Vec<Columns>,
    /// The text without private keys, if it has one by mistake.
    without_keys: Option<String>,
}

/// How many bytes a block of a [`LineIndex`] has.
const BLOCK: usize = 1024;

/// A number of columns, in the two units in which columns are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Columns {
    characters: usize,
    utf16_units: usize,
}

/// The unit in which columns are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ColumnUnit {
    Character,
    Utf16,
}

/// A line and a column, both counted from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct LineColumn {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// Whole lines of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SourceLines<'s> {
    pub(crate) text: &'s str,
    /// The number of the first line.
    pub(crate) line: usize,
    /// The byte at which the text begins.
    pub(crate) offset: usize,
}

impl SourceMap {
    /// Takes files, which must be sorted by path.
    pub(crate) fn new(files: Vec<SourceFile>) -> Self {
        let indices = files.iter().map(|_| OnceCell::new()).collect();
        Self { files, indices }
    }

    /// The files, sorted by path.
    pub(crate) fn files(&self) -> &[SourceFile] {
        &self.files
    }

    pub(crate) fn contains(&self, path: &str) -> bool {
        self.position(path).is_some()
    }

    fn position(&self, path: &str) -> Option<usize> {
        self.files.binary_search_by(|file| file.path.as_str().cmp(path)).ok()
    }

    fn find(&self, path: &str) -> Option<(&str, &LineIndex)> {
        let at = self.position(path)?;
        let text = self.files.get(at)?.text.as_str();
        Some((text, self.indices.get(at)?.get_or_init(|| LineIndex::new(text))))
    }

    /// Where a span of a file begins and ends, with columns in characters. A file that is missing has only a beginning.
    pub(crate) fn locate(&self, path: &str, span: &Range<usize>) -> (LineColumn, LineColumn) {
        let start = LineColumn { line: 1, column: 1 };
        self.locate_in(ColumnUnit::Character, path, span).unwrap_or((start, start))
    }

    /// Where a span of a file begins and ends; `None` if the file is missing.
    pub(crate) fn locate_in(
        &self,
        unit: ColumnUnit,
        path: &str,
        span: &Range<usize>,
    ) -> Option<(LineColumn, LineColumn)> {
        let (text, index) = self.find(path)?;
        Some((index.locate(text, span.start, unit), index.locate(text, span.end.max(span.start), unit)))
    }

    /// The text of a span as it may be shown: with `*` in place of private keys.
    pub(crate) fn text(&self, path: &str, span: &Range<usize>) -> &str {
        self.find(path).and_then(|(text, index)| index.shown(text).get(span.clone())).unwrap_or_default()
    }

    /// The lines that a span touches, with `*` in place of private keys.
    pub(crate) fn lines(&self, path: &str, span: &Range<usize>) -> Option<SourceLines<'_>> {
        let (text, index) = self.find(path)?;
        let first = index.lines.partition_point(|start| *start <= span.start).checked_sub(1)?;
        let last = index.lines.partition_point(|start| *start < span.end.max(span.start + 1));
        let offset = *index.lines.get(first)?;
        let end = index.lines.get(last).copied().unwrap_or(text.len());
        Some(SourceLines { text: index.shown(text).get(offset..end)?, line: first + 1, offset })
    }
}

impl LineIndex {
    fn new(text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect();
        let mut columns = Columns::default();
        let blocks = text.as_bytes().chunks(BLOCK).map(|block| {
            let before = columns;
            columns = before.plus(block);
            before
        });
        let without_keys = match without_private_keys(text) {
            Cow::Owned(shown) => Some(shown),
            Cow::Borrowed(_) => None,
        };
        Self { lines, blocks: blocks.collect(), without_keys }
    }

    /// The text as it may be shown.
    fn shown<'t>(&'t self, text: &'t str) -> &'t str {
        self.without_keys.as_deref().unwrap_or(text)
    }

    /// Where a byte is; a byte inside a character is at its start, and a byte after the end is at the end.
    fn locate(&self, text: &str, offset: usize, unit: ColumnUnit) -> LineColumn {
        let offset = offset.min(text.len());
        let offset = (0..=offset).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let (before, up_to) = (self.columns(text, start), self.columns(text, offset));
        let column = match unit {
            ColumnUnit::Character => up_to.characters - before.characters,
            ColumnUnit::Utf16 => up_to.utf16_units - before.utf16_units,
        };
        LineColumn { line, column: column + 1 }
    }

    /// How many columns there are before a byte, if the whole text were one line.
    fn columns(&self, text: &str, offset: usize) -> Columns {
        let block = (offset / BLOCK).min(self.blocks.len().saturating_sub(1));
        let rest = text.as_bytes().get(block * BLOCK..offset).unwrap_or_default();
        self.blocks.get(block).copied().unwrap_or_default().plus(rest)
    }
}

impl Columns {
    /// These columns and those of the characters that begin in some bytes of UTF-8.
    fn plus(self, bytes: &[u8]) -> Self {
        let characters = bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
        // A character of four bytes is a surrogate pair in UTF-16.
        let surrogate_pairs = bytes.iter().filter(|byte| **byte >= 0xf0).count();
        Self {
            characters: self.characters + characters,
            utf16_units: self.utf16_units + characters + surrogate_pairs,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use claimsmith::diagnostic::SourceFile;

    use super::{ColumnUnit, LineColumn, SourceMap};

    const TEXT: &str = "version: 1\nrüles: é\n\nend";

    fn sources() -> SourceMap {
        let file = |path: &str, text: &str| SourceFile { path: path.to_owned(), text: text.to_owned() };
        SourceMap::new(vec![file("a", ""), file("b", TEXT)])
    }

    fn check(span: Range<usize>, start: (usize, usize), end: (usize, usize), lines: Option<&str>) {
        let sources = sources();
        let location = |(line, column)| LineColumn { line, column };
        assert_eq!(sources.locate("b", &span), (location(start), location(end)), "{span:?}");
        assert_eq!(sources.lines("b", &span).map(|lines| lines.text), lines, "{span:?}");
    }

    #[test]
    fn columns_count_characters() {
        check(0..7, (1, 1), (1, 8), Some("version: 1\n"));
        check(11..17, (2, 1), (2, 6), Some("rüles: é\n"));
        check(19..21, (2, 8), (2, 9), Some("rüles: é\n"));
    }

    #[test]
    fn columns_in_utf16_count_surrogates() {
        let file = SourceFile { path: "a".to_owned(), text: "x\né🛠x".to_owned() };
        let sources = SourceMap::new(vec![file]);
        let found = sources.locate_in(ColumnUnit::Utf16, "a", &(8..9));
        assert_eq!(found, Some((LineColumn { line: 2, column: 4 }, LineColumn { line: 2, column: 5 })));
        assert_eq!(sources.locate_in(ColumnUnit::Utf16, "b", &(0..0)), None);
    }

    #[test]
    fn columns_are_exact_in_a_long_line() {
        let text = "é日🛠x".repeat(3_000);
        let file = SourceFile { path: "a".to_owned(), text: text.clone() };
        let sources = SourceMap::new(vec![file]);
        let mut utf16 = 0;
        for (column, (at, char)) in text.char_indices().enumerate() {
            let found = |unit| sources.locate_in(unit, "a", &(at..at)).map(|(start, _)| start);
            let expected = |column| Some(LineColumn { line: 1, column: column + 1 });
            assert_eq!(found(ColumnUnit::Character), expected(column));
            assert_eq!(found(ColumnUnit::Utf16), expected(utf16));
            utf16 += char.len_utf16();
        }
        let end = sources.locate("a", &(text.len()..text.len())).0;
        assert_eq!(end, LineColumn { line: 1, column: 12_001 });
    }

    #[test]
    fn spans_at_the_edges_have_a_position() {
        check(10..10, (1, 11), (1, 11), Some("version: 1\n"));
        check(22..22, (3, 1), (3, 1), Some("\n"));
        check(26..26, (4, 4), (4, 4), Some("end"));
        check(0..26, (1, 1), (4, 4), Some(TEXT));
        check(90..99, (4, 4), (4, 4), Some("end"));
        let sources = sources();
        assert_eq!(sources.locate("a", &(0..0)).0, LineColumn { line: 1, column: 1 });
        assert_eq!(sources.lines("a", &(0..0)).map(|lines| lines.text), Some(""));
    }

    #[test]
    fn a_missing_file_has_only_its_beginning() {
        assert_eq!(sources().locate("c", &(5..9)).0, LineColumn { line: 1, column: 1 });
        assert_eq!(sources().lines("c", &(0..0)), None);
    }
}
