//! The objects of a tenant: what a seed holds, what a fault changes, and what a test looks at afterwards.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// An object that the stand-in keeps as it was written.
pub type Record = Map<String, Value>;

/// Everything in a tenant. Ids that a seed leaves out are made at the start.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tenant {
    pub actions: Vec<Action>,
    pub modules: Vec<Module>,
    /// By trigger, in the order of execution.
    pub bindings: BTreeMap<String, Vec<Binding>>,
    pub organizations: Vec<Record>,
    /// By the organization's id.
    pub organization_connections: BTreeMap<String, Vec<Record>>,
    /// Ids of users, by the organization's id.
    pub organization_members: BTreeMap<String, Vec<String>>,
    /// Groups that a directory provisions, by the user's id.
    pub user_groups: BTreeMap<String, Vec<Record>>,
    pub connections: Vec<Record>,
    /// Ids of clients, by the connection's id.
    pub connection_clients: BTreeMap<String, Vec<String>>,
    /// The tokens of SCIM clients, by the connection's id; a connection that is missing takes no SCIM.
    pub scim_tokens: BTreeMap<String, Vec<Record>>,
    pub clients: Vec<Record>,
    /// The public keys of clients, by the client's id.
    pub client_credentials: BTreeMap<String, Vec<Record>>,
    /// The tenant's own keys.
    pub signing_keys: Vec<Record>,
    pub client_grants: Vec<Record>,
    pub users: Vec<Record>,
}

/// How far a build is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BuildState {
    Pending,
    Building,
    Packaged,
    #[default]
    Built,
    Failed,
}

impl BuildState {
    /// As in Auth0's answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Building => "building",
            Self::Packaged => "packaged",
            Self::Built => "built",
            Self::Failed => "failed",
        }
    }
}

/// An Action: its draft, and the versions that were deployed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Action {
    pub id: String,
    pub name: String,
    pub supported_triggers: Vec<Value>,
    pub code: String,
    pub runtime: String,
    pub dependencies: Vec<Value>,
    pub secrets: Vec<Secret>,
    pub modules: Vec<Value>,
    pub status: BuildState,
    /// How many requests the build still takes.
    pub build_steps_left: u32,
    /// Whether the build ends with a failure.
    pub build_fails: bool,
    /// Whether it is deployed as soon as it is built.
    pub deploy_when_built: bool,
    pub all_changes_deployed: bool,
    /// The oldest first. At most one of them is deployed.
    pub versions: Vec<Version>,
    /// The number of the newest version, also if it was dropped.
    pub last_version: u64,
    pub created_at: String,
    pub updated_at: String,
}

impl Action {
    /// The version that logins run.
    pub fn deployed(&self) -> Option<&Version> {
        self.versions.iter().find(|version| version.deployed)
    }
}

/// A deployed state of an Action.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Version {
    pub id: String,
    pub number: u64,
    pub code: String,
    pub runtime: String,
    pub dependencies: Vec<Value>,
    pub secrets: Vec<Secret>,
    pub modules: Vec<Value>,
    pub deployed: bool,
    pub created_at: String,
}

/// A secret of an Action. No answer contains its value.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Secret {
    pub name: String,
    pub value: String,
    pub updated_at: String,
}

/// A place of an Action in a trigger.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Binding {
    pub id: String,
    pub action_id: String,
    pub display_name: String,
    pub created_at: String,
}

/// Code that Actions share.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Module {
    pub id: String,
    pub name: String,
    pub code: String,
    pub dependencies: Vec<Value>,
    pub secrets: Vec<Secret>,
    pub all_changes_published: bool,
    /// The oldest first.
    pub versions: Vec<ModuleVersion>,
    pub created_at: String,
    pub updated_at: String,
}

/// A published state of a module.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModuleVersion {
    pub id: String,
    pub number: u64,
    pub code: String,
    pub dependencies: Vec<Value>,
    pub created_at: String,
}
