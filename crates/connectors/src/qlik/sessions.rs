//! How long sessions last.

use serde::Deserialize;

use super::Qlik;
use crate::error::Error;

/// How long a user stays logged in, in minutes. A user keeps the groups of the last login until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Sessions {
    /// Without activity.
    #[serde(rename = "userSessionInactivityTimeoutMinutes")]
    pub inactivity: u64,
    /// In total.
    #[serde(rename = "maxUserSessionLifespanMinutes")]
    pub lifespan: u64,
}

impl Qlik {
    /// How long sessions last. Scope `admin_classic`; tenants have it since 2026-04.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal.
    pub fn sessions(&self) -> Result<Sessions, Error> {
        self.call("GET", "/api/core/auth-settings".to_owned(), None, true)
    }
}
