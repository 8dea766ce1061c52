//! Distinguished names, such as `CN=eng,OU=Groups,DC=acme,DC=example`, as LDAP writes them (RFC 4514).
//!
//! The forms of older writers that section 4 of RFC 2253 asks readers to accept are accepted as well: spaces around
//! `,`, `+` and `=`, a `;` in place of a `,`, values in double quotes, and `OID.` before a dotted attribute type.
//! So are spaces at both ends of a name, and `\/`, which Active Directory writes.
//! Nothing else is: a text with an unescaped special character is not a distinguished name.

use crate::text::case_mapping::{push, same_folded};

/// A parsed distinguished name.
#[derive(Debug)]
pub(crate) struct DistinguishedName<'a> {
    /// At least one.
    parts: Vec<Part<'a>>,
}

/// The relative name of a distinguished name from which an attribute is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "an entry has a name of its own and others above it")]
pub enum AttributeOf {
    /// The entry's own, which is the first.
    Entry,
    /// The nearest one above the entry's own that has the attribute.
    Parent,
}

/// An attribute and its value.
#[derive(Clone, Copy, Debug)]
struct Part<'a> {
    attribute: &'a [u8],
    /// As written, without quotes, the `#` of an encoded value, and the spaces around it.
    value: &'a [u8],
    /// Whether the value is written as the hexadecimal digits of its encoding.
    encoded: bool,
    /// Whether the relative name ends here: no `+` follows.
    last: bool,
}

/// The attribute types that RFC 4514 names: short, long and dotted.
const KNOWN_TYPES: [&[u8]; 9] = [
    b"CN commonName 2.5.4.3",
    b"L localityName 2.5.4.7",
    b"ST stateOrProvinceName 2.5.4.8",
    b"O organizationName 2.5.4.10",
    b"OU organizationalUnitName 2.5.4.11",
    b"C countryName 2.5.4.6",
    b"STREET streetAddress 2.5.4.9",
    b"DC domainComponent 0.9.2342.19200300.100.1.25",
    b"UID userId 0.9.2342.19200300.100.1.1",
];

/// Whether the text is a distinguished name of at least one attribute.
#[cfg(any(test, feature = "compiler"))]
pub(crate) fn is_dn(text: &[u8]) -> bool {
    DistinguishedName::parse(text).is_some()
}

/// Whether the text is an attribute type: a keyword such as `CN`, or dotted numbers.
pub(crate) fn is_attribute(text: &[u8]) -> bool {
    match text {
        [first, rest @ ..] if first.is_ascii_alphabetic() => {
            rest.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
        }
        _ => is_dotted(text),
    }
}

impl<'a> DistinguishedName<'a> {
    /// Parses a distinguished name; `None` if the text is anything else.
    pub(crate) fn parse(text: &'a [u8]) -> Option<Self> {
        let mut parts = Vec::with_capacity(8);
        let mut rest = text;
        loop {
            let (attribute, after) = rest.split_at_checked(rest.iter().position(|byte| *byte == b'=')?)?;
            let attribute = read_attribute(attribute)?;
            let (value, encoded, after) = read_value(skip_spaces(after.get(1..)?))?;
            let separator = skip_spaces(after).split_first();
            let last = match separator {
                None | Some((b',' | b';', _)) => true,
                Some((b'+', _)) => false,
                _ => return None,
            };
            parts.push(Part { attribute, value, encoded, last });
            match separator {
                Some((_, after)) => rest = after,
                None => return Some(Self { parts }),
            }
        }
    }

    /// Appends the value of an attribute: of the entry's own relative name, which is the first, or of the nearest one
    /// above it that has the attribute.
    /// Returns `false`, and appends nothing, if there is none, if there are several, or if it is not text.
    pub(crate) fn value(&self, attribute: &[u8], of: AttributeOf, out: &mut Vec<u8>) -> bool {
        let own = self.parts.iter().position(|part| part.last).map_or(self.parts.len(), |last| last + 1);
        let (own, mut above) = self.parts.split_at_checked(own).unwrap_or_default();
        let is_it = |part: &&Part<'_>| same_attribute(part.attribute, attribute);
        let name = match of {
            AttributeOf::Entry => own,
            AttributeOf::Parent => {
                let Some(first) = above.iter().position(|part| is_it(&part)) else { return false };
                // The parts before it lack the attribute, so leaving them out changes nothing.
                above = above.get(first..).unwrap_or_default();
                let end = above.iter().position(|part| part.last).map_or(above.len(), |last| last + 1);
                above.get(..end).unwrap_or_default()
            }
        };
        let mut values = name.iter().filter(is_it);
        match (values.next(), values.next()) {
            (Some(part), None) => part.append_text(out),
            _ => false,
        }
    }

