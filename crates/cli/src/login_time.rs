//! The time of a login whose event does not state one.

use std::time::{SystemTime, UNIX_EPOCH};

use claimsmith::event;

/// Reads a time from an argument, in seconds since 1970.
pub(crate) fn parse(text: &str) -> Result<f64, String> {
    event::parse_time(text).ok_or_else(|| event::time_help(text))
}

/// The current time, in seconds since 1970.
pub(crate) fn current() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}
