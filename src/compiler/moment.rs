//! Dates and times as RFC 3339 writes them.

/// Seconds since 1970 of a date-time with `Z` or an offset, or of the first moment of a date in UTC.
pub(crate) fn parse_rfc3339(text: &[u8]) -> Option<f64> {
    let number = |range: core::ops::Range<usize>| -> Option<i64> {
        let digits = text.get(range)?;
        digits
            .iter()
            .all(u8::is_ascii_digit)
            .then(|| digits.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0')))
    };
    let sign = |at: usize, signs: &[u8]| text.get(at).filter(|sign| signs.contains(sign)).copied();
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    sign(4, b"-")?;
    sign(7, b"-")?;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    // Days since 1970 in the proleptic Gregorian calendar, with years that begin in March.
    let (shifted, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * shifted + shifted.div_euclid(4) - shifted.div_euclid(100)
        + shifted.div_euclid(400)
        + (153 * month + 2) / 5
        + day
        - 1
        - 719_468;
    let midnight = days * 86_400;
    if text.len() == 10 {
        return Some(midnight as f64);
    }
    sign(10, b"Tt ")?;
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    sign(13, b":")?;
    sign(16, b":")?;
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut at = 19;
    let mut fraction = 0.0;
    if sign(at, b".").is_some() {
        at += 1;
        let mut scale = 0.1;
        let first = at;
        while let Some(digit) = text.get(at).filter(|digit| digit.is_ascii_digit()) {
            fraction += f64::from(digit - b'0') * scale;
            scale /= 10.0;
            at += 1;
        }
        if at == first {
            return None;
        }
    }
    let (offset, end) = match sign(at, b"Zz+-")? {
        b'Z' | b'z' => (0, at + 1),
        direction => {
            let (hours, minutes) = (number(at + 1..at + 3)?, number(at + 4..at + 6)?);
            sign(at + 3, b":")?;
            if hours > 23 || minutes > 59 {
                return None;
            }
            let offset = hours * 3_600 + minutes * 60;
            (if direction == b'-' { -offset } else { offset }, at + 6)
        }
    };
    let whole = midnight + hour * 3_600 + minute * 60 + second - offset;
    (end == text.len()).then_some(whole as f64 + fraction)
}

#[cfg(test)]
mod tests {
    use super::parse_rfc3339;

    fn check(text: &str, expected: Option<f64>) {
        assert_eq!(parse_rfc3339(text.as_bytes()), expected, "{text}");
    }

    #[test]
    fn moments_are_seconds_since_1970() {
        check("1970-01-01", Some(0.0));
        check("2026-11-01T00:00:00Z", Some(1_793_491_200.0));
        check("2000-03-01T01:00:00+01:00", Some(951_868_800.0));
        check("1969-12-31T23:59:59.5Z", Some(-0.5));
        check("2024-02-29", Some(1_709_164_800.0));
        check("2023-02-29", None);
        check("2026-11-01T00:00:00", None);
        check("2026-11-01T24:00:00Z", None);
        check("2026-1-1", None);
        check("2026-11-01Z", None);
    }
}
