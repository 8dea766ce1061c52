//! Keys and signatures are those of OpenSSH: `ssh-keygen` reads ours, and its own are read.
//!
//! `./build.sh test` installs OpenSSH's programs where they are missing.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at what is wrong"
)]

#[path = "support/bundle.rs"]
mod support;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use claimsmith::wire_form;
use claimsmith_lifecycle::block::{
    Bundles, KeyFileError, LocalKey, Sign, SignedBlock, UnsignedBlock, Verification, VerificationKey,
    fingerprint,
};
use tempfile::TempDir;

use self::support::bundle;

const NAMESPACE: &str = "claimsmith-block";
const SIGNATURE: usize = 64;

fn keygen(folder: &Path, arguments: &[&str], input: Option<&Path>) -> (bool, String) {
    let mut command = Command::new("ssh-keygen");
    command.args(arguments).current_dir(folder);
    command.stdin(input.map_or_else(Stdio::null, |path| Stdio::from(File::open(path).expect("a file"))));
    let output = command.output().expect("ssh-keygen");
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

fn block(key: &LocalKey) -> SignedBlock {
    let bytes = bundle("org_Globex", "a");
    let bundles = Bundles::Final(&bytes);
    let block = UnsignedBlock::new("acme.eu.auth0.com", "org_Globex", 1_793_491_200, bundles);
    block.expect("it fits").sign(&[key]).expect("a key")
}

fn verifies(block: &SignedBlock, public: [u8; 32]) -> bool {
    let verification = Verification {
        domain: "acme.eu.auth0.com".to_owned(),
        floor: 0,
        floors: BTreeMap::new(),
        keys: vec![VerificationKey::of_all(&public)],
    };
    verification.verify("org_Globex", block, Some(1_793_491_200.0)).is_ok()
}

fn string(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).expect("short").to_be_bytes();
    [&length, bytes].concat()
}

/// A signature as a file of OpenSSH.
fn armored(public: &[u8; 32], signature: &[u8]) -> String {
    let inner = [string(b"ssh-ed25519"), string(signature)].concat();
    let blob = [
        b"SSHSIG\0\0\0\x01".to_vec(),
        string(&wire_form(public)),
        string(NAMESPACE.as_bytes()),
        string(b""),
        string(b"sha512"),
        string(&inner),
    ]
    .concat();
    format!("-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----\n", STANDARD.encode(blob))
}

/// Makes a key with `ssh-keygen`, and returns the text of its file.
fn make(folder: &Path, name: &str, options: &[&str]) -> String {
    let (made, text) = keygen(folder, &[&["-q", "-C", "a comment", "-f", name], options].concat(), None);
    assert!(made, "{text}");
    fs::read_to_string(folder.join(name)).expect("a file")
}

#[test]
fn keygen_verifies_our_signature() {
    let folder = TempDir::new().expect("a folder");
    let key = LocalKey::from_seed([7; 32]).expect("a key");
    let block = block(&key);
    let (message, signature) = block.bytes().split_at(block.bytes().len() - SIGNATURE);
    let message = &message[..message.len() - 8];
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).expect("a file");
    write("signers", format!("claimsmith {}\n", key.public_line("")).as_bytes());
    write("block.sig", armored(&key.public(), signature).as_bytes());
    for (message, is_good) in [(message, true), (b"another message".as_slice(), false)] {
        write("block", message);
        let arguments =
            ["-Y", "verify", "-f", "signers", "-I", "claimsmith", "-n", NAMESPACE, "-s", "block.sig"];
        let (verified, text) = keygen(folder.path(), &arguments, Some(&folder.path().join("block")));
        assert_eq!(verified, is_good, "{text}");
    }
}

#[test]
fn signature_of_keygen_is_verified() {
    let folder = TempDir::new().expect("a folder");
    let key = LocalKey::parse(&make(folder.path(), "key", &["-t", "ed25519", "-N", ""])).expect("a key");
    let ours = block(&key);
    let end = ours.bytes().len() - SIGNATURE;
    fs::write(folder.path().join("block"), &ours.bytes()[..end - 8]).expect("a file");
    for (namespace, is_good) in [(NAMESPACE, true), ("file", false)] {
        let _ = fs::remove_file(folder.path().join("block.sig"));
        let (signed, text) =
            keygen(folder.path(), &["-Y", "sign", "-f", "key", "-n", namespace, "block"], None);
        assert!(signed, "{text}");
        let armor = fs::read_to_string(folder.path().join("block.sig")).expect("a file");
        let encoded: String = armor.lines().filter(|line| !line.starts_with('-')).collect();
        let blob = STANDARD.decode(encoded).expect("base64");
        let signature = &blob[blob.len() - SIGNATURE..];
        let theirs = SignedBlock::from_bytes([&ours.bytes()[..end], signature].concat());
        assert_eq!(verifies(&theirs, key.public()), is_good, "{namespace}");
    }
    assert!(verifies(&ours, key.public()));
}

#[test]
fn keygen_reads_our_key_file() {
    let folder = TempDir::new().expect("a folder");
    let key = LocalKey::from_seed([9; 32]).expect("a key");
    let path = folder.path().join("key");
    fs::write(&path, key.to_openssh("staging")).expect("a file");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("a mode");
    }
    let (read, text) = keygen(folder.path(), &["-y", "-f", "key"], None);
    assert!(read, "{text}");
    assert_eq!(text.trim_end(), key.public_line("staging"));
    fs::write(folder.path().join("key.pub"), key.public_line("staging")).expect("a file");
    let (_, listed) = keygen(folder.path(), &["-l", "-f", "key.pub"], None);
    assert_eq!(listed.split(' ').nth(1), Some(fingerprint(&key.public()).as_str()), "{listed}");
}

#[test]
fn keys_of_keygen_are_read_or_refused() {
    let folder = TempDir::new().expect("a folder");
    let refusal = |name: &str, options: &[&str]| LocalKey::parse(&make(folder.path(), name, options)).err();
    assert_eq!(refusal("plain", &["-t", "ed25519", "-N", ""]), None);
    assert_eq!(refusal("locked", &["-t", "ed25519", "-N", "a passphrase"]), Some(KeyFileError::Encrypted));
    assert_eq!(refusal("ecdsa", &["-t", "ecdsa", "-N", ""]), Some(KeyFileError::OtherType));
    assert_eq!(refusal("pem", &["-t", "ecdsa", "-N", "", "-m", "PEM"]), Some(KeyFileError::OtherFormat));
    let public = fs::read_to_string(folder.path().join("plain.pub")).expect("a file");
    assert_eq!(LocalKey::parse(&public).err(), Some(KeyFileError::Public));
}
