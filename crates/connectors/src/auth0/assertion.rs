//! Private-key JWTs: a client proves who it is without sending a secret.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use serde_json::{Value, json};

use crate::secret::Secret;

/// How long an assertion is valid, in seconds. Auth0 refuses those that are valid for more than five minutes.
const LIFETIME: u64 = 120;

/// The private RSA key of a client.
pub struct SigningKey(RsaKeyPair);

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SigningKey")
    }
}

impl SigningKey {
    /// Reads a key in PEM, as PKCS #8 or PKCS #1.
    ///
    /// # Errors
    ///
    /// Text for people, without any part of the key.
    pub fn from_pem(pem: &[u8]) -> Result<Self, String> {
        let unusable = "is not a private RSA key in PEM of at least 2048 bits, without a passphrase";
        let key = PrivateKeyDer::from_pem_slice(pem).map_err(|_| unusable.to_owned())?;
        let pair = match &key {
            PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
            _ => return Err(unusable.to_owned()),
        };
        pair.map(Self).map_err(|_| unusable.to_owned())
    }

    /// An assertion for Auth0's token endpoint.
    ///
    /// # Errors
    ///
    /// Text for people, if the system has no random numbers.
    pub(crate) fn assertion(
        &self,
        client_id: &str,
        audience: &str,
        unix_seconds: u64,
    ) -> Result<Secret, String> {
        let random = SystemRandom::new();
        let mut id = [0; 16];
        random.fill(&mut id).map_err(|_| "the system has no random numbers".to_owned())?;
        let claims = json!({
            "iss": client_id, "sub": client_id, "aud": audience, "jti": URL_SAFE_NO_PAD.encode(id),
            "iat": unix_seconds, "exp": unix_seconds.saturating_add(LIFETIME),
        });
        self.signed(&claims)
    }

    /// A JSON Web Token with claims.
    ///
    /// # Errors
    ///
    /// Text for people, if the key cannot sign.
    pub(crate) fn signed(&self, claims: &Value) -> Result<Secret, String> {
        let random = SystemRandom::new();
        let header = json!({ "alg": "RS256", "typ": "JWT" });
        let signed = [&header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
        let mut signature = vec![0; self.0.public().modulus_len()];
        self.0
            .sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature)
            .map_err(|_| "the private key cannot sign".to_owned())?;
        Ok(Secret::new(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_key::make_rsa_key;
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

    #[test]
    fn assertion_is_signed_and_short_lived() {
        let key = SigningKey::from_pem(make_rsa_key().as_bytes()).expect("a key");
        let assertion = key.assertion("me", "https://acme.eu.auth0.com/", 1000).expect("signed");
        let parts: Vec<&str> = assertion.expose().split('.').collect();
        let decoded = |at: usize| URL_SAFE_NO_PAD.decode(parts[at]).expect("base64");
        let claims: Value = serde_json::from_slice(&decoded(1)).expect("JSON");
        assert_eq!(
            [&claims["iss"], &claims["sub"], &claims["aud"]],
            ["me", "me", "https://acme.eu.auth0.com/"]
        );
        assert_eq!([&claims["iat"], &claims["exp"]], [1000, 1120]);
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.0.public());
        let signed = format!("{}.{}", parts[0], parts[1]);
        public.verify(signed.as_bytes(), &decoded(2)).expect("the signature fits");
        let other = key.assertion("me", "https://acme.eu.auth0.com/", 1000).expect("signed");
        assert_ne!(other, assertion, "each has an id of its own");
    }

    #[test]
    fn what_is_not_a_key_is_refused_without_showing_it() {
        let broken = make_rsa_key().replacen("MII", "AAA", 1);
        for text in ["", "hunter2", broken.as_str()] {
            let error = SigningKey::from_pem(text.as_bytes()).expect_err("refused");
            assert!(error.starts_with("is not a private RSA key") && !error.contains("hunter2"), "{error}");
        }
    }
}
