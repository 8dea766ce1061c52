//! Globs as authors write them, lowered to what the engine matches.
//!
//! globset checks every glob. All of its options are stated, because group names are not paths: they contain `/`, `\`,
//! `,` and `=`. Syntax that globset knows and that is useless for group names is refused rather than given a surprising
//! meaning: `**`, and empty alternatives.
//! One construct is ours: a named wildcard, `${team}`. It matches one or more characters, as few as possible, and a rule
//! can grant what it matches.

mod parser;

use core::fmt;

use globset::{ErrorKind, GlobBuilder};

use self::parser::GlobParser;
use crate::limits::{MAX_GLOB_DEPTH, MAX_GLOB_EXPANSIONS};
use crate::matching::glob::{self, Pattern};

/// A glob, lowered.
///
/// ```
/// use claimsmith::Glob;
///
/// let glob = Glob::parse("{eng,ops}-*")?;
/// assert!(glob.is_match("ops-core"));
/// assert!(!glob.is_match("dev-ops-core"), "globs match whole names");
/// # Ok::<(), claimsmith::GlobError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Glob {
    /// The names that it matches without any wildcard.
    pub(crate) names: Vec<String>,
    /// Lowered patterns, as [`Pattern::decode`] reads them.
    pub(crate) patterns: Vec<String>,
    /// The names of its captures, by their numbers.
    pub(crate) captures: Vec<String>,
    /// The glob as it is written, with its alternatives; empty if nothing is captured, because then nothing needs it.
    pub(crate) tokens: Vec<GlobToken>,
}

/// The message about a glob with too many alternatives.
pub(crate) fn too_large() -> String {
    format!(
        "the glob's alternatives expand to more than {MAX_GLOB_EXPANSIONS} patterns, or are nested more than {MAX_GLOB_DEPTH} deep"
    )
}

/// Why a glob is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GlobError {
    /// It does not parse; what is wrong and what to do.
    Invalid(String, &'static str),
    /// Its alternatives expand to too many patterns.
    TooLarge,
}

impl fmt::Display for GlobError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(problem, help) => write!(out, "{problem}; {help}"),
            Self::TooLarge => write!(out, "{}; split it", too_large()),
        }
    }
}

impl core::error::Error for GlobError {}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum GlobToken {
    Literal(char),
    Any,
    One,
    /// A wildcard with a name, by the number of the name.
    Capture(u8),
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
    Alternatives(Vec<Vec<GlobToken>>),
}

impl Glob {
    /// Parses and lowers a glob.
    ///
    /// # Errors
    ///
    /// If it does not parse, contains control characters, or its alternatives expand to too many patterns.
    pub fn parse(glob: &str) -> Result<Self, GlobError> {
        Self::parse_with_captures(glob).1
    }

    /// The same, and the names of the captures; if the glob does not parse, of those before the problem.
    pub(crate) fn parse_with_captures(glob: &str) -> (Vec<String>, Result<Self, GlobError>) {
        let mut captures = Vec::new();
        let parsed = Self::parse_capturing(glob, &mut captures);
        (captures.clone(), parsed.map(|parsed| Self { captures, ..parsed }))
    }

    fn parse_capturing(glob: &str, captures: &mut Vec<String>) -> Result<Self, GlobError> {
        if glob.chars().any(|char| char < ' ' || char == '\u{7f}') {
            let message = "it contains a control character".to_owned();
            return Err(GlobError::Invalid(message, "remove it: names of groups have no control characters"));
        }
        vet(&without_captures(glob))?;
        if glob.contains("**") {
            let message = "`**` has no meaning of its own here";
            return Err(GlobError::Invalid(message.to_owned(), "write `*`, which crosses `/` as well"));
        }
        let tokens = GlobParser::new(glob, captures).sequence()?;
        let mut lowered = Self::default();
        for pattern in expand(&tokens)? {
            let is_special = |char: char| u32::from(char) <= u32::from(glob::CAPTURE);
            if pattern.is_empty() {
                return Err(empty_alternative());
            }
            check_captures(&pattern)?;
            if pattern.contains(is_special) {
                lowered.patterns.push(pattern);
            } else {
                lowered.names.push(pattern);
            }
        }
        if !captures.is_empty() {
            lowered.tokens = tokens;
        }
        Ok(lowered)
    }

