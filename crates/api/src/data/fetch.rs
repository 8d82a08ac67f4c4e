//! `GET set` by a query over linked tables: `fetchXml`, a view (`savedQuery`, `userQuery`), `sql`,
//! `$apply`.

use std::sync::Arc;

use axum::http::StatusCode;
use base::{Error, Kind, Result, Uuid};
use dataverse::messages::RetrieveFetch;
use dataverse::{Fetched, Reply, Value};
use metadata::{ColumnKind, Table};
use query::fetch::{Attributes, Cookie, Fetch, parse_sql, parse_xml};
use query::odata::Apply;
use query::{Key, Query};

use super::answer::Answer;
use super::call::Call;
use super::fetched::Shape;
use super::paging::{PageToken, with_token};
use super::payload::Payload;
use super::resource::{Place, retrieve, unexpected};
use super::rows::{reading_of, style};

/// The options that hold a query, or name one.
const OPTIONS: &[&str] = &["fetchXml", "savedQuery", "userQuery", "sql"];

/// The option of a request that holds a query, with its value.
pub(super) fn asked(call: &Call) -> Result<Option<(&'static str, &str)>> {
    let given = |name: &&'static str| Some((*name, call.options.other(name)?));
    let mut all = OPTIONS.iter().filter_map(given);
    match (all.next(), all.next()) {
        (Some((first, _)), Some((second, _))) => {
            Err(wrong(format!("'{first}' and '{second}' cannot be combined.")))
        }
        (found, _) => Ok(found),
    }
}

/// The rows that such an option asks for.
pub(super) async fn list(
    call: &Call,
    table: &Arc<Table>,
    (name, value): (&'static str, &str),
) -> Result<Answer> {
    check_alone(call, name)?;
    let fetch = match name {
        "fetchXml" => parse_xml(value)?,
        "savedQuery" => view(call, table, ("savedquery", name), value).await?,
        "userQuery" => view(call, table, ("userquery", name), value).await?,
        _ => parse_sql(value)?,
    };
    check_table(table, &fetch)?;
    answer(call, RetrieveFetch { fetch, filter: None, with_names: call.wants_names() }, name).await
}

/// The groups that `$apply` asks for.
pub(super) async fn apply(call: &Call, table: &Arc<Table>, apply: &Apply) -> Result<Answer> {
    check_alone(call, "$apply")?;
    let Apply { filter, mut fetch } = apply.clone();
    fetch.entity.table.clone_from(&table.logical_name);
    fetch.top = call.options.query.top;
    answer(call, RetrieveFetch { fetch, filter, with_names: call.wants_names() }, "$apply").await
}

/// The answer to a query, which the option `name` asked for. Its pages are told by a link, or as
/// FetchXML has them.
async fn answer(call: &Call, mut message: RetrieveFetch, name: &str) -> Result<Answer> {
    let query = &call.options.query;
    let fetch = &mut message.fetch;
    fetch.total_count |= query.count;
    if fetch.top.is_none() && fetch.count.is_none() {
        fetch.count = call.preferences.page_size;
    }
    if let Some(text) = &query.skip_token {
        let token = PageToken::parse(text)?;
        fetch.page = usize::try_from(token.number).ok();
        fetch.cookie = Some(Cookie::parse(&token.token)?);
    }
    // FetchXML tells values under a name of the query's own only if there are any.
    let is_complete = fetch.aggregate || name == "sql";
    let lists_columns = !fetch.aggregate && fetch.entity.attributes != Attributes::All;
    let fetched = match call.execute(message).await? {
        Reply::Fetched(fetched) => *fetched,
        other => return Err(unexpected(&other)),
    };
    let is_money = |column: &ColumnKind| matches!(column, ColumnKind::Money { .. });
    let has_money = fetched.columns.iter().any(|column| is_money(&column.column.kind));
    let reading = reading_of(call, has_money).await?;
    let shape = Shape {
        lists_columns,
        is_complete,
        counts: query.count,
        next: next_link(call, &fetched).filter(|_| name != "fetchXml"),
    };
    let body = Payload::new(style(call, &reading)).fetched(&fetched, &shape);
    let applied = call.preferences.applied(false, true);
    Ok(Answer::json(StatusCode::OK, body).with_applied(&applied))
}

fn next_link(call: &Call, fetched: &Fetched) -> Option<String> {
    let number = u64::try_from(fetched.page + 1).ok()?;
    let token = PageToken { number, token: fetched.next.as_ref()?.to_xml() };
    let query = with_token(&call.address.query, &token.text());
    Some(format!("{}?{query}", call.url(&call.address.path)))
}

/// What a view asks. Its row must be one that the caller may read.
async fn view(call: &Call, table: &Table, (kind, option): (&str, &str), id: &str) -> Result<Fetch> {
    let id = Uuid::try_parse(id.trim())
        .map_err(|_| wrong(format!("'{option}' takes the id of a view, and '{id}' is none.")))?;
    let views = call.schema.table(kind);
    let views = views.ok_or_else(|| Error::internal(format!("the schema has no '{kind}'")))?;
    let place = Place { table: views.clone(), key: Key::Id(id) };
    let select = vec!["fetchxml".to_owned(), "returnedtypecode".to_owned()];
    let row = retrieve(call, &place, Query { select, ..Query::default() }).await?;
    let of = row.get("returnedtypecode").and_then(Value::text).unwrap_or_default();
    if of != table.logical_name {
        let message = format!("The view {id} shows rows of '{of}', not of '{}'.", table.set_name);
        return Err(wrong(message));
    }
    let Some(xml) = row.get("fetchxml").and_then(Value::text) else {
        return Err(wrong(format!("The view {id} holds no query.")));
    };
    Ok(parse_xml(xml)?)
}

/// The set in the address and the table of the query are the same.
fn check_table(table: &Table, fetch: &Fetch) -> Result<()> {
    let name = &fetch.entity.table;
    if name.eq_ignore_ascii_case(&table.logical_name) {
        return Ok(());
    }
    let set = &table.set_name;
    Err(wrong(format!("The query asks for '{name}', and the address for '{set}'.")))
}

/// A query stands for all options that say what is asked.
fn check_alone(call: &Call, name: &str) -> Result<()> {
    let Query { select, filter, order_by, top, expand, skip_token, .. } = &call.options.query;
    let others = [
        ("$select", !select.is_empty()),
        ("$filter", filter.is_some()),
        ("$orderby", !order_by.is_empty()),
        ("$top", top.is_some() && name != "$apply"),
        ("$expand", !expand.is_empty()),
        ("$skiptoken", skip_token.is_some() && name == "fetchXml"),
    ];
    match others.into_iter().find(|(_, is_given)| *is_given) {
        None => Ok(()),
        Some((other, _)) => Err(wrong(format!("'{other}' cannot be combined with '{name}'."))),
    }
}

fn wrong(message: String) -> Error {
    Error::new(Kind::Invalid, "0x80060888", message)
}
