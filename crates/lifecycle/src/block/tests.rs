//! Blocks that were changed on their way, and the properties of every block.

use std::collections::BTreeMap;

use claimsmith::key_id;
use proptest::prelude::*;
use serde_json::json;

use super::signature::signed_bytes;
use super::verify::{Expected, KnownKey, verify};
use super::*;
use crate::tenant::Metadata;
use crate::test_bundle::bundle;

const DOMAIN: &str = "acme.eu.auth0.com";
const ORGANIZATION: &str = "org_Globex";
const ISSUED: u32 = 1_793_491_200;
const NOW: f64 = 1_793_491_260.0;
const BUNDLE: &[u8] = b"what a customer's groups grant, what a customer's groups exclude";

fn key(byte: u8) -> LocalKey {
    LocalKey::from_seed([byte; 32]).expect("any bytes are a key")
}

fn known(byte: u8) -> KnownKey {
    KnownKey { public: key(byte).public(), may_sign: true, protected: false }
}

fn expected(keys: &[KnownKey]) -> Expected<'_> {
    Expected { domain: DOMAIN, organization: ORGANIZATION, keys, floor: ISSUED, now: Some(NOW) }
}

fn unsigned(bundles: Bundles<'_>) -> UnsignedBlock {
    UnsignedBlock::new(DOMAIN, ORGANIZATION, ISSUED, bundles).expect("it fits")
}

fn signed(bundles: Bundles<'_>) -> SignedBlock {
    unsigned(bundles).sign(&[&key(1)]).expect("a key")
}

fn pending() -> Bundles<'static> {
    Bundles::Pending { old: BUNDLE, candidate: b"a candidate", deadline: ISSUED + 600 }
}

fn metadata(block: &SignedBlock) -> BTreeMap<String, String> {
    let values = block.values().expect("they are few").into_iter();
    values.enumerate().map(|(position, value)| (key_name(position), value)).collect()
}

fn join(metadata: &BTreeMap<String, String>) -> Result<SignedBlock, BlockRefusal> {
    SignedBlock::join(|key| metadata.get(key).map(String::as_str))
}

fn check(metadata: &BTreeMap<String, String>) -> Result<Verified, BlockRefusal> {
    verify(&join(metadata)?, expected(&[known(1)]))
}

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

fn refused(block: &SignedBlock, refusal: BlockRefusal) {
    assert_eq!(verify(block, expected(&[known(1)])), Err(refusal));
}

#[test]
fn block_is_what_was_signed() {
    let block = check(&metadata(&signed(Bundles::Final(BUNDLE)))).expect("nothing is wrong");
    assert_eq!((block.issued, block.bundle.as_slice(), block.protected), (ISSUED, BUNDLE, false));
    assert_eq!(block.bundle_at(Some(NOW)), BUNDLE);
    assert_eq!(block.bundle_at(None), BUNDLE);
}

#[test]
fn candidate_counts_before_the_deadline() {
    let block = check(&metadata(&signed(pending()))).expect("nothing is wrong");
    let deadline = f64::from(ISSUED + 600);
    assert_eq!(block.bundle_at(Some(deadline - 0.001)), b"a candidate");
    assert_eq!(block.bundle_at(Some(deadline)), BUNDLE);
    assert_eq!(block.bundle_at(Some(f64::NAN)), BUNDLE);
    assert_eq!(block.bundle_at(None), BUNDLE);
}

