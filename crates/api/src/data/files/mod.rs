//! The content of file and image columns: `…set(key)/column`, `…/column/$value`.
//!
//! Content never passes through memory as a whole: a body is taken block by block
//! ([`upload`]), and an answer is read block by block ([`download`]).

mod download;
mod range;
mod upload;

use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use base::Result;
use dataverse::messages::Update;
use dataverse::{FileTarget, Input, RowInput};
use metadata::{Column, Schema};
use query::odata::{Aliases, Arguments, Segment, parse_path};

use super::address::{Address, no_segment};
use super::answer::Answer;
use super::call::Call;
use super::resource::{Place, is_file, not_allowed, only};

pub(super) use download::BLOCK_BYTES_MAX;

/// `…set(key)/column` and what is below it.
pub(super) async fn answer(
    call: &Call,
    place: &Place,
    column: &Column,
    tail: &[Segment],
) -> Result<Answer> {
    let target = target(place, &column.logical_name);
    match (tail, &call.method) {
        ([], &Method::PATCH | &Method::PUT) => upload::answer(call, target).await,
        ([], &Method::DELETE) => delete(call, place, column).await,
        ([Segment::Value], _) => {
            only(call, &[Method::GET])?;
            download::whole(call, target).await
        }
        ([], &Method::GET) => download::in_json(call, place, target).await,
        ([], _) => Err(not_allowed(call)),
        _ => Err(no_segment(&call.address.path)),
    }
}

/// Where the content of a column of a row belongs.
pub(super) fn target(place: &Place, column: &str) -> FileTarget {
    FileTarget { row: place.reference(), column: column.to_owned() }
}

/// Whether a `GET` of the column asks for its content and not for its value in the row.
pub(super) fn asks_content(call: &Call) -> bool {
    call.options.other("size").is_some() || call.headers.contains_key("range")
}

async fn delete(call: &Call, place: &Place, column: &Column) -> Result<Answer> {
    let message = Update {
        target: place.reference(),
        row: RowInput(vec![(column.logical_name.clone(), Input::Null)]),
        if_version: call.conditions.version(),
        returning: None,
    };
    call.execute(message).await?;
    Ok(Answer::no_content())
}

/// Whether a request brings content, so that its body is not read at once: `PATCH` or `PUT` of a
/// file or image column with something else than JSON.
pub(super) fn brings_content(schema: &Schema, address: &Address, parts: &Parts) -> bool {
    let content_type = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !matches!(parts.method, Method::PATCH | Method::PUT) || content_type.is_some_and(is_json) {
        return false;
    }
    // An address that is not understood is refused later.
    let path = parse_path(&address.path, &Aliases::default()).unwrap_or_default();
    let [Segment::Name { name: set, .. }, Segment::Name { name, arguments: Arguments::Absent }] =
        path.as_slice()
    else {
        return false;
    };
    let column = schema.table_by_set(set).and_then(|table| table.column(name));
    column.is_some_and(|column| is_file(&column.kind))
}

/// Whether this is the type of JSON.
pub(super) fn is_json(content_type: &str) -> bool {
    content_type.trim_start().to_ascii_lowercase().starts_with("application/json")
}
