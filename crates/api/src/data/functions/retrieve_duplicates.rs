//! `RetrieveDuplicates`: the rows that a row duplicates by the published rules.

use axum::http::StatusCode;
use base::Result;
use dataverse::messages::RetrieveDuplicates;
use dataverse::{Page, Reply};
use query::odata::{Argument, unqualified};
use query::{Literal, Query};
use serde_json::Value;

use super::change_history::{Paging, wrong};
use super::{Answer, Call, Function, Named};
use crate::data::body::row_of;
use crate::data::payload::Payload;
use crate::data::resource::unexpected;
use crate::data::rows;

const NAME: &str = "RetrieveDuplicates";

pub(super) const FUNCTION: Function = Function {
    name: NAME,
    bound_to: None,
    parameters: &[
        ("BusinessEntity", "mscrm.crmbaseentity"),
        ("MatchingEntityName", "Edm.String"),
        ("PagingInfo", "mscrm.PagingInfo"),
    ],
    returns: &[("value", "Collection(mscrm.crmbaseentity)")],
    run: |call, _, arguments| Box::pin(run(call, arguments)),
};

async fn run(call: &Call, arguments: Named) -> Result<Answer> {
    let entity = match arguments.find("BusinessEntity") {
        Some(Argument::Json(entity)) => entity,
        _ => return Err(wrong(NAME, "BusinessEntity")),
    };
    let matching = match arguments.find("MatchingEntityName") {
        Some(Argument::Literal(Literal::Text(name))) => call.schema.table(name),
        _ => None,
    };
    let matching = matching.ok_or_else(|| wrong(NAME, "MatchingEntityName"))?;
    let paging = Paging::of(NAME, arguments.find("PagingInfo"))?;
    let name = entity["@odata.type"].as_str().and_then(unqualified);
    let table = name.and_then(|name| call.schema.table(name));
    let table = table.ok_or_else(|| wrong(NAME, "BusinessEntity"))?;
    let id = entity[table.primary_id.as_str()].as_str();
    let id = id.map(str::parse).transpose().map_err(|_| wrong(NAME, "BusinessEntity"))?;
    let query = Query { select: call.options.query.select.clone(), ..Query::default() };
    let message = RetrieveDuplicates {
        table: table.logical_name.clone(),
        id,
        row: row_of(&call.schema, table, &Value::clone(entity))?,
        matching: matching.logical_name.clone(),
        query: query.clone(),
    };
    let Page { rows: found, .. } = match call.execute(message).await? {
        Reply::Page(page) => page,
        other => return Err(unexpected(&other)),
    };
    let skip = (paging.page - 1).saturating_mul(paging.size);
    let shown = found.into_iter().skip(skip).take(paging.size).collect();
    let page = Page { rows: shown, ..Page::default() };
    let reading = rows::reading(call, matching).await?;
    let body = Payload::new(rows::style(call, &reading)).page(&page, matching, &query, None);
    Ok(Answer::json(StatusCode::OK, body))
}
