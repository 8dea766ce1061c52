//! Blocks that were changed on their way, or were never well-formed.

use claimsmith::key_id;
use serde_json::json;

use super::super::signature::signed_bytes;
use super::*;
use crate::tenant::Metadata;

/// A block with any lengths and any payload, signed.
fn crafted(kind: u8, [deadline, inflated, first]: [u32; 3], payload: &[u8]) -> SignedBlock {
    let mut bytes = b"CSBK\x01".to_vec();
    bytes.push(kind);
    let length = u32::try_from(payload.len()).expect("short");
    for word in [ISSUED, deadline, inflated, first, length] {
        bytes.extend(word.to_le_bytes());
    }
    for name in [DOMAIN, ORGANIZATION] {
        bytes.push(u8::try_from(name.len()).expect("short"));
        bytes.extend(name.as_bytes());
    }
    bytes.extend(payload);
    let signature = key(1).sign(&signed_bytes(&bytes)).expect("a key");
    bytes.extend(key_id(&key(1).public()));
    bytes.extend(signature);
    SignedBlock::from_bytes(bytes)
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    brotli_with(bytes, false)
}

fn brotli_with(bytes: &[u8], large_window: bool) -> Vec<u8> {
    let mut compressed = Vec::new();
    let params = brotli::enc::BrotliEncoderParams { quality: 5, large_window, ..Default::default() };
    brotli::BrotliCompress(&mut &*bytes, &mut compressed, &params).expect("memory does not fail");
    compressed
}

#[test]
fn change_of_any_bit_is_refused() {
    for bundles in [Bundles::Final(BUNDLE), pending()] {
        let block = signed(bundles);
        for at in 0..block.bytes().len() {
            for bit in 0..8 {
                let mut bytes = block.bytes().to_vec();
                *bytes.get_mut(at).expect("a byte") ^= 1 << bit;
                assert!(
                    verify(&SignedBlock::from_bytes(bytes), expected(&[known(1)])).is_err(),
                    "{at} {bit}"
                );
            }
        }
    }
}

#[test]
fn block_of_another_length_is_refused() {
    let block = signed(Bundles::Final(BUNDLE));
    for length in 0..block.bytes().len() {
        let cut = block.bytes().get(..length).expect("shorter").to_vec();
        let refusal = verify(&SignedBlock::from_bytes(cut), expected(&[known(1)]));
        let expected = if length < 5 { BlockRefusal::Version } else { BlockRefusal::Damaged };
        assert_eq!(refusal, Err(expected), "{length}");
    }
    refused(&SignedBlock::from_bytes([block.bytes(), &[0]].concat()), BlockRefusal::Damaged);
    let last = block.bytes().len() - 72;
    let signature = block.bytes().get(last..).expect("a signature");
    let three = [block.bytes(), signature, signature].concat();
    refused(&SignedBlock::from_bytes(three), BlockRefusal::Damaged);
}

#[test]
fn values_that_do_not_belong_together_are_refused() {
    let bundle = noise(1_000);
    let whole = metadata(&signed(Bundles::Final(&bundle)));
    assert!(whole.len() > 3);
    assert!(check(&whole).is_ok());
    let changed = |change: &dyn Fn(&mut BTreeMap<String, String>)| {
        let mut changed = whole.clone();
        change(&mut changed);
        check(&changed).err()
    };
    let set = |key: &str, value: &str| {
        changed(&|all| {
            all.insert(key.to_owned(), value.to_owned());
        })
    };
    let first = whole.get("claimsmith0").expect("a value").as_str();
    let second = whole.get("claimsmith1").expect("a value").as_str();
    let third = whole.get("claimsmith2").expect("a value").as_str();
    let damaged = Some(BlockRefusal::Damaged);

    assert_eq!(changed(&|all| drop(all.remove("claimsmith0"))), Some(BlockRefusal::NoBlock));
    assert_eq!(changed(&|all| drop(all.remove("claimsmith1"))), damaged);
    assert_eq!(set("claimsmith9", "anything"), None, "keys beyond the number are ignored");
    assert_eq!(set("claimsmith1", ""), damaged);
    assert_eq!(set("claimsmith1", third), Some(BlockRefusal::Signature));
    assert_eq!(set("claimsmith1", &format!("{second}A")), damaged, "a value has at most 255 characters");
    for wrong in ["=", "+", "/", " ", "é", "\n", "."] {
        let text = format!("{wrong}{}", second.get(1..).expect("ASCII"));
        assert_eq!(set("claimsmith1", &text), damaged, "{wrong}");
    }
    let rest = first.get("1.6.".len()..).expect("what is after the number");
    let count = whole.len();
    assert!(first.starts_with(&format!("1.{count}.")));
    for head in ["", "1", "1.", "1..", "1.0.", "1.21.", "1.x.", "1.-1.", "1.+6.", "1.06.", "1. 6.", "x.6"] {
        let text: String = format!("{head}{rest}").chars().take(VALUE_CHARACTERS).collect();
        assert_eq!(set("claimsmith0", &text), damaged, "{head}");
    }
    assert_eq!(set("claimsmith0", &format!("2.{count}.{rest}")), Some(BlockRefusal::Version));
    assert_eq!(set("claimsmith0", &format!("1.{}.{rest}", count - 1)), damaged);

    let reversed: Vec<u8> = bundle.iter().rev().copied().collect();
    let other = metadata(&signed(Bundles::Final(&reversed)));
    for key in whole.keys() {
        let refusal = set(key, other.get(key).expect("the same number"));
        assert!(
            matches!(refusal, Some(BlockRefusal::Signature | BlockRefusal::Damaged)),
            "{key}: {refusal:?}"
        );
    }
}

