//! What a host has to fetch from an event before a login can be evaluated.

use crate::codec::reader::Reader;

/// One value that is fetched, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Lookup<'b> {
    /// Below what the pointer begins.
    pub base: Base,
    /// Whether a string that is found is parsed as JSON; one that is no JSON stays a string.
    pub json: bool,
    /// Whether the strings that are found are brought into Unicode's normalization form C.
    pub nfc: bool,
    /// Whether Entra's signs of withheld groups are looked for beside the value.
    pub overage: bool,
    /// A JSON Pointer (RFC 6901), such as `/groups`.
    pub pointer: &'b str,
    /// The member that is fetched of each object, or empty.
    pub field: &'b str,
    /// Where a string that is found is split, or empty. It is split before its parts are normalized, and becomes an
    /// array of them.
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
    /// Nowhere in the event: what `api.groups.getUserGroups()` gives, a list of objects.
    Provisioned,
}

impl Base {
    /// Every base, in the order of their numbers in a bundle.
    const ALL: [Self; 4] = [Self::Login, Self::User, Self::Event, Self::Provisioned];

    fn word(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::User => "user",
            Self::Event => "event",
            Self::Provisioned => "provisioned",
        }
    }
}

pub(crate) const JSON: u8 = 1;
pub(crate) const NFC: u8 = 2;
pub(crate) const OVERAGE: u8 = 4;
pub(crate) const SPLIT: u8 = 8;

impl<'b> Lookup<'b> {
    /// Layout: the base (a byte), the options (a byte), the pointer and the field; with `SPLIT`, the delimiter.
    pub(crate) fn decode(reader: &mut Reader<'b>) -> Option<Self> {
        let base = *Base::ALL.get(usize::from(reader.byte()?))?;
        let options = reader.byte().filter(|options| *options < 16)?;
        let (pointer, field) = (reader.text()?, reader.text()?);
        let split =
            if options & SPLIT == 0 { "" } else { reader.text().filter(|split| !split.is_empty())? };
        let [json, nfc, overage] = [JSON, NFC, OVERAGE].map(|option| options & option != 0);
        Some(Self { base, json, nfc, overage, pointer, field, split })
    }

    /// The read as the Action's shim is told it: base, options with commas between them, pointer, field and delimiter,
    /// joined by U+0000.
    pub(crate) fn describe(&self) -> String {
        let mut text = String::from(self.base.word());
        text.push('\0');
        for (option, word) in [(self.json, "json,"), (self.nfc, "nfc,"), (self.overage, "overage,")] {
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
