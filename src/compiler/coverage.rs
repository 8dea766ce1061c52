//! Whether patterns, taken together, match every name there can be, or every name that another pattern matches.
//!
//! Decided exactly, on the automaton of the patterns: a set of positions in them is followed through one
//! representative of each class of characters that the patterns tell apart. A name that ends where no pattern is
//! at its end is one that they do not match.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use crate::pattern::{ANY, CLASS, CLASS_END, NEGATED_CLASS, ONE};

/// After how many sets of positions the search gives up and answers no.
///
/// Patterns that cover everything do so within a few; no set of rules written by a person comes near.
const MAX_SETS: usize = 2_000;

#[derive(Debug)]
enum Token {
    Any,
    Chars { negated: bool, ranges: Vec<(char, char)> },
}

type Positions = BTreeSet<(usize, usize)>;

/// A lowered glob or a name, ready to be followed.
#[derive(Debug)]
pub(crate) struct Tokens(Vec<Token>);

impl Tokens {
    /// Reads a lowered glob or a name, whose letters may be compared in lower case.
    ///
    /// `None` for classes whose letter case is left out of account, because they are no plain ranges anymore.
    pub(crate) fn read(lowered: &str, ignore_case: bool) -> Option<Self> {
        if !ignore_case {
            return Some(Self(read(lowered)));
        }
        if lowered.contains([char::from(CLASS), char::from(NEGATED_CLASS)]) {
            return None;
        }
        let mut tokens = read(lowered);
        for token in &mut tokens {
            if let Token::Chars { negated: false, ranges } = token
                && let [(char, _)] = ranges.as_slice()
            {
                *ranges = same_letter(*char).into_iter().map(|char| (char, char)).collect();
            }
        }
        Some(Self(tokens))
    }
}

/// All characters that are the same in lower case as this one.
fn same_letter(char: char) -> Vec<char> {
    static CAPITALS: OnceLock<BTreeMap<char, Vec<char>>> = OnceLock::new();
    let capitals = CAPITALS.get_or_init(|| {
        let mut capitals: BTreeMap<char, Vec<char>> = BTreeMap::new();
        // Unicode's last script with letter case ends before this.
        for capital in '\0'..'\u{20000}' {
            if let Some(small) = lower_case(capital).filter(|small| *small != capital) {
                capitals.entry(small).or_default().push(capital);
            }
        }
        capitals
    });
    let small = lower_case(char).unwrap_or(char);
    let mut all = vec![small];
    all.extend(capitals.get(&small).into_iter().flatten());
    all
}

/// The lower case of a character, if it is one character.
fn lower_case(char: char) -> Option<char> {
    let mut lower = char.to_lowercase();
    lower.next().filter(|_| lower.next().is_none())
}

/// Whether every name that `pattern` matches is matched by one of `by`.
///
/// Each step of the search takes one from `budget`; if it is spent, the answer is no.
pub(crate) fn is_covered(pattern: &Tokens, by: &[&Tokens], budget: &mut usize) -> bool {
    let own = [pattern.0.as_slice()];
    let others: Vec<&[Token]> = by.iter().map(|tokens| tokens.0.as_slice()).collect();
    let characters = representatives(own.iter().chain(&others).copied());
    let start: Positions = (0..others.len()).flat_map(|other| closure(&others, (other, 0))).collect();
    // Per position in the pattern, the sets of positions in the others that it has been reached with.
    let mut seen: BTreeMap<usize, Vec<Positions>> = BTreeMap::new();
    let mut open: Vec<(usize, Positions)> =
        closure(&own, (0, 0)).map(|(_, at)| (at, start.clone())).collect();
    while let Some((at, positions)) = open.pop() {
        for character in &characters {
            let Some(reached) = step(&own, (0, at), *character) else { continue };
            let Some(left) = budget.checked_sub(1 + positions.len()) else { return false };
            *budget = left;
            let next: Positions = positions
                .iter()
                .flat_map(|&position| step(&others, position, *character))
                .flat_map(|position| closure(&others, position))
                .collect();
            let escapes = !next.iter().any(|position| is_at_end(&others, position));
            for (_, at) in closure(&own, reached) {
                if escapes && is_at_end(&own, &(0, at)) {
                    return false;
                }
                let known = seen.entry(at).or_default();
                if !known.iter().any(|known| known.is_subset(&next)) {
                    known.push(next.clone());
                    open.push((at, next.clone()));
                }
            }
        }
    }
    true
}

