//! Grants with captures in them, such as `bi-${team:lower}`.

use crate::bundle::grant_expansion::LetterCase;
use crate::matching::glob::{ANY, ONE, Pattern};

/// A grant that is made of captures, as its author wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GrantText {
    /// Its parts, without empty literals. If there is a problem, these are the parts before it.
    pub(crate) pieces: Vec<GrantPiece>,
    pub(crate) problem: Option<GrantProblem>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum GrantPiece {
    Literal(String),
    /// A capture by its name, and what is done to its letters.
    Capture {
        name: String,
        case: LetterCase,
    },
}

/// What is wrong with a grant, apart from captures that do not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum GrantProblem {
    NeverClosed,
    /// What follows the `:` is not a letter case.
    UnknownCase(String),
}

impl GrantText {
    /// Parses a grant; `None` if it is the name of a target group.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if !text.contains("${") {
            return None;
        }
        let mut parsed = Self { pieces: Vec::new(), problem: None };
        let mut rest = text;
        while let Some((literal, after)) = rest.split_once("${") {
            parsed.add_literal(literal);
            let Some((inside, after)) = after.split_once('}') else {
                parsed.problem = Some(GrantProblem::NeverClosed);
                return Some(parsed);
            };
            let (name, case) = inside.split_once(':').unwrap_or((inside, ""));
            let case = match case {
                "" => LetterCase::AsIs,
                "lower" => LetterCase::Lower,
                "upper" => LetterCase::Upper,
                other => {
                    parsed.problem = Some(GrantProblem::UnknownCase(other.to_owned()));
                    return Some(parsed);
                }
            };
            parsed.pieces.push(GrantPiece::Capture { name: name.to_owned(), case });
            rest = after;
        }
        parsed.add_literal(rest);
        Some(parsed)
    }

    fn add_literal(&mut self, literal: &str) {
        if !literal.is_empty() {
            self.pieces.push(GrantPiece::Literal(literal.to_owned()));
        }
    }

    /// Whether a capture is part of it.
    pub(crate) fn uses(&self, capture: &str) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, GrantPiece::Capture { name, .. } if name == capture))
    }

    /// Whether it can expand to a name: a capture has one or more characters.
    pub(crate) fn can_name(&self, group: &str) -> bool {
        let mut lowered = String::new();
        for piece in &self.pieces {
            match piece {
                GrantPiece::Literal(text) => lowered.push_str(text),
                GrantPiece::Capture { .. } => lowered.extend([char::from(ONE), char::from(ANY)]),
            }
        }
        Pattern::decode(&lowered).is_some_and(|pattern| pattern.is_match(group.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::{GrantPiece, GrantProblem, GrantText, LetterCase};

    #[test]
    fn grant_text_has_literals_and_captures() {
        let literal = |text: &str| GrantPiece::Literal(text.to_owned());
        let capture = |name: &str, case| GrantPiece::Capture { name: name.to_owned(), case };
        let check = |text: &str, pieces: &[GrantPiece], problem: Option<GrantProblem>| {
            assert_eq!(
                GrantText::parse(text),
                Some(GrantText { pieces: pieces.to_vec(), problem }),
                "{text}"
            );
        };
        assert_eq!(GrantText::parse("bi-$team"), None);
        check("bi-${team}", &[literal("bi-"), capture("team", LetterCase::AsIs)], None);
        let pieces = [capture("a", LetterCase::Lower), capture("b", LetterCase::Upper), literal("}")];
        check("${a:lower}${b:upper}}", &pieces, None);
        check("x${a}${b", &[literal("x"), capture("a", LetterCase::AsIs)], Some(GrantProblem::NeverClosed));
        check("${a:title}-x", &[], Some(GrantProblem::UnknownCase("title".to_owned())));
    }

    #[test]
    fn grant_text_can_name_groups_with_its_literals() {
        let can_name = |text: &str, group: &str| GrantText::parse(text).expect(text).can_name(group);
        assert!(can_name("bi-${team}", "bi-finance"));
        assert!(can_name("${team:lower}-${x}", "a-b"));
        assert!(!can_name("bi-${team}", "bi-"));
        assert!(!can_name("bi-${team}-x", "bi-finance"));
    }
}
