//! Deploys several Actions that divide the customers, and binds them in one request.

use std::slice;

use claimsmith_lifecycle::deployment::{Bound, ObservedSlices, Progress, SlicesPlan, SlicesStep};
use claimsmith_lifecycle::journal::Phase;

use super::{DeployError, Journal, MOST_ROUNDS, Ours, observe};
use crate::auth0::Auth0;
use crate::auth0::actions::{Action, ActionContent, BuildError, BuildState};
use crate::auth0::bindings::{Binding, BindingRef};
use crate::error::Error;

/// Several Actions and the bindings of their trigger, as they are now.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SlicesState {
    /// In the order of their names; `None` if there is no Action of the name.
    pub actions: Vec<Option<Action>>,
    /// What the trigger runs.
    pub bindings: Vec<Binding>,
}

impl SlicesState {
    /// What a plan needs to know about it.
    pub fn observed(&self, ours: Ours<'_>) -> ObservedSlices {
        let bound = |binding: &Binding| Bound {
            action_id: binding.action_id.clone(),
            name: binding.action_name.clone(),
        };
        let actions = self.actions.iter().map(|action| action.as_ref().map(|it| observe(it, ours)));
        ObservedSlices { actions: actions.collect(), bindings: self.bindings.iter().map(bound).collect() }
    }
}

impl Auth0 {
    /// Reads the Actions of some names, and the bindings of their trigger.
    ///
    /// # Errors
    ///
    /// If a request fails.
    pub fn slices_state(&self, names: &[&str], trigger: &str) -> Result<SlicesState, Error> {
        let find =
            |name: &&str| self.find_action(name)?.map(|action| self.with_deployed_code(action)).transpose();
        let actions = names.iter().map(find).collect::<Result<_, Error>>()?;
        Ok(SlicesState { actions, bindings: self.bindings(trigger)? })
    }

    /// Carries out a plan, or what an earlier run has left of it, and returns the steps that it took. `codes` are those of
    /// the Actions, in the order of the plan.
    ///
    /// # Errors
    ///
    /// If a request fails or something must not be done. What was done before stays; the same plan continues there.
    pub fn carry_out_slices(
        &self,
        plan: &SlicesPlan,
        codes: &[String],
        ours: Ours<'_>,
        is_forced: bool,
        journal: Journal<'_>,
    ) -> Result<Vec<String>, DeployError> {
        let names: Vec<&str> = plan.slices.iter().map(|wanted| wanted.name.as_str()).collect();
        let state = self.slices_state(&names, ours.trigger.0)?;
        let mut run = Run { auth0: self, plan, codes, ours, is_forced, state };
        let mut progress = Progress { is_forced, has_written: false };
        let mut steps = Vec::new();
        // Each Action takes at most as many rounds as one alone.
        for _ in 0..MOST_ROUNDS * (plan.slices.len() + 1) {
            let step = plan.next(&run.state.observed(ours), progress)?;
            let (verb, at) = match step {
                SlicesStep::Nothing => return Ok(steps),
                SlicesStep::Wait(at) => {
                    run.wait(at)?;
                    continue;
                }
                SlicesStep::Create(at) => ("create", Some(at)),
                SlicesStep::Update(at) => ("update", Some(at)),
                SlicesStep::Deploy(at) => ("deploy", Some(at)),
                SlicesStep::Bind(_) => ("bind", None),
            };
            let concerned = match at {
                Some(at) => names.get(at).map(slice::from_ref).unwrap_or_default(),
                None => names.as_slice(),
            };
            let text = format!("{verb} {}", concerned.join(", "));
            if at.is_none() && run.bindings_changed()? {
                // The plan decides again, with the new list.
                continue;
            }
            journal(&text, Phase::Begun, None).map_err(DeployError::Journal)?;
            match run.take(&step) {
                Ok(()) => journal(&text, Phase::Done, None).map_err(DeployError::Journal)?,
                Err(error) => {
                    // The error of the step counts more than one of the journal.
                    let _ = journal(&text, Phase::Failed, Some(&error.to_string()));
                    return Err(error);
                }
            }
            progress.has_written |= matches!(step, SlicesStep::Create(_) | SlicesStep::Update(_));
            steps.push(text);
        }
        Err(DeployError::Unsettled)
    }
}

