//! The next step of a plan of Actions, whether there is one Action or several.

use super::refusal::Refusal;
use super::state::{Build, Observed, ObservedAction, Origin, Wanted};

/// How many Actions Auth0 binds to a trigger.
const MOST_BINDINGS: usize = 20;

/// A plan of Actions and of their place in a trigger. Each step is decided from what there is at that moment, so a run
/// that was interrupted is continued by the next one.
pub trait ActionsPlan {
    /// The Actions as they are to be, in their order.
    fn wanted(&self) -> &[Wanted];

    /// The ids of the Actions that leave the trigger when those of the plan are bound.
    fn replaced(&self) -> &[String];

    /// Decides the next step from what there is now.
    ///
    /// What a run of the same plan has done already is accepted.
    ///
    /// # Errors
    ///
    /// If somebody else has changed something, or an Action must not be touched.
    fn next(&self, now: &Observed, progress: Progress) -> Result<Step, Refusal>;
}

/// What is done next. The number of a step of an Action is its position in the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a program that carries out a plan has to know all steps")]
pub enum Step {
    /// Create the Action.
    Create(usize),
    /// Replace its draft.
    Update(usize),
    /// Wait until its draft is built.
    Wait(usize),
    /// Deploy its draft.
    Deploy(usize),
    /// Bind all Actions of the plan at this position among those that stay, and nothing that is replaced, in one request.
    Bind(usize),
    /// Nothing: everything is as it is to be.
    Nothing,
}

impl Step {
    /// As in a journal.
    pub fn name(self) -> &'static str {
        match self {
            Self::Create(_) => "create",
            Self::Update(_) => "update",
            Self::Wait(_) => "wait",
            Self::Deploy(_) => "deploy",
            Self::Bind(_) => "bind",
            Self::Nothing => "nothing",
        }
    }

    /// The position of the Action that is changed; `None` if all are concerned.
    pub fn at(self) -> Option<usize> {
        match self {
            Self::Create(at) | Self::Update(at) | Self::Wait(at) | Self::Deploy(at) => Some(at),
            Self::Bind(_) | Self::Nothing => None,
        }
    }
}

/// How a plan is carried out.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Progress {
    /// Whether changes of others since the plan was made are accepted.
    pub is_forced: bool,
    /// Whether a draft was written by this run, so that another build would fail as well.
    pub has_written: bool,
}

/// Refuses to change an Action that is not ours, or is for another trigger.
pub(super) fn check_own(wanted: &Wanted, action: &ObservedAction) -> Result<(), Refusal> {
    let name = wanted.name.clone();
    match &action.origin {
        Origin::Ours => {}
        Origin::OtherTenant(domain) => return Err(Refusal::OtherTenant { name, domain: domain.clone() }),
        Origin::Foreign => return Err(Refusal::Foreign { name }),
    }
    if action.fits_trigger {
        return Ok(());
    }
    Err(Refusal::OtherTrigger { name, trigger: wanted.trigger.clone() })
}

/// What is left to do for the Action at a position, apart from binding it; `None` if it has deployed what is to run.
pub(super) fn left(
    at: usize,
    wanted: &Wanted,
    action: &ObservedAction,
    progress: Progress,
) -> Result<Option<Step>, Refusal> {
    Ok(if action.draft != wanted.content {
        Some(Step::Update(at))
    } else if action.deployed.as_ref() == Some(&wanted.content) {
        None
    } else {
        Some(match action.build {
            Build::Built => Step::Deploy(at),
            Build::Running => Step::Wait(at),
            // An earlier run may have met a problem that has passed.
            Build::Failed if !progress.has_written => Step::Update(at),
            Build::Failed => return Err(Refusal::BuildFailed { name: wanted.name.clone() }),
        })
    })
}

/// Refuses more Actions than a trigger takes.
pub(super) fn check_room(trigger: &str, bindings: usize) -> Result<(), Refusal> {
    if bindings <= MOST_BINDINGS {
        return Ok(());
    }
    Err(Refusal::FullTrigger { trigger: trigger.to_owned(), most: MOST_BINDINGS })
}
