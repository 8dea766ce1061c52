//! Whether patterns together match every possible name, or every name that another pattern matches.
//!
//! The answer is exact. The automata of the patterns run side by side, and each step tries one representative of each
//! class of characters that the patterns distinguish. If a set of states is reached at which none of the patterns can
//! end, there is a name that they do not match.

use std::collections::{BTreeMap, BTreeSet};

use super::automaton::{Automaton, is_usable};
use crate::limits::{MAX_INCLUSION_SETS, MAX_INCLUSION_STEPS};
use crate::matching::glob::CAPTURE;

/// States of the patterns, each with the position of its pattern.
type StateSet = BTreeSet<(usize, usize)>;

/// Whether every non-empty name matches at least one of the lowered patterns or names.
pub(crate) fn covers_everything<'p>(lowered: impl Iterator<Item = &'p str>) -> bool {
    let lowered: Vec<&str> = lowered.collect();
    // Only a pattern that begins with a wildcard or a class can match every first character, and few do.
    if !lowered.iter().any(|text| text.bytes().next().is_some_and(|first| first <= CAPTURE)) {
        return false;
    }
    let automata: Vec<Automaton> = lowered.into_iter().map(Automaton::of_glob).collect();
    cover_everything(&automata.iter().collect::<Vec<_>>())
}

/// Whether every non-empty name matches at least one of the patterns.
pub(crate) fn cover_everything(patterns: &[&Automaton]) -> bool {
    // There is always a name that begins with a character that no literal begins with.
    if !patterns.iter().any(|pattern| pattern.is_open()) {
        return false;
    }
    let characters = representatives(patterns);
    let start =
        (0..).zip(patterns).flat_map(|(at, pattern)| pattern.begin().iter().map(move |&state| (at, state)));
    let start: StateSet = start.collect();
    let mut steps = 0;
    let mut seen = vec![start.clone()];
    let mut open = vec![start];
    while let Some(from) = open.pop() {
        for character in &characters {
            let step = |&(at, state): &(usize, usize)| {
                let reached = patterns.get(at).map(|pattern| pattern.step(state, *character));
                reached.unwrap_or_default().iter().map(move |&state| (at, state))
            };
            let next: StateSet = from.iter().flat_map(step).collect();
            let at_end =
                |&(at, state): &(usize, usize)| patterns.get(at).is_some_and(|pattern| pattern.is_end(state));
            steps += from.len();
            if !next.iter().any(at_end) || steps > MAX_INCLUSION_STEPS || seen.len() > MAX_INCLUSION_SETS {
                return false;
            }
            // A set with more states matches at least as many names, so nothing is left to check if a subset of it is
            // known.
            if !seen.iter().any(|known| known.is_subset(&next)) {
                seen.push(next.clone());
                open.push(next);
            }
        }
    }
    true
}

/// Whether every name that `pattern` matches is matched by one of `by`.
///
/// Each step of the search is subtracted from `budget`; if it is spent, the answer is `false`.
pub(crate) fn is_covered(pattern: &Automaton, by: &[&Automaton], budget: &mut usize) -> bool {
    let all: Vec<&Automaton> = by.iter().copied().chain([pattern]).collect();
    let characters = representatives(&all);
    let states =
        |other: usize, reached: &[usize]| reached.iter().map(move |at| (other, *at)).collect::<Vec<_>>();
    let start: StateSet = (0..).zip(by).flat_map(|(at, other)| states(at, other.begin())).collect();
    // For each state of the pattern, the sets of states of the others with which it has been reached.
    let mut seen: BTreeMap<usize, Vec<StateSet>> = BTreeMap::new();
    let mut open: Vec<(usize, StateSet)> = pattern.begin().iter().map(|at| (*at, start.clone())).collect();
    while let Some((at, from)) = open.pop() {
        for character in &characters {
            let reached = pattern.step(at, *character);
            if reached.is_empty() {
                continue;
            }
            let Some(left) = budget.checked_sub(1 + from.len()) else { return false };
            *budget = left;
            let step = |&(other, state): &(usize, usize)| {
                let reached = by.get(other).map(|other| other.step(state, *character));
                states(other, reached.unwrap_or_default())
            };
            let next: StateSet = from.iter().flat_map(step).collect();
            let at_end = |&(other, state): &(usize, usize)| by.get(other).is_some_and(|it| it.is_end(state));
            let escapes = !next.iter().any(at_end);
            for &state in reached {
                if escapes && pattern.is_end(state) {
                    return false;
                }
                let known = seen.entry(state).or_default();
                // A set with more states matches at least as many names, so nothing is left to check if a subset of it
                // is known.
                if !known.iter().any(|known| known.is_subset(&next)) {
                    known.push(next.clone());
                    open.push((state, next.clone()));
                }
            }
        }
    }
    true
}

