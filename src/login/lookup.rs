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
    /// A JSON Pointer (RFC 6901), such as `/groups`.
    pub pointer: &'b str,
    /// The member that is fetched of each object. Empty if whole values are fetched.
    pub field: &'b str,
    /// The delimiter at which a string is split into an array, before its parts are normalized. Empty if it is not split.
    pub split: &'b str,
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
        let split =
            if options & tag::SPLIT == 0 { "" } else { reader.text().filter(|split| !split.is_empty())? };
        let [json, nfc, overage, members] =
            [tag::JSON, tag::NFC, tag::OVERAGE, tag::MEMBERS].map(|option| options & option != 0);
        Some(Self { base, json, nfc, overage, members, pointer, field, split })
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
