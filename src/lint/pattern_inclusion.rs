//! Whether all names that a pattern matches are matched by other patterns.
//!
//! Names are looked up. Globs and regular expressions are compared as text. If that and a few sample names do not
//! decide, they are compared as automata. Names are folded if letter case is ignored.

use super::budget::spend;
use super::pattern_set::{Aliased, FoldableGlob, PatternSet};
use crate::limits::MAX_FOLLOWED_NAMES;
use crate::matching::glob::{ANY, CLASS, CLASS_END, NEGATED_CLASS, ONE};
use crate::patterns::automaton::Automaton;
use crate::patterns::folding::{fold, same_letter};
use crate::patterns::inclusion;
use crate::patterns::regex::ParsedRegex;

/// What a step in automata costs, and what building the automaton of a regular expression costs, where looking up a
/// name costs 1.
const STEP_COST: usize = 32;
const REGEX_COST: usize = 1_000;

/// A pattern that is compared as an automaton.
enum PatternForAutomaton<'p> {
    /// A lowered glob or a name, folded if letter case is ignored.
    Glob(&'p str, bool),
    Regex(&'p ParsedRegex),
}

impl PatternSet<'_> {
    /// Whether every name that `other` matches is matched by this set; `false` if the budget is spent.
    pub(super) fn covers(&self, other: &PatternSet<'_>, budget: &mut usize) -> bool {
        let mut afford = || spend(budget, 1 + self.globs.len() + self.regexes.len());
        let names = other.exact.iter().all(|name| afford() && self.matches(name));
        let aliased = names && other.aliased.iter().all(|aliased| afford() && self.covers_alias(aliased));
        aliased
            && other.folded.iter().all(|name| self.covers_folded(name, budget))
            && other.globs.iter().all(|glob| self.covers_glob(glob, budget))
            && other.regexes.iter().all(|regex| self.covers_regex(regex, budget))
    }

    /// Whether a name that is not an alias matches.
    pub(super) fn matches(&self, name: &str) -> bool {
        self.exact.binary_search_by(|exact| exact.as_ref().cmp(name)).is_ok()
            || !self.folded.is_empty() && self.folded.binary_search(&fold(name)).is_ok()
            || self.globs.iter().any(|glob| glob.is_match(name))
            || !self.regexes.is_empty() && self.is_regex_match(name)
    }

    /// Whether the groups of an alias match: because of its name, or because of another pattern that it matches.
    fn covers_alias(&self, aliased: &Aliased<'_>) -> bool {
        let name = aliased.name.as_ref();
        if self.aliased.binary_search(aliased).is_ok() {
            return true;
        }
        if aliased.ignore_case {
            // Several aliases may have this name in other letter case.
            return self.folded.binary_search_by(|folded| folded.as_str().cmp(name)).is_ok()
                || self.globs.iter().any(|glob| glob.ignore_case && glob.is_match(name));
        }
        let lower = Aliased { name: fold(name).into(), ignore_case: true };
        self.aliased.binary_search(&lower).is_ok() || self.matches(name)
    }

    fn covers_folded(&self, name: &str, budget: &mut usize) -> bool {
        if !spend(budget, 1 + self.globs.len()) {
            return false;
        }
        self.folded.binary_search_by(|folded| folded.as_str().cmp(name)).is_ok()
            || self.globs.iter().any(|glob| glob.ignore_case && glob.is_match(name))
            || name.chars().all(|char| same_letter(char) == [char]) && self.matches(name)
            || self.includes_automaton(&PatternForAutomaton::Glob(name, true), budget)
    }

    fn covers_glob(&self, glob: &FoldableGlob, budget: &mut usize) -> bool {
        if !spend(budget, 1 + self.globs.len()) {
            return false;
        }
        self.globs.binary_search(glob).is_ok()
            || self.includes_automaton(&PatternForAutomaton::Glob(&glob.lowered, glob.ignore_case), budget)
    }

    fn covers_regex(&self, regex: &ParsedRegex, budget: &mut usize) -> bool {
        if self.regexes.binary_search(&regex).is_ok() {
            return true;
        }
        // With names alone nothing is compared: a list of names that includes a regular expression is unlikely.
        let may = !self.globs.is_empty() || !self.regexes.is_empty();
        may && spend(budget, REGEX_COST)
            && self.includes_automaton(&PatternForAutomaton::Regex(regex), budget)
    }

    /// Compares automata, if a few sample names of the pattern match.
    fn includes_automaton(&self, compared: &PatternForAutomaton<'_>, budget: &mut usize) -> bool {
        let pattern = match compared {
            PatternForAutomaton::Glob(lowered, ignore_case) => {
                let may = |filling| witness(lowered, filling).is_none_or(|name| self.matches(&name));
                if !["", "\u{e000}\u{e001}"].into_iter().all(may) {
                    return false;
                }
                Automaton::of_glob_as(lowered, *ignore_case)
            }
            PatternForAutomaton::Regex(regex) => regex.automaton(),
        };
        if !spend(budget, self.regexes.len() * REGEX_COST) {
            return false;
        }
        let own: Vec<&Automaton> = self.automata.get_or_init(|| self.build_automata()).iter().collect();
        let given = *budget / STEP_COST;
        let mut left = given;
        let covered = inclusion::is_covered(&pattern, &own, &mut left);
        spend(budget, (given - left) * STEP_COST);
        covered
    }

    /// Whether there are few enough names for automata: names help to include a glob only if it matches few names.
    fn has_few_names(&self) -> bool {
        self.exact.len() + self.folded.len() <= MAX_FOLLOWED_NAMES
    }

    /// The automata of all patterns, for names as they arrive.
    fn build_automata(&self) -> Vec<Automaton> {
        let mut automata = Vec::new();
        if self.has_few_names() {
            automata.extend(self.exact.iter().map(|name| Automaton::of_glob(name)));
            automata.extend(self.folded.iter().map(|name| Automaton::of_glob_as(name, true)));
        }
        let globs = self.globs.iter();
        automata.extend(globs.map(|glob| Automaton::of_glob_as(&glob.lowered, glob.ignore_case)));
        automata.extend(self.regexes.iter().map(|regex| regex.automaton()));
        automata
    }
}

