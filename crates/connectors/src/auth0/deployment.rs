//! What a deployment finds, how its plan is carried out, and how one is taken back.

mod blocks;
mod error;
mod recomputed;
mod run;

use std::fmt;
use std::time::Duration;

use claimsmith_lifecycle::deployment::{Bound, Build, Content, Observed, ObservedAction, Origin, Refusal};
use claimsmith_lifecycle::digest::sha256_hex;

pub use self::blocks::{
    BlockWrite, Carried, Confirmed, Deployment, InBetween, REQUESTS_PER_SECOND, ReadAction, WriteTerms,
};
pub use self::error::DeployError;
use super::Auth0;
use super::actions::{Action, BuildState, Version};
use super::bindings::Binding;
use crate::error::Error;
use crate::journal::{Journal, recorded};

/// More rounds than the deployment of an Action takes; changes of others, if they are accepted, add some.
const MOST_ROUNDS: usize = 30;
/// How often is looked whether logins run the new version.
const MOST_LOOKS: usize = 10;

/// What the owner of an Action knows about it.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Ours<'o> {
    /// The name of the Action.
    pub name: &'o str,
    /// Its trigger and the trigger's version.
    pub trigger: (&'o str, &'o str),
    /// Says who made some code.
    pub origin: &'o dyn Fn(&str) -> Origin,
}

impl fmt::Debug for Ours<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Ours").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Some Actions and the bindings of their trigger, as they are now.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct State {
    /// In the order of their names; `None` if there is no Action of the name.
    pub actions: Vec<Option<Action>>,
    /// What the trigger runs.
    pub bindings: Vec<Binding>,
}

/// A version that logins run again.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RolledBack {
    /// The version whose content logins run now.
    pub to: Version,
    /// Whether they did so before.
    pub is_unchanged: bool,
}

impl State {
    /// The Action, or the first one of several.
    pub fn action(&self) -> Option<&Action> {
        self.actions.first().and_then(Option::as_ref)
    }

    /// The code of its deployed version.
    pub fn deployed_code(&self) -> Option<&str> {
        self.deployed_codes().next()?
    }

    /// The code of the deployed version of each Action; `None` for one that does not exist or is not deployed.
    pub fn deployed_codes(&self) -> impl Iterator<Item = Option<&str>> {
        self.actions.iter().map(|action| action.as_ref()?.deployed_version.as_ref()?.code.as_deref())
    }

    /// The code that logins run; `None` if nothing is deployed, or the trigger does not run it.
    pub fn runs(&self) -> Option<&str> {
        let id = &self.action()?.id;
        let is_bound = self.bindings.iter().any(|binding| binding.action_id == *id);
        self.deployed_code().filter(|_| is_bound)
    }

    /// What a plan needs to know about it.
    pub fn observed(&self, ours: Ours<'_>) -> Observed {
        let bound = |binding: &Binding| Bound {
            action_id: binding.action_id.clone(),
            name: binding.action_name.clone(),
        };
        let actions = self.actions.iter().map(|action| action.as_ref().map(|it| observe(it, ours)));
        Observed { actions: actions.collect(), bindings: self.bindings.iter().map(bound).collect() }
    }
}

fn observe(action: &Action, ours: Ours<'_>) -> ObservedAction {
    let deployed = action.deployed_version.as_ref().and_then(|version| version.code.as_deref());
    // An edit of the draft does not make the Action another one: logins run what is deployed.
    let origin = match deployed.map(ours.origin) {
        Some(Origin::Ours) => Origin::Ours,
        _ => (ours.origin)(&action.code),
    };
    ObservedAction {
        id: action.id.clone(),
        origin,
        fits_trigger: action
            .supported_triggers
            .iter()
            .any(|it| it.id == ours.trigger.0 && it.version == ours.trigger.1),
        draft: content(&action.code, &action.runtime),
        build: match action.status {
            BuildState::Built => Build::Built,
            BuildState::Failed => Build::Failed,
            _ => Build::Running,
        },
        deployed: action
            .deployed_version
            .as_ref()
            .map(|version| content(version.code.as_deref().unwrap_or_default(), &version.runtime)),
    }
}

fn content(code: &str, runtime: &str) -> Content {
    Content { code: sha256_hex(code), runtime: runtime.to_owned() }
}