/// Whether every non-empty name matches at least one of the lowered patterns or names.
pub(crate) fn covers_everything<'p>(lowered: impl Iterator<Item = &'p str>) -> bool {
    let read: Vec<Vec<Token>> = lowered.map(read).collect();
    let patterns: Vec<&[Token]> = read.iter().map(Vec::as_slice).collect();
    // Some name begins with a character that no literal begins with.
    let open_start = |pattern: &&[Token]| {
        matches!(pattern.first(), Some(Token::Any | Token::Chars { negated: true, .. }))
            || matches!(pattern.first(), Some(Token::Chars { ranges, .. }) if ranges.iter().any(|(low, high)| low != high))
    };
    if !patterns.iter().any(open_start) {
        return false;
    }
    let characters = representatives(patterns.iter().copied());
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
            if !next.iter().any(|position| is_at_end(&patterns, position)) || seen.len() > MAX_SETS {
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
fn representatives<'t>(patterns: impl Iterator<Item = &'t [Token]>) -> Vec<char> {
    let mut starts = BTreeSet::from([' ']);
    for token in patterns.flatten() {
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
fn closure(patterns: &[&[Token]], (pattern, at): (usize, usize)) -> impl Iterator<Item = (usize, usize)> {
    let tokens = patterns.get(pattern).copied().unwrap_or_default();
    let any = tokens.iter().skip(at).take_while(|token| matches!(token, Token::Any)).count();
    (at..=at + any).map(move |at| (pattern, at))
}

fn is_at_end(patterns: &[&[Token]], &(pattern, at): &(usize, usize)) -> bool {
    patterns.get(pattern).is_some_and(|tokens| tokens.len() == at)
}

/// Where a character leads from a position.
fn step(patterns: &[&[Token]], (pattern, at): (usize, usize), character: char) -> Option<(usize, usize)> {
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
    use super::{Tokens, covers_everything, is_covered};
    use crate::compiler::Glob;
    use crate::pattern::Pattern;

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

    fn tokens(glob: &str, ignore_case: bool) -> Vec<Tokens> {
        let lowered = Glob::parse(glob).expect(glob);
        let all = lowered.names.iter().chain(&lowered.patterns);
        all.filter_map(|lowered| Tokens::read(lowered, ignore_case)).collect()
    }

    fn check_covered(glob: &str, by: &[&str], expected: bool) {
        let by: Vec<Tokens> = by.iter().flat_map(|glob| tokens(glob, false)).collect();
        let by: Vec<&Tokens> = by.iter().collect();
        let covered = tokens(glob, false).iter().all(|tokens| is_covered(tokens, &by, &mut 100_000));
        assert_eq!(covered, expected, "{glob} by {by:?}");
    }

    #[test]
    fn what_is_covered_is_found() {
        check_covered("eng-core", &["eng-*"], true);
        check_covered("eng-core", &["ops-*", "*-core"], true);
        check_covered("eng-*", &["eng-*"], true);
        check_covered("eng-core-*", &["eng-*"], true);
        check_covered("a*b*c", &["a*c"], true);
        check_covered("tier-[1-3]", &["tier-?"], true);
        check_covered("tier-[1-3]", &["tier-[12]", "tier-3"], true);
        check_covered("team-?*", &["team-?", "team-??*"], true);
        check_covered("{a,b}-x", &["a-*", "*-x"], true);
        check_covered("*a", &["*"], true);
    }

    #[test]
    fn what_reaches_further_is_not_covered() {
        check_covered("eng-*", &["eng-core"], false);
        check_covered("eng-*", &["eng-?*"], false);
        check_covered("a*c", &["a*b*c"], false);
        check_covered("tier-[1-4]", &["tier-[12]", "tier-3"], false);
        check_covered("*x*", &["x*", "*x"], false);
        check_covered("tier-[!1]", &["tier-[a-z]"], false);
        check_covered("eng-core", &[], false);
    }

    #[test]
    fn letter_case_counts_unless_it_is_left_out_of_account() {
        fn check(glob: &str, ignore: bool, by: &str, by_ignore: bool, expected: bool) {
            let (of, by) = (tokens(glob, ignore), tokens(by, by_ignore));
            let by: Vec<&Tokens> = by.iter().collect();
            let covered = of.iter().all(|tokens| is_covered(tokens, &by, &mut 100_000));
            assert_eq!(covered, expected, "{glob} {ignore} {by_ignore}");
        }
        check("ENG-core", false, "eng-*", false, false);
        check("ENG-core", false, "eng-*", true, true);
        check("eng-core", true, "eng-*", false, false);
        check("eng-core", true, "ENG-*", true, true);
        check("4-*", true, "4*", false, true);
        check("KÖLN", false, "köln", true, true);
        // The Kelvin sign is a k in lower case.
        check("k", true, "[kK]", false, false);
        check("k", true, "[kK\u{212a}]", false, true);
    }

    #[test]
    fn a_spent_budget_is_a_no() {
        let (of, by) = (tokens("eng-core-*", false), tokens("eng-*", false));
        let by: Vec<&Tokens> = by.iter().collect();
        assert!(!is_covered(&of[0], &by, &mut 3));
        let mut budget = 1_000;
        assert!(is_covered(&of[0], &by, &mut budget));
        assert!(budget < 1_000, "the search is paid for");
    }

    /// Every name of up to seven characters out of three: one that no pattern names stands for all others.
    fn short_names() -> &'static [String] {
        static NAMES: std::sync::OnceLock<Vec<String>> = std::sync::OnceLock::new();
        NAMES.get_or_init(|| {
            let mut names = vec![String::new()];
            let mut start = 0;
            while names[start].chars().count() < 7 {
                let longer = ["a", "b", "é"].map(|char| format!("{}{char}", names[start]));
                names.extend(longer);
                start += 1;
            }
            names.split_off(1)
        })
    }

    #[cfg(not(target_arch = "wasm32"))]
    proptest::proptest! {
        #[test]
        fn coverage_is_what_short_names_show(
            of in "[ab\u{1}\u{2}]{1,4}",
            by in proptest::collection::vec("[ab\u{1}\u{2}]{1,3}", 0..4),
        ) {
            let is_match = |lowered: &str, name: &str| match Pattern::decode(lowered) {
                Some(pattern) => pattern.is_match(name.as_bytes()),
                None => lowered == name,
            };
            let missed = short_names().iter().find(|name| {
                is_match(&of, name) && !by.iter().any(|by| is_match(by, name))
            });
            let read: Vec<Tokens> = by.iter().filter_map(|by| Tokens::read(by, false)).collect();
            let refs: Vec<&Tokens> = read.iter().collect();
            let of = Tokens::read(&of, false).expect("letter case counts");
            proptest::prop_assert_eq!(is_covered(&of, &refs, &mut 1_000_000), missed.is_none(), "{:?}", missed);
        }
    }
}
