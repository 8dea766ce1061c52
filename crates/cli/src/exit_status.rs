//! What the exit code says.

/// The answer of a verb. An error instead means that there is no answer, which is exit code 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// Everything is fine: exit code 0.
    Success,
    /// The answer is no: exit code 1.
    Failure,
    /// A guard stopped it, and a person can release it: exit code 3.
    Guarded,
}
