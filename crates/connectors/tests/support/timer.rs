//! A clock that never waits.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use claimsmith_connectors::Timer;

/// Moves on with each wait.
#[derive(Debug, Default)]
pub(crate) struct FakeTimer {
    milliseconds: AtomicU64,
    waits: Mutex<Vec<u64>>,
}

impl Timer for FakeTimer {
    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.milliseconds.load(Ordering::SeqCst))
    }

    fn unix_seconds(&self) -> u64 {
        1_795_780_800 + self.elapsed().as_secs()
    }

    fn sleep(&self, time: Duration) {
        let time = u64::try_from(time.as_millis()).expect("a short time");
        self.milliseconds.fetch_add(time, Ordering::SeqCst);
        self.waits.lock().expect("no panic").push(time);
    }
}

impl FakeTimer {
    /// All waits so far, in milliseconds.
    pub(crate) fn waits(&self) -> Vec<u64> {
        self.waits.lock().expect("no panic").clone()
    }
}
