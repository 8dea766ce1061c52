//! Globs that capture.
//!
//! What they capture is what the regular expression that docs/mapping.md gives for them captures. Most globs are such
//! that the engine finds that by itself: each capture takes as little as it can, from left to right. Those in which a
//! `*` or alternatives have a say become the program of the regular expression.

use regex_syntax::hir::{Capture, Class, ClassUnicode, ClassUnicodeRange, Hir, Repetition};

use super::automaton::{everything, read_glob};
use super::glob::{Glob, Token};
use crate::pattern::{ANY, CAPTURE, Pattern};

/// Whether lowered patterns have captures.
pub(crate) fn has_any(patterns: &[String]) -> bool {
    patterns.iter().any(|pattern| pattern.contains(char::from(CAPTURE)))
}

/// More patterns than this are not held against each other.
const MAX_COMPARED: usize = 16;

/// Whether lowered patterns, matched one by one with captures that take as little as they can, capture of every name
/// what the glob that they come from does.
///
/// So it is if no `*` comes before a capture, and no name matches two of them.
pub(crate) fn are_plain(patterns: &[String]) -> bool {
    patterns.len() <= MAX_COMPARED
        && patterns.iter().all(|pattern| captures_come_first(pattern))
        && patterns.iter().enumerate().all(|(at, pattern)| {
            patterns.iter().take(at).all(|other| other == pattern || are_apart(pattern, other))
        })
}

/// Whether no `*` comes before a capture.
fn captures_come_first(pattern: &str) -> bool {
    let has_any = |part: &str| part.contains(char::from(ANY));
    let mut parts: Vec<&str> = pattern.split(char::from(CAPTURE)).collect();
    // Behind the last capture there may be any.
    parts.pop();
    let mut parts = parts.into_iter();
    // Behind each capture are its letter and the wildcards of its own.
    !parts.next().is_some_and(has_any) && !parts.any(|part| part.get(3..).is_some_and(has_any))
}

/// Whether the ends of two patterns show that no name matches both.
fn are_apart(one: &str, other: &str) -> bool {
    let Some((one, other)) = Pattern::decode(one).zip(Pattern::decode(other)) else { return false };
    let (front, back) = (one.prefix().iter(), one.suffix().iter().rev());
    front.zip(other.prefix()).any(|(one, other)| one != other)
        || back.zip(other.suffix().iter().rev()).any(|(one, other)| one != other)
}

/// A glob as the tree of the regular expression that it is read as; captures have their numbers as names.
///
/// `fold` brings lowered pieces of the glob into the letters of the names that it is held against.
pub(crate) fn tree(glob: &Glob, fold: &dyn Fn(&str) -> String) -> Hir {
    sequence(&glob.tokens, fold)
}

fn sequence(tokens: &[Token], fold: &dyn Fn(&str) -> String) -> Hir {
    Hir::concat(tokens.iter().map(|token| piece(token, fold)).collect())
}

fn piece(token: &Token, fold: &dyn Fn(&str) -> String) -> Hir {
    match token {
        Token::Any => repeat(0, true),
        Token::Capture(number) => Hir::capture(Capture {
            index: u32::from(*number) + 1,
            name: Some(number.to_string().into()),
            sub: Box::new(repeat(1, false)),
        }),
        Token::Alternatives(all) => Hir::alternation(all.iter().map(|it| sequence(it, fold)).collect()),
        Token::Literal(_) | Token::One | Token::Class { .. } => {
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
    use super::{are_plain, tree};
    use crate::bytes::Reader;
    use crate::regex::Regex;

    fn check_plain(glob: &str, expected: bool) {
        let parsed = Glob::parse(glob).expect(glob);
        assert_eq!(are_plain(&parsed.patterns), expected, "{glob}");
    }

    #[test]
    fn globs_in_which_stars_and_alternatives_have_no_say_stay_as_they_are() {
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
    fn the_longest_globs_are_programs_that_the_engine_reads() {
        let check = |piece: &str| {
            let glob = format!("{}-${{a}}", piece.repeat(4_080 / piece.len()));
            let parsed = Glob::parse(&glob).expect(&glob);
            let encoded = encode_glob(&glob, true, &tree(&parsed, &fold_pattern));
            assert!(Regex::decode(&mut Reader::new(&encoded)).is_some(), "{piece}");
        };
        check("*a");
        check("?");
        check("[ab]");
        let alternatives = format!("{{{}x}}-${{a}}", "*,".repeat(255));
        let parsed = Glob::parse(&alternatives).expect("256 alternatives");
        let encoded = encode_glob(&alternatives, false, &tree(&parsed, &str::to_owned));
        assert!(Regex::decode(&mut Reader::new(&encoded)).is_some());
    }
}
