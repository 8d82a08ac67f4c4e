//! Answers of the functions that give whole definitions. They are written table by table: all of
//! them at once would take a lot of memory.

use axum::http::StatusCode;
use base::{Error, Kind, Result};
use dataverse::messages::RetrieveDefinitionChanges;
use dataverse::{DefinitionChanges, Reply};
use metadata::Table;
use serde_json::{Value, json};

use super::super::answer::Answer;
use super::super::call::Call;
use super::super::resource::unexpected;
use super::changes::{Wanted, deleted};
use super::complete::{self, Parts};
use super::to_json::Style;

/// How long a stamp is good, in seconds (protocol: `ExpireSubscriptionsInDays`, 90 days).
const STAMP_SECONDS: i64 = 90 * 24 * 3600;

/// A stamp of the definitions as they are.
pub(in super::super) fn stamp(call: &Call) -> String {
    format!("{}!{}", call.schema.version, call.cx.now().0)
}

/// One table.
pub(in super::super) async fn entity(call: &Call, table: &Table, parts: Parts) -> Result<Answer> {
    let style = style(call).await?;
    let members = complete::table(style, table, parts);
    let context = call.url("$metadata#Microsoft.Dynamics.CRM.RetrieveEntityResponse");
    let body = json!({ "@odata.context": context, "EntityMetadata": members });
    Ok(Answer::json(StatusCode::OK, body.to_string().into_bytes()))
}

/// All tables.
pub(in super::super) async fn all_entities(call: &Call, parts: Parts) -> Result<Answer> {
    let style = style(call).await?;
    let context = call.url("$metadata#Microsoft.Dynamics.CRM.RetrieveAllEntitiesResponse");
    let head = json!({ "@odata.context": context, "Timestamp": stamp(call) });
    let tables = tables(call).into_iter();
    let items = tables.map(|table| Ok(Some(Value::Object(complete::table(style, table, parts)))));
    with_entities(&head, items)
}

/// The tables that a query wants, as far as they changed since a stamp.
pub(in super::super) async fn changes(
    call: &Call,
    query: &Value,
    since: Option<&str>,
    filters: &[&str],
) -> Result<Answer> {
    let wanted = Wanted::of(query)?;
    let changes = match since {
        None => None,
        Some(stamp) => Some(changes_since(call, stamp).await?),
    };
    let gone = match &changes {
        Some(changes) if !filters.is_empty() => deleted(&changes.deleted, filters)?,
        _ => Value::Null,
    };
    let style = style(call).await?;
    let context = call.url("$metadata#Microsoft.Dynamics.CRM.RetrieveMetadataChangesResponse");
    let head = json!({
        "@odata.context": context,
        "ServerVersionStamp": stamp(call),
        "DeletedMetadata": gone,
    });
    let tables = tables(call).into_iter();
    with_entities(&head, tables.map(|table| wanted.table(style, table, changes.as_ref())))
}

async fn changes_since(call: &Call, stamp: &str) -> Result<DefinitionChanges> {
    let parts = stamp
        .split_once('!')
        .and_then(|(version, at)| Some((version.parse::<u64>().ok()?, at.parse::<i64>().ok()?)));
    let is_fresh = |at: i64| call.cx.now().0.saturating_sub(at) <= STAMP_SECONDS;
    let Some((since, _)) = parts.filter(|(_, at)| is_fresh(*at)) else {
        return Err(Error::new(
            Kind::Invalid,
            "0x80044352",
            "Version stamp associated with the client has expired. Please perform a full sync.",
        ));
    };
    match call.execute(RetrieveDefinitionChanges { since }).await? {
        Reply::DefinitionChanges(changes) => Ok(*changes),
        other => Err(unexpected(&other)),
    }
}

async fn style(call: &Call) -> Result<Style<'_>> {
    let language = call.environment.user(&call.cx).await?.language;
    Ok(Style { schema: &call.schema, language })
}

fn tables(call: &Call) -> Vec<&Table> {
    let mut tables: Vec<&Table> = call.schema.tables().map(|table| &**table).collect();
    tables.sort_by(|a, b| a.logical_name.cmp(&b.logical_name));
    tables
}

/// An object whose last member is the list of tables.
fn with_entities(
    head: &Value,
    items: impl Iterator<Item = Result<Option<Value>>>,
) -> Result<Answer> {
    let mut text = head.to_string();
    text.pop();
    text.push_str(",\"EntityMetadata\":[");
    let mut is_first = true;
    for item in items {
        let Some(item) = item? else { continue };
        if !is_first {
            text.push(',');
        }
        is_first = false;
        text.push_str(&item.to_string());
    }
    text.push_str("]}");
    Ok(Answer::json(StatusCode::OK, text.into_bytes()))
}
