//! Passwords: Argon2id, off the async threads, few at a time.

use std::sync::Arc;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use base::limits::{PASSWORD_BYTES_MAX, PASSWORD_CHARS_MIN, PASSWORD_HASHES_AT_ONCE};
use base::{Cx, Error, Kind, Result};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Hashes passwords; bounded, because each hash takes 19 MiB and tens of milliseconds.
pub(crate) struct Passwords(Arc<Semaphore>);

impl Passwords {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(PASSWORD_HASHES_AT_ONCE)))
    }

    /// The hash of `password` in PHC form, with a fresh salt.
    pub(crate) async fn hash(&self, cx: &Cx, password: &str) -> Result<String> {
        check_strength(password)?;
        let salt = SaltString::encode_b64(&cx.random_bytes::<16>()).map_err(broken)?;
        let password = password.to_owned();
        self.run(move || {
            Ok(hasher().hash_password(password.as_bytes(), &salt).map_err(broken)?.to_string())
        })
        .await
    }

    /// Whether `password` belongs to `hash`. Without a hash it takes as long, and says no: nobody
    /// learns from the time whether a user exists.
    pub(crate) async fn verify(&self, password: &str, hash: Option<String>) -> Result<bool> {
        if password.len() > PASSWORD_BYTES_MAX {
            return Ok(false);
        }
        let password = password.to_owned();
        self.run(move || match hash {
            Some(hash) => {
                let hash = PasswordHash::new(&hash).map_err(broken)?;
                Ok(hasher().verify_password(password.as_bytes(), &hash).is_ok())
            }
            None => {
                let salt = SaltString::encode_b64(&[0; 16]).map_err(broken)?;
                hasher().hash_password(password.as_bytes(), &salt).map_err(broken)?;
                Ok(false)
            }
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let permit = self.0.clone().acquire_owned().await.map_err(Error::internal)?;
        let task = spawn_blocking(move || {
            let result = work();
            drop(permit);
            result
        });
        task.await.map_err(Error::internal)?
    }
}

/// OWASP's first choice for Argon2id: 19 MiB, two passes, one lane.
fn hasher() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("the parameters are in range");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn check_strength(password: &str) -> Result<()> {
    let weak = |message: String| Err(Error::new(Kind::Invalid, "PasswordNotAllowed", message));
    if password.chars().count() < PASSWORD_CHARS_MIN {
        return weak(format!("A password needs at least {PASSWORD_CHARS_MIN} characters."));
    }
    if password.len() > PASSWORD_BYTES_MAX {
        return weak(format!("A password may have {PASSWORD_BYTES_MAX} bytes at most."));
    }
    Ok(())
}

fn broken(error: argon2::password_hash::Error) -> Error {
    Error::internal(format!("password hash: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_opens_only_its_own_hash() {
        let (cx, passwords) = (Cx::system(), Passwords::new());
        let hash = passwords.hash(&cx, "correct horse").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify("correct horse", Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("wrong horse", Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify(&"x".repeat(PASSWORD_BYTES_MAX + 1), Some(hash)).await.unwrap());
        assert!(!passwords.verify("correct horse", None).await.unwrap());
        for bad in ["short", &"x".repeat(PASSWORD_BYTES_MAX + 1)] {
            assert_eq!(passwords.hash(&cx, bad).await.unwrap_err().code, "PasswordNotAllowed");
        }
    }
}
