//! The deployment of one Action, with its code and its place in a trigger, and of the blocks of organizations.

mod block_change;
mod blocks;
mod order;
mod refusal;
mod slices;
mod state;
mod step;

use std::slice;

use serde::{Deserialize, Serialize};

pub use self::block_change::{
    BlockChange, BlockStep, MOST_KEYS, Values, block_values, foreign, free_keys, is_nearly_full, joined,
};
pub use self::blocks::{BlocksPlan, Confirmation};
pub use self::order::{Order, Runs, Served, closed_by, order, waiting, withheld};
pub use self::refusal::{PlanError, Refusal};
pub use self::slices::SlicesPlan;
pub use self::state::{Bound, Build, Content, Found, FoundAction, Observed, ObservedAction, Origin, Wanted};
pub use self::step::{ActionsPlan, Progress, Step};
use self::step::{check_own, check_room, left};
use crate::plan_json;

/// The version of the form of a plan.
const VERSION: u32 = 1;

/// What is to be there afterwards, and what was found when the plan was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Plan {
    version: u32,
    /// The tenant's name in `platform.yaml`.
    pub tenant: String,
    /// Its domain. A plan is for no other tenant.
    pub domain: String,
    /// The program that made the plan.
    pub made_by: String,
    /// The Action as it is to be.
    pub wanted: Wanted,
    /// What there was.
    pub found: Found,
    /// Where it is bound, counted from 0; `None` if it was bound already, and stays where it is.
    pub bind_at: Option<usize>,
    /// The blocks of organizations; `None` if all mappings are in the Action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocks: Option<BlocksPlan>,
}

impl Plan {
    /// Plans from what there is.
    ///
    /// # Errors
    ///
    /// If the Action of the name must not be touched, or cannot be bound.
    pub fn new(
        (tenant, domain): (&str, &str),
        made_by: &str,
        wanted: Wanted,
        observed: &Observed,
        before: Option<&str>,
    ) -> Result<Self, Refusal> {
        let id = observed.action().map(|action| action.id.as_str());
        let is_bound = observed.bindings.iter().any(|bound| Some(bound.action_id.as_str()) == id);
        let at = match before {
            None => observed.bindings.len(),
            Some(name) => {
                let at = observed.bindings.iter().position(|bound| bound.name == name);
                let (name, bound) = (name.to_owned(), names(&observed.bindings));
                at.ok_or(Refusal::UnknownPosition { name, bound })?
            }
        };
        let bind_at = if is_bound { None } else { Some(at) };
        let action = observed.action().map(|action| FoundAction {
            id: action.id.clone(),
            draft: action.draft.clone(),
            deployed: action.deployed.clone(),
        });
        let plan = Self {
            version: VERSION,
            tenant: tenant.to_owned(),
            domain: domain.to_owned(),
            made_by: made_by.to_owned(),
            wanted,
            found: Found { action, bindings: observed.bindings.clone() },
            bind_at,
            blocks: None,
        };
        plan.next(observed, Progress::default()).map(|_| plan)
    }

    /// The plan for the Action between the old and the new one, if there is one.
    pub fn in_between(&self) -> Option<Self> {
        let mut plan = self.clone();
        let blocks = plan.blocks.as_mut()?;
        let content = blocks.in_between.as_mut()?;
        core::mem::swap(content, &mut plan.wanted.content);
        Some(plan)
    }

    /// What logins run now, if `content` is that.
    pub fn runs(&self, content: Option<&Content>) -> Runs {
        let Some(content) = content else { return Runs::Other };
        let found = self.found.action.as_ref().and_then(|action| action.deployed.as_ref());
        if *content == self.wanted.content {
            Runs::Wanted
        } else if self.other_content() == Some(content) {
            Runs::InBetween
        } else if found == Some(content) {
            Runs::Found
        } else {
            Runs::Other
        }
    }

    /// What an earlier run of the plan may have left, besides the Action as it is to be.
    fn other_content(&self) -> Option<&Content> {
        self.blocks.as_ref()?.in_between.as_ref()
    }

    /// The plan as JSON.
    pub fn to_json(&self) -> String {
        plan_json::write(self)
    }

    /// Reads a plan.
    ///
    /// # Errors
    ///
    /// If it is not a plan of this version, or changes the block of an organization twice.
    pub fn from_json(text: &str) -> Result<Self, PlanError> {
        let plan: Self = plan_json::read(text, VERSION)?;
        match plan.blocks.as_ref().and_then(BlocksPlan::repeated) {
            Some(name) => Err(PlanError::RepeatedOrganization(name.to_owned())),
            None => Ok(plan),
        }
    }

    /// Refuses a plan that was made for another tenant or from something else.
    ///
    /// # Errors
    ///
    /// If it was.
    pub fn check(&self, domain: &str, wanted: &Wanted) -> Result<(), PlanError> {
        if self.domain != domain {
            return Err(PlanError::OtherTenant { own: self.domain.clone(), other: domain.to_owned() });
        }
        if self.wanted != *wanted {
            return Err(PlanError::Stale {
                planned: self.wanted.mappings.clone(),
                now: wanted.mappings.clone(),
            });
        }
        Ok(())
    }

