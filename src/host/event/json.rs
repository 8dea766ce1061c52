//! JSON as JavaScript's `JSON.parse` reads it, because the Action has its events and the JSON in their texts from there.
//!
//! What JSON libraries for Rust read differently: numbers beyond the range of a double are infinite, nesting has no
//! limit, the last of several members of one name counts, and a text may hold surrogates without their partner, which
//! pair up with those of another text when JSON within it is read.

#[cfg(test)]
mod tests;

use crate::limits::KEPT_JSON_DEPTH;
use std::fmt;

/// A JSON value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Json {
    #[default]
    Null,
    Bool(bool),
    Number(f64),
    Text(Text),
    List(Vec<Json>),
    /// The members in the order of the text; of several of one name the last counts.
    Object(Vec<(Text, Json)>),
}

/// A text of JavaScript.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Text {
    /// With U+FFFD in place of surrogates without their partner.
    lossy: String,
    /// In WTF-8, if there are such surrogates.
    #[expect(clippy::box_collection, reason = "one word, because hardly any text has such surrogates")]
    exact: Option<Box<Vec<u8>>>,
}

/// Why text is not JSON, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    expected: &'static str,
    line: usize,
    column: usize,
}

impl fmt::Display for JsonError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { expected, line, column } = self;
        write!(formatter, "expected {expected} at line {line} column {column}")
    }
}

impl core::error::Error for JsonError {}

impl Json {
    /// Reads text in WTF-8, which all UTF-8 is.
    pub(super) fn parse(text: &[u8]) -> Result<Self, JsonError> {
        let mut parser = Parser { rest: text };
        let read = parser.value(KEPT_JSON_DEPTH).and_then(|value| {
            parser.space();
            if parser.rest.is_empty() { Ok(value) } else { Err("the end of the text") }
        });
        read.map_err(|expected| {
            let before = text.get(..text.len() - parser.rest.len()).unwrap_or_default();
            let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
            JsonError { expected, line, column: 1 + before.len() - line_start }
        })
    }

    pub(super) fn from_serde(value: &serde_json::Value) -> Self {
        Self::convert(value, KEPT_JSON_DEPTH)
    }

    fn convert(value: &serde_json::Value, depth: usize) -> Self {
        use serde_json::Value;
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Number(number.as_f64().unwrap_or(f64::NAN)),
            Value::String(text) => Self::Text(Text::from(text.as_str())),
            Value::Array(_) if depth == 0 => Self::List(Vec::new()),
            Value::Object(_) if depth == 0 => Self::Object(Vec::new()),
            Value::Array(entries) => {
                Self::List(entries.iter().map(|entry| Self::convert(entry, depth - 1)).collect())
            }
            Value::Object(members) => {
                let member = |(key, value): (&String, &Value)| {
                    (Text::from(key.as_str()), Self::convert(value, depth - 1))
                };
                Self::Object(members.iter().map(member).collect())
            }
        }
    }

    /// The member of this name, if this is an object that has one.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().rev().find(|(key, _)| key.is(name)).map(|(_, value)| value)
    }

    /// What a path of names leads to.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |value, name| value.get(name))
    }

    pub(super) fn text(&self) -> Option<&Text> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

impl Text {
    /// With U+FFFD in place of surrogates without their partner, as JavaScript encodes it.
    pub(super) fn as_str(&self) -> &str {
        &self.lossy
    }

    /// In WTF-8.
    pub(super) fn exact(&self) -> &[u8] {
        self.exact.as_deref().map_or(self.lossy.as_bytes(), Vec::as_slice)
    }

    pub(super) fn is(&self, text: &str) -> bool {
        self.exact.is_none() && self.lossy == text
    }

    pub(super) fn from_wtf8(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(lossy) => Self { lossy, exact: None },
            Err(error) => {
                let exact = error.into_bytes();
                let mut lossy = String::with_capacity(exact.len());
                for chunk in exact.utf8_chunks() {
                    lossy.push_str(chunk.valid());
                    // Each of a surrogate's three bytes is a chunk; the first of them tells that there is one.
                    if chunk.invalid().first() == Some(&0xed) {
                        lossy.push(char::REPLACEMENT_CHARACTER);
                    }
                }
                Self { lossy, exact: Some(Box::new(exact)) }
            }
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self { lossy: text.to_owned(), exact: None }
    }
}

