//! The set-up of Qlik Cloud for an application: its groups, and the claim that the identity provider reads.
//!
//! A plan never deletes a group, and never changes what logins use before a person has verified it.

mod findings;
mod options;
mod refusal;
mod state;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::findings::{Finding, Settings, findings};
pub use self::options::{ClaimSpelling, digest, paths_of_groups};
pub use self::refusal::{PlanError, Refusal};
pub use self::state::{
    Found, FoundProvider, Observed, ObservedGroup, ObservedProvider, Verification, Wanted,
};
use crate::plan_json;

/// The version of the form of a plan.
const VERSION: u32 = 1;

/// How many groups of identity providers a tenant has at most.
pub const MOST_GROUPS: usize = 10_000;
/// How many characters the name of a group has at most.
pub const LONGEST_NAME: usize = 256;

/// What is to be there afterwards, and what was found when the plan was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Plan {
    version: u32,
    /// The host of the tenant of Qlik Cloud. A plan is for no other one.
    pub host: String,
    /// The name of the Auth0 tenant in `platform.yaml`, if it has one.
    pub tenant: Option<String>,
    /// The program that made the plan.
    pub made_by: String,
    /// What is to be there.
    pub wanted: Wanted,
    /// What there was.
    pub found: Found,
    /// Whether options that somebody else left pending are replaced.
    pub replaces_pending: bool,
}

/// What is done next.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a program that carries out a plan has to know all steps")]
pub enum Step {
    /// Create the group of this name.
    CreateGroup(String),
    /// Let these options of the identity provider with this id wait for a verification.
    SetPending(String, Value),
    /// Make the pending options of the identity provider with this id live.
    Promote(String),
    /// Wait for a person.
    Wait(Waiting),
    /// Nothing: everything is as it is to be.
    Nothing,
}

impl Step {
    /// The name of [`Step::SetPending`], which needs the client secret of the identity provider.
    pub const SET_PENDING: &'static str = "set pending options";

    /// As in a journal.
    pub fn name(&self) -> String {
        match self {
            Self::CreateGroup(name) => format!("create group {name}"),
            Self::SetPending(..) => Self::SET_PENDING.to_owned(),
            Self::Promote(_) => "promote pending options".to_owned(),
            Self::Wait(_) => "wait".to_owned(),
            Self::Nothing => "nothing".to_owned(),
        }
    }
}

/// What a person has to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "a program that prints it has to know all of them")]
pub enum Waiting {
    /// Verify the pending options by a login.
    Verify,
    /// Verify them again: the status of the last time was this one.
    VerifyAgain(String),
    /// Decide to promote them: a login has shown these groups.
    Promote(Vec<String>),
}

/// How a plan is carried out.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct RunTerms {
    /// Whether changes of others since the plan was made are accepted.
    pub is_forced: bool,
    /// Whether verified options become live.
    pub promotes: bool,
}

impl Plan {
    /// Plans from what there is.
    ///
    /// # Errors
    ///
    /// If there is no identity provider that could be changed, if the groups do not fit, or if somebody else has left
    /// options pending and they are not to be replaced.
    pub fn new(
        (host, tenant): (&str, Option<&str>),
        made_by: &str,
        wanted: Wanted,
        observed: &Observed,
        replaces_pending: bool,
    ) -> Result<Self, Refusal> {
        let provider = match &wanted.claim {
            None => None,
            Some(_) => Some(found_provider(observed)?),
        };
        let plan = Self {
            version: VERSION,
            host: host.to_owned(),
            tenant: tenant.map(str::to_owned),
            made_by: made_by.to_owned(),
            found: Found { missing_groups: missing_groups(&wanted, observed), provider },
            wanted,
            replaces_pending,
        };
        plan.check_names()?;
        plan.next(observed, RunTerms::default())?;
        let is_set = plan.sets_options(observed, RunTerms::default())?;
        if is_set && !replaces_pending && plan.has_pending_of_others(observed) {
            return Err(Refusal::PendingOfOthers);
        }
        Ok(plan)
    }

    /// The plan as JSON.
    pub fn to_json(&self) -> String {
        plan_json::write(self)
    }

    /// Reads a plan.
    ///
    /// # Errors
    ///
    /// If it is not a plan of this version.
    pub fn from_json(text: &str) -> Result<Self, PlanError> {
        plan_json::read(text, VERSION).map_err(PlanError::from)
    }

    /// Refuses a plan that was made for another tenant or from something else.
    ///
    /// # Errors
    ///
    /// If it was.
    pub fn check(&self, host: &str, wanted: &Wanted) -> Result<(), PlanError> {
        if self.host != host {
            return Err(PlanError::OtherTenant { own: self.host.clone(), other: host.to_owned() });
        }
        if self.wanted != *wanted {
            return Err(PlanError::Stale);
        }
        Ok(())
    }

    /// The steps that are left, as far as they can be seen: those after a verification are not.
    ///
    /// # Errors
    ///
    /// If one of them is refused.
    pub fn steps(&self, observed: &Observed) -> Result<Vec<String>, Refusal> {
        let mut now = observed.clone();
        // Checked as a whole first: the groups may not fit.
        self.next(&now, RunTerms::default())?;
        let created = missing_groups(&self.wanted, &now);
        now.groups.extend(created.iter().map(|name| ObservedGroup::of_provider(name)));
        let mut steps: Vec<String> = created.into_iter().map(|name| Step::CreateGroup(name).name()).collect();
        let step = self.next(&now, RunTerms::default())?;
        if matches!(step, Step::SetPending(..)) {
            steps.push(step.name());
        }
        Ok(steps)
    }

