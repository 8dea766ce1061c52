//! A mapping file as it is written: its entries with their notation, locations and comments.

use core::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, StructureStyle};

use super::refusal::{Construct, FormatRefusal};
use crate::language::yaml::{Kind, Node};

/// The parts of a file.
#[derive(Debug)]
pub(super) struct Tree<'t> {
    pub(super) text: &'t str,
    /// Comments at the top of the file, with an empty line below them.
    pub(super) head: Vec<Comment<'t>>,
    /// The content of the file; `None` if it has only comments.
    pub(super) root: Option<Collection<'t>>,
    /// Comments that are not attached to an entry yet, in the order of the file.
    pub(super) unattached: Vec<Comment<'t>>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Comment<'t> {
    /// The text from the `#`, without spaces at the end.
    pub(super) text: &'t str,
    pub(super) start: usize,
    pub(super) column: usize,
    /// Whether it is alone on its line.
    pub(super) own_line: bool,
    /// Whether an empty line is above it.
    pub(super) blank: bool,
}

/// A list or a mapping.
#[derive(Debug)]
pub(super) struct Collection<'t> {
    pub(super) is_map: bool,
    /// Whether it is written in brackets or braces.
    pub(super) flow: bool,
    /// The column of its keys or dashes.
    pub(super) indent: usize,
    pub(super) entries: Vec<Entry<'t>>,
    /// Comments below the last entry.
    pub(super) tail: Vec<Comment<'t>>,
}

/// A member of a mapping, or an entry of a list, with its comments.
#[derive(Debug)]
pub(super) struct Entry<'t> {
    /// The start of its key, its dash, or, in brackets, its value.
    pub(super) start: usize,
    pub(super) key: Option<String>,
    pub(super) value: EntryValue<'t>,
    /// The bytes of the value.
    pub(super) span: Range<usize>,
    /// Whether an empty line is between it and the comments above it, or the entry before it.
    pub(super) blank: bool,
    pub(super) above: Vec<Comment<'t>>,
    /// After the key, the dash or the opening bracket.
    pub(super) opening: Vec<Comment<'t>>,
    /// After the value, on the same line.
    pub(super) trailing: Vec<Comment<'t>>,
    /// Below the value, with more indentation than the entry.
    pub(super) below: Vec<Comment<'t>>,
}

#[derive(Debug)]
pub(super) enum EntryValue<'t> {
    Collection(Collection<'t>),
    /// Text on one line, whose quotes are chosen again.
    Text(String),
    /// A date or time where the language expects one.
    Time(String),
    /// Null, a boolean or a number, as it is written.
    Bare(&'t str),
    /// Text on several lines, without indentation.
    Lines(Vec<&'t str>),
    /// A block scalar: text after `|` or `>`.
    Block {
        /// `|` or `>`, with the indicators that follow.
        sign: String,
        /// Without indentation.
        lines: Vec<&'t str>,
    },
}

impl<'t> Tree<'t> {
    /// Reads a file that the YAML reader has parsed as `node`.
    pub(super) fn read(text: &'t str, node: &Node) -> Result<Self, FormatRefusal> {
        let events = events(text)?;
        let mut reader = TreeReader { text, gaps: Gaps::new(text), events: &events, at: 0 };
        reader.scan()?;
        let value = if events.is_empty() { EntryValue::Bare("") } else { reader.value(node, 0)?.0 };
        let root = match value {
            EntryValue::Collection(collection) => Some(collection),
            EntryValue::Bare("") => None,
            _ => {
                let construct = Construct::Outermost;
                // The span of the node is that of the file with the characters that formatting removes.
                let span = events.first().map(|(_, span, _)| span.clone()).unwrap_or_default();
                return Err(FormatRefusal::Unsupported { construct, span });
            }
        };
        Ok(Self { text, head: Vec::new(), root, unattached: reader.gaps.comments })
    }

    /// The texts of the comments of a tree that was just read.
    pub(super) fn comments(&self) -> impl Iterator<Item = &'t str> {
        self.unattached.iter().map(|comment| comment.text)
    }
}

type Events<'t> = Vec<(Event<'t>, Range<usize>, usize)>;

