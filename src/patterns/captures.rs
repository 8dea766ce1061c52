//! Globs that capture.
//!
//! docs/language/patterns.md#which-text-is-captured gives the regular expression that captures the same as a glob. For
//! most globs the engine does not need it: each capture takes as little as possible, from left to right. A glob whose
//! captures depend on a `*` or on the order of alternatives becomes the program of that regular expression.

use regex_syntax::hir::{Capture, Class, ClassUnicode, ClassUnicodeRange, Hir, Repetition};

use super::automaton::{everything, read_glob};
use super::domains::addresses;
use super::folding::{fold, fold_pattern};
use super::glob::{Glob, GlobToken};
use super::regex::{self, DecodedRegex};
use crate::limits::MAX_COMPARED_CAPTURES;
use crate::matching::glob::{ANY, CAPTURE, Pattern};

/// Whether lowered patterns have captures.
pub(crate) fn has_any(patterns: &[String]) -> bool {
    patterns.iter().any(|pattern| pattern.contains(char::from(CAPTURE)))
}

/// Whether lowered patterns, matched one by one with captures as short as possible, capture the same of every name as
/// the glob that they come from.
///
/// That holds if `*` never comes before a capture, and no name matches two of the patterns.
pub(crate) fn are_plain(patterns: &[String]) -> bool {
    patterns.len() <= MAX_COMPARED_CAPTURES
        && patterns.iter().all(|pattern| captures_come_first(pattern))
        && patterns.iter().enumerate().all(|(at, pattern)| {
            patterns.iter().take(at).all(|other| other == pattern || are_apart(pattern, other))
        })
}

/// Whether no `*` comes before a capture.
fn captures_come_first(pattern: &str) -> bool {
    let has_any = |part: &str| part.contains(char::from(ANY));
    let mut parts: Vec<&str> = pattern.split(char::from(CAPTURE)).collect();
    // After the last capture, any are allowed.
    parts.pop();
    let mut parts = parts.into_iter();
    // After each capture come its letter and the wildcards of its own.
    !parts.next().is_some_and(has_any) && !parts.any(|part| part.get(3..).is_some_and(has_any))
}

/// Whether the ends of two patterns show that no name matches both.
fn are_apart(one: &str, other: &str) -> bool {
    let Some((one, other)) = Pattern::decode(one).zip(Pattern::decode(other)) else { return false };
    let (front, back) = (one.prefix().iter(), one.suffix().iter().rev());
    front.zip(other.prefix()).any(|(one, other)| one != other)
        || back.zip(other.suffix().iter().rev()).any(|(one, other)| one != other)
}

/// The encoded regular expression that captures the same as a glob.
pub(crate) fn as_regex(tokens: &[GlobToken], written: &str, ignore_case: bool) -> Vec<u8> {
    let fold = |piece: &str| if ignore_case { fold_pattern(piece) } else { piece.to_owned() };
    regex::encode_glob(written, ignore_case, &tree(tokens, &fold))
}

impl Glob {
    /// The captures of a name that matches, each with its name; nothing if the name does not match.
    ///
    /// They are folded if letter case is ignored, because folded names are compared then. This is the engine's own
    /// capturing.
    pub fn captures(&self, name: &str, ignore_case: bool) -> Option<Vec<(String, String)>> {
        let name = if ignore_case { fold(name) } else { name.to_owned() };
        let fold = |text: &String| if ignore_case { fold_pattern(text) } else { text.clone() };
        let (names, patterns): (Vec<_>, Vec<_>) =
            (self.names.iter().map(fold).collect(), self.patterns.iter().map(fold).collect());
        let is_match = |pattern: &Pattern<'_>| pattern.is_match(name.as_bytes());
        let matching = patterns.iter().filter_map(|pattern| Pattern::decode(pattern)).find(is_match);
        if matching.is_none() && !names.contains(&name) {
            return None;
        }
        let mut captures = Vec::new();
        let mut take = |number: usize, taken: &str| {
            if let Some(named) = self.captures.get(number)
                && !taken.is_empty()
            {
                captures.push((named.clone(), taken.to_owned()));
            }
        };
        if are_plain(&patterns) {
            if let Some(pattern) = matching {
                let mut take_bytes = |number, taken: &[u8]| take(number, &String::from_utf8_lossy(taken));
                pattern.captures(name.as_bytes(), &mut take_bytes);
            }
        } else if has_any(&patterns) {
            DecodedRegex::decode(&as_regex(&self.tokens, "", ignore_case))?.captures(&name, take);
        }
        Some(captures)
    }
}

