//! The data folder: which store is which file, and how files come and go.

use std::fs;
use std::path::{Path, PathBuf};

use base::{Error, Kind, Result};

use super::error::file_error;
use super::file::{File, beside};
use super::link::Link;

/// The suffix of a file that is being made. Found at start, it is what a crash left behind.
const UNFINISHED: &str = ".unfinished";

/// The data folder of a server.
pub(crate) struct Folder {
    path: PathBuf,
    /// Held locked while the folder is in use: row versions and turns of writers are kept in the
    /// memory of one process.
    lock: fs::File,
}

impl Folder {
    /// Takes the folder into use; makes it if there is none.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let open = || -> std::io::Result<Self> {
            fs::create_dir_all(path.join("environments"))?;
            let lock = fs::File::create(path.join("freehold.lock"))?;
            Ok(Self { path: path.to_owned(), lock })
        };
        let folder = open().map_err(|cause| {
            file_error(cause).context(format!("Opening the data folder {}", path.display()))
        })?;
        folder.take()?;
        folder.clean().map_err(file_error)?;
        Ok(folder)
    }

    /// The file of a store.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        match name {
            "tenant" => self.path.join("tenant.db"),
            name => self.path.join("environments").join(format!("{name}.db")),
        }
    }

    /// Makes an empty store.
    pub(crate) fn create(&self, name: &str) -> Result<()> {
        let path = self.file(name);
        put_in_place(&path, File::create)
    }

    /// Copies a store whose writer holds still. The copy is of the file (shared blocks where the
    /// file system can); only if a long read keeps the log from being written back, SQLite copies.
    pub(crate) fn copy(&self, writer: &Link, from: &str, to: &str) -> Result<()> {
        let (from, to) = (self.file(from), self.file(to));
        let is_whole = writer.checkpoint()?;
        put_in_place(&to, |path| match is_whole {
            true => fs::copy(&from, path).map(drop).map_err(file_error),
            false => writer.copy_into(path).and_then(|()| File::adopt(path)),
        })
    }

    /// Gives a store that nobody uses another name.
    pub(crate) fn rename(&self, from: &str, to: &str) -> Result<()> {
        let (from, to) = (self.file(from), self.file(to));
        remove_if_there(&beside(&to, "-wal")).map_err(file_error)?;
        remove_if_there(&beside(&to, "-shm")).map_err(file_error)?;
        let rename = fs::rename(&from, &to).and_then(|()| sync_folder(&to));
        rename.map_err(file_error)
    }

    /// Removes a store. Its name goes first: a crash in between leaves no store, only a log, which
    /// the next store of this name removes.
    pub(crate) fn remove(&self, name: &str) -> Result<()> {
        let path = self.file(name);
        let remove = || {
            remove_if_there(&path)?;
            remove_if_there(&beside(&path, "-wal"))?;
            remove_if_there(&beside(&path, "-shm"))?;
            sync_folder(&path)
        };
        remove().map_err(file_error)
    }

    fn take(&self) -> Result<()> {
        match self.lock.try_lock() {
            Ok(()) => Ok(()),
            Err(fs::TryLockError::WouldBlock) => Err(Error::new(
                Kind::Unavailable,
                "db.folder_in_use",
                format!(
                    "The data folder {} is used by another server. Stop that one first, or choose \
                     another folder.",
                    self.path.display()
                ),
            )),
            Err(fs::TryLockError::Error(cause)) => Err(file_error(cause)),
        }
    }

    fn clean(&self) -> std::io::Result<()> {
        for folder in [self.path.clone(), self.path.join("environments")] {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                if entry.file_name().to_string_lossy().contains(UNFINISHED) {
                    fs::remove_file(entry.path())?;
                }
            }
        }
        Ok(())
    }
}

/// Makes a file under another name, and gives it its own only when it is whole and on disk.
fn put_in_place(path: &Path, make: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let unfinished = beside(path, UNFINISHED);
    let finish = || {
        fs::File::open(&unfinished)?.sync_all()?;
        remove_if_there(&beside(path, "-wal"))?;
        remove_if_there(&beside(path, "-shm"))?;
        fs::rename(&unfinished, path)?;
        sync_folder(path)
    };
    let made = remove_if_there(&unfinished)
        .map_err(file_error)
        .and_then(|()| make(&unfinished))
        .and_then(|()| finish().map_err(file_error));
    if made.is_err() {
        // What is left of it is removed now or at the next start; the first error is the one to tell.
        _ = remove_if_there(&unfinished);
    }
    made
}

fn remove_if_there(path: &Path) -> std::io::Result<()> {
    match fs::remove_file(path) {
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// Makes the names in the folder of `path` durable.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        // Windows has no such thing, and needs none.
        Some(folder) if cfg!(unix) => fs::File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}
