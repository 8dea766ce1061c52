//! Reads lines in batches, with a limit on the length of a line.

use std::io::{self, BufRead, BufReader, Read};
use std::ops::Range;

use crate::input::MAX_FILE;

/// The most that a batch holds: enough to be timed, and little enough for the processor's cache.
const BATCH_LINES: usize = 256;
const BATCH_BYTES: usize = 8 * 1024 * 1024;

/// The lines of a reader.
pub(super) struct EventLines {
    reader: BufReader<Box<dyn Read>>,
    /// Whether a line was read already.
    begun: bool,
}

/// Some programs write a byte order mark before their text. It is not part of the first line.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Lines that were read.
#[derive(Debug, Default)]
pub(super) struct LineBatch {
    bytes: Vec<u8>,
    /// Where the lines are in the bytes; `None` for a line that is too long.
    lines: Vec<Option<Range<usize>>>,
}

impl EventLines {
    pub(super) fn new(reader: Box<dyn Read>) -> Self {
        Self { reader: BufReader::with_capacity(1 << 20, reader), begun: false }
    }

    /// Reads the next lines; returns whether there were any.
    ///
    /// Does not wait for a further line once it has one, so that a slow writer gets each answer promptly.
    pub(super) fn read(&mut self, batch: &mut LineBatch) -> io::Result<bool> {
        batch.bytes.clear();
        batch.lines.clear();
        while batch.lines.len() < BATCH_LINES && batch.bytes.len() < BATCH_BYTES {
            let start = batch.bytes.len();
            let limit = MAX_FILE as u64 + 1;
            let len = self.reader.by_ref().take(limit).read_until(b'\n', &mut batch.bytes)?;
            if len == 0 {
                break;
            }
            let line = batch.bytes.get(start..).unwrap_or_default();
            let mark =
                if !self.begun && line.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
            self.begun = true;
            if line.last() != Some(&b'\n') && len > MAX_FILE {
                batch.bytes.truncate(start);
                self.reader.skip_until(b'\n')?;
                batch.lines.push(None);
            } else {
                batch.lines.push(Some(start + mark..batch.bytes.len()));
            }
            if !self.reader.buffer().contains(&b'\n') {
                break;
            }
        }
        Ok(!batch.lines.is_empty())
    }
}

impl LineBatch {
    /// The lines without their ends, or why a line cannot be read.
    pub(super) fn lines(&self) -> impl Iterator<Item = Result<&str, String>> {
        self.lines.iter().map(|line| {
            let too_long = || format!("the line is longer than {} MiB", MAX_FILE >> 20);
            let bytes = line.clone().and_then(|line| self.bytes.get(line)).ok_or_else(too_long)?;
            let text = str::from_utf8(bytes).map_err(|_| "the line is not UTF-8 text".to_owned())?;
            if text.trim().is_empty() {
                return Err("the line is empty".to_owned());
            }
            Ok(text.trim_end_matches(['\r', '\n']))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::{EventLines, LineBatch, MAX_FILE};

    fn check(input: impl Read + 'static, expected: &[Result<&str, &str>]) {
        let mut lines = EventLines::new(Box::new(input));
        let mut batch = LineBatch::default();
        let mut read = Vec::new();
        while lines.read(&mut batch).expect("memory does not fail") {
            read.extend(batch.lines().map(|line| line.map(str::to_owned)));
        }
        let read: Vec<_> = read.iter().map(|line| line.as_deref().map_err(String::as_str)).collect();
        assert_eq!(read, expected);
    }

    #[test]
    fn lines_are_read_in_order() {
        check(Cursor::new(""), &[]);
        check(Cursor::new("a"), &[Ok("a")]);
        check(Cursor::new("a\n"), &[Ok("a")]);
        check(Cursor::new("a\r\nb\n"), &[Ok("a"), Ok("b")]);
        check(Cursor::new("a\n\nb"), &[Ok("a"), Err("the line is empty"), Ok("b")]);
        check(Cursor::new(b"a\n\xff\nb"), &[Ok("a"), Err("the line is not UTF-8 text"), Ok("b")]);
    }

    #[test]
    fn byte_order_mark_before_the_first_line_is_skipped() {
        check(Cursor::new("\u{feff}a\n\u{feff}b\n"), &[Ok("a"), Ok("\u{feff}b")]);
        check(Cursor::new("\u{feff}\na"), &[Err("the line is empty"), Ok("a")]);
        check(Cursor::new("\u{feff}"), &[Err("the line is empty")]);
        let after_a_long_one = std::io::repeat(b'x').take(MAX_FILE as u64 + 2);
        let input = after_a_long_one.chain(Cursor::new("\n\u{feff}b"));
        check(input, &[Err("the line is longer than 16 MiB"), Ok("\u{feff}b")]);
    }

    #[test]
    fn lines_that_are_too_long_are_skipped() {
        let long = std::io::repeat(b'x').take(3 * MAX_FILE as u64);
        let input = Cursor::new("a\n").chain(long).chain(Cursor::new("\nb\n"));
        check(input, &[Ok("a"), Err("the line is longer than 16 MiB"), Ok("b")]);
    }

    #[test]
    fn lines_beyond_a_batch_are_in_the_next_batches() {
        let expected = vec![Ok("event"); 10_000];
        check(Cursor::new("event\n".repeat(10_000)), &expected);
    }
}
