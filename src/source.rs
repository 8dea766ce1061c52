//! Where a connection's groups are found in a login, and in which shape they arrive.
//!
//! Whatever does not have the declared shape makes the input *incomplete*, with a reason:
//! a value is understood or refused, never guessed at.

use crate::evaluation::Reason;
use crate::login::Value;
use crate::words::{Scanned, scan, scan_to_zero};
use crate::{MAX_GROUP_BYTES, MAX_GROUPS};

/// Where a connection's groups are found, and how they look there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source<'b> {
    /// A JSON Pointer (RFC 6901) below `event.user`, such as `/groups`.
    pub from: &'b str,
    /// The shape that is understood there.
    pub shape: Shape<'b>,
    /// What it means if nothing is there.
    pub absent: Absent,
}

/// A shape that groups arrive in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Shape<'b> {
    /// An array of strings.
    List,
    /// An array of strings, or one string that is one group.
    ListOrString,
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

/// The upstream groups of a login.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Received<'a> {
    /// The groups, in the order in which they arrived.
    pub(crate) groups: Vec<Scanned<'a>>,
    /// How many entries were empty strings, which name no group.
    pub(crate) empty_entries: u32,
}

impl<'b> Source<'b> {
    /// The member that holds the group in each object, if the shape has objects.
    pub fn field(&self) -> Option<&'b str> {
        match self.shape {
            Shape::Objects(field) => Some(field),
            _ => None,
        }
    }

    /// Reads the upstream groups out of `value`.
    ///
    /// # Errors
    ///
    /// The reason why the input is incomplete.
    pub(crate) fn read<'v>(&self, value: &'v Value<'_>) -> Result<Received<'v>, Reason> {
        let mut received = Received::default();
        match (value, &self.shape) {
            (Value::Absent, _) if self.absent == Absent::Empty => {}
            (Value::Absent, _) => return Err(Reason::AttributeAbsent),
            (Value::Null, _) => return Err(Reason::AttributeNull),
            (Value::Unreadable, _) => return Err(Reason::AttributeUnreadable),
            (Value::List(entries), Shape::List | Shape::ListOrString) => {
                received.reserve(entries.len())?;
                for entry in entries {
                    match entry {
                        Value::Text(group) => received.push(scan(group))?,
                        Value::Unreadable => return Err(Reason::AttributeUnreadable),
                        _ => return Err(Reason::EntryType),
                    }
                }
            }
            (Value::Names { count, joined }, Shape::List | Shape::ListOrString) => {
                received.reserve(*count)?;
                let mut rest = Some(joined.as_ref());
                let mut parts = 0;
                while let Some(left) = rest {
                    let (group, behind) = scan_to_zero(left);
                    received.push(group)?;
                    parts += 1;
                    rest = behind;
                }
                // A zero inside a name makes more parts than there were names.
                if parts != *count {
                    return Err(Reason::EntryMalformed);
                }
            }
            (Value::Names { .. }, Shape::Objects(_)) => return Err(Reason::EntryType),
            (Value::List(entries), Shape::Objects(field)) => {
                received.reserve(entries.len())?;
                for entry in entries {
                    received.push(scan(read_member(entry, field)?))?;
                }
            }
            (Value::Text(group), Shape::ListOrString) => received.push(scan(group))?,
            (Value::Text(joined), Shape::Delimited(delimiter)) => {
                for group in split(joined, delimiter.as_bytes()) {
                    received.push(scan(group))?;
                }
            }
            _ => return Err(Reason::AttributeType),
        }
        Ok(received)
    }
}

impl<'a> Received<'a> {
    fn reserve(&mut self, count: usize) -> Result<(), Reason> {
        if count > MAX_GROUPS {
            return Err(Reason::TooManyGroups);
        }
        self.groups.reserve_exact(count);
        Ok(())
    }

    #[inline(always)]
    fn push(&mut self, group: Scanned<'a>) -> Result<(), Reason> {
        if group.name.is_empty() {
            self.empty_entries += 1;
        } else if group.name.len() > MAX_GROUP_BYTES {
            return Err(Reason::GroupTooLong);
        } else if self.groups.len() == MAX_GROUPS {
            return Err(Reason::TooManyGroups);
        } else if group.malformed {
            return Err(Reason::EntryMalformed);
        } else {
            self.groups.push(group);
        }
        Ok(())
    }
}

fn read_member<'v>(entry: &'v Value<'_>, field: &str) -> Result<&'v [u8], Reason> {
    let members = match entry {
        Value::Object(members) => members,
        Value::Unreadable => return Err(Reason::AttributeUnreadable),
        _ => return Err(Reason::EntryType),
    };
    match members.iter().find(|(key, _)| *key == field.as_bytes()) {
        Some((_, Value::Text(group))) => Ok(group),
        Some((_, Value::Unreadable)) => Err(Reason::AttributeUnreadable),
        Some((_, Value::Null)) | None => Err(Reason::EntryUnnamed),
        Some(_) => Err(Reason::EntryType),
    }
}

/// The parts of `joined` between occurrences of `delimiter`; an empty string has no parts.
fn split<'a>(joined: &'a [u8], delimiter: &[u8]) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = (!joined.is_empty()).then_some(joined);
    core::iter::from_fn(move || {
        let current = rest?;
        let found = current.windows(delimiter.len().max(1)).position(|window| window == delimiter);
        let (part, next) = match found {
            Some(at) => (current.get(..at)?, current.get(at + delimiter.len()..)),
            None => (current, None),
        };
        rest = next;
        Some(part)
    })
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_delimited_string_is_split_everywhere() {
        fn check(joined: &str, delimiter: &str, expected: &[&str]) {
            let parts: Vec<_> = split(joined.as_bytes(), delimiter.as_bytes()).collect();
            let expected: Vec<_> = expected.iter().map(|part| part.as_bytes()).collect();
            assert_eq!(parts, expected);
        }
        check("", ",", &[]);
        check("a", ",", &["a"]);
        check("a,b", ",", &["a", "b"]);
        check(",a,", ",", &["", "a", ""]);
        check("a; b; c", "; ", &["a", "b", "c"]);
    }
}
