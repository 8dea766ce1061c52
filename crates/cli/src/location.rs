//! From bytes of a file to lines and columns.

use std::cell::OnceCell;
use std::ops::Range;

use claimsmith::diagnostic::SourceFile;

/// The mapping files of one run.
#[derive(Debug)]
pub(crate) struct Sources {
    files: Vec<SourceFile>,
    indices: Vec<OnceCell<Index>>,
}

/// What makes places of a file quick to find, however long the file and its lines are.
#[derive(Debug)]
struct Index {
    /// Where the lines begin.
    lines: Vec<usize>,
    /// How many characters begin before each block of bytes.
    blocks: Vec<usize>,
}

const BLOCK: usize = 1024;

/// A line and a column, both counted from one, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Location {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// Whole lines of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Window<'s> {
    pub(crate) text: &'s str,
    /// The number of the first line.
    pub(crate) line: usize,
    /// The byte at which the text begins.
    pub(crate) offset: usize,
}

impl Sources {
    /// Takes files, which have to be sorted by path.
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

    fn find(&self, path: &str) -> Option<(&str, &Index)> {
        let at = self.position(path)?;
        let text = self.files.get(at)?.text.as_str();
        Some((text, self.indices.get(at)?.get_or_init(|| Index::new(text))))
    }

    /// Where a span of a file begins and ends. A file that could not be found has only a beginning.
    pub(crate) fn locate(&self, path: &str, span: &Range<usize>) -> (Location, Location) {
        let Some((text, index)) = self.find(path) else {
            let start = Location { line: 1, column: 1 };
            return (start, start);
        };
        let locate = |offset: usize| {
            let offset = boundary(text, offset);
            let line = index.lines.partition_point(|start| *start <= offset);
            let start = index.lines.get(line.saturating_sub(1)).copied().unwrap_or_default();
            Location { line, column: index.characters(text, offset) - index.characters(text, start) + 1 }
        };
        (locate(span.start), locate(span.end.max(span.start)))
    }

    /// Where a span begins and ends, with columns in units of UTF-16; `None` of a file that could not be found.
    pub(crate) fn locate_utf16(&self, path: &str, span: &Range<usize>) -> Option<(Location, Location)> {
        let (text, index) = self.find(path)?;
        let locate = |offset: usize| {
            let offset = boundary(text, offset);
            let line = index.lines.partition_point(|start| *start <= offset);
            let start = index.lines.get(line.saturating_sub(1)).copied().unwrap_or_default();
            let before = text.get(start..offset).unwrap_or_default();
            Location { line, column: before.encode_utf16().count() + 1 }
        };
        Some((locate(span.start), locate(span.end.max(span.start))))
    }

    /// The text of a span.
    pub(crate) fn text(&self, path: &str, span: &Range<usize>) -> &str {
        self.find(path).and_then(|(text, _)| text.get(span.clone())).unwrap_or_default()
    }

    /// The lines that a span touches.
    pub(crate) fn window(&self, path: &str, span: &Range<usize>) -> Option<Window<'_>> {
        let (text, index) = self.find(path)?;
        let first = index.lines.partition_point(|start| *start <= span.start).checked_sub(1)?;
        let last = index.lines.partition_point(|start| *start < span.end.max(span.start + 1));
        let offset = *index.lines.get(first)?;
        let end = index.lines.get(last).copied().unwrap_or(text.len());
        Some(Window { text: text.get(offset..end)?, line: first + 1, offset })
    }
}

impl Index {
    fn new(text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect();
        let mut characters = 0;
        let blocks = text.as_bytes().chunks(BLOCK).map(|block| {
            let before = characters;
            characters += count_characters(block);
            before
        });
        Self { lines, blocks: blocks.collect() }
    }

    /// How many characters begin before a byte of the text.
    fn characters(&self, text: &str, offset: usize) -> usize {
        let block = (offset / BLOCK).min(self.blocks.len().saturating_sub(1));
        let rest = text.as_bytes().get(block * BLOCK..offset).unwrap_or_default();
        self.blocks.get(block).copied().unwrap_or_default() + count_characters(rest)
    }
}

fn count_characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

/// The last boundary between characters up to an offset.
fn boundary(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    (0..=offset).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use claimsmith::diagnostic::SourceFile;

    use super::{Location, Sources};

    const TEXT: &str = "version: 1\nrüles: é\n\nend";

    fn sources() -> Sources {
        let file = |path: &str, text: &str| SourceFile { path: path.to_owned(), text: text.to_owned() };
        Sources::new(vec![file("a", ""), file("b", TEXT)])
    }

    fn check(span: Range<usize>, start: (usize, usize), end: (usize, usize), window: Option<&str>) {
        let sources = sources();
        let location = |(line, column)| Location { line, column };
        assert_eq!(sources.locate("b", &span), (location(start), location(end)), "{span:?}");
        assert_eq!(sources.window("b", &span).map(|window| window.text), window, "{span:?}");
    }

    #[test]
    fn columns_are_characters() {
        check(0..7, (1, 1), (1, 8), Some("version: 1\n"));
        check(11..17, (2, 1), (2, 6), Some("rüles: é\n"));
        check(19..21, (2, 8), (2, 9), Some("rüles: é\n"));
    }

    #[test]
    fn columns_of_some_programs_are_units_of_utf16() {
        let file = SourceFile { path: "a".to_owned(), text: "x\né🛠x".to_owned() };
        let sources = Sources::new(vec![file]);
        let found = sources.locate_utf16("a", &(8..9));
        assert_eq!(found, Some((Location { line: 2, column: 4 }, Location { line: 2, column: 5 })));
        assert_eq!(sources.locate_utf16("b", &(0..0)), None);
    }

    #[test]
    fn columns_of_a_long_line_are_characters_too() {
        let text = "é日x".repeat(3_000);
        let file = SourceFile { path: "a".to_owned(), text: text.clone() };
        let sources = Sources::new(vec![file]);
        for (column, (at, _)) in text.char_indices().enumerate() {
            let found = sources.locate("a", &(at..at)).0;
            assert_eq!(found, Location { line: 1, column: column + 1 });
        }
        let end = sources.locate("a", &(text.len()..text.len())).0;
        assert_eq!(end, Location { line: 1, column: 9_001 });
    }

    #[test]
    fn spans_at_the_edges_have_a_place() {
        check(10..10, (1, 11), (1, 11), Some("version: 1\n"));
        check(22..22, (3, 1), (3, 1), Some("\n"));
        check(26..26, (4, 4), (4, 4), Some("end"));
        check(0..26, (1, 1), (4, 4), Some(TEXT));
        check(90..99, (4, 4), (4, 4), Some("end"));
        let sources = sources();
        assert_eq!(sources.locate("a", &(0..0)).0, Location { line: 1, column: 1 });
        assert_eq!(sources.window("a", &(0..0)).map(|window| window.text), Some(""));
    }

    #[test]
    fn a_file_that_is_not_there_begins_at_its_beginning() {
        assert_eq!(sources().locate("c", &(5..9)).0, Location { line: 1, column: 1 });
        assert_eq!(sources().window("c", &(0..0)), None);
    }
}
