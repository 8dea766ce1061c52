//! Lowered globs: what the engine matches.
//!
//! The compiler turns a glob into one or more lowered patterns (alternatives are expanded) in which every special
//! construct is a control byte. Names never contain control characters, so a literal needs no escaping. The text before
//! the first and after the last control byte are the pattern's literal ends, which
//! [`Matcher`](super::matcher::Matcher) indexes. [`crate::codec::tags`] has the control bytes.

use super::affix::Affix;
pub(crate) use crate::codec::tags::glob::{ANY, CAPTURE, CLASS, CLASS_END, NEGATED_CLASS, ONE};
use crate::ids::ClauseId;
use crate::limits::MAX_CAPTURES;
use crate::text::scan::bytes_equal;
use crate::work;

/// A lowered glob with at least one special construct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pattern<'b> {
    /// The literal before the first construct.
    prefix: &'b [u8],
    /// From the first construct to the last.
    middle: &'b [u8],
    /// The literal after the last construct.
    suffix: &'b [u8],
}

/// A glob of a clause.
#[derive(Debug)]
pub(crate) struct ClauseGlob<'b> {
    pub(crate) pattern: Pattern<'b>,
    pub(crate) clause: ClauseId,
}

impl<'b> Pattern<'b> {
    /// Reads a lowered glob; `None` if it is not well-formed.
    pub fn decode(lowered: &'b str) -> Option<Self> {
        let mut special = false;
        let mut rest = lowered.chars();
        while let Some(char) = rest.next() {
            match u8::try_from(char) {
                Ok(ANY | ONE) => special = true,
                Ok(CLASS | NEGATED_CLASS) => {
                    special = true;
                    read_class(&mut rest)?;
                }
                Ok(CAPTURE) => read_capture(&mut rest)?,
                Ok(0..0x20 | 0x7f) => return None,
                _ => {}
            }
        }
        if !special {
            return None;
        }
        let bytes = lowered.as_bytes();
        let is_special = |&byte: &u8| byte <= CAPTURE;
        let first = bytes.iter().position(is_special)?;
        let last = bytes.iter().rposition(is_special)?;
        let (before, suffix) = bytes.split_at_checked(last + 1)?;
        let (prefix, middle) = before.split_at_checked(first)?;
        Some(Self { prefix, middle, suffix })
    }

