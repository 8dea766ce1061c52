//! How to write a date that is written in another way, such as `31.12.2026`.

use super::rfc3339::{days_in_month, parse_rfc3339};

/// What is wrong with a text in place of a date.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct DateAdvice {
    /// Why it is not a date, if that is known.
    pub(crate) why: Option<String>,
    /// The dates that may be meant, in the form that is read; several if the text can be read in several ways.
    ///
    /// No date is guessed that the text does not say, as it could grant for longer than was agreed.
    meant: Vec<Meant>,
}

impl DateAdvice {
    /// The dates to choose from, as values of a key if there is one; `None` if the text says no date.
    pub(crate) fn choices(&self, key: Option<&str>) -> Option<String> {
        let before = key.map(|key| format!("{key}: ")).unwrap_or_default();
        let one = |Meant { date, condition }: &Meant| match *condition {
            "" => format!("`{before}{date}`"),
            condition => format!("`{before}{date}` {condition}"),
        };
        let choices: Vec<String> = self.meant.iter().map(one).collect();
        (!choices.is_empty()).then(|| choices.join(", or "))
    }

    /// Whether all that may be meant are dates without a time.
    pub(crate) fn has_no_times(&self) -> bool {
        self.meant.iter().all(|it| it.date.len() == "YYYY-MM-DD".len())
    }
}

/// A date that may be meant, and when it is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Meant {
    date: String,
    /// Empty if it is the only one that the text can mean.
    condition: &'static str,
}

/// What is wrong with a text that is not a date or date-time.
pub(crate) fn advise(text: &str) -> DateAdvice {
    let text = text.trim();
    let parts: Vec<&str> =
        text.split(|char: char| !char.is_alphanumeric()).filter(|it| !it.is_empty()).collect();
    match parts.as_slice() {
        [year, month, day] if year.len() == 4 && is_digits(year) => of_year_first(year, month, day),
        [first, second, year] if year.len() == 4 && is_digits(year) => of_year_last(first, second, year),
        [digits] if digits.len() == 8 && is_digits(digits) => {
            let [year, month, day] = [0..4, 4..6, 6..8].map(|range| digits.get(range).unwrap_or_default());
            of_year_first(year, month, day)
        }
        _ if parse_rfc3339(text.get(..10).unwrap_or_default().as_bytes()).is_some() => of_time(text),
        _ if !text.bytes().any(|byte| byte.is_ascii_digit()) => {
            DateAdvice { why: Some("words are not read as dates".to_owned()), meant: Vec::new() }
        }
        _ => DateAdvice { why: None, meant: Vec::new() },
    }
}

fn of_year_first(year: &str, month: &str, day: &str) -> DateAdvice {
    if let Some(date) = date(year, month, day) {
        return only(date);
    }
    let swapped = date(year, day, month)
        .map(|date| Meant { date, condition: "if the day was written before the month" });
    DateAdvice { why: why_not(year, month, day), meant: swapped.into_iter().collect() }
}

fn of_year_last(first: &str, second: &str, year: &str) -> DateAdvice {
    let day_first = date(year, second, first);
    let month_first = date(year, first, second);
    match (day_first, month_first) {
        (Some(one), Some(other)) if one != other => DateAdvice {
            why: None,
            meant: vec![
                Meant { date: one, condition: "if the day was written first" },
                Meant { date: other, condition: "if the month was written first" },
            ],
        },
        (Some(date), _) | (None, Some(date)) => only(date),
        (None, None) => DateAdvice { why: why_not(year, second, first), meant: Vec::new() },
    }
}

/// Advice on a text that begins with a date.
fn of_time(text: &str) -> DateAdvice {
    let (date, rest) = text.split_at_checked(10).unwrap_or((text, ""));
    let is_joined = rest.starts_with(['T', 't']);
    let mut time = rest.trim_start_matches(['T', 't', ' ', ',']).to_owned();
    // Spaces before an offset, as in `10:00:00 +01:00`.
    time.retain(|char| char != ' ');
    if time.len() == 5 || time.get(5..6).is_some_and(|it| "Zz+-".contains(it)) {
        time.insert_str(5.min(time.len()), ":00");
    }
    let with_offset = format!("{date}T{time}");
    if parse_rfc3339(with_offset.as_bytes()).is_some() {
        let why = if is_joined { "a time has seconds" } else { "a `T` is between the date and the time" };
        return DateAdvice { why: Some(why.to_owned()), ..only(with_offset) };
    }
    let in_utc = format!("{with_offset}Z");
    if parse_rfc3339(in_utc.as_bytes()).is_none() {
        return DateAdvice { why: None, meant: Vec::new() };
    }
    let condition = "if the time is in UTC, and with an offset such as `+01:00` in place of `Z` otherwise";
    DateAdvice {
        why: Some("the time has no offset".to_owned()),
        meant: vec![Meant { date: in_utc, condition }],
    }
}

