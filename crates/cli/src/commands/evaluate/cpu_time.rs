//! Processor time, which does not depend on what else the machine does.

use std::time::Duration;

/// How long this thread has run. Time in which it waited for a processor does not count.
#[cfg(any(target_os = "linux", target_vendor = "apple"))]
pub(super) fn of_this_thread() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

/// Elapsed time, on systems where threads have no clock of their own.
#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
pub(super) fn of_this_thread() -> Duration {
    use std::sync::LazyLock;
    use std::time::Instant;
    static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);
    STARTED.elapsed()
}
