//! Globs that capture.
//!
//! What they capture is what the regular expression that docs/mapping.md gives for them captures. Most globs are such
//! that the engine finds that by itself: each capture takes as little as it can, from left to right. Those whose
//! captures depend on a `*` or on the order of alternatives become the program of the regular expression.

use regex_syntax::hir::{Capture, Class, ClassUnicode, ClassUnicodeRange, Hir, Repetition};

use super::automaton::{everything, read_glob};
use super::domains::addresses;
use super::glob::Token;
use crate::limits::MAX_COMPARED_CAPTURES;
use crate::matching::glob::{ANY, CAPTURE, Pattern};

/// Whether lowered patterns have captures.
pub(crate) fn has_any(patterns: &[String]) -> bool {
    patterns.iter().any(|pattern| pattern.contains(char::from(CAPTURE)))
}

/// Whether lowered patterns, matched one by one with captures that take as little as they can, capture of every name
/// what the glob that they come from does.
///
/// So it is if no `*` comes before a capture, and no name matches two of them.
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

/// A glob as the tree of the regular expression that it is read as; captures have their numbers as names.
///
/// `fold` brings lowered pieces of the glob into the letters of the names that it is held against.
pub(crate) fn tree(tokens: &[Token], fold: &dyn Fn(&str) -> String) -> Hir {
    sequence(tokens, fold)
}

/// The glob where addresses arrive with their domains folded: a domain at its end has all of its spellings.
///
/// `begun` says whether something comes before it.
pub(crate) fn with_addresses(tokens: &[Token], begun: bool) -> Vec<Token> {
    let len = tokens.iter().rev().take_while(|token| is_literal(token)).count();
    let (before, literal) = tokens.split_at_checked(tokens.len() - len).unwrap_or((tokens, &[]));
    let (begun_before, begun) = (begun, begun || !before.is_empty());
    let mut endings = Vec::new();
    for text in texts(literal) {
        // In front of the literal, any characters stand for what there is.
        let name = if begun { format!("{}{text}", char::from(ANY)) } else { text.clone() };
        let addresses = addresses(&name);
        let others = addresses.iter().map(|it| it.trim_start_matches(char::from(ANY)).to_owned());
        let others: Vec<String> = others.filter(|it| *it != text).collect();
        endings.push(text);
        endings.extend(others);
    }
    let literals = |text: &String| text.chars().map(Token::Literal).collect::<Vec<_>>();
    match before.split_last() {
        // Where a domain begins in an alternative, what follows the alternatives belongs to each.
        Some((Token::Alternatives(all), rest)) => {
            let with = |alternative: &Vec<Token>| {
                let whole = [alternative.as_slice(), literal].concat();
                with_addresses(&whole, begun_before || !rest.is_empty())
            };
            [rest, &[Token::Alternatives(all.iter().map(with).collect())]].concat()
        }
        _ if literal.is_empty() => before.to_vec(),
        _ => [before, &[Token::Alternatives(endings.iter().map(literals).collect())]].concat(),
    }
}

fn is_literal(token: &Token) -> bool {
    match token {
        Token::Literal(_) => true,
        Token::Alternatives(all) => all.iter().flatten().all(is_literal),
        Token::Any | Token::One | Token::Capture(_) | Token::Class { .. } => false,
    }
}

/// All that literals and alternatives of such are.
fn texts(tokens: &[Token]) -> Vec<String> {
    tokens.iter().fold(vec![String::new()], |texts, token| {
        let endings = match token {
            Token::Alternatives(all) => all.iter().flat_map(|alternative| self::texts(alternative)).collect(),
            other => vec![other.lowered()],
        };
        texts.iter().flat_map(|text| endings.iter().map(move |end| format!("{text}{end}"))).collect()
    })
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
    use super::{are_plain, tree, with_addresses};
    use crate::codec::reader::Reader;
    use crate::matching::regex_vm::Regex;

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
    fn a_domain_at_the_end_has_all_of_its_spellings() {
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
    fn the_longest_globs_are_programs_that_the_engine_reads() {
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
