//! Groups, and whether a login creates them.

use serde::Deserialize;
use serde_json::json;

use super::Qlik;
use crate::error::Error;

const PATH: &str = "/api/v1/groups";

/// A group.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Group {
    /// Its id.
    pub id: String,
    /// Its name, in which letter case counts.
    pub name: String,
    /// `idp` or `custom`.
    #[serde(default)]
    pub provider_type: Option<String>,
    /// `active` or `disabled`.
    #[serde(default)]
    pub status: Option<String>,
}

impl Group {
    /// Whether it is for what the identity provider sends.
    pub fn is_of_provider(&self) -> bool {
        is_of_provider(self.provider_type.as_deref())
    }
}

/// Whether a group with this type comes from the identity provider. One without a type does: Qlik Cloud documents it as
/// optional.
pub(super) fn is_of_provider(provider_type: Option<&str>) -> bool {
    provider_type != Some("custom")
}

/// What became of a group that was to be created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no other case")]
pub enum Created {
    /// It is new.
    Now,
    /// It was there, perhaps because an answer was lost.
    Before,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GroupSettings {
    auto_create_groups: bool,
}

impl Qlik {
    /// All groups of identity providers, and custom ones. Scope `admin_classic`.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal.
    pub fn groups(&self) -> Result<Vec<Group>, Error> {
        self.pages(PATH, vec![("sort", "id".to_owned())], true).all()
    }

    /// Creates a group of the identity provider. Scope `admin_classic`.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal other than that the group exists.
    pub fn create_group(&self, name: &str) -> Result<Created, Error> {
        let body = json!({ "name": name, "providerType": "idp", "status": "active" });
        // Names are unique, so a second request cannot make a second group.
        match self.call::<serde_json::Value>("POST", PATH.to_owned(), Some(body), true) {
            Ok(_) => Ok(Created::Now),
            Err(error) if error.status() == Some(409) => Ok(Created::Before),
            Err(error) => Err(error),
        }
    }

    /// Whether a login creates the groups that it carries. Scope `admin_classic`.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal.
    pub fn creates_groups_at_login(&self) -> Result<bool, Error> {
        let settings: GroupSettings = self.call("GET", format!("{PATH}/settings"), None, true)?;
        Ok(settings.auto_create_groups)
    }
}
