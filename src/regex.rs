//! Regular expressions as the engine runs them: on the whole of a name, in time linear in it.
//!
//! regex-lite runs them, natively and in WebAssembly, so both hosts agree by construction. It is slow beside a table:
//! what the compiler found out about how a match begins turns nearly every name away before it is asked.

use regex_lite::RegexBuilder;

use crate::words::{front_word, lower_word, same};

/// The most memory that one compiled regular expression takes, in bytes.
///
/// The compiler's own budget is far smaller, and the same on every host; this one depends on how wide a pointer is,
/// so it must never be the one that decides.
const SIZE_LIMIT: usize = 1 << 20;

/// How deep a regular expression may be nested: the engine parses recursively, and WebAssembly has a small stack.
const NEST_LIMIT: u32 = 50;

/// A regular expression, ready to be asked about names.
#[derive(Debug)]
pub(crate) struct Regex<'b> {
    whole: regex_lite::Regex,
    ignore_case: bool,
    /// Every match begins with one of them; none if nothing is known about that.
    prefixes: Vec<Prefix<'b>>,
}

#[derive(Debug)]
struct Prefix<'b> {
    /// Its first eight bytes, and which of them there are.
    word: u64,
    mask: u64,
    /// What follows them.
    rest: &'b [u8],
}

/// The first eight bytes of a name, as they are and with ASCII letters in lower case: computed once for all that ask.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Front {
    word: u64,
    lower: u64,
}

impl Front {
    pub(crate) fn of(name: &[u8]) -> Self {
        let word = front_word(name);
        Self { word, lower: lower_word(word) }
    }
}

impl<'b> Regex<'b> {
    /// Compiles a regular expression that has to match whole names; `None` if it is not well-formed.
    ///
    /// Every match must begin with one of the prefixes, if there are any: they decide before the expression does.
    /// Those of an expression that ignores case are in lower case.
    pub(crate) fn decode(pattern: &str, ignore_case: bool, prefixes: Vec<&'b [u8]>) -> Option<Self> {
        // A pattern that is none by itself, such as `a)|(b`, could leave the group that it is put into.
        if parse(pattern).is_err() {
            return None;
        }
        let whole = builder(&format!("^(?:{pattern})$"))
            .case_insensitive(ignore_case)
            .size_limit(SIZE_LIMIT)
            .build()
            .ok()?;
        let prefixes = prefixes
            .into_iter()
            .map(|prefix| Prefix::new(prefix).filter(|_| !ignore_case || is_lower(prefix)))
            .collect::<Option<_>>()?;
        Some(Self { whole, ignore_case, prefixes })
    }

    /// Whether letters of ASCII match in either case.
    pub(crate) fn ignores_case(&self) -> bool {
        self.ignore_case
    }

    /// Whether the whole of a name matches.
    pub(crate) fn is_match(&self, name: &[u8]) -> bool {
        self.is_match_from(Front::of(name), name)
    }

    /// The same for whoever has the front of the name already.
    #[inline]
    pub(crate) fn is_match_from(&self, front: Front, name: &[u8]) -> bool {
        self.may_match(front, name) && self.runs_on(name)
    }

    #[inline]
    fn may_match(&self, front: Front, name: &[u8]) -> bool {
        let word = if self.ignore_case { front.lower } else { front.word };
        let fits = |prefix: &Prefix<'_>| {
            word & prefix.mask == prefix.word
                && (prefix.rest.is_empty() || prefix.continues(name, self.ignore_case))
        };
        self.prefixes.is_empty() || self.prefixes.iter().any(fits)
    }

    #[inline(never)]
    fn runs_on(&self, name: &[u8]) -> bool {
        core::str::from_utf8(name).is_ok_and(|name| self.whole.is_match(name))
    }

    /// Calls `each` with the name and the text of every named group that took part in the match, if there is one.
    pub(crate) fn captures<'n>(&self, name: &'n [u8], mut each: impl FnMut(&str, &'n [u8])) {
        if !self.may_match(Front::of(name), name) {
            return;
        }
        let Ok(text) = core::str::from_utf8(name) else { return };
        let Some(captures) = self.whole.captures(text) else { return };
        for (group, capture) in self.whole.capture_names().zip(captures.iter()) {
            if let (Some(group), Some(capture)) = (group, capture) {
                each(group, capture.as_str().as_bytes());
            }
        }
    }
}

impl<'b> Prefix<'b> {
    /// `None` for the empty one, which would say nothing.
    fn new(literal: &'b [u8]) -> Option<Self> {
        let (head, rest) = literal.split_at_checked(8).unwrap_or((literal, &[]));
        let missing = 8u32.saturating_sub(u32::try_from(head.len()).ok()?) * 8;
        let mask = u64::MAX.unbounded_shl(missing);
        (!literal.is_empty()).then(|| Self { word: front_word(head), mask, rest })
    }

