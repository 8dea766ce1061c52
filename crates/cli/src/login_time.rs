//! The time of a login whose event does not state one.

use std::time::{SystemTime, UNIX_EPOCH};

/// Reads a time from an argument, in seconds since 1970.
pub(crate) fn parse(text: &str) -> Result<f64, &'static str> {
    claimsmith::event::parse_time(text).ok_or("write a date or a time such as `2026-11-01T08:00:00Z`")
}

/// The current time, in seconds since 1970.
pub(crate) fn current() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}
