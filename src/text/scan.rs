//! Names eight bytes at a time: hashing, comparing and checking them in few steps.

use crate::work;

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// The first eight bytes, the first one highest; missing ones are zero.
///
/// Words compare as the bytes do, because names contain no zeros.
#[inline(always)]
pub(crate) fn load_prefix(bytes: &[u8]) -> u64 {
    match bytes.first_chunk::<8>() {
        Some(word) => u64::from_be_bytes(*word),
        None => pad(bytes),
    }
}

/// The last eight bytes, the last one highest; missing ones are zero.
#[inline(always)]
pub(crate) fn load_suffix(bytes: &[u8]) -> u64 {
    match bytes.last_chunk::<8>() {
        Some(word) => u64::from_le_bytes(*word),
        None => pad(bytes).swap_bytes().unbounded_shl(64 - 8 * bytes.len() as u32),
    }
}

/// Fewer than eight bytes as a word, the first one highest.
#[inline(never)]
fn pad(bytes: &[u8]) -> u64 {
    let missing = 8u32.saturating_sub(bytes.len() as u32) * 8;
    bytes.iter().fold(0, |word, &byte| (word << 8) | u64::from(byte)).unbounded_shl(missing)
}

/// Whether two byte strings are equal.
///
/// The standard library's comparison is a loop over bytes in WebAssembly.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub(crate) fn bytes_equal(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let (Some(left_last), Some(right_last)) = (left.last_chunk::<8>(), right.last_chunk::<8>()) else {
        return load_prefix(left) == load_prefix(right);
    };
    // The last words overlap the ones before them. Comparing all words costs less than stopping early.
    let mut different = u64::from_le_bytes(*left_last) ^ u64::from_le_bytes(*right_last);
    for (left, right) in left.as_chunks::<8>().0.iter().zip(right.as_chunks::<8>().0) {
        different |= u64::from_le_bytes(*left) ^ u64::from_le_bytes(*right);
    }
    different == 0
}

/// A fast hash of a name, whose highest bits are the best.
pub(crate) fn hash(name: &[u8]) -> u32 {
    scan(name).hash
}

/// Adds a word to the state of a hash.
#[inline(always)]
pub(crate) fn hash_step(state: u64, word: u64) -> u64 {
    (state.rotate_left(23) ^ word).wrapping_mul(MULTIPLIER)
}

/// The hash of a name: its words were added to `state`, and `last` has the bytes after them, padded with zeros.
#[inline(always)]
fn finish(state: u64, last: u64) -> u32 {
    (hash_step(state, last) >> 32) as u32
}

/// One name of a login, with what a scan of its bytes tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ScannedName<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) hash: u32,
    /// Whether the name contains what no directory puts into a name: a control character, or U+FFFD, which replaces
    /// damaged text.
    pub(crate) malformed: bool,
    /// Whether the name is plain ASCII without control characters.
    pub(crate) ascii: bool,
}

/// Hashes and checks a name in one pass.
#[inline(never)]
pub(crate) fn scan(name: &[u8]) -> ScannedName<'_> {
    work::count(name.len());
    let (words, rest) = name.as_chunks::<8>();
    let (mut state, mut flags) = (0, 0);
    for word in words {
        let word = u64::from_le_bytes(*word);
        state = hash_step(state, word);
        flags |= suspicious(word);
    }
    // The rest is padded with spaces for the check: a space is plain.
    let last = load_prefix(rest).swap_bytes();
    let padding = SPACES.unbounded_shl(8 * rest.len() as u32);
    let ascii = (flags | suspicious(last | padding)) == 0;
    let hash = finish(state, last);
    ScannedName { name, hash, malformed: !ascii && is_malformed(name), ascii }
}

const SPACES: u64 = ONES * 0x20;

/// Scans names that are joined by zero bytes, and calls `each` with every one. No name contains a zero byte.
///
/// Finds the end of a plain name while it hashes it, because a login spends a good part of its time here.
#[inline(always)]
pub(crate) fn scan_joined<'a>(joined: &'a [u8], mut each: impl FnMut(ScannedName<'a>)) {
    work::count(joined.len());
    let mut rest = joined;
    loop {
        let scanned = scan_plain_to_zero(rest).unwrap_or_else(|| {
            let end = rest.iter().position(|byte| *byte == 0).unwrap_or(rest.len());
            scan(rest.get(..end).unwrap_or_default())
        });
        each(scanned);
        match rest.get(scanned.name.len() + 1..) {
            Some(after) => rest = after,
            None => return,
        }
    }
}

