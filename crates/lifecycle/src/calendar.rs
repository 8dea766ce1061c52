//! What expires, as a calendar.
//!
//! Source of the form: RFC 5545. Lines end with CR and LF and have at most 75 bytes; longer ones are folded.

use crate::digest::short_hex;

/// The most bytes of a line, without its end.
const LINE: usize = 75;

/// Something that expires.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Expiry {
    /// When, in seconds since 1970.
    pub at: i64,
    /// What kind of thing it is, such as `certificate`.
    pub kind: &'static str,
    /// What it is, for people. Stays the same when it is renewed, so that its event is moved.
    pub subject: String,
    /// Who is responsible, if that is known.
    pub owner: Option<String>,
    /// What happens then.
    pub effect: &'static str,
    /// What to do before.
    pub fix: &'static str,
}

/// A time in UTC, such as `2026-11-27T12:00:00Z`.
pub fn time_text(seconds: i64) -> String {
    let (days, second) = (seconds.div_euclid(86_400) + 719_468, seconds.rem_euclid(86_400));
    // Years begin in March, and 400 of them have the same number of days.
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// The calendar of a tenant, written at a second since 1970. Each event has an alarm two weeks before.
pub fn to_ics(domain: &str, expiries: &[Expiry], written_at: i64) -> String {
    let mut text = String::new();
    let mut line = |content: &str| fold(&mut text, content);
    line("BEGIN:VCALENDAR");
    line("VERSION:2.0");
    line("PRODID:-//Claimsmith//claimsmith status//EN");
    line("CALSCALE:GREGORIAN");
    line(&format!("X-WR-CALNAME:{}", escaped(&format!("What expires in {domain}"))));
    let mut seen = std::collections::BTreeMap::<String, usize>::new();
    for expiry in expiries {
        let key = format!("{domain}\n{}\n{}", expiry.kind, expiry.subject);
        let number = seen.entry(key.clone()).or_default();
        *number += 1;
        let summary = format!("{} expires: {}", expiry.kind, expiry.subject);
        let owner = expiry.owner.as_ref().map(|owner| format!("\nOwner: {owner}")).unwrap_or_default();
        let description =
            format!("Then {}.\nBefore: {}.{owner}\nTenant: {domain}", expiry.effect, expiry.fix);
        line("BEGIN:VEVENT");
        line(&format!("UID:{}@claimsmith", uid(&key, *number)));
        line(&format!("DTSTAMP:{}", date_time(written_at)));
        line(&format!("DTSTART:{}", date_time(expiry.at)));
        line(&format!("SUMMARY:{}", escaped(&summary)));
        line(&format!("DESCRIPTION:{}", escaped(&description)));
        line("TRANSP:TRANSPARENT");
        line("BEGIN:VALARM");
        line("ACTION:DISPLAY");
        line("TRIGGER:-P14D");
        line(&format!("DESCRIPTION:{}", escaped(&summary)));
        line("END:VALARM");
        line("END:VEVENT");
    }
    line("END:VCALENDAR");
    text
}

/// The same thing has the same identifier in each calendar of the tenant.
fn uid(key: &str, number: usize) -> String {
    short_hex(&format!("{key}\n{number}"), 16)
}

/// Such as `20261127T120000Z`.
fn date_time(seconds: i64) -> String {
    time_text(seconds).replace(['-', ':'], "")
}

/// A text as a property has it. Control characters have no form in it and are left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\n' => escaped.push_str("\\n"),
            '\\' | ';' | ',' => escaped.extend(['\\', char]),
            _ if char.is_control() => {}
            _ => escaped.push(char),
        }
    }
    escaped
}

/// Appends a line, folded between characters.
fn fold(text: &mut String, content: &str) {
    let mut used = 0;
    for char in content.chars() {
        if used + char.len_utf8() > LINE {
            text.push_str("\r\n ");
            // The space counts.
            used = 1;
        }
        text.push(char);
        used += char.len_utf8();
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expiry(subject: &str, at: i64) -> Expiry {
        Expiry {
            at,
            kind: "certificate",
            subject: subject.to_owned(),
            owner: Some("Acme, IT".to_owned()),
            effect: "logins fail",
            fix: "ask for the next one",
        }
    }

    fn lines(ics: &str) -> Vec<&str> {
        ics.strip_suffix("\r\n").expect("an end").split("\r\n").collect()
    }

    #[test]
    fn lines_are_short_and_end_with_both_characters() {
        let subject = format!("größe; \\ {}\u{1b}[2J\u{1f600}", "ü".repeat(60));
        let ics = to_ics("acme.eu.auth0.com", &[expiry(&subject, 1_795_780_800)], 1_795_780_800);
        assert!(lines(&ics).iter().all(|line| line.len() <= LINE && !line.contains(['\n', '\r', '\u{1b}'])));
        let unfolded = ics.replace("\r\n ", "");
        assert!(unfolded.contains("SUMMARY:certificate expires: größe\\; \\\\ üüü"), "{unfolded}");
        assert!(unfolded.contains("\\nOwner: Acme\\, IT\\n"), "{unfolded}");
        assert!(unfolded.contains("\r\nDTSTART:20261127T120000Z\r\n"), "{unfolded}");
    }

    #[test]
    fn identifiers_stay_when_things_are_renewed() {
        let ids = |expiries: &[Expiry]| -> Vec<String> {
            let ics = to_ics("acme.eu.auth0.com", expiries, 0);
            lines(&ics).iter().filter_map(|it| it.strip_prefix("UID:")).map(str::to_owned).collect()
        };
        let before = ids(&[expiry("a", 1), expiry("a", 2), expiry("b", 3)]);
        assert_eq!(before, ids(&[expiry("a", 5), expiry("a", 6), expiry("b", 7)]));
        assert!(before[0] != before[1] && before[1] != before[2]);
    }

    #[test]
    fn times_are_written() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_795_780_800, "2026-11-27T12:00:00Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (-1, "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(time_text(seconds), expected);
        }
    }
}
