//! Files: the content of file and image columns, of notes and of mail attachments.
//!
//! A file column holds the id of a row of `fileattachment`, whose content lies in `fh_chunk` and
//! `fh_block`, cut into blocks. Row and content change in one transaction, and go together. What is
//! on its way is kept beside it as an upload ([`upload`]) until it is complete, so no transaction
//! waits for a slow sender. Notes and mail attachments hold their content in the row, in base64, as
//! the protocol shows it.

mod guard;
mod picture;
mod place;
pub(crate) mod store;
pub(crate) mod upload;
mod written;

use base::Uuid;

use crate::Reference;

pub(crate) use guard::{check, document_bytes_max};
use place::Kept;
pub(crate) use place::{Place, find, place};
pub(crate) use written::{
    Pictures, Told, attach, complete, forget_column, forget_row, forget_table, keep, replaced,
};

/// Where content belongs: a file or image column, `annotation.documentbody`, or
/// `activitymimeattachment.body`.
#[derive(Clone, Debug, PartialEq)]
pub struct FileTarget {
    /// The row.
    pub row: Reference,
    /// The column, by logical name.
    pub column: String,
}

/// What is known of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct FileInfo {
    /// The row it belongs to.
    pub row: Uuid,
    /// Its id; content of another id is another version. Nothing where the row itself holds it.
    pub id: Option<Uuid>,
    /// Its name.
    pub name: String,
    /// Its type (`application/octet-stream` where nobody said).
    pub mime_type: String,
    /// In bytes.
    pub size: u64,
    /// The content itself, where the row holds it: a thumbnail, a note's document.
    pub content: Option<Vec<u8>>,
}

/// What to do with the content that a column has already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileCondition {
    /// Only if the row still has this version (`If-Match`).
    pub if_version: Option<i64>,
    /// Only if the column is empty (`If-None-Match: *`).
    pub if_empty: bool,
}

/// The type of content of which nobody said what it is.
pub(crate) const UNKNOWN_TYPE: &str = "application/octet-stream";
