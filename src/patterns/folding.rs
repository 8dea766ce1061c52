//! Case folding as the engine does it, for texts, characters and ranges of characters.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::matching::glob::{CLASS, CLASS_END, NEGATED_CLASS};
use crate::text::case_mapping;

/// The text, case-folded.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = Vec::new();
    case_mapping::fold_into(text.as_bytes(), &mut folded);
    String::from_utf8_lossy(&folded).into_owned()
}

/// The character, case-folded: folding gives one character for each.
fn fold_char(char: char) -> char {
    fold(char.encode_utf8(&mut [0; 4])).chars().next().unwrap_or(char)
}

/// All characters that fold to another one, and the other way around.
struct Letters {
    folded: Vec<(char, char)>,
    unfolded: BTreeMap<char, Vec<char>>,
}

fn all() -> &'static Letters {
    static LETTERS: OnceLock<Letters> = OnceLock::new();
    LETTERS.get_or_init(|| {
        // Unicode's last script with letter case ends before this.
        let folded: Vec<(char, char)> = ('\0'..'\u{20000}')
            .map(|char| (char, fold_char(char)))
            .filter(|(char, folded)| char != folded)
            .collect();
        let mut unfolded: BTreeMap<char, Vec<char>> = BTreeMap::new();
        for (char, to) in &folded {
            unfolded.entry(*to).or_default().push(*char);
        }
        Letters { folded, unfolded }
    })
}

/// All characters that differ from this one only in letter case, itself included.
pub(crate) fn same_letter(char: char) -> Vec<char> {
    let folded = fold_char(char);
    let mut same = vec![folded];
    same.extend(all().unfolded.get(&folded).into_iter().flatten());
    same
}

/// A lowered glob for folded names.
///
/// A class keeps its characters, and those that they fold to are added.
pub(crate) fn fold_pattern(pattern: &str) -> String {
    let mut folded = String::new();
    let mut rest = pattern.chars();
    while let Some(char) = rest.next() {
        match u8::try_from(char) {
            Ok(CLASS | NEGATED_CLASS) => {
                folded.push(char);
                let pairs: Vec<char> =
                    rest.by_ref().take_while(|char| *char != char::from(CLASS_END)).collect();
                let ranges: Vec<_> =
                    pairs.as_chunks::<2>().0.iter().map(|[low, high]| (*low, *high)).collect();
                let mut more: Vec<_> =
                    all().folded.iter().filter(|(char, _)| contains(&ranges, *char)).collect();
                more.retain(|(_, to)| !contains(&ranges, *to));
                let more = joined(more.into_iter().map(|(_, to)| (*to, *to)).collect());
                folded.extend(ranges.into_iter().chain(more).flat_map(|(low, high)| [low, high]));
                folded.push(char::from(CLASS_END));
            }
            _ => folded.push_str(&fold(char.encode_utf8(&mut [0; 4]))),
        }
    }
    folded
}

/// The characters that fold to one in these ranges.
pub(crate) fn unfold(ranges: &[(char, char)]) -> Vec<(char, char)> {
    match ranges {
        [('\0', char::MAX)] => return ranges.to_vec(),
        [(char, last)] if char == last => {
            let same = if fold_char(*char) == *char { same_letter(*char) } else { Vec::new() };
            return same.into_iter().map(|char| (char, char)).collect();
        }
        _ => {}
    }
    let (mut more, mut less) = (Vec::new(), Vec::new());
    for (char, folded) in &all().folded {
        match (contains(ranges, *char), contains(ranges, *folded)) {
            (false, true) => more.push((*char, *char)),
            (true, false) => less.push(*char),
            _ => {}
        }
    }
    for (low, high) in joined(ranges.to_vec()) {
        // A character that is removed splits the range in two.
        let mut rest = Some(low);
        for gone in less.iter().filter(|gone| (low..=high).contains(*gone)) {
            if let (Some(first), Some(last)) = (rest, ('\0'..*gone).next_back())
                && first <= last
            {
                more.push((first, last));
            }
            rest = (*gone..=high).nth(1);
        }
        more.extend(rest.map(|rest| (rest, high)));
    }
    joined(more)
}

