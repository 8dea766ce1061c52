//! Why a plan is not made or not carried out, in words for people.

use std::fmt;

use super::order::Order;
use crate::block::BlockRefusal;
use crate::plan_json::NotRead;

/// Why a deployment stops before it changes anything more.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the texts below say what each is")]
pub enum Refusal {
    Foreign { name: String },
    OtherTenant { name: String, domain: String },
    OtherTrigger { name: String, trigger: String },
    ActionChanged { name: String },
    ActionDeleted { name: String },
    BindingsChanged { trigger: String, planned: Vec<String>, now: Vec<String> },
    FullTrigger { trigger: String, most: usize },
    BuildFailed { name: String },
    UnknownPosition { name: String, bound: Vec<String> },
    ActionNotCurrent { name: String },
    OrganizationDeleted { organization: String },
    BlockChanged { organization: String },
    NoKeys { organization: String, values: usize, others: usize, most: usize },
    DeadlinePassed { deadline: String },
    TooLittleTime { deadline: String, needed: u64 },
    BlocksNeedNewer { organizations: Vec<String> },
    SignedAhead { seconds: u64 },
    TakesMore { name: String },
    UnreadableVersion { name: String },
    StaleMappings { name: String },
    ReplayedBlocks { name: String, organizations: Vec<String> },
    RegainedGroups { name: String, groups: Vec<(String, Vec<String>)> },
    NotApplied { organization: String },
    EarlierBlocks { organizations: Vec<String> },
    OrderChanged { planned: Order, needed: Order },
    ClosesOthers { more: Vec<String>, fewer: Vec<String> },
    BlocksMissing { organizations: Vec<String> },
    BlocksLeftOut { organizations: Vec<String> },
    NothingBefore { organization: String },
    BlockUnusable { organization: String, why: BlockRefusal },
    BlockUnused { organization: String },
}

