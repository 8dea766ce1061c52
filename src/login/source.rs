//! Where a connection's groups are found in a login, and in which shape and form they arrive.
//!
//! Whatever does not have the declared shape and form makes the input *incomplete*, with a reason:
//! a value is understood or refused, never guessed at.

use super::dn::AttributeOf;
use super::name_form::NameForm;
use crate::codec::reader::Reader;

/// Where a connection's groups are found, and how they look there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Source<'b> {
    /// The position of what is read.
    pub read: u32,
    /// The shape that is understood there.
    pub shape: Shape<'b>,
    /// The form that each entry has.
    pub form: NameForm<'b>,
    /// Whether numbers are read as their decimal digits.
    pub numbers: bool,
    /// Whether booleans are read as `true` and `false`.
    pub booleans: bool,
    /// Whether names are rid of spaces at their ends and of invisible characters.
    pub trim: bool,
    /// Whether the host splits the string of a delimited source, because it normalizes the parts.
    pub split: bool,
    /// What it means if nothing is there.
    pub absent: Absent,
    /// So many entries mean that the list was cut; 0 if any number may arrive.
    pub cap: u32,
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
}

/// What an absent attribute means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "an attribute that is not there is one or the other")]
pub enum Absent {
    /// The groups were withheld: the input is incomplete.
    Incomplete,
    /// The user has no groups.
    Empty,
}

/// What several sources of one connection are together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "sources are alternatives or parts")]
pub enum Combine {
    /// The first that is there counts.
    First,
    /// All of them count, and each has to be complete.
    All,
}

/// Whose attributes are read where accounts are linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "a login is by one identity of one user")]
pub enum Identity {
    /// Those of the identity that logged in.
    Login,
    /// Those of the primary identity, which are the user's own.
    Primary,
}

/// The flags of a source in a bundle.
pub(crate) const NUMBERS: u8 = 1;
pub(crate) const BOOLEANS: u8 = 2;
pub(crate) const TRIM: u8 = 4;
pub(crate) const EMPTY_IF_ABSENT: u8 = 8;
pub(crate) const SPLIT: u8 = 16;

impl<'b> Source<'b> {
    /// Layout: a byte for the shape, 0 list, 1 list or string, 2 string, 3 delimited and its delimiter, 4 objects and
    /// their member; a byte for the form, 0 plain, 1 distinguished name and its attribute and the suffix, 2 domain and
    /// the domain, 3 e-mail and the spellings of the domain\*, 4 path, 5 as 1 but of a parent, where what is not asked for
    /// is empty; the flags, and the cap.
    pub(crate) fn decode(read: u32, reader: &mut Reader<'b>) -> Option<Self> {
        let shape = match reader.byte()? {
            0 => Shape::List,
            1 => Shape::ListOrString,
            2 => Shape::Text,
            3 => Shape::Delimited(reader.text().filter(|delimiter| !delimiter.is_empty())?),
            4 => Shape::Objects(reader.text()?),
            _ => return None,
        };
        let wanted = |reader: &mut Reader<'b>| Some(reader.text().map(Some)?.filter(|text| !text.is_empty()));
        let tag = reader.byte()?;
        let form = match tag {
            0 => NameForm::Plain,
            1 | 5 => NameForm::DistinguishedName {
                attribute: reader.text()?,
                of: if tag == 1 { AttributeOf::Entry } else { AttributeOf::Parent },
                below: wanted(reader)?,
            },
            2 => NameForm::Domain { domain: wanted(reader)? },
            3 => NameForm::Email { domains: reader.list(Reader::text)? },
            4 => NameForm::Path,
            _ => return None,
        };
        let flags = reader.byte().filter(|flags| *flags < 32)?;
        let [numbers, booleans, trim, empty, split] =
            [NUMBERS, BOOLEANS, TRIM, EMPTY_IF_ABSENT, SPLIT].map(|flag| flags & flag != 0);
        let absent = if empty { Absent::Empty } else { Absent::Incomplete };
        Some(Self { read, shape, form, numbers, booleans, trim, split, absent, cap: reader.number()? })
    }
}
