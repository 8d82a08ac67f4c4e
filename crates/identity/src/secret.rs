//! Secrets that we make ourselves: long and random, so a plain SHA-256 is a safe way to keep them.

use base::Cx;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// A fresh secret of 256 bits, as text that is safe in URLs and forms.
pub(crate) fn generate(cx: &Cx) -> String {
    base64url(&cx.random_bytes::<32>())
}

/// A fresh password that a person can type: four groups of five, about 98 bits.
pub(crate) fn generate_password(cx: &Cx) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let bytes = cx.random_bytes::<20>();
    let text = |b: &u8| char::from(LETTERS[usize::from(b % 32)]);
    bytes.chunks(5).map(|c| c.iter().map(text).collect::<String>()).collect::<Vec<_>>().join("-")
}

/// How a secret is kept and looked up.
pub(crate) fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// Bytes as base64url without padding, as every OAuth document wants them.
pub(crate) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of base64url text without padding.
pub(crate) fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
