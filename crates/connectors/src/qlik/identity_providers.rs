//! Identity providers: what is live, what is pending, and how its verification ended.

use std::fmt;

use serde::Deserialize;
use serde_json::{Value, json};

use super::Qlik;
use crate::error::Error;
use crate::http::encoded;
use crate::secret::Secret;

const PATH: &str = "/api/v1/identity-providers";

/// An identity provider.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct IdentityProvider {
    /// Its id.
    pub id: String,
    /// Such as `auth0`.
    #[serde(default)]
    pub provider: String,
    /// `OIDC`, `SAML` or `jwtAuth`.
    #[serde(default)]
    pub protocol: String,
    /// Whether people log in with it.
    #[serde(default)]
    pub active: bool,
    /// Whether it is for people.
    #[serde(default)]
    pub interactive: bool,
    /// What a person who administers the tenant wrote about it.
    #[serde(default)]
    pub description: Option<String>,
    /// What is live. May hold a client secret: print no member that is not known to be none.
    #[serde(default)]
    pub options: Option<Value>,
    /// What waits for its verification. May hold a client secret as well.
    #[serde(default)]
    pub pending_options: Option<Value>,
    /// `verified`, `pending` or `error`.
    #[serde(default)]
    pub pending_state: Option<String>,
    /// How the last verification ended.
    #[serde(default)]
    pub pending_result: Option<PendingResult>,
}

/// How a verification ended. Its claims are those of the person who logged in.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PendingResult {
    /// `success`, or what went wrong.
    #[serde(default)]
    pub status: String,
    /// The claims as they came.
    #[serde(default)]
    pub idp_claims: Option<Value>,
    /// What the claims mapping made of them.
    #[serde(default)]
    pub resultant_claims: Option<Value>,
}

impl fmt::Debug for IdentityProvider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("IdentityProvider");
        shown.field("id", &self.id).field("provider", &self.provider).field("active", &self.active);
        shown.field("pending_state", &self.pending_state).finish_non_exhaustive()
    }
}

impl fmt::Debug for PendingResult {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PendingResult").field("status", &self.status).finish_non_exhaustive()
    }
}

impl Qlik {
    /// All identity providers. Scope `admin_classic`.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal.
    pub fn identity_providers(&self) -> Result<Vec<IdentityProvider>, Error> {
        self.pages(PATH, Vec::new(), true).all()
    }

    /// Replaces the pending options of an identity provider, which changes nothing for logins. Scope `admin_classic`.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal.
    pub fn set_pending_options(
        &self,
        id: &str,
        mut options: Value,
        secret: Option<&Secret>,
    ) -> Result<(), Error> {
        if let (Some(members), Some(secret)) = (options.as_object_mut(), secret) {
            members.insert("clientSecret".to_owned(), secret.expose().into());
        }
        let patch = json!([{ "op": "replace", "path": "/pendingOptions", "value": options }]);
        self.patch(id, patch, true)
    }

    /// Makes the pending options live. Scope `admin_classic`.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal: Qlik Cloud refuses what is not verified.
    pub fn promote_pending_options(&self, id: &str) -> Result<(), Error> {
        self.patch(id, json!([{ "op": "promote-options" }]), false)
    }

    fn patch(&self, id: &str, patch: Value, is_repeatable: bool) -> Result<(), Error> {
        let _: Value = self.call("PATCH", format!("{PATH}/{}", encoded(id)), Some(patch), is_repeatable)?;
        Ok(())
    }
}
