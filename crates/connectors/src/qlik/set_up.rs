//! Carries out the plan of a set-up.

use std::fmt;

use claimsmith_lifecycle::qlik::{
    Observed, ObservedGroup, ObservedProvider, Plan, Refusal, RunTerms, Settings, Step, Verification,
    Waiting, digest,
};
use serde_json::Value;

use super::identity_providers::PendingResult;
use super::{IdentityProvider, Qlik};
use crate::error::Error;
use crate::journal::{Journal, recorded};
use crate::secret::Secret;

/// What a run of a plan has done.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// The steps, in their order.
    pub steps: Vec<String>,
    /// What a person has to do; `None` if everything is as it is to be.
    pub waiting: Option<Waiting>,
}

/// Why a plan was not carried out. What was done before stays; the same plan continues there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SetUpError {
    /// A request failed.
    Request(Error),
    /// Something must not be done.
    Refused(Refusal),
    /// Pending options need the client secret of the identity provider, and Qlik Cloud does not give it back.
    NoProviderSecret,
    /// The pending options are not those that were written.
    NotPending,
    /// The options are not live although they were promoted.
    NotLive,
    /// Some groups are not there although they were created.
    NotCreated(Vec<String>),
    /// The journal cannot be written.
    Journal(String),
}

impl std::error::Error for SetUpError {}

impl fmt::Display for SetUpError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(error) => error.fmt(formatter),
            Self::Refused(refusal) => refusal.fmt(formatter),
            Self::NoProviderSecret => formatter.write_str(
                "Qlik Cloud does not give back the client secret of the identity provider, which pending options need; set `QLIK_IDP_CLIENT_SECRET` to the client secret that the identity provider uses at Auth0, or give `--only-groups` to `claimsmith qlik plan`",
            ),
            Self::NotPending => formatter.write_str(
                "the pending options of the identity provider are not those that were written: somebody may have changed them meanwhile; plan again",
            ),
            Self::NotLive => formatter.write_str(
                "the options of the identity provider are not those that were promoted: somebody may have changed them meanwhile; plan again",
            ),
            Self::NotCreated(names) => write!(
                formatter,
                "the groups {} are not there although they were created: somebody may have deleted them meanwhile; plan again",
                names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
            ),
            Self::Journal(why) => write!(formatter, "the journal cannot be written: {why}"),
        }
    }
}

impl From<Error> for SetUpError {
    fn from(error: Error) -> Self {
        Self::Request(error)
    }
}

impl From<Refusal> for SetUpError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Qlik {
    /// Reads everything that a plan needs to know.
    ///
    /// # Errors
    ///
    /// If a request fails.
    pub fn observe(&self) -> Result<Observed, Error> {
        Ok(Observed { groups: self.observe_groups()?, provider: self.observe_provider()? })
    }

    fn observe_groups(&self) -> Result<Vec<ObservedGroup>, Error> {
        let groups = self.groups()?.into_iter().map(|group| ObservedGroup {
            is_of_provider: group.is_of_provider(),
            is_active: group.status.as_deref() != Some("disabled"),
            name: group.name,
        });
        Ok(groups.collect())
    }

    /// Reads settings that a plan does not change.
    ///
    /// # Errors
    ///
    /// If a request fails.
    pub fn observe_settings(&self) -> Result<Settings, Error> {
        Ok(Settings {
            creates_groups: self.creates_groups_at_login()?,
            session_minutes: self.sessions()?.lifespan,
        })
    }

    /// The active identity provider of people: a tenant has one at a time.
    fn observe_provider(&self) -> Result<Option<ObservedProvider>, Error> {
        let all = self.identity_providers()?;
        Ok(all.into_iter().find(|it| it.active && it.interactive).map(observed))
    }