    /// Decides the next step from what there is now.
    ///
    /// What a run of the same plan has done already is accepted, so a run that was interrupted is continued.
    ///
    /// # Errors
    ///
    /// If somebody else has changed the identity provider, or the groups do not fit any more.
    pub fn next(&self, now: &Observed, terms: RunTerms) -> Result<Step, Refusal> {
        let missing = missing_groups(&self.wanted, now);
        let own = now.groups.iter().filter(|group| group.is_of_provider).count();
        if own + missing.len() > MOST_GROUPS {
            return Err(Refusal::TooManyGroups { there: own, missing: missing.len() });
        }
        // An identity provider that somebody has changed stops the groups as well: nothing is left half done then.
        let of_provider = self.next_of_provider(now, terms)?;
        Ok(missing.into_iter().next().map_or(of_provider, Step::CreateGroup))
    }

    /// Whether the options of the identity provider would be written.
    ///
    /// # Errors
    ///
    /// If that is refused.
    pub fn sets_options(&self, now: &Observed, terms: RunTerms) -> Result<bool, Refusal> {
        Ok(matches!(self.next_of_provider(now, terms)?, Step::SetPending(..)))
    }

    /// Whether something is pending that this command did not write, in whatever spelling.
    fn has_pending_of_others(&self, now: &Observed) -> bool {
        let (Some(claim), Some(provider)) = (&self.wanted.claim, &now.provider) else { return false };
        let Some(pending) = provider.pending.as_ref().map(digest) else { return false };
        let spellings = [ClaimSpelling::pointer, ClaimSpelling::bare, ClaimSpelling::either];
        let is_own = |spelling: &fn(&str) -> ClaimSpelling| {
            digest(&spelling(&claim.name).applied_to(&provider.options)) == pending
        };
        !spellings.map(|it| it as fn(&str) -> ClaimSpelling).iter().any(is_own)
    }

    fn check_names(&self) -> Result<(), Refusal> {
        let is_long = |name: &&String| name.chars().count() > LONGEST_NAME;
        match self.wanted.groups.iter().find(is_long) {
            Some(name) => Err(Refusal::LongName { name: name.clone() }),
            None => Ok(()),
        }
    }

    fn next_of_provider(&self, now: &Observed, terms: RunTerms) -> Result<Step, Refusal> {
        let (Some(claim), Some(found)) = (&self.wanted.claim, &self.found.provider) else {
            return Ok(Step::Nothing);
        };
        let provider = now.provider.as_ref().filter(|provider| provider.id == found.id);
        let provider = provider.ok_or(Refusal::OtherProvider)?;
        if claim.is_in(&provider.options) {
            return Ok(Step::Nothing);
        }
        if digest(&provider.options) != found.options && !terms.is_forced {
            return Err(Refusal::OptionsChanged);
        }
        let wanted = claim.applied_to(&provider.options);
        let pending = provider.pending.as_ref().map(digest);
        if pending.as_ref() != Some(&digest(&wanted)) {
            let is_known = pending.is_none() || pending == found.pending;
            return match is_known || terms.is_forced {
                true => Ok(Step::SetPending(provider.id.clone(), wanted)),
                false => Err(Refusal::PendingChanged),
            };
        }
        match &provider.verification {
            Verification::Open => Ok(Step::Wait(Waiting::Verify)),
            Verification::Failed(status) => Ok(Step::Wait(Waiting::VerifyAgain(status.clone()))),
            Verification::Passed { groups, sent_claims } => {
                let groups = groups.as_ref().filter(|groups| !groups.is_empty());
                let Some(groups) = groups else {
                    let was_sent = sent_claims.contains(&claim.name);
                    return Err(Refusal::NoGroups { claim: claim.clone(), was_sent });
                };
                if let Some(other) = groups.iter().find(|name| !self.wanted.groups.contains(name)) {
                    return Err(Refusal::OtherGroups { name: other.clone() });
                }
                match terms.promotes {
                    true => Ok(Step::Promote(provider.id.clone())),
                    false => Ok(Step::Wait(Waiting::Promote(groups.clone()))),
                }
            }
        }
    }
}

fn found_provider(observed: &Observed) -> Result<FoundProvider, Refusal> {
    let provider = observed.provider.as_ref().ok_or(Refusal::NoProvider)?;
    if provider.protocol != "OIDC" {
        return Err(Refusal::OtherProtocol { protocol: provider.protocol.clone() });
    }
    Ok(FoundProvider {
        id: provider.id.clone(),
        options: digest(&provider.options),
        groups_paths: paths_of_groups(&provider.options),
        pending: provider.pending.as_ref().map(digest),
    })
}

/// The names of the wanted groups that do not exist, sorted.
pub fn missing_groups(wanted: &Wanted, observed: &Observed) -> Vec<String> {
    let own: std::collections::BTreeSet<&str> =
        observed.groups.iter().filter(|it| it.is_of_provider).map(|it| it.name.as_str()).collect();
    wanted.groups.iter().filter(|name| !own.contains(name.as_str())).cloned().collect()
}

#[cfg(test)]
mod tests;
