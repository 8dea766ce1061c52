//! What a trigger runs.

use serde::Deserialize;
use serde_json::json;

use super::Auth0;
use crate::error::Error;
use crate::http::encoded;

/// A place of an Action in a trigger.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Binding {
    /// Its id.
    pub id: String,
    /// The Action's id.
    pub action_id: String,
    /// The Action's name.
    pub action_name: String,
    /// How the flow shows it.
    pub display_name: String,
}

/// An entry of a trigger's new list.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_enums, reason = "there is nothing else to bind")]
pub enum BindingRef<'b> {
    /// A binding that stays as it is.
    Kept(&'b Binding),
    /// A new binding of an Action.
    New {
        /// The Action's id.
        action_id: &'b str,
        /// How the flow shows it.
        display_name: &'b str,
    },
}

impl Auth0 {
    /// What a trigger runs, in its order.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal.
    pub fn bindings(&self, trigger: &str) -> Result<Vec<Binding>, Error> {
        let path = format!("/actions/triggers/{}/bindings", encoded(trigger));
        let rows: Vec<BindingRow> = self.pages(&path, "bindings", &[])?;
        Ok(rows.into_iter().map(Binding::from).collect())
    }

    /// Replaces all that a trigger runs.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal.
    pub fn replace_bindings(&self, trigger: &str, wanted: &[BindingRef<'_>]) -> Result<Vec<Binding>, Error> {
        let entry = |reference: &BindingRef<'_>| {
            let (kind, value, name) = match reference {
                BindingRef::Kept(binding) => {
                    ("binding_id", binding.id.as_str(), binding.display_name.as_str())
                }
                BindingRef::New { action_id, display_name } => ("action_id", *action_id, *display_name),
            };
            json!({ "ref": { "type": kind, "value": value }, "display_name": name })
        };
        let body = json!({ "bindings": wanted.iter().map(entry).collect::<Vec<_>>() });
        let path = format!("/actions/triggers/{}/bindings", encoded(trigger));
        // Not repeated: by then somebody else may have changed the list.
        let answer: BindingRows = self.call("PATCH", path, Some(body), false)?;
        Ok(answer.bindings.into_iter().map(Binding::from).collect())
    }
}

#[derive(Deserialize)]
struct BindingRows {
    bindings: Vec<BindingRow>,
}

#[derive(Deserialize)]
struct BindingRow {
    id: String,
    #[serde(default)]
    display_name: String,
    action: BoundAction,
}

#[derive(Deserialize)]
struct BoundAction {
    id: String,
    name: String,
}

impl From<BindingRow> for Binding {
    fn from(row: BindingRow) -> Self {
        Self {
            id: row.id,
            action_id: row.action.id,
            action_name: row.action.name,
            display_name: row.display_name,
        }
    }
}