    /// The literal that every match begins with.
    pub fn prefix(&self) -> &'b [u8] {
        self.prefix
    }

    /// The literal that every match ends with.
    pub fn suffix(&self) -> &'b [u8] {
        self.suffix
    }

    /// The literal that every match has at an end.
    pub(crate) fn literal(&self, affix: Affix) -> &'b [u8] {
        match affix {
            Affix::Prefix => self.prefix,
            Affix::Suffix => self.suffix,
        }
    }

    /// Whether the whole of `name` matches.
    ///
    /// Linear in the length of the name: a failed attempt only returns to the last "any characters".
    pub fn is_match(&self, name: &[u8]) -> bool {
        name.get(..self.prefix.len()).is_some_and(|start| bytes_equal(start, self.prefix))
            && self.is_rest_match(Affix::Prefix, name)
    }

    /// Whether the whole of `name` matches, given that it has the pattern's literal at this end.
    #[inline(always)]
    pub(crate) fn is_rest_match(&self, affix: Affix, name: &[u8]) -> bool {
        work::count(1);
        let Some((start, rest)) = name.split_at_checked(self.prefix.len()) else { return false };
        let Some(len) = rest.len().checked_sub(self.suffix.len()) else { return false };
        let Some((rest, end)) = rest.split_at_checked(len) else { return false };
        let (literal, found) = match affix {
            Affix::Prefix => (self.suffix, end),
            Affix::Suffix => (self.prefix, start),
        };
        (literal.is_empty() || bytes_equal(literal, found))
            && (matches!(self.middle, [ANY]) || is_middle_match(self.middle, rest))
    }

    /// Calls `each` for every capture of a name that matches, with its number and its text.
    ///
    /// Each capture is as short as possible, the first one first.
    pub(crate) fn captures<'n>(&self, name: &'n [u8], mut each: impl FnMut(usize, &'n [u8])) {
        let len = name.len().saturating_sub(self.suffix.len());
        let middle = name.get(self.prefix.len()..len).unwrap_or_default();
        for capture in find_captures(self.middle, middle).unwrap_or_default() {
            each(usize::from(capture.letter.saturating_sub(b'a')), capture.text);
        }
    }

    /// The pattern as an author would write it. Captures are named by letters.
    #[cfg(feature = "compiler")]
    pub fn to_glob(&self) -> String {
        let lowered = [self.prefix, self.middle, self.suffix].concat();
        let lowered = String::from_utf8_lossy(&lowered);
        let mut glob = String::new();
        let mut rest = lowered.chars();
        while let Some(char) = rest.next() {
            match u8::try_from(char) {
                Ok(ANY) => glob.push('*'),
                Ok(ONE) => glob.push('?'),
                // The wildcards after it belong to the capture.
                Ok(CAPTURE) => {
                    let letter = rest.next().unwrap_or('a');
                    rest = rest.as_str().trim_start_matches([char::from(ANY), char::from(ONE)]).chars();
                    glob.extend(['$', '{', letter, '}']);
                }
                Ok(open @ (CLASS | NEGATED_CLASS)) => {
                    glob.push_str(if open == CLASS { "[" } else { "[!" });
                    while let Some((low, high)) = rest.next().zip(rest.next()) {
                        glob.push(low);
                        if low != high {
                            glob.extend(['-', high]);
                        }
                        if rest.as_str().starts_with(char::from(CLASS_END)) {
                            rest.next();
                            break;
                        }
                    }
                    glob.push(']');
                }
                Ok(b'*' | b'?' | b'[' | b'{' | b'}') => glob.extend(['[', char, ']']),
                _ => glob.push(char),
            }
        }
        glob
    }
}

/// Reads the pairs of a class up to its end; `None` if they are not pairs in ascending order.
fn read_class(rest: &mut core::str::Chars<'_>) -> Option<()> {
    let mut pairs = 0;
    loop {
        let low = rest.next()?;
        if low == char::from(CLASS_END) {
            return (pairs > 0).then_some(());
        }
        let high = rest.next()?;
        if low > high || low < ' ' {
            return None;
        }
        pairs += 1;
    }
}

/// Reads a capture up to its wildcards; `None` if they do not follow.
fn read_capture(rest: &mut core::str::Chars<'_>) -> Option<()> {
    let last = b'a' + MAX_CAPTURES as u8 - 1;
    let is_letter = rest.next().is_some_and(|letter| ('a'..=char::from(last)).contains(&letter));
    let wildcards = [char::from(ONE), char::from(ANY)];
    (is_letter && rest.clone().take(wildcards.len()).eq(wildcards)).then_some(())
}

/// The result of matching the next construct of a pattern with the next character of a name.
enum StepResult<'p, 'n> {
    Any { pattern: &'p [u8] },
    Taken { pattern: &'p [u8], name: &'n [u8] },
    Failed,
    Done,
}

fn is_middle_match(pattern: &[u8], name: &[u8]) -> bool {
    let (mut pattern, mut name) = (pattern, name);
    // The pattern after the last "any characters", and the rest of the name where it was last tried.
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        work::count(1);
        match step(pattern, name) {
            StepResult::Done => return true,
            StepResult::Any { pattern: [] } => return true,
            StepResult::Any { pattern: after } => {
                retry = Some((after, name));
                pattern = after;
            }
            StepResult::Taken { pattern: after, name: left } => (pattern, name) = (after, left),
            StepResult::Failed => {
                let Some((after, tried)) = retry else {
                    return false;
                };
                let Some((_, left)) = next_char(tried) else {
                    return false;
                };
                retry = Some((after, left));
                (pattern, name) = (after, left);
            }
        }
    }
}