fn only(date: String) -> DateAdvice {
    DateAdvice { why: None, meant: vec![Meant { date, condition: "" }] }
}

/// The date in the form that is read, if there is such a day.
fn date(year: &str, month: &str, day: &str) -> Option<String> {
    let date = format!("{year}-{:02}-{:02}", month_number(month)?, day_number(day)?);
    parse_rfc3339(date.as_bytes()).map(|_| date)
}

/// Why there is no such day.
fn why_not(year: &str, month: &str, day: &str) -> Option<String> {
    let (month, day) = (month_number(month)?, day_number(day)?);
    match days_in_month(year.parse().ok()?, month) {
        None => Some(format!("there is no month {month}")),
        Some(days) if day > days || day < 1 => Some(format!("that month has {days} days")),
        Some(_) => None,
    }
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A number of one or two digits.
fn short_number(text: &str) -> Option<i32> {
    if text.len() <= 2 && is_digits(text) { text.parse().ok() } else { None }
}

/// A day, as in `31` and `31st`.
fn day_number(text: &str) -> Option<i32> {
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|end| text.strip_suffix(end));
    short_number(digits.unwrap_or(text))
}

/// A month, as a number or by its English name.
fn month_number(text: &str) -> Option<i32> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let lower = text.to_lowercase();
    let is_name = |name: &&str| {
        lower.len() >= 3 && name.starts_with(lower.as_str()) || lower == "sept" && **name == *"september"
    };
    let named = NAMES.iter().zip(1..).find(|(name, _)| is_name(name)).map(|(_, number)| number);
    named.or_else(|| short_number(text))
}

#[cfg(test)]
mod tests {
    use super::advise;

    #[track_caller]
    fn check(text: &str, dates: &[&str], why: &str) {
        let advice = advise(text);
        let found: Vec<_> = advice.meant.iter().map(|it| it.date.as_str()).collect();
        assert_eq!(found, dates, "{text}");
        assert_eq!(advice.why.unwrap_or_default(), why, "{text}");
    }

    #[test]
    fn advice_writes_the_date_that_a_text_says() {
        for text in [
            "31.12.2026",
            "12/31/2026",
            "31/12/2026",
            "2026/12/31",
            "2026.12.31",
            "20261231",
            "31-12-2026",
            "31 Dec 2026",
            "Dec 31, 2026",
            "December 31st 2026",
            " 2026-12-31 ",
        ] {
            check(text, &["2026-12-31"], "");
        }
        check("2026-1-5", &["2026-01-05"], "");
        check("5.5.2026", &["2026-05-05"], "");
        check("1 Sept 2026", &["2026-09-01"], "");
    }

    #[test]
    fn advice_leaves_the_choice_where_a_text_can_be_read_in_two_ways() {
        check("03/04/2026", &["2026-04-03", "2026-03-04"], "");
        check("2026-13-01", &["2026-01-13"], "there is no month 13");
    }

    #[test]
    fn advice_says_why_there_is_no_such_day() {
        check("2027-02-30", &[], "that month has 28 days");
        check("30.02.2028", &[], "that month has 29 days");
        check("2026-00-10", &[], "there is no month 0");
        check("99.99.2026", &[], "there is no month 99");
    }

    #[test]
    fn advice_completes_times() {
        check("2026-12-31 10:00:00Z", &["2026-12-31T10:00:00Z"], "a `T` is between the date and the time");
        check("2026-12-31T10:00+01:00", &["2026-12-31T10:00:00+01:00"], "a time has seconds");
        check("2026-12-31 10:00", &["2026-12-31T10:00:00Z"], "the time has no offset");
        check("2026-12-31T10:00:00", &["2026-12-31T10:00:00Z"], "the time has no offset");
        check("2026-12-31 at noon", &[], "");
    }

    #[test]
    fn advice_guesses_no_date() {
        let why = "words are not read as dates";
        check("next year", &[], why);
        check("never", &[], why);
        for text in ["31.12.26", "2027", "in 90 days", "Q4 2026", "1.2.3.2026"] {
            check(text, &[], "");
        }
    }
}
