//! Qlik Cloud's REST API, of one tenant.
//!
//! Paths and shapes are those of the npm package `@qlik/api`. All lists are read to their end, or not at all.

mod groups;
mod identity_providers;
mod pages;
mod sessions;
mod set_up;
mod settings;
mod users;

use std::fmt;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

pub use self::groups::{Created, Group};
pub use self::identity_providers::{IdentityProvider, PendingResult};
pub use self::pages::Pages;
pub use self::sessions::Sessions;
pub use self::set_up::{Outcome, SetUpError, has_secret};
pub use self::settings::Settings;
pub use self::users::{AssignedGroup, User, UserFilter};
use crate::error::{Error, ErrorKind, Permission};
use crate::http::{HttpClient, Options, Request, access_token};
use crate::secret::Secret;

/// A connection to one tenant, with a token.
#[derive(Debug)]
pub struct Qlik {
    http: HttpClient,
    host: String,
    /// With which a token can be had; `None` if a token was given.
    client: Option<(String, Secret)>,
    token: Mutex<Secret>,
}

/// Why there is no connection to a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectError {
    /// The client cannot be set up.
    Unusable(String),
    /// Qlik Cloud issued no token.
    NoToken(Error),
}

impl std::error::Error for ConnectError {}

impl fmt::Display for ConnectError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unusable(why) => formatter.write_str(why),
            Self::NoToken(error) => {
                write!(formatter, "no access token, {error}")?;
                match error.status() {
                    Some(400 | 401 | 403) => write!(
                        formatter,
                        " (client id or secret, or the client may not use client credentials: it has to be a published \
                         OAuth client of this tenant with machine-to-machine access)"
                    ),
                    _ => Ok(()),
                }
            }
        }
    }
}

impl Qlik {
    /// Connects to the tenant of the settings.
    ///
    /// # Errors
    ///
    /// If there is no token.
    pub fn connect(settings: &Settings, options: Options) -> Result<Self, ConnectError> {
        let asked = settings.stand_in().unwrap_or(settings.host());
        let http = HttpClient::new(asked, options).map_err(ConnectError::Unusable)?;
        let (client, token) = settings.credentials();
        let token = match (&client, token) {
            (_, Some(token)) => token,
            (Some((id, secret)), None) => issue(&http, id, secret).map_err(ConnectError::NoToken)?,
            (None, None) => return Err(ConnectError::Unusable("there are no credentials".to_owned())),
        };
        Ok(Self { http, host: settings.host().to_owned(), client, token: Mutex::new(token) })
    }

    /// The host of the tenant, also if a stand-in is asked in its place.
    pub fn host(&self) -> &str {
        &self.host
    }

    fn token(&self) -> Secret {
        self.token.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sends a request. A token that has expired meanwhile is renewed once.
    fn send(&self, request: &Request<'_>) -> Result<Value, Error> {
        let token = self.token();
        let mut answer = self.http.send(request, Some(&token));
        if let (Err(error), Some((id, secret))) = (&answer, &self.client)
            && error.status() == Some(401)
        {
            let renewed = issue(&self.http, id, secret)?;
            *self.token.lock().unwrap_or_else(PoisonError::into_inner) = renewed.clone();
            answer = self.http.send(request, Some(&renewed));
        }
        answer.map_err(|mut error| {
            if let ErrorKind::Refused(refusal) = &mut error.kind
                && refusal.status == 403
            {
                refusal.permission = Some(permission(&error.path));
            }
            error
        })
    }
}

/// What a refused request needs.
fn permission(path: &str) -> Permission {
    if path.starts_with("/api/v1/users") { Permission::QlikUsers } else { Permission::QlikAdministration }
}

/// Asks for a token by client credentials.
fn issue(http: &HttpClient, id: &str, secret: &Secret) -> Result<Secret, Error> {
    let request = Request {
        method: "POST",
        path: "/oauth/token".to_owned(),
        query: &[],
        body: Some(json!({
            "grant_type": "client_credentials", "client_id": id, "client_secret": secret.expose(),
        })),
        // A second token does no harm.
        is_repeatable: true,
        shows_message: false,
    };
    let answer = http.send(&request, None)?;
    access_token(&request, &answer)
}
