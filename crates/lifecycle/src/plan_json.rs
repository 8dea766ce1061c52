//! Plans as JSON: versioned, and read exactly as they were written.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// Why a text is not a plan that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotRead {
    /// It is not a plan.
    Unreadable,
    /// An object has a member of this name twice. Two programs could take different ones.
    Repeated(String),
    /// It is a plan of this other version.
    OtherVersion(u64),
}

impl fmt::Display for NotRead {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable => formatter.write_str("it is not a plan of this command"),
            Self::Repeated(name) => write!(
                formatter,
                "it has `{}` twice in one object, which the command never writes; plan again",
                name.escape_debug()
            ),
            Self::OtherVersion(version) => {
                write!(formatter, "it has version {version}, and this program knows version 1; plan again")
            }
        }
    }
}

#[derive(Deserialize)]
struct Versioned {
    version: u64,
}

/// The plan as JSON, with the end of its last line.
pub(crate) fn write(plan: &impl Serialize) -> String {
    // Texts, numbers and lists alone are always JSON.
    serde_json::to_string_pretty(plan).unwrap_or_default() + "\n"
}

/// Reads a plan of a version, in which no object repeats a member.
pub(crate) fn read<P: DeserializeOwned>(text: &str, version: u32) -> Result<P, NotRead> {
    if let Some(name) = repeated(text) {
        return Err(NotRead::Repeated(name));
    }
    let found: Versioned = serde_json::from_str(text).map_err(|_| NotRead::Unreadable)?;
    if found.version != u64::from(version) {
        return Err(NotRead::OtherVersion(found.version));
    }
    serde_json::from_str(text).map_err(|_| NotRead::Unreadable)
}

/// The name of the first member that an object repeats; `None` if there is none, or the text is not JSON.
fn repeated(text: &str) -> Option<String> {
    let found = RefCell::new(None);
    let _ = Once(&found).deserialize(&mut serde_json::Deserializer::from_str(text));
    found.into_inner()
}

/// Walks through JSON, and stops at the first member that is repeated.
#[derive(Clone, Copy)]
struct Once<'f>(&'f RefCell<Option<String>>);

impl<'de> DeserializeSeed<'de> for Once<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Once<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON without repeated members")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut names = BTreeSet::new();
        while let Some(name) = map.next_key::<String>()? {
            if names.contains(&name) {
                *self.0.borrow_mut() = Some(name);
                return Err(A::Error::custom("a member is repeated"));
            }
            names.insert(name);
            map.next_value_seed(self)?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Plan {
        version: u32,
        domain: String,
    }

    #[test]
    fn plan_is_read_as_it_was_written_and_only_once() {
        let plan = Plan { version: 1, domain: "a".to_owned() };
        let text = write(&plan);
        assert!(text.ends_with("}\n"), "{text}");
        assert_eq!(read(&text, 1), Ok(plan));
        assert_eq!(read::<Plan>(&text, 2), Err(NotRead::OtherVersion(1)));
        for text in [
            "",
            "[]",
            "{}",
            r#"{"version":1}"#,
            r#"{"version":1,"domain":"a","more":1}"#,
            r#"{"version":1,"domain":"a"} {}"#,
        ] {
            assert_eq!(read::<Plan>(text, 1), Err(NotRead::Unreadable), "{text}");
        }
    }

    #[test]
    fn repeated_member_is_named_wherever_it_is() {
        for (text, name) in [
            (r#"{"version":1,"domain":"a","domain":"a"}"#, "domain"),
            (r#"{"version":1,"version":1,"domain":"a"}"#, "version"),
            (r#"{"version":1,"domain":"a","dom\u0061in":"b"}"#, "domain"),
            (r#"{"version":1,"more":[1,-1,0.5,null,true,"a",{"b":{"c":1,"c":2}}],"domain":"a"}"#, "c"),
            (r#"{"version":2,"a":1,"a":1}"#, "a"),
        ] {
            assert_eq!(read::<Plan>(text, 1), Err(NotRead::Repeated(name.to_owned())), "{text}");
        }
        assert_eq!(repeated(r#"[{"a":1},{"a":1},{"b":{"a":1}}]"#), None);
    }
}
