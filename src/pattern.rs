//! Lowered globs: what the engine matches.
//!
//! The compiler turns a glob that an author wrote into one or more lowered patterns (alternatives are expanded)
//! in which every special construct is a control byte. Names never hold control characters, so a literal needs
//! no escaping, and what stands before the first and after the last control byte is the pattern's literal ends,
//! which [`Matcher`](crate::matcher::Matcher) indexes.
//!
//! | bytes | matches |
//! | --- | --- |
//! | `01` | any characters, also none |
//! | `02` | one character |
//! | `03` pairs of characters `05` | one character between the two of a pair |
//! | `04` pairs of characters `05` | one character between the two of no pair |
//! | anything else | itself |

use crate::words::same;

pub(crate) const ANY: u8 = 1;
pub(crate) const ONE: u8 = 2;
pub(crate) const CLASS: u8 = 3;
pub(crate) const NEGATED_CLASS: u8 = 4;
pub(crate) const CLASS_END: u8 = 5;

/// A lowered glob with at least one special construct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pattern<'b> {
    /// The literal before the first construct.
    prefix: &'b [u8],
    /// From the first construct to the last.
    middle: &'b [u8],
    /// The literal behind the last construct.
    suffix: &'b [u8],
}

/// How a rule came to fire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PatternKind<'b> {
    /// The group is one of the rule's exact names.
    Exact,
    /// The group matches one of the rule's globs.
    Glob(Pattern<'b>),
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
                Ok(0..0x20 | 0x7f) => return None,
                _ => {}
            }
        }
        if !special {
            return None;
        }
        let bytes = lowered.as_bytes();
        let is_special = |&byte: &u8| byte <= CLASS_END;
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

    /// Whether the whole of `name` matches.
    ///
    /// Takes time linear in the name for a given pattern: a failed attempt only ever goes back to
    /// the last "any characters" passed.
    pub fn is_match(&self, name: &[u8]) -> bool {
        let Some((start, rest)) = name.split_at_checked(self.prefix.len()) else { return false };
        let Some(len) = rest.len().checked_sub(self.suffix.len()) else { return false };
        let Some((rest, end)) = rest.split_at_checked(len) else { return false };
        same(start, self.prefix)
            && same(end, self.suffix)
            && (matches!(self.middle, [ANY]) || is_middle_match(self.middle, rest))
    }

    /// The pattern as an author would write it.
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

/// What comes of holding the next construct of a pattern against the next character of a name.
enum Step<'p, 'n> {
    Any { pattern: &'p [u8] },
    Taken { pattern: &'p [u8], name: &'n [u8] },
    Failed,
    Done,
}

fn is_middle_match(pattern: &[u8], name: &[u8]) -> bool {
    let (mut pattern, mut name) = (pattern, name);
    // The pattern behind the last "any characters", and the name from where it was last tried.
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        match step(pattern, name) {
            Step::Done => return true,
            Step::Any { pattern: [] } => return true,
            Step::Any { pattern: behind } => {
                retry = Some((behind, name));
                pattern = behind;
            }
            Step::Taken { pattern: behind, name: left } => (pattern, name) = (behind, left),
            Step::Failed => {
                let Some((behind, tried)) = retry else {
                    return false;
                };
                let Some((_, left)) = next_char(tried) else {
                    return false;
                };
                retry = Some((behind, left));
                (pattern, name) = (behind, left);
            }
        }
    }
}

fn step<'p, 'n>(pattern: &'p [u8], name: &'n [u8]) -> Step<'p, 'n> {
    let Some((&first, behind)) = pattern.split_first() else {
        return if name.is_empty() { Step::Done } else { Step::Failed };
    };
    let taken = match first {
        ANY => return Step::Any { pattern: behind },
        ONE => next_char(name).map(|(_, left)| (behind, left)),
        CLASS | NEGATED_CLASS => next_char(name).and_then(|(char, left)| {
            let (inside, behind) = is_in_class(char, behind)?;
            (inside == (first == CLASS)).then_some((behind, left))
        }),
        literal => match name.split_first() {
            Some((&byte, left)) if byte == literal => Some((behind, left)),
            _ => None,
        },
    };
    match taken {
        Some((pattern, name)) => Step::Taken { pattern, name },
        None => Step::Failed,
    }
}

/// Whether `char` is in one of the class's pairs, and the pattern behind the class.
fn is_in_class(char: u32, class: &[u8]) -> Option<(bool, &[u8])> {
    let mut inside = false;
    let mut rest = class;
    loop {
        let (low, behind_low) = next_char(rest)?;
        if low == u32::from(CLASS_END) {
            return Some((inside, behind_low));
        }
        let (high, behind_high) = next_char(behind_low)?;
        inside |= (low..=high).contains(&char);
        rest = behind_high;
    }
}

/// The first character of UTF-8 text and what follows it; a byte that begins none stands for itself.
fn next_char(text: &[u8]) -> Option<(u32, &[u8])> {
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
    fn only_well_formed_patterns_are_read() {
        for bad in ["", "plain", "\u{6}\u{1}", "\u{3}\u{5}", "\u{3}a\u{5}", "\u{3}za\u{5}", "\u{3}az"] {
            assert_eq!(Pattern::decode(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn many_any_constructs_do_not_explode() {
        let lowered = "\u{1}a".repeat(50) + "\u{1}b";
        check(&lowered, &"a".repeat(4_000), false);
    }
}
