//! Converts times between text (RFC 3339) and seconds since 1970, without a clock or named time zones.

use crate::codec::reader::Reader;

const DAY: i32 = 86_400;

/// Parses a date, which means its first moment in UTC, or a date with time and offset, into seconds since 1970.
///
/// Only nine digits of a fraction count.
/// A leap second is read as the start of the second after it. It is accepted only where such seconds are inserted,
/// at the end of a day in UTC.
pub(crate) fn parse_rfc3339(text: &[u8]) -> Option<f64> {
    let mut reader = Reader::new(text);
    let year = number(&mut reader, 4, 9999)?;
    let month = number_after(&mut reader, b'-', 12)?;
    let day = number_after(&mut reader, b'-', 31)?;
    if day < 1 || day > days_in_month(year, month)? {
        return None;
    }
    let midnight = f64::from(days_since_1970(year, month, day)) * f64::from(DAY);
    if reader.is_empty() {
        return Some(midnight);
    }

    if !reader.byte()?.eq_ignore_ascii_case(&b'T') {
        return None;
    }
    let hour = number(&mut reader, 2, 23)?;
    let minute = number_after(&mut reader, b':', 59)?;
    let second = number_after(&mut reader, b':', 60)?;
    let (mut fraction, mut next) = (0.0, reader.byte()?);
    if next == b'.' {
        (fraction, next) = read_fraction(&mut reader)?;
    }
    let sign = match next {
        b'Z' | b'z' => 0,
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let offset = match sign {
        0 => 0,
        _ => number(&mut reader, 2, 23)? * 3600 + number_after(&mut reader, b':', 59)? * 60,
    };
    let seconds = hour * 3600 + minute * 60 + second - sign * offset;
    if second == 60 {
        fraction = 0.0;
        if seconds % DAY != 0 {
            return None;
        }
    }
    reader.is_empty().then_some(midnight + f64::from(seconds) + fraction)
}

/// The time as text in UTC. [`parse_rfc3339`] reads it back if its year has four digits.
#[cfg(feature = "compiler")]
pub(crate) fn format_rfc3339(seconds: i64) -> String {
    let (days, second) = (seconds.div_euclid(DAY.into()), seconds.rem_euclid(DAY.into()));
    // The inverse of `days_since_1970`.
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let months_since_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * months_since_march + 2) / 5 + 1;
    let month = (months_since_march + 2) % 12 + 1;
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Reads a number up to `most` that has exactly this many digits.
fn number(reader: &mut Reader<'_>, digits: usize, most: i32) -> Option<i32> {
    let digits = reader.take(digits)?;
    let number = digits.iter().try_fold(0, |number, &byte| Some(number * 10 + digit(byte)?))?;
    if number <= most { Some(number) } else { None }
}

/// Reads a mark and a number of two digits.
fn number_after(reader: &mut Reader<'_>, mark: u8, most: i32) -> Option<i32> {
    if reader.byte()? != mark {
        return None;
    }
    number(reader, 2, most)
}

fn digit(byte: u8) -> Option<i32> {
    if byte.is_ascii_digit() { Some(i32::from(byte - b'0')) } else { None }
}

/// Reads the digits of a fraction, at least one, and the byte after them.
fn read_fraction(reader: &mut Reader<'_>) -> Option<(f64, u8)> {
    let (mut numerator, mut denominator) = (digit(reader.byte()?)?, 10);
    loop {
        let next = reader.byte()?;
        match digit(next) {
            Some(digit) if denominator < 1_000_000_000 => {
                numerator = numerator * 10 + digit;
                denominator *= 10;
            }
            Some(_) => {}
            None => return Some((f64::from(numerator) / f64::from(denominator), next)),
        }
    }
}

pub(super) fn days_in_month(year: i32, month: i32) -> Option<i32> {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => Some(29),
        2 => Some(28),
        4 | 6 | 9 | 11 => Some(30),
        1..=12 => Some(31),
        _ => None,
    }
}