/// The parser's events for the only document of a text, with their bytes and columns.
fn events(text: &str) -> Result<Events<'_>, FormatRefusal> {
    let mut events = Vec::new();
    for event in Parser::new_from_str(text) {
        // An error is unexpected: the same parser has already read the text.
        let (event, span) = event.map_err(|_| FormatRefusal::Unsafe { span: 0..0 })?;
        let bytes = span.byte_range().ok_or(FormatRefusal::Unsafe { span: 0..0 })?;
        match event {
            Event::StreamStart | Event::StreamEnd | Event::DocumentStart(..) | Event::DocumentEnd => {}
            event => events.push((event, bytes, span.start.col())),
        }
    }
    Ok(events)
}

/// The text between scalars: comments, dashes and the signs of block scalars.
#[derive(Debug)]
struct Gaps<'t> {
    text: &'t str,
    /// The start of each line.
    lines: Vec<usize>,
    comments: Vec<Comment<'t>>,
    /// The dashes of lists: their byte offsets and columns.
    dashes: Vec<(usize, usize)>,
    /// The bytes of the signs of block scalars, such as `|-`.
    signs: Vec<Range<usize>>,
}

impl<'t> Gaps<'t> {
    fn new(text: &'t str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = core::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect();
        Self { text, lines, comments: Vec::new(), dashes: Vec::new(), signs: Vec::new() }
    }

    fn line(&self, number: usize) -> Range<usize> {
        let start = self.lines.get(number).copied().unwrap_or(self.text.len());
        start..self.lines.get(number + 1).copied().unwrap_or(self.text.len())
    }

    /// The number of the line that holds a byte, counted from zero, and the column.
    fn place(&self, at: usize) -> (usize, usize) {
        let number = self.lines.partition_point(|start| *start <= at).saturating_sub(1);
        (number, at - self.line(number).start.min(at))
    }

    /// The first dash at or after a byte, in a given column if there is one.
    fn dash(&self, from: usize, column: Option<usize>) -> Option<(usize, usize)> {
        let first = self.dashes.partition_point(|(at, _)| *at < from);
        let mut dashes = self.dashes.get(first..).unwrap_or_default().iter();
        dashes.find(|(_, dash)| column.is_none_or(|column| column == *dash)).copied()
    }

    fn is_blank(&self, range: Range<usize>) -> bool {
        self.text.get(range).is_some_and(|text| text.trim().is_empty())
    }

    /// Whether only spaces are before a byte on its line.
    fn has_own_line(&self, at: usize) -> bool {
        let (number, _) = self.place(at);
        self.is_blank(self.line(number).start..at)
    }

    /// Whether a byte is the first on its line, and an empty line is above.
    fn has_blank_above(&self, at: usize) -> bool {
        let (number, _) = self.place(at);
        self.has_own_line(at) && number.checked_sub(1).is_some_and(|above| self.is_blank(self.line(above)))
    }

    /// Collects the comments, dashes and signs in a gap, and refuses constructs that cannot be rewritten.
    fn scan(&mut self, gap: Range<usize>) -> Result<(), FormatRefusal> {
        let mut at = gap.start;
        while let Some(rest) = self.text.get(at..gap.end)
            && let Some(char) = rest.chars().next()
        {
            let (number, column) = self.place(at);
            at += match char {
                '-' | '.' if column == 0 && (rest.starts_with("---") || rest.starts_with("...")) => 3,
                '-' => {
                    self.dashes.push((at, column));
                    1
                }
                '#' => {
                    let text = rest.lines().next().unwrap_or(rest).trim_end();
                    let (own_line, blank) = (self.has_own_line(at), self.has_blank_above(at));
                    self.comments.push(Comment { text, start: at, column, own_line, blank });
                    let line_end = self.line(number).end;
                    (line_end - at).min(rest.len())
                }
                '|' | '>' => {
                    let signs = |char: char| matches!(char, '|' | '>' | '+' | '-' | '0'..='9');
                    let length = rest.find(|char| !signs(char)).unwrap_or(rest.len());
                    self.signs.push(at..at + length);
                    length
                }
                ':' | ',' | '[' | ']' | '{' | '}' => 1,
                other if other.is_whitespace() => other.len_utf8(),
                other => return Err(FormatRefusal::Unsafe { span: at..at + other.len_utf8() }),
            };
        }
        Ok(())
    }
}

