//! Single properties of a row.

use axum::http::{Method, StatusCode};
use base::Result;
use dataverse::messages::Update;
use dataverse::{Input, Reply, RowInput, Value};
use metadata::{Column, Table};
use query::odata::Segment;

use super::address::no_segment;
use super::answer::Answer;
use super::body;
use super::call::Call;
use super::files;
use super::payload::{Payload, plain, property};
use super::resource::{Place, is_file, not_allowed, only, unexpected};
use super::rows;

/// `…set(key)/name`, `…set(key)/name/$value`.
pub(super) async fn answer(
    call: &Call,
    place: &Place,
    name: &str,
    tail: &[Segment],
) -> Result<Answer> {
    let column = column(&place.table, name).ok_or_else(|| no_segment(name))?;
    if is_file(&column.kind) && is_content(call, tail) {
        return files::answer(call, place, column, tail).await;
    }
    match (tail, &call.method) {
        ([], &Method::GET) => read(call, place, column).await,
        ([], &Method::PUT) => write(call, place, column).await,
        ([], &Method::DELETE) => update(call, place, column, Input::Null).await,
        ([], _) => Err(not_allowed(call)),
        ([Segment::Value], _) => {
            only(call, &[Method::GET])?;
            read_plain(call, place, column).await
        }
        _ => Err(no_segment(&call.address.path)),
    }
}

/// Whether a request is about the content of a column, and not about its value in the row.
fn is_content(call: &Call, tail: &[Segment]) -> bool {
    match call.method {
        Method::GET => !tail.is_empty() || files::asks_content(call),
        Method::PUT => !call.brings_json(),
        _ => true,
    }
}

/// The column of a property: `name`, or `_x_value` for the lookup `x`.
fn column<'t>(table: &'t Table, name: &str) -> Option<&'t Column> {
    let lookup = name.strip_prefix('_').and_then(|name| name.strip_suffix("_value"));
    let column = table.column(lookup.unwrap_or(name))?;
    (column.is_lookup() == lookup.is_some()).then_some(column)
}

async fn read(call: &Call, place: &Place, column: &Column) -> Result<Answer> {
    let record = rows::read(call, place, &[property(column)]).await?;
    match record.get(&column.logical_name) {
        None | Some(Value::Null) => Ok(Answer::no_content()),
        Some(value) => {
            let reading = rows::reading(call, &place.table).await?;
            let style = rows::style(call, &reading);
            let body = Payload::new(style).property(&record, column, value);
            Ok(Answer::json(StatusCode::OK, body))
        }
    }
}

async fn read_plain(call: &Call, place: &Place, column: &Column) -> Result<Answer> {
    let record = rows::read(call, place, &[property(column)]).await?;
    match record.get(&column.logical_name) {
        None | Some(Value::Null) => Ok(Answer::no_content()),
        Some(value) => Ok(Answer::text(plain(value))),
    }
}

/// `PUT` with `{"value": …}`.
async fn write(call: &Call, place: &Place, column: &Column) -> Result<Answer> {
    let value = body::property_value(call, column)?;
    update(call, place, column, value).await
}

async fn update(call: &Call, place: &Place, column: &Column, value: Input) -> Result<Answer> {
    let message = Update {
        target: place.reference(),
        row: RowInput(vec![(property(column), value)]),
        if_version: call.conditions.version(),
        returning: None,
    };
    match call.execute(message).await? {
        Reply::Updated { .. } | Reply::Done => Ok(Answer::no_content()),
        other => Err(unexpected(&other)),
    }
}