/// The number of days from 1970-01-01 to a day of the Gregorian calendar.
fn days_since_1970(year: i32, month: i32, day: i32) -> i32 {
    // If years begin in March, the leap day is the last of its year. All periods of 400 years are equally long.
    let year = year - i32::from(month <= 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::{days_in_month, days_since_1970, parse_rfc3339};

    fn check(text: &str, expected: Option<f64>) {
        assert_eq!(parse_rfc3339(text.as_bytes()), expected, "{text:?}");
    }

    #[test]
    fn parse_reads_a_date_as_its_first_moment() {
        check("1970-01-01", Some(0.0));
        check("2027-01-31", Some(1_801_353_600.0));
        check("2000-02-29", Some(951_782_400.0));
        check("1969-12-31", Some(-86_400.0));
        check("0000-01-01", Some(-62_167_219_200.0));
        check("9999-12-31", Some(253_402_214_400.0));
    }

    #[test]
    fn parse_reads_the_examples_of_the_rfc() {
        check("1985-04-12T23:20:50.52Z", Some(482_196_050.52));
        check("1996-12-19T16:39:57-08:00", Some(851_042_397.0));
        check("1996-12-20T00:39:57Z", Some(851_042_397.0));
        check("1990-12-31T23:59:60Z", Some(662_688_000.0));
        check("1990-12-31T15:59:60-08:00", Some(662_688_000.0));
        check("1937-01-01T12:00:27.87+00:20", Some(-1_041_337_172.13));
    }

    #[test]
    fn parse_reads_offsets_fractions_and_small_letters() {
        check("2027-01-31T08:00:00Z", Some(1_801_382_400.0));
        check("2027-01-31t08:00:00z", Some(1_801_382_400.0));
        check("2027-01-31T10:00:00+02:00", Some(1_801_382_400.0));
        check("2027-01-31T03:30:00-04:30", Some(1_801_382_400.0));
        check("2027-01-31T08:00:00-00:00", Some(1_801_382_400.0));
        check("2027-01-31T08:00:00.5Z", Some(1_801_382_400.5));
        check("2027-01-31T08:00:00.25+00:00", Some(1_801_382_400.25));
        check("1970-01-01T00:00:00.123456789Z", Some(0.123_456_789));
        check(&format!("1970-01-01T00:00:00.5{}Z", "0".repeat(400)), Some(0.5));
        check("1970-01-01T00:00:00.999999999999Z", Some(0.999_999_999));
        check("1990-12-31T23:59:60.9Z", Some(662_688_000.0));
        check("1991-01-01T00:59:60+01:00", Some(662_688_000.0));
        check("0000-01-01T00:00:00+23:59", Some(-62_167_219_200.0 - 86_340.0));
    }

    #[test]
    fn parse_refuses_anything_else() {
        for text in [
            "",
            "2027",
            "2027-01",
            "2027-1-31",
            "27-01-31",
            "2027-01-31 ",
            " 2027-01-31",
            "2027/01/31",
            "+027-01-31",
            "2027-00-10",
            "2027-13-10",
            "2027-01-00",
            "2027-01-32",
            "2027-04-31",
            "2027-02-29",
            "1900-02-29",
            "20270131",
            "2027-01-31T",
            "2027-01-31Z",
            "2027-01-31T08:00",
            "2027-01-31T08:00Z",
            "2027-01-31T08:00:00",
            "2027-01-31 08:00:00Z",
            "2027-01-31T24:00:00Z",
            "2027-01-31T08:60:00Z",
            "2027-01-31T08:00:61Z",
            "2027-01-31T08:00:60Z",
            "1990-12-31T23:59:60+01:00",
            "2027-01-31T08:00:00.Z",
            "2027-01-31T08:00:00,5Z",
            "2027-01-31T08:00:00.5",
            "2027-01-31T08:00:00+2:00",
            "2027-01-31T08:00:00+02",
            "2027-01-31T08:00:00+0200",
            "2027-01-31T08:00:00+24:00",
            "2027-01-31T08:00:00+02:60",
            "2027-01-31T08:00:00Z ",
            "2027-01-31T08:00:00ZZ",
            "2027-01-31T08:00:00+02:00Z",
            "２０２７-01-31",
        ] {
            check(text, None);
        }
        assert_eq!(parse_rfc3339(b"2027-01-3\xff"), None);
    }

    #[test]
    fn days_since_1970_counts_every_day() {
        let mut expected = days_since_1970(0, 1, 1);
        for year in 0..=9999 {
            for month in 1..=12 {
                for day in 1..=days_in_month(year, month).unwrap() {
                    assert_eq!(days_since_1970(year, month, day), expected, "{year}-{month}-{day}");
                    expected += 1;
                }
            }
        }
    }

    #[cfg(feature = "compiler")]
    #[test]
    fn format_writes_utc() {
        use super::format_rfc3339;

        assert_eq!(format_rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(format_rfc3339(-1), "1969-12-31T23:59:59Z");
        assert_eq!(format_rfc3339(951_827_696), "2000-02-29T12:34:56Z");
        assert_eq!(format_rfc3339(253_402_300_800), "10000-01-01T00:00:00Z");
    }

    #[cfg(all(feature = "compiler", not(target_arch = "wasm32")))]
    mod laws {
        use proptest::prelude::*;

        use super::super::super::rfc3339::{format_rfc3339, parse_rfc3339};

        proptest! {
            #[test]
            fn parse_reads_what_format_writes(seconds in -62_167_219_200_i64..253_402_300_800) {
                let text = format_rfc3339(seconds);
                prop_assert_eq!(parse_rfc3339(text.as_bytes()), Some(seconds as f64));
            }

            #[test]
            fn parse_subtracts_the_offset(days in 0_i64..2_000_000, minutes in -1439_i64..=1439) {
                let there = format_rfc3339(days * 86_400 + minutes * 60);
                let (sign, size) = (if minutes < 0 { '-' } else { '+' }, minutes.abs());
                let text = there.replace('Z', &format!("{sign}{:02}:{:02}", size / 60, size % 60));
                prop_assert_eq!(parse_rfc3339(text.as_bytes()), Some((days * 86_400) as f64));
            }

            #[test]
            fn format_writes_any_number_of_seconds(seconds: i64) {
                prop_assert!(format_rfc3339(seconds).ends_with('Z'));
            }

            #[test]
            fn parse_never_panics(text in "[-0-9TZ:.+]{0,30}") {
                let _ = parse_rfc3339(text.as_bytes());
            }
        }
    }
}
