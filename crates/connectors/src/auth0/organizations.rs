//! Organizations, whose metadata alone are written, and connections, which are only read.

use claimsmith_lifecycle::tenant::{Connection, Metadata, Organization};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Auth0;
use super::calls::found;
use crate::error::Error;
use crate::http::encoded;

/// More than the connections of an organization, or the connections that have a name.
const MOST_PAGES: usize = 10;

/// A connection of an organization.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct OrganizationConnection {
    /// The connection's id.
    pub connection_id: String,
    /// Whether users who log in become members.
    #[serde(default)]
    pub assign_membership_on_login: bool,
}

#[derive(Deserialize)]
struct Clients {
    clients: Vec<Client>,
}

#[derive(Deserialize)]
struct Client {
    client_id: String,
}

impl Auth0 {
    /// The organization that has an id; none if there is none. Scope `read:organizations`.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal.
    pub fn organization(&self, id: &str) -> Result<Option<Organization>, Error> {
        found(self.call("GET", format!("/organizations/{}", encoded(id)), None, true))
    }

    /// All organizations of the tenant. Scope `read:organizations`.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal.
    pub fn organizations(&self) -> Result<Vec<Organization>, Error> {
        let mut all = Vec::new();
        self.read_organizations(&mut |rows| all.extend(rows))?;
        Ok(all)
    }

    /// Replaces all metadata of an organization. Scope `update:organizations`.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal. It is not sent again, because somebody else may have written in between.
    pub fn replace_metadata(&self, id: &str, metadata: &Metadata) -> Result<(), Error> {
        let body = json!({ "metadata": metadata });
        self.call("PATCH", format!("/organizations/{}", encoded(id)), Some(body), false).map(|_: Value| ())
    }

    /// The connections of an organization. Scope `read:organization_connections`.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal.
    pub fn organization_connections(&self, id: &str) -> Result<Vec<OrganizationConnection>, Error> {
        let path = format!("/organizations/{}/enabled_connections", encoded(id));
        self.list(&path, "enabled_connections", &[])
    }

    /// The connection that has a name; none if there is none. Scope `read:connections`.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal.
    pub fn find_connection(&self, name: &str) -> Result<Option<Connection>, Error> {
        let found: Vec<Connection> = self.list("/connections", "connections", &[("name", name)])?;
        Ok(found.into_iter().find(|connection| connection.name == name))
    }

    /// The client ids for which a connection is enabled. Scope `read:connections`.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal.
    pub fn connection_clients(&self, id: &str) -> Result<Vec<String>, Error> {
        let answer: Clients =
            self.call("GET", format!("/connections/{}/clients", encoded(id)), None, true)?;
        Ok(answer.clients.into_iter().map(|client| client.client_id).collect())
    }

    /// Whether a connection takes SCIM. Scope `read:scim_config`.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal.
    pub fn takes_scim(&self, id: &str) -> Result<bool, Error> {
        let path = format!("/connections/{}/scim-configuration", encoded(id));
        let answer: Option<Value> = found(self.call("GET", path, None, true))?;
        Ok(answer.is_some())
    }

    /// A list that is read from checkpoint to checkpoint.
    fn list<T: DeserializeOwned>(
        &self,
        path: &str,
        key: &str,
        filter: &[(&str, &str)],
    ) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        self.checkpoints((path, key), filter, MOST_PAGES, &mut |rows| all.extend(rows))?;
        Ok(all)
    }
}
