//! How sources normalize names before rules see them: applied to the names in a mapping, and compared with its
//! patterns.

use std::collections::BTreeSet;

use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::model::{Alias, Connection, Matches, OwnedForm, OwnedSource, Rule};
use super::yaml::Spanned;
use crate::patterns::automaton::{Automaton, Transition, is_usable};
use crate::text::invisible;

/// How a source normalizes names: its key `normalize`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Normalization {
    pub(crate) nfc: bool,
    pub(crate) trim: bool,
}

impl Normalization {
    pub(crate) const NONE: Self = Self { nfc: false, trim: false };

    pub(crate) fn of(source: &OwnedSource) -> Self {
        Self { nfc: source.nfc, trim: source.trim }
    }

    /// The steps that all of these sources have in common.
    pub(crate) fn of_all<'s>(sources: impl Iterator<Item = &'s OwnedSource>) -> Self {
        let both =
            |left: Self, right: Self| Self { nfc: left.nfc && right.nfc, trim: left.trim && right.trim };
        sources.map(Self::of).reduce(both).unwrap_or(Self::NONE)
    }

    /// A name as rules see it after the source; `nfc` is applied before `trim`.
    pub(crate) fn normalize(self, name: &str) -> String {
        let mut normalized: String = if self.nfc { name.nfc().collect() } else { name.to_owned() };
        if self.trim {
            let mut trimmed = Vec::new();
            invisible::trim_into(normalized.as_bytes(), &mut trimmed);
            normalized = String::from_utf8_lossy(&trimmed).into_owned();
        }
        normalized
    }

    /// Whether a pattern may match a normalized name.
    ///
    /// `false` is certain; `true` is not, as decomposed letters are only found where the pattern has their characters
    /// next to each other.
    pub(crate) fn can_match(self, pattern: &Automaton) -> bool {
        let mut seen = BTreeSet::new();
        let mut open: Vec<(usize, Last)> = pattern.begin().iter().map(|state| (*state, Last::None)).collect();
        while let Some((state, last)) = open.pop() {
            let may_end = last != Last::None && !(self.trim && last == Last::Space);
            if may_end && pattern.is_end(state) {
                return true;
            }
            let Some(Transition { ranges, reached }) = pattern.transition(state) else { continue };
            let mut lead = |last: Last| {
                open.extend(reached.iter().map(|state| (*state, last)).filter(|it| seen.insert(*it)));
            };
            match ranges {
                [(char, high)] if char == high && *char != ' ' => {
                    if self.is_normalized(*char) && self.may_follow(last, *char) {
                        lead(Last::This(*char));
                    }
                }
                _ => {
                    if ranges
                        .iter()
                        .any(|(low, high)| (*low..=*high).any(|it| it != ' ' && self.is_normalized(it)))
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

    fn is_normalized(self, char: char) -> bool {
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

/// The last character on a path through the pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Last {
    None,
    Space,
    This(char),
    /// One of several characters.
    Other,
}

/// The sources of all connections.
pub(crate) fn sources(connections: &[Connection]) -> impl Iterator<Item = &OwnedSource> {
    connections.iter().flat_map(|connection| &connection.sources)
}

/// The normalization that all names have when rules see them. Entries are normalized as a whole, so a part of one, as
/// some forms take it, may not be normalized.
pub(crate) fn certain(connections: &[Connection]) -> Normalization {
    let plain = sources(connections).all(|source| source.form == OwnedForm::Plain);
    if plain { Normalization::of_all(sources(connections)) } else { Normalization::NONE }
}

/// Normalizes the exact names and the aliases of an organization, with the steps that all of its sources have in common.
pub(crate) fn normalize_names(connections: &[Connection], rules: &mut [Rule], aliases: &mut [Alias]) {
    let normalization = Normalization::of_all(sources(connections));
    if normalization == Normalization::NONE {
        return;
    }
    let exact = rules.iter_mut().flat_map(|rule| match &mut rule.matches {
        Matches::Everyone => Vec::new(),
        Matches::Groups { any, all, none, .. } => {
            let patterns = any.iter_mut().chain(all).chain(none);
            patterns.flat_map(|patterns| &mut patterns.exact).collect()
        }
    });
    let tidy = |name: &mut Spanned<String>| name.value = normalization.normalize(&name.value);
    exact.for_each(tidy);
    aliases.iter_mut().flat_map(|alias| [&mut alias.id, &mut alias.name]).for_each(tidy);
}

#[cfg(test)]
mod tests {
    use super::Normalization;
    use crate::patterns::Glob;
    use crate::patterns::automaton::Automaton;

    const TRIM: Normalization = Normalization { nfc: false, trim: true };
    const NFC: Normalization = Normalization { nfc: true, trim: false };
    const BOTH: Normalization = Normalization { nfc: true, trim: true };

    #[test]
    fn tidy_composes_letters_before_it_removes_spaces() {
        assert_eq!(BOTH.normalize("\u{200b}Ko\u{308}ln\u{a0}Su\u{308}d "), "Köln Süd");
        assert_eq!(BOTH.normalize("Ko\u{200b}\u{308}ln"), "Ko\u{308}ln");
        assert_eq!(NFC.normalize(" a "), " a ");
        assert_eq!(TRIM.normalize(" o\u{308} "), "o\u{308}");
        assert_eq!(Normalization::NONE.normalize(" o\u{308} "), " o\u{308} ");
    }

    fn check(normalization: Normalization, glob: &str, expected: bool) {
        let lowered = Glob::parse(glob).expect(glob);
        let all = lowered.names.iter().chain(&lowered.patterns);
        let mut all = all.map(|lowered| Automaton::of_glob(lowered));
        let can_match = all.any(|automaton| normalization.can_match(&automaton));
        assert_eq!(can_match, expected, "{glob:?} {normalization:?}");
    }

    #[test]
    fn can_match_is_false_if_no_tidy_name_matches() {
        for glob in
            [" eng-*", "eng-* ", "*\u{200b}*", "eng\u{a0}*", "[ ]x*", "*[\u{a0}\u{2003}]*", "\u{3000}*", "? "]
        {
            check(TRIM, glob, false);
            check(Normalization::NONE, glob, true);
        }
        for glob in ["*o\u{308}*", "\u{212b}*", "[!a]*e\u{301}", "[\u{340}\u{341}]*", "*\u{302}\u{323}*"] {
            check(NFC, glob, false);
            check(TRIM, glob, true);
        }
    }

    #[test]
    fn can_match_is_true_if_a_tidy_name_matches() {
        for glob in ["eng *", "* *", "[ x]*", "*", "?", "a ?", "[!a]*", "{ x,x}*", "日本"] {
            check(BOTH, glob, true);
        }
        for glob in ["ö*", "*\u{308}", "?\u{308}", "[ao]\u{308}", "q\u{308}*", "\u{308}x"] {
            check(BOTH, glob, true);
        }
        check(NFC, " eng-* ", true);
        check(NFC, "*\u{200b}", true);
    }

    /// Compares all patterns of up to three characters with all tidy names of up to four.
    #[test]
    fn can_match_is_never_false_for_a_matching_tidy_name() {
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
            for normalization in [TRIM, NFC] {
                let mut automata =
                    lowered.names.iter().chain(&lowered.patterns).map(|it| Automaton::of_glob(it));
                let claimed = automata.any(|it| normalization.can_match(&it));
                let tidy = |name: &&String| !name.is_empty() && normalization.normalize(name) == **name;
                let matched = names.iter().filter(tidy).any(|name| lowered.is_match(name));
                assert!(claimed || !matched, "{glob:?} {normalization:?}");
            }
        }
    }
}