/// Whether some text matches at least one pattern of each of `required`, and none of `excluded`. The text may be empty.
///
/// Each step of the search is subtracted from `budget`; if it is spent, the answer is `true`.
pub(crate) fn has_common_text(
    required: &[Vec<Automaton>],
    excluded: &[Automaton],
    budget: &mut usize,
) -> bool {
    let groups = (0..).zip(required).flat_map(|(group, of)| of.iter().map(move |it| (Some(group), it)));
    let all: Vec<(Option<usize>, &Automaton)> = groups.chain(excluded.iter().map(|it| (None, it))).collect();
    let characters = representatives(&all.iter().map(|(_, automaton)| *automaton).collect::<Vec<_>>());
    let start = (0..).zip(&all).flat_map(|(at, (_, it))| it.begin().iter().map(move |state| (at, *state)));
    let start: StateSet = start.collect();
    // Whether each required group, or one that is excluded, has a state that passes.
    let all_have = |set: &StateSet, passes: &dyn Fn(&Automaton, usize) -> bool| {
        let has = |wanted: Option<usize>| {
            set.iter().any(|(at, state)| {
                all.get(*at).is_some_and(|(group, it)| *group == wanted && passes(it, *state))
            })
        };
        (0..required.len()).all(|group| has(Some(group))).then(|| has(None))
    };
    let (mut seen, mut open) = (BTreeSet::from([start.clone()]), vec![start]);
    while let Some(from) = open.pop() {
        if all_have(&from, &|it, state| it.is_end(state)) == Some(false) {
            return true;
        }
        for character in &characters {
            let Some(left) = budget.checked_sub(1 + from.len()) else { return true };
            *budget = left;
            let step = |(at, state): &(usize, usize)| {
                let reached = all.get(*at).map(|(_, it)| it.step(*state, *character)).unwrap_or_default();
                reached.iter().map(|state| (*at, *state)).collect::<Vec<_>>()
            };
            let next: StateSet = from.iter().flat_map(step).collect();
            // A required group without states matches no longer text.
            if all_have(&next, &|_, _| true).is_some() && seen.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    false
}

/// One character of each class that the patterns distinguish, if a name can contain it.
fn representatives(patterns: &[&Automaton]) -> BTreeSet<char> {
    let borders = patterns.iter().flat_map(|pattern| pattern.borders());
    // A character that names cannot contain is replaced with the next one that they can.
    [' ']
        .into_iter()
        .chain(borders)
        .filter_map(|char| (char..=char::MAX).find(|char| is_usable(*char)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::automaton::Automaton;
    use super::super::folding::fold_pattern;
    use super::{covers_everything, is_covered};
    #[cfg(not(target_arch = "wasm32"))]
    use crate::matching::glob::Pattern;
    use crate::patterns::Glob;

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
    fn cover_everything_alone_and_together() {
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
    fn cover_everything_is_false_if_one_name_is_missed() {
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

    fn tokens(glob: &str, ignore_case: bool) -> Vec<Automaton> {
        let lowered = Glob::parse(glob).expect(glob);
        let all = lowered.names.iter().chain(&lowered.patterns);
        let case = |lowered: &String| if ignore_case { fold_pattern(lowered) } else { lowered.clone() };
        all.map(|lowered| Automaton::of_glob_as(&case(lowered), ignore_case)).collect()
    }

    fn check_covered(glob: &str, by: &[&str], expected: bool) {
        let by: Vec<Automaton> = by.iter().flat_map(|glob| tokens(glob, false)).collect();
        let by: Vec<&Automaton> = by.iter().collect();
        let covered = tokens(glob, false).iter().all(|tokens| is_covered(tokens, &by, &mut 100_000));
        assert_eq!(covered, expected, "{glob} by {by:?}");
    }

    #[test]
    fn is_covered_if_every_name_matches() {
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
    fn is_covered_is_false_if_a_name_is_missed() {
        check_covered("eng-*", &["eng-core"], false);
        check_covered("eng-*", &["eng-?*"], false);
        check_covered("a*c", &["a*b*c"], false);
        check_covered("tier-[1-4]", &["tier-[12]", "tier-3"], false);
        check_covered("*x*", &["x*", "*x"], false);
        check_covered("tier-[!1]", &["tier-[a-z]"], false);
        check_covered("eng-core", &[], false);
    }

    #[test]
    fn is_covered_distinguishes_letter_case_unless_it_is_ignored() {
        fn check(glob: &str, ignore: bool, by: &str, by_ignore: bool, expected: bool) {
            let (of, by) = (tokens(glob, ignore), tokens(by, by_ignore));
            let by: Vec<&Automaton> = by.iter().collect();
            let covered = of.iter().all(|tokens| is_covered(tokens, &by, &mut 100_000));
            assert_eq!(covered, expected, "{glob} {ignore} {by_ignore}");
        }
        check("ENG-core", false, "eng-*", false, false);
        check("ENG-core", false, "eng-*", true, true);
        check("eng-core", true, "eng-*", false, false);
        check("eng-core", true, "ENG-*", true, true);
        check("4-*", true, "4*", false, true);
        check("KÖLN", false, "köln", true, true);
        check("ΟΔΟΣ", false, "οδος", true, true);
        check("[À-Ö]*", false, "[à-ö]*", true, true);
        check("[!à-ö]x", true, "[!À-Ö]x", true, true);
        check("[!à-ö]x", false, "[!À-Ö]x", true, false);
        // The sign of the unit is a k as well.
        check("k", true, "[kK]", false, false);
        check("k", true, "[kK\u{212a}]", false, true);
    }

    #[test]
    fn is_covered_is_false_after_the_budget_is_spent() {
        let (of, by) = (tokens("eng-core-*", false), tokens("eng-*", false));
        let by: Vec<&Automaton> = by.iter().collect();
        assert!(!is_covered(&of[0], &by, &mut 3));
        let mut budget = 1_000;
        assert!(is_covered(&of[0], &by, &mut budget));
        assert!(budget < 1_000, "the search is paid for");
    }

    /// Every name of up to seven characters out of three; `é`, which is in no pattern, represents all others.
    #[cfg(not(target_arch = "wasm32"))]
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
        fn is_covered_agrees_with_all_short_names(
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
            let read: Vec<Automaton> = by.iter().map(|by| Automaton::of_glob(by)).collect();
            let refs: Vec<&Automaton> = read.iter().collect();
            let of = Automaton::of_glob(&of);
            proptest::prop_assert_eq!(is_covered(&of, &refs, &mut 1_000_000), missed.is_none(), "{:?}", missed);
        }
    }
}
