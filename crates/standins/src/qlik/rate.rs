//! The rate limits: one for each tier, and a refusal closes the whole tier.

use super::seed::RateSeed;
use crate::clock::Clock;

/// Which limit a request counts against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tier {
    /// Most requests that read.
    One,
    /// Requests that change something.
    Two,
    /// Filters of users and groups.
    Filter,
}

/// The requests of a tier, by the stand-in's clock.
#[derive(Debug, Clone, Default)]
struct Counter {
    window_began: u64,
    count: u64,
    closed_until: u64,
}

#[derive(Debug)]
pub(crate) struct Limits {
    seed: RateSeed,
    counters: [Counter; 3],
}

impl Limits {
    pub(crate) fn new(seed: RateSeed) -> Self {
        Self { seed, counters: Default::default() }
    }

    fn most(&self, tier: Tier) -> u64 {
        let per_minute = match tier {
            Tier::One => self.seed.tier_1_per_minute,
            Tier::Two => self.seed.tier_2_per_minute,
            Tier::Filter => self.seed.filter_per_minute,
        };
        per_minute.saturating_mul(self.seed.window_seconds) / 60
    }

    fn counter(&mut self, tier: Tier) -> &mut Counter {
        let [one, two, filter] = &mut self.counters;
        match tier {
            Tier::One => one,
            Tier::Two => two,
            Tier::Filter => filter,
        }
    }

    /// Counts a request, or says in how many seconds the tier is open again.
    pub(crate) fn take(&mut self, tier: Tier, clock: &mut Clock) -> Result<(), u64> {
        let (most, window) = (self.most(tier), self.seed.window_seconds.saturating_mul(1000));
        let clients_wait = self.seed.clients_wait;
        let counter = self.counter(tier);
        let left = counter.closed_until.saturating_sub(clock.milliseconds());
        if left > 0 && clients_wait {
            clock.advance(left);
        } else if left > 0 {
            return Err(left.div_ceil(1000));
        }
        let now = clock.milliseconds();
        if now >= counter.window_began.saturating_add(window) || counter.count == 0 {
            counter.window_began = now;
            counter.count = 0;
        }
        if counter.count >= most {
            counter.closed_until = counter.window_began.saturating_add(window);
            return Err(counter.closed_until.saturating_sub(now).div_ceil(1000).max(1));
        }
        counter.count += 1;
        Ok(())
    }

    /// A fault told the client to wait.
    pub(crate) fn close(&mut self, tier: Tier, seconds: u64, clock: &Clock) {
        let until = clock.milliseconds().saturating_add(seconds.saturating_mul(1000));
        self.counter(tier).closed_until = until;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ClockSeed;

    #[test]
    fn tier_is_closed_until_its_window_ends() {
        let mut clock = Clock::new(&ClockSeed { start: 1000, ms_per_request: 0 });
        let mut limits = Limits::new(RateSeed {
            tier_2_per_minute: 2,
            window_seconds: 60,
            clients_wait: false,
            ..RateSeed::default()
        });
        let two = Tier::Two;
        assert_eq!([(); 4].map(|()| limits.take(two, &mut clock)), [Ok(()), Ok(()), Err(60), Err(60)]);
        assert_eq!(limits.take(Tier::One, &mut clock), Ok(()), "another tier stays open");
        clock.advance(59_001);
        assert_eq!(limits.take(two, &mut clock), Err(1));
        clock.advance(999);
        assert_eq!(limits.take(two, &mut clock), Ok(()));
    }

    #[test]
    fn client_can_be_assumed_to_have_waited() {
        let mut clock = Clock::new(&ClockSeed { start: 1000, ms_per_request: 0 });
        let mut limits =
            Limits::new(RateSeed { tier_1_per_minute: 1, window_seconds: 60, ..RateSeed::default() });
        assert_eq!([(); 3].map(|()| limits.take(Tier::One, &mut clock)), [Ok(()), Err(60), Ok(())]);
    }
}
