//! A value that an identity provider sent, as a host found it in an event.

use super::name_list::NameList;
use crate::codec::reader::Reader;
use crate::codec::tags::value as tag;
use crate::limits::MAX_VALUE_DEPTH;

/// A value that an identity provider sent, as it arrived.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a shape has to decide over every kind of value")]
pub enum Value<'a> {
    /// There is no value, which is not the same as an empty list.
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
    /// The members of a JSON object that a lookup asked for.
    Object(Vec<(&'a [u8], Value<'a>)>),
    /// A value that could not be read: reading it threw, it has no JSON type, or it is too large.
    Unreadable,
    /// No value: accounts are linked, and it is unclear which of them logged in.
    IdentityUnclear,
    /// No value: Entra says that it withheld the groups.
    Overage,
    /// No value: the provisioned groups could not be fetched.
    Unavailable,
}

impl<'a> Value<'a> {
    /// Decodes one value as the Action's shim encodes it; `None` if the bytes are anything else.
    ///
    /// docs/spec/boundary.md describes the encoding.
    pub fn decode(encoded: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(encoded);
        let value = Self::read(&mut reader, MAX_VALUE_DEPTH)?;
        reader.is_empty().then_some(value)
    }

    pub(crate) fn read(reader: &mut Reader<'a>, depth: usize) -> Option<Self> {
        Some(match reader.byte()? {
            tag::ABSENT => Self::Absent,
            tag::NULL => Self::Null,
            tag::FALSE => Self::Bool(false),
            tag::TRUE => Self::Bool(true),
            tag::NUMBER => Self::Number(reader.float()?),
            tag::TEXT => Self::Text(read_bytes(reader)?),
            tag::LIST => {
                let depth = depth.checked_sub(1)?;
                let count = reader.word()? as usize;
                let mut values = Vec::with_capacity(count.min(reader.remaining()));
                for _ in 0..count {
                    values.push(Self::read(reader, depth)?);
                }
                Self::List(values)
            }
            tag::OBJECT => {
                let depth = depth.checked_sub(1)?;
                let count = reader.word()? as usize;
                let mut members = Vec::with_capacity(count.min(reader.remaining() / 5));
                for _ in 0..count {
                    members.push((read_bytes(reader)?, Self::read(reader, depth)?));
                }
                Self::Object(members)
            }
            tag::UNREADABLE => Self::Unreadable,
            tag::NAMES => {
                let count = reader.word().filter(|count| *count > 0)? as usize;
                Self::Names(NameList::joined(count, read_bytes(reader)?))
            }
            tag::IDENTITY_UNCLEAR => Self::IdentityUnclear,
            tag::OVERAGE => Self::Overage,
            tag::UNAVAILABLE => Self::Unavailable,
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
    fn value_has_a_tag_for_each_kind() {
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
    fn decode_refuses_anything_else() {
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
