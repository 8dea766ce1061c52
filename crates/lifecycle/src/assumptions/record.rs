//! What was found out about assumptions on one tenant.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::list::{ASSUMPTIONS, Assumption, Feature, Test, assumption};

/// The version of the form.
const VERSION: u32 = 1;

/// What a test gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "there is no fourth answer")]
pub enum Outcome {
    /// The statement is true of this tenant.
    Held,
    /// It is not.
    Failed,
    /// It is not known.
    Unknown,
}

impl Outcome {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }

    /// The outcome that has a name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Held, Self::Failed, Self::Unknown].into_iter().find(|it| it.name() == name)
    }
}

/// Who found it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "there is no third way")]
pub enum How {
    /// A test without a person.
    Automatic,
    /// A person, who gave the answer.
    Answered,
}

/// The result of a test. It names no person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Tested {
    /// What it gave.
    pub outcome: Outcome,
    /// When, such as `2026-11-27T12:00:00Z`.
    pub at: String,
    /// Who found it out.
    pub how: How,
    /// What was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The results of a tenant, by assumption.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    version: u32,
    domain: String,
    results: BTreeMap<String, Tested>,
}

/// Why a record cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordError {
    /// It is not a record of this version.
    Unreadable(String),
    /// It is of the tenant with another domain.
    OtherTenant(String),
    /// It has a result for something that is not an assumption.
    UnknownId(String),
}

impl std::error::Error for RecordError {}

impl fmt::Display for RecordError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => write!(formatter, "it is not a record of assumptions ({why})"),
            Self::OtherTenant(domain) => write!(
                formatter,
                "it is of the tenant {}: what is true there may not be true here",
                domain.escape_debug()
            ),
            Self::UnknownId(id) => {
                write!(
                    formatter,
                    "`{}` is not an assumption; `claimsmith assumptions list` has all",
                    id.escape_debug()
                )
            }
        }
    }
}

/// An assumption that is not true of the tenant, and what depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FailedAssumption {
    /// Its id.
    pub id: &'static str,
    /// What was assumed.
    pub statement: &'static str,
    /// The tenant's domain.
    pub domain: String,
    /// When it was found out.
    pub at: String,
    /// What was seen.
    pub note: Option<String>,
}

impl std::error::Error for FailedAssumption {}

impl fmt::Display for FailedAssumption {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, statement, domain, at, note } = self;
        write!(formatter, "this depends on an assumption that failed on {domain} (`{id}`): {statement}")?;
        if let Some(note) = note {
            write!(formatter, "; seen at {}: {}", at.escape_debug(), note.escape_debug())?;
        }
        let (verb, answer) = match assumption(id).map(|it| it.test) {
            Some(Test::Guided(_)) => {
                ("see how to test it", format!(", and record it with `--answer {id}=held`"))
            }
            _ => ("test it", String::new()),
        };
        write!(
            formatter,
            "; if that has changed, {verb} again with `claimsmith assumptions run --only {id}`{answer}"
        )
    }
}

impl Record {
    /// A record in which everything is unknown.
    pub fn new(domain: &str) -> Self {
        Self { version: VERSION, domain: domain.to_owned(), results: BTreeMap::new() }
    }

    /// Reads the record of a tenant.
    ///
    /// # Errors
    ///
    /// If it is not one, or of another tenant.
    pub fn from_json(text: &str, domain: &str) -> Result<Self, RecordError> {
        let record: Self =
            serde_json::from_str(text).map_err(|error| RecordError::Unreadable(error.to_string()))?;
        if record.version != VERSION {
            return Err(RecordError::Unreadable(format!("version {}", record.version)));
        }
        if record.domain != domain {
            return Err(RecordError::OtherTenant(record.domain));
        }
        if let Some(id) = record.results.keys().find(|id| assumption(id).is_none()) {
            return Err(RecordError::UnknownId(id.clone()));
        }
        Ok(record)
    }