    /// Whether this name is below another one, at any depth, so that it ends in the other name.
    pub(crate) fn is_below(&self, base: &DistinguishedName<'_>) -> bool {
        let (mut rest, mut base) = (self.parts.as_slice(), base.parts.as_slice());
        while let Some(wanted) = take_last_name(&mut base) {
            if !take_last_name(&mut rest).is_some_and(|name| same_name(name, wanted)) {
                return false;
            }
        }
        !rest.is_empty()
    }
}

impl Part<'_> {
    /// Appends the value. Returns `false`, and appends nothing, if it is not text.
    fn append_text(&self, out: &mut Vec<u8>) -> bool {
        let start = out.len();
        let is_read = match self.encoded {
            true => append_encoded(&unhex(self.value), out).is_some(),
            false => append_unescaped(self.value, out).is_some(),
        };
        // Escaped bytes can be anything.
        let is_text = is_read && out.get(start..).is_some_and(|text| core::str::from_utf8(text).is_ok());
        if !is_text {
            out.truncate(start);
        }
        is_text
    }

    /// Whether attribute and value are the same, ignoring letter case and the number of adjacent spaces.
    fn is_same(&self, other: &Part<'_>) -> bool {
        same_attribute(self.attribute, other.attribute) && self.has_same_value(other)
    }

    fn has_same_value(&self, other: &Part<'_>) -> bool {
        // Most equal values are written alike, and values that are not text can be compared only like this.
        if self.encoded == other.encoded && self.value.eq_ignore_ascii_case(other.value) {
            return true;
        }
        let (mut text, mut other_text) = (Vec::new(), Vec::new());
        self.append_text(&mut text)
            && other.append_text(&mut other_text)
            && same_folded(squeeze(&mut text), squeeze(&mut other_text))
    }
}

/// Removes the last relative name, and returns its parts.
fn take_last_name<'p, 'a>(parts: &mut &'p [Part<'a>]) -> Option<&'p [Part<'a>]> {
    let (_, others) = parts.split_last()?;
    let start = others.iter().rposition(|part| part.last).map_or(0, |end| end + 1);
    let (rest, name) = parts.split_at_checked(start)?;
    *parts = rest;
    Some(name)
}

/// Whether two relative names have the same parts, in any order.
fn same_name(left: &[Part<'_>], right: &[Part<'_>]) -> bool {
    let is_in = |part: &Part<'_>, name: &[Part<'_>]| name.iter().any(|it| it.is_same(part));
    left.len() == right.len()
        && left.iter().all(|part| is_in(part, right))
        && right.iter().all(|part| is_in(part, left))
}

fn same_attribute(left: &[u8], right: &[u8]) -> bool {
    left.eq_ignore_ascii_case(right)
        || KNOWN_TYPES.iter().any(|names| {
            let is_one =
                |it: &[u8]| names.split(|byte| *byte == b' ').any(|name| name.eq_ignore_ascii_case(it));
            is_one(left) && is_one(right)
        })
}

/// Replaces each run of spaces by one space, and removes those at the ends.
fn squeeze(text: &mut Vec<u8>) -> &[u8] {
    text.dedup_by(|next, before| *next == b' ' && *before == b' ');
    let text = text.strip_prefix(b" ").unwrap_or(text);
    text.strip_suffix(b" ").unwrap_or(text)
}

fn skip_spaces(text: &[u8]) -> &[u8] {
    let spaces = text.iter().take_while(|byte| **byte == b' ').count();
    text.get(spaces..).unwrap_or_default()
}

/// Reads the text before a `=` as an attribute type.
fn read_attribute(text: &[u8]) -> Option<&[u8]> {
    let text = skip_spaces(text);
    let end = text.iter().rposition(|byte| *byte != b' ')?;
    let attribute = text.get(..=end)?;
    match attribute.split_at_checked(4) {
        Some((prefix, dotted)) if prefix.eq_ignore_ascii_case(b"OID.") => is_dotted(dotted).then_some(dotted),
        _ => is_attribute(attribute).then_some(attribute),
    }
}

