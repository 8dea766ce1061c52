//! The deployment of several Actions that divide the customers. Exactly one of them answers each login, and only if all of
//! them are in the flow, so a new set is deployed beside the old one, and one request replaces the old set by the new one.

use serde::{Deserialize, Serialize};

use super::refusal::{PlanError, Refusal};
use super::state::{Bound, Build, ObservedAction, Origin, Wanted};
use super::{MOST_BINDINGS, Progress, names};

/// The version of the form of a plan.
const VERSION: u32 = 1;

/// Several Actions that are to be in the flow, in place of those that are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SlicesPlan {
    version: u32,
    /// The tenant's name in `platform.yaml`.
    pub tenant: String,
    /// Its domain. A plan is for no other tenant.
    pub domain: String,
    /// The program that made the plan.
    pub made_by: String,
    /// The Actions as they are to be, in their order. The first one answers for logins of no customer.
    pub slices: Vec<Wanted>,
    /// What the trigger ran.
    pub found: Vec<Bound>,
    /// The ids of the Actions among them that are replaced.
    pub replaced: Vec<String>,
    /// Where the first of the new Actions is bound, counted from 0 among those that stay.
    pub bind_at: usize,
}

/// What there is now.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct ObservedSlices {
    /// The Actions of the wanted names, in their order.
    pub actions: Vec<Option<ObservedAction>>,
    /// What the trigger runs, in its order.
    pub bindings: Vec<Bound>,
}

/// What is done next; the number is the position of the Action.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a program that carries out a plan has to know all steps")]
pub enum SlicesStep {
    /// Create the Action.
    Create(usize),
    /// Replace its draft.
    Update(usize),
    /// Wait until its draft is built.
    Wait(usize),
    /// Deploy its draft.
    Deploy(usize),
    /// Bind all of them at a position among what stays, and nothing that is replaced, in one request.
    Bind(usize),
    /// Nothing: everything is as it is to be.
    Nothing,
}

impl SlicesPlan {
    /// Plans from what there is: `replaced` are the ids of the Actions of ours that the trigger runs.
    ///
    /// # Errors
    ///
    /// If an Action must not be touched, or there are too few places in the trigger.
    pub fn new(
        (tenant, domain): (&str, &str),
        made_by: &str,
        slices: Vec<Wanted>,
        replaced: Vec<String>,
        observed: &ObservedSlices,
    ) -> Result<Self, Refusal> {
        let found = observed.bindings.clone();
        let stays = |bound: &&Bound| !replaced.contains(&bound.action_id);
        let first = found.iter().position(|bound| !stays(&bound)).unwrap_or(found.len());
        let bind_at = found.iter().take(first).filter(stays).count();
        let plan = Self {
            version: VERSION,
            tenant: tenant.to_owned(),
            domain: domain.to_owned(),
            made_by: made_by.to_owned(),
            slices,
            found,
            replaced,
            bind_at,
        };
        plan.next(observed, Progress::default()).map(|_| plan)
    }