/// Builds a tree from events, together with the nodes that the YAML reader has built from the same events.
struct TreeReader<'t, 'e> {
    text: &'t str,
    gaps: Gaps<'t>,
    events: &'e [(Event<'t>, Range<usize>, usize)],
    at: usize,
}

impl<'t, 'e> TreeReader<'t, 'e> {
    /// Scans everything between scalars.
    fn scan(&mut self) -> Result<(), FormatRefusal> {
        let mut end = 0;
        for (event, span, _) in self.events {
            if let Event::Scalar(_, style, ..) = event
                && (!span.is_empty() || is_block(*style))
            {
                self.gaps.scan(end..span.start)?;
                end = self.end_of_scalar(*style, span);
            }
        }
        self.gaps.scan(end..self.text.len())
    }

    /// The end of a scalar's text: the parser includes the indentation of the line that follows a block scalar.
    fn end_of_scalar(&self, style: ScalarStyle, span: &Range<usize>) -> usize {
        if !is_block(style) {
            let text = self.text.get(span.clone()).unwrap_or_default();
            return span.start + text.trim_end().len();
        }
        let (number, _) = self.gaps.place(span.end);
        let line = self.gaps.line(number);
        let whole = span.end == self.text.len() || !self.gaps.is_blank(line.start..span.end);
        if whole { span.end } else { line.start.max(span.start) }
    }

