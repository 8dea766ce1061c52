//! Whether patterns, taken together, match every name there can be.
//!
//! Decided exactly, on the automaton of the patterns: a set of positions in them is followed through one
//! representative of each class of characters that the patterns tell apart. A name that ends where no pattern is
//! at its end is one that they do not match.

use std::collections::BTreeSet;

use crate::pattern::{ANY, CLASS, CLASS_END, NEGATED_CLASS, ONE};

/// After how many sets of positions the search gives up and answers no.
///
/// Patterns that cover everything do so within a few; no set of rules written by a person comes near.
const MAX_SETS: usize = 2_000;

enum Token {
    Any,
    Chars { negated: bool, ranges: Vec<(char, char)> },
}

type Positions = BTreeSet<(usize, usize)>;

/// Whether every non-empty name matches at least one of the lowered patterns or names.
pub(crate) fn covers_everything<'p>(lowered: impl Iterator<Item = &'p str>) -> bool {
    let patterns: Vec<Vec<Token>> = lowered.map(read).collect();
    // Some name begins with a character that no literal begins with.
    let open_start = |pattern: &Vec<Token>| {
        matches!(pattern.first(), Some(Token::Any | Token::Chars { negated: true, .. }))
            || matches!(pattern.first(), Some(Token::Chars { ranges, .. }) if ranges.iter().any(|(low, high)| low != high))
    };
    if !patterns.iter().any(open_start) {
        return false;
    }
    let characters = representatives(&patterns);
    let start: Positions = (0..patterns.len()).flat_map(|pattern| closure(&patterns, (pattern, 0))).collect();
    let mut seen = vec![start.clone()];
    let mut open = vec![start];
    while let Some(positions) = open.pop() {
        for character in &characters {
            let next: Positions = positions
                .iter()
                .flat_map(|&position| step(&patterns, position, *character))
                .flat_map(|position| closure(&patterns, position))
                .collect();
            let at_end = |&(pattern, at): &(usize, usize)| {
                patterns.get(pattern).is_some_and(|tokens| tokens.len() == at)
            };
            if !next.iter().any(at_end) || seen.len() > MAX_SETS {
                return false;
            }
            // More positions match no fewer names: what holds of a set holds of those that include it.
            if !seen.iter().any(|known| known.is_subset(&next)) {
                seen.push(next.clone());
                open.push(next);
            }
        }
    }
    true
}

fn read(lowered: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = lowered.chars();
    while let Some(char) = rest.next() {
        tokens.push(match u8::try_from(char) {
            Ok(ANY) => Token::Any,
            Ok(ONE) => Token::Chars { negated: true, ranges: Vec::new() },
            Ok(open @ (CLASS | NEGATED_CLASS)) => {
                let pairs: Vec<char> =
                    rest.by_ref().take_while(|char| *char != char::from(CLASS_END)).collect();
                let ranges = pairs.as_chunks::<2>().0.iter().map(|[low, high]| (*low, *high)).collect();
                Token::Chars { negated: open == NEGATED_CLASS, ranges }
            }
            _ => Token::Chars { negated: false, ranges: vec![(char, char)] },
        });
    }
    tokens
}

/// One character of each class that the patterns tell apart, among those that a name can hold.
fn representatives(patterns: &[Vec<Token>]) -> Vec<char> {
    let mut starts = BTreeSet::from([' ']);
    for token in patterns.iter().flatten() {
        if let Token::Chars { ranges, .. } = token {
            for (low, high) in ranges {
                starts.insert(*low);
                starts.extend((*high..=char::MAX).nth(1));
            }
        }
    }
    // Characters that no name holds are stood in for by their neighbor.
    let usable = |char: char| match char {
        '\u{0}'..' ' => ' ',
        '\u{7f}' => '\u{80}',
        '\u{fffd}' => '\u{fffe}',
        char => char,
    };
    starts.into_iter().map(usable).collect()
}

/// A position and those that are reached from it without a character.
fn closure(patterns: &[Vec<Token>], (pattern, at): (usize, usize)) -> impl Iterator<Item = (usize, usize)> {
    let tokens = patterns.get(pattern).map(Vec::as_slice).unwrap_or_default();
    let any = tokens.iter().skip(at).take_while(|token| matches!(token, Token::Any)).count();
    (at..=at + any).map(move |at| (pattern, at))
}

/// Where a character leads from a position.
fn step(patterns: &[Vec<Token>], (pattern, at): (usize, usize), character: char) -> Option<(usize, usize)> {
    match patterns.get(pattern)?.get(at)? {
        Token::Any => Some((pattern, at)),
        Token::Chars { negated, ranges } => {
            let inside = ranges.iter().any(|(low, high)| (*low..=*high).contains(&character));
            (inside != *negated).then_some((pattern, at + 1))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::covers_everything;
    use crate::compiler::Glob;

    fn check(globs: &[&str], expected: bool) {
        let lowered: Vec<String> = globs
            .iter()
            .flat_map(|glob| {
                let lowered = Glob::parse(glob).expect(glob);
                [lowered.names, lowered.patterns].concat()
            })
            .collect();
        assert_eq!(covers_everything(lowered.iter().map(String::as_str)), expected, "{globs:?}");
    }

    #[test]
    fn coverage_is_found_alone_and_together() {
        check(&["*"], true);
        check(&["?*"], true);
        check(&["*?*"], true);
        check(&["[!a]*", "a*"], true);
        check(&["?", "??*"], true);
        check(&["[ -m]*", "[n-\u{10ffff}]*"], true);
        check(&["{a,[!a]}*"], true);
        check(&["[!a]*", "a", "a[!b]*", "ab*"], true);
        check(&["[!a]*", "a*", &format!("*a{}", "?".repeat(60))], true);
        check(&["*a", "*[!a]", &format!("*b{}", "?".repeat(60))], true);
    }

    #[test]
    fn one_name_left_out_is_enough() {
        check(&["??*"], false);
        check(&["[!a]*"], false);
        check(&["*-admins"], false);
        check(&["eng-*", "ops-*"], false);
        check(&["?", "???*"], false);
        check(&["[!a]*", "a?*"], false);
        check(&["[ -~]*"], false);
        check(&["[ -\u{fffc}]*"], false);
        check(&[], false);
    }
}
