//! The time that one core has worked.

use std::time::Duration;

/// How long this thread has been at work: waiting for others on a busy machine does not count.
#[cfg(any(target_os = "linux", target_vendor = "apple"))]
pub(super) fn now() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

/// The time of day does where threads have no clock of their own.
#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
pub(super) fn now() -> Duration {
    use std::sync::LazyLock;
    use std::time::Instant;
    static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);
    STARTED.elapsed()
}
