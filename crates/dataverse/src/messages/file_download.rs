//! `RetrieveFile`: what is known of the content of a place. `DownloadFileBlock`: some of it.

use base::{Error, Result, Uuid, limits};

use crate::files::{self, FileTarget};
use crate::session::ReadScope;
use crate::{FileInfo, Reply};

/// Reads what is known of the content of a place; the reply is `Done` where there is none.
#[derive(Clone, Debug, PartialEq)]
pub struct RetrieveFile {
    /// The place.
    pub target: FileTarget,
    /// Of a picture: the whole one, not the thumbnail.
    pub is_full: bool,
}

/// Reads some of the content of a place.
#[derive(Clone, Debug, PartialEq)]
pub struct DownloadFileBlock {
    /// The place.
    pub target: FileTarget,
    /// Of a picture: the whole one, not the thumbnail.
    pub is_full: bool,
    /// Only if the content is still this one.
    pub file: Option<Uuid>,
    /// Where to begin, in bytes.
    pub offset: u64,
    /// How much, at most [`base::limits::FILE_BLOCK_BYTES_MAX`]; less comes at the end.
    pub length: u64,
}

impl RetrieveFile {
    pub(crate) async fn run(self, scope: &mut ReadScope<'_>) -> Result<Reply> {
        Ok(match find(scope, &self.target, self.is_full).await? {
            Some(info) => Reply::File(Box::new(info)),
            None => Reply::Done,
        })
    }
}

impl DownloadFileBlock {
    pub(crate) async fn run(self, scope: &mut ReadScope<'_>) -> Result<Reply> {
        let found = find(scope, &self.target, self.is_full).await?;
        let info = found.filter(|info| self.file.is_none() || info.id == self.file);
        let info = info.ok_or_else(|| {
            Error::not_found(
                "0x80040217",
                "The file was replaced or deleted since its download began. Begin again.",
            )
        })?;
        let length = self.length.min(limits::FILE_BLOCK_BYTES_MAX as u64);
        info.read(scope, self.offset, length).await.map(Reply::Bytes)
    }
}

async fn find(
    scope: &mut ReadScope<'_>,
    target: &FileTarget,
    is_full: bool,
) -> Result<Option<FileInfo>> {
    let place = files::place(scope, target).await?;
    files::find(scope, &place, is_full).await
}
