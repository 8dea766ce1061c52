//! Names eight bytes at a time: what the login path does to every byte of every name, in few steps.

use crate::work;
#[cfg(feature = "compiler")]
use core::hint::select_unpredictable;

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// The first eight bytes, the first one highest; missing ones are zero.
///
/// Words compare as the bytes do, because names hold no zeros.
#[inline(always)]
pub(crate) fn front_word(bytes: &[u8]) -> u64 {
    match bytes.first_chunk::<8>() {
        Some(word) => u64::from_be_bytes(*word),
        None => pad(bytes),
    }
}

/// The last eight bytes, the last one highest; missing ones are zero.
#[inline(always)]
pub(crate) fn back_word(bytes: &[u8]) -> u64 {
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

/// Whether two byte strings are the same.
///
/// The library's comparison is a loop over bytes in WebAssembly, where this one is there once: code is bytes there.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub(crate) fn same(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let (Some(left_last), Some(right_last)) = (left.last_chunk::<8>(), right.last_chunk::<8>()) else {
        return front_word(left) == front_word(right);
    };
    // The last words reach back into those before. Looking at all of them costs less than stopping early.
    let mut different = u64::from_le_bytes(*left_last) ^ u64::from_le_bytes(*right_last);
    for (left, right) in left.as_chunks::<8>().0.iter().zip(right.as_chunks::<8>().0) {
        different |= u64::from_le_bytes(*left) ^ u64::from_le_bytes(*right);
    }
    different == 0
}

/// A fast hash of a name.
#[inline(never)]
pub(crate) fn hash(name: &[u8]) -> u32 {
    let (words, rest) = name.as_chunks::<8>();
    let state = words.iter().fold(0, |state, word| mix(state, u64::from_le_bytes(*word)));
    finish(state, last_partial_word(name, rest))
}

/// The word of the `rest` that whole words leave of a name.
#[inline(always)]
fn last_partial_word(name: &[u8], rest: &[u8]) -> u64 {
    match name.last_chunk::<8>() {
        // One word that reaches back into the one before is cheaper than byte by byte.
        // In two steps, because all 64 bits at once cannot be shifted away.
        Some(word) => u64::from_le_bytes(*word) >> 1 >> (63 - rest.len() as u32 * 8),
        None => front_word(rest).swap_bytes(),
    }
}

/// The hash, its highest bits the best.
#[inline(always)]
fn finish(state: u64, last: u64) -> u32 {
    (mix(state, last) >> 32) as u32
}

#[inline(always)]
pub(crate) fn mix(state: u64, word: u64) -> u64 {
    (state.rotate_left(23) ^ word).wrapping_mul(MULTIPLIER)
}

/// One name of a login, with what one look at its bytes tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ScannedName<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) hash: u32,
    /// Whether it holds what no directory puts into a name: a control character,
    /// or U+FFFD, which stands where text was damaged on its way.
    pub(crate) malformed: bool,
    /// Whether it is plain ASCII without control characters.
    pub(crate) ascii: bool,
}

/// Looks at a name.
#[inline(never)]
pub(crate) fn scan(name: &[u8]) -> ScannedName<'_> {
    work::count(name.len());
    let (words, rest) = name.as_chunks();
    let is_plain = |word: &[u8; 8]| suspicious(u64::from_le_bytes(*word)) == 0;
    let ascii = words.iter().all(is_plain) && rest.iter().all(|byte| matches!(byte, b' '..=b'~'));
    ScannedName { name, hash: hash(name), malformed: !ascii && is_malformed(name), ascii }
}

/// Looks at names with a byte between them, whose lengths are known, and calls `each` with every one.
/// The byte between them is zero; none of the names holds one.
///
/// Where names end is not looked for, and a name of usual length is hashed without a branch.
#[inline(always)]
#[cfg(feature = "compiler")]
pub(crate) fn scan_measured<'a>(joined: &'a [u8], lengths: &[u32], mut each: impl FnMut(ScannedName<'a>)) {
    work::count(joined.len());
    let is_plain = is_plain_or_zero(joined);
    let mut rest = joined;
    for length in lengths {
        let Some((name, behind)) = rest.split_at_checked(*length as usize) else { return };
        if is_plain {
            let hash = match rest.first_chunk() {
                Some(start) if (8..=start.len()).contains(&name.len()) => hash_usual(start, name),
                _ => hash(name),
            };
            each(ScannedName { name, hash, malformed: false, ascii: true });
        } else {
            each(scan(name));
        }
        rest = behind.get(1..).unwrap_or_default();
    }
}

/// Whether there is nothing but plain ASCII and zeros. Compilers make vectors of it.
#[cfg(feature = "compiler")]
fn is_plain_or_zero(bytes: &[u8]) -> bool {
    // One less than zero is the highest byte, so that the lowest of all tells about control characters.
    let extremes = |bytes: &[u8]| {
        bytes.iter().fold((0, u8::MAX), |(highest, lowest), &byte| {
            (byte.max(highest), byte.wrapping_sub(1).min(lowest))
        })
    };
    let (whole, rest) = bytes.as_chunks::<32>();
    // Vectors that reach back into those before, where there are any: byte by byte would take longer.
    let rest = bytes.last_chunk::<32>().map_or(rest, |last| last);
    let ((high, low), (high_rest, low_rest)) = (extremes(whole.as_flattened()), extremes(rest));
    high.max(high_rest) <= b'~' && low.min(low_rest) >= b' ' - 1
}

