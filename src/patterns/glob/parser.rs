//! The parser of globs, after globset has checked them.

use super::{GlobError, GlobToken, empty_alternative, is_capture_name};
use crate::limits::{MAX_CAPTURES, MAX_GLOB_DEPTH};

/// Reads a glob character by character.
pub(super) struct GlobParser<'g, 'n> {
    rest: core::iter::Peekable<core::str::Chars<'g>>,
    depth: usize,
    /// The names of the captures, by number.
    captures: &'n mut Vec<String>,
}

impl<'g, 'n> GlobParser<'g, 'n> {
    /// A parser that appends the names of captures to `captures`.
    pub(super) fn new(glob: &'g str, captures: &'n mut Vec<String>) -> Self {
        Self { rest: glob.chars().peekable(), depth: 0, captures }
    }

    /// Reads up to the end, or to the `,` or `}` that ends an alternative.
    pub(super) fn sequence(&mut self) -> Result<Vec<GlobToken>, GlobError> {
        let mut tokens = Vec::new();
        while let Some(&char) = self.rest.peek() {
            if self.depth > 0 && matches!(char, ',' | '}') {
                break;
            }
            self.rest.next();
            tokens.push(match char {
                '*' => GlobToken::Any,
                '?' => GlobToken::One,
                '[' => self.class(),
                '{' => self.alternatives()?,
                '$' if self.rest.peek() == Some(&'{') => self.capture()?,
                literal => GlobToken::Literal(literal),
            });
        }
        Ok(tokens)
    }

    /// Reads a named wildcard after its `$`.
    fn capture(&mut self) -> Result<GlobToken, GlobError> {
        let mut name = String::new();
        self.rest.next();
        let closed = loop {
            match self.rest.next() {
                Some('}') => break true,
                Some(char) => name.push(char),
                None => break false,
            }
        };
        if !closed {
            let message = "a `${` is never closed".to_owned();
            let help = "close it with `}`; for the characters themselves write `[$][{]`";
            return Err(GlobError::Invalid(message, help));
        }
        if !is_capture_name(&name) {
            let message = format!("`${{{}}}` is not a capture", name.escape_debug());
            return Err(GlobError::Invalid(
                message,
                "its name has lowercase letters, digits and `_`, and begins with a letter; for the characters themselves write `[$][{]…[}]`",
            ));
        }
        let known = self.captures.iter().position(|known| *known == name);
        let number = known.unwrap_or_else(|| {
            self.captures.push(name);
            self.captures.len() - 1
        });
        match u8::try_from(number) {
            Ok(number) if usize::from(number) < MAX_CAPTURES => Ok(GlobToken::Capture(number)),
            _ => {
                let message = format!("the rule's patterns have more than {MAX_CAPTURES} captures");
                Err(GlobError::Invalid(message, "capture only what is granted"))
            }
        }
    }

    fn alternatives(&mut self) -> Result<GlobToken, GlobError> {
        self.depth += 1;
        if self.depth > MAX_GLOB_DEPTH {
            return Err(GlobError::TooLarge);
        }
        let mut all = Vec::new();
        loop {
            let tokens = self.sequence()?;
            if tokens.is_empty() {
                return Err(empty_alternative());
            }
            all.push(tokens);
            if self.rest.next() != Some(',') {
                break;
            }
        }
        self.depth -= 1;
        Ok(GlobToken::Alternatives(all))
    }

    /// Reads a class after its `[`; globset has checked that it is closed and that its ranges ascend.
    fn class(&mut self) -> GlobToken {
        let negated = self.rest.next_if(|char| matches!(char, '!' | '^')).is_some();
        let mut ranges: Vec<(char, char)> = Vec::new();
        let mut open_range = false;
        for char in self.rest.by_ref() {
            match (char, ranges.last_mut()) {
                (']', Some(_)) => break,
                ('-', Some(_)) if !open_range => open_range = true,
                (char, Some(last)) if open_range => {
                    last.1 = char;
                    open_range = false;
                }
                (char, _) => ranges.push((char, char)),
            }
        }
        if open_range {
            ranges.push(('-', '-'));
        }
        match ranges.as_slice() {
            [(low, high)] if low == high && !negated => GlobToken::Literal(*low),
            _ => GlobToken::Class { negated, ranges },
        }
    }
}
