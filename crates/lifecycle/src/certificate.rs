//! When an X.509 certificate ends. Nothing else of it is read, and nothing is verified.
//!
//! Source of the form: RFC 5280, section 4.1, in DER.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// More than any certificate has, in bytes.
const MOST_BYTES: usize = 64 * 1024;

const SEQUENCE: u8 = 0x30;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const VERSION: u8 = 0xa0;

/// The end of the first certificate in a text, in seconds since 1970: PEM, PEM in base64, or DER in base64.
pub fn expiry_of_text(text: &str) -> Option<i64> {
    if text.len() > 2 * MOST_BYTES {
        return None;
    }
    if let Some((_, rest)) = text.split_once("-----BEGIN CERTIFICATE-----") {
        return expiry(&decoded(rest.split("-----END").next()?)?);
    }
    let bytes = decoded(text)?;
    match str::from_utf8(&bytes) {
        Ok(pem) if pem.contains("-----BEGIN CERTIFICATE-----") => expiry_of_text(pem),
        _ => expiry(&bytes),
    }
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    let plain: String = text.split_ascii_whitespace().collect();
    STANDARD.decode(plain).ok()
}

/// The end of a certificate in DER, in seconds since 1970.
pub fn expiry(der: &[u8]) -> Option<i64> {
    let (certificate, _) = element(der, SEQUENCE)?;
    let (mut rest, _) = element(certificate, SEQUENCE)?;
    if rest.first() == Some(&VERSION) {
        rest = element(rest, VERSION)?.1;
    }
    // Serial number, algorithm and issuer.
    for _ in 0..3 {
        rest = element(rest, *rest.first()?)?.1;
    }
    let (validity, _) = element(rest, SEQUENCE)?;
    let (_, end) = element(validity, *validity.first()?)?;
    let tag = *end.first()?;
    time(tag, element(end, tag)?.0)
}

/// The content of an element with a tag, and what follows it.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x83 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    if found == tag { rest.split_at_checked(length) } else { None }
}

/// A time such as `271231235959Z`, whose year has two digits, or four in a `GeneralizedTime`.
fn time(tag: u8, text: &[u8]) -> Option<i64> {
    let text = str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let (year, rest) = match tag {
        UTC_TIME => text.split_at_checked(2)?,
        GENERALIZED_TIME => text.split_at_checked(4)?,
        _ => return None,
    };
    if rest.len() != 10 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut year: i64 = year.parse().ok()?;
    if tag == UTC_TIME {
        year += if year < 50 { 2000 } else { 1900 };
    }
    let number = |at: usize| rest.get(at..at + 2)?.parse::<i64>().ok();
    let (month, day) = (number(0)?, number(2)?);
    let (hour, minute, second) = (number(4)?, number(6)?, number(8)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    // Days since 1970, in years that begin in March, so that a leap day is the last one.
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    Some(days * 86_400 + hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        assert_eq!(time(UTC_TIME, b"261127120000Z"), Some(1_795_780_800));
        assert_eq!(time(UTC_TIME, b"700101000000Z"), Some(0));
        assert_eq!(time(GENERALIZED_TIME, b"21000228235959Z"), Some(4_107_542_399));
        for wrong in [&b"2611271200Z"[..], b"261127120000", b"261327120000Z", b"26112712000xZ", b""] {
            assert_eq!(time(UTC_TIME, wrong), None);
        }
    }

    /// Certificates that OpenSSL made, with the ends that it prints.
    const MADE: [(&str, i64); 2] = [
        (include_str!("../../../tests/fixtures/certificates/utc-time.pem"), 1_798_409_580),
        (include_str!("../../../tests/fixtures/certificates/generalized-time.pem"), 3_523_817_580),
    ];

    #[test]
    fn end_is_the_one_that_openssl_prints() {
        for (pem, end) in MADE {
            assert_eq!(expiry_of_text(pem), Some(end));
            // As Auth0's connections have it.
            assert_eq!(expiry_of_text(&STANDARD.encode(pem)), Some(end));
            let body: String = pem.lines().filter(|it| !it.starts_with('-')).collect();
            assert_eq!(expiry_of_text(&body), Some(end));
            let der = decoded(&body).expect("base64");
            assert_eq!(expiry(&der), Some(end));
            for cut in 0..der.len() {
                // Whatever is cut off, nothing is read beyond the end.
                let found = expiry(der.get(..cut).expect("a part"));
                assert!(found.is_none() || found == Some(end));
            }
        }
        assert_eq!(expiry_of_text("not a certificate"), None);
        assert_eq!(expiry(&[]), None);
    }
}
