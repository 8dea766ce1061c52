//! Carries out a plan of Actions, one step after the other.

use claimsmith_lifecycle::deployment::{ActionsPlan, Progress, Step};

use super::{DeployError, MOST_ROUNDS, Ours, State};
use crate::auth0::Auth0;
use crate::auth0::actions::{Action, ActionContent, BuildError, BuildState};
use crate::auth0::bindings::{Binding, BindingRef};
use crate::journal::{Journal, recorded};

impl Auth0 {
    /// Carries out a plan, or what an earlier run has left of it, and returns the steps that it took. `codes` are those of
    /// the Actions, in the order of the plan.
    ///
    /// # Errors
    ///
    /// If a request fails or something must not be done. What was done before stays; the same plan continues there.
    pub fn carry_out(
        &self,
        plan: &dyn ActionsPlan,
        codes: &[&str],
        ours: Ours<'_>,
        is_forced: bool,
        journal: Journal<'_>,
    ) -> Result<Vec<String>, DeployError> {
        let names: Vec<&str> = plan.wanted().iter().map(|wanted| wanted.name.as_str()).collect();
        self.carry_out_from(self.state(&names, ours.trigger.0)?, plan, codes, ours, is_forced, journal)
    }

    /// The same from a state that was just read.
    pub(super) fn carry_out_from(
        &self,
        state: State,
        plan: &dyn ActionsPlan,
        codes: &[&str],
        ours: Ours<'_>,
        is_forced: bool,
        journal: Journal<'_>,
    ) -> Result<Vec<String>, DeployError> {
        let mut run = Run { auth0: self, plan, codes, ours, is_forced, state };
        let mut progress = Progress { is_forced, has_written: false };
        let mut steps = Vec::new();
        for _ in 0..MOST_ROUNDS * plan.wanted().len() {
            let step = plan.next(&run.state.observed(ours), progress)?;
            match step {
                Step::Nothing => return Ok(steps),
                Step::Wait(at) => {
                    run.wait(at)?;
                    continue;
                }
                // The plan decides again, with the new list.
                Step::Bind(_) if run.bindings_changed()? => continue,
                _ => {}
            }
            let text = run.text(step);
            recorded(journal, &text, DeployError::Journal, || run.take(step))?;
            progress.has_written |= matches!(step, Step::Create(_) | Step::Update(_));
            steps.push(text);
        }
        Err(DeployError::Unsettled)
    }
}

/// A plan that is being carried out.
struct Run<'r> {
    auth0: &'r Auth0,
    plan: &'r dyn ActionsPlan,
    codes: &'r [&'r str],
    ours: Ours<'r>,
    is_forced: bool,
    state: State,
}

impl Run<'_> {
    /// A step as in a journal; it names Actions if there are several.
    fn text(&self, step: Step) -> String {
        let wanted = self.plan.wanted();
        if wanted.len() == 1 {
            return step.name().to_owned();
        }
        let is_concerned = |at: usize| step.at().is_none_or(|concerned| concerned == at);
        let names = wanted.iter().enumerate().filter(|(at, _)| is_concerned(*at));
        let names: Vec<&str> = names.map(|(_, wanted)| wanted.name.as_str()).collect();
        format!("{} {}", step.name(), names.join(", "))
    }

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

    /// Reads the bindings again, directly before they are replaced, and says whether they have changed.
    fn bindings_changed(&mut self) -> Result<bool, DeployError> {
        let bindings = self.auth0.bindings(self.ours.trigger.0)?;
        let has_changed = bindings != self.state.bindings;
        self.state.bindings = bindings;
        Ok(has_changed)
    }

    fn take(&mut self, step: Step) -> Result<(), DeployError> {
        let at = match step {
            Step::Create(at) | Step::Update(at) | Step::Deploy(at) => at,
            Step::Bind(at) => return self.bind(at),
            Step::Wait(_) | Step::Nothing => return Ok(()),
        };
        let (Some(wanted), Some(code)) = (self.plan.wanted().get(at), self.codes.get(at)) else {
            return Err(DeployError::Unsettled);
        };
        let content = ActionContent { code, runtime: &wanted.content.runtime };
        let action = match step {
            Step::Create(_) => self.auth0.create_action(&wanted.name, self.ours.trigger, content)?,
            Step::Update(_) => {
                let updated = self.auth0.update_action(&self.id(at)?, content)?;
                self.auth0.with_deployed_code(updated)?
            }
            _ => {
                let id = self.id(at)?;
                self.auth0.deploy_action(&id)?;
                self.auth0.read_deployed(&id, &wanted.content, self.ours)?
            }
        };
        self.keep(at, action);
        Ok(())
    }

    /// Adds the Actions to the list that was just read, without those that they replace, and reads back what Auth0 has
    /// made of it.
    fn bind(&mut self, at: usize) -> Result<(), DeployError> {
        let wanted = self.plan.wanted();
        let own = (0..wanted.len()).map(|at| self.id(at)).collect::<Result<Vec<_>, _>>()?;
        let leaves = |id: &String| self.plan.replaced().contains(id) || own.contains(id);
        let kept: Vec<&Binding> = self.state.bindings.iter().filter(|it| !leaves(&it.action_id)).collect();
        let at = at.min(kept.len());
        let new = own.iter().zip(wanted);
        let new = new.map(|(id, wanted)| BindingRef::New { action_id: id, display_name: &wanted.name });
        let mut entries: Vec<BindingRef<'_>> = kept.iter().map(|binding| BindingRef::Kept(binding)).collect();
        entries.splice(at..at, new);
        let mut expected: Vec<String> = kept.iter().map(|binding| binding.action_id.clone()).collect();
        expected.splice(at..at, own.iter().cloned());
        self.auth0.replace_bindings(self.ours.trigger.0, &entries)?;
        let read = self.auth0.bindings(self.ours.trigger.0)?;
        let is_as_written = read.iter().map(|it| &it.action_id).eq(&expected);
        if !is_as_written && !self.is_forced {
            return Err(DeployError::OtherBindings(read.into_iter().map(|it| it.action_name).collect()));
        }
        self.state.bindings = read;
        Ok(())
    }
}