    /// Carries out a plan as far as that is possible without a person, or what an earlier run has left of it.
    ///
    /// # Errors
    ///
    /// If a request fails or something must not be done. What was done before stays; the same plan continues there.
    pub fn carry_out(
        &self,
        plan: &Plan,
        terms: RunTerms,
        provider_secret: Option<&Secret>,
        journal: Journal<'_>,
    ) -> Result<Outcome, SetUpError> {
        let mut now = self.observe()?;
        // Before anything is changed.
        if plan.sets_options(&now, terms)? && provider_secret.is_none() && !has_secret(&now) {
            return Err(SetUpError::NoProviderSecret);
        }
        let mut steps = Vec::new();
        let mut created = Vec::new();
        // Each step makes the next one smaller; two more rounds for changes of others that are accepted.
        for _ in 0..plan.wanted.groups.len() + 4 {
            let mut step = plan.next(&now, terms)?;
            if !matches!(step, Step::CreateGroup(_)) && !created.is_empty() {
                self.check_created(&mut now, &mut created)?;
                // Many groups take a while, and what is pending by now is what would become live.
                now.provider = self.observe_provider()?;
                step = plan.next(&now, terms)?;
            }
            let waiting = match step {
                Step::Nothing => None,
                Step::Wait(waiting) => Some(waiting),
                step => {
                    let name = step.name();
                    recorded(journal, &name, SetUpError::Journal, || {
                        self.take(&step, &mut now, provider_secret)
                    })?;
                    if let Step::CreateGroup(group) = step {
                        created.push(group);
                    }
                    steps.push(name);
                    continue;
                }
            };
            return Ok(Outcome { steps, waiting });
        }
        Err(SetUpError::NotPending)
    }

    fn take(&self, step: &Step, now: &mut Observed, secret: Option<&Secret>) -> Result<(), SetUpError> {
        match step {
            Step::CreateGroup(name) => {
                self.create_group(name)?;
                now.groups.push(ObservedGroup::of_provider(name));
            }
            Step::SetPending(id, options) => {
                // A secret that Qlik Cloud shows is the right one, unless another one was given.
                self.set_pending_options(id, options.clone(), secret)?;
                now.provider = self.observe_provider()?;
                let pending = now.provider.as_ref().and_then(|provider| provider.pending.as_ref());
                if pending.map(digest) != Some(digest(options)) {
                    return Err(SetUpError::NotPending);
                }
            }
            Step::Promote(id) => {
                let wanted = now.provider.as_ref().and_then(|provider| provider.pending.clone());
                self.promote_pending_options(id)?;
                now.provider = self.observe_provider()?;
                let live = now.provider.as_ref().map(|provider| &provider.options);
                if live.map(digest) != wanted.as_ref().map(digest) {
                    return Err(SetUpError::NotLive);
                }
            }
            Step::Wait(_) | Step::Nothing => {}
        }
        Ok(())
    }

    /// Reads the groups back once all of them are created.
    fn check_created(&self, now: &mut Observed, created: &mut Vec<String>) -> Result<(), SetUpError> {
        now.groups = self.observe_groups()?;
        let is_there = |name: &String| now.groups.iter().any(|it| it.is_of_provider && it.name == *name);
        created.retain(|name| !is_there(name));
        if created.is_empty() { Ok(()) } else { Err(SetUpError::NotCreated(created.clone())) }
    }
}

/// Whether Qlik Cloud gives back the client secret of its identity provider, which pending options need. Services that hide
/// one write asterisks.
pub fn has_secret(now: &Observed) -> bool {
    let options = now.provider.as_ref().map(|provider| &provider.options);
    let secret = options.and_then(|options| options.get("clientSecret")).and_then(Value::as_str);
    secret.is_some_and(|secret| !secret.trim_matches('*').is_empty())
}

fn observed(provider: IdentityProvider) -> ObservedProvider {
    let verification = match (provider.pending_state.as_deref(), &provider.pending_result) {
        (Some("verified"), Some(result)) if result.status == "success" => passed(result),
        (Some("error"), Some(result)) => Verification::Failed(result.status.clone()),
        (Some("error"), None) => Verification::Failed("error".to_owned()),
        _ => Verification::Open,
    };
    ObservedProvider {
        id: provider.id,
        protocol: provider.protocol,
        provider: provider.provider,
        options: provider.options.unwrap_or_default(),
        pending: provider.pending_options.filter(|pending| !pending.is_null()),
        verification,
    }
}

fn passed(result: &PendingResult) -> Verification {
    let groups = result.resultant_claims.as_ref().and_then(|claims| claims.get("groups"));
    let groups = groups
        .and_then(Value::as_array)
        .map(|groups| groups.iter().filter_map(Value::as_str).map(str::to_owned).collect());
    let sent = result.idp_claims.as_ref().and_then(Value::as_object);
    Verification::Passed { groups, sent_claims: sent.into_iter().flat_map(|it| it.keys().cloned()).collect() }
}
