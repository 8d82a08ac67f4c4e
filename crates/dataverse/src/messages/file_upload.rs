//! `InitializeFileUpload`, `UploadFileBlock`, `AppendFile`, `CommitFileUpload`: content that comes
//! in parts. `UploadFile`: content that comes at once.

use base::{Error, Kind, Result, Uuid};

use crate::files::{self, FileCondition, FileTarget, Place, upload};
use crate::{FileInfo, Reply, RowInput, Session, rows};

/// Begins an upload; the reply is the id of the upload.
#[derive(Clone, Debug, PartialEq)]
pub struct InitializeFileUpload {
    /// Where the content is to go.
    pub target: FileTarget,
    /// The name of the file, where it is known already.
    pub file_name: Option<String>,
}

/// Adds a named block to an upload; the order is told by the commit.
#[derive(Clone, Debug, PartialEq)]
pub struct UploadFileBlock {
    /// The upload.
    pub upload: Uuid,
    /// The name of the block.
    pub name: String,
    /// Its content, at most [`base::limits::FILE_BLOCK_BYTES_MAX`].
    pub content: Vec<u8>,
}

/// Adds the next part of a file whose length is known; the last one makes the upload the content.
#[derive(Clone, Debug, PartialEq)]
pub struct AppendFile {
    /// The upload.
    pub upload: Uuid,
    /// Where it goes: the same place for which the upload was begun.
    pub target: FileTarget,
    /// Where the part begins.
    pub start: u64,
    /// How long the whole is.
    pub total: u64,
    /// The name of the file, unless the upload has one.
    pub file_name: Option<String>,
    /// The part.
    pub content: Vec<u8>,
    /// What must hold for the content that is replaced.
    pub condition: FileCondition,
}

/// Makes an upload the content of its place.
#[derive(Clone, Debug, PartialEq)]
pub struct CommitFileUpload {
    /// The upload.
    pub upload: Uuid,
    /// The name of the file, unless the upload has one.
    pub file_name: Option<String>,
    /// Its type.
    pub mime_type: Option<String>,
    /// The names of the blocks in order; all blocks as they came, if not given.
    pub blocks: Option<Vec<String>>,
    /// Other columns of the row that change along.
    pub row: Option<RowInput>,
    /// What must hold for the content that is replaced.
    pub condition: FileCondition,
}

/// Gives a place its content.
#[derive(Clone, Debug, PartialEq)]
pub struct UploadFile {
    /// The place.
    pub target: FileTarget,
    /// The name of the file.
    pub file_name: Option<String>,
    /// Its type.
    pub mime_type: Option<String>,
    /// The content, at most [`base::limits::FILE_BLOCK_BYTES_MAX`].
    pub content: Vec<u8>,
    /// What must hold for the content that is replaced.
    pub condition: FileCondition,
}

impl InitializeFileUpload {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        let place = files::place(&mut session.read_scope(), &self.target).await?;
        upload::begin(session, &place, self.file_name).await.map(Reply::Upload)
    }
}

impl UploadFileBlock {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        let upload = open(session, self.upload).await?;
        upload::add(session, &upload, &self.name, self.content).await?;
        Ok(Reply::Done)
    }
}

impl AppendFile {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        let found = upload::find(&mut session.read_scope(), self.upload).await?;
        let place = files::place(&mut session.read_scope(), &self.target).await?;
        if !is_for(&found, &place) {
            return Err(upload::unknown());
        }
        let end = self.start.saturating_add(self.content.len() as u64);
        if end > self.total {
            return Err(Error::invalid("The Content-Range ends after the end of the file."));
        }
        let store = session.store();
        files::check(session.tx(), store, None, self.total, found.bytes_max).await?;
        // A client that did not hear the answer sends its part again; some send an empty one
        // after the last.
        if end <= found.received || found.is_done {
            return Ok(Reply::Appended { is_complete: found.is_done });
        }
        if self.start != found.received {
            return Err(Error::new(
                Kind::Invalid,
                "0x80040203",
                format!(
                    "The next part of this upload begins at {}, not at {}. Parts come in order.",
                    found.received, self.start
                ),
            ));
        }
        let name = format!("{:020}", self.start);
        upload::add(session, &found, &name, self.content).await?;
        if end < self.total {
            return Ok(Reply::Appended { is_complete: false });
        }
        let commit = CommitFileUpload {
            upload: self.upload,
            file_name: self.file_name,
            mime_type: None,
            blocks: None,
            row: None,
            condition: self.condition,
        };
        commit.run(session).await?;
        Ok(Reply::Appended { is_complete: true })
    }
}

impl CommitFileUpload {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        let upload = open(session, self.upload).await?;
        let target = FileTarget {
            row: crate::Reference::id(&upload.table, upload.row),
            column: upload.column.clone(),
        };
        let place = files::place(&mut session.read_scope(), &target).await?;
        let size = upload::arrange(session, &upload, self.blocks.as_deref()).await?;
        let name = self.file_name.or_else(|| upload.file_name.clone()).unwrap_or_default();
        let file = New { id: upload.id, name, mime_type: self.mime_type, size };
        let info = attach(session, &place, file, self.condition).await?;
        if let Some(row) = self.row {
            rows::update(session, &place.table, place.id, row, None).await?;
        }
        let store = session.store();
        upload::finish(session.tx(), store, upload.id).await?;
        Ok(Reply::File(Box::new(info)))
    }
}

impl UploadFile {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        upload::check_block(&self.content)?;
        let place = files::place(&mut session.read_scope(), &self.target).await?;
        place.check_change(&mut session.read_scope()).await?;
        let (id, block) = (session.cx().random_id(), session.cx().random_id());
        let (store, size) = (session.store(), self.content.len() as u64);
        files::store::append(session.tx(), store, (id, block), "", 0, self.content).await?;
        let name = self.file_name.unwrap_or_default();
        let file = New { id, name, mime_type: self.mime_type, size };
        let info = attach(session, &place, file, self.condition).await?;
        Ok(Reply::File(Box::new(info)))
    }
}

/// Content that is there and is to be attached.
struct New {
    id: Uuid,
    name: String,
    mime_type: Option<String>,
    size: u64,
}

async fn attach(
    session: &mut Session<'_>,
    place: &Place,
    file: New,
    condition: FileCondition,
) -> Result<FileInfo> {
    let store = session.store();
    let bytes_max = place.bytes_max(session.tx(), store).await?;
    files::check(session.tx(), store, Some(&file.name), file.size, bytes_max).await?;
    let mime_type = file.mime_type.filter(|it| !it.is_empty()).unwrap_or_default();
    let told = files::Told { name: &file.name, mime_type: &mime_type, size: file.size };
    files::attach(session, place, file.id, told, condition).await?;
    Ok(FileInfo {
        row: place.id,
        id: Some(file.id),
        name: file.name,
        mime_type,
        size: file.size,
        content: None,
    })
}

/// An upload that takes more.
async fn open(session: &mut Session<'_>, id: Uuid) -> Result<upload::Upload> {
    let found = upload::find(&mut session.read_scope(), id).await?;
    match found.is_done {
        true => Err(upload::unknown()),
        false => Ok(found),
    }
}

fn is_for(upload: &upload::Upload, place: &Place) -> bool {
    upload.table == place.table.logical_name
        && upload.row == place.id
        && upload.column == place.column.logical_name
}
