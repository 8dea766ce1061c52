//! Carries out the plan of a deployment, and takes one back.

mod blocks;
mod error;
mod recomputed;
mod slices;

use std::fmt;
use std::time::Duration;

use claimsmith_lifecycle::deployment::{
    Bound, Build, Content, Observed, ObservedAction, Origin, Plan, Progress, Refusal, Step,
};
use claimsmith_lifecycle::digest::sha256_hex;
use claimsmith_lifecycle::journal::Phase;

pub use self::blocks::{Carried, Deployment, InBetween, REQUESTS_PER_SECOND, ReadAction, WriteTerms};
pub use self::error::DeployError;
pub use self::slices::SlicesState;
use super::Auth0;
use super::actions::{Action, ActionContent, BuildError, BuildState, Version};
use super::bindings::{Binding, BindingRef};
use crate::error::Error;

/// More rounds than any deployment takes; changes of others, if they are accepted, add some.
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

/// Receives each step when it begins and when it ends.
///
/// # Errors
///
/// Text for people; then nothing more is done.
pub type Journal<'j> = &'j mut dyn FnMut(&str, Phase, Option<&str>) -> Result<(), String>;

/// An Action and the bindings of its trigger, as they are now.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct State {
    /// `None` if there is no Action of the name.
    pub action: Option<Action>,
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
    /// The code of the deployed version.
    pub fn deployed_code(&self) -> Option<&str> {
        self.action.as_ref()?.deployed_version.as_ref()?.code.as_deref()
    }

    /// The code that logins run; `None` if nothing is deployed, or the trigger does not run it.
    pub fn runs(&self) -> Option<&str> {
        let id = &self.action.as_ref()?.id;
        let is_bound = self.bindings.iter().any(|binding| binding.action_id == *id);
        self.deployed_code().filter(|_| is_bound)
    }

    /// What a plan needs to know about it.
    pub fn observed(&self, ours: Ours<'_>) -> Observed {
        let bound = |binding: &Binding| Bound {
            action_id: binding.action_id.clone(),
            name: binding.action_name.clone(),
        };
        Observed {
            action: self.action.as_ref().map(|action| observe(action, ours)),
            bindings: self.bindings.iter().map(bound).collect(),
        }
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
    /// Reads an Action and the bindings of its trigger.
    ///
    /// # Errors
    ///
    /// If a request fails.
    pub fn state(&self, ours: Ours<'_>) -> Result<State, Error> {
        let action =
            self.find_action(ours.name)?.map(|action| self.with_deployed_code(action)).transpose()?;
        Ok(State { action, bindings: self.bindings(ours.trigger.0)? })
    }

    /// Not every answer has the code of the deployed version.
    fn with_deployed_code(&self, mut action: Action) -> Result<Action, Error> {
        if let Some(version) = action.deployed_version.as_mut().filter(|version| version.code.is_none()) {
            *version = self.version(&action.id, &version.id)?;
        }
        Ok(action)
    }

    /// Carries out a plan, or what an earlier run has left of it, and returns the steps that it took.
    ///
    /// # Errors
    ///
    /// If a request fails or something must not be done. What was done before stays; the same plan continues there.
    pub fn carry_out(
        &self,
        plan: &Plan,
        code: &str,
        ours: Ours<'_>,
        is_forced: bool,
        journal: Journal<'_>,
    ) -> Result<Vec<&'static str>, DeployError> {
        self.carry_out_from(self.state(ours)?, plan, code, ours, is_forced, journal)
    }

    /// The same from a state that was just read.
    fn carry_out_from(
        &self,
        state: State,
        plan: &Plan,
        code: &str,
        ours: Ours<'_>,
        is_forced: bool,
        journal: Journal<'_>,
    ) -> Result<Vec<&'static str>, DeployError> {
        let mut run = Run { auth0: self, plan, code, ours, is_forced, state };
        let mut progress = Progress { is_forced, has_written: false };
        let mut steps = Vec::new();
        for _ in 0..MOST_ROUNDS {
            let step = plan.next(&run.state.observed(ours), progress)?;
            if step == Step::Nothing {
                return Ok(steps);
            }
            if let Step::Wait(id) = &step {
                run.wait(id)?;
                continue;
            }
            if matches!(step, Step::Bind(..)) && run.bindings_changed()? {
                // The plan decides again, with the new list.
                continue;
            }
            journal(step.name(), Phase::Begun, None).map_err(DeployError::Journal)?;
            match run.take(&step) {
                Ok(()) => journal(step.name(), Phase::Done, None).map_err(DeployError::Journal)?,
                Err(error) => {
                    // The error of the step counts more than one of the journal.
                    let _ = journal(step.name(), Phase::Failed, Some(&error.to_string()));
                    return Err(error);
                }
            }
            progress.has_written |= matches!(step, Step::Create | Step::Update(_));
            steps.push(step.name());
        }
        Err(DeployError::Unsettled)
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
        let to = chosen.ok_or(DeployError::NoVersion(numbers))?;
        if runs(&to) {
            return Ok(RolledBack { to, is_unchanged: true });
        }
        check_origin(to.code.as_deref(), ours)?;
        let code = |version: &Version| version.code.clone().unwrap_or_default();
        check(&code(deployed), &code(&to))?;
        let step = format!("roll back to version {}", to.number);
        journal(&step, Phase::Begun, None).map_err(DeployError::Journal)?;
        let wanted = content(to.code.as_deref().unwrap_or_default(), &to.runtime);
        let result = self
            .roll_back(&action.id, &to.id)
            .map_err(DeployError::from)
            .and_then(|_| self.read_deployed(&action.id, &wanted, ours));
        match result {
            Ok(_) => journal(&step, Phase::Done, None).map_err(DeployError::Journal)?,
            Err(error) => {
                let error = DeployError::RollBack { to: to.number, cause: Box::new(error) };
                let _ = journal(&step, Phase::Failed, Some(&error.to_string()));
                return Err(error);
            }
        }
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

