//! What is printed while a plan is carried out.

use std::fmt::Display;
use std::io::Write;

use claimsmith_lifecycle::journal::Phase;

use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::terminal::Terminal;

/// Says that a step is done, as soon as it is.
///
/// # Errors
///
/// Text for people, if it cannot be printed.
pub(crate) fn show_step(terminal: &mut Terminal, step: &str, phase: Phase) -> Result<(), String> {
    if phase != Phase::Done {
        return Ok(());
    }
    let shown = writeln!(terminal.out, "{}: done", escaped(step)).and_then(|()| terminal.out.flush());
    shown.map_err(|error| error.to_string())
}

/// Prints a refusal, which is an answer and not an error.
///
/// # Errors
///
/// If it cannot be printed.
pub(crate) fn show_refusal(refusal: &dyn Display, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
    terminal.out.flush()?;
    writeln!(terminal.err, "error: {}", escaped(&refusal.to_string()))?;
    Ok(ExitStatus::Failure)
}
