//! The clock, so that no test waits.

use std::time::{Duration, Instant, SystemTime};

/// Tells the time and waits.
pub trait Timer: Send + Sync {
    /// How much time has passed since some moment.
    fn elapsed(&self) -> Duration;
    /// Seconds since 1970.
    fn unix_seconds(&self) -> u64;
    /// Waits.
    fn sleep(&self, time: Duration);
}

/// The clock of this machine.
#[derive(Debug)]
pub struct SystemTimer(Instant);

impl Default for SystemTimer {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Timer for SystemTimer {
    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    fn unix_seconds(&self) -> u64 {
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_secs())
    }

    fn sleep(&self, time: Duration) {
        std::thread::sleep(time);
    }
}