impl std::error::Error for Refusal {}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign { name } => write!(
                formatter,
                "the tenant has an Action `{name}` that claimsmith did not build, and it is not touched; if it is to stay, unbind it from its trigger and rename it in the dashboard, or else delete it"
            ),
            Self::OtherTenant { name, domain } => write!(
                formatter,
                "the Action `{name}` was built for the tenant {domain}, and it is not touched; if it is here by mistake, delete it in the dashboard"
            ),
            Self::OtherTrigger { name, trigger } => write!(
                formatter,
                "the Action `{name}` is not for the trigger {trigger}, and it is not touched; rename or delete it in the dashboard"
            ),
            Self::ActionChanged { name } => write!(
                formatter,
                "somebody has changed the Action `{name}` since the plan was made; plan again, or replace what is there with `--force`"
            ),
            Self::ActionDeleted { name } => write!(
                formatter,
                "somebody has deleted the Action `{name}` since the plan was made; plan again, or create it anew with `--force`"
            ),
            Self::BindingsChanged { trigger, planned, now } => {
                write!(
                    formatter,
                    "somebody has changed what {trigger} runs since the plan was made; plan again, or add the Action to what is there with `--force`"
                )?;
                for name in planned.iter().filter(|name| !now.contains(name)) {
                    write!(formatter, "; removed: `{name}`")?;
                }
                for name in now.iter().filter(|name| !planned.contains(name)) {
                    write!(formatter, "; added: `{name}`")?;
                }
                write!(formatter, "; then {}, now {}", list(planned), list(now))
            }
            Self::FullTrigger { trigger, most } => write!(
                formatter,
                "{trigger} runs {most} Actions already, which is Auth0's limit; unbind one of them in the dashboard, and plan again"
            ),
            Self::BuildFailed { name } => write!(
                formatter,
                "Auth0 could not build the Action `{name}`; logins still run what was deployed before. Its page in the dashboard says why; run the same command again to build it once more"
            ),
            Self::UnknownPosition { name, bound } => write!(
                formatter,
                "`--before {name}` names no Action that is bound; bound are {}",
                list(bound)
            ),
            Self::ActionNotCurrent { name } => write!(
                formatter,
                "logins do not run the Action `{name}` that these blocks were planned for, so nothing was written; plan again without `--organization`"
            ),
            Self::OrganizationDeleted { organization } => write!(
                formatter,
                "the Auth0 organization of `{organization}` does not exist any more; if the customer has left, remove the mapping, and plan again"
            ),
            Self::BlockChanged { organization } => write!(
                formatter,
                "somebody has changed the block of `{organization}` since the plan was made; plan again, or replace it with `--force`"
            ),
            Self::NoKeys { organization, values, others, most } => write!(
                formatter,
                "the block of `{organization}` takes {values} metadata keys, and others use {others} of Auth0's {most}; remove {} of theirs, give the mapping fewer rules, or keep it in the Action: add `{organization}` to `embedded` of `blocks` in platform.yaml, and plan again",
                (values + others).saturating_sub(*most)
            ),
            Self::DeadlinePassed { deadline } => write!(
                formatter,
                "the time for a confirmation ended at {deadline}, and logins use the mappings from before, unless they were confirmed in time; plan again if the change is still needed"
            ),
            Self::TooLittleTime { deadline, needed } => write!(
                formatter,
                "writing and confirming these blocks may take {needed} seconds, and the time for a confirmation ends at {deadline}; plan again with a longer `--confirm-within`, or for fewer organizations"
            ),
            Self::BlocksNeedNewer { organizations } => write!(
                formatter,
                "that version would close the logins of {}, whose mappings it cannot read; take back their blocks first, or deploy with `--packaging embedded`",
                list(organizations)
            ),
            Self::UnreadableVersion { name } => write!(
                formatter,
                "the mappings in that version of `{name}` cannot be read by this version of claimsmith, so it is not known whose logins it would close; name another one with `--to`, or accept it with `--force`"
            ),
            Self::StaleMappings { name } => write!(
                formatter,
                "that version of `{name}` has the mappings of customers in it, as they were when it was built, and logins would not look at the blocks that were written since: access that was removed would come back; deploy the earlier mapping files instead, or accept it with `--force`"
            ),
            Self::NotApplied { organization } => write!(
                formatter,
                "the block of `{organization}` is as it was before the plan, so nothing waits for a confirmation; run `claimsmith deploy apply` with this plan first, unless the change was taken back on purpose"
            ),
            Self::ReplayedBlocks { name, organizations } => write!(
                formatter,
                "that version of `{name}` takes blocks of customers whose mappings are in the Action now or nowhere, so an earlier block would count again, which anyone with access to the metadata could have written back: {}; deploy the mapping files of that time instead, or accept it with `--force`",
                list(organizations)
            ),
            Self::RegainedGroups { name, groups } => {
                write!(
                    formatter,
                    "with that version of `{name}`, blocks would grant groups that the version which logins run withholds:"
                )?;
                for (at, (organization, groups)) in groups.iter().enumerate() {
                    let separator = if at == 0 { "" } else { ";" };
                    write!(formatter, "{separator} `{organization}`: {}", list(groups))?;
                }
                formatter.write_str(
                    "; deploy the earlier mapping files with the groups, ceilings and floors of today, or accept it with `--force`",
                )
            }
            Self::EarlierBlocks { organizations } => write!(
                formatter,
                "the mappings of {} leave the Action, and their metadata still have blocks with other mappings, which logins would get; plan without `--action-only`, so that their blocks are written",
                list(organizations)
            ),
            Self::SignedAhead { seconds } => write!(
                formatter,
                "the blocks were signed {seconds} seconds ahead of the tenant's clock, so logins would refuse them; set the clock of the machine that signs, and sign again"
            ),
            Self::TakesMore { name } => write!(
                formatter,
                "that version of `{name}` trusts a key, or takes old blocks, that the version which logins run refuses; deploy the earlier mapping files with the keys and floors of today, name another version with `--to`, or accept it with `--force`"
            ),
            Self::OrderChanged { planned, needed } => write!(
                formatter,
                "the plan writes {planned}; from what there is now, no login is closed in between only by {needed}, so nothing was changed; plan again, or accept it with `--force`"
            ),
            Self::ClosesOthers { more, fewer } => {
                formatter.write_str(
                    "the plan does not say which Auth0 organizations are closed from what there is now, so nothing was changed",
                )?;
                for (names, what) in [(more, "it would also close"), (fewer, "it would not close")] {
                    if !names.is_empty() {
                        write!(formatter, "; {what} {}", names.join(", "))?;
                    }
                }
                formatter.write_str("; plan again, or accept it with `--force`")
            }
            Self::BlocksMissing { organizations } => write!(
                formatter,
                "the last Action of the plan is not deployed, because it would close the logins of {}, whose blocks could not be written; until then, logins run an Action that still takes old blocks and keys. Mend what is named above and run the same command again, or close these logins: plan with `--action-only`, and apply",
                list(organizations)
            ),
            Self::BlocksLeftOut { organizations } => write!(
                formatter,
                "the plan does not write the blocks of {}, which differ from what the mapping files give, so nothing was changed; plan again, or leave these blocks as they are with `--force`",
                list(organizations)
            ),
            Self::NothingBefore { organization } => write!(
                formatter,
                "`{organization}` had no block before this plan; if its mapping was in the Action then, put it back there with `claimsmith deploy plan --packaging embedded` and `apply`; if the customer is new and must have no access, sign a mapping without rules and raise its floor"
            ),
            Self::BlockUnused { organization } => write!(
                formatter,
                "the mapping of `{organization}` is in the Action that logins run, so its block changes nothing; deploy its earlier mapping file"
            ),
            Self::BlockUnusable { organization, why } => write!(
                formatter,
                "the earlier block of `{organization}` would be refused: {why}; sign its earlier mapping again"
            ),
        }
    }
}

fn list(names: &[String]) -> String {
    if names.is_empty() {
        return "nothing".to_owned();
    }
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Why a plan cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlanError {
    /// Its text cannot be read.
    NotRead(NotRead),
    /// It changes the block of this organization twice.
    RepeatedOrganization(String),
    /// It is for another tenant.
    #[non_exhaustive]
    OtherTenant {
        /// The domain of its tenant.
        own: String,
        /// The domain of the tenant that was chosen.
        other: String,
    },
    /// It was made from other mappings, or by another version of the program.
    #[non_exhaustive]
    Stale {
        /// The digest of the mappings then.
        planned: String,
        /// Their digest now.
        now: String,
    },
}

impl From<NotRead> for PlanError {
    fn from(error: NotRead) -> Self {
        Self::NotRead(error)
    }
}

impl std::error::Error for PlanError {}

impl fmt::Display for PlanError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRead(error) => error.fmt(formatter),
            Self::RepeatedOrganization(name) => write!(
                formatter,
                "it changes the block of `{}` twice, which the command never does; plan again",
                name.escape_debug()
            ),
            Self::OtherTenant { own, other } => {
                write!(
                    formatter,
                    "it is for the tenant {own}, and not for {other}; plan again for the tenant that you mean, with `--tenant`"
                )
            }
            Self::Stale { planned, now } if planned == now => {
                formatter.write_str("another version of claimsmith made it, whose Action differs; plan again")
            }
            Self::Stale { .. } => {
                formatter.write_str("the mappings have changed since it was made; plan again")
            }
        }
    }
}
