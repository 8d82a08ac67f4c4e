//! Secrets at rest: AES-256-GCM with a key that lives in a file beside the database.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use base::{Cx, Error, Result};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

const KEY_BYTES: usize = 32;
/// First byte of everything sealed, so that the method can change later.
const METHOD: u8 = 1;

/// Seals secrets before they go to a store, and opens them again.
///
/// The key is in a file outside the database, so a stolen database or backup has no secrets.
/// Cheap to share behind an `Arc`.
pub struct Sealed(LessSafeKey);

impl Sealed {
    /// Reads the key from `path`; makes a fresh one, readable by its owner only, if there is none.
    pub fn open(cx: &Cx, path: &Path) -> Result<Self> {
        let key = match fs::read_to_string(path) {
            Ok(text) => parse_key(path, &text)?,
            Err(e) if e.kind() == ErrorKind::NotFound => create_key(cx, path)?,
            Err(e) => return Err(unusable(path, &e.to_string()).with_source(e)),
        };
        warn_if_shared(path);
        Ok(Self::new(&key))
    }

    /// With a key from elsewhere.
    pub fn new(key: &[u8; KEY_BYTES]) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, key).expect("the key has the right length");
        Self(LessSafeKey::new(key))
    }

    /// Seals `plain`. Only [`unseal`](Self::unseal) with the same `purpose` opens it, so a value
    /// moved to another row or column is noticed: name the table, column and row in it.
    pub fn seal(&self, cx: &Cx, purpose: &str, plain: &[u8]) -> Vec<u8> {
        let nonce = cx.random_bytes::<NONCE_LEN>();
        let mut data = plain.to_vec();
        self.0
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(purpose.as_bytes()),
                &mut data,
            )
            .expect("a secret is far below the limit of the cipher");
        [&[METHOD][..], &nonce, &data].concat()
    }

    /// Opens what [`seal`](Self::seal) made for `purpose`.
    pub fn unseal(&self, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        let wrong = || {
            Error::internal(format!(
                "the secret of {purpose} does not open with this server's secret.key; \
                 restore the key file that belongs to this database"
            ))
        };
        let Some((&METHOD, rest)) = sealed.split_first() else { return Err(wrong()) };
        let Some((nonce, data)) = rest.split_first_chunk::<NONCE_LEN>() else {
            return Err(wrong());
        };
        let mut data = data.to_vec();
        let aad = Aad::from(purpose.as_bytes());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let length = self.0.open_in_place(nonce, aad, &mut data).map_err(|_| wrong())?.len();
        data.truncate(length);
        Ok(data)
    }
}

fn create_key(cx: &Cx, path: &Path) -> Result<[u8; KEY_BYTES]> {
    let key = cx.random_bytes::<KEY_BYTES>();
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| {
        writeln!(file, "{}", to_hex(&key))?;
        file.sync_all()
    });
    match written {
        Ok(()) => Ok(key),
        // Another process of the same installation was quicker: its key is the key.
        Err(e) if e.kind() == ErrorKind::AlreadyExists => {
            let text = fs::read_to_string(path)
                .map_err(|e| unusable(path, &e.to_string()).with_source(e))?;
            parse_key(path, &text)
        }
        Err(e) => Err(unusable(path, &e.to_string()).with_source(e)),
    }
}

fn parse_key(path: &Path, text: &str) -> Result<[u8; KEY_BYTES]> {
    from_hex(text.trim()).ok_or_else(|| unusable(path, "it must hold 64 hexadecimal digits"))
}

fn unusable(path: &Path, why: &str) -> Error {
    let text = format!("The key file {} cannot be used: {why}.", path.display());
    Error::new(base::Kind::Unavailable, "SecretKeyUnusable", text)
}

#[cfg(unix)]
fn warn_if_shared(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).map_or(0, |m| m.permissions().mode());
    if mode & 0o077 != 0 {
        let path = path.display();
        tracing::warn!(%path, "others on this machine can read the key file; run chmod 600 on it");
    }
}

#[cfg(not(unix))]
fn warn_if_shared(_: &Path) {}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn from_hex(text: &str) -> Option<[u8; KEY_BYTES]> {
    let mut key = [0; KEY_BYTES];
    if text.len() != 2 * KEY_BYTES || !text.is_ascii() {
        return None;
    }
    for (byte, at) in key.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(&text[at..at + 2], 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_for_its_purpose_and_with_its_key() {
        let cx = Cx::system();
        let sealed = Sealed::new(&[1; 32]);
        let secret = sealed.seal(&cx, "connection 7", b"hunter2");
        assert_eq!(sealed.unseal("connection 7", &secret).unwrap(), b"hunter2");
        assert!(sealed.unseal("connection 8", &secret).is_err());
        assert!(Sealed::new(&[2; 32]).unseal("connection 7", &secret).is_err());
        for end in 0..secret.len() {
            assert!(sealed.unseal("connection 7", &secret[..end]).is_err());
        }
    }

    #[test]
    fn the_key_file_is_made_once_and_kept() {
        let cx = Cx::system();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        let secret = Sealed::open(&cx, &path).unwrap().seal(&cx, "x", b"y");
        assert_eq!(Sealed::open(&cx, &path).unwrap().unseal("x", &secret).unwrap(), b"y");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        fs::write(&path, "short").unwrap();
        let error = Sealed::open(&cx, &path).err().unwrap();
        assert!(error.message.contains("64 hexadecimal digits"), "{error}");
    }
}
