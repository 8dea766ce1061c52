//! Differences that someone has accepted, with a reason and an end.

use std::path::Path;

use anyhow::{Context, ensure};
use claimsmith::event::parse_time;
use serde::Deserialize;

use super::differences::{Difference, Logins};
use crate::input;

/// The version of the file.
const VERSION: u32 = 1;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AcceptFile {
    version: u32,
    accepted: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    change: String,
    #[serde(default)]
    group: String,
    cause: String,
    /// The most logins for which it was accepted.
    logins: usize,
    why: String,
    /// Until when: a date or a date with a time.
    until: String,
}

/// The accepted differences of a file.
#[derive(Debug, Default)]
pub(super) struct Accepted {
    entries: Vec<(Entry, f64)>,
}

/// Whether a difference is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Open,
    /// With the reason.
    Accepted(String),
    /// It was accepted until then.
    Expired(String),
    /// It was accepted for fewer logins.
    MoreLogins(usize),
}

impl Accepted {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or an entry is not complete.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let (reader, name) = input::open(path)?;
        let text = input::read_text(reader, &name)?;
        let file: AcceptFile =
            serde_json::from_str(text.trim_start_matches('\u{feff}')).with_context(|| {
                format!(
                    "{name} is not a file of accepted differences, `{{ \"version\": 1, \"accepted\": […] }}`"
                )
            })?;
        ensure!(
            file.version == VERSION,
            "{name} has version {}, and this command reads {VERSION}",
            file.version
        );
        let mut entries = Vec::new();
        for (at, entry) in (1..).zip(file.accepted) {
            ensure!(!entry.why.trim().is_empty(), "{name}: entry {at} has no reason; write one into `why`");
            let text = if entry.until.contains('T') {
                entry.until.clone()
            } else {
                format!("{}T00:00:00Z", entry.until)
            };
            let until = parse_time(&text).with_context(|| {
                format!(
                    "{name}: `until` of entry {at} is not a date such as 2027-01-31: `{}`",
                    entry.until.escape_debug()
                )
            })?;
            entries.push((entry, until));
        }
        Ok(Self { entries })
    }

    pub(super) fn verdict(&self, difference: &Difference, logins: &Logins, now: f64) -> Verdict {
        let fits = |entry: &Entry| {
            entry.change == difference.change.word()
                && entry.group == difference.group
                && entry.cause == difference.cause
        };
        let Some((entry, until)) = self.entries.iter().find(|(entry, _)| fits(entry)) else {
            return Verdict::Open;
        };
        // A clock that is broken accepts nothing.
        if !now.is_finite() || now >= *until {
            return Verdict::Expired(entry.until.clone());
        }
        if logins.count > entry.logins {
            return Verdict::MoreLogins(entry.logins);
        }
        Verdict::Accepted(entry.why.clone())
    }

    /// The entries that fit none of the differences.
    pub(super) fn unused<'a>(&'a self, found: impl Iterator<Item = &'a Difference> + Clone) -> usize {
        let is_used = |entry: &Entry| {
            found.clone().any(|it| {
                entry.change == it.change.word() && entry.group == it.group && entry.cause == it.cause
            })
        };
        self.entries.iter().filter(|(entry, _)| !is_used(entry)).count()
    }
}
