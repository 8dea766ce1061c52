//! Steps and their records in a journal.

use std::fmt::Display;

use claimsmith_lifecycle::journal::Phase;

/// Receives each step when it begins and when it ends, with what went wrong.
///
/// # Errors
///
/// Text for people; then nothing more is done.
pub type Journal<'j> = &'j mut dyn FnMut(&str, Phase, Option<&str>) -> Result<(), String>;

/// Takes a step between its two records. `unwritten` makes the error of a journal that cannot be written.
pub(crate) fn recorded<T, E: Display>(
    journal: Journal<'_>,
    step: &str,
    unwritten: impl Fn(String) -> E,
    take: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    journal(step, Phase::Begun, None).map_err(&unwritten)?;
    match take() {
        Ok(taken) => {
            journal(step, Phase::Done, None).map_err(unwritten)?;
            Ok(taken)
        }
        Err(error) => {
            // The error of the step counts more than one of the journal.
            let _ = journal(step, Phase::Failed, Some(&error.to_string()));
            Err(error)
        }
    }
}