/// Scans the name before the first zero byte; `None` if the name is not plain ASCII, or the last one.
#[inline(always)]
fn scan_plain_to_zero(text: &[u8]) -> Option<ScannedName<'_>> {
    let (mut left, mut state) = (text, 0);
    loop {
        let (word, after) = left.split_first_chunk()?;
        let word = u64::from_le_bytes(*word);
        let flags = suspicious(word);
        if flags == 0 {
            state = hash_step(state, word);
            left = after;
            continue;
        }
        // The flag of the first suspicious byte is exact. The ones after it may not be.
        let bit = flags.trailing_zeros() & !7;
        if (word >> bit) as u8 != 0 {
            return None;
        }
        let name = text.get(..text.len() - left.len() + bit as usize / 8)?;
        let hash = finish(state, word & ((1 << bit) - 1));
        return Some(ScannedName { name, hash, malformed: false, ascii: true });
    }
}

fn is_malformed(name: &[u8]) -> bool {
    name.iter().any(|&byte| byte < 0x20 || byte == 0x7f)
        || name.windows(3).any(|window| window == "\u{fffd}".as_bytes())
}

/// Flags the bytes that are control characters or not ASCII in their highest bits. All flags up to the first are exact.
#[inline(always)]
fn suspicious(word: u64) -> u64 {
    let below_space = word.wrapping_sub(SPACES) & !word;
    let above_tilde = word.wrapping_add(ONES) | word;
    (below_space | above_tilde) & HIGHS
}

#[cfg(test)]
mod tests {
    use super::{bytes_equal, hash, load_prefix, load_suffix, scan, scan_joined};

    #[test]
    fn scan_finds_control_characters_and_damage_at_every_position() {
        for bad in ["\0", "\u{1f}", "\u{7f}", "\u{fffd}"] {
            for before in ["", "a", "engineer", "engineering-ü", "aaaaaaaaaaaaaaaa"] {
                for after in ["", "b", "engineering-platform"] {
                    assert!(scan(format!("{before}{bad}{after}").as_bytes()).malformed);
                }
            }
        }
        for good in
            ["a", "Vertrieb-Köln", "DOMAIN\\Users", "CN=eng,OU=x", "~tilde~tilde~", "日本語のグループ"]
        {
            assert!(!scan(good.as_bytes()).malformed, "{good}");
        }
    }

    #[test]
    fn load_prefix_and_load_suffix_compare_as_the_bytes_do() {
        assert_eq!(load_prefix(b"0123456789"), load_prefix(b"01234567"));
        assert_eq!(load_suffix(b"0123456789"), load_suffix(b"23456789"));
        let reversed = |name: &str| name.bytes().rev().collect::<Vec<_>>();
        let names = ["", "a", "ab", "b", "ba", "abcdefg", "abcdefgh", "bbcdefgh", "zz"];
        for left in names {
            for right in names {
                let (left_back, right_back) = (reversed(left), reversed(right));
                let (left, right) = (left.as_bytes(), right.as_bytes());
                assert_eq!(load_prefix(left).cmp(&load_prefix(right)), left.cmp(right));
                assert_eq!(load_suffix(left).cmp(&load_suffix(right)), left_back.cmp(&right_back));
            }
        }
    }

    #[test]
    fn bytes_equal_and_hash_depend_on_every_byte() {
        let name = b"engineering-platform-admins";
        for len in 0..=name.len() {
            for at in 0..len {
                let original = name.get(..len).unwrap();
                let mut changed = original.to_vec();
                changed[at] ^= 1;
                assert!(!bytes_equal(original, &changed));
                assert!(bytes_equal(original, name.get(..len).unwrap()));
                assert_ne!(hash(original), hash(&changed), "length {len}, byte {at}");
            }
        }
    }

    #[test]
    fn scan_joined_splits_at_zeros() {
        fn check(joined: &[u8], expected: &[&[u8]]) {
            let mut names = Vec::new();
            scan_joined(joined, |scanned| {
                assert_eq!(scanned, scan(scanned.name));
                names.push(scanned.name);
            });
            assert_eq!(names, expected);
        }
        check(b"", &[b""]);
        check(b"\0", &[b"", b""]);
        check(b"abc\0engineering-platform\0x", &[b"abc", b"engineering-platform", b"x"]);
        check(b"12345678\0\x0112345678", &[b"12345678", b"\x0112345678"]);
        check(b"1234567\0", &[b"1234567", b""]);
        check(
            "Köln\0\u{fffd}\0Vertrieb-Köln\0\u{7f}".as_bytes(),
            &["Köln".as_bytes(), "\u{fffd}".as_bytes(), "Vertrieb-Köln".as_bytes(), b"\x7f"],
        );
        for len in 0..40 {
            let name = "n".repeat(len);
            check(format!("{name}\0{name}").as_bytes(), &[name.as_bytes(), name.as_bytes()]);
        }
    }
}
