//! Journals: what was done to another system, one JSON object a line.

use serde::{Deserialize, Serialize};

/// The version of the form of a record.
const VERSION: u32 = 1;

/// A line of a journal. It holds no code, no token and no person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Record {
    /// When, in seconds since 1970.
    pub at: u64,
    /// The domain of the tenant.
    pub domain: String,
    /// What is carried out: the digest of a plan, or the name of a command.
    pub of: String,
    /// What is done, such as `deploy`.
    pub step: String,
    /// How far it is.
    pub phase: Phase,
    /// What went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "a step has no other phase")]
pub enum Phase {
    /// It begins. A journal that ends here does not say whether the step took effect.
    Begun,
    /// It took effect.
    Done,
    /// It did not, or it is not known.
    Failed,
}

#[derive(Serialize, Deserialize)]
struct Line {
    version: u32,
    #[serde(flatten)]
    record: Record,
}

impl Record {
    /// The record as a line, with its end.
    pub fn to_line(&self) -> String {
        let line = Line { version: VERSION, record: self.clone() };
        // Texts alone are always JSON.
        serde_json::to_string(&line).unwrap_or_default() + "\n"
    }
}

/// Reads a journal. A last line that was cut off by the end of a process is left out.
///
/// # Errors
///
/// The number of the first line that is not a record of this version.
pub fn read(text: &str) -> Result<Vec<Record>, usize> {
    let mut records = Vec::new();
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let parsed = serde_json::from_str::<serde_json::Value>(line).ok().and_then(|mut value| {
            let members = value.as_object_mut()?;
            let version = members.remove("version")?;
            (version == VERSION).then(|| serde_json::from_value(value).ok())?
        });
        match parsed {
            Some(record) => records.push(record),
            None if !line.ends_with('\n') => break,
            None => return Err(index + 1),
        }
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(phase: Phase, error: Option<&str>) -> Record {
        Record {
            at: 1_795_780_800,
            domain: "acme.eu.auth0.com".to_owned(),
            of: "plan".to_owned(),
            step: "deploy".to_owned(),
            phase,
            error: error.map(str::to_owned),
        }
    }

    #[test]
    fn records_are_read_as_they_were_written() {
        let records = [
            record(Phase::Begun, None),
            record(Phase::Failed, Some("line\nbreak")),
            record(Phase::Done, None),
        ];
        let text: String = records.iter().map(Record::to_line).collect();
        assert_eq!(text.lines().count(), 3);
        assert_eq!(read(&text), Ok(records.to_vec()));
        assert!(text.starts_with(r#"{"version":1,"at":1795780800,"domain":"#), "{text}");
    }

    #[test]
    fn journal_that_was_cut_off_is_read_up_to_there() {
        let text = format!("{}{}", record(Phase::Begun, None).to_line(), r#"{"version":1,"at":"#);
        assert_eq!(read(&text), Ok(vec![record(Phase::Begun, None)]));
        assert_eq!(read(&text.replacen("\"version\":1", "\"version\":2", 1)), Err(1));
        assert_eq!(read(&format!("{text}\n")), Err(2));
        assert_eq!(read(""), Ok(Vec::new()));
    }
}