/// A glob as the tree of the regular expression that it is read as; captures have their numbers as names.
///
/// `fold` changes lowered pieces of the glob to the letter case of the names that it is compared with.
pub(crate) fn tree(tokens: &[GlobToken], fold: &dyn Fn(&str) -> String) -> Hir {
    sequence(tokens, fold)
}

/// The glob for addresses that arrive with folded domains: a domain at its end gets all of its spellings.
///
/// `begun` says whether something comes before the tokens.
pub(crate) fn with_addresses(tokens: &[GlobToken], begun: bool) -> Vec<GlobToken> {
    let len = tokens.iter().rev().take_while(|token| is_literal(token)).count();
    let (before, literal) = tokens.split_at_checked(tokens.len() - len).unwrap_or((tokens, &[]));
    let (begun_before, begun) = (begun, begun || !before.is_empty());
    let mut endings = Vec::new();
    for text in texts(literal) {
        // Any characters replace what comes before the literal.
        let name = if begun { format!("{}{text}", char::from(ANY)) } else { text.clone() };
        let addresses = addresses(&name);
        let others = addresses.iter().map(|it| it.trim_start_matches(char::from(ANY)).to_owned());
        let others: Vec<String> = others.filter(|it| *it != text).collect();
        endings.push(text);
        endings.extend(others);
    }
    let literals = |text: &String| text.chars().map(GlobToken::Literal).collect::<Vec<_>>();
    match before.split_last() {
        // A domain may begin in an alternative, so what follows the alternatives is appended to each of them.
        Some((GlobToken::Alternatives(all), rest)) => {
            let with = |alternative: &Vec<GlobToken>| {
                let whole = [alternative.as_slice(), literal].concat();
                with_addresses(&whole, begun_before || !rest.is_empty())
            };
            [rest, &[GlobToken::Alternatives(all.iter().map(with).collect())]].concat()
        }
        _ if literal.is_empty() => before.to_vec(),
        _ => [before, &[GlobToken::Alternatives(endings.iter().map(literals).collect())]].concat(),
    }
}

fn is_literal(token: &GlobToken) -> bool {
    match token {
        GlobToken::Literal(_) => true,
        GlobToken::Alternatives(all) => all.iter().flatten().all(is_literal),
        GlobToken::Any | GlobToken::One | GlobToken::Capture(_) | GlobToken::Class { .. } => false,
    }
}

/// All texts that literals, and alternatives of literals, match.
fn texts(tokens: &[GlobToken]) -> Vec<String> {
    tokens.iter().fold(vec![String::new()], |texts, token| {
        let endings = match token {
            GlobToken::Alternatives(all) => {
                all.iter().flat_map(|alternative| self::texts(alternative)).collect()
            }
            other => vec![other.lowered()],
        };
        texts.iter().flat_map(|text| endings.iter().map(move |end| format!("{text}{end}"))).collect()
    })
}

fn sequence(tokens: &[GlobToken], fold: &dyn Fn(&str) -> String) -> Hir {
    Hir::concat(tokens.iter().map(|token| piece(token, fold)).collect())
}

fn piece(token: &GlobToken, fold: &dyn Fn(&str) -> String) -> Hir {
    match token {
        GlobToken::Any => repeat(0, true),
        GlobToken::Capture(number) => Hir::capture(Capture {
            index: u32::from(*number) + 1,
            name: Some(number.to_string().into()),
            sub: Box::new(repeat(1, false)),
        }),
        GlobToken::Alternatives(all) => Hir::alternation(all.iter().map(|it| sequence(it, fold)).collect()),
        GlobToken::Literal(_) | GlobToken::One | GlobToken::Class { .. } => {
            let ranges = read_glob(&fold(&token.lowered())).into_iter().flatten();
            Hir::concat(ranges.map(class).collect())
        }
    }
}

/// Any characters.
fn repeat(min: u32, greedy: bool) -> Hir {
    Hir::repetition(Repetition { min, max: None, greedy, sub: Box::new(class(everything())) })
}