    /// Whether the whole of a name matches; this is the engine's own matching.
    pub fn is_match(&self, name: &str) -> bool {
        let lowered = |pattern: &String| {
            Pattern::decode(pattern).is_some_and(|pattern| pattern.is_match(name.as_bytes()))
        };
        self.names.iter().any(|exact| exact == name) || self.patterns.iter().any(lowered)
    }

    /// Its lowered patterns with unnamed wildcards in the place of captures: a capture has one or more characters.
    pub(crate) fn patterns_without_captures(&self) -> impl Iterator<Item = String> {
        self.patterns.iter().map(|pattern| {
            let mut parts = pattern.split(char::from(glob::CAPTURE));
            let first = parts.next().unwrap_or_default().to_owned();
            // Each of the other parts begins with the letter of a capture.
            first + &parts.filter_map(|part| part.get(1..)).collect::<String>()
        })
    }

    /// The glob with other numbers for its captures, by the numbers that they have here.
    pub(crate) fn renumbered(&self, numbers: &[usize]) -> Self {
        let mut glob = self.clone();
        if numbers.iter().copied().eq(0..numbers.len()) {
            return glob;
        }
        let number = |old: u8| numbers.get(usize::from(old)).and_then(|new| u8::try_from(*new).ok());
        for pattern in &mut glob.patterns {
            let mut renumbered = String::with_capacity(pattern.len());
            let mut chars = pattern.chars();
            while let Some(char) = chars.next() {
                renumbered.push(char);
                if char == char::from(glob::CAPTURE) {
                    let letter = chars.next().and_then(|letter| u8::try_from(letter).ok()).unwrap_or(b'a');
                    renumbered.push(char::from(b'a' + number(letter - b'a').unwrap_or_default()));
                }
            }
            *pattern = renumbered;
        }
        renumber(&mut glob.tokens, &number);
        glob
    }
}

/// Checks the glob with globset, with every option stated.
fn vet(glob: &str) -> Result<(), GlobError> {
    let built = GlobBuilder::new(glob)
        .case_insensitive(false)
        .literal_separator(false)
        .backslash_escape(false)
        .empty_alternates(false)
        .allow_unclosed_class(false)
        .build();
    let Err(error) = built else { return Ok(()) };
    let (message, help) = match error.kind() {
        ErrorKind::UnclosedClass => {
            ("a `[` is never closed".to_owned(), "close it with `]`; for the character itself write `[[]`")
        }
        ErrorKind::InvalidRange(low, high) => {
            (format!("the range `{low}-{high}` runs backwards"), "put the lower character first")
        }
        ErrorKind::UnopenedAlternates => {
            ("a `}` closes nothing".to_owned(), "for the character itself write `[}]`")
        }
        ErrorKind::UnclosedAlternates => {
            ("a `{` is never closed".to_owned(), "close it with `}`; for the character itself write `[{]`")
        }
        other => (other.to_string(), "see the glob syntax with `claimsmith help patterns glob`"),
    };
    Err(GlobError::Invalid(message, help))
}

/// The glob with an unnamed wildcard in the place of each named one, for globset.
fn without_captures(glob: &str) -> String {
    let mut plain = String::new();
    let mut rest = glob;
    while let Some(at) = rest.find(['[', '$']) {
        let (before, marked) = rest.split_at(at);
        plain.push_str(before);
        let len = match marked.strip_prefix("${") {
            Some(inside) => inside.find('}').map(|end| end + 3),
            // Inside a class `$` is an ordinary character; the first character of a class may be `]`.
            None if marked.starts_with('[') => {
                let open = marked.len() - marked.trim_start_matches(['[', '!', '^']).len();
                let inside = marked.get(open + 1..).and_then(|inside| inside.find(']'));
                inside.map(|end| open + end + 2)
            }
            None => Some(1),
        };
        let (piece, after) = marked.split_at_checked(len.unwrap_or(marked.len())).unwrap_or((marked, ""));
        plain.push_str(if marked.starts_with("${") { "?*" } else { piece });
        rest = after;
    }
    plain + rest
}

