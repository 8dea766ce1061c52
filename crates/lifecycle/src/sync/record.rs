//! The journal of synchronizations: each run, each decision and each request in a line of JSON.
//!
//! It has ids, names and addresses of people, and no token.

use serde::{Deserialize, Serialize};

use super::difference::{Change, Finding};
use super::guards::Exceeded;
use crate::journal::Phase;

/// The version of the form of a record.
const VERSION: u32 = 1;

/// A line of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Record {
    /// When, in seconds since 1970.
    pub at: u64,
    /// The run.
    pub run: String,
    /// What happened.
    pub event: Event,
}

/// What happens in a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "what reads a journal has to know all of them")]
pub enum Event {
    /// It begins.
    Begun(Beginning),
    /// Something is left for a person to decide.
    Found(Finding),
    /// A step begins or ends.
    Step {
        /// The change, or the part of it that one request made.
        change: Change,
        /// How far it is. A journal that ends with a step that began does not say whether it took effect.
        phase: Phase,
        /// What went wrong.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
        /// Whether a step that failed may have taken effect nevertheless.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_uncertain: bool,
        /// The service's id of a user that was created.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
    },
    /// It ends.
    Ended(Ending),
}

/// How a run begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Beginning {
    /// The program.
    pub by: String,
    /// The base of the service.
    pub service: String,
    /// The name of the mapping.
    pub organization: String,
    /// The application, by its name in `platform.yaml`.
    pub application: String,
    /// The digest of the plan.
    pub plan: String,
    /// When the plan was made, in milliseconds since 1970.
    pub plan_made_at: u64,
    /// The run that is taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<String>,
    /// The guards that a person has released.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub released: Vec<Exceeded>,
}

/// How a run ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Ending {
    /// How many steps the service accepted.
    pub accepted: usize,
    /// How many it did not.
    pub failed: usize,
    /// How many were left out.
    pub left_out: usize,
    /// How many were accepted, and did not take effect.
    pub not_effective: usize,
    /// How many memberships were lost that no step removed.
    pub lost: usize,
    /// Whether the service has what the mapping gives, and nothing is left to decide.
    pub is_in_step: bool,
    /// Why nothing more was tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
}

impl Ending {
    /// Whether everything was accepted and took effect.
    pub fn is_whole(&self) -> bool {
        self.failed + self.left_out + self.not_effective + self.lost == 0 && self.stopped.is_none()
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    version: u32,
    at: u64,
    run: String,
    event: Event,
}

impl Record {
    /// The record as a line, with its end.
    pub fn to_line(&self) -> String {
        let Self { at, run, event } = self.clone();
        // Texts, numbers and lists alone are always JSON.
        serde_json::to_string(&Line { version: VERSION, at, run, event }).unwrap_or_default() + "\n"
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
        match serde_json::from_str::<Line>(line) {
            Ok(Line { version: VERSION, at, run, event }) if line.ends_with('\n') => {
                records.push(Record { at, run, event });
            }
            _ if !line.ends_with('\n') => break,
            _ => return Err(index + 1),
        }
    }
    Ok(records)
}
