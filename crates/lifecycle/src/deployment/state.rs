//! An Action and its trigger: as they are to be, as they were when a plan was made, and as they are now.

use serde::{Deserialize, Serialize};

/// An Action as it is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Wanted {
    /// Its name.
    pub name: String,
    /// The trigger that runs it.
    pub trigger: String,
    /// The version of the trigger.
    pub trigger_version: String,
    /// Code and runtime.
    pub content: Content,
    /// The length of the code.
    pub bytes: usize,
    /// The digest of the mappings in it.
    pub mappings: String,
}

/// What an Action runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Content {
    /// The SHA-256 of the code.
    pub code: String,
    /// Such as `node22`.
    pub runtime: String,
}

/// What there was when a plan was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Found {
    /// `None` if there was no Action of the name.
    pub action: Option<FoundAction>,
    /// What the trigger ran, in its order.
    pub bindings: Vec<Bound>,
}

/// An Action that there was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FoundAction {
    /// Its id.
    pub id: String,
    /// Its draft.
    pub draft: Content,
    /// What logins ran.
    pub deployed: Option<Content>,
}

/// A place of an Action in a trigger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Bound {
    /// The id of the Action.
    pub action_id: String,
    /// Its name, for people.
    pub name: String,
}

/// What there is now.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Observed {
    /// The Actions of the wanted names, in their order; `None` for a name that no Action has.
    pub actions: Vec<Option<ObservedAction>>,
    /// What the trigger runs, in its order.
    pub bindings: Vec<Bound>,
}

impl Observed {
    /// The Action, or the first one of several.
    pub fn action(&self) -> Option<&ObservedAction> {
        self.actions.first().and_then(Option::as_ref)
    }
}

/// An Action as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct ObservedAction {
    /// Its id.
    pub id: String,
    /// Who made its code.
    pub origin: Origin,
    /// Whether it is for the wanted trigger.
    pub fits_trigger: bool,
    /// Its draft.
    pub draft: Content,
    /// How far the draft's build is.
    pub build: Build,
    /// What logins run.
    pub deployed: Option<Content>,
}

impl ObservedAction {
    /// Whether the draft is neither what logins run nor what the files give, such as after an edit in the dashboard.
    pub fn has_other_draft(&self, wanted: &Content) -> bool {
        self.deployed.as_ref().is_some_and(|deployed| self.draft != *deployed) && self.draft != *wanted
    }
}

/// Who made the code of an Action.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no other case")]
pub enum Origin {
    /// Claimsmith, for this tenant or for no tenant in particular.
    Ours,
    /// Claimsmith, for the tenant with this domain.
    OtherTenant(String),
    /// Not Claimsmith.
    Foreign,
}

/// How far a build is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no other case")]
pub enum Build {
    /// It can be deployed.
    Built,
    /// Not yet.
    Running,
    /// It never will be.
    Failed,
}