#[test]
fn empty_bundle_is_not_a_pending_block() {
    let block = Bundles::Pending { old: BUNDLE, candidate: b"", deadline: ISSUED + 1 };
    refused(&signed(block), BlockRefusal::Damaged);
    assert!(verify(&signed(Bundles::Final(b"")), expected(&[known(1)])).is_ok());
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

/// Bytes that are not compressed well, so that a block takes several values.
fn noise(length: usize) -> Vec<u8> {
    let words = (0_u32..).map(|number| number.wrapping_mul(2_654_435_761).rotate_left(number % 31));
    words.flat_map(u32::to_le_bytes).take(length).collect()
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

#[test]
fn block_is_for_one_tenant_and_one_organization() {
    let block = signed(Bundles::Final(BUNDLE));
    let keys = [known(1)];
    let with =
        |domain, organization| verify(&block, Expected { domain, organization, ..expected(&keys) }).err();
    assert_eq!(with(DOMAIN, ORGANIZATION), None);
    assert_eq!(with("acme-staging.eu.auth0.com", ORGANIZATION), Some(BlockRefusal::Foreign));
    assert_eq!(with(DOMAIN, "org_Initech"), Some(BlockRefusal::Foreign));
    assert_eq!(with("acme.eu.auth0.comorg", "_Globex"), Some(BlockRefusal::Foreign));
}

#[test]
fn block_is_valid_from_the_floor_until_it_is_in_the_future() {
    let block = signed(Bundles::Final(BUNDLE));
    let keys = [known(1)];
    let with = |floor, now| verify(&block, Expected { floor, now, ..expected(&keys) }).err();
    assert_eq!(with(0, Some(NOW)), None);
    assert_eq!(with(ISSUED + 1, Some(NOW)), Some(BlockRefusal::Stale));
    assert_eq!(with(0, Some(f64::from(ISSUED) - 300.0)), None);
    assert_eq!(with(0, Some(f64::from(ISSUED) - 300.001)), Some(BlockRefusal::Stale));
    assert_eq!(with(ISSUED, None), None, "a broken clock is not before the block");
    assert_eq!(with(ISSUED + 1, None), Some(BlockRefusal::Stale));
}

#[test]
fn key_that_is_not_known_or_not_allowed_is_named() {
    let block = signed(Bundles::Final(BUNDLE));
    let with = |keys: &[KnownKey]| verify(&block, expected(keys)).map(|block| block.protected);
    assert_eq!(with(&[]), Err(BlockRefusal::Key));
    assert_eq!(with(&[known(2)]), Err(BlockRefusal::Key));
    assert_eq!(with(&[KnownKey { may_sign: false, ..known(1) }]), Err(BlockRefusal::Key));
    assert_eq!(with(&[known(2), KnownKey { protected: true, ..known(1) }]), Ok(true));

    // The id of a known key before the signature of another one.
    let mut bytes = signed(Bundles::Final(BUNDLE)).bytes().to_vec();
    let at = bytes.len() - 72;
    bytes.splice(at..at + 8, key_id(&key(2).public()));
    assert_eq!(verify(&SignedBlock::from_bytes(bytes), expected(&[known(2)])), Err(BlockRefusal::Signature));
}

#[test]
fn one_of_two_signatures_is_enough() {
    let block = unsigned(Bundles::Final(BUNDLE)).sign(&[&key(1), &key(2)]).expect("two keys");
    let with = |keys: &[KnownKey]| verify(&block, expected(keys)).map(|block| block.protected);
    for keys in [[known(1), known(3)], [known(3), known(2)], [known(1), known(2)]] {
        assert_eq!(with(&keys), Ok(false));
    }
    assert_eq!(with(&[known(3)]), Err(BlockRefusal::Key));
    let protected = KnownKey { protected: true, ..known(2) };
    assert_eq!(with(&[known(1), protected]), Ok(false), "the first signature counts");
    assert_eq!(with(&[KnownKey { may_sign: false, ..known(1) }, protected]), Ok(true));
}

#[test]
fn signature_for_another_purpose_does_not_fit() {
    struct Raw(LocalKey);
    impl Sign for Raw {
        fn public(&self) -> [u8; 32] {
            self.0.public()
        }

        fn sign(&self, _: &[u8]) -> Result<[u8; 64], SignError> {
            self.0.sign(b"SSHSIG\0\0\0\x04file")
        }
    }
    let found = unsigned(Bundles::Final(BUNDLE)).sign(&[&Raw(key(1))]);
    assert_eq!(found, Err(WriteError::WrongSignature));
}

#[test]
fn what_has_no_room_is_not_written() {
    let write = |domain: &str, bundles| UnsignedBlock::new(domain, ORGANIZATION, ISSUED, bundles).err();
    let large = vec![0; MAX_INFLATED + 1];
    assert_eq!(write(DOMAIN, Bundles::Final(&large)), Some(WriteError::TooLarge(MAX_INFLATED + 1)));
    assert_eq!(write("", Bundles::Final(BUNDLE)), Some(WriteError::Name(String::new())));
    let long = "x".repeat(256);
    assert_eq!(write(&long, Bundles::Final(BUNDLE)), Some(WriteError::Name(long.clone())));
    for deadline in [0, ISSUED, ISSUED + 86_401] {
        let bundles = Bundles::Pending { old: BUNDLE, candidate: BUNDLE, deadline };
        assert_eq!(write(DOMAIN, bundles), Some(WriteError::Deadline), "{deadline}");
    }
    let keys = [key(1), key(2), key(3)];
    let block = unsigned(Bundles::Final(BUNDLE));
    assert_eq!(block.sign(&[]), Err(WriteError::KeyCount(0)));
    let three: Vec<&dyn Sign> = keys.iter().map(|key| key as &dyn Sign).collect();
    assert_eq!(block.sign(&three), Err(WriteError::KeyCount(3)));
    let full = signed(Bundles::Final(&noise(30_000)));
    assert!(matches!(full.values(), Err(WriteError::TooManyValues(21..))));
}

#[test]
fn keys_of_metadata_are_numbered() {
    assert_eq!(key_name(19), "claimsmith19");
    assert_eq!(key_position("claimsmith0"), Some(0));
    assert_eq!(key_position("claimsmith19"), Some(19));
    for other in ["claimsmith", "claimsmith20", "claimsmith01", "claimsmith+1", "Claimsmith0", "claimsmith0 "]
    {
        assert_eq!(key_position(other), None, "{other}");
    }
}

/// With a key of small order, signatures that fit some messages can be written down by anyone. The readers of
/// `platform.yaml` refuse all seven.
#[test]
fn key_of_small_order_accepts_a_signature_that_nobody_made() {
    let zero = [0; 32];
    let mut one = zero;
    *one.first_mut().expect("a byte") = 1;
    let fitting = |public: &[u8; 32]| {
        let signature = [one, zero].concat();
        (0_u32..64).filter(|number| super::signature::fits(public, &number.to_le_bytes(), &signature)).count()
    };
    assert_eq!(fitting(&one), 64);
    assert_eq!(fitting(&key(1).public()), 0);
    assert!(fitting(&zero) > 0);
}

#[test]
fn key_file_is_read_back() {
    for byte in 0..20 {
        let key = key(byte);
        let comment = "x".repeat(usize::from(byte));
        let text = key.to_openssh(&comment);
        let read = LocalKey::parse(&text).expect("our own file");
        assert_eq!(read.public(), key.public());
        assert_eq!(format!("{read:?}"), format!("{key:?}"));
        for line in text.lines() {
            assert!(line.len() <= 70, "{line}");
        }
    }
}

#[test]
fn text_that_is_not_a_usable_private_key_is_refused() {
    let good = key(1).to_openssh("x");
    let check = |text: &str, expected| assert_eq!(LocalKey::parse(text).err(), Some(expected), "{text:.40}");
    check("", KeyFileError::NotAKey);
    check("hello", KeyFileError::NotAKey);
    check(&key(1).public_line("x"), KeyFileError::Public);
    check("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", KeyFileError::OtherFormat);
    check("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----", KeyFileError::OtherFormat);
    check(good.trim_end_matches("-----END OPENSSH PRIVATE KEY-----\n"), KeyFileError::Damaged);
    let lines: Vec<_> = good.lines().collect();
    for left_out in 0..lines.len() {
        let mut some = lines.clone();
        some.remove(left_out);
        assert!(LocalKey::parse(&some.join("\n")).is_err(), "{left_out}");
    }
    for at in 40..good.len() - 40 {
        let mut changed = good.clone().into_bytes();
        *changed.get_mut(at).expect("a byte") ^= 1;
        // A comment, a check number and what is filled up may change; the key is the same then.
        if let Ok(read) = LocalKey::parse(&String::from_utf8_lossy(&changed)) {
            assert_eq!(read.public(), key(1).public(), "{at}");
        }
    }
}

proptest! {
    #[test]
    fn values_give_the_block_back(
        bundle in prop::collection::vec(any::<u8>(), 0..3_500),
        candidate in prop::collection::vec(any::<u8>(), 1..200),
        is_pending: bool,
        deadline in ISSUED + 1..=ISSUED + MAX_PENDING_SECONDS,
    ) {
        let bundles = match is_pending {
            true => Bundles::Pending { old: &bundle, candidate: &candidate, deadline },
            false => Bundles::Final(&bundle),
        };
        let block = signed(bundles);
        let values = block.values().expect("they are few");
        let (last, others) = values.split_last().expect("at least one");
        prop_assert!(others.iter().all(|value| value.len() == VALUE_CHARACTERS));
        prop_assert!((1..=VALUE_CHARACTERS).contains(&last.len()));
        let verified = check(&metadata(&block)).expect("nothing is wrong");
        prop_assert_eq!(&verified.bundle, &bundle);
        prop_assert_eq!(verified.candidate, if is_pending { Some((candidate, deadline)) } else { None });
    }

    #[test]
    fn any_text_is_answered(values in prop::collection::vec("(1\\.[0-9]{1,2}\\.)?[A-Za-z0-9_.-]{0,300}", 0..4)) {
        let metadata: BTreeMap<_, _> = values.into_iter().enumerate().map(|(at, value)| (key_name(at), value)).collect();
        prop_assert!(check(&metadata).is_err());
    }
}

#[test]
fn readers_together_give_a_key_no_protected_group_of_the_organizations_of_before() {
    let reader = |organizations: &[&str], protected| {
        let organizations = Some(organizations.iter().map(|it| (*it).to_owned()).collect());
        let key = VerificationKey { organizations, protected, ..VerificationKey::of_all(&key(1).public()) };
        Verification { domain: DOMAIN.to_owned(), floor: 0, floors: BTreeMap::new(), keys: vec![key] }
    };
    let is_protected = |now: &Verification, before: &Verification| now.or(before).keys[0].protected;
    let acme = reader(&["org_acme"], false);
    assert!(!is_protected(&reader(&["org_globex"], true), &acme), "it would be for acme as well");
    assert!(is_protected(&reader(&["org_acme", "org_globex"], true), &acme));
    assert!(is_protected(&reader(&["org_globex"], true), &reader(&["org_acme"], true)));
    assert!(!is_protected(&acme, &reader(&["org_acme"], true)));
}

#[test]
fn block_holds_bundles_of_its_organization_alone() {
    let own = bundle(ORGANIZATION, "a");
    let verification = Verification {
        domain: DOMAIN.to_owned(),
        floor: 0,
        floors: BTreeMap::new(),
        keys: vec![VerificationKey::of_all(&key(1).public())],
    };
    let check =
        |bundles: Bundles<'_>| verification.verify(ORGANIZATION, &signed(bundles), Some(NOW)).map(|_| ());
    let pending = |old, candidate| Bundles::Pending { old, candidate, deadline: ISSUED + 100 };
    assert_eq!(check(Bundles::Final(&own)), Ok(()));
    assert_eq!(check(pending(&own, &own)), Ok(()));
    for other in [&bundle("org_other", "a")[..], BUNDLE, &own[..own.len() - 1], b""] {
        for bundles in [Bundles::Final(other), pending(other, &own), pending(&own, other)] {
            assert_eq!(check(bundles), Err(BlockRefusal::Damaged));
        }
    }
}
