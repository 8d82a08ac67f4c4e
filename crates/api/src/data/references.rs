//! `$ref`: links between rows.

use std::sync::Arc;

use axum::http::{Method, StatusCode};
use base::Result;
use dataverse::messages::{Associate, Disassociate};
use dataverse::{Expanded, Reference};
use metadata::Table;
use query::{Expand, Query};
use serde_json::json;

use super::answer::Answer;
use super::body;
use super::call::Call;
use super::payload::Payload;
use super::resource::{Place, not_allowed, only, retrieve};
use super::rows;

/// `…set(key)/nav/$ref` of a single-valued navigation property.
pub(super) async fn single(call: &Call, place: &Place, name: &str) -> Result<Answer> {
    match call.method {
        Method::GET => read_single(call, place, name).await,
        Method::PUT => add(call, place, name).await,
        Method::DELETE => {
            let message = disassociate(place, name, None);
            call.execute(message).await?;
            Ok(Answer::no_content())
        }
        _ => Err(not_allowed(call)),
    }
}

async fn read_single(call: &Call, place: &Place, name: &str) -> Result<Answer> {
    let expand =
        Expand { navigation: name.to_owned(), only_references: true, query: Query::default() };
    let select = vec![place.table.primary_id.clone()];
    let query = Query { select, expand: vec![expand], ..Query::default() };
    let record = retrieve(call, place, query).await?;
    match record.expanded.into_iter().find(|(navigation, _)| navigation == name) {
        Some((_, Expanded::One(Some(related)))) => {
            let body = json!({
                "@odata.context": call.url("$metadata#$ref"),
                "@odata.id": call.url(&format!("{}({})", related.table.set_name, related.id)),
            });
            Ok(Answer::json(StatusCode::OK, body.to_string().into_bytes()))
        }
        _ => Ok(Answer::no_content()),
    }
}

/// `…set(key)/nav/$ref` of a collection.
pub(super) async fn collection(
    call: &Call,
    place: &Place,
    table: &Arc<Table>,
    name: &str,
) -> Result<Answer> {
    match call.method {
        Method::GET => list(call, place, table, name).await,
        Method::POST => add(call, place, name).await,
        Method::DELETE => {
            let missing = || body::wrong("Name the row to unlink with '?$id='.");
            let url = call.options.id.as_deref().ok_or_else(missing)?;
            let related = body::reference(&call.schema, url)?;
            remove(call, place, name, related).await
        }
        _ => Err(not_allowed(call)),
    }
}

async fn list(call: &Call, place: &Place, table: &Arc<Table>, name: &str) -> Result<Answer> {
    let (mut query, number) = rows::page_query(call)?;
    query.select = vec![table.primary_id.clone()];
    let page = rows::page(call, table, Some(place.from(name)), query).await?;
    let next = rows::next_link(call, &page, number);
    let reading = rows::reading(call, table).await?;
    let body = Payload::new(rows::style(call, &reading)).references(&page, next.as_deref());
    Ok(Answer::json(StatusCode::OK, body))
}

/// Links the row that the body names.
async fn add(call: &Call, place: &Place, name: &str) -> Result<Answer> {
    let body = body::object(call)?;
    let url = body.get("@odata.id").and_then(|url| url.as_str());
    let url = url.ok_or_else(|| body::wrong("The body needs the member '@odata.id'."))?;
    let related = vec![body::reference(&call.schema, url)?];
    let target = place.reference();
    call.execute(Associate { target, navigation: name.to_owned(), related }).await?;
    Ok(Answer::no_content())
}

/// `DELETE …set(key)/nav(key)/$ref`.
pub(super) async fn remove(
    call: &Call,
    place: &Place,
    name: &str,
    related: Reference,
) -> Result<Answer> {
    only(call, &[Method::DELETE])?;
    call.execute(disassociate(place, name, Some(related))).await?;
    Ok(Answer::no_content())
}

fn disassociate(place: &Place, name: &str, related: Option<Reference>) -> Disassociate {
    Disassociate { target: place.reference(), navigation: name.to_owned(), related }
}
