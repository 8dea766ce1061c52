//! What comparing patterns may cost, so that a large platform is still checked in seconds.

/// What comparing all rules of one organization may cost, in steps of some nanoseconds.
pub(super) const BUDGET_OF_ONE: usize = 5_000_000;

/// What comparing the rules of all organizations may cost. After it is spent, the rules of further waves are not
/// compared.
pub(super) const BUDGET_OF_ALL: usize = 20_000_000;

/// The number of organizations that are checked at once. It does not depend on the number of processors, so that the
/// diagnostics are the same everywhere.
pub(super) const WAVE: usize = 64;

/// Subtracts steps from the budget; returns whether the budget was large enough.
pub(super) fn spend(budget: &mut usize, steps: usize) -> bool {
    let enough = *budget >= steps;
    *budget = budget.saturating_sub(steps);
    enough
}
