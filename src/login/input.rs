//! What is known about a login: where it came from, and the attribute that holds the groups.

use core::cell::OnceCell;

use super::name_list::NameList;
use crate::codec::reader::Reader;
use crate::limits::MAX_VALUE_DEPTH;

/// One login, as far as the engine needs it.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Login<'a> {
    /// The id of the Auth0 organization, if the login used one.
    pub organization: Option<&'a str>,
    /// The name of the Auth0 connection.
    pub connection: Option<&'a str>,
    /// The client id of the application that is logged in to.
    pub client: Option<&'a str>,
    /// What was fetched from the event.
    pub input: Input<'a>,
}

/// What a login's evaluation goes by, apart from where the login comes from.
#[derive(Clone, Debug, Default)]
pub struct Input<'a> {
    /// The time of the login, in seconds since 1970: the core knows no clock.
    pub now: f64,
    /// What stands where each of the route's [reads](crate::Route::reads) points, in their order.
    pub values: Vec<Value<'a>>,
    /// The names that are not verbatim what arrived, joined by zero bytes: evaluations borrow from it.
    pub(crate) derived: OnceCell<Vec<u8>>,
}

impl<'a> Input<'a> {
    /// The input of a login at a time, in seconds since 1970.
    pub fn new(now: f64, values: Vec<Value<'a>>) -> Self {
        Self { now, values, derived: OnceCell::new() }
    }

    /// Decodes the time, a 64-bit float, and one value behind the other, as the Action's shim writes them.
    ///
    /// Returns `None` if the bytes hold anything else.
    pub fn decode(encoded: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(encoded);
        let now = reader.float()?;
        let mut values = Vec::with_capacity(1);
        while !reader.is_empty() {
            values.push(Value::read(&mut reader, MAX_VALUE_DEPTH)?);
        }
        Some(Self::new(now, values))
    }
}

/// A value that an identity provider sent, as it arrived.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a shape has to decide over every kind of value")]
pub enum Value<'a> {
    /// There is nothing at this place, which is not the same as an empty list.
    Absent,
    /// A JSON null.
    Null,
    /// A JSON boolean.
    Bool(bool),
    /// A JSON number.
    Number(f64),
    /// A string in UTF-8.
    Text(&'a [u8]),
    /// A JSON array.
    List(Vec<Value<'a>>),
    /// A JSON array of at least one string and nothing else.
    Names(NameList<'a>),
    /// The members of a JSON object that a source asked for.
    Object(Vec<(&'a [u8], Value<'a>)>),
    /// Something that could not be read: a getter that threw, or nesting without an end.
    Unreadable,
    /// Nothing: accounts are linked, and which of them logged in cannot be told.
    IdentityUnclear,
    /// Nothing: Entra says that it withheld the groups.
    Overage,
    /// Nothing: the provisioned groups could not be had.
    Unavailable,
}

impl<'a> Value<'a> {
    /// Decodes the one value that `encoded` holds, as the Action's shim writes it.
    ///
    /// Layout: a tag byte, then 0 absent, 1 null, 2 false, 3 true: nothing; 4 number: a float;
    /// 5 string: length and bytes; 6 array: count and values; 7 object: count and pairs of key and value;
    /// 8 unreadable: nothing; 9 an array of strings and nothing else: count, length and bytes of the strings joined
    /// by zero bytes; 10 identity unclear, 11 overage, 12 unavailable: nothing. Lengths and counts are 32-bit, everything is little-endian.
    ///
    /// Returns `None` if the bytes hold anything else.
    pub fn decode(encoded: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(encoded);
        let value = Self::read(&mut reader, MAX_VALUE_DEPTH)?;
        reader.is_empty().then_some(value)
    }

    fn read(reader: &mut Reader<'a>, depth: usize) -> Option<Self> {
        Some(match reader.byte()? {
            0 => Self::Absent,
            1 => Self::Null,
            2 => Self::Bool(false),
            3 => Self::Bool(true),
            4 => Self::Number(reader.float()?),
            5 => Self::Text(read_bytes(reader)?),
            6 => {
                let depth = depth.checked_sub(1)?;
                let count = reader.word()? as usize;
                let mut values = Vec::with_capacity(count.min(reader.remaining()));
                for _ in 0..count {
                    values.push(Self::read(reader, depth)?);
                }
                Self::List(values)
            }
            7 => {
                let depth = depth.checked_sub(1)?;
                let count = reader.word()? as usize;
                let mut members = Vec::with_capacity(count.min(reader.remaining() / 5));
                for _ in 0..count {
                    members.push((read_bytes(reader)?, Self::read(reader, depth)?));
                }
                Self::Object(members)
            }
            8 => Self::Unreadable,
            9 => {
                let count = reader.word().filter(|count| *count > 0)? as usize;
                Self::Names(NameList::joined(count, read_bytes(reader)?))
            }
            10 => Self::IdentityUnclear,
            11 => Self::Overage,
            12 => Self::Unavailable,
            _ => return None,
        })
    }
}

fn read_bytes<'a>(reader: &mut Reader<'a>) -> Option<&'a [u8]> {
    let len = reader.word()? as usize;
    reader.take(len)
}

#[cfg(test)]
mod tests {
    use super::{NameList, Value};

    fn check(encoded: &[u8], expected: Option<Value<'_>>) {
        assert_eq!(Value::decode(encoded), expected);
    }

    #[test]
    fn every_tag_is_read() {
        check(&[0], Some(Value::Absent));
        check(&[1], Some(Value::Null));
        check(&[2], Some(Value::Bool(false)));
        check(&[3], Some(Value::Bool(true)));
        check(&[4, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f], Some(Value::Number(1.0)));
        check(&[5, 2, 0, 0, 0, b'h', b'i'], Some(Value::Text(b"hi")));
        check(&[6, 2, 0, 0, 0, 1, 0], Some(Value::List(vec![Value::Null, Value::Absent])));
        check(&[7, 1, 0, 0, 0, 1, 0, 0, 0, b'k', 3], Some(Value::Object(vec![(b"k", Value::Bool(true))])));
        check(&[8], Some(Value::Unreadable));
        check(&[10], Some(Value::IdentityUnclear));
        check(&[11], Some(Value::Overage));
        check(&[12], Some(Value::Unavailable));
        let names = Value::Names(NameList::joined(2, b"a\0b"));
        check(&[9, 2, 0, 0, 0, 3, 0, 0, 0, b'a', 0, b'b'], Some(names));
    }

    #[test]
    fn anything_else_is_refused() {
        check(&[], None);
        check(&[13], None);
        check(&[9, 0, 0, 0, 0, 0, 0, 0, 0], None);
        check(&[1, 1], None);
        check(&[5, 3, 0, 0, 0, b'h', b'i'], None);
        check(&[6, 0xff, 0xff, 0xff, 0xff, 1], None);
        check(&[7, 0xff, 0xff, 0xff, 0xff], None);
        let mut deep = [6u8, 1, 0, 0, 0].repeat(9);
        deep.push(1);
        check(&deep, None);
    }
}