/// Refuses captures whose text would be ambiguous.
fn check_captures(pattern: &str) -> Result<(), GlobError> {
    let [any, capture] = [glob::ANY, glob::CAPTURE].map(char::from);
    if pattern.contains(&format!("{any}{capture}")) || pattern.contains(&format!("{any}{any}")) {
        let message = "a capture is next to another wildcard".to_owned();
        return Err(GlobError::Invalid(message, "put a character between them that shows where one ends"));
    }
    let mut letters: Vec<&str> = pattern.split(capture).skip(1).filter_map(|after| after.get(..1)).collect();
    let count = letters.len();
    letters.sort_unstable();
    letters.dedup();
    if letters.len() < count {
        let message = "a capture is used twice".to_owned();
        return Err(GlobError::Invalid(message, "give each its own name"));
    }
    Ok(())
}

fn empty_alternative() -> GlobError {
    GlobError::Invalid("an alternative is empty".to_owned(), "write the shorter name as a pattern of its own")
}

/// Whether a word can be the name of a capture.
pub(crate) fn is_capture_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    name.starts_with(|first: char| first.is_ascii_lowercase()) && name.bytes().all(fits)
}

fn renumber(tokens: &mut [GlobToken], number: &dyn Fn(u8) -> Option<u8>) {
    for token in tokens {
        match token {
            GlobToken::Capture(old) => *old = number(*old).unwrap_or_default(),
            GlobToken::Alternatives(all) => all.iter_mut().for_each(|tokens| renumber(tokens, number)),
            GlobToken::Literal(_) | GlobToken::Any | GlobToken::One | GlobToken::Class { .. } => {}
        }
    }
}

impl GlobToken {
    /// As [`Pattern::decode`] reads it; alternatives have no such form.
    pub(crate) fn lowered(&self) -> String {
        match self {
            Self::Literal(char) => char.to_string(),
            Self::Any => char::from(glob::ANY).to_string(),
            Self::One => char::from(glob::ONE).to_string(),
            Self::Capture(number) => {
                let bytes = [glob::CAPTURE, b'a' + number, glob::ONE, glob::ANY];
                bytes.map(char::from).iter().collect()
            }
            Self::Class { negated, ranges } => {
                let open = if *negated { glob::NEGATED_CLASS } else { glob::CLASS };
                let mut class = char::from(open).to_string();
                class.extend(ranges.iter().flat_map(|(low, high)| [*low, *high]));
                class.push(char::from(glob::CLASS_END));
                class
            }
            Self::Alternatives(_) => String::new(),
        }
    }
}

/// Every pattern that the alternatives expand to, lowered.
fn expand(tokens: &[GlobToken]) -> Result<Vec<String>, GlobError> {
    let mut expanded = vec![String::new()];
    for token in tokens {
        let endings: Vec<String> = match token {
            GlobToken::Alternatives(all) => {
                let mut endings = Vec::new();
                for alternative in all {
                    endings.extend(expand(alternative)?);
                }
                endings
            }
            other => vec![other.lowered()],
        };
        if expanded.len() * endings.len() > MAX_GLOB_EXPANSIONS {
            return Err(GlobError::TooLarge);
        }
        let join = |start: &String| endings.iter().map(move |end| join(start, end)).collect::<Vec<_>>();
        expanded = expanded.iter().flat_map(join).collect();
    }
    Ok(expanded)
}