#[test]
fn inflating_stops_at_the_stated_length() {
    // 4 MiB that take a few dozen bytes.
    let bomb = brotli(&vec![0; 4 << 20]);
    assert!(bomb.len() < 1_000, "{}", bomb.len());
    for stated in [0, 1, 10, 262_144] {
        refused(&crafted(0, [0, stated, stated], &bomb), BlockRefusal::Damaged);
    }
    refused(&crafted(0, [0, 262_145, 262_145], &brotli(&vec![0; 262_145])), BlockRefusal::Damaged);
    assert!(
        verify(&crafted(0, [0, 262_144, 262_144], &brotli(&vec![0; 262_144])), expected(&[known(1)])).is_ok()
    );
}

/// RFC 7932 has no large windows, and Node refuses them.
#[test]
fn large_window_is_refused() {
    let length = u32::try_from(BUNDLE.len()).expect("short");
    let large = brotli_with(BUNDLE, true);
    assert_ne!(large, brotli(BUNDLE));
    refused(&crafted(0, [0, length, length], &large), BlockRefusal::Damaged);
}

/// Node ignores what comes after a stream.
#[test]
fn bytes_after_the_stream_are_ignored() {
    let length = u32::try_from(BUNDLE.len()).expect("short");
    for more in [vec![0], vec![0xff; 9], brotli(BUNDLE), vec![1; 5_000]] {
        let payload = [brotli(BUNDLE), more].concat();
        assert!(verify(&crafted(0, [0, length, length], &payload), expected(&[known(1)])).is_ok());
    }
}

#[test]
fn first_value_that_is_not_text_is_damaged() {
    for value in [json!(5), json!(null), json!(true), json!({}), json!([])] {
        let mut all = Metadata::new();
        all.insert("claimsmith0".to_owned(), value.clone());
        assert_eq!(SignedBlock::in_metadata(&all).err(), Some(BlockRefusal::Damaged), "{value}");
    }
    assert_eq!(SignedBlock::in_metadata(&Metadata::new()).err(), Some(BlockRefusal::NoBlock));
}

#[test]
fn statement_that_contradicts_itself_is_refused() {
    let payload = brotli(BUNDLE);
    let length = u32::try_from(BUNDLE.len()).expect("short");
    assert!(verify(&crafted(0, [0, length, length], &payload), expected(&[known(1)])).is_ok());
    assert!(verify(&crafted(1, [ISSUED + 1, length, 5], &payload), expected(&[known(1)])).is_ok());
    for (what, kind, words) in [
        ("a kind that is not known", 2, [ISSUED + 1, length, 5]),
        ("a final block with a deadline", 0, [ISSUED + 1, length, length]),
        ("a final block with two bundles", 0, [0, length, 5]),
        ("a pending block with one bundle", 1, [ISSUED + 1, length, length]),
        ("a pending block without a deadline", 1, [0, length, 5]),
        ("a deadline at the time of signing", 1, [ISSUED, length, 5]),
        ("a deadline after 24 hours", 1, [ISSUED + 86_401, length, 5]),
        ("a first bundle that is longer than both", 1, [ISSUED + 1, length, length + 1]),
        ("a length that is too short", 0, [0, length - 1, length - 1]),
        ("a length that is too long", 0, [0, length + 1, length + 1]),
    ] {
        let found = verify(&crafted(kind, words, &payload), expected(&[known(1)]));
        assert_eq!(found, Err(BlockRefusal::Damaged), "{what}");
    }
    refused(&crafted(0, [0, length, length], b"not Brotli"), BlockRefusal::Damaged);
    let cut = payload.get(..payload.len() - 1).expect("shorter");
    refused(&crafted(0, [0, length, length], cut), BlockRefusal::Damaged);
}

#[test]
fn other_version_is_named() {
    let block = signed(Bundles::Final(BUNDLE));
    for (at, byte) in [(0, b'X'), (4, 2), (4, 0)] {
        let mut bytes = block.bytes().to_vec();
        *bytes.get_mut(at).expect("a byte") = byte;
        refused(&SignedBlock::from_bytes(bytes), BlockRefusal::Version);
    }
}
