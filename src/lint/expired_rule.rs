//! Rules that have expired.

use super::rule_diagnostic::in_rule;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::model::Organization;
use crate::text::rfc3339::format_rfc3339;

/// Reports rules that have expired.
pub(super) fn lint(organization: &Organization, now: Option<f64>, diagnostics: &mut Vec<Diagnostic>) {
    for rule in &organization.rules {
        if let Some((expires, span)) = &rule.expires
            && now.is_some_and(|now| now >= seconds(*expires))
        {
            let message = format!("`{}` has not fired since {}", rule.id.value, date(*expires));
            diagnostics.push(in_rule((organization, rule), Code::ExpiredRule, span, message, None));
        }
    }
}

/// A moment as a number that can be compared with the time of a clock.
#[expect(clippy::cast_precision_loss, reason = "dates are far below 2^53 seconds")]
fn seconds(moment: i64) -> f64 {
    moment as f64
}

/// A moment, such as `2027-01-31` or `2027-01-31T09:30:00Z`.
fn date(moment: i64) -> String {
    let text = format_rfc3339(moment);
    text.strip_suffix("T00:00:00Z").map(str::to_owned).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check_one, exact, grant, organization};
    use super::{date, lint};
    use crate::diagnostic::{Code, Diagnostic};
    use crate::language::model::Rule;

    #[test]
    fn date_at_midnight_is_a_day() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(1_801_353_600), "2027-01-31");
        assert_eq!(date(1_801_353_599), "2027-01-30T23:59:59Z");
    }

    fn expired(now: Option<f64>) -> Vec<Diagnostic> {
        let rule = Rule { expires: Some((86_400, 3..5)), ..grant("guests", exact(&["guests"]), &["x"]) };
        let mut found = Vec::new();
        lint(&organization(vec![rule]), now, &mut found);
        found
    }

    #[test]
    fn expired_rule_is_reported_from_its_moment_on() {
        let found = expired(Some(86_400.0));
        check_one(&found, "`guests` has not fired since 1970-01-02");
        assert_eq!((found[0].code, found[0].span.clone()), (Code::ExpiredRule, 3..5));
        assert_eq!(expired(Some(86_399.9)), []);
        assert_eq!(expired(None), []);
    }
}
