//! Whether two names look the same to a person, and what they differ in.

use unicode_normalization::UnicodeNormalization;

use crate::patterns::folding;
use crate::text::invisible::{is_invisible, is_space};

/// A name as a quick reader sees it: without letter case, differences in spaces, invisible characters, and the way in
/// which accents are encoded.
pub(crate) fn skeleton(text: &str) -> String {
    Aspect::ALL.into_iter().fold(text.to_owned(), |text, aspect| aspect.without(&text))
}

/// What two names with the same skeleton differ in, such as `letter case`.
pub(crate) fn difference(left: &str, right: &str) -> String {
    let without = |left_out: &[Aspect]| {
        let reduce = |text: &str| left_out.iter().fold(text.to_owned(), |text, aspect| aspect.without(&text));
        reduce(left) == reduce(right)
    };
    if let Some(only) = Aspect::ALL.into_iter().find(|aspect| without(&[*aspect])) {
        return only.name().to_owned();
    }
    let is_needed = |aspect: &Aspect| {
        let others: Vec<Aspect> = Aspect::ALL.into_iter().filter(|other| other != aspect).collect();
        !without(&others)
    };
    let needed: Vec<&str> = Aspect::ALL.into_iter().filter(is_needed).map(Aspect::name).collect();
    if needed.is_empty() { "spelling".to_owned() } else { needed.join(" and ") }
}

/// Whether a character looks like an ordinary space and is a different one.
pub(crate) fn is_odd_space(char: char) -> bool {
    // The ideographic space is wide enough to look different.
    is_space(char) && !matches!(char, ' ' | '\u{3000}')
}

/// A difference that a quick reader does not see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aspect {
    Invisible,
    Case,
    NameForm,
    Spaces,
}

impl Aspect {
    /// In an order in which removing one does not bring back another.
    const ALL: [Self; 4] = [Self::Invisible, Self::Case, Self::NameForm, Self::Spaces];

    fn name(self) -> &'static str {
        match self {
            Self::Invisible => "invisible characters",
            Self::Case => "letter case",
            Self::NameForm => "Unicode normalization",
            Self::Spaces => "spaces",
        }
    }

    fn without(self, text: &str) -> String {
        match self {
            Self::Invisible if text.is_ascii() => text.to_owned(),
            Self::NameForm if text.is_ascii() => text.to_owned(),
            Self::Invisible => text.chars().filter(|char| !is_invisible(*char)).collect(),
            Self::Case => folding::fold(text),
            Self::NameForm => text.nfc().collect(),
            Self::Spaces => {
                let mut kept = String::with_capacity(text.len());
                for word in text.split_whitespace() {
                    if !kept.is_empty() {
                        kept.push(' ');
                    }
                    kept.push_str(word);
                }
                kept
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{difference, skeleton};

    #[test]
    fn skeleton_is_the_same_for_names_that_look_the_same() {
        let all = "invisible characters and letter case and Unicode normalization";
        for (left, right, expected) in [
            ("BI-Admins", "bi-admins", "letter case"),
            ("bi\u{200b}-admins", "bi-admins", "invisible characters"),
            ("bi  admins ", "bi admins", "spaces"),
            ("bi\u{a0}admins", "bi admins", "spaces"),
            ("Ko\u{308}ln", "K\u{f6}ln", "Unicode normalization"),
            ("BI  Admins", "bi admins", "letter case and spaces"),
            ("BI\u{ad} Admins", "bi admins", "invisible characters and letter case"),
            ("KO\u{200b}\u{308}LN", "k\u{f6}ln", all),
        ] {
            assert_eq!(skeleton(left), skeleton(right), "{left:?} and {right:?}");
            assert_eq!(difference(left, right), expected, "{left:?} and {right:?}");
        }
    }

    #[test]
    fn skeleton_differs_for_names_that_read_differently() {
        assert_ne!(skeleton("bi-admins"), skeleton("bi_admins"));
        assert_ne!(skeleton("bi admins"), skeleton("biadmins"));
        assert_ne!(skeleton("Köln"), skeleton("Koln"));
    }
}
