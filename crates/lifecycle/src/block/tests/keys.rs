//! Keys, their files and their signatures.

use claimsmith::key_id;

use super::super::signature::fits;
use super::*;

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

/// With a key of small order, signatures that fit some messages can be written down by anyone. The readers of
/// `platform.yaml` refuse all seven.
#[test]
fn key_of_small_order_accepts_a_signature_without_a_private_key() {
    let zero = [0; 32];
    let mut one = zero;
    *one.first_mut().expect("a byte") = 1;
    let fitting = |public: &[u8; 32]| {
        let signature = [one, zero].concat();
        (0_u32..64).filter(|number| fits(public, &number.to_le_bytes(), &signature)).count()
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