/// Whether the text is at least two numbers with dots between them.
fn is_dotted(text: &[u8]) -> bool {
    // A dot, a zero that is a number by itself, or any other digit.
    let (mut last, mut dots) = (b'.', 0);
    for byte in text {
        last = match (last, byte) {
            (b'.', b'0') => b'0',
            (b'.' | b'1', b'0'..=b'9') => b'1',
            (b'0' | b'1', b'.') => b'.',
            _ => return false,
        };
        dots += u32::from(last == b'.');
    }
    last != b'.' && dots > 0
}

/// The value that the text begins with, whether it is encoded, and what follows it.
fn read_value(text: &[u8]) -> Option<(&[u8], bool, &[u8])> {
    match text.split_first() {
        Some((b'#', digits)) => {
            let len = digits.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
            let (value, rest) = digits.split_at_checked(len)?;
            (len > 0 && len % 2 == 0).then_some((value, true, rest))
        }
        Some((b'"', quoted)) => {
            let (value, rest) = quoted.split_at_checked(read_text(quoted, true)?.0)?;
            Some((value, false, rest.strip_prefix(b"\"")?))
        }
        _ => {
            let (len, end) = read_text(text, false)?;
            Some((text.get(..end)?, false, text.get(len..)?))
        }
    }
}

/// The length of a value, with and without the unescaped spaces at its end.
fn read_text(text: &[u8], quoted: bool) -> Option<(usize, usize)> {
    let (mut len, mut end) = (0, 0);
    while let Some(byte) = text.get(len) {
        len += 1;
        match byte {
            b'"' if quoted => return Some((len - 1, end)),
            b',' | b';' | b'+' if !quoted => return Some((len - 1, end)),
            b'"' | b'<' | b'>' if !quoted => return None,
            b'\\' => len += read_escape(text.get(len..)?)?.1,
            b' ' => continue,
            _ => {}
        }
        end = len;
    }
    Some((len, end))
}

/// The byte that the escape after a backslash means, and the length of the escape.
fn read_escape(text: &[u8]) -> Option<(u8, usize)> {
    match text {
        [byte @ (b',' | b'+' | b'"' | b'\\' | b'<' | b'>' | b';' | b' ' | b'#' | b'=' | b'/'), ..] => {
            Some((*byte, 1))
        }
        [high, low, ..] => Some((hex(*high, *low)?, 2)),
        _ => None,
    }
}

fn append_unescaped(text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let mut rest = text;
    // Copies the text up to the next escape at once; most values have none.
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        let (plain, escape) = rest.split_at_checked(at)?;
        let (byte, len) = read_escape(escape.get(1..)?)?;
        out.extend_from_slice(plain);
        out.push(byte);
        rest = escape.get(1 + len..)?;
    }
    out.extend_from_slice(rest);
    Some(())
}

/// Appends the text of an encoded value (BER), if it is one of the kinds of strings that directories use.
fn append_encoded(bytes: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let [tag, len, rest @ ..] = bytes else { return None };
    let (len, content) = match *len {
        0..=0x7f => (usize::from(*len), rest),
        // A length of more than four bytes would exceed every name.
        0x81..=0x84 => {
            let (digits, content) = rest.split_at_checked(usize::from(*len & 0x7f))?;
            (digits.iter().fold(0, |len, digit| (len << 8) | usize::from(*digit)), content)
        }
        _ => return None,
    };
    if content.len() != len {
        return None;
    }
    match *tag {
        // UTF8String
        0x0c => out.extend_from_slice(content),
        // PrintableString and IA5String
        0x13 | 0x16 if content.is_ascii() => out.extend_from_slice(content),
        // TeletexString, which is Latin-1 in practice
        0x14 => content.iter().for_each(|byte| push((*byte).into(), out)),
        // BMPString
        0x1e => {
            let (units, []) = content.as_chunks::<2>() else { return None };
            for unit in units {
                push(char::from_u32(u16::from_be_bytes(*unit).into())?, out);
            }
        }
        _ => return None,
    }
    Some(())
}

fn unhex(digits: &[u8]) -> Vec<u8> {
    digits.as_chunks::<2>().0.iter().filter_map(|[high, low]| hex(*high, *low)).collect()
}

fn hex(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    Some((digit(high)? << 4 | digit(low)?) as u8)
}

#[cfg(test)]
mod tests;