/// The text of a capture.
struct Capture<'n> {
    letter: u8,
    text: &'n [u8],
}

/// The captures of a name that the middle of a pattern matches; `None` if it does not.
///
/// Works like [`is_middle_match`]: the pattern before the last "any characters" is never tried again, so each of them
/// is as short as possible.
fn find_captures<'n>(pattern: &[u8], text: &'n [u8]) -> Option<Vec<Capture<'n>>> {
    // The text between two rests of `text`.
    let between =
        |from: &'n [u8], to: &[u8]| from.get(..from.len().saturating_sub(to.len())).unwrap_or_default();
    let (mut pattern, mut name) = (pattern, text);
    let mut found: Vec<Capture<'n>> = Vec::new();
    // The capture whose wildcards come next: its letter, and the rest of the name where it begins.
    let mut open: Option<(u8, &'n [u8])> = None;
    // The pattern after the last "any characters", the rest of the name where it was tried, the capture that it ends,
    // and the number of captures found before.
    let mut retry = None;
    loop {
        if let [CAPTURE, letter, after @ ..] = pattern {
            open = Some((*letter, name));
            pattern = after;
            continue;
        }
        match step(pattern, name) {
            StepResult::Done => return Some(found),
            StepResult::Any { pattern: after } => {
                let own = open.take();
                retry = Some((after, name, own, found.len()));
                // An "any characters" at the end matches the whole rest.
                let end = if after.is_empty() { &[][..] } else { name };
                found.extend(own.map(|(letter, from)| Capture { letter, text: between(from, end) }));
                if after.is_empty() {
                    return Some(found);
                }
                pattern = after;
            }
            StepResult::Taken { pattern: after, name: left } => (pattern, name) = (after, left),
            StepResult::Failed => {
                let (after, tried, own, count) = retry?;
                let (_, left) = next_char(tried)?;
                found.truncate(count);
                found.extend(own.map(|(letter, from)| Capture { letter, text: between(from, left) }));
                open = None;
                retry = Some((after, left, own, count));
                (pattern, name) = (after, left);
            }
        }
    }
}

fn step<'p, 'n>(pattern: &'p [u8], name: &'n [u8]) -> StepResult<'p, 'n> {
    let Some((&first, after)) = pattern.split_first() else {
        return if name.is_empty() { StepResult::Done } else { StepResult::Failed };
    };
    let taken = match first {
        ANY => return StepResult::Any { pattern: after },
        CAPTURE => return StepResult::Taken { pattern: after.get(1..).unwrap_or_default(), name },
        ONE => next_char(name).map(|(_, left)| (after, left)),
        CLASS | NEGATED_CLASS => next_char(name).and_then(|(char, left)| {
            let (inside, after) = is_in_class(char, after)?;
            (inside == (first == CLASS)).then_some((after, left))
        }),
        literal => match name.split_first() {
            Some((&byte, left)) if byte == literal => Some((after, left)),
            _ => None,
        },
    };
    match taken {
        Some((pattern, name)) => StepResult::Taken { pattern, name },
        None => StepResult::Failed,
    }
}

/// Whether `char` is in one of the class's pairs, and the pattern after the class.
fn is_in_class(char: u32, class: &[u8]) -> Option<(bool, &[u8])> {
    let mut inside = false;
    let mut rest = class;
    loop {
        let (low, after_low) = next_char(rest)?;
        if low == u32::from(CLASS_END) {
            return Some((inside, after_low));
        }
        let (high, after_high) = next_char(after_low)?;
        inside |= (low..=high).contains(&char);
        rest = after_high;
    }
}