    /// The record as JSON, with a line break at its end.
    pub fn to_json(&self) -> String {
        // Texts and numbers alone are always JSON.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Keeps a result.
    pub fn set(&mut self, assumption: &Assumption, tested: Tested) {
        self.results.insert(assumption.id.to_owned(), tested);
    }

    /// What was found out about an assumption.
    pub fn tested(&self, id: &str) -> Option<&Tested> {
        self.results.get(id)
    }

    /// The outcome of an assumption, which is unknown if it was never tested.
    pub fn outcome(&self, id: &str) -> Outcome {
        self.tested(id).map_or(Outcome::Unknown, |tested| tested.outcome)
    }

    /// Refuses if an assumption failed. An id that is not listed is unknown.
    ///
    /// # Errors
    ///
    /// The assumption, with what was seen.
    pub fn require(&self, id: &str) -> Result<(), FailedAssumption> {
        match (assumption(id), self.tested(id)) {
            (Some(assumption), Some(tested)) if tested.outcome == Outcome::Failed => Err(FailedAssumption {
                id: assumption.id,
                statement: assumption.statement,
                domain: self.domain.clone(),
                at: tested.at.clone(),
                note: tested.note.clone(),
            }),
            _ => Ok(()),
        }
    }

    /// Refuses if an assumption failed on which a feature depends.
    ///
    /// # Errors
    ///
    /// The first such assumption, in the order of [`ASSUMPTIONS`].
    pub fn require_feature(&self, feature: Feature) -> Result<(), FailedAssumption> {
        ASSUMPTIONS.iter().filter(|it| it.features.contains(&feature)).try_for_each(|it| self.require(it.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assumptions::{Probe, Test};

    const DOMAIN: &str = "acme.eu.auth0.com";

    fn tested(outcome: Outcome) -> Tested {
        let at = "2026-11-27T12:00:00Z".to_owned();
        Tested { outcome, at, how: How::Automatic, note: Some("the key was still there".to_owned()) }
    }

    fn record(id: &str, outcome: Outcome) -> Record {
        let mut record = Record::new(DOMAIN);
        record.set(assumption(id).expect("an assumption"), tested(outcome));
        record
    }

    #[test]
    fn only_what_failed_refuses() {
        for outcome in [Outcome::Held, Outcome::Unknown] {
            let record = record("metadata-replaced", outcome);
            assert_eq!(record.require("metadata-replaced"), Ok(()));
            assert_eq!(record.require_feature(Feature::Blocks), Ok(()));
        }
        let record = record("metadata-replaced", Outcome::Failed);
        let error = record.require("metadata-replaced").expect_err("refused");
        assert_eq!(
            error.to_string(),
            "this depends on an assumption that failed on acme.eu.auth0.com (`metadata-replaced`): `PATCH` of an organization replaces all of its metadata; seen at 2026-11-27T12:00:00Z: the key was still there; if that has changed, test it again with `claimsmith assumptions run --only metadata-replaced`"
        );
        assert_eq!(record.require_feature(Feature::Blocks), Err(error));
        assert_eq!(record.require_feature(Feature::Deploy), Ok(()));
        assert_eq!(Record::new(DOMAIN).require("no-such-id"), Ok(()));
    }

    #[test]
    fn records_are_read_as_they_were_written_and_for_their_tenant_only() {
        let record = record("qlik-claim-path", Outcome::Held);
        let text = record.to_json();
        assert_eq!(Record::from_json(&text, DOMAIN), Ok(record));
        let other = Record::from_json(&text, "globex.eu.auth0.com");
        assert_eq!(other, Err(RecordError::OtherTenant(DOMAIN.to_owned())));
        let unknown = text.replace("qlik-claim-path", "no-such-id");
        let unknown = Record::from_json(&unknown, DOMAIN);
        assert_eq!(unknown, Err(RecordError::UnknownId("no-such-id".to_owned())));
        for wrong in [
            "",
            "{}",
            &text.replace("\"version\": 1", "\"version\": 2"),
            &text.replace("held", "fine"),
            &text.replace("\"results\"", "\"more\": 1, \"results\""),
        ] {
            assert!(matches!(Record::from_json(wrong, DOMAIN), Err(RecordError::Unreadable(_))), "{wrong}");
        }
    }

    #[test]
    fn ids_are_unique_and_every_statement_can_be_tested() {
        let ids: std::collections::BTreeSet<_> = ASSUMPTIONS.iter().map(|it| it.id).collect();
        assert_eq!(ids.len(), ASSUMPTIONS.len());
        for it in ASSUMPTIONS {
            assert!(it.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", it.id);
            if let Test::Guided(text) = it.test {
                assert!(text.contains("It held if ") && text.contains("it failed if "), "{}", it.id);
            }
            if let Test::Automatic(Probe::Attribute(strategy)) = it.test {
                assert_eq!(it.features, [Feature::Attributes(strategy)]);
            }
        }
    }
}
