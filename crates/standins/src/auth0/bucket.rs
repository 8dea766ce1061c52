//! The rate limit of the Management API.

use super::seed::RateSeed;
use crate::clock::Clock;

/// How many requests are left, by the stand-in's clock.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    limits: RateSeed,
    /// In thousandths of a request, so that nothing is lost between two of them.
    level: u64,
    filled_at: u64,
    /// Until when the client was told to wait.
    wait_until: Option<u64>,
}

const ONE: u64 = 1000;

impl Bucket {
    pub(crate) fn new(limits: RateSeed, clock: &Clock) -> Self {
        Self {
            level: limits.burst.saturating_mul(ONE),
            limits,
            filled_at: clock.milliseconds(),
            wait_until: None,
        }
    }

    /// Takes a request out, or says in how many seconds there is one again.
    pub(crate) fn take(&mut self, clock: &mut Clock) -> Result<(), u64> {
        if let Some(until) = self.wait_until.take()
            && self.limits.clients_wait
        {
            clock.advance(until.saturating_sub(clock.milliseconds()));
        }
        let passed = clock.milliseconds().saturating_sub(self.filled_at);
        self.filled_at = clock.milliseconds();
        let gained = passed.saturating_mul(self.limits.per_second);
        self.level = self.level.saturating_add(gained).min(self.limits.burst.saturating_mul(ONE));
        match self.level.checked_sub(ONE) {
            Some(rest) => {
                self.level = rest;
                Ok(())
            }
            None => {
                let seconds =
                    (ONE - self.level).div_ceil(self.limits.per_second.max(1)).div_ceil(1000).max(1);
                self.tell_to_wait(seconds, clock);
                Err(seconds)
            }
        }
    }

    /// The client was told to come back only after these seconds.
    pub(crate) fn tell_to_wait(&mut self, seconds: u64, clock: &Clock) {
        self.wait_until = Some(clock.milliseconds().saturating_add(seconds.saturating_mul(1000)));
    }

    /// The headers that every answer of the Management API carries.
    pub(crate) fn headers(&self, clock: &Clock) -> [(&'static str, String); 3] {
        let missing = self.limits.burst.saturating_mul(ONE).saturating_sub(self.level);
        let full = missing.div_ceil(self.limits.per_second.max(1)).div_ceil(1000);
        [
            ("x-ratelimit-limit", self.limits.burst.to_string()),
            ("x-ratelimit-remaining", (self.level / ONE).to_string()),
            ("x-ratelimit-reset", (clock.seconds() + full.max(1)).to_string()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ClockSeed;

    fn clock(start: u64, ms_per_request: u64) -> Clock {
        Clock::new(&ClockSeed { start, ms_per_request })
    }

    #[test]
    fn bucket_refills_by_the_clock_alone() {
        let mut clock = clock(0, 0);
        let limits = RateSeed { burst: 2, per_second: 2, clients_wait: false };
        let mut bucket = Bucket::new(limits, &clock);
        assert_eq!([(); 4].map(|()| bucket.take(&mut clock)), [Ok(()), Ok(()), Err(1), Err(1)]);
        clock.advance(499);
        assert_eq!(bucket.take(&mut clock), Err(1));
        clock.advance(1);
        assert_eq!([(); 2].map(|()| bucket.take(&mut clock)), [Ok(()), Err(1)]);
        clock.advance(3_600_000);
        assert_eq!([(); 3].map(|()| bucket.take(&mut clock)), [Ok(()), Ok(()), Err(1)]);
    }

    #[test]
    fn bucket_can_assume_that_clients_wait() {
        let mut clock = clock(0, 0);
        let limits = RateSeed { burst: 1, per_second: 1, clients_wait: true };
        let mut bucket = Bucket::new(limits, &clock);
        assert_eq!([(); 4].map(|()| bucket.take(&mut clock)), [Ok(()), Err(1), Ok(()), Err(1)]);
    }
}
