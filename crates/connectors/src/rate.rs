//! How long to wait: for the service's rate limit, and before a request is repeated.

use std::time::Duration;

/// The longest wait between two attempts, unless the service asks for a longer one.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// What an answer says about the rate limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RateHeaders {
    /// `retry-after`, in seconds.
    pub(crate) retry_after: Option<u64>,
    /// `retry-after` as a date, in seconds since 1970 (RFC 9110 §10.2.3).
    pub(crate) retry_at: Option<u64>,
    /// `x-ratelimit-remaining`, or Okta's `x-rate-limit-remaining`.
    pub(crate) remaining: Option<u64>,
    /// `x-ratelimit-reset`, or Okta's `x-rate-limit-reset`, in seconds since 1970.
    pub(crate) reset: Option<u64>,
    /// Whether nothing is accepted before `reset`, because the limit is that of a window of time.
    pub(crate) is_window: bool,
    /// `date`, in seconds since 1970: the service's clock may differ from this machine's.
    pub(crate) date: Option<u64>,
}

impl RateHeaders {
    /// In how long the service accepts requests again, by what a refusal says.
    pub(crate) fn wait(&self, unix_seconds: u64) -> Option<Duration> {
        let until = |time: u64| time.saturating_sub(self.date.unwrap_or(unix_seconds));
        let told = self.retry_after.or(self.retry_at.map(until)).or(self.reset.map(until));
        told.map(|seconds| Duration::from_secs(seconds.max(1)))
    }

    /// Whether the service says when it accepts requests again.
    pub(crate) fn names_time(&self) -> bool {
        self.retry_after.is_some() || self.retry_at.is_some()
    }
}

/// The rate bucket as the last answer described it.
#[derive(Debug, Default)]
pub(crate) struct Bucket {
    /// Until when no request would be accepted, by [`Timer::elapsed`](crate::Timer::elapsed).
    empty_until: Option<Duration>,
}

impl Bucket {
    pub(crate) fn learn(&mut self, headers: &RateHeaders, elapsed: Duration, unix_seconds: u64) {
        self.empty_until = match headers.remaining {
            // A bucket is refilled bit by bit, and `reset` says when it is full: one second is enough for a request.
            Some(0) => headers.wait(unix_seconds).map(|wait| {
                elapsed.saturating_add(if headers.names_time() || headers.is_window {
                    wait
                } else {
                    wait.min(Duration::from_secs(1))
                })
            }),
            _ => None,
        };
    }

    /// How long to wait before the next request.
    pub(crate) fn wait(&self, elapsed: Duration) -> Duration {
        self.empty_until.map_or(Duration::ZERO, |until| until.saturating_sub(elapsed))
    }
}

/// Keeps requests apart.
#[derive(Debug, Default)]
pub(crate) struct Pacer {
    /// The earliest time of the next request, by [`Timer::elapsed`](crate::Timer::elapsed).
    next: Duration,
}

impl Pacer {
    /// How long to wait before a request, which is counted as sent.
    pub(crate) fn wait(&mut self, elapsed: Duration, interval: Duration) -> Duration {
        let at = self.next.max(elapsed);
        self.next = at.saturating_add(interval);
        at.saturating_sub(elapsed)
    }
}

/// The pause before an attempt, the first of which has the number 1.
pub(crate) fn pause(attempt: u32) -> Duration {
    Duration::from_millis(500).saturating_mul(1 << attempt.saturating_sub(1).min(8)).min(LONGEST_PAUSE)
}

/// Reads a `Date` header, such as `Fri, 27 Nov 2026 12:00:00 GMT`.
pub(crate) fn http_date(text: &str) -> Option<u64> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let mut parts = text.split_once(", ")?.1.split([' ', ':']);
    let day: u64 = parts.next()?.parse().ok()?;
    let name = parts.next().filter(|name| name.len() == 3)?;
    let month = u64::try_from(MONTHS.find(name)? / 3 + 1).ok()?;
    let mut number = || parts.next()?.parse::<u64>().ok();
    let (year, hour, minute, second) = (number()?, number()?, number()?, number()?);
    if !(1970..=9999).contains(&year) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // Days since 1970, in years that begin in March, so that a leap day is the last one.
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1;
    Some((days - 719_468) * 86_400 + hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_date_is_read() {
        for (text, expected) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Tue, 29 Feb 2000 00:00:00 GMT", Some(951_782_400)),
            ("Fri, 27 Nov 2026 12:00:00 GMT", Some(1_795_780_800)),
            ("Sun, 28 Feb 2100 23:59:59 GMT", Some(4_107_542_399)),
            ("2026-11-27", None),
            ("Fri, 27 aNo 2026 12:00:00 GMT", None),
            ("Fri, 27 Nov 0 12:00:00 GMT", None),
        ] {
            assert_eq!(http_date(text), expected, "{text}");
        }
    }

    #[test]
    fn wait_is_by_the_clock_of_the_service() {
        let headers = RateHeaders { reset: Some(1010), date: Some(1000), ..RateHeaders::default() };
        assert_eq!(headers.wait(5), Some(Duration::from_secs(10)));
        let no_date = RateHeaders { date: None, ..headers };
        assert_eq!(no_date.wait(1008), Some(Duration::from_secs(2)));
        assert_eq!(no_date.wait(9999), Some(Duration::from_secs(1)), "never at once");
        let told = RateHeaders { retry_after: Some(3), ..headers };
        assert_eq!(told.wait(5), Some(Duration::from_secs(3)));
        let dated = RateHeaders { retry_at: Some(1004), ..headers };
        assert_eq!((dated.wait(5), dated.names_time()), (Some(Duration::from_secs(4)), true));
        assert_eq!(RateHeaders::default().wait(5), None);
    }

    #[test]
    fn empty_bucket_makes_the_next_request_wait() {
        let mut bucket = Bucket::default();
        let second = Duration::from_secs(1);
        let empty =
            RateHeaders { remaining: Some(0), reset: Some(9), date: Some(4), ..RateHeaders::default() };
        bucket.learn(&empty, second, 0);
        assert_eq!([bucket.wait(second), bucket.wait(second * 3)], [second, Duration::ZERO]);
        bucket.learn(&RateHeaders { is_window: true, ..empty }, second, 0);
        assert_eq!(bucket.wait(second), second * 5, "a window ends at `reset`");
        bucket.learn(&RateHeaders { remaining: Some(1), ..empty }, second, 0);
        assert_eq!(bucket.wait(second), Duration::ZERO);
    }

    #[test]
    fn pacer_keeps_requests_apart() {
        let mut pacer = Pacer::default();
        let half = Duration::from_millis(500);
        let mut wait = |elapsed| pacer.wait(Duration::from_millis(elapsed), half).as_millis();
        assert_eq!([wait(1000), wait(1000), wait(1700), wait(2600)], [0, 500, 300, 0]);
    }

    #[test]
    fn pauses_grow_up_to_a_limit() {
        let pauses = [1, 2, 3, 99].map(pause).map(|it| it.as_millis());
        assert_eq!(pauses, [500, 1000, 2000, 8000]);
    }
}
