//! Chooses cases by their names.

use claimsmith::cases::Case;

/// Whether a pattern chooses a case: its name or its file contains the pattern, in which `*` is any text.
pub(crate) fn selects(pattern: &str, case: &Case) -> bool {
    contains(&case.name, pattern) || contains(&case.file, pattern)
}

fn contains(text: &str, pattern: &str) -> bool {
    let mut rest = text;
    for part in pattern.split('*') {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::contains;

    #[test]
    fn contains_takes_a_star_as_any_text() {
        let check = |pattern: &str, expected: bool| {
            assert_eq!(contains("an analyst reads the finance domain", pattern), expected, "{pattern}");
        };
        check("finance", true);
        check("analyst*finance", true);
        check("finance*analyst", false);
        check("*", true);
        check("Finance", false);
        check("a*a*a*a*a*a*a", false);
    }
}
