//! What a run of the command found out.

/// The answer of a verb, which becomes the exit code. An error instead of a verdict means that there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Everything is fine: exit code 0.
    Fine,
    /// The answer is no: exit code 1.
    No,
}
