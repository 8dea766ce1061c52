//! Where a connection's groups are found in a login, and in which shape and form they arrive.
//!
//! A value without the declared shape and form makes the input *incomplete*, with a reason. Nothing is guessed.

use super::dn::AttributeOf;
use super::name_form::NameForm;
use crate::codec::reader::Reader;
use crate::codec::tags::source as tag;
use crate::ids::LookupId;

/// Where a connection's groups are found, and their shape and form there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Source<'b> {
    /// The lookup of the value.
    pub lookup: LookupId,
    /// The shape that is understood there.
    pub shape: Shape<'b>,
    /// The form that each entry has.
    pub form: NameForm<'b>,
    /// Whether numbers are read as their decimal digits.
    pub numbers: bool,
    /// Whether booleans are read as `true` and `false`.
    pub booleans: bool,
    /// Whether spaces at the ends of names and invisible characters are removed.
    pub trim: bool,
    /// Whether the host splits the string of a delimited source, because it normalizes the parts.
    pub split: bool,
    /// The meaning of an absent attribute.
    pub absent: Absent,
    /// The meaning of an attribute that is null.
    pub null: Absent,
    /// The entries that are not groups although they are in the list.
    pub skip: Skip<'b>,
    /// The number of entries from which on the list may have been cut; 0 if there is no such number.
    pub cap: u32,
}

/// Entries that a source skips: its mapping says that they are not groups. By default none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Skip<'b> {
    /// Whether entries that are null, or whose member is null, are skipped.
    pub nulls: bool,
    /// Whether entries that do not have the source's form are skipped.
    pub without_form: bool,
    /// Names, and globs as the compiler lowers them, of the entries as they arrive.
    pub names: Vec<&'b str>,
}

/// A shape that groups arrive in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape<'b> {
    /// An array of strings.
    List,
    /// An array of strings, or one string that is one group.
    ListOrString,
    /// One string that is one group.
    Text,
    /// One string, split at every occurrence of the delimiter.
    Delimited(&'b str),
    /// An array of objects; the named member holds the group.
    Objects(&'b str),
    /// An object whose members are named like the groups. If a member is named here, only those whose value has it count.
    Keys(&'b str),
}

/// What an attribute means that is missing or null.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "an attribute without a value is one or the other")]
pub enum Absent {
    /// The groups were withheld: the input is incomplete.
    Incomplete,
    /// The user has no groups.
    Empty,
}

/// How several sources of one connection are combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "sources are alternatives or parts")]
pub enum Combine {
    /// The first source that is present counts.
    First,
    /// All sources count, and each has to be complete.
    All,
}

/// Whose attributes are read if accounts are linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "a login is by one identity of one user")]
pub enum Identity {
    /// Those of the identity that logged in.
    Login,
    /// Those of the primary identity, which are the user's own.
    Primary,
}

impl<'b> Source<'b> {
    /// Decodes a source; `None` if it is not well-formed.
    pub(crate) fn decode(lookup: LookupId, reader: &mut Reader<'b>) -> Option<Self> {
        let shape = match reader.byte()? {
            tag::LIST => Shape::List,
            tag::LIST_OR_STRING => Shape::ListOrString,
            tag::STRING => Shape::Text,
            tag::DELIMITED => Shape::Delimited(reader.text().filter(|delimiter| !delimiter.is_empty())?),
            tag::OBJECTS => Shape::Objects(reader.text()?),
            tag::KEYS => Shape::Keys(reader.text()?),
            _ => return None,
        };
        let optional =
            |reader: &mut Reader<'b>| Some(reader.text().map(Some)?.filter(|text| !text.is_empty()));
        let form = match reader.byte()? {
            tag::PLAIN => NameForm::Plain,
            form @ (tag::DN_OF_ENTRY | tag::DN_OF_PARENT) => NameForm::DistinguishedName {
                attribute: reader.text()?,
                of: if form == tag::DN_OF_ENTRY { AttributeOf::Entry } else { AttributeOf::Parent },
                base_dn: optional(reader)?,
            },
            tag::DOMAIN => NameForm::Domain { domain: optional(reader)? },
            tag::EMAIL => NameForm::Email { domains: reader.list(Reader::text)? },
            tag::PATH => NameForm::Path,
            _ => return None,
        };
        let flags = reader.flags(tag::ALL)?;
        let [numbers, booleans, trim, split] =
            [tag::NUMBERS, tag::BOOLEANS, tag::TRIM, tag::SPLIT].map(|flag| flags & flag != 0);
        let [absent, null] = [tag::EMPTY_IF_ABSENT, tag::EMPTY_IF_NULL].map(|flag| match flags & flag {
            0 => Absent::Incomplete,
            _ => Absent::Empty,
        });
        let mut skip = Skip::default();
        if flags & tag::SKIPS != 0 {
            let kinds = reader.flags(tag::SKIP_ALL)?;
            skip.nulls = kinds & tag::SKIP_NULLS != 0;
            skip.without_form = kinds & tag::SKIP_WITHOUT_FORM != 0;
            skip.names = reader.list(Reader::text)?;
        }
        let cap = reader.number()?;
        Some(Self { lookup, shape, form, numbers, booleans, trim, split, absent, null, skip, cap })
    }
}