    /// The steps that are left, as far as they can be seen.
    ///
    /// # Errors
    ///
    /// If one of them is refused.
    pub fn steps(&self, observed: &Observed) -> Result<Vec<&'static str>, Refusal> {
        let mut now = observed.clone();
        let mut steps = Vec::new();
        let mut progress = Progress::default();
        // Each step has an effect, and none of them is needed twice.
        for _ in 0..5 {
            let step = self.next(&now, progress)?;
            if step == Step::Nothing {
                break;
            }
            if !matches!(step, Step::Wait(_)) {
                steps.push(step.name());
            }
            progress.has_written |= matches!(step, Step::Create(_) | Step::Update(_));
            self.imagine(step, &mut now);
        }
        Ok(steps)
    }

    /// What a step does.
    fn imagine(&self, step: Step, now: &mut Observed) {
        let content = &self.wanted.content;
        let Some(action) = now.actions.first_mut() else { return };
        match (step, action) {
            (Step::Create(_), action) => {
                *action = Some(ObservedAction {
                    id: String::new(),
                    origin: Origin::Ours,
                    fits_trigger: true,
                    draft: content.clone(),
                    build: Build::Built,
                    deployed: None,
                });
            }
            (Step::Update(_), Some(action)) => {
                action.draft.clone_from(content);
                action.build = Build::Built;
            }
            (Step::Wait(_), Some(action)) => action.build = Build::Built,
            (Step::Deploy(_), Some(action)) => action.deployed = Some(action.draft.clone()),
            (Step::Bind(at), Some(action)) => {
                let bound = Bound { action_id: action.id.clone(), name: self.wanted.name.clone() };
                now.bindings.insert(at.min(now.bindings.len()), bound);
            }
            _ => {}
        }
    }

    fn check_unchanged(&self, action: &ObservedAction, progress: Progress) -> Result<(), Refusal> {
        let found = self.found.action.as_ref();
        let is_own = |it: &Content| *it == self.wanted.content || Some(it) == self.other_content();
        let is_known_draft = is_own(&action.draft) || found.is_some_and(|found| found.draft == action.draft);
        let is_known_version = action.deployed.as_ref().is_none_or(is_own)
            || found.is_some_and(|found| found.deployed == action.deployed);
        if (is_known_draft && is_known_version) || progress.is_forced {
            return Ok(());
        }
        Err(Refusal::ActionChanged { name: self.wanted.name.clone() })
    }

    /// Where the Action is to be bound; `None` if it is.
    fn place(&self, now: &Observed, progress: Progress) -> Result<Option<usize>, Refusal> {
        let own = now.action().map(|action| action.id.as_str());
        let ids = |bindings: &[Bound]| -> Vec<String> {
            bindings.iter().map(|bound| bound.action_id.clone()).collect()
        };
        let (before, current) = (ids(&self.found.bindings), ids(&now.bindings));
        let found_id = self.found.action.as_ref().map(|action| action.id.as_str());
        let found_at = before.iter().position(|id| Some(id.as_str()) == found_id);
        let wanted_at = self.bind_at.or(found_at).unwrap_or(before.len());
        let mut after = before.clone();
        if let (Some(at), Some(own)) = (self.bind_at, own) {
            after.insert(at.min(after.len()), own.to_owned());
        }
        if current != before && current != after && !progress.is_forced {
            return Err(Refusal::BindingsChanged {
                trigger: self.wanted.trigger.clone(),
                planned: names(&self.found.bindings),
                now: names(&now.bindings),
            });
        }
        if current.iter().any(|id| Some(id.as_str()) == own) {
            return Ok(None);
        }
        check_room(&self.wanted.trigger, current.len() + 1)?;
        Ok(Some(wanted_at.min(current.len())))
    }
}

impl ActionsPlan for Plan {
    fn wanted(&self) -> &[Wanted] {
        slice::from_ref(&self.wanted)
    }

    fn replaced(&self) -> &[String] {
        &[]
    }

    fn next(&self, now: &Observed, progress: Progress) -> Result<Step, Refusal> {
        let place = self.place(now, progress)?;
        let Some(action) = now.action() else {
            if self.found.action.is_some() && !progress.is_forced {
                return Err(Refusal::ActionDeleted { name: self.wanted.name.clone() });
            }
            return Ok(Step::Create(0));
        };
        check_own(&self.wanted, action)?;
        self.check_unchanged(action, progress)?;
        Ok(left(0, &self.wanted, action, progress)?.or(place.map(Step::Bind)).unwrap_or(Step::Nothing))
    }
}

fn names(bindings: &[Bound]) -> Vec<String> {
    bindings.iter().map(|bound| bound.name.clone()).collect()
}

#[cfg(test)]
mod tests;
