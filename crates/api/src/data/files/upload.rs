//! Content that comes in: at once, or in parts with a session.

use axum::body::Bytes;
use axum::http::{HeaderName, StatusCode};
use base::limits::{FILE_BLOCK_BYTES_MAX, FILE_REQUEST_BYTES_MAX};
use base::{Error, Kind, Result, Uuid};
use dataverse::messages::{
    AppendFile, CommitFileUpload, InitializeFileUpload, UploadFile, UploadFileBlock,
};
use dataverse::{FileCondition, FileTarget, Reply};
use percent_encoding::percent_decode_str;

use super::range::Part;
use crate::data::answer::Answer;
use crate::data::call::Call;
use crate::data::conditions::Tag;
use crate::data::content::Content;
use crate::data::resource::unexpected;

const ACCEPT_RANGES: HeaderName = HeaderName::from_static("accept-ranges");
const CHUNK_SIZE: HeaderName = HeaderName::from_static("x-ms-chunk-size");

/// The option that names an upload in parts.
const SESSION: &str = "sessiontoken";

/// `PATCH` or `PUT` of a column. Some clients repeat `x-ms-transfer-mode` on every part, so the
/// session decides.
pub(super) async fn answer(call: &Call, target: FileTarget) -> Result<Answer> {
    if let Some(token) = call.options.other(SESSION) {
        return part(call, target, token).await;
    }
    let is_chunked = call
        .header("x-ms-transfer-mode")
        .is_some_and(|it| it.trim().eq_ignore_ascii_case("chunked"));
    match is_chunked {
        true => begin(call, target).await,
        false => whole(call, target).await,
    }
}

async fn begin(call: &Call, target: FileTarget) -> Result<Answer> {
    let message = InitializeFileUpload { target, file_name: file_name(call) };
    let Reply::Upload(upload) = call.execute(message).await? else {
        return Err(Error::internal("an upload was not begun"));
    };
    let path = call.address.path.trim_start_matches('/');
    let location = format!("{}?{SESSION}={upload}", call.url(path));
    Ok(Answer::empty(StatusCode::OK)
        .with_location(&location)
        .with_text(CHUNK_SIZE, &FILE_BLOCK_BYTES_MAX.to_string())
        .with_text(ACCEPT_RANGES, "bytes"))
}

async fn part(call: &Call, target: FileTarget, token: &str) -> Result<Answer> {
    let upload = token.parse::<Uuid>().map_err(|_| {
        Error::new(Kind::Invalid, "0x80040203", "The session token is not one of this server.")
    })?;
    let part = Part::parse(call.header("content-range"))?;
    if part.length > FILE_BLOCK_BYTES_MAX as u64 {
        return Err(too_large(FILE_BLOCK_BYTES_MAX));
    }
    let mut content = Content::of(call);
    let bytes = content.block().await?;
    let is_longer = !content.block().await?.is_empty();
    if bytes.len() as u64 != part.length || is_longer {
        return Err(Error::new(
            Kind::Invalid,
            "0x80040203",
            format!("The Content-Range says {} bytes; the body has another length.", part.length),
        ));
    }
    let message = AppendFile {
        upload,
        target,
        start: part.start,
        total: part.total,
        file_name: file_name(call),
        content: bytes.into(),
        condition: condition(call),
    };
    match call.execute(message).await? {
        Reply::Appended { is_complete: true } => Ok(Answer::no_content()),
        Reply::Appended { is_complete: false } => Ok(Answer::empty(StatusCode::PARTIAL_CONTENT)
            .with_text(CHUNK_SIZE, &FILE_BLOCK_BYTES_MAX.to_string())),
        other => Err(unexpected(&other)),
    }
}

/// A file in one request: a small one is one message; of a large one each block is kept as it
/// comes, and the last message makes them the content.
async fn whole(call: &Call, target: FileTarget) -> Result<Answer> {
    let told = call.header("content-length").and_then(|text| text.parse::<u64>().ok());
    if told.is_some_and(|length| length > FILE_REQUEST_BYTES_MAX as u64) {
        return Err(too_large(FILE_REQUEST_BYTES_MAX));
    }
    let file_name = file_name(call);
    let mime_type = call.header("content-type").map(str::to_owned);
    let condition = condition(call);
    let mut content = Content::of(call);
    let first = content.block().await?;
    let second = match first.len() < FILE_BLOCK_BYTES_MAX {
        true => Bytes::new(),
        false => content.block().await?,
    };
    if second.is_empty() {
        let content = first.into();
        let message = UploadFile { target, file_name, mime_type, content, condition };
        call.execute(message).await?;
        return Ok(Answer::no_content());
    }
    let message = InitializeFileUpload { target, file_name: file_name.clone() };
    let Reply::Upload(upload) = call.execute(message).await? else {
        return Err(Error::internal("an upload was not begun"));
    };
    let mut blocks = Blocks { call, upload, names: Vec::new(), size: 0 };
    blocks.send(first).await?;
    let mut next = second;
    while !next.is_empty() {
        blocks.send(next).await?;
        next = content.block().await?;
    }
    let blocks = Some(blocks.names);
    let message = CommitFileUpload { upload, file_name, mime_type, blocks, row: None, condition };
    call.execute(message).await?;
    Ok(Answer::no_content())
}

/// The blocks of a large file, as they are sent on.
struct Blocks<'a> {
    call: &'a Call,
    upload: Uuid,
    names: Vec<String>,
    size: usize,
}

impl Blocks<'_> {
    async fn send(&mut self, content: Bytes) -> Result<()> {
        self.size += content.len();
        if self.size > FILE_REQUEST_BYTES_MAX {
            return Err(too_large(FILE_REQUEST_BYTES_MAX));
        }
        let name = format!("{:06}", self.names.len());
        self.names.push(name.clone());
        let message = UploadFileBlock { upload: self.upload, name, content: content.into() };
        self.call.execute(message).await?;
        Ok(())
    }
}

/// The name of the file, by header or option; it may be percent-encoded.
fn file_name(call: &Call) -> Option<String> {
    let header = call
        .header("x-ms-file-name")
        .map(|text| percent_decode_str(text.trim()).decode_utf8_lossy().into_owned());
    let option = || call.options.other("x-ms-file-name").map(str::to_owned);
    header.or_else(option).filter(|name| !name.is_empty())
}

fn condition(call: &Call) -> FileCondition {
    FileCondition {
        if_version: call.conditions.version(),
        if_empty: call.conditions.none_matches == Some(Tag::Any),
    }
}

fn too_large(max: usize) -> Error {
    Error::new(
        Kind::TooLarge,
        "0x80044a02",
        format!("One request brings at most {max} bytes of a file. Send it in parts."),
    )
}