/// A plan that is being carried out.
struct Run<'r> {
    auth0: &'r Auth0,
    plan: &'r Plan,
    code: &'r str,
    ours: Ours<'r>,
    is_forced: bool,
    state: State,
}

impl Run<'_> {
    fn wait(&mut self, id: &str) -> Result<(), DeployError> {
        match self.auth0.wait_until_built(id) {
            Ok(action) => self.state.action = Some(self.auth0.with_deployed_code(action)?),
            Err(BuildError::Unknown(error)) => return Err(error.into()),
            Err(BuildError::Failed) => {
                if let Some(action) = &mut self.state.action {
                    action.status = BuildState::Failed;
                }
            }
        }
        Ok(())
    }

    /// Reads the bindings again, directly before they are replaced, and says whether they have changed.
    fn bindings_changed(&mut self) -> Result<bool, DeployError> {
        let bindings = self.auth0.bindings(self.ours.trigger.0)?;
        let has_changed = bindings != self.state.bindings;
        self.state.bindings = bindings;
        Ok(has_changed)
    }

    fn take(&mut self, step: &Step) -> Result<(), DeployError> {
        let content = ActionContent { code: self.code, runtime: &self.plan.wanted.content.runtime };
        match step {
            Step::Create => {
                let created = self.auth0.create_action(self.ours.name, self.ours.trigger, content)?;
                self.state.action = Some(created);
            }
            Step::Update(id) => {
                let updated = self.auth0.update_action(id, content)?;
                self.state.action = Some(self.auth0.with_deployed_code(updated)?);
            }
            Step::Deploy(id) => {
                self.auth0.deploy_action(id)?;
                let action = self.auth0.read_deployed(id, &self.plan.wanted.content, self.ours)?;
                self.state.action = Some(action);
            }
            Step::Bind(id, at) => self.bind(id, *at)?,
            Step::Wait(_) | Step::Nothing => {}
        }
        Ok(())
    }

    /// Adds the Action to the list that was just read, and reads back what Auth0 has made of it.
    fn bind(&mut self, id: &str, at: usize) -> Result<(), DeployError> {
        let new = BindingRef::New { action_id: id, display_name: self.ours.name };
        let mut entries: Vec<BindingRef<'_>> = self.state.bindings.iter().map(BindingRef::Kept).collect();
        entries.insert(at.min(entries.len()), new);
        let mut wanted: Vec<String> = self.state.bindings.iter().map(|it| it.action_id.clone()).collect();
        wanted.insert(at.min(wanted.len()), id.to_owned());
        self.auth0.replace_bindings(self.ours.trigger.0, &entries)?;
        let read = self.auth0.bindings(self.ours.trigger.0)?;
        let is_as_written = read.iter().map(|it| &it.action_id).eq(&wanted);
        if !is_as_written && !self.is_forced {
            return Err(DeployError::OtherBindings(read.into_iter().map(|it| it.action_name).collect()));
        }
        self.state.bindings = read;
        Ok(())
    }
}
