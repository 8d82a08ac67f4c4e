//! Signed tokens: JWS compact serialisation with ES256 (RFC 7515, RFC 7518 §3.4), and nothing else.
//!
//! One algorithm, chosen by us and not by the token's header, leaves no room for the known attacks
//! on general JWT libraries (`none`, RSA key as HMAC secret).

use base::{Error, Result};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair,
    UnparsedPublicKey,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::secret::{base64url, from_base64url};

#[derive(Serialize, Deserialize)]
struct Header {
    typ: Option<String>,
    alg: String,
    kid: String,
}

/// A key that signs.
pub(crate) struct Signer {
    pub id: String,
    pair: EcdsaKeyPair,
}

/// A fresh private key in PKCS#8 form. The randomness is ring's own: it takes no other.
pub(crate) fn generate_key() -> Result<Vec<u8>> {
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
        .map_err(|_| Error::internal("no signing key could be made"))?;
    Ok(key.as_ref().to_vec())
}

impl Signer {
    pub(crate) fn new(id: String, pkcs8: &[u8]) -> Result<Self> {
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8, &random)
            .map_err(|e| Error::internal(format!("signing key {id}: {e}")))?;
        Ok(Self { id, pair })
    }

    /// The public half: an uncompressed point, `04 x y`.
    pub(crate) fn public(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    /// `claims` as a signed token.
    pub(crate) fn sign(&self, claims: &impl Serialize) -> Result<String> {
        let header = Header { typ: Some("JWT".into()), alg: "ES256".into(), kid: self.id.clone() };
        let text = format!("{}.{}", encode(&header)?, encode(claims)?);
        let signature = self
            .pair
            .sign(&SystemRandom::new(), text.as_bytes())
            .map_err(|_| Error::internal("a token could not be signed"))?;
        Ok(format!("{text}.{}", base64url(signature.as_ref())))
    }
}

/// A token taken apart, its signature not yet checked.
pub(crate) struct Token<'a> {
    pub key_id: String,
    signed: &'a str,
    payload: &'a str,
    signature: Vec<u8>,
}

impl<'a> Token<'a> {
    /// Takes `text` apart; nothing if it is no token of ours.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let header: Header = serde_json::from_slice(&from_base64url(header)?).ok()?;
        let signature = from_base64url(signature)?;
        (header.alg == "ES256").then_some(Self { key_id: header.kid, signed, payload, signature })
    }

    /// The claims, if `public` belongs to the key that signed them.
    pub(crate) fn claims<T: DeserializeOwned>(&self, public: &[u8]) -> Option<T> {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public)
            .verify(self.signed.as_bytes(), &self.signature)
            .ok()?;
        serde_json::from_slice(&from_base64url(self.payload)?).ok()
    }
}

fn encode(value: &impl Serialize) -> Result<String> {
    Ok(base64url(&serde_json::to_vec(value).map_err(Error::internal)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_only_unchanged_and_with_its_own_key() {
        let signer = Signer::new("k".into(), &generate_key().unwrap()).unwrap();
        let other = Signer::new("k".into(), &generate_key().unwrap()).unwrap();
        let text = signer.sign(&serde_json::json!({"oid": "me"})).unwrap();
        let read =
            |text: &str, public: &[u8]| Token::parse(text)?.claims::<serde_json::Value>(public);
        assert_eq!(read(&text, signer.public()).unwrap()["oid"], "me");
        assert!(read(&text, other.public()).is_none());
        let parts: Vec<_> = text.split('.').collect();
        let none = base64url(br#"{"alg":"none","kid":"k"}"#);
        let hmac = base64url(br#"{"alg":"HS256","kid":"k"}"#);
        let you = base64url(br#"{"oid":"you"}"#);
        for bad in [
            String::new(),
            "a.b".into(),
            "..".into(),
            format!("{}.{you}.{}", parts[0], parts[2]),
            format!("{none}.{}.", parts[1]),
            format!("{hmac}.{}.{}", parts[1], parts[2]),
            format!("{text}.x"),
        ] {
            assert!(read(&bad, signer.public()).is_none(), "{bad}");
        }
    }
}
