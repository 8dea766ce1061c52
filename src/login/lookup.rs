//! What a host has to fetch from an event before it can evaluate a login.

use crate::codec::reader::Reader;
use crate::codec::tags::lookup as tag;

/// A value that a host fetches, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Lookup<'b> {
    /// Where the pointer begins.
    pub base: Base,
    /// Whether a string is parsed as JSON. A string that is not JSON stays a string.
    pub json: bool,
    /// Whether strings are normalized to Unicode's normalization form C.
    pub nfc: bool,
    /// Whether the host looks for Entra's signs of withheld groups beside the value.
    pub overage: bool,
    /// Whether an object is fetched as the names of its members, each with a sign of its value: absent if the value lacks
    /// `field`, null, false, or true for anything else.
    pub members: bool,
    /// Whether an object is fetched as the list of its members' values. A list is then refused.
    pub values: bool,
    /// Whether an object is fetched as a list of one.
    pub single: bool,
    /// Whether the entries of a list inside the list, or in the field of an object, take its place.
    pub nested: bool,
    /// A JSON Pointer (RFC 6901), such as `/groups`.
    pub pointer: &'b str,
    /// The member that is fetched of each object, or a JSON Pointer to it inside the object. Empty if whole values are
    /// fetched.
    pub field: &'b str,
    /// The delimiter at which a string is split into an array, before its parts are normalized. Empty if it is not split.
    pub split: &'b str,
    /// What is fetched of a list if a string is split.
    pub list: ListBesideSplit,
}

/// What is fetched of a list where a string is split.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "the entries are fetched, as they are or split, or not")]
pub enum ListBesideSplit {
    /// An object without members, which the source refuses.
    #[default]
    Refused,
    /// The entries as they are.
    Whole,
    /// Each string as the list of its parts.
    Split,
}

/// Where a pointer begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Base {
    /// The attributes of the identity that logged in: those of `event.user`, or a linked identity's `profileData`.
    Login,
    /// `event.user`.
    User,
    /// The event.
    Event,
    /// Not in the event: the list of objects from `api.groups.getUserGroups()`.
    Provisioned,
}

impl Base {
    fn word(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::User => "user",
            Self::Event => "event",
            Self::Provisioned => "provisioned",
        }
    }
}

impl<'b> Lookup<'b> {
    /// Decodes a lookup; `None` if it is not well-formed.
    pub(crate) fn decode(reader: &mut Reader<'b>) -> Option<Self> {
        let base = match reader.byte()? {
            tag::LOGIN => Base::Login,
            tag::USER => Base::User,
            tag::EVENT => Base::Event,
            tag::PROVISIONED => Base::Provisioned,
            _ => return None,
        };
        let options = reader.flags(tag::ALL)?;
        let (pointer, field) = (reader.text()?, reader.text()?);
        let (mut split, mut list) = ("", ListBesideSplit::Refused);
        if options & tag::SPLIT != 0 {
            split = reader.text().filter(|split| !split.is_empty())?;
            list = match reader.byte()? {
                tag::LIST_REFUSED => ListBesideSplit::Refused,
                tag::LIST_WHOLE => ListBesideSplit::Whole,
                tag::LIST_SPLIT => ListBesideSplit::Split,
                _ => return None,
            };
        }
        let [json, nfc, overage, members, values, single, nested] =
            [tag::JSON, tag::NFC, tag::OVERAGE, tag::MEMBERS, tag::VALUES, tag::SINGLE, tag::NESTED]
                .map(|option| options & option != 0);
        Some(Self { base, json, nfc, overage, members, values, single, nested, pointer, field, split, list })
    }

    /// The lookup as text for the Action's shim: base, options with a comma after each, pointer, field and delimiter, joined
    /// by U+0000.
    pub(crate) fn describe(&self) -> String {
        let mut text = String::from(self.base.word());
        text.push('\0');
        let words = [
            (self.json, "json,"),
            (self.nfc, "nfc,"),
            (self.overage, "overage,"),
            (self.members, "members,"),
            (self.values, "values,"),
            (self.single, "single,"),
            (self.nested, "nested,"),
            (self.list != ListBesideSplit::Refused, "lists,"),
            (self.list == ListBesideSplit::Split, "entries,"),
        ];
        for (option, word) in words {
            if option {
                text.push_str(word);
            }
        }
        for part in ["\0", self.pointer, "\0", self.field, "\0", self.split] {
            text.push_str(part);
        }
        text
    }
}
