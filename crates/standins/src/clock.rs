//! The stand-in's own time. It moves with requests and when a test says so, never by itself.

use serde::Deserialize;

/// Milliseconds since 1970.
#[derive(Debug, Clone)]
pub struct Clock {
    now: u64,
    per_request: u64,
}

impl Clock {
    pub(crate) fn new(seed: &ClockSeed) -> Self {
        Self { now: seed.start.saturating_mul(1000), per_request: seed.ms_per_request }
    }

    pub(crate) fn tick(&mut self) {
        self.advance(self.per_request);
    }

    pub(crate) fn advance(&mut self, milliseconds: u64) {
        self.now = self.now.saturating_add(milliseconds);
    }

    pub(crate) fn milliseconds(&self) -> u64 {
        self.now
    }

    pub(crate) fn seconds(&self) -> u64 {
        self.now / 1000
    }

    /// As in the objects of the services.
    pub(crate) fn rfc3339(&self) -> String {
        let (year, month, day) = self.date();
        let (hour, minute, second) = self.time();
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", self.now % 1000)
    }

    /// As in the header `Date`.
    pub(crate) fn http_date(&self) -> String {
        const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let nth = |names: &[&'static str], index: u64| {
            usize::try_from(index).ok().and_then(|index| names.get(index).copied()).unwrap_or_default()
        };
        let (year, month, day) = self.date();
        let (hour, minute, second) = self.time();
        let weekday = nth(&DAYS, self.seconds() / 86_400 % 7);
        let month = nth(&MONTHS, month - 1);
        format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
    }

    fn time(&self) -> (u64, u64, u64) {
        let seconds = self.seconds();
        (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60)
    }

    /// Year, month and day, counted in eras of 400 years that begin on the first of March.
    fn date(&self) -> (u64, u64, u64) {
        let days = self.seconds() / 86_400 + 719_468;
        let (era, day_of_era) = (days / 146_097, days % 146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        (year_of_era + era * 400 + u64::from(month <= 2), month, day)
    }
}

/// The stand-in's clock.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClockSeed {
    /// Seconds since 1970.
    pub start: u64,
    /// By how much each request moves it.
    pub ms_per_request: u64,
}

impl Default for ClockSeed {
    fn default() -> Self {
        // 2026-11-27 12:00:00 UTC
        Self { start: 1_795_780_800, ms_per_request: 100 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(start: u64, ms_per_request: u64) -> Clock {
        Clock::new(&ClockSeed { start, ms_per_request })
    }

    #[test]
    fn clock_writes_dates() {
        for (start, rfc3339, http) in [
            (0, "1970-01-01T00:00:00.000Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
            (951_782_399, "2000-02-28T23:59:59.000Z", "Mon, 28 Feb 2000 23:59:59 GMT"),
            (951_782_400, "2000-02-29T00:00:00.000Z", "Tue, 29 Feb 2000 00:00:00 GMT"),
            (1_795_780_800, "2026-11-27T12:00:00.000Z", "Fri, 27 Nov 2026 12:00:00 GMT"),
            (4_107_542_399, "2100-02-28T23:59:59.000Z", "Sun, 28 Feb 2100 23:59:59 GMT"),
            (4_107_542_400, "2100-03-01T00:00:00.000Z", "Mon, 01 Mar 2100 00:00:00 GMT"),
        ] {
            assert_eq!(
                (clock(start, 0).rfc3339().as_str(), clock(start, 0).http_date().as_str()),
                (rfc3339, http)
            );
        }
    }
}