/// The bytes that usual names have at most.
#[cfg(feature = "compiler")]
const USUAL: usize = 40;

/// The [`hash`] of a name of at least eight bytes that these bytes start with.
#[inline(always)]
#[cfg(feature = "compiler")]
fn hash_usual(start: &[u8; USUAL], name: &[u8]) -> u32 {
    let (words, rest) = name.as_chunks::<8>();
    let mut state = 0;
    for (word, at) in start.as_chunks().0.iter().zip(0..) {
        let mixed = mix(state, u64::from_le_bytes(*word));
        state = select_unpredictable(at < words.len(), mixed, state);
    }
    finish(state, last_partial_word(name, rest))
}

/// Looks at names with a zero byte between them, and calls `each` with every one.
#[inline(always)]
pub(crate) fn scan_joined<'a>(joined: &'a [u8], mut each: impl FnMut(ScannedName<'a>)) {
    work::count(joined.len());
    let mut rest = joined;
    loop {
        let (mut left, mut state) = (rest, 0);
        let end = loop {
            let Some((word, behind)) = left.split_first_chunk() else { break None };
            let word = u64::from_le_bytes(*word);
            let flags = suspicious(word);
            if flags == 0 {
                state = mix(state, word);
                left = behind;
                continue;
            }
            // The flag of the first suspicious byte is exact; the byte itself is what it is.
            let bit = flags.trailing_zeros() & !7;
            let is_zero = (word >> bit) as u8 == 0;
            break is_zero.then_some((bit / 8, word & ((1 << bit) - 1)));
        };
        let end = match end {
            Some((bytes, last)) => {
                let end = rest.len() - left.len() + bytes as usize;
                let name = rest.get(..end).unwrap_or_default();
                each(ScannedName { name, hash: finish(state, last), malformed: false, ascii: true });
                end
            }
            // The last name, or one that is not plain ASCII.
            None => {
                let end = rest.iter().position(|byte| *byte == 0).unwrap_or(rest.len());
                each(scan(rest.get(..end).unwrap_or_default()));
                end
            }
        };
        match rest.get(end + 1..) {
            Some(behind) => rest = behind,
            None => return,
        }
    }
}

fn is_malformed(name: &[u8]) -> bool {
    name.iter().any(|&byte| byte < 0x20 || byte == 0x7f)
        || name.windows(3).any(|window| window == "\u{fffd}".as_bytes())
}

/// Flags the bytes that are control characters or not ASCII in their highest bits; all flags up to the first are exact.
#[inline(always)]
fn suspicious(word: u64) -> u64 {
    let below_space = word.wrapping_sub(ONES * 0x20) & !word;
    let above_tilde = word.wrapping_add(ONES) | word;
    (below_space | above_tilde) & HIGHS
}

#[cfg(test)]
mod tests {
    use super::{back_word, front_word, hash, same, scan, scan_joined, scan_measured};

    #[test]
    fn control_characters_and_damage_are_found_wherever_they_stand() {
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
    fn ends_of_any_length_are_words_that_compare_as_they_do() {
        assert_eq!(front_word(b"0123456789"), front_word(b"01234567"));
        assert_eq!(back_word(b"0123456789"), back_word(b"23456789"));
        let reversed = |name: &str| name.bytes().rev().collect::<Vec<_>>();
        let names = ["", "a", "ab", "b", "ba", "abcdefg", "abcdefgh", "bbcdefgh", "zz"];
        for left in names {
            for right in names {
                let (left_back, right_back) = (reversed(left), reversed(right));
                let (left, right) = (left.as_bytes(), right.as_bytes());
                assert_eq!(front_word(left).cmp(&front_word(right)), left.cmp(right));
                assert_eq!(back_word(left).cmp(&back_word(right)), left_back.cmp(&right_back));
            }
        }
    }

    #[test]
    fn sameness_and_hash_see_every_byte() {
        let name = b"engineering-platform-admins";
        for len in 0..=name.len() {
            for at in 0..len {
                let original = name.get(..len).unwrap();
                let mut changed = original.to_vec();
                changed[at] ^= 1;
                assert!(!same(original, &changed));
                assert!(same(original, name.get(..len).unwrap()));
                assert_ne!(hash(original), hash(&changed), "length {len}, byte {at}");
            }
        }
    }

    #[test]
    fn names_end_at_zeros() {
        fn check(joined: &[u8], expected: &[&[u8]]) {
            let mut names = Vec::new();
            scan_joined(joined, |scanned| {
                assert_eq!(scanned, scan(scanned.name));
                names.push(scanned.name);
            });
            assert_eq!(names, expected);
            // The same with the lengths known, which is for names without zeros.
            let (mut again, lengths) = (Vec::new(), names.iter().map(|name| name.len() as u32));
            scan_measured(joined, &lengths.collect::<Vec<_>>(), |scanned| again.push(scanned));
            assert_eq!(again, names.into_iter().map(scan).collect::<Vec<_>>());
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
