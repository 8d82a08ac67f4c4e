//! SQLite: a file per store.

mod error;
mod file;
mod folder;
mod functions;
mod link;

pub(crate) use file::File;
pub(crate) use folder::Folder;
pub(crate) use link::{Link, NEXT_VERSION, column};
