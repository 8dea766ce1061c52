//! The properties of every block.

mod damaged;
mod keys;

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::verify::{Expected, KnownKey, verify};
use super::*;
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

/// Bytes that are not compressed well, so that a block takes several values.
fn noise(length: usize) -> Vec<u8> {
    let words = (0_u32..).map(|number| number.wrapping_mul(2_654_435_761).rotate_left(number % 31));
    words.flat_map(u32::to_le_bytes).take(length).collect()
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