    fn next(&mut self) -> Result<&'e (Event<'t>, Range<usize>, usize), FormatRefusal> {
        let next = self.events.get(self.at).ok_or(FormatRefusal::Unsafe { span: 0..0 })?;
        self.at += 1;
        Ok(next)
    }

    /// Reads a value that begins at or after `min_start`, and returns its bytes too.
    fn value(
        &mut self,
        node: &Node,
        min_start: usize,
    ) -> Result<(EntryValue<'t>, Range<usize>), FormatRefusal> {
        let (event, span, column) = self.next()?;
        let different = || FormatRefusal::Unsafe { span: span.clone() };
        match (event, &node.kind) {
            (Event::Scalar(_, style, ..), kind) => self.scalar(*style, span, kind).ok_or_else(different),
            (Event::SequenceStart(style, ..), Kind::List(nodes)) => {
                let flow = *style == StructureStyle::Flow;
                // The parser gives lists different starts, depending on their indentation. The first dash does not.
                let first = if flow { None } else { self.gaps.dash(min_start, None) };
                let (mut dash, column) = first.unwrap_or((min_start, *column));
                let mut entries = Vec::new();
                for node in nodes {
                    if flow {
                        let (value, span) = self.value(node, min_start)?;
                        entries.push(Entry::new(span.start, None, value, span));
                        continue;
                    }
                    let (start, _) = self.gaps.dash(dash, Some(column)).ok_or_else(different)?;
                    dash = start + 1;
                    let (value, span) = self.value(node, dash)?;
                    let span = if span.is_empty() { dash..dash } else { span };
                    entries.push(Entry::new(start, None, value, span));
                }
                let (Event::SequenceEnd, closing, _) = self.next()? else { return Err(different()) };
                Ok(self.collection(false, flow, column, entries, span, closing))
            }
            (Event::MappingStart(style, ..), Kind::Map(members)) => {
                let flow = *style == StructureStyle::Flow;
                let mut entries = Vec::new();
                for (name, node) in members {
                    let (key, key_span, _) = self.next()?;
                    if !matches!(key, Event::Scalar(..)) || key_span.is_empty() {
                        let construct = Construct::Key;
                        return Err(FormatRefusal::Unsupported { construct, span: key_span.clone() });
                    }
                    let (value, mut span) = self.value(node, key_span.end)?;
                    if span.is_empty() {
                        span = key_span.end..key_span.end;
                    }
                    entries.push(Entry::new(key_span.start, Some(name.value.clone()), value, span));
                }
                let (Event::MappingEnd, closing, _) = self.next()? else { return Err(different()) };
                Ok(self.collection(true, flow, *column, entries, span, closing))
            }
            _ => Err(different()),
        }
    }

    fn collection(
        &self,
        is_map: bool,
        flow: bool,
        indent: usize,
        mut entries: Vec<Entry<'t>>,
        opening: &Range<usize>,
        closing: &Range<usize>,
    ) -> (EntryValue<'t>, Range<usize>) {
        for entry in &mut entries {
            entry.blank = self.gaps.has_blank_above(entry.start);
        }
        // For a collection in block style, the parser gives the start of what follows as its end.
        let end = match entries.last() {
            Some(last) if !flow => last.span.end,
            _ => closing.end,
        };
        let start = entries.first().map_or(opening.start, |first| first.start.min(opening.start));
        let collection = Collection { is_map, flow, indent, entries, tail: Vec::new() };
        (EntryValue::Collection(collection), start..end)
    }

    fn scalar(
        &self,
        style: ScalarStyle,
        span: &Range<usize>,
        kind: &Kind,
    ) -> Option<(EntryValue<'t>, Range<usize>)> {
        let end = self.end_of_scalar(style, span);
        if is_block(style) {
            return self.block(span.start, end, kind);
        }
        let source = self.text.get(span.start..end)?;
        let value = match kind {
            Kind::Text(_) if source.contains('\n') => {
                // Spaces at the start of a line are not part of the text; those at its end may be.
                let lines = source.split('\n').map(|line| line.trim_start_matches([' ', '\t']));
                EntryValue::Lines(lines.collect())
            }
            Kind::Text(text) => EntryValue::Text(text.clone()),
            _ => EntryValue::Bare(source),
        };
        Some((value, span.start..end))
    }

    /// A block scalar: its lines without their common indentation.
    fn block(&self, start: usize, end: usize, kind: &Kind) -> Option<(EntryValue<'t>, Range<usize>)> {
        let Kind::Text(text) = kind else { return None };
        let sign = self.gaps.signs.iter().rev().find(|sign| sign.end <= start)?;
        let (number, _) = self.gaps.place(sign.start);
        let content = self.gaps.line(number).end..end.max(self.gaps.line(number).end);
        let source = self.text.get(content.clone())?;
        let leading = |line: &str| line.len() - line.trim_start_matches(' ').len();
        let first = |text: &str| text.lines().find(|line| !line.trim().is_empty()).map(leading);
        // The first line of the text begins with spaces only if the sign has an indentation indicator.
        let indent = first(source).unwrap_or_default().checked_sub(first(text).unwrap_or_default())?;
        let mut lines: Vec<&str> =
            source.lines().map(|line| line.get(indent.min(leading(line))..).unwrap_or_default()).collect();
        let sign_text = self.text.get(sign.clone())?;
        if !sign_text.contains('+') {
            while lines.pop_if(|line| line.is_empty()).is_some() {}
        }
        let signs = sign_text.chars().map(|char| if char.is_ascii_digit() { '2' } else { char });
        Some((EntryValue::Block { sign: signs.collect(), lines }, sign.start..content.end.max(sign.end)))
    }
}

impl<'t> Entry<'t> {
    fn new(start: usize, key: Option<String>, value: EntryValue<'t>, span: Range<usize>) -> Self {
        let none = Vec::new;
        Self {
            start,
            key,
            value,
            span,
            blank: false,
            above: none(),
            opening: none(),
            trailing: none(),
            below: none(),
        }
    }
}

fn is_block(style: ScalarStyle) -> bool {
    matches!(style, ScalarStyle::Literal | ScalarStyle::Folded)
}
