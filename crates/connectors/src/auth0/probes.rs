//! Tests of what Auth0 does, on objects that are there for tests.

use claimsmith_lifecycle::tenant::Organization;
use serde_json::{Map, Value, json};

use super::Auth0;
use crate::error::Error;
use crate::http::{Request, encoded};

/// The key that a test writes.
const PROBE: &str = "claimsmith-probe";

/// What Auth0's documentation allows: keys, and characters of a value.
const MOST_KEYS: usize = 25;
const VALUE_CHARACTERS: usize = 255;

/// What a test of an organization's metadata gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no other result")]
pub enum MetadataProbe {
    /// They are as they were written.
    AsWritten,
    /// What an earlier request wrote is still there, or not all is there that was written.
    NotAsWritten,
    /// Auth0 refused them as too many or too long.
    Refused,
    /// The organization has no free key for the test.
    NoRoom,
}

impl Auth0 {
    /// Whether `PATCH` replaces the metadata of an organization: adds a key, writes the metadata without it, and reads
    /// them. They are as before in the end, unless they were merged: then the probe's key is left. Scopes
    /// `read:organizations` and `update:organizations`.
    ///
    /// # Errors
    ///
    /// If a request fails; the metadata are restored as far as that is possible.
    pub fn probe_replacing(&self, organization: &str) -> Result<MetadataProbe, Error> {
        let before = self.metadata_of(organization)?;
        if before.len() >= MOST_KEYS || before.contains_key(PROBE) {
            return Ok(MetadataProbe::NoRoom);
        }
        let mut with_probe = before.clone();
        with_probe.insert(PROBE.to_owned(), "1".into());
        let written = self.write_metadata(organization, &with_probe);
        // Restoring is the test.
        self.write_metadata(organization, &before)?;
        written?;
        let after = self.metadata_of(organization)?;
        Ok(if after == before { MetadataProbe::AsWritten } else { MetadataProbe::NotAsWritten })
    }

    /// Whether the metadata of an organization take as much as their documented limits: fills the free keys with texts,
    /// reads them, and restores what was there. Scopes `read:organizations` and `update:organizations`.
    ///
    /// # Errors
    ///
    /// If a request fails; the metadata are restored as far as that is possible.
    pub fn probe_size(&self, organization: &str) -> Result<MetadataProbe, Error> {
        let before = self.metadata_of(organization)?;
        if before.len() >= MOST_KEYS {
            return Ok(MetadataProbe::NoRoom);
        }
        let mut full = before.clone();
        for at in 0..MOST_KEYS {
            if full.len() < MOST_KEYS {
                full.entry(format!("{PROBE}{at}")).or_insert_with(|| "a".repeat(VALUE_CHARACTERS).into());
            }
        }
        let written = self.write_metadata(organization, &full);
        let read = written.and_then(|()| self.metadata_of(organization));
        self.write_metadata(organization, &before)?;
        match read {
            Ok(read) if read == full => Ok(MetadataProbe::AsWritten),
            Ok(_) => Ok(MetadataProbe::NotAsWritten),
            Err(error) if error.status() == Some(400) => Ok(MetadataProbe::Refused),
            Err(error) => Err(error),
        }
    }

    /// The profile of a user; none if there is none. Scope `read:users`. It is of a person: nothing of it may be printed.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal. The error does not name the user.
    pub fn profile(&self, id: &str) -> Result<Option<Map<String, Value>>, Error> {
        let request = Request {
            method: "GET",
            path: format!("/api/v2/users/{}", encoded(id)),
            query: &[],
            body: None,
            is_repeatable: true,
            shows_message: false,
        };
        match self.send(&request) {
            Ok(Value::Object(profile)) => Ok(Some(profile)),
            Ok(_) => Ok(None),
            Err(error) if error.status() == Some(404) => Ok(None),
            Err(error) => Err(Error { path: "/api/v2/users/{id}".to_owned(), ..error }),
        }
    }

    fn metadata_of(&self, organization: &str) -> Result<Map<String, Value>, Error> {
        let path = format!("/organizations/{}", encoded(organization));
        Ok(self.call::<Organization>("GET", path, None, true)?.metadata)
    }

    fn write_metadata(&self, organization: &str, metadata: &Map<String, Value>) -> Result<(), Error> {
        let path = format!("/organizations/{}", encoded(organization));
        let body = json!({ "metadata": metadata });
        self.call::<Value>("PATCH", path, Some(body), true).map(|_| ())
    }
}
