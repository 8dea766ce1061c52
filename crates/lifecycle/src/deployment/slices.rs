//! The deployment of several Actions that divide the customers. Exactly one of them answers each login, and only if all of
//! them are in the flow, so a new set is deployed beside the old one, and one request replaces the old set by the new one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::names;
use super::refusal::{PlanError, Refusal};
use super::state::{Bound, Observed, Wanted};
use super::step::{ActionsPlan, Progress, Step, check_own, check_room, left};
use crate::plan_json;

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
    /// The digests of the code that logins ran of these, by id.
    pub codes: BTreeMap<String, String>,
    /// Where the first of the new Actions is bound, counted from 0 among those that stay.
    pub bind_at: usize,
}

impl SlicesPlan {
    /// Plans from what there is: `replaced` are the ids of the Actions of ours that the trigger runs, each with the digest of
    /// its code.
    ///
    /// # Errors
    ///
    /// If an Action must not be touched, or there are too few places in the trigger.
    pub fn new(
        (tenant, domain): (&str, &str),
        made_by: &str,
        slices: Vec<Wanted>,
        replaced: &[(String, String)],
        observed: &Observed,
    ) -> Result<Self, Refusal> {
        let codes = replaced.iter().cloned().collect();
        let replaced: Vec<String> = replaced.iter().map(|(id, _)| id.clone()).collect();
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
            codes,
            bind_at,
        };
        plan.next(observed, Progress::default()).map(|_| plan)
    }

    /// The plan as JSON.
    pub fn to_json(&self) -> String {
        plan_json::write(self)
    }

    /// Reads a plan; `None` if it is one of another kind.
    ///
    /// # Errors
    ///
    /// If it is not a plan of this version.
    pub fn from_json(text: &str) -> Option<Result<Self, PlanError>> {
        let value: serde_json::Value = serde_json::from_str(text).ok()?;
        value.get("slices")?;
        Some(plan_json::read(text, VERSION).map_err(PlanError::from))
    }

    /// Refuses to replace an Action that runs other code than when the plan was made, by the digest of the code: somebody has
    /// deployed since, and the plan does not have their change.
    ///
    /// # Errors
    ///
    /// If it does.
    pub fn check_replaced(&self, id: &str, name: &str, code: &str) -> Result<(), Refusal> {
        if self.codes.get(id).is_some_and(|planned| planned == code) {
            return Ok(());
        }
        Err(Refusal::ActionChanged { name: name.to_owned() })
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
}

impl ActionsPlan for SlicesPlan {
    fn wanted(&self) -> &[Wanted] {
        &self.slices
    }

    fn replaced(&self) -> &[String] {
        &self.replaced
    }

    fn next(&self, now: &Observed, progress: Progress) -> Result<Step, Refusal> {
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
        let stay = others(&now.bindings).len();
        if !is_swapped {
            check_room(&trigger(), stay + self.slices.len())?;
        }
        let mut is_left = None;
        for (at, (wanted, action)) in self.slices.iter().zip(&now.actions).enumerate() {
            let Some(action) = action else {
                is_left = is_left.or(Some(Step::Create(at)));
                continue;
            };
            check_own(wanted, action)?;
            let step = left(at, wanted, action, progress)?;
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
            return Ok(Step::Nothing);
        }
        Ok(Step::Bind(self.bind_at.min(stay)))
    }
}

#[cfg(test)]
mod tests;
