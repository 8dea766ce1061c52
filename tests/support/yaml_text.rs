//! YAML as many different authors would write it.

use std::fmt::Write;

/// An author whose habits are a list of choices.
#[derive(Debug)]
pub(crate) struct Author {
    choices: std::vec::IntoIter<u8>,
    out: String,
    comments: Vec<String>,
}

const TEXTS: [&str; 14] = [
    "plain",
    "two words",
    "\"double \\u00e9\"",
    "'it''s single'",
    "\"a # no comment\"",
    "eng-a/b",
    "https://example.com/#part",
    "'4711'",
    "true",
    "12",
    "~",
    "\"\"",
    "2027-01-31",
    "'*-leads, [x]'",
];

const KEYS: [&str; 12] = [
    "version",
    "id",
    "match",
    "grant",
    "rules",
    "cases",
    "name",
    "unknown",
    "\"quoted key\"",
    "why",
    "when",
    "b",
];

impl Author {
    pub(crate) fn new(choices: Vec<u8>) -> Self {
        Self { choices: choices.into_iter(), out: String::new(), comments: Vec::new() }
    }

    /// Writes a file, and lists the texts of its comments after `# c`.
    pub(crate) fn write(mut self) -> (String, Vec<String>) {
        self.spaces_above(0);
        self.map(0, 4);
        self.spaces_above(0);
        (self.out, self.comments)
    }

    /// A number below `count`; always 0 when the author has run out of choices.
    fn pick(&mut self, count: usize) -> usize {
        usize::from(self.choices.next().unwrap_or_default()) % count
    }

    fn comment(&mut self) {
        let number = self.comments.len().to_string();
        let _ = write!(self.out, "# c{number}");
        self.comments.push(number);
    }

    fn indent(&mut self, indent: usize) {
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    /// Empty lines, and comments on lines of their own.
    fn spaces_above(&mut self, indent: usize) {
        for _ in 0..self.pick(5).saturating_sub(2) {
            match self.pick(3) {
                0 => self.out.push('\n'),
                1 => {
                    self.indent(indent);
                    self.comment();
                    self.out.push('\n');
                }
                _ => {
                    let indent = self.pick(8);
                    self.indent(indent);
                    self.comment();
                    self.out.push('\n');
                }
            }
        }
    }

    /// Ends a line, perhaps with a comment.
    fn end(&mut self) {
        if self.pick(4) == 3 {
            self.out.push(' ');
            self.comment();
        }
        self.out.push('\n');
    }

    fn map(&mut self, indent: usize, depth: usize) {
        let first = self.pick(KEYS.len());
        for at in 0..=self.pick(4) {
            if at > 0 {
                self.spaces_above(indent);
                self.indent(indent);
            }
            let key = KEYS.iter().cycle().nth(first + at).copied().unwrap_or_default();
            let _ = write!(self.out, "{key}:");
            self.value(indent, depth, true);
        }
    }

    fn list(&mut self, indent: usize, depth: usize) {
        for at in 0..=self.pick(4) {
            if at > 0 {
                self.spaces_above(indent);
                self.indent(indent);
            }
            self.out.push('-');
            self.value(indent, depth, false);
        }
    }

    /// Writes a value after a key or a dash.
    fn value(&mut self, indent: usize, depth: usize, after_key: bool) {
        let step = 1 + self.pick(4);
        match self.pick(if depth == 0 { 6 } else { 10 }) {
            0 | 1 => self.scalar(indent),
            2 => self.end(),
            3 => {
                let mark = ["|", ">", "|-", ">-", "|+", "| # c"];
                match mark.get(self.pick(mark.len())) {
                    Some(&"| # c") => {
                        self.out.push_str(" | ");
                        self.comment();
                    }
                    mark => {
                        let _ = write!(self.out, " {}", mark.unwrap_or(&"|"));
                    }
                }
                self.out.push('\n');
                for line in 0..=self.pick(3) {
                    let deeper = if line == 0 { 0 } else { self.pick(3) };
                    self.indent(indent + step + deeper);
                    self.out.push_str("line # of text\n");
                    if self.pick(4) == 3 {
                        self.out.push('\n');
                    }
                }
            }
            4 => {
                let quote = ["", "\"", "'"].get(self.pick(3)).copied().unwrap_or_default();
                let _ = write!(self.out, " {quote}one");
                for _ in 0..=self.pick(2) {
                    let breaks = if self.pick(3) == 2 { "\n\n" } else { "\n" };
                    self.out.push_str(breaks);
                    self.indent(indent + step);
                    self.out.push_str("more");
                }
                self.out.push_str(quote);
                self.end();
            }
            5 => {
                self.out.push(' ');
                self.flow(indent + step, 2);
                self.end();
            }
            6 if !after_key => {
                // On the line of the dash.
                self.out.push(' ');
                self.map(indent + 2, depth - 1);
            }
            7 if !after_key => {
                self.out.push(' ');
                self.list(indent + 2, depth - 1);
            }
            8 if after_key => {
                self.end();
                self.spaces_above(indent);
                self.indent(indent);
                self.list(indent, depth - 1);
            }
            other => {
                self.end();
                self.spaces_above(indent + step);
                self.indent(indent + step);
                if other % 2 == 0 {
                    self.map(indent + step, depth - 1);
                } else {
                    self.list(indent + step, depth - 1);
                }
            }
        }
    }

    fn scalar(&mut self, indent: usize) {
        if self.pick(6) == 5 {
            self.end();
            self.spaces_above(indent + 1);
            self.indent(indent + 1);
        } else {
            self.out.push(' ');
        }
        let text = TEXTS.get(self.pick(TEXTS.len())).copied().unwrap_or_default();
        self.out.push_str(text);
        self.end();
    }

    /// A place in brackets where a line may end.
    fn gap(&mut self, indent: usize) {
        match self.pick(6) {
            4 => {
                self.out.push(' ');
                self.comment();
                self.out.push('\n');
                self.indent(indent);
            }
            5 => {
                self.out.push('\n');
                self.spaces_above(indent);
                self.indent(indent);
            }
            spaces => self.indent(spaces % 2),
        }
    }

    fn flow(&mut self, indent: usize, depth: usize) {
        let is_map = self.pick(2) == 1;
        self.out.push(if is_map { '{' } else { '[' });
        self.gap(indent);
        for at in 0..self.pick(5) {
            if at > 0 {
                self.out.push(',');
                self.out.push(' ');
                self.gap(indent);
            }
            if is_map {
                let _ = write!(self.out, "key{at}: ");
            }
            if depth > 0 && self.pick(4) == 3 {
                self.flow(indent, depth - 1);
            } else {
                let plain =
                    ["a", "\"b c\"", "'d, e'", "1", "null", "long-long-long-long-long-long-long-long-name"];
                let text = plain.get(self.pick(plain.len())).copied().unwrap_or_default();
                self.out.push_str(text);
            }
            self.gap(indent);
        }
        self.out.push(if is_map { '}' } else { ']' });
    }
}
