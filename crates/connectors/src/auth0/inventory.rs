//! What a whole tenant has, which is only read: organizations, connections, and some profiles.

use claimsmith_lifecycle::tenant::{Connection, Organization};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Auth0;
use super::calls::{PER_PAGE, found};
use crate::error::Error;
use crate::http::encoded;

/// A token of a SCIM client.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct ScimToken {
    /// Its id.
    #[serde(default)]
    pub token_id: String,
    /// Until when it is valid; `None` if it does not expire.
    #[serde(default)]
    pub valid_until: Option<String>,
}

/// A public key of a client.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct ClientCredential {
    /// Its id.
    #[serde(default)]
    pub id: String,
    /// Its name.
    #[serde(default)]
    pub name: Option<String>,
    /// Until when it is valid; `None` if it does not expire.
    #[serde(default)]
    pub expires_at: Option<String>,
}

/// A key with which the tenant signs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct TenantKey {
    /// Its id.
    #[serde(default)]
    pub kid: String,
    /// Its certificate, in PEM.
    #[serde(default)]
    pub cert: String,
    /// Whether it signs now.
    #[serde(default)]
    pub current: Option<bool>,
    /// Whether it was revoked.
    #[serde(default)]
    pub revoked: Option<bool>,
}

/// A tenant has up to two million organizations, and fewer connections.
const MOST_TENANT_PAGES: usize = 20_000;

/// The most profiles of a list by number: Auth0 gives no more of them.
pub const MOST_PROFILES: usize = 1000;

impl Auth0 {
    /// Reads all organizations with their metadata, page by page. Scope `read:organizations`.
    ///
    /// # Errors
    ///
    /// If a page cannot be read. What was read before is not all of them.
    pub fn read_organizations(&self, each: &mut dyn FnMut(Vec<Organization>)) -> Result<(), Error> {
        self.checkpoints(("/organizations", "organizations"), &[], MOST_TENANT_PAGES, each)
    }

    /// Reads all connections with their options, page by page. Scope `read:connections`.
    ///
    /// # Errors
    ///
    /// If a page cannot be read. What was read before is not all of them.
    pub fn read_connections(&self, each: &mut dyn FnMut(Vec<Connection>)) -> Result<(), Error> {
        let fields = [("fields", "id,name,strategy,options"), ("include_fields", "true")];
        self.checkpoints(("/connections", "connections"), &fields, MOST_TENANT_PAGES, each)
    }

    /// The tokens of a connection's SCIM clients; `None` if it takes no SCIM. Scope `read:scim_token`.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal.
    pub fn scim_tokens(&self, connection: &str) -> Result<Option<Vec<ScimToken>>, Error> {
        let path = format!("/connections/{}/scim-configuration/tokens", encoded(connection));
        found(self.call("GET", path, None, true))
    }

    /// The public keys of a client; `None` if there is no such client. Scope `read:client_credentials`.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal.
    pub fn client_credentials(&self, client: &str) -> Result<Option<Vec<ClientCredential>>, Error> {
        found(self.call("GET", format!("/clients/{}/credentials", encoded(client)), None, true))
    }

    /// The keys with which the tenant signs. Scope `read:signing_keys`.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal.
    pub fn tenant_keys(&self) -> Result<Vec<TenantKey>, Error> {
        self.call("GET", "/keys/signing".to_owned(), None, true)
    }

    /// Reads the profiles with the newest logins, at most a number of them, and returns how many the tenant has, if
    /// Auth0 says so. Scope `read:users`. The profiles are of people: nothing of them may be printed.
    ///
    /// # Errors
    ///
    /// If a page cannot be read.
    pub fn read_profiles(
        &self,
        most: usize,
        each: &mut dyn FnMut(Vec<Map<String, Value>>),
    ) -> Result<Option<usize>, Error> {
        self.profile_pages(&[], most.min(MOST_PROFILES), each)
    }

    /// Reads the profiles that a filter leaves, at most a number of them.
    pub(super) fn profile_pages(
        &self,
        filter: &[(&str, &str)],
        most: usize,
        each: &mut dyn FnMut(Vec<Map<String, Value>>),
    ) -> Result<Option<usize>, Error> {
        // Pages have to be of one size, or the next one would skip some.
        let size = most.min(PER_PAGE);
        let per_page = size.to_string();
        let (mut total, mut read) = (None, 0);
        for page in 0..most.div_ceil(PER_PAGE) {
            let page = page.to_string();
            let mut query = vec![
                ("page", page.as_str()),
                ("per_page", &per_page),
                ("include_totals", "true"),
                ("sort", "last_login:-1"),
            ];
            query.extend(filter);
            let (mut rows, answer) = self.page::<Map<String, Value>>("/users", "users", &query)?;
            total = answer.get("total").and_then(Value::as_u64).and_then(|it| usize::try_from(it).ok());
            let is_last = rows.len() < size;
            rows.truncate(most - read);
            read += rows.len();
            each(rows);
            if is_last {
                break;
            }
        }
        Ok(total)
    }
}
