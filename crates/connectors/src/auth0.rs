//! Auth0's Management API, of one tenant.

mod actions;
mod assertion;
mod bindings;
mod calls;
mod deployment;
mod inventory;
mod organizations;
mod people;
mod probes;
mod settings;

use std::fmt;

use claimsmith::compiler::{OtherDomain, Tenant};
use serde_json::{Value, json};

pub use self::actions::{Action, ActionContent, BuildError, BuildState, Trigger, Version};
pub use self::assertion::SigningKey;
pub use self::bindings::{Binding, BindingRef};
pub use self::deployment::{
    BlockWrite, Carried, Confirmed, DeployError, Deployment, InBetween, Ours, REQUESTS_PER_SECOND,
    ReadAction, RolledBack, State, WriteTerms,
};
pub use self::inventory::{ClientCredential, MOST_PROFILES, ScimToken, TenantKey};
pub use self::organizations::OrganizationConnection;
pub use self::people::Profiles;
pub use self::probes::MetadataProbe;
pub use self::settings::{Credentials, Settings};
use crate::error::Error;
use crate::http::{HttpClient, Options, Request, access_token};
use crate::secret::Secret;
pub use crate::settings::SettingsError;

/// A connection to one tenant, with a token.
#[derive(Debug)]
pub struct Auth0 {
    http: HttpClient,
    token: Secret,
    /// What the token may do; `None` if a given token does not say so.
    scopes: Option<Vec<String>>,
}

/// Why there is no connection to a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectError {
    /// The settings are for another tenant. No request was sent.
    OtherDomain(OtherDomain),
    /// The client cannot be set up, or a key cannot sign.
    Unusable(String),
    /// Auth0 issued no token.
    NoToken(Error),
    /// The token may not do what is needed. These scopes are missing.
    MissingScopes(Vec<String>),
}

impl std::error::Error for ConnectError {}

impl fmt::Display for ConnectError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherDomain(other) => write!(formatter, "{other}; the credentials are for another tenant"),
            Self::Unusable(why) => formatter.write_str(why),
            Self::NoToken(error) => {
                write!(formatter, "no access token, {error}")?;
                match error.status() {
                    Some(401) => write!(formatter, " (client id, secret or key)"),
                    Some(403) => write!(
                        formatter,
                        "; allow the application to use the Auth0 Management API, with a client grant"
                    ),
                    _ => Ok(()),
                }
            }
            Self::MissingScopes(scopes) => {
                let names: Vec<String> = scopes.iter().map(|name| format!("`{name}`")).collect();
                write!(
                    formatter,
                    "the application may not use {}; add what is missing to its client grant for the Auth0 Management API",
                    names.join(", ")
                )
            }
        }
    }
}

impl Auth0 {
    /// Connects to a tenant, and to no other one.
    ///
    /// # Errors
    ///
    /// If the settings are for another tenant, if there is no token, or if one that Auth0 issued lacks a scope.
    pub fn connect(
        tenant: &Tenant,
        settings: &Settings,
        needed_scopes: &[&str],
        options: Options,
    ) -> Result<Self, ConnectError> {
        if let Some(domain) = settings.domain() {
            tenant.require(domain).map_err(ConnectError::OtherDomain)?;
        }
        let host = settings.stand_in().unwrap_or(tenant.domain());
        let http = HttpClient::new(host, options).map_err(ConnectError::Unusable)?;
        let (token, scopes) = match settings.credentials() {
            Credentials::Token(token) => (token.clone(), None),
            Credentials::Client { id, secret } => {
                issue(&http, host, json!({ "client_id": id, "client_secret": secret.expose() }))?
            }
            Credentials::Key { id, key } => {
                let audience = format!("https://{host}/");
                let assertion = key.assertion(id, &audience, http.timer().unix_seconds());
                let assertion = assertion.map_err(ConnectError::Unusable)?;
                let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
                let members = json!({
                    "client_id": id, "client_assertion": assertion.expose(), "client_assertion_type": kind,
                });
                issue(&http, host, members)?
            }
        };
        if let Some(granted) = &scopes {
            let is_missing = |needed: &&&str| !granted.iter().any(|it| it == **needed);
            let missing: Vec<String> =
                needed_scopes.iter().filter(is_missing).map(|it| (*it).to_owned()).collect();
            if !missing.is_empty() {
                return Err(ConnectError::MissingScopes(missing));
            }
        }
        Ok(Self { http, token, scopes })
    }

    /// What the token may do; `None` if a given token does not say so.
    pub fn scopes(&self) -> Option<&[String]> {
        self.scopes.as_deref()
    }

    /// Whether the token is known to lack a scope.
    pub fn lacks(&self, scope: &str) -> bool {
        self.scopes.as_ref().is_some_and(|scopes| !scopes.iter().any(|it| it == scope))
    }

    /// How many requests were sent so far, that for the token and repeated ones included.
    pub fn requests(&self) -> usize {
        self.http.sent()
    }

    fn send(&self, request: &Request<'_>) -> Result<Value, Error> {
        self.http.send(request, Some(&self.token))
    }
}

/// Asks for a token by client credentials, and says what it may do.
fn issue(
    http: &HttpClient,
    host: &str,
    members: Value,
) -> Result<(Secret, Option<Vec<String>>), ConnectError> {
    let mut body =
        json!({ "grant_type": "client_credentials", "audience": format!("https://{host}/api/v2/") });
    if let (Some(body), Value::Object(members)) = (body.as_object_mut(), members) {
        body.extend(members);
    }
    let request = Request {
        method: "POST",
        path: "/oauth/token".to_owned(),
        query: &[],
        body: Some(body),
        // A second token does no harm.
        is_repeatable: true,
        shows_message: false,
    };
    let answer = http.send(&request, None).map_err(ConnectError::NoToken)?;
    let token = access_token(&request, &answer).map_err(ConnectError::NoToken)?;
    let scopes = answer.get("scope").and_then(Value::as_str);
    let scopes = scopes.map(|text| text.split_whitespace().map(str::to_owned).collect());
    Ok((token, scopes))
}
