//! What sources make of names before rules see them, done to a mapping's own names, and asked of its patterns.

use std::collections::BTreeSet;

use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::model::{Alias, Connection, Matches, OwnedForm, OwnedSource, Rule};
use super::yaml::Spanned;
use crate::patterns::automaton::{Automaton, Transition, is_usable};
use crate::text::invisible;

/// How names are tidied: the key `normalize` of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tidying {
    pub(crate) nfc: bool,
    pub(crate) trim: bool,
}

impl Tidying {
    pub(crate) const NONE: Self = Self { nfc: false, trim: false };

    pub(crate) fn of(source: &OwnedSource) -> Self {
        Self { nfc: source.nfc, trim: source.trim }
    }

    /// What all of some sources do.
    pub(crate) fn of_all<'s>(sources: impl Iterator<Item = &'s OwnedSource>) -> Self {
        let both =
            |left: Self, right: Self| Self { nfc: left.nfc && right.nfc, trim: left.trim && right.trim };
        sources.map(Self::of).reduce(both).unwrap_or(Self::NONE)
    }

    /// A name as rules see it after the source: `nfc` comes first.
    pub(crate) fn tidy(self, name: &str) -> String {
        let mut tidied: String = if self.nfc { name.nfc().collect() } else { name.to_owned() };
        if self.trim {
            let mut trimmed = Vec::new();
            invisible::trim_into(tidied.as_bytes(), &mut trimmed);
            tidied = String::from_utf8_lossy(&trimmed).into_owned();
        }
        tidied
    }

    /// Whether a pattern matches a name that is tidy.
    ///
    /// It looks at decomposed letters only where the pattern names their characters in a row, so `false`
    /// is certain.
    pub(crate) fn can_match(self, pattern: &Automaton) -> bool {
        let mut seen = BTreeSet::new();
        let mut open: Vec<(usize, Last)> = pattern.begin().iter().map(|place| (*place, Last::None)).collect();
        while let Some((place, last)) = open.pop() {
            let may_end = last != Last::None && !(self.trim && last == Last::Space);
            if may_end && pattern.is_end(place) {
                return true;
            }
            let Some(Transition { ranges, reached }) = pattern.transition(place) else { continue };
            let mut lead = |last: Last| {
                open.extend(reached.iter().map(|place| (*place, last)).filter(|it| seen.insert(*it)));
            };
            match ranges {
                [(char, high)] if char == high && *char != ' ' => {
                    if self.is_tidy(*char) && self.may_follow(last, *char) {
                        lead(Last::This(*char));
                    }
                }
                _ => {
                    if ranges.iter().any(|(low, high)| (*low..=*high).any(|it| it != ' ' && self.is_tidy(it)))
                    {
                        lead(Last::Other);
                    }
                    let has_space = ranges.iter().any(|(low, high)| (*low..=*high).contains(&' '));
                    if has_space && !(self.trim && last == Last::None) {
                        lead(Last::Space);
                    }
                }
            }
        }
        false
    }

    fn is_tidy(self, char: char) -> bool {
        is_usable(char)
            && !(self.trim && invisible::tidied(char) != Some(char))
            && (!self.nfc || is_nfc(char.encode_utf8(&mut [0; 4])))
    }

    fn may_follow(self, last: Last, char: char) -> bool {
        match last {
            Last::This(before) if self.nfc => is_nfc(&String::from_iter([before, char])),
            _ => true,
        }
    }
}

/// The last character of a name that has been followed so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Last {
    None,
    Space,
    This(char),
    /// One of several.
    Other,
}

/// The sources of all connections.
pub(crate) fn sources(connections: &[Connection]) -> impl Iterator<Item = &OwnedSource> {
    connections.iter().flat_map(|connection| &connection.sources)
}

/// What is certain of all names that rules see: a part of an entry need not be tidy because the entry is.
pub(crate) fn certain(connections: &[Connection]) -> Tidying {
    let plain = sources(connections).all(|source| source.form == OwnedForm::Plain);
    if plain { Tidying::of_all(sources(connections)) } else { Tidying::NONE }
}