    /// Whether a name that begins with the word goes on as the prefix does.
    fn continues(&self, name: &[u8], ignore_case: bool) -> bool {
        let behind = name.get(8..).and_then(|behind| behind.get(..self.rest.len()));
        behind.is_some_and(|behind| match ignore_case {
            true => behind.eq_ignore_ascii_case(self.rest),
            false => same(behind, self.rest),
        })
    }
}

fn is_lower(bytes: &[u8]) -> bool {
    !bytes.iter().any(u8::is_ascii_uppercase)
}

/// Whether the engine takes a pattern, by itself, for a regular expression; if not, what it says about it.
///
/// Nothing is compiled: that alone could take much longer than the pattern is long.
pub(crate) fn parse(pattern: &str) -> Result<(), regex_lite::Error> {
    // Compiling is over at its first step, with the error that has nothing to do with the pattern.
    let failure = |pattern: &str| builder(pattern).size_limit(0).build().err();
    match failure(pattern) {
        Some(error) if failure("").as_ref() != Some(&error) => Err(error),
        _ => Ok(()),
    }
}

fn builder(pattern: &str) -> RegexBuilder {
    let mut builder = RegexBuilder::new(pattern);
    builder.nest_limit(NEST_LIMIT);
    builder
}

#[cfg(test)]
mod tests {
    use super::Regex;

    fn decode<'b>(pattern: &str, ignore_case: bool, prefixes: &[&'b str]) -> Option<Regex<'b>> {
        Regex::decode(pattern, ignore_case, prefixes.iter().map(|prefix| prefix.as_bytes()).collect())
    }

    fn check(prefixes: &[&str], ignore_case: bool, name: &str, expected: bool) {
        let regex = decode(".+", ignore_case, prefixes).expect("it is sound");
        assert_eq!(regex.is_match(name.as_bytes()), expected, "{prefixes:?} of {name}");
        let mut found = 0;
        decode("(?<all>.+)", ignore_case, prefixes)
            .expect("it is sound")
            .captures(name.as_bytes(), |_, text| found += text.len());
        assert_eq!(found, if expected { name.len() } else { 0 });
    }

    #[test]
    fn a_name_has_to_begin_with_one_of_the_prefixes() {
        check(&[], false, "eng", true);
        check(&["eng-"], false, "eng-core", true);
        check(&["eng-"], false, "eng", false);
        check(&["eng-"], false, "Eng-core", false);
        check(&["ops", "engineering-platform"], false, "engineering-platform", true);
        check(&["ops", "engineering-platform"], false, "engineering-platforms", true);
        check(&["ops", "engineering-platform"], false, "engineering-plat", false);
        check(&["ops", "engineering-platform"], false, "engineering-PLATFORM", false);
        check(&["engineer"], false, "engineer", true);
        check(&["engineer"], false, "engineeR", false);
    }

    #[test]
    fn letters_of_prefixes_may_be_of_either_case() {
        check(&["eng-"], true, "ENG-core", true);
        check(&["engineering-plat"], true, "Engineering-PLATform", true);
        check(&["engineering-plat"], true, "Engineering-PLATz", true);
        check(&["engineering-plat"], true, "Engineering-PLAnning", false);
        check(&["[@`{-"], true, "{`@[-", false);
        check(&["köln"], true, "KöLN", true);
        check(&["köln"], true, "KÖLN", false);
    }

    #[test]
    fn only_what_is_well_formed_is_decoded() {
        for pattern in ["a)|(b", "a)(b", "(a", "a\\", "[a", "(?=a)", "(?x)a #", "a{1000}{1000}{1000}"] {
            assert!(decode(pattern, false, &[]).is_none(), "{pattern}");
        }
        let nested = format!("{}a{}", "(".repeat(1_000), ")".repeat(1_000));
        assert!(decode(&nested, false, &[]).is_none());
        assert!(decode("a", false, &[""]).is_none());
        assert!(decode("a", true, &["A"]).is_none());
        assert!(decode("a", false, &["A"]).is_some());
    }

    #[test]
    fn groups_that_took_part_are_told_in_their_order() {
        let regex = decode("(?<b>x+)(y)(?<a>z)?(?<c>.*)", false, &["x"]).expect("it is sound");
        let mut found = Vec::new();
        regex.captures(b"xxyw", |group, text| found.push((group.to_owned(), text)));
        assert_eq!(found, [("b".to_owned(), &b"xx"[..]), ("c".to_owned(), b"w")]);
    }

    #[test]
    fn what_is_no_text_does_not_match() {
        assert!(!decode("(?s:.)*", false, &[]).expect("it is sound").is_match(b"a\xff"));
    }
}