/// Joins two pieces. Two "any characters" in a row become one, unless the first belongs to a capture.
fn join(start: &str, end: &str) -> String {
    let [any, one, capture] = [glob::ANY, glob::ONE, glob::CAPTURE].map(char::from);
    let of_capture = || {
        let letter = start.strip_suffix(any).and_then(|start| start.strip_suffix(one));
        letter.is_some_and(|start| start.chars().rev().nth(1) == Some(capture))
    };
    match end.strip_prefix(any) {
        Some(rest) if start.ends_with(any) && !of_capture() => format!("{start}{rest}"),
        _ => format!("{start}{end}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Glob, GlobError, GlobToken};

    fn check(glob: &str, name: &str, expected: bool) {
        assert_eq!(Glob::parse(glob).expect(glob).is_match(name), expected, "`{glob}` against `{name}`");
    }

    #[test]
    fn glob_matches_what_its_syntax_says() {
        check("{eng,ops}-*", "ops-core", true);
        check("{eng,ops}-*", "dev-core", false);
        check("{a,b{c,d}}", "bd", true);
        check("a,b", "a,b", true);
        check("DOMAIN\\*", "DOMAIN\\Users", true);
        check("[*]x", "*x", true);
        check("[]a]", "]", true);
        check("[a-]", "-", true);
        check("[!a-c]", "b", false);
        check("[^a-c]", "d", true);
        check("Vertrieb-K?ln", "Vertrieb-Köln", true);
        check("{*,a}*", "zzz", true);
        check("eng-${team}", "eng-core", true);
        check("eng-${team}", "eng-", false);
        check("{eng,ops}-${team}-x", "ops-a-x", true);
        check("[$]{a,b}", "$b", true);
        check("[]${]x", "{x", true);
        check("$x", "$x", true);
    }

    #[test]
    fn renumbered_glob_captures_the_same_with_other_numbers() {
        let glob = Glob::parse("x-${a}-{${b}-y,z}*").expect("a glob");
        assert_eq!(glob.captures, ["a", "b"]);
        assert_eq!(glob.renumbered(&[0, 1]), glob);
        let other = glob.renumbered(&[3, 0]);
        assert_eq!(
            other.patterns,
            ["x-\u{6}d\u{2}\u{1}-\u{6}a\u{2}\u{1}-y\u{1}", "x-\u{6}d\u{2}\u{1}-z\u{1}"]
        );
        assert_eq!(other.renumbered(&[9, 9, 9, 0]).tokens.get(2), Some(&GlobToken::Capture(0)));
    }

    #[test]
    fn patterns_without_captures_have_their_wildcards() {
        let glob = Glob::parse("${a}-{${b}-y,z}*").expect("a glob");
        let patterns: Vec<String> = glob.patterns_without_captures().collect();
        assert_eq!(patterns, ["\u{2}\u{1}-\u{2}\u{1}-y\u{1}", "\u{2}\u{1}-z\u{1}"]);
    }

    fn check_refused(glob: &str, message: &str) {
        match Glob::parse(glob) {
            Err(GlobError::Invalid(found, _)) => {
                assert!(found.contains(message), "{glob}: {found}")
            }
            other => panic!("{glob}: {other:?}"),
        }
    }

    #[test]
    fn glob_without_a_clear_meaning_is_refused() {
        check_refused("a[b", "never closed");
        check_refused("a{b", "never closed");
        check_refused("a}b", "closes nothing");
        check_refused("[z-a]", "backwards");
        check_refused("a/**/b", "`**`");
        check_refused("a{,b}", "empty");
        check_refused("{}", "empty");
        check_refused("${Team}", "is not a capture");
        check_refused("${team", "a `${` is never closed");
        check_refused("${a}*", "next to another wildcard");
        check_refused("*${a}", "next to another wildcard");
        check_refused("${a}${b}", "next to another wildcard");
        check_refused("${a}{*,x}", "next to another wildcard");
        check_refused("${a}-${a}", "used twice");
        check_refused("${a}-${b}-${c}-${d}-${e}-${f}-${g}-${h}-${i}", "more than 8 captures");
        check_refused("\u{7f}*", "control character");
        assert_eq!(Glob::parse(&"{a,b}".repeat(9)), Err(GlobError::TooLarge));
        assert_eq!(Glob::parse(&("{a,".repeat(20) + "b" + &"}".repeat(20))), Err(GlobError::TooLarge));
    }
}