/// Whether a character is in one of some ranges.
pub(crate) fn contains(ranges: &[(char, char)], char: char) -> bool {
    ranges.iter().any(|(low, high)| (*low..=*high).contains(&char))
}

/// The same characters in ascending ranges that do not touch.
fn joined(mut ranges: Vec<(char, char)>) -> Vec<(char, char)> {
    ranges.sort_unstable();
    let mut joined: Vec<(char, char)> = Vec::new();
    for (low, high) in ranges {
        match joined.last_mut() {
            Some((_, last)) if (*last..=char::MAX).nth(1).is_none_or(|next| low <= next) => {
                *last = high.max(*last);
            }
            _ => joined.push((low, high)),
        }
    }
    joined
}

/// The text in lower case, as the engine changes it.
pub(crate) fn to_lowercase(text: &str) -> String {
    let mut lower = Vec::new();
    case_mapping::lower_into(text.as_bytes(), &mut lower);
    String::from_utf8_lossy(&lower).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{fold, fold_char, fold_pattern, same_letter, unfold};
    use crate::matching::glob::Pattern;
    use crate::patterns::Glob;

    fn is_match(glob: &str, name: &str) -> bool {
        let glob = Glob::parse(glob).expect(glob);
        let is_match = |pattern: &String| {
            let pattern = fold_pattern(pattern);
            let pattern = Pattern::decode(&pattern).expect("folding keeps patterns well-formed");
            pattern.is_match(fold(name).as_bytes())
        };
        glob.names.iter().any(|own| fold(own) == fold(name)) || glob.patterns.iter().any(is_match)
    }

    fn check(glob: &str, name: &str, expected: bool) {
        assert_eq!(is_match(glob, name), expected, "{glob:?} against {name}");
    }

    #[test]
    fn fold_pattern_matches_folded_names() {
        check("ENG-*", "eng-Core", true);
        check("Vertrieb-K[ÖO]LN-?", "VERTRIEB-köln-1", true);
        check("[A-F]x*", "Dx", true);
        check("[A-F]x*", "gx", false);
        check("[!A-F]x*", "dX", false);
        check("[!A-F]x*", "GX", true);
        check("[5-C]*", "b", true);
        check("[5-C]*", "d", false);
        check("[ -~]*", "Q", true);
        check("?", "İ", true);
        check("?", "ẞ", true);
    }

    #[test]
    fn fold_pattern_of_a_class_matches_both_cases_of_its_range() {
        for name in ["À", "à", "Þ", "þ", "Ö", "ö"] {
            check("[À-Þ]", name, true);
            check("[à-þ]", name, true);
            check("[!À-Þ]", name, false);
            check("[!à-þ]", name, false);
        }
        for name in ["Σ", "σ", "ς"] {
            check("[α-ω]", name, true);
            check("[Α-Ω]", name, true);
            check("[!ςx]", name, false);
        }
        check("[А-Я]*", "яна", true);
        check("[Ꭰ-Ᏼ]", "ꭰ", true);
        check("[ꭰ-ꮿ]", "Ꭰ", true);
        check("[a-z]", "\u{212a}", true);
        check("[a-z]", "ſ", true);
        check("[\u{212a}ſ]", "K", true);
        check("[a-z]", "ı", false);
        check("[a-z]", "İ", false);
        check("[ß-ý]", "ẞ", true);
        check("[ſ-ƀ]", "S", true);
    }

    #[test]
    fn unfold_is_the_inverse_of_fold() {
        let ranges =
            [("A", "Z"), ("a", "z"), ("!", "~"), ("À", "Þ"), ("ß", "ÿ"), ("ς", "ς"), ("\0", "ω"), ("Ꭰ", "ꮿ")];
        for (low, high) in ranges.map(|(low, high)| (low.chars().next(), high.chars().next())) {
            let range = (low.expect("one"), high.expect("one"));
            let (unfolded, of_two) = (unfold(&[range]), unfold(&[range, ('m', 'ſ')]));
            for char in '\0'..'\u{20000}' {
                let is_in = |range: (char, char), char: char| range.0 <= char && char <= range.1;
                let has = |ranges: &[(char, char)]| ranges.iter().any(|range| is_in(*range, char));
                let folded = fold_char(char);
                assert_eq!(has(&unfolded), is_in(range, folded), "{range:?} {char:?}");
                assert_eq!(has(&of_two), is_in(range, folded) || is_in(('m', 'ſ'), folded), "{char:?}");
            }
        }
        assert_eq!(same_letter('S'), ['s', 'S', 'ſ']);
        assert_eq!(same_letter('İ'), ['İ']);
    }

    #[cfg(not(target_arch = "wasm32"))]
    mod laws {
        use proptest::prelude::*;
        use proptest::sample::select;

        use super::is_match;

        /// What a glob of literals, classes and `?` matches, by a reference that does not use Claimsmith.
        fn reference(pattern: &[GlobPart], name: &str) -> bool {
            let unicode = icu_casemap::CaseMapper::new();
            let same = |left: char, right: char| unicode.simple_fold(left) == unicode.simple_fold(right);
            let fits = |(piece, char): (&GlobPart, char)| match piece {
                GlobPart::One => true,
                GlobPart::Literal(own) => same(*own, char),
                GlobPart::Class(negated, ranges) => {
                    ranges.iter().any(|(low, high)| (*low..=*high).any(|own| same(own, char))) != *negated
                }
            };
            name.chars().count() == pattern.len() && pattern.iter().zip(name.chars()).all(fits)
        }

        #[derive(Clone, Debug)]
        enum GlobPart {
            One,
            Literal(char),
            Class(bool, Vec<(char, char)>),
        }

        impl GlobPart {
            fn glob(&self) -> String {
                match self {
                    Self::One => "?".to_owned(),
                    Self::Literal(char) => char.to_string(),
                    Self::Class(negated, ranges) => {
                        let ranges: String =
                            ranges.iter().map(|(low, high)| format!("{low}-{high}")).collect();
                        format!("[{}{ranges}]", if *negated { "!" } else { "" })
                    }
                }
            }
        }

        const LETTERS: &[char] = &[
            'a', 'K', 'k', '\u{212a}', 's', 'S', 'ſ', 'ß', 'ẞ', 'Ö', 'ö', 'ÿ', 'Ÿ', 'µ', 'Μ', 'Σ', 'σ', 'ς',
            'Θ', 'ϑ', 'İ', 'ı', 'i', 'I', 'Ꭰ', 'ꭰ', 'Ᏸ', 'ᏸ', 'Ⴀ', 'ⴀ', 'Ж', 'ж', 'ᲂ', 'о', 'ﬅ', 'ﬆ', 'ﬁ',
            'Ǆ', 'ǅ', 'Ω', '\u{2126}', '\u{345}', '1', '語', '𐐀', '𐐨',
        ];

        fn letter() -> impl Strategy<Value = char> {
            let other = any::<char>().prop_filter("globs would read it", |char| char.is_alphabetic());
            prop_oneof![8 => select(LETTERS), 1 => other]
        }

        fn range() -> impl Strategy<Value = (char, char)> {
            let near = (letter(), 0u32..40).prop_map(|(low, more)| {
                let high = char::from_u32(u32::from(low) + more).filter(|high| high.is_alphanumeric());
                (low, high.unwrap_or(low))
            });
            let far = (letter(), letter()).prop_map(|(one, other)| (one.min(other), one.max(other)));
            prop_oneof![4 => near, 1 => far]
        }

        fn piece() -> impl Strategy<Value = GlobPart> {
            let class = (any::<bool>(), proptest::collection::vec(range(), 1..3));
            prop_oneof![
                1 => Just(GlobPart::One),
                2 => letter().prop_map(GlobPart::Literal),
                3 => class.prop_map(|(negated, ranges)| GlobPart::Class(negated, ranges)),
            ]
        }

        proptest! {
            #![proptest_config(ProptestConfig::with_cases(1_000))]
            #[test]
            fn fold_pattern_matches_names_that_differ_only_in_case(
                pattern in proptest::collection::vec(piece(), 1..3),
                name in proptest::collection::vec(letter(), 1..3),
            ) {
                let glob: String = pattern.iter().map(GlobPart::glob).collect();
                let name = String::from_iter(name);
                prop_assert_eq!(is_match(&glob, &name), reference(&pattern, &name), "{} {}", glob, name);
            }
        }
    }
}