    /// The plan as JSON.
    pub fn to_json(&self) -> String {
        // Texts, numbers and lists alone are always JSON.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Reads a plan; `None` if it is one of another kind.
    ///
    /// # Errors
    ///
    /// If it is not a plan of this version.
    pub fn from_json(text: &str) -> Option<Result<Self, PlanError>> {
        let value: serde_json::Value = serde_json::from_str(text).ok()?;
        value.get("slices")?;
        Some(match value.get("version").and_then(serde_json::Value::as_u64) {
            Some(version) if version != u64::from(VERSION) => Err(PlanError::OtherVersion(version)),
            _ => serde_json::from_value(value).map_err(|_| PlanError::Unreadable),
        })
    }

    /// Refuses a plan that was made for another tenant or from something else.
    ///
    /// # Errors
    ///
    /// If it was.
    pub fn check(&self, domain: &str, wanted: &[Wanted]) -> Result<(), PlanError> {
        if self.domain != domain {
            return Err(PlanError::OtherTenant { own: self.domain.clone(), other: domain.to_owned() });
        }
        if self.slices == wanted {
            return Ok(());
        }
        let all = |slices: &[Wanted]| slices.iter().map(|it| it.mappings.as_str()).collect::<String>();
        Err(PlanError::Stale { planned: all(&self.slices), now: all(wanted) })
    }

    /// Decides the next step from what there is now. What a run of the same plan has done already is accepted.
    ///
    /// # Errors
    ///
    /// If somebody else has changed something, or an Action must not be touched.
    pub fn next(&self, now: &ObservedSlices, progress: Progress) -> Result<SlicesStep, Refusal> {
        let trigger = || self.slices.first().map(|it| it.trigger.clone()).unwrap_or_default();
        let own: Vec<Option<&str>> =
            now.actions.iter().map(|action| action.as_ref().map(|it| it.id.as_str())).collect();
        let is_own = |bound: &Bound| own.contains(&Some(bound.action_id.as_str()));
        let is_replaced = |bound: &Bound| self.replaced.contains(&bound.action_id);
        let others = |bindings: &[Bound]| -> Vec<String> {
            let others = bindings.iter().filter(|bound| !is_own(bound) && !is_replaced(bound));
            others.map(|bound| bound.action_id.clone()).collect()
        };
        let bound: Vec<Option<&str>> =
            now.bindings.iter().filter(|it| is_own(it)).map(|it| Some(it.action_id.as_str())).collect();
        let is_swapped = bound == own && !now.bindings.iter().any(is_replaced);
        let as_found = |bindings: &[Bound]| bindings.iter().filter(|it| is_replaced(it)).count();
        let is_before = bound.is_empty() && as_found(&now.bindings) == as_found(&self.found);
        let is_known = others(&now.bindings) == others(&self.found) && (is_swapped || is_before);
        if !is_known && !progress.is_forced {
            return Err(Refusal::BindingsChanged {
                trigger: trigger(),
                planned: names(&self.found),
                now: names(&now.bindings),
            });
        }
        let mut is_left = None;
        for (at, (wanted, action)) in self.slices.iter().zip(&now.actions).enumerate() {
            let Some(action) = action else {
                is_left = is_left.or(Some(SlicesStep::Create(at)));
                continue;
            };
            let step = step_of(at, wanted, action, progress)?;
            if step.is_some() && own.get(at).is_some_and(|id| bound.contains(id)) {
                // A change of an Action in the flow would not be at once with that of the others.
                return Err(Refusal::ActionChanged { name: wanted.name.clone() });
            }
            is_left = is_left.or(step);
        }
        if let Some(step) = is_left {
            return Ok(step);
        }
        if is_swapped {
            return Ok(SlicesStep::Nothing);
        }
        let stay = others(&now.bindings).len();
        if stay + self.slices.len() > MOST_BINDINGS {
            return Err(Refusal::FullTrigger { trigger: trigger(), most: MOST_BINDINGS });
        }
        Ok(SlicesStep::Bind(self.bind_at.min(stay)))
    }
}

/// What is left to do for one Action; `None` if what it has deployed is what is to run.
fn step_of(
    at: usize,
    wanted: &Wanted,
    action: &ObservedAction,
    progress: Progress,
) -> Result<Option<SlicesStep>, Refusal> {
    let name = || wanted.name.clone();
    match &action.origin {
        Origin::Ours => {}
        Origin::OtherTenant(domain) => {
            return Err(Refusal::OtherTenant { name: name(), domain: domain.clone() });
        }
        Origin::Foreign => return Err(Refusal::Foreign { name: name() }),
    }
    if !action.fits_trigger {
        return Err(Refusal::OtherTrigger { name: name(), trigger: wanted.trigger.clone() });
    }
    Ok(if action.draft != wanted.content {
        Some(SlicesStep::Update(at))
    } else if action.deployed.as_ref() == Some(&wanted.content) {
        None
    } else {
        Some(match action.build {
            Build::Built => SlicesStep::Deploy(at),
            Build::Running => SlicesStep::Wait(at),
            // An earlier run may have met a problem that has passed.
            Build::Failed if !progress.has_written => SlicesStep::Update(at),
            Build::Failed => return Err(Refusal::BuildFailed { name: name() }),
        })
    })
}
