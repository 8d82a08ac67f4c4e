//! One server per data folder.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};

/// Holds the data folder while it lives. The operating system lets go when the process ends,
/// however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Takes the data folder, or says who has it.
pub fn take(folder: &Path) -> Result<Lock> {
    let path = folder.join("freehold.lock");
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .with_context(|| format!("opening {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut owner = String::new();
            // The number is a courtesy: without it the message still says what is wrong.
            let _ = file.read_to_string(&mut owner);
            bail!(
                "another server (process {}) uses the data folder {}; stop it, or choose another folder with --data",
                owner.trim(),
                folder.display()
            );
        }
        Err(TryLockError::Error(error)) => {
            return Err(error).with_context(|| format!("locking {}", path.display()));
        }
    }
    file.set_len(0).and_then(|()| file.rewind()).context("writing freehold.lock")?;
    write!(file, "{}", std::process::id()).context("writing freehold.lock")?;
    Ok(Lock { _file: file })
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_folder_has_one_owner_at_a_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = super::take(folder.path()).expect("free");
        let message = super::take(folder.path()).expect_err("taken").to_string();
        assert!(message.starts_with("another server (process "), "{message}");
        drop(first);
        super::take(folder.path()).expect("free again");
    }
}