/// What is left of a text.
struct Parser<'t> {
    rest: &'t [u8],
}

/// What was read, or what was expected.
type Parsed<T> = Result<T, &'static str>;

const VALUE: &str = "a value";
const STRING: &str = "the end of a string";
const ESCAPE: &str = "an escape such as `\\n` or `\\u00e4`";
const KEY: &str = "a member's name in double quotes";
const COLON: &str = "`:`";
const ENTRY: &str = "`,` or `]`";
const MEMBER: &str = "`,` or `}`";

impl<'t> Parser<'t> {
    fn space(&mut self) {
        while let [b' ' | b'\t' | b'\n' | b'\r', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    /// Takes this byte, if it is next.
    fn takes(&mut self, byte: u8) -> bool {
        match self.rest.split_first() {
            Some((first, rest)) if *first == byte => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn word(&mut self, word: &[u8], value: Json) -> Parsed<Json> {
        self.rest = self.rest.strip_prefix(word).ok_or(VALUE)?;
        Ok(value)
    }

    fn value(&mut self, depth: usize) -> Parsed<Json> {
        self.space();
        match self.rest {
            [b'"', rest @ ..] => {
                self.rest = rest;
                self.string().map(Json::Text)
            }
            [b'{', ..] if depth > 0 => self.object(depth - 1),
            [b'[', ..] if depth > 0 => self.list(depth - 1),
            [b'{', ..] => self.skip().map(|()| Json::Object(Vec::new())),
            [b'[', ..] => self.skip().map(|()| Json::List(Vec::new())),
            _ => self.scalar(),
        }
    }

    /// A value that is neither a string nor nested.
    fn scalar(&mut self) -> Parsed<Json> {
        match self.rest {
            [b't', ..] => self.word(b"true", Json::Bool(true)),
            [b'f', ..] => self.word(b"false", Json::Bool(false)),
            [b'n', ..] => self.word(b"null", Json::Null),
            _ => self.number().map(Json::Number),
        }
    }

    fn list(&mut self, depth: usize) -> Parsed<Json> {
        let mut entries = Vec::new();
        self.takes(b'[');
        self.space();
        if self.takes(b']') {
            return Ok(Json::List(entries));
        }
        loop {
            entries.push(self.value(depth)?);
            self.space();
            if !self.takes(b',') {
                return if self.takes(b']') { Ok(Json::List(entries)) } else { Err(ENTRY) };
            }
        }
    }

    fn object(&mut self, depth: usize) -> Parsed<Json> {
        let mut members = Vec::new();
        self.takes(b'{');
        self.space();
        if self.takes(b'}') {
            return Ok(Json::Object(members));
        }
        loop {
            let key = self.key()?;
            members.push((key, self.value(depth)?));
            self.space();
            if !self.takes(b',') {
                return if self.takes(b'}') { Ok(Json::Object(members)) } else { Err(MEMBER) };
            }
        }
    }

    /// A member's name and the colon after it.
    fn key(&mut self) -> Parsed<Text> {
        self.space();
        let key = if self.takes(b'"') { self.string()? } else { return Err(KEY) };
        self.space();
        if self.takes(b':') { Ok(key) } else { Err(COLON) }
    }

    /// Reads a value without keeping it, in memory of a byte for each level that it is nested.
    fn skip(&mut self) -> Parsed<()> {
        let mut closing: Vec<u8> = Vec::new();
        loop {
            self.space();
            if self.takes(b'[') {
                self.space();
                if !self.takes(b']') {
                    closing.push(b']');
                    continue;
                }
            } else if self.takes(b'{') {
                self.space();
                if !self.takes(b'}') {
                    self.key()?;
                    closing.push(b'}');
                    continue;
                }
            } else if self.takes(b'"') {
                self.string()?;
            } else {
                self.scalar()?;
            }
            // A value is complete, and with it perhaps those that it is in.
            loop {
                let Some(close) = closing.last().copied() else { return Ok(()) };
                self.space();
                if self.takes(b',') {
                    if close == b'}' {
                        self.key()?;
                    }
                    break;
                }
                if !self.takes(close) {
                    return Err(if close == b'}' { MEMBER } else { ENTRY });
                }
                closing.pop();
            }
        }
    }

    fn digits(&mut self) -> usize {
        let count = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.rest = self.rest.get(count..).unwrap_or_default();
        count
    }

    fn number(&mut self) -> Parsed<f64> {
        let start = self.rest;
        let whole = |parser: &mut Self| parser.takes(b'0') || parser.digits() > 0;
        let negative = self.takes(b'-');
        if !whole(self) {
            self.rest = start;
            return Err(VALUE);
        }
        let is_whole = !matches!(self.rest, [b'.' | b'e' | b'E', ..]);
        if self.takes(b'.') && self.digits() == 0 {
            return Err("a digit");
        }
        if self.takes(b'e') || self.takes(b'E') {
            let _ = self.takes(b'+') || self.takes(b'-');
            if self.digits() == 0 {
                return Err("a digit");
            }
        }
        let text = start.get(..start.len() - self.rest.len()).unwrap_or_default();
        if is_whole && text.len() <= 15 {
            // Below 2^53 every whole number is a double.
            let digits = text.get(usize::from(negative)..).unwrap_or_default();
            let value = digits.iter().fold(0u64, |value, digit| value * 10 + u64::from(digit - b'0')) as f64;
            return Ok(if negative { -value } else { value });
        }
        // The nearest double, or an infinite one.
        str::from_utf8(text).ok().and_then(|text| text.parse().ok()).ok_or(VALUE)
    }

    /// Reads a string after its first quote.
    fn string(&mut self) -> Parsed<Text> {
        let plain = self.plain()?;
        if self.takes(b'"') {
            return Ok(Text::from_wtf8(plain.to_vec()));
        }
        let mut text = plain.to_vec();
        loop {
            if self.takes(b'"') {
                return Ok(Text::from_wtf8(text));
            }
            match self.plain()? {
                [] => {
                    let unit = self.escape()?;
                    push_unit(&mut text, unit);
                }
                // The text may begin with a surrogate whose partner is before it as an escape.
                [0xed, second @ 0xb0..=0xbf, third, rest @ ..] => {
                    push_unit(&mut text, 0xd000 | u32::from(second & 0x3f) << 6 | u32::from(third & 0x3f));
                    text.extend_from_slice(rest);
                }
                plain => text.extend_from_slice(plain),
            }
        }
    }

    /// What comes before the next quote or escape of a string.
    fn plain(&mut self) -> Parsed<&'t [u8]> {
        let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
        let end = self.rest.iter().position(special).unwrap_or(self.rest.len());
        let (plain, rest) = self.rest.split_at_checked(end).unwrap_or_default();
        self.rest = rest;
        if matches!(rest.first(), Some(b'"' | b'\\')) { Ok(plain) } else { Err(STRING) }
    }

    /// The UTF-16 unit that an escape is for.
    fn escape(&mut self) -> Parsed<u32> {
        let (unit, rest) = match self.rest {
            [b'\\', b'u', digits @ ..] => {
                let (digits, rest) = digits.split_at_checked(4).ok_or(ESCAPE)?;
                let unit = digits
                    .iter()
                    .try_fold(0, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)?));
                (unit.ok_or(ESCAPE)?, rest)
            }
            [b'\\', escaped, rest @ ..] => {
                let byte = match escaped {
                    b'"' | b'\\' | b'/' => *escaped,
                    b'b' => 8,
                    b'f' => 12,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    _ => return Err(ESCAPE),
                };
                (u32::from(byte), rest)
            }
            _ => return Err(ESCAPE),
        };
        self.rest = rest;
        Ok(unit)
    }
}

/// Appends a UTF-16 unit to WTF-8. The second half of a pair joins the first.
fn push_unit(text: &mut Vec<u8>, unit: u32) {
    let pair = match text.as_slice() {
        [.., 0xed, second @ 0xa0..=0xaf, third] if matches!(unit, 0xdc00..0xe000) => {
            let high = u32::from(second & 0x0f) << 6 | u32::from(third & 0x3f);
            char::from_u32(0x1_0000 + (high << 10) + (unit - 0xdc00))
        }
        _ => None,
    };
    if pair.is_some() {
        text.truncate(text.len() - 3);
    }
    match pair.or(char::from_u32(unit)) {
        Some(char) => text.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
        // A surrogate, in the three bytes that it has in WTF-8.
        None => text.extend([0xed, 0x80 | (unit >> 6 & 0x3f) as u8, 0x80 | (unit & 0x3f) as u8]),
    }
}
