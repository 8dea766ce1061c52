//! Whether patterns, taken together, match every name there can be.
//!
//! Decided exactly, on the automata of the patterns: a set of places in them is followed through one
//! representative of each class of characters that the patterns tell apart. A name that ends where no pattern is
//! at its end is one that they do not match.

use std::collections::BTreeSet;

use super::automaton::{Automaton, is_usable};

/// After how many steps from a place in a pattern the search gives up and answers no.
///
/// Patterns that cover everything do so within a few; no set of rules written by a person comes near.
const MAX_STEPS: usize = 500_000;

/// After how many sets of places it gives up; each is compared with all before it.
const MAX_SETS: usize = 2_000;

/// A pattern, and a place in it.
type Places = BTreeSet<(usize, usize)>;

/// Whether every non-empty name matches at least one of the lowered patterns or names.
pub(crate) fn covers_everything<'p>(lowered: impl Iterator<Item = &'p str>) -> bool {
    let automata: Vec<Automaton> = lowered.map(Automaton::of_glob).collect();
    cover_everything(&automata.iter().collect::<Vec<_>>())
}

/// Whether every non-empty name matches at least one of the patterns.
pub(crate) fn cover_everything(patterns: &[&Automaton]) -> bool {
    // Some name begins with a character that no literal begins with.
    if !patterns.iter().any(|pattern| pattern.is_open()) {
        return false;
    }
    let characters = representatives(patterns);
    let start =
        (0..).zip(patterns).flat_map(|(at, pattern)| pattern.begin().iter().map(move |&place| (at, place)));
    let start: Places = start.collect();
    let mut steps = 0;
    let mut seen = vec![start.clone()];
    let mut open = vec![start];
    while let Some(from) = open.pop() {
        for character in &characters {
            let step = |&(at, place): &(usize, usize)| {
                let reached = patterns.get(at).map(|pattern| pattern.step(place, *character));
                reached.unwrap_or_default().iter().map(move |&place| (at, place))
            };
            let next: Places = from.iter().flat_map(step).collect();
            let at_end =
                |&(at, place): &(usize, usize)| patterns.get(at).is_some_and(|pattern| pattern.is_end(place));
            steps += from.len();
            if !next.iter().any(at_end) || steps > MAX_STEPS || seen.len() > MAX_SETS {
                return false;
            }
            // More places match no fewer names: what holds of a set holds of those that include it.
            if !seen.iter().any(|known| known.is_subset(&next)) {
                seen.push(next.clone());
                open.push(next);
            }
        }
    }
    true
}

/// One character of each class that the patterns tell apart, among those that a name can hold.
fn representatives(patterns: &[&Automaton]) -> BTreeSet<char> {
    let borders = patterns.iter().flat_map(|pattern| pattern.borders());
    // Characters that no name holds are stood in for by the next one that some does.
    [' ']
        .into_iter()
        .chain(borders)
        .filter_map(|char| (char..=char::MAX).find(|char| is_usable(*char)))
        .collect()
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
