//! A service of SCIM 2.0 (RFC 7643 and 7644), such as an application's users and groups.
//!
//! Servers differ from the standard and from each other, so nothing is taken for granted: a list is read to its end, or
//! not at all, and a group says whether it named its members, because a list may leave them out.

mod dialect;
mod discovery;
mod find;
mod lists;
mod members;
mod observed;
mod probe;
mod resources;
mod service;
mod settings;
mod user_attributes;
mod write;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Mutex, OnceLock};

use claimsmith_lifecycle::sync::Attribute;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use self::dialect::{Dialect, Removal};
pub use self::probe::{Left, Probe, ProbeError};
pub use self::resources::{Group, User};
pub use self::settings::Settings;
pub use self::write::Created;
use crate::error::{Error, ErrorKind};
use crate::http::{HttpClient, Options, Request, part_of};
use crate::secret::Secret;

/// The type of requests and answers (RFC 7644 §3.1).
const MEDIA_TYPE: &str = "application/scim+json";

/// A connection to one service.
pub struct Scim {
    http: HttpClient,
    /// The path of the service below its host, without a slash at its end.
    base_path: String,
    /// The address of the service, for people.
    url: String,
    token: Secret,
    dialect: Dialect,
    /// `/ServiceProviderConfig`, once it was read; `null` if the service has none.
    config: OnceLock<Value>,
    /// The attributes of a user by `/Schemas`, once it was read; `null` if the service does not say.
    user_schema: OnceLock<Value>,
    /// Attributes that were not written, because the service does not have them.
    dropped: Mutex<BTreeSet<Attribute>>,
}

impl fmt::Debug for Scim {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Scim").field("http", &self.http).finish_non_exhaustive()
    }
}

impl Scim {
    /// A client of the service of the settings. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// Text for people, if the certificate authorities cannot be used.
    pub fn new(settings: &Settings, options: Options) -> Result<Self, String> {
        let http = HttpClient::new(settings.host(), options)?.with_media_type(MEDIA_TYPE);
        Ok(Self {
            http,
            base_path: settings.base_path().to_owned(),
            url: settings.url(),
            token: settings.token().clone(),
            dialect: Dialect::default(),
            config: OnceLock::new(),
            user_schema: OnceLock::new(),
            dropped: Mutex::default(),
        })
    }

    /// Sends a request that changes nothing. `path` is below the service, with a slash at its beginning.
    ///
    /// A service's message is never shown: it may be about a person, or repeat the token.
    fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Value, Error> {
        let path = format!("{}{path}", self.base_path);
        let request =
            Request { method: "GET", path, query, body: None, is_repeatable: true, shows_message: false };
        self.http.send(&request, Some(&self.token))
    }

    fn unreadable(&self, path: &str, why: String) -> Error {
        self.error(path, ErrorKind::Unreadable(why))
    }

    fn error(&self, path: &str, kind: ErrorKind) -> Error {
        Error { method: "GET", path: format!("{}{path}", self.base_path), kind }
    }

    fn read<T: DeserializeOwned>(&self, path: &str, answer: Value) -> Result<T, Error> {
        part_of(answer).map_err(|kind| self.error(path, kind))
    }
}