/// A name that a lowered pattern matches, with `filling` for any characters.
pub(super) fn witness(lowered: &str, filling: &str) -> Option<String> {
    let mut name = String::new();
    let mut rest = lowered.chars();
    while let Some(char) = rest.next() {
        match u8::try_from(char) {
            Ok(ANY) => name.push_str(filling),
            Ok(ONE) => name.push('\u{e002}'),
            Ok(CLASS) => {
                name.push(rest.next()?);
                rest.by_ref().find(|char| *char == char::from(CLASS_END));
            }
            Ok(NEGATED_CLASS) => {
                let listed: Vec<char> =
                    rest.by_ref().take_while(|char| *char != char::from(CLASS_END)).collect();
                let is_listed = |char: char| {
                    listed.as_chunks::<2>().0.iter().any(|[low, high]| (*low..=*high).contains(&char))
                };
                name.push(['\u{e003}', 'a', '0', '-'].into_iter().find(|char| !is_listed(*char))?);
            }
            _ => name.push(char),
        }
    }
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::super::prepared::Prepared;
    use super::super::samples::{alias, exact, glob, grant, ignoring_case, organization, regex};
    use crate::language::model::Patterns;

    pub(super) fn covers(aliases: &[&str], one: Patterns, other: Patterns) -> bool {
        let mut acme = organization(vec![grant("one", one, &["x"]), grant("other", other, &["x"])]);
        acme.aliases = aliases.iter().map(|name| alias(&format!("id of {name}"), name)).collect();
        let prepared = Prepared::of(&acme);
        prepared.rules[0].any.covers(&prepared.rules[1].any, &mut 1_000_000)
    }

    fn check(one: Patterns, other: Patterns, expected: bool) {
        let message = format!("{one:?} covers {other:?}");
        assert_eq!(covers(&[], one, other), expected, "{message}");
    }

    #[test]
    fn covers_ignores_letter_case_if_the_patterns_do() {
        check(ignoring_case(glob(&["ENG-*"])), exact(&["eng-Core"]), true);
        check(ignoring_case(glob(&["ENG-*"])), glob(&["Eng-x*", "eng-?"]), true);
        check(ignoring_case(glob(&["ENG-*"])), ignoring_case(glob(&["eng-[a-c]*"])), true);
        check(ignoring_case(glob(&["[A-F]x"])), ignoring_case(glob(&["[A-C]X"])), true);
        check(ignoring_case(exact(&["KÖLN"])), exact(&["Köln"]), true);
        check(glob(&["4-*"]), ignoring_case(glob(&["4-${n}"])), true);
        check(exact(&["4711"]), ignoring_case(exact(&["4711"])), true);
        check(glob(&["eng-*"]), ignoring_case(exact(&["eng-core"])), false);
        check(ignoring_case(glob(&["[A-F]x"])), glob(&["ax", "[a]x"]), true);
    }

    #[test]
    fn covers_compares_folded_characters() {
        check(glob(&["[iI]*"]), ignoring_case(glob(&["i*"])), true);
        check(glob(&["[kK]*"]), ignoring_case(glob(&["k*"])), false);
        check(glob(&["[kK\u{212a}]*"]), ignoring_case(glob(&["k*"])), true);
        check(glob(&["??"]), ignoring_case(glob(&["??"])), true);
        check(ignoring_case(glob(&["?"])), glob(&["?"]), true);
        check(ignoring_case(glob(&["[α-ω]*"])), exact(&["ΟΔΟΣ", "οδος", "οδοσ"]), true);
        check(ignoring_case(glob(&["[à-þ]*"])), ignoring_case(glob(&["[À-Ö]x"])), true);
        check(ignoring_case(exact(&["straße"])), exact(&["STRAẞE"]), true);
        check(ignoring_case(glob(&["a-${x}"])), glob(&["A-${x}-b", "a-?"]), true);
        check(ignoring_case(glob(&["a-${x}"])), glob(&["A-?", "a-İ"]), true);
    }

    #[test]
    fn covers_compares_regular_expressions_with_all_patterns() {
        check(regex(&["team-[a-z]+"]), exact(&["team-a", "team-bc"]), true);
        check(regex(&["team-[a-z]+"]), exact(&["team-A"]), false);
        check(ignoring_case(regex(&["team-[a-z]+"])), exact(&["team-A"]), true);
        check(regex(&["team-.+"]), glob(&["team-?*", "team-x-*"]), true);
        check(regex(&["team-.+"]), glob(&["team-*"]), false);
        check(glob(&["team-*"]), regex(&["team-(a|b)+"]), true);
        check(glob(&["team-?"]), regex(&["team-(a|b)+"]), false);
        check(regex(&["[a-z]+"]), regex(&["[a-f]{2,3}"]), true);
        check(regex(&["[a-f]+"]), ignoring_case(regex(&["a"])), false);
    }

    #[test]
    fn covers_treats_an_alias_as_its_ids() {
        assert!(covers(&["SG"], exact(&["SG"]), exact(&["SG"])));
        assert!(covers(&["SG"], glob(&["S*"]), exact(&["SG"])));
        assert!(covers(&["SG"], ignoring_case(exact(&["sg"])), exact(&["SG"])));
        assert!(covers(&["SG"], ignoring_case(glob(&["s*"])), ignoring_case(exact(&["sg"]))));
        assert!(
            !covers(&["SG"], exact(&["SG"]), glob(&["{SG,x}"])),
            "the glob matches a group with the name itself"
        );
        assert!(!covers(&["SG"], exact(&["SG", "SH"]), glob(&["S[GH]"])));
        assert!(!covers(&["SG"], exact(&["SG"]), ignoring_case(exact(&["sg"]))));
        assert!(covers(&[], exact(&["SG", "SH"]), glob(&["S[GH]"])));
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod laws {
    use super::super::samples::{exact, glob, ignoring_case};
    use super::tests::covers;
    use crate::language::model::Patterns;
    use crate::matching::glob::Pattern;
    use crate::patterns::folding::{fold, fold_pattern};

    /// Whether patterns match a name, by their lowered form.
    fn is_match(patterns: &Patterns, name: &str) -> bool {
        let case = |text: &str| if patterns.ignore_case { fold(text) } else { text.to_owned() };
        let name = case(name);
        let globs = patterns.glob.iter().flat_map(|glob| &glob.parsed);
        patterns.exact.iter().any(|exact| case(&exact.value) == name)
            || globs.into_iter().any(|glob| {
                let lower = |lowered: &String| match patterns.ignore_case {
                    true => fold_pattern(lowered),
                    false => lowered.clone(),
                };
                let is_match = |lowered: &String| {
                    let lowered = lower(lowered);
                    Pattern::decode(&lowered).is_some_and(|it| it.is_match(name.as_bytes()))
                };
                glob.names.iter().any(|own| case(own) == name) || glob.patterns.iter().any(is_match)
            })
    }

    /// Every name of up to four characters, among them `İ`, which does not fold, and `ſ`, which folds to `s`.
    fn short_names() -> impl Iterator<Item = String> {
        let longer = |names: Vec<String>| -> Vec<String> {
            let with = |name: &String| ["i", "S", "ſ", "İ", "b"].map(|char| format!("{name}{char}"));
            names.iter().flat_map(with).collect()
        };
        let lengths =
            core::iter::successors(Some(vec![String::new()]), move |names| Some(longer(names.clone())));
        lengths.skip(1).take(4).flatten()
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(400))]
        #[test]
        fn covers_is_true_only_if_every_name_matches(
            one in proptest::collection::vec(r"([iSİb?*ſ]|\[iİ\]|\[a-s\]|\[!ſb\]){1,3}", 1..4),
            one_ignores_case: bool,
            other in r"([iSİb?*ſ]|\[iİ\]|\[a-s\]|\[!ſb\]){1,4}",
            other_ignores_case: bool,
        ) {
            let read = |texts: &[&str], ignores_case| {
                let (globs, names): (Vec<&str>, Vec<&str>) =
                    texts.iter().partition(|text| text.contains(['*', '?', '[']));
                let patterns = Patterns { exact: exact(&names).exact, ..glob(&globs) };
                if ignores_case { ignoring_case(patterns) } else { patterns }
            };
            let texts: Vec<&str> = one.iter().map(String::as_str).collect();
            let (one, other) = (|| read(&texts, one_ignores_case), || read(&[&other], other_ignores_case));
            let globs = [one().glob, other().glob].concat();
            proptest::prop_assume!(globs.iter().all(|glob| glob.parsed.is_ok()));
            let missed = || short_names().find(|name| is_match(&other(), name) && !is_match(&one(), name));
            if covers(&[], one(), other()) {
                proptest::prop_assert_eq!(missed(), None);
            }
        }
    }
}
