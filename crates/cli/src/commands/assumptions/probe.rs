//! Tests that an API can make.

use anyhow::ensure;
use claimsmith::compiler::CompiledPlatform;
use claimsmith::compiler::inspect::{self, ConnectionDetails};
use claimsmith_connectors::Error;
use claimsmith_connectors::auth0::{Auth0, MetadataProbe};
use claimsmith_lifecycle::assumptions::{Outcome, Probe};
use serde_json::{Map, Value};

/// What a test gave: an outcome with what was seen, or why it could not be made.
pub(super) type Probed = Result<(Outcome, String), String>;

/// On what tests are made.
#[derive(Debug)]
pub(super) struct TestObjects<'t> {
    pub(super) platform: &'t CompiledPlatform,
    pub(super) organization: Option<&'t str>,
    pub(super) users: &'t [String],
}

impl TestObjects<'_> {
    /// Refuses the organization of a customer.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        let Some(id) = self.organization else { return Ok(()) };
        let mut all = inspect::organization_connections(self.platform);
        let customer = all.find(|it| it.id.as_deref() == Some(id));
        ensure!(
            customer.is_none(),
            "`{}` is the organization of the mapping `{}`; tests write metadata, so name one without customers",
            id.escape_debug(),
            customer.map(|it| it.name).unwrap_or_default()
        );
        Ok(())
    }

    /// Makes a test.
    ///
    /// # Errors
    ///
    /// If the credentials are wrong: then no test can be made.
    pub(super) fn probe(&self, probe: Probe, auth0: Option<&Auth0>) -> Result<Probed, Error> {
        let no_credentials = "there are no credentials; set those that `claimsmith help deploy` lists";
        let made = match (probe, auth0) {
            (Probe::MetadataReplaced | Probe::MetadataHoldBlock, _) if self.organization.is_none() => {
                return Ok(Err("name a test organization with `--test-organization`".to_owned()));
            }
            (Probe::Attribute(_), _) if self.users.is_empty() => {
                return Ok(Err("name a test user of such a connection with `--test-user`".to_owned()));
            }
            (_, None) => return Ok(Err(no_credentials.to_owned())),
            (Probe::MetadataReplaced, Some(auth0)) => {
                let result = auth0.probe_replacing(self.organization.unwrap_or_default());
                result.map(|it| metadata(it, "what the first request added was still there after the second"))
            }
            (Probe::MetadataHoldBlock, Some(auth0)) => {
                let result = auth0.probe_size(self.organization.unwrap_or_default());
                result.map(|it| metadata(it, "not all of what was written was there"))
            }
            (Probe::Attribute(strategy), Some(auth0)) => self.attribute(strategy, auth0),
        };
        match made {
            Ok(probed) => Ok(probed),
            Err(error) if error.status() == Some(401) => Err(error),
            Err(error) => Ok(Err(error.to_string())),
        }
    }

    /// Looks for what the mapping of a test user's connection reads.
    fn attribute(&self, strategy: &str, auth0: &Auth0) -> Result<Probed, Error> {
        for user in self.users {
            let Some(profile) = auth0.profile(user)? else { continue };
            let Some(connection) = self.connection_of(&profile, strategy) else { continue };
            return Ok(look(&profile, &connection));
        }
        Ok(Err(format!(
            "none of the test users is of a `{strategy}` connection that a mapping reads attributes of"
        )))
    }

    /// The connection of a profile, if a mapping has it with this strategy.
    fn connection_of(&self, profile: &Map<String, Value>, strategy: &str) -> Option<ConnectionDetails> {
        let name = profile.get("identities")?.get(0)?.get("connection")?.as_str()?;
        let mut all = inspect::organization_connections(self.platform).flat_map(|it| it.connections);
        let found = all.find(|it| it.name == name && it.strategy == strategy)?;
        found.sources.iter().any(|source| source.from.starts_with('/')).then_some(found)
    }
}

fn metadata(probe: MetadataProbe, otherwise: &str) -> Probed {
    match probe {
        MetadataProbe::AsWritten => Ok((Outcome::Held, "the metadata were as they were written".to_owned())),
        MetadataProbe::NotAsWritten => Ok((Outcome::Failed, otherwise.to_owned())),
        MetadataProbe::Refused => Ok((Outcome::Failed, "Auth0 refused the metadata".to_owned())),
        MetadataProbe::NoRoom => Err("the test organization has no free key for metadata".to_owned()),
    }
}

/// Only names of attributes are kept, and nothing of their values.
fn look(profile: &Map<String, Value>, connection: &ConnectionDetails) -> Probed {
    let pointers: Vec<&str> =
        connection.sources.iter().map(|it| it.from.as_str()).filter(|it| it.starts_with('/')).collect();
    let whole = Value::Object(profile.clone());
    let is_there = |pointer: &&str| whole.pointer(pointer).is_some_and(|it| !it.is_null());
    if let Some(found) = pointers.iter().copied().find(|it| is_there(it)) {
        return Ok((Outcome::Held, format!("the profile has `{found}`")));
    }
    let name = |pointer: &str| pointer.trim_start_matches('/').replace("~1", "/").replace("~0", "~");
    let differs =
        |attribute: &&String| pointers.iter().any(|pointer| name(pointer).eq_ignore_ascii_case(attribute));
    if let Some(other) = profile.keys().find(differs) {
        let note = format!("the profile has `{other}`, and the mapping reads `{}`", pointers.join("`, `"));
        return Ok((Outcome::Failed, note));
    }
    Err(format!(
        "the profile of the test user has no `{}`; name a user who is in a group, or look for the attribute in the raw profile and correct `from`",
        pointers.join("`, `")
    ))
}
