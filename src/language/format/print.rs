//! Writing a tree as text.

use super::scalar_style::{Style, write_text};
use super::tree::{Collection, Comment, Entry, EntryValue, Tree};

/// The widest line of a list in brackets, or a mapping in braces, in characters.
const WIDTH: usize = 110;

/// The indentation of each level.
const STEP: usize = 2;

impl Tree<'_> {
    /// Writes the whole file.
    pub(super) fn print(&self) -> String {
        let mut printer = Printer { out: String::new(), no_blank: true };
        printer.comments(&self.head, 0);
        if let Some(root) = &self.root {
            if root.entries.is_empty() {
                printer.comments(&root.tail, 0);
                printer.line(if root.is_map { "{}" } else { "[]" }, 0);
                return printer.out;
            }
            printer.blank(!self.head.is_empty());
            printer.block(root, 0, FirstLine::New);
        }
        printer.out
    }
}

/// Where the first entry of a block is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FirstLine {
    New,
    /// On the line of the dash of the list entry that the block is.
    AfterDash,
}

struct Printer {
    out: String,
    /// Whether to write no empty line next: at the top of the file, and after text that ends with an empty line.
    no_blank: bool,
}

impl Printer {
    fn blank(&mut self, wanted: bool) {
        if wanted && !self.no_blank {
            self.out.push('\n');
        }
    }

    fn line(&mut self, text: &str, indent: usize) {
        self.start(indent);
        self.out.push_str(text);
        self.end();
    }

    fn start(&mut self, indent: usize) {
        self.out.extend(core::iter::repeat_n(' ', indent));
    }

    fn end(&mut self) {
        self.out.push('\n');
        self.no_blank = false;
    }

    fn comments(&mut self, comments: &[Comment<'_>], indent: usize) {
        for comment in comments {
            self.blank(comment.blank);
            self.line(comment.text, indent);
        }
    }

    /// Writes the entries of a collection, each on lines of its own.
    fn block(&mut self, collection: &Collection<'_>, indent: usize, mut first_line: FirstLine) {
        // A block does not begin with an empty line.
        let mut first = true;
        for entry in &collection.entries {
            for comment in &entry.above {
                self.blank(comment.blank && !first);
                self.line(comment.text, indent);
                first = false;
            }
            self.blank(entry.blank && !first);
            first = false;
            if first_line == FirstLine::New {
                self.start(indent);
            }
            first_line = FirstLine::New;
            self.entry(entry, indent);
            self.comments(&entry.below, indent + STEP);
        }
        self.comments(&collection.tail, indent);
    }

    /// Writes an entry, whose line has begun.
    fn entry(&mut self, entry: &Entry<'_>, indent: usize) {
        let before = self.out.len();
        match &entry.key {
            Some(key) => {
                write_text(&mut self.out, key, Style::Block);
                self.out.push(':');
            }
            None => self.out.push('-'),
        }
        let width = indent + self.out.get(before..).unwrap_or_default().chars().count() + 1;
        let trailing = || entry.opening.iter().chain(&entry.trailing);
        match &entry.value {
            EntryValue::Collection(inner) => match one_line(inner, width) {
                Some(text) => {
                    self.out.push(' ');
                    self.out.push_str(&text);
                    self.close(trailing());
                }
                None if entry.key.is_none() && entry.opening.is_empty() && entry.trailing.is_empty() => {
                    self.out.push(' ');
                    self.block(inner, indent + STEP, FirstLine::AfterDash);
                }
                None => {
                    self.close(trailing());
                    self.block(inner, indent + STEP, FirstLine::New);
                }
            },
            EntryValue::Text(text) => {
                self.out.push(' ');
                write_text(&mut self.out, text, Style::Block);
                self.close(trailing());
            }
            EntryValue::Time(text) => {
                self.out.push(' ');
                self.out.push_str(text);
                self.close(trailing());
            }
            EntryValue::Bare(text) => {
                if !text.is_empty() {
                    self.out.push(' ');
                }
                self.out.push_str(text);
                self.close(trailing());
            }
            EntryValue::Lines(lines) => {
                self.out.push(' ');
                for (at, line) in lines.iter().enumerate() {
                    if at > 0 {
                        self.out.push('\n');
                        self.start(if line.is_empty() { 0 } else { indent + STEP });
                    }
                    self.out.push_str(line);
                }
                self.close(trailing());
            }
            EntryValue::Block { sign, lines } => {
                self.out.push(' ');
                self.out.push_str(sign);
                self.close(trailing());
                for line in lines {
                    self.line(line, if line.is_empty() { 0 } else { indent + STEP });
                }
                self.no_blank = sign.contains('+');
            }
        }
    }

    /// Writes comments at the end of a line, and ends it.
    fn close<'c, 't: 'c>(&mut self, comments: impl Iterator<Item = &'c Comment<'t>>) {
        for comment in comments {
            // Two spaces, as yamllint requires.
            self.out.push_str("  ");
            self.out.push_str(comment.text);
        }
        self.end();
    }
}

/// The text of a collection on one line that begins at a column, if it was written in brackets and fits.
fn one_line(collection: &Collection<'_>, column: usize) -> Option<String> {
    let mut out = String::new();
    write_flow(&mut out, collection)?;
    let fits = column + out.chars().count() <= WIDTH || collection.entries.is_empty();
    if fits { Some(out) } else { None }
}

fn write_flow(out: &mut String, collection: &Collection<'_>) -> Option<()> {
    if collection.entries.is_empty() {
        out.push_str(if collection.is_map { "{}" } else { "[]" });
        return Some(());
    }
    if !collection.flow {
        return None;
    }
    out.push_str(if collection.is_map { "{ " } else { "[" });
    for (at, entry) in collection.entries.iter().enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        if let Some(key) = &entry.key {
            write_text(out, key, Style::Flow);
            out.push_str(": ");
        }
        match &entry.value {
            EntryValue::Collection(inner) => write_flow(out, inner)?,
            EntryValue::Text(text) => write_text(out, text, Style::Flow),
            EntryValue::Time(text) => out.push_str(text),
            EntryValue::Bare("") => out.push_str("null"),
            EntryValue::Bare(text) => out.push_str(text),
            EntryValue::Lines(_) | EntryValue::Block { .. } => return None,
        }
    }
    out.push_str(if collection.is_map { " }" } else { "]" });
    Some(())
}
