//! JSON as JavaScript's `JSON.parse` reads it, because the Action's events, and JSON inside their texts, are read by it.
//!
//! JSON libraries for Rust differ in four ways. Here, numbers beyond the range of a double are infinite; nesting has no
//! limit; the last of several members with one name counts; and a text may have unpaired surrogates, which can form a
//! pair when JSON inside the text is read.

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
    /// The members in the order of the text. Of several with one name, the last counts.
    Object(Vec<(Text, Json)>),
}

/// A JavaScript string.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Text {
    /// With U+FFFD in place of unpaired surrogates.
    lossy: String,
    /// In WTF-8, if there are unpaired surrogates.
    #[expect(clippy::box_collection, reason = "one word, because hardly any text has unpaired surrogates")]
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
    /// Reads text in WTF-8, of which UTF-8 is a subset.
    pub(super) fn parse(text: &[u8]) -> Result<Self, JsonError> {
        let mut parser = Parser { rest: text };
        let read = parser.value(KEPT_JSON_DEPTH).and_then(|value| {
            parser.skip_space();
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

    /// The member with this name, if this is an object that has one.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().rev().find(|(key, _)| key.is(name)).map(|(_, value)| value)
    }

    /// The value at a path of member names.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |value, name| value.get(name))
    }

    pub(super) fn text(&self) -> Option<&Text> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

impl Text {
    /// With U+FFFD in place of unpaired surrogates, as JavaScript encodes it.
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
                    // Each of a surrogate's three bytes is a chunk. One replacement is added, for the first.
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

/// Reads JSON from the rest of a text.
struct Parser<'t> {
    rest: &'t [u8],
}

/// The value that was read, or a description of what was expected.
type Parsed<T> = Result<T, &'static str>;

const VALUE: &str = "a value";
const STRING: &str = "the end of a string";
const ESCAPE: &str = "an escape such as `\\n` or `\\u00e4`";
const KEY: &str = "a member's name in double quotes";
const COLON: &str = "`:`";
const ENTRY: &str = "`,` or `]`";
const MEMBER: &str = "`,` or `}`";

impl<'t> Parser<'t> {
    fn skip_space(&mut self) {
        while let [b' ' | b'\t' | b'\n' | b'\r', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    /// Skips this byte if it is next.
    fn eat(&mut self, byte: u8) -> bool {
        match self.rest.split_first() {
            Some((first, rest)) if *first == byte => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn keyword(&mut self, keyword: &[u8], value: Json) -> Parsed<Json> {
        self.rest = self.rest.strip_prefix(keyword).ok_or(VALUE)?;
        Ok(value)
    }

    fn value(&mut self, depth: usize) -> Parsed<Json> {
        self.skip_space();
        match self.rest {
            [b'"', rest @ ..] => {
                self.rest = rest;
                self.string().map(Json::Text)
            }
            [b'{', ..] if depth > 0 => self.object(depth - 1),
            [b'[', ..] if depth > 0 => self.list(depth - 1),
            [b'{', ..] => self.skip_value().map(|()| Json::Object(Vec::new())),
            [b'[', ..] => self.skip_value().map(|()| Json::List(Vec::new())),
            _ => self.scalar(),
        }
    }

    /// A value that is neither a string nor nested.
    fn scalar(&mut self) -> Parsed<Json> {
        match self.rest {
            [b't', ..] => self.keyword(b"true", Json::Bool(true)),
            [b'f', ..] => self.keyword(b"false", Json::Bool(false)),
            [b'n', ..] => self.keyword(b"null", Json::Null),
            _ => self.number().map(Json::Number),
        }
    }

    fn list(&mut self, depth: usize) -> Parsed<Json> {
        let mut entries = Vec::new();
        self.eat(b'[');
        self.skip_space();
        if self.eat(b']') {
            return Ok(Json::List(entries));
        }
        loop {
            entries.push(self.value(depth)?);
            self.skip_space();
            if !self.eat(b',') {
                return if self.eat(b']') { Ok(Json::List(entries)) } else { Err(ENTRY) };
            }
        }
    }

    fn object(&mut self, depth: usize) -> Parsed<Json> {
        let mut members = Vec::new();
        self.eat(b'{');
        self.skip_space();
        if self.eat(b'}') {
            return Ok(Json::Object(members));
        }
        loop {
            let key = self.key()?;
            members.push((key, self.value(depth)?));
            self.skip_space();
            if !self.eat(b',') {
                return if self.eat(b'}') { Ok(Json::Object(members)) } else { Err(MEMBER) };
            }
        }
    }

    /// A member's name and the colon after it.
    fn key(&mut self) -> Parsed<Text> {
        self.skip_space();
        let key = if self.eat(b'"') { self.string()? } else { return Err(KEY) };
        self.skip_space();
        if self.eat(b':') { Ok(key) } else { Err(COLON) }
    }

    /// Skips a value. This needs one byte of memory for each level of nesting.
    fn skip_value(&mut self) -> Parsed<()> {
        let mut closing: Vec<u8> = Vec::new();
        loop {
            self.skip_space();
            if self.eat(b'[') {
                self.skip_space();
                if !self.eat(b']') {
                    closing.push(b']');
                    continue;
                }
            } else if self.eat(b'{') {
                self.skip_space();
                if !self.eat(b'}') {
                    self.key()?;
                    closing.push(b'}');
                    continue;
                }
            } else if self.eat(b'"') {
                self.string()?;
            } else {
                self.scalar()?;
            }
            // A value is complete, and perhaps the values that contain it are too.
            loop {
                let Some(close) = closing.last().copied() else { return Ok(()) };
                self.skip_space();
                if self.eat(b',') {
                    if close == b'}' {
                        self.key()?;
                    }
                    break;
                }
                if !self.eat(close) {
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
        let whole = |parser: &mut Self| parser.eat(b'0') || parser.digits() > 0;
        let negative = self.eat(b'-');
        if !whole(self) {
            self.rest = start;
            return Err(VALUE);
        }
        let is_whole = !matches!(self.rest, [b'.' | b'e' | b'E', ..]);
        if self.eat(b'.') && self.digits() == 0 {
            return Err("a digit");
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _ = self.eat(b'+') || self.eat(b'-');
            if self.digits() == 0 {
                return Err("a digit");
            }
        }
        let text = start.get(..start.len() - self.rest.len()).unwrap_or_default();
        if is_whole && text.len() <= 15 {
            // Every whole number below 2^53 is exactly a double.
            let digits = text.get(usize::from(negative)..).unwrap_or_default();
            let value = digits.iter().fold(0u64, |value, digit| value * 10 + u64::from(digit - b'0')) as f64;
            return Ok(if negative { -value } else { value });
        }
        // The nearest double, which may be infinite.
        str::from_utf8(text).ok().and_then(|text| text.parse().ok()).ok_or(VALUE)
    }

    /// Reads a string after its first quote.
    fn string(&mut self) -> Parsed<Text> {
        let plain = self.plain()?;
        if self.eat(b'"') {
            return Ok(Text::from_wtf8(plain.to_vec()));
        }
        let mut text = plain.to_vec();
        loop {
            if self.eat(b'"') {
                return Ok(Text::from_wtf8(text));
            }
            match self.plain()? {
                [] => {
                    let unit = self.escape()?;
                    push_unit(&mut text, unit);
                }
                // The text may begin with the second surrogate of a pair whose first is an escape before it.
                [0xed, second @ 0xb0..=0xbf, third, rest @ ..] => {
                    push_unit(&mut text, 0xd000 | u32::from(second & 0x3f) << 6 | u32::from(third & 0x3f));
                    text.extend_from_slice(rest);
                }
                plain => text.extend_from_slice(plain),
            }
        }
    }

    /// The text before the next quote or escape of a string.
    fn plain(&mut self) -> Parsed<&'t [u8]> {
        let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
        let end = self.rest.iter().position(special).unwrap_or(self.rest.len());
        let (plain, rest) = self.rest.split_at_checked(end).unwrap_or_default();
        self.rest = rest;
        if matches!(rest.first(), Some(b'"' | b'\\')) { Ok(plain) } else { Err(STRING) }
    }

    /// The UTF-16 unit that an escape encodes.
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

/// Appends a UTF-16 unit to WTF-8. The second surrogate of a pair is combined with the first.
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
        // An unpaired surrogate has three bytes in WTF-8.
        None => text.extend([0xed, 0x80 | (unit >> 6 & 0x3f) as u8, 0x80 | (unit & 0x3f) as u8]),
    }
}
