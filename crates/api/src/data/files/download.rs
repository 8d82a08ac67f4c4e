//! Content that goes out: as it is, or in JSON.

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_TYPE};
use axum::http::{HeaderName, StatusCode};
use base::limits::FILE_BLOCK_BYTES_MAX;
use base::{Error, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dataverse::messages::{DownloadFileBlock, RetrieveFile};
use dataverse::{Environment, FileInfo, FileTarget, Reply};
use futures_util::stream::try_unfold;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;
use std::sync::Arc;

use super::range;
use crate::data::answer::Answer;
use crate::data::call::Call;
use crate::data::resource::{Place, unexpected};

const ACCEPT_RANGES: HeaderName = HeaderName::from_static("accept-ranges");
const FILE_NAME: HeaderName = HeaderName::from_static("x-ms-file-name");
const FILE_SIZE: HeaderName = HeaderName::from_static("x-ms-file-size");
const MIME_TYPE: HeaderName = HeaderName::from_static("mimetype");

/// What is encoded in the name of a file.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_');

/// How much is read at once.
pub(in crate::data) const BLOCK_BYTES_MAX: u64 = FILE_BLOCK_BYTES_MAX as u64;

/// `…/column/$value`.
pub(super) async fn whole(call: &Call, target: FileTarget) -> Result<Answer> {
    let Some(info) = find(call, &target).await? else { return Ok(Answer::no_content()) };
    let range = range::asked(call.header("range"), info.size)?;
    let (first, end) = range.map_or((0, info.size), |(first, last)| (first, last + 1));
    let status = if range.is_some() { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
    let source = Source::of(call, target, &info);
    let answer = match end - first <= BLOCK_BYTES_MAX {
        true => Answer::bytes(status, source.read(first, end).await?),
        false => Answer::stream(status, source.stream(first, end)),
    };
    let answer = answer
        .with_text(CONTENT_TYPE, "application/octet-stream")
        .with_text(ACCEPT_RANGES, "bytes")
        .with_text(HeaderName::from_static("content-length"), &(end - first).to_string());
    Ok(with_range(described(answer, &info), range, info.size))
}

/// `…/column?size=full`, also with a range: the same in JSON, in base64, at most a block at once.
pub(super) async fn in_json(call: &Call, place: &Place, target: FileTarget) -> Result<Answer> {
    let column = target.column.clone();
    let Some(info) = find(call, &target).await? else { return Ok(Answer::no_content()) };
    let (first, end, is_part) = asked_part(call, &info)?;
    let content = Source::of(call, target, &info).read(first, end).await?;
    let context = format!("$metadata#{}({})/{column}", place.table.set_name, info.row);
    let body = json!({
        "@odata.context": call.url(&context),
        "value": STANDARD.encode(content),
    });
    let status = if is_part { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
    let location =
        format!("{}?{}", call.url(call.address.path.trim_start_matches('/')), call.address.query);
    let answer = Answer::json(status, body.to_string().into_bytes())
        .with_text(ACCEPT_RANGES, "bytes")
        .with_location(location.trim_end_matches('?'));
    let sent = (is_part && first < end).then(|| (first, end - 1));
    Ok(with_range(described(answer, &info), sent, info.size))
}

/// Where the part begins that is asked for, where it ends, and whether it is less than the whole.
fn asked_part(call: &Call, info: &FileInfo) -> Result<(u64, u64, bool)> {
    let header = call.header("range");
    // Clients ask once more where a file ends together with a block of theirs.
    if range::begins_at_end(header, info.size) {
        return Ok((info.size, info.size, true));
    }
    let range = range::asked(header, info.size)?;
    let (first, last) = range.unwrap_or((0, info.size.saturating_sub(1)));
    let end = (last + 1).min(info.size).min(first.saturating_add(BLOCK_BYTES_MAX));
    Ok((first, end, range.is_some() || end < info.size))
}

async fn find(call: &Call, target: &FileTarget) -> Result<Option<FileInfo>> {
    let message = RetrieveFile { target: target.clone(), is_full: is_full(call) };
    match call.execute(message).await? {
        Reply::File(info) => Ok(Some(*info)),
        Reply::Done => Ok(None),
        other => Err(unexpected(&other)),
    }
}

fn is_full(call: &Call) -> bool {
    call.options.other("size").is_some_and(|size| size.eq_ignore_ascii_case("full"))
}

fn described(answer: Answer, info: &FileInfo) -> Answer {
    let encoded = utf8_percent_encode(&info.name, ENCODED).to_string();
    let is_plain = |c: char| c == ' ' || c.is_ascii_graphic() && !matches!(c, '"' | '\\');
    let plain: String = info.name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    let mut disposition = format!("attachment; filename=\"{plain}\"");
    if plain != info.name {
        disposition.push_str(&format!("; filename*=UTF-8''{encoded}"));
    }
    let name = if plain == info.name { &info.name } else { &encoded };
    answer
        .with_text(FILE_NAME, name)
        .with_text(FILE_SIZE, &info.size.to_string())
        .with_text(MIME_TYPE, &info.mime_type)
        .with_text(CONTENT_DISPOSITION, &disposition)
}

fn with_range(answer: Answer, range: Option<(u64, u64)>, size: u64) -> Answer {
    match range {
        Some((first, last)) => {
            answer.with_text(CONTENT_RANGE, &format!("bytes {first}-{last}/{size}"))
        }
        None => answer,
    }
}

/// Where content is read from, block by block; each with the rights of the caller.
struct Source {
    environment: Arc<Environment>,
    cx: base::Cx,
    block: DownloadFileBlock,
}

impl Source {
    fn of(call: &Call, target: FileTarget, info: &FileInfo) -> Self {
        let block = DownloadFileBlock {
            target,
            is_full: is_full(call),
            file: info.id,
            offset: 0,
            length: 0,
        };
        Self { environment: call.environment.clone(), cx: call.cx.clone(), block }
    }

    async fn read(&self, first: u64, end: u64) -> Result<Vec<u8>> {
        let block = DownloadFileBlock { offset: first, length: end - first, ..self.block.clone() };
        match self.environment.execute(&self.cx, block).await? {
            Reply::Bytes(bytes) if bytes.len() as u64 == end - first => Ok(bytes),
            Reply::Bytes(_) => Err(Error::internal("a file is shorter than it is said to be")),
            other => Err(unexpected(&other)),
        }
    }

    fn stream(self, first: u64, end: u64) -> Body {
        Body::from_stream(try_unfold((self, first), move |(source, at)| async move {
            if at >= end {
                return Ok::<_, Error>(None);
            }
            let next = end.min(at + BLOCK_BYTES_MAX);
            let block = Bytes::from(source.read(at, next).await?);
            Ok(Some((block, (source, next))))
        }))
    }
}
