//! The lines of a file, and the quotes and brackets that are open at a place of it.

use core::ops::Range;

/// What is known about a file up to a place where its parser stopped.
#[derive(Clone, Debug, Default)]
pub(super) struct Outline<'t> {
    /// The lines that begin outside quotes, brackets and blocks of text, without empty ones and comments.
    pub(super) lines: Vec<Line<'t>>,
    /// The quotes and brackets that are open at the place, the innermost last.
    pub(super) open: Vec<OpenSign>,
    /// The last text in quotes before the place.
    pub(super) last_quoted: Option<Range<usize>>,
}

/// A line of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'t> {
    /// Counted from one.
    pub(super) number: usize,
    /// Where the line starts in the file.
    pub(super) start: usize,
    /// The length of the white space before the content.
    pub(super) indent: usize,
    /// Without the white space around it, and without a comment.
    pub(super) content: &'t str,
}

impl<'t> Line<'t> {
    /// Where the content is in the file.
    pub(super) fn at(&self) -> usize {
        self.start + self.indent
    }

    pub(super) fn span(&self) -> Range<usize> {
        self.at()..self.at() + self.content.len()
    }

    pub(super) fn begins_entry(&self) -> bool {
        self.content == "-" || self.content.starts_with("- ")
    }

    /// The content after the `-` of entries, and how far it is from the beginning of the line.
    pub(super) fn within_entries(&self) -> (usize, &'t str) {
        let (mut column, mut rest) = (self.indent, self.content);
        while let Some(inner) = rest.strip_prefix("- ") {
            let trimmed = inner.trim_start();
            column += rest.len() - trimmed.len();
            rest = trimmed;
        }
        (column, rest)
    }

    /// The key of the line, without the entry that it is in.
    pub(super) fn key(&self) -> Option<&'t str> {
        let (_, rest) = self.within_entries();
        match rest.split_once(": ") {
            Some((key, _)) => Some(key),
            None => rest.strip_suffix(':'),
        }
    }

    /// What a message calls the line: its key, or all of it.
    pub(super) fn name(&self) -> &'t str {
        self.key().unwrap_or(self.content)
    }

    /// The value after the key, or after the `-`, with its place in the file.
    pub(super) fn value(&self) -> (usize, &'t str) {
        let (column, rest) = self.within_entries();
        let skipped = rest.find(": ").map_or(0, |colon| colon + 2);
        let value = rest.get(skipped..).unwrap_or_default();
        let trimmed = value.trim_start();
        (self.start + column + skipped + value.len() - trimmed.len(), trimmed)
    }
}

/// A quote or bracket that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OpenSign {
    pub(super) at: usize,
    pub(super) sign: char,
    /// The number of its line.
    pub(super) line: usize,
}

impl OpenSign {
    pub(super) fn is_quote(self) -> bool {
        matches!(self.sign, '"' | '\'')
    }

    /// The sign that closes it.
    pub(super) fn closing(self) -> char {
        match self.sign {
            '[' => ']',
            '{' => '}',
            quote => quote,
        }
    }
}

impl<'t> Outline<'t> {
    /// Reads a file up to the line with a place in it; signs are only read up to the place.
    pub(super) fn of(text: &'t str, end: usize) -> Self {
        let mut outline = Self::default();
        let mut start = 0;
        // The least indentation of the block of text that goes on.
        let mut block: Option<usize> = None;
        let mut is_first_of_block = false;
        for (number, line) in (1..).zip(text.split_inclusive('\n')) {
            if start > end {
                break;
            }
            let body = line.trim_end_matches(['\n', '\r']);
            let trimmed = body.trim_start();
            let indent = body.len() - trimmed.len();
            let is_in_block = block.is_some_and(|least| trimmed.is_empty() || indent >= least);
            if is_in_block {
                if is_first_of_block && !trimmed.is_empty() {
                    block = Some(indent);
                    is_first_of_block = false;
                }
            } else {
                let starts_outside = outline.open.is_empty();
                let content_end = outline.scan(start..(start + body.len()).min(end.max(start)), body, number);
                let content = body.get(indent..content_end).unwrap_or_default().trim_end();
                block = None;
                if starts_outside && !content.is_empty() {
                    let line = Line { number, start, indent, content };
                    block = block_of_text(&line).filter(|_| outline.open.is_empty()).map(|column| column + 1);
                    is_first_of_block = true;
                    outline.lines.push(line);
                }
            }
            start += line.len();
        }
        outline
    }

