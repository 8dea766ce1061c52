//! Names eight bytes at a time: what the login path does to every byte of every name, in few steps.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// The first eight bytes; missing ones are zero.
pub(crate) fn first_word(bytes: &[u8]) -> u64 {
    match bytes.first_chunk::<8>() {
        Some(word) => u64::from_le_bytes(*word),
        None => bytes.iter().rev().fold(0, |word, &byte| (word << 8) | u64::from(byte)),
    }
}

/// The last eight bytes, the last one lowest; missing ones are zero.
pub(crate) fn last_word(bytes: &[u8]) -> u64 {
    match bytes.last_chunk::<8>() {
        Some(word) => u64::from_be_bytes(*word),
        None => bytes.iter().fold(0, |word, &byte| (word << 8) | u64::from(byte)),
    }
}

/// Whether two byte strings are the same.
///
/// The library's comparison is a loop over bytes in WebAssembly.
pub(crate) fn same(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let ((left_words, left_rest), (right_words, right_rest)) =
        (left.as_chunks::<8>(), right.as_chunks::<8>());
    left_words
        .iter()
        .zip(right_words)
        .all(|(left, right)| u64::from_le_bytes(*left) == u64::from_le_bytes(*right))
        && left_rest.iter().zip(right_rest).all(|(left, right)| left == right)
}

/// A fast hash of a name.
pub(crate) fn hash(bytes: &[u8]) -> u32 {
    let mut state = bytes.len() as u64;
    for word in bytes.as_chunks::<8>().0 {
        state = mix(state, u64::from_le_bytes(*word));
    }
    // The last eight bytes overlap those before: cheaper than the rest byte by byte.
    fold(mix(state, last_word(bytes)))
}

/// A hash of one word and a small number.
pub(crate) fn hash_word(word: u64, number: u8) -> u32 {
    fold(mix(u64::from(number), word))
}

fn mix(state: u64, word: u64) -> u64 {
    (state.rotate_left(23) ^ word).wrapping_mul(MULTIPLIER)
}

fn fold(state: u64) -> u32 {
    (state ^ (state >> 32)) as u32
}

/// Whether a name holds what no directory puts into one: a control character,
/// or U+FFFD, which stands where text was damaged on its way.
pub(crate) fn is_malformed(name: &[u8]) -> bool {
    let (words, rest) = name.as_chunks::<8>();
    let suspicious = words.iter().any(|word| is_suspicious(u64::from_le_bytes(*word)))
        || rest.iter().any(|byte| !(0x20..0x7f).contains(byte));
    suspicious
        && (name.iter().any(|&byte| byte < 0x20 || byte == 0x7f)
            || name.windows(3).any(|window| window == "\u{fffd}".as_bytes()))
}

/// Whether any of the eight bytes is a control character or not ASCII.
fn is_suspicious(word: u64) -> bool {
    let below_space = word.wrapping_sub(ONES * 0x20) & !word;
    let above_tilde = word.wrapping_add(ONES) | word;
    (below_space | above_tilde) & HIGHS != 0
}

/// The part before the first zero byte, and what follows it; everything if there is none.
pub(crate) fn split_at_zero(bytes: &[u8]) -> (&[u8], Option<&[u8]>) {
    let has_zero = |word: &[u8; 8]| {
        let word = u64::from_le_bytes(*word);
        word.wrapping_sub(ONES) & !word & HIGHS != 0
    };
    let whole = bytes.as_chunks::<8>().0.iter().take_while(|word| !has_zero(word)).count() * 8;
    let found = bytes.iter().skip(whole).position(|&byte| byte == 0);
    match found.and_then(|at| bytes.split_at_checked(whole + at)) {
        Some((part, rest)) => (part, rest.split_first().map(|(_, rest)| rest)),
        None => (bytes, None),
    }
}

#[cfg(test)]
mod tests {
    use super::{first_word, hash, is_malformed, last_word, same, split_at_zero};

    #[test]
    fn control_characters_and_damage_are_found_wherever_they_stand() {
        for bad in ["\0", "\u{1f}", "\u{7f}", "\u{fffd}"] {
            for before in ["", "a", "engineer", "engineering-ü", "aaaaaaaaaaaaaaaa"] {
                for after in ["", "b", "engineering-platform"] {
                    assert!(is_malformed(format!("{before}{bad}{after}").as_bytes()));
                }
            }
        }
        for good in
            ["a", "Vertrieb-Köln", "DOMAIN\\Users", "CN=eng,OU=x", "~tilde~tilde~", "日本語のグループ"]
        {
            assert!(!is_malformed(good.as_bytes()), "{good}");
        }
    }

    #[test]
    fn ends_of_any_length_are_words() {
        assert_eq!(first_word(b""), 0);
        assert_eq!(last_word(b""), 0);
        assert_eq!(first_word(b"abc"), first_word(b"abc\0\0\0\0\0"));
        assert_eq!(last_word(b"abc"), last_word(b"\0\0\0\0\0abc"));
        assert_eq!(first_word(b"0123456789"), first_word(b"01234567"));
        assert_eq!(last_word(b"0123456789"), last_word(b"23456789"));
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
    fn zeros_split() {
        fn check(joined: &[u8], expected: &[&[u8]]) {
            let (mut parts, mut rest) = (Vec::new(), Some(joined));
            while let Some(left) = rest {
                let (part, behind) = split_at_zero(left);
                parts.push(part);
                rest = behind;
            }
            assert_eq!(parts, expected);
        }
        check(b"", &[b""]);
        check(b"\0", &[b"", b""]);
        check(b"abc\0engineering-platform\0x", &[b"abc", b"engineering-platform", b"x"]);
        check(b"12345678\0\x0112345678", &[b"12345678", b"\x0112345678"]);
        check(b"1234567\0", &[b"1234567", b""]);
    }
}