impl Auth0 {
    /// Reads the Actions of some names, and the bindings of their trigger.
    ///
    /// # Errors
    ///
    /// If a request fails.
    pub fn state(&self, names: &[&str], trigger: &str) -> Result<State, Error> {
        let find =
            |name: &&str| self.find_action(name)?.map(|action| self.with_deployed_code(action)).transpose();
        let actions = names.iter().map(find).collect::<Result<_, Error>>()?;
        Ok(State { actions, bindings: self.bindings(trigger)? })
    }

    /// Not every answer has the code of the deployed version.
    fn with_deployed_code(&self, mut action: Action) -> Result<Action, Error> {
        if let Some(version) = action.deployed_version.as_mut().filter(|version| version.code.is_none()) {
            *version = self.version(&action.id, &version.id)?;
        }
        Ok(action)
    }

    /// Lets logins run an old version of an Action: the one with a number, or the newest older one with other code.
    /// `check` gets the code that logins run and the code that they would run.
    ///
    /// # Errors
    ///
    /// If a request fails, there is no such version, the Action is not ours, or `check` refuses.
    pub fn take_back(
        &self,
        ours: Ours<'_>,
        number: Option<u64>,
        check: &dyn Fn(&str, &str) -> Result<(), DeployError>,
        journal: Journal<'_>,
    ) -> Result<RolledBack, DeployError> {
        let none = || DeployError::NoAction(ours.name.to_owned());
        let action = self.find_action(ours.name)?.ok_or_else(none)?;
        let action = self.with_deployed_code(action)?;
        let deployed = action.deployed_version.as_ref().ok_or_else(none)?;
        check_origin(deployed.code.as_deref(), ours)?;
        let runs = |version: &Version| version.code == deployed.code && version.runtime == deployed.runtime;
        let versions = self.versions(&action.id)?;
        let mut numbers = Vec::new();
        let mut chosen = None;
        for version in versions {
            numbers.push(version.number);
            let is_candidate = match number {
                Some(number) => version.number == number,
                None => chosen.is_none() && version.number < deployed.number,
            };
            if !is_candidate {
                continue;
            }
            let version =
                if version.code.is_some() { version } else { self.version(&action.id, &version.id)? };
            if number.is_some() || !runs(&version) {
                chosen = Some(version);
            }
        }
        let to = chosen.ok_or(DeployError::NoVersion { asked: number, kept: numbers })?;
        if runs(&to) {
            return Ok(RolledBack { to, is_unchanged: true });
        }
        check_origin(to.code.as_deref(), ours)?;
        let code = |version: &Version| version.code.clone().unwrap_or_default();
        check(&code(deployed), &code(&to))?;
        let step = format!("roll back to version {}", to.number);
        let wanted = content(to.code.as_deref().unwrap_or_default(), &to.runtime);
        recorded(journal, &step, DeployError::Journal, || {
            self.roll_back(&action.id, &to.id)
                .map_err(DeployError::from)
                .and_then(|_| self.read_deployed(&action.id, &wanted, ours))
                .map_err(|error| DeployError::RollBack { to: to.number, cause: Box::new(error) })
        })?;
        Ok(RolledBack { to, is_unchanged: false })
    }

    /// Reads an Action back until logins run what was deployed.
    fn read_deployed(&self, id: &str, wanted: &Content, ours: Ours<'_>) -> Result<Action, DeployError> {
        for look in 0..MOST_LOOKS {
            if look > 0 {
                let path = format!("/api/v2/actions/actions/{id}");
                let pause = self.http.sleep(Duration::from_secs(1), None);
                pause.map_err(|kind| Error { method: "GET", path, kind })?;
            }
            let action = self.with_deployed_code(self.action(id)?)?;
            if observe(&action, ours).deployed.as_ref() == Some(wanted) {
                return Ok(action);
            }
        }
        Err(DeployError::NotDeployed)
    }
}

fn check_origin(code: Option<&str>, ours: Ours<'_>) -> Result<(), Refusal> {
    let name = ours.name.to_owned();
    match (ours.origin)(code.unwrap_or_default()) {
        Origin::Ours => Ok(()),
        Origin::OtherTenant(domain) => Err(Refusal::OtherTenant { name, domain }),
        Origin::Foreign => Err(Refusal::Foreign { name }),
    }
}