/// A plan that is being carried out.
struct Run<'r> {
    auth0: &'r Auth0,
    plan: &'r SlicesPlan,
    codes: &'r [String],
    ours: Ours<'r>,
    is_forced: bool,
    state: SlicesState,
}

impl Run<'_> {
    fn id(&self, at: usize) -> Result<String, DeployError> {
        let action = self.state.actions.get(at).and_then(Option::as_ref);
        action.map(|action| action.id.clone()).ok_or(DeployError::Unsettled)
    }

    fn keep(&mut self, at: usize, action: Action) {
        if let Some(slot) = self.state.actions.get_mut(at) {
            *slot = Some(action);
        }
    }

    fn wait(&mut self, at: usize) -> Result<(), DeployError> {
        match self.auth0.wait_until_built(&self.id(at)?) {
            Ok(action) => {
                let action = self.auth0.with_deployed_code(action)?;
                self.keep(at, action);
            }
            Err(BuildError::Unknown(error)) => return Err(error.into()),
            Err(BuildError::Failed) => {
                if let Some(Some(action)) = self.state.actions.get_mut(at) {
                    action.status = BuildState::Failed;
                }
            }
        }
        Ok(())
    }

    fn bindings_changed(&mut self) -> Result<bool, DeployError> {
        let bindings = self.auth0.bindings(self.ours.trigger.0)?;
        let has_changed = bindings != self.state.bindings;
        self.state.bindings = bindings;
        Ok(has_changed)
    }

    fn take(&mut self, step: &SlicesStep) -> Result<(), DeployError> {
        let (at, has_id) = match step {
            SlicesStep::Create(at) => (*at, false),
            SlicesStep::Update(at) | SlicesStep::Deploy(at) => (*at, true),
            SlicesStep::Bind(at) => return self.bind(*at),
            SlicesStep::Wait(_) | SlicesStep::Nothing => return Ok(()),
        };
        let (Some(wanted), Some(code)) = (self.plan.slices.get(at), self.codes.get(at)) else {
            return Err(DeployError::Unsettled);
        };
        let content = ActionContent { code, runtime: &wanted.content.runtime };
        let id = if has_id { self.id(at)? } else { String::new() };
        let action = match step {
            SlicesStep::Create(_) => self.auth0.create_action(&wanted.name, self.ours.trigger, content)?,
            SlicesStep::Update(_) => {
                self.auth0.with_deployed_code(self.auth0.update_action(&id, content)?)?
            }
            _ => {
                self.auth0.deploy_action(&id)?;
                self.auth0.read_deployed(&id, &wanted.content, self.ours)?
            }
        };
        self.keep(at, action);
        Ok(())
    }

    /// Replaces the old Actions by the new ones in the list that was just read, and reads back what Auth0 has made of it.
    fn bind(&mut self, at: usize) -> Result<(), DeployError> {
        let ids = (0..self.plan.slices.len()).map(|at| self.id(at)).collect::<Result<Vec<_>, _>>()?;
        let stays = |binding: &&Binding| {
            !self.plan.replaced.contains(&binding.action_id) && !ids.contains(&binding.action_id)
        };
        let kept: Vec<&Binding> = self.state.bindings.iter().filter(stays).collect();
        let mut entries: Vec<BindingRef<'_>> = kept.iter().map(|binding| BindingRef::Kept(binding)).collect();
        let mut wanted: Vec<&str> = kept.iter().map(|binding| binding.action_id.as_str()).collect();
        let at = at.min(kept.len());
        for (offset, (id, slice)) in ids.iter().zip(&self.plan.slices).enumerate() {
            entries.insert(at + offset, BindingRef::New { action_id: id, display_name: &slice.name });
            wanted.insert(at + offset, id);
        }
        self.auth0.replace_bindings(self.ours.trigger.0, &entries)?;
        let read = self.auth0.bindings(self.ours.trigger.0)?;
        let is_as_written = read.iter().map(|it| it.action_id.as_str()).eq(wanted.iter().copied());
        if !is_as_written && !self.is_forced {
            return Err(DeployError::OtherBindings(read.into_iter().map(|it| it.action_name).collect()));
        }
        self.state.bindings = read;
        Ok(())
    }
}
