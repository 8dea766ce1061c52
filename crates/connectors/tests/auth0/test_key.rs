//! A private key for tests, made when it is needed: no key is kept in the project.

use std::process::Command;

const MAKE: &str = "const { generateKeyPairSync } = require('node:crypto');
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
process.stdout.write(privateKey.export({ type: 'pkcs8', format: 'pem' }));";

/// A new RSA key of 2048 bits in PEM, made by Node, which the project needs anyway: `ring` makes none.
pub(crate) fn make_rsa_key() -> String {
    let made = Command::new("node").args(["-e", MAKE]).output().expect("node runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    String::from_utf8(made.stdout).expect("PEM is text")
}
