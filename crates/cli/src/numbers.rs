//! Numbers as people read them.

/// A number with its noun, such as `1 file` or `1 200 files`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    format!("{} {noun}{}", spaced(count), if count == 1 { "" } else { "s" })
}

/// A number with spaces between its thousands, such as `100 000`.
pub(crate) fn spaced(number: usize) -> String {
    let digits = number.to_string();
    let mut spaced = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            spaced.push(' ');
        }
        spaced.push(digit);
    }
    spaced
}

#[cfg(test)]
mod tests {
    use super::{counted, spaced};

    #[test]
    fn counted_adds_the_plural() {
        assert_eq!(counted(0, "rule"), "0 rules");
        assert_eq!(counted(1, "rule"), "1 rule");
        assert_eq!(counted(2000, "rule"), "2 000 rules");
    }

    #[test]
    fn spaced_separates_thousands() {
        assert_eq!(spaced(7), "7");
        assert_eq!(spaced(1234), "1 234");
        assert_eq!(spaced(100_000), "100 000");
        assert_eq!(spaced(1_000_000), "1 000 000");
    }
}