/// Tidies the exact names and the aliases of an organization as all of its sources tidy what arrives.
pub(crate) fn tidy_names(connections: &[Connection], rules: &mut [Rule], aliases: &mut [Alias]) {
    let tidying = Tidying::of_all(sources(connections));
    if tidying == Tidying::NONE {
        return;
    }
    let exact = rules.iter_mut().flat_map(|rule| match &mut rule.matches {
        Matches::Everyone => Vec::new(),
        Matches::Groups { any, all, none, .. } => {
            let patterns = any.iter_mut().chain(all).chain(none);
            patterns.flat_map(|patterns| &mut patterns.exact).collect()
        }
    });
    let tidy = |name: &mut Spanned<String>| name.value = tidying.tidy(&name.value);
    exact.for_each(tidy);
    aliases.iter_mut().flat_map(|alias| [&mut alias.id, &mut alias.name]).for_each(tidy);
}

#[cfg(test)]
mod tests {
    use super::Tidying;
    use crate::patterns::Glob;
    use crate::patterns::automaton::Automaton;

    const TRIM: Tidying = Tidying { nfc: false, trim: true };
    const NFC: Tidying = Tidying { nfc: true, trim: false };
    const BOTH: Tidying = Tidying { nfc: true, trim: true };

    #[test]
    fn letters_are_composed_before_spaces_go() {
        assert_eq!(BOTH.tidy("\u{200b}Ko\u{308}ln\u{a0}Su\u{308}d "), "Köln Süd");
        assert_eq!(BOTH.tidy("Ko\u{200b}\u{308}ln"), "Ko\u{308}ln");
        assert_eq!(NFC.tidy(" a "), " a ");
        assert_eq!(TRIM.tidy(" o\u{308} "), "o\u{308}");
        assert_eq!(Tidying::NONE.tidy(" o\u{308} "), " o\u{308} ");
    }

    fn check(tidying: Tidying, glob: &str, expected: bool) {
        let lowered = Glob::parse(glob).expect(glob);
        let all = lowered.names.iter().chain(&lowered.patterns);
        let mut all = all.map(|lowered| Automaton::of_glob(lowered));
        let can_match = all.any(|automaton| tidying.can_match(&automaton));
        assert_eq!(can_match, expected, "{glob:?} {tidying:?}");
    }

    #[test]
    fn a_pattern_that_no_tidy_name_matches_is_found() {
        for glob in
            [" eng-*", "eng-* ", "*\u{200b}*", "eng\u{a0}*", "[ ]x*", "*[\u{a0}\u{2003}]*", "\u{3000}*", "? "]
        {
            check(TRIM, glob, false);
            check(Tidying::NONE, glob, true);
        }
        for glob in ["*o\u{308}*", "\u{212b}*", "[!a]*e\u{301}", "[\u{340}\u{341}]*", "*\u{302}\u{323}*"] {
            check(NFC, glob, false);
            check(TRIM, glob, true);
        }
    }

    #[test]
    fn a_pattern_that_some_tidy_name_matches_is_not() {
        for glob in ["eng *", "* *", "[ x]*", "*", "?", "a ?", "[!a]*", "{ x,x}*", "日本"] {
            check(BOTH, glob, true);
        }
        for glob in ["ö*", "*\u{308}", "?\u{308}", "[ao]\u{308}", "q\u{308}*", "\u{308}x"] {
            check(BOTH, glob, true);
        }
        check(NFC, " eng-* ", true);
        check(NFC, "*\u{200b}", true);
    }

    /// Every pattern of a few characters against every name of a few, tidied.
    #[test]
    fn what_cannot_match_matches_no_tidy_name() {
        let chars = ["a", "o", "\u{308}", "ö", " ", "\u{a0}", "\u{200b}", "\u{212b}"];
        let longer = |texts: &[String], chars: &[&str]| -> Vec<String> {
            texts.iter().flat_map(|text| chars.iter().map(move |char| format!("{text}{char}"))).collect()
        };
        let all = |chars: &[&str], most: usize| {
            let (mut all, mut last) = (Vec::new(), vec![String::new()]);
            for _ in 0..most {
                last = longer(&last, chars);
                all.extend(last.iter().cloned());
            }
            all
        };
        let names = all(&chars, 4);
        for glob in all(&[&chars[..], &["*", "?", "[o ]"]].concat(), 3) {
            let Ok(lowered) = Glob::parse(&glob) else { continue };
            for tidying in [TRIM, NFC] {
                let mut automata =
                    lowered.names.iter().chain(&lowered.patterns).map(|it| Automaton::of_glob(it));
                let claimed = automata.any(|it| tidying.can_match(&it));
                let tidy = |name: &&String| !name.is_empty() && tidying.tidy(name) == **name;
                let matched = names.iter().filter(tidy).any(|name| lowered.is_match(name));
                assert!(claimed || !matched, "{glob:?} {tidying:?}");
            }
        }
    }
}
