//! Plans as JSON: versioned, and read exactly as they were written.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Why a text is not a plan that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotRead {
    /// It is not a plan.
    Unreadable,
    /// It is a plan of this other version.
    OtherVersion(u64),
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

/// Reads a plan of a version. A member that is repeated makes it unreadable: two programs could take different ones.
pub(crate) fn read<P: DeserializeOwned>(text: &str, version: u32) -> Result<P, NotRead> {
    let found: Versioned = serde_json::from_str(text).map_err(|_| NotRead::Unreadable)?;
    if found.version != u64::from(version) {
        return Err(NotRead::OtherVersion(found.version));
    }
    serde_json::from_str(text).map_err(|_| NotRead::Unreadable)
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
            r#"{"version":1,"domain":"a","domain":"a"}"#,
            r#"{"version":1,"version":1,"domain":"a"}"#,
            r#"{"version":1,"domain":"a","more":1}"#,
            r#"{"version":1,"domain":"a"} {}"#,
        ] {
            assert_eq!(read::<Plan>(text, 1), Err(NotRead::Unreadable), "{text}");
        }
    }
}