fn class(ranges: Vec<(char, char)>) -> Hir {
    let ranges = ranges.into_iter().map(|(low, high)| ClassUnicodeRange::new(low, high));
    Hir::class(Class::Unicode(ClassUnicode::new(ranges)))
}

#[cfg(test)]
mod tests {
    use super::super::folding::fold_pattern;
    use super::super::glob::Glob;
    use super::super::regex::encode_glob;
    use super::{are_plain, tree, with_addresses};
    use crate::codec::reader::Reader;
    use crate::matching::regex_vm::Regex;

    fn check_plain(glob: &str, expected: bool) {
        let parsed = Glob::parse(glob).expect(glob);
        assert_eq!(are_plain(&parsed.patterns), expected, "{glob}");
    }

    #[test]
    fn are_plain_is_true_unless_stars_or_alternatives_affect_captures() {
        for glob in [
            "GG-${a}-VIEW",
            "${a}-${b}",
            "${a}?-[xy]${b}",
            "x${a}-*",
            "${a}-${b}-*-*",
            "{GG,SG}-${a}",
            "${a}-{VIEW,EDIT}",
            "{x-${a},y/${a}}-z",
            "{a,b}-${x}-{c,d}",
            "{GG,GG}-${a}",
        ] {
            check_plain(glob, true);
        }
        for glob in [
            "*-${a}",
            "?*-${a}",
            "${a}-*-${b}",
            "x*y${a}",
            "{GG,GG-DWH}-${a}",
            "${a}-{x,y-x}",
            "${a}-{x,y}-${b}",
            "{GG,?G}-${a}",
        ] {
            check_plain(glob, false);
        }
        check_plain(&format!("{}-${{a}}", "{a,b}{c,d}{e,f}{g,h}{i,j}"), false);
    }

    #[test]
    fn with_addresses_adds_all_spellings_of_a_domain_at_the_end() {
        let check = |glob: &str, name: &str, expected: Option<&str>| {
            let parsed = Glob::parse(glob).expect(glob);
            let encoded =
                encode_glob(glob, false, &tree(&with_addresses(&parsed.tokens, false), &str::to_owned));
            let mut taken = None;
            let regex = Regex::decode(&mut Reader::new(&encoded)).expect("fine");
            regex.captures(name.as_bytes(), |number, text| {
                if number == 0 {
                    taken = Some(String::from_utf8_lossy(text).into_owned());
                }
            });
            assert_eq!(taken.as_deref(), expected, "{glob} against {name}");
        };
        for glob in [
            "*-${a}@BÜCHER.example",
            "*-${a}@{acme,BÜCHER}.example",
            "{*-${a}@BÜCHER,x}.example",
            "*-{${a}@BÜCHER.example,x}",
            "*-{${a},x-${a}}@BÜCHER.example",
        ] {
            check(glob, "x-y-z@bücher.example", Some("z"));
            check(glob, "x-y-z@xn--bcher-kva.example", Some("z"));
            // As it is written, for sources of other forms.
            check(glob, "x-y-z@BÜCHER.example", Some("z"));
            check(glob, "x-y-z@Bücher.example", None);
        }
        check("*-${a}@{acme,BÜCHER}.example", "x-y@acme.example", Some("y"));
        check("*-${a}-B", "x-y-B", Some("y"));
        check("*-${a}@x*", "x-y@xy", Some("y"));
    }

    #[test]
    fn encoded_glob_of_maximal_length_can_be_decoded() {
        let check = |piece: &str| {
            let glob = format!("{}-${{a}}", piece.repeat(4_080 / piece.len()));
            let parsed = Glob::parse(&glob).expect(&glob);
            let encoded = encode_glob(&glob, true, &tree(&parsed.tokens, &fold_pattern));
            assert!(Regex::decode(&mut Reader::new(&encoded)).is_some(), "{piece}");
        };
        check("*a");
        check("?");
        check("[ab]");
        let alternatives = format!("{{{}x}}-${{a}}", "*,".repeat(255));
        let parsed = Glob::parse(&alternatives).expect("256 alternatives");
        let encoded = encode_glob(&alternatives, false, &tree(&parsed.tokens, &str::to_owned));
        assert!(Regex::decode(&mut Reader::new(&encoded)).is_some());
    }
}
