//! The credentials for a service, as an argument.

#![cfg_attr(target_family = "wasm", allow(dead_code, reason = "they are only read where there is a network"))]

use std::path::PathBuf;

#[cfg(not(target_family = "wasm"))]
use claimsmith_connectors::{LoadSettings, auth0, qlik};

/// The option `--credentials`.
#[derive(Debug, clap::Args)]
pub(crate) struct CredentialsArgument {
    /// A JSON file with credentials, such as the config.json of auth0-deploy-cli, in place of the environment
    #[arg(long = "credentials", value_name = "FILE")]
    file: Option<PathBuf>,
}

#[cfg(not(target_family = "wasm"))]
impl CredentialsArgument {
    /// Reads those for Auth0.
    ///
    /// # Errors
    ///
    /// If there are none, or they cannot be read.
    pub(crate) fn auth0(&self) -> anyhow::Result<auth0::Settings> {
        Ok(auth0::Settings::load(self.file.as_deref())?)
    }

    /// Reads those for Qlik Cloud.
    ///
    /// # Errors
    ///
    /// If there are none, or they cannot be read.
    pub(crate) fn qlik(&self) -> anyhow::Result<qlik::Settings> {
        Ok(qlik::Settings::load(self.file.as_deref())?)
    }
}