    /// The line with a place in it, if it begins outside quotes and brackets.
    pub(super) fn line_at(&self, at: usize) -> Option<&Line<'t>> {
        self.lines.last().filter(|line| line.start <= at)
    }

    /// The line above the one with the place.
    pub(super) fn line_above(&self) -> Option<&Line<'t>> {
        self.lines.iter().rev().nth(1)
    }

    /// Reads the signs of a line, and returns where its comment begins.
    fn scan(&mut self, range: Range<usize>, body: &str, number: usize) -> usize {
        let start = range.start;
        let mut before = '\n';
        // The last character that is not a space.
        let mut last = if self.open.is_empty() { '\n' } else { ',' };
        let mut chars = body.char_indices().peekable();
        while let Some((column, char)) = chars.next() {
            let at = start + column;
            let is_read = at < range.end;
            let quoted = self.open.last().filter(|it| it.is_quote()).copied();
            match (quoted, char) {
                (None, '#') if before.is_whitespace() => return column,
                _ if !is_read => {}
                (Some(OpenSign { sign: '"', .. }), '\\') => drop(chars.next()),
                (Some(OpenSign { sign: '\'', .. }), '\'')
                    if chars.peek().is_some_and(|(_, next)| *next == '\'') =>
                {
                    chars.next();
                }
                (Some(quote), char) if char == quote.sign => {
                    self.last_quoted = Some(quote.at..at + 1);
                    self.open.pop();
                }
                (Some(_), _) => {}
                (None, '"' | '\'') if begins_value(last, before) => {
                    self.open.push(OpenSign { at, sign: char, line: number });
                }
                (None, '[' | '{') if !self.open.is_empty() || begins_value(last, before) => {
                    self.open.push(OpenSign { at, sign: char, line: number });
                }
                (None, ']' | '}') if self.open.last().is_some_and(|it| it.closing() == char) => {
                    self.open.pop();
                }
                _ => {}
            }
            before = char;
            if !char.is_whitespace() {
                last = char;
            }
        }
        body.len()
    }
}

/// Whether a value can begin after these characters: the last one that is not a space, and the one directly before.
fn begins_value(last: char, before: char) -> bool {
    match last {
        '\n' | '[' | '{' | ',' => true,
        ':' | '-' | '?' => before.is_whitespace(),
        _ => false,
    }
}

/// The column of the key or entry whose value is a block of text below the line.
fn block_of_text(line: &Line<'_>) -> Option<usize> {
    let (_, value) = line.value();
    let header = value.strip_prefix(['|', '>'])?;
    let is_header = header.chars().all(|char| matches!(char, '+' | '-' | '1'..='9'));
    let (column, rest) = line.within_entries();
    let is_entry = rest == value;
    if !is_header {
        return None;
    }
    Some(if is_entry { line.indent } else { column })
}

#[cfg(test)]
mod tests {
    use super::Outline;

    #[track_caller]
    fn check(text: &str, open: Option<usize>) {
        let outline = Outline::of(text, text.len());
        assert_eq!(outline.open.last().map(|it| it.at), open, "{text}");
    }

    #[test]
    fn innermost_sign_is_the_last_that_is_not_closed() {
        check("a: [b, c", Some(3));
        check("a: { b: [c], d", Some(3));
        check("a: { b: [c, d", Some(8));
        check("a: \"b\nc: d", Some(3));
        check("a: 'it''s", Some(3));
        check("- 'x", Some(2));
        check("a: [\"b]\", 'c]'", Some(3));
    }

    #[test]
    fn innermost_sign_ignores_closed_ones_and_texts() {
        check("a: [b, {c: d}]\n", None);
        check("a: it's # [\nb: x[1\n", None);
        check("a: \"\\\"\"\n", None);
        check("a: 5\" [x\n", None);
        check("# { \n", None);
        check("a: |\n  'x\n  [\nb: >-\n  \"\n", None);
    }

    #[test]
    fn lines_begin_outside_quotes_brackets_and_blocks() {
        let text = "a: b # c\n\n# d\n- - e: [f,\n  g]\nh: |\n  i: j\n\n  k\nl: m\n";
        let outline = Outline::of(text, text.len());
        let contents: Vec<_> = outline.lines.iter().map(|line| line.content).collect();
        assert_eq!(contents, ["a: b", "- - e: [f,", "h: |", "l: m"]);
        let entry = outline.lines.get(1).expect("a line");
        assert_eq!((entry.number, entry.key(), entry.within_entries().0), (4, Some("e"), 4));
        assert_eq!(text.get(entry.value().0..), text.get(21..));
    }
}
