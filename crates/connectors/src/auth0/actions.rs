//! Actions and their versions.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::Auth0;
use crate::error::Error;
use crate::http::encoded;

/// The pauses while an Action is built: short at first, because most builds are.
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// An Action with its draft.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Action {
    /// Its id.
    pub id: String,
    /// Its name, which no other Action of the tenant has.
    pub name: String,
    /// The triggers that it is for.
    #[serde(default)]
    pub supported_triggers: Vec<Trigger>,
    /// The draft's code.
    #[serde(default)]
    pub code: String,
    /// The draft's runtime.
    #[serde(default)]
    pub runtime: String,
    /// How far the draft's build is.
    #[serde(default)]
    pub status: BuildState,
    /// What logins run.
    #[serde(default)]
    pub deployed_version: Option<Version>,
}

/// A trigger that an Action is for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Trigger {
    /// Such as `post-login`.
    pub id: String,
    /// Such as `v3`.
    #[serde(default)]
    pub version: String,
}

/// A deployed state of an Action.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Version {
    /// Its id.
    pub id: String,
    /// Counted up.
    #[serde(default)]
    pub number: u64,
    /// Its code; not every answer has it.
    #[serde(default)]
    pub code: Option<String>,
    /// Its runtime.
    #[serde(default)]
    pub runtime: String,
    /// Whether logins run it.
    #[serde(default)]
    pub deployed: bool,
    /// When it was made.
    #[serde(default)]
    pub created_at: String,
}

/// How far the build of a draft is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum BuildState {
    /// It has not begun.
    #[default]
    Pending,
    /// It has begun.
    Building,
    /// Nearly built.
    Packaged,
    /// It can be deployed.
    Built,
    /// It cannot.
    Failed,
    /// `retrying`, and whatever else Auth0 answers.
    #[serde(other)]
    Other,
}

/// The code and the runtime of an Action.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct ActionContent<'c> {
    /// JavaScript.
    pub code: &'c str,
    /// Such as `node22`.
    pub runtime: &'c str,
}

/// Why an Action is not built.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildError {
    /// Auth0 could not build it.
    Failed,
    /// It is not known.
    Unknown(Error),
}

impl std::error::Error for BuildError {}

impl fmt::Display for BuildError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed => formatter.write_str("Auth0 could not build the Action"),
            Self::Unknown(error) => error.fmt(formatter),
        }
    }
}

impl Auth0 {
    /// The Action that has a name.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal.
    pub fn find_action(&self, name: &str) -> Result<Option<Action>, Error> {
        let all: Vec<Action> = self.pages("/actions/actions", "actions", &[("actionName", name)])?;
        Ok(all.into_iter().find(|action| action.name == name))
    }

    /// All Actions.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal.
    pub fn actions(&self) -> Result<Vec<Action>, Error> {
        self.pages("/actions/actions", "actions", &[])
    }

    /// An Action.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal.
    pub fn action(&self, id: &str) -> Result<Action, Error> {
        self.call("GET", format!("/actions/actions/{}", encoded(id)), None, true)
    }

    /// The code of an Action that logins run where it is bound; `None` if nothing is deployed.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal.
    pub fn deployed_code(&self, id: &str) -> Result<Option<String>, Error> {
        let Some(version) = self.action(id)?.deployed_version else { return Ok(None) };
        match version.code {
            Some(code) => Ok(Some(code)),
            // Not every answer has it.
            None => Ok(self.version(id, &version.id)?.code),
        }
    }

    /// Creates an Action, whose build begins.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal.
    pub fn create_action(
        &self,
        name: &str,
        trigger: (&str, &str),
        content: ActionContent<'_>,
    ) -> Result<Action, Error> {
        let body = json!({
            "name": name, "code": content.code, "runtime": content.runtime,
            "supported_triggers": [{ "id": trigger.0, "version": trigger.1 }],
        });
        self.call("POST", "/actions/actions".to_owned(), Some(body), false)
    }

    /// Replaces code and runtime of an Action's draft, whose build begins. Secrets and the rest stay.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal.
    pub fn update_action(&self, id: &str, content: ActionContent<'_>) -> Result<Action, Error> {
        let body = json!({ "code": content.code, "runtime": content.runtime });
        self.call("PATCH", format!("/actions/actions/{}", encoded(id)), Some(body), true)
    }

    /// Waits until the draft of an Action is built.
    ///
    /// # Errors
    ///
    /// If the build fails, or does not end in time.
    pub fn wait_until_built(&self, id: &str) -> Result<Action, BuildError> {
        let mut pause = SHORTEST_PAUSE;
        loop {
            let action = self.action(id).map_err(BuildError::Unknown)?;
            match action.status {
                BuildState::Built => return Ok(action),
                BuildState::Failed => return Err(BuildError::Failed),
                BuildState::Pending | BuildState::Building | BuildState::Packaged | BuildState::Other => {}
            }
            self.http.sleep(pause, None).map_err(|kind| {
                let path = format!("/api/v2/actions/actions/{id}");
                BuildError::Unknown(Error { method: "GET", path, kind })
            })?;
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        }
    }

    /// Makes a version of an Action's draft, which must be built, and lets logins run it.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal.
    pub fn deploy_action(&self, id: &str) -> Result<Version, Error> {
        // Each deployment is a version of 50, so it is not repeated.
        self.call("POST", format!("/actions/actions/{}/deploy", encoded(id)), None, false)
    }

    /// Runs the draft of an Action with an event, and returns what Auth0 answers as its result.
    ///
    /// Auth0 documents no shape of the result: it is an object. Needs the scope `create:actions`.
    ///
    /// # Errors
    ///
    /// If the request fails.
    pub fn test_action(&self, id: &str, event: &Value) -> Result<Value, Error> {
        #[derive(Deserialize)]
        struct Tested {
            #[serde(default)]
            payload: Value,
        }
        let path = format!("/actions/actions/{}/test", encoded(id));
        // A test changes nothing in the tenant.
        let tested: Tested = self.call("POST", path, Some(json!({ "payload": event })), true)?;
        Ok(tested.payload)
    }

    /// The versions of an Action, the newest first.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal.
    pub fn versions(&self, id: &str) -> Result<Vec<Version>, Error> {
        let path = format!("/actions/actions/{}/versions", encoded(id));
        let mut versions: Vec<Version> = self.pages(&path, "versions", &[])?;
        versions.sort_by_key(|version| std::cmp::Reverse(version.number));
        Ok(versions)
    }

    /// A version of an Action.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal.
    pub fn version(&self, id: &str, version: &str) -> Result<Version, Error> {
        self.call(
            "GET",
            format!("/actions/actions/{}/versions/{}", encoded(id), encoded(version)),
            None,
            true,
        )
    }

    /// Lets logins run the content of an old version, which also becomes the draft.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal.
    pub fn roll_back(&self, id: &str, version: &str) -> Result<Version, Error> {
        let path = format!("/actions/actions/{}/versions/{}/deploy", encoded(id), encoded(version));
        self.call("POST", path, Some(json!({ "update_draft": true })), false)
    }
}