/// The first character of UTF-8 text and the rest. A byte that does not begin a character counts as one.
pub(crate) fn next_char(text: &[u8]) -> Option<(u32, &[u8])> {
    let (&lead, rest) = text.split_first()?;
    let (bits, len) = match lead {
        0xc0..=0xdf => (lead & 0x1f, 1),
        0xe0..=0xef => (lead & 0x0f, 2),
        0xf0..=0xf7 => (lead & 0x07, 3),
        _ => return Some((u32::from(lead), rest)),
    };
    let Some((tail, left)) = rest.split_at_checked(len) else {
        return Some((u32::from(lead), rest));
    };
    let char = tail.iter().fold(u32::from(bits), |char, byte| (char << 6) | u32::from(byte & 0x3f));
    Some((char, left))
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    fn check(lowered: &str, name: &str, expected: bool) {
        let pattern = Pattern::decode(lowered).expect(lowered);
        assert_eq!(pattern.is_match(name.as_bytes()), expected, "{lowered:?} against {name:?}");
    }

    #[test]
    fn constructs_match_whole_names() {
        check("eng-\u{1}", "eng-core", true);
        check("eng-\u{1}", "eng-", true);
        check("eng-\u{1}", "xeng-core", false);
        check("\u{1}-admins", "team/a\\b-admins", true);
        check("a\u{1}a", "a", false);
        check("a\u{1}a", "aa", true);
        check("a\u{2}b", "aüb", true);
        check("a\u{2}b", "ab", false);
        check("\u{3}azAZ\u{5}x", "Qx", true);
        check("\u{4}azAZ\u{5}x", "Qx", false);
        check("\u{4}azAZ\u{5}x", "7x", true);
        check("\u{3}äü\u{5}", "ö", true);
        check("\u{1}b\u{1}c\u{2}", "abbbcbcd", true);
        check("\u{1}b\u{1}c\u{2}", "abbbcbc", false);
        check("\u{1}ö\u{2}", "xöy", true);
    }

    #[test]
    fn decode_refuses_malformed_patterns() {
        for bad in ["", "plain", "\u{6}\u{1}", "\u{3}\u{5}", "\u{3}a\u{5}", "\u{3}za\u{5}", "\u{3}az"] {
            assert_eq!(Pattern::decode(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn captures_are_as_short_as_possible() {
        fn check(lowered: &str, name: &str, expected: &[(usize, &str)]) {
            let pattern = Pattern::decode(lowered).expect(lowered);
            assert!(pattern.is_match(name.as_bytes()), "{lowered:?} against {name:?}");
            let mut found = Vec::new();
            pattern.captures(name.as_bytes(), |at, text| {
                found.push((at, core::str::from_utf8(text).expect("UTF-8")))
            });
            assert_eq!(found, expected, "{lowered:?} against {name:?}");
        }
        const A: &str = "\u{6}a\u{2}\u{1}";
        const B: &str = "\u{6}b\u{2}\u{1}";
        check(&format!("eng-{A}"), "eng-core", &[(0, "core")]);
        check(&format!("eng-{A}-admins"), "eng-core-x-admins", &[(0, "core-x")]);
        check(&format!("{A}-{B}"), "x-y-z", &[(0, "x"), (1, "y-z")]);
        check(&format!("{B}-{A}"), "--z", &[(1, "-"), (0, "z")]);
        check(&format!("{A}-{B}-end"), "a-b-end-end", &[(0, "a"), (1, "b-end")]);
        check(&format!("\u{1}/{A}/x"), "/a/b/x", &[(0, "a/b")]);
        check(&format!("{A}ö{B}"), "日öl", &[(0, "日"), (1, "l")]);
        assert!(
            !Pattern::decode(&format!("eng-{A}")).expect("fine").is_match(b"eng-"),
            "at least one character"
        );
        for bad in ["\u{6}a", "\u{6}i\u{2}\u{1}", "\u{6}a\u{1}", "\u{6}"] {
            assert_eq!(Pattern::decode(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn many_any_constructs_take_linear_time() {
        let lowered = "\u{1}a".repeat(50) + "\u{1}b";
        check(&lowered, &"a".repeat(4_000), false);
    }
}
