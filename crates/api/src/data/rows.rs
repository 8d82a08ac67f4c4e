//! Rows: create, read, change, delete.

use std::sync::Arc;

use axum::http::{Method, StatusCode};
use base::limits::COUNT_MAX;
use base::{Error, Result};
use dataverse::messages::{
    Create, Delete, ReplaceActivityParties, Retrieve, RetrieveFrom, RetrieveMultiple, Update,
    Upsert,
};
use dataverse::{Expanded, Page, Record, Reply};
use metadata::{ENGLISH, LanguageCode, Table};
use query::{Comparison, Expand, Filter, Key, Literal, Query};

use super::answer::Answer;
use super::body;
use super::call::Call;
use super::changes;
use super::conditions::Tag;
use super::currencies::{Currencies, all as all_currencies, currencies};
use super::paging::{PageToken, with_token};
use super::payload::{Payload, Style};
use super::resource::{Place, not_allowed, only, retrieve, unexpected};

/// `GET set`: a page of rows.
pub(super) async fn list(
    call: &Call,
    table: &Arc<Table>,
    from: Option<RetrieveFrom>,
) -> Result<Answer> {
    if changes::is_asked(call) {
        check_all(from.as_ref())?;
        return changes::list(call, table).await;
    }
    let (query, number) = page_query(call)?;
    let page = page(call, table, from, query.clone()).await?;
    let next = next_link(call, &page, number);
    let reading = reading(call, table).await?;
    let body = Payload::new(style(call, &reading)).page(&page, table, &query, next.as_deref());
    let applied = call.preferences.applied(false, true);
    Ok(Answer::json(StatusCode::OK, body).with_applied(&applied))
}

/// What a request for rows asks, and the number of the page.
pub(super) fn page_query(call: &Call) -> Result<(Query, u64)> {
    let mut query = call.options.query.clone();
    let mut number = 1;
    if let Some(text) = query.skip_token.take() {
        let token = PageToken::parse(&text)?;
        number = token.number;
        query.skip_token = Some(token.token);
    }
    if call.preferences.page_size.is_some() {
        query.page_size = call.preferences.page_size;
        query.top = None;
    }
    Ok((query, number))
}

/// A page of rows of a table, or of those that a row leads to.
pub(super) async fn page(
    call: &Call,
    table: &Table,
    from: Option<RetrieveFrom>,
    query: Query,
) -> Result<Page> {
    let table = if from.is_some() { String::new() } else { table.logical_name.clone() };
    let with_names = call.wants_names();
    match call.execute(RetrieveMultiple { table, from, query, with_names }).await? {
        Reply::Page(page) => Ok(page),
        other => Err(unexpected(&other)),
    }
}

/// The address of the page after `page`.
pub(super) fn next_link(call: &Call, page: &Page, number: u64) -> Option<String> {
    let token = PageToken { number: number + 1, token: page.next.clone()? };
    let query = with_token(&call.address.query, &token.text());
    Some(format!("{}?{query}", call.url(&call.address.path)))
}

/// `GET set/$count`: how many rows, at most the limit of the protocol.
pub(super) async fn count(
    call: &Call,
    table: &Arc<Table>,
    from: Option<RetrieveFrom>,
) -> Result<Answer> {
    if call.options.delta_token.is_some() {
        check_all(from.as_ref())?;
        return changes::count(call, table).await;
    }
    let filter = call.options.query.filter.clone();
    let select = vec![table.primary_id.clone()];
    let query = Query { filter, select, count: true, page_size: Some(1), ..Query::default() };
    let page = page(call, table, from, query).await?;
    Ok(Answer::text(page.count.unwrap_or_default().min(COUNT_MAX).to_string()))
}

/// Changes are tracked of tables, not of the rows that belong to one.
fn check_all(from: Option<&RetrieveFrom>) -> Result<()> {
    match from {
        None => Ok(()),
        Some(_) => Err(Error::new(
            base::Kind::Invalid,
            "0x80072492",
            "Changes are tracked of whole tables, not of the rows behind a navigation property.",
        )),
    }
}

/// `POST set`.
pub(super) async fn create(call: &Call, table: &Arc<Table>) -> Result<Answer> {
    let row = body::row(call, table)?;
    let returning = returning(call, true);
    let shown = shown(call, table, returning.clone()).await?;
    let message = Create { table: table.logical_name.clone(), row, returning };
    written(call, table, call.execute(message).await?, shown)
}

/// `…set(key)`: one row.
pub(super) async fn one(call: &Call, place: &Place) -> Result<Answer> {
    match call.method {
        Method::GET => read_one(call, place).await,
        Method::PATCH => patch(call, place).await,
        Method::DELETE => delete(call, place).await,
        _ => Err(not_allowed(call)),
    }
}

async fn read_one(call: &Call, place: &Place) -> Result<Answer> {
    let query = row_query(call)?;
    let message = Retrieve {
        target: place.reference(),
        query: query.clone(),
        unless_version: known_version(call, &query),
        with_names: call.wants_names(),
    };
    match call.execute(message).await? {
        Reply::NotModified => Ok(Answer::empty(StatusCode::NOT_MODIFIED)),
        Reply::Record(record) => row_answer(call, &record, &query).await,
        other => Err(unexpected(&other)),
    }
}

/// The version that the client has. Annotations and related rows have no version.
fn known_version(call: &Call, query: &Query) -> Option<i64> {
    let is_plain = query.expand.is_empty() && call.preferences.annotations_text.is_none();
    match call.conditions.none_matches {
        Some(Tag::Version(version)) if is_plain => Some(version),
        _ => None,
    }
}

/// What a request for one row asks; the options of collections mean nothing there.
fn row_query(call: &Call) -> Result<Query> {
    let Query { select, filter, order_by, top, count, expand, skip_token, .. } =
        call.options.query.clone();
    let is_of_collections =
        filter.is_some() || !order_by.is_empty() || top.is_some() || count || skip_token.is_some();
    if is_of_collections {
        let message = "The query options $filter, $orderby, $top, $count and $skiptoken cannot be \
                       applied to a single row.";
        return Err(Error::new(base::Kind::Invalid, "0x80060888", message));
    }
    // Of the row itself there are no pages, but of collections that come along.
    let page_size = call.preferences.page_size;
    Ok(Query { select, expand, page_size, ..Query::default() })
}

/// The answer with one row.
pub(super) async fn row_answer(call: &Call, record: &Record, query: &Query) -> Result<Answer> {
    let reading = reading(call, &record.table).await?;
    let body = Payload::new(style(call, &reading)).single(record, query);
    let applied = call.preferences.applied(false, false);
    Ok(Answer::json(StatusCode::OK, body).with_etag(record.version).with_applied(&applied))
}

/// `GET set(key)/nav`: the row that a lookup points to.
pub(super) async fn related(call: &Call, place: &Place, name: &str) -> Result<Answer> {
    only(call, &[Method::GET])?;
    let nested = row_query(call)?;
    let expand =
        Expand { navigation: name.to_owned(), only_references: false, query: nested.clone() };
    let select = vec![place.table.primary_id.clone()];
    let query = Query { select, expand: vec![expand], ..Query::default() };
    let record = retrieve(call, place, query).await?;
    match record.expanded.into_iter().find(|(navigation, _)| navigation == name) {
        Some((_, Expanded::One(Some(related)))) => row_answer(call, &related, &nested).await,
        _ => Ok(Answer::no_content()),
    }
}

/// Refuses a row that a collection-valued navigation property does not lead to.
pub(super) async fn check_related(
    call: &Call,
    place: &Place,
    name: &str,
    related: &Place,
) -> Result<()> {
    let Key::Id(id) = related.key else {
        return Err(Error::not_implemented("An alternate key after a navigation property"));
    };
    let filter = Filter::Compare {
        path: vec![related.table.primary_id.clone()],
        comparison: Comparison::Equal,
        value: Literal::Id(id),
    };
    let select = vec![related.table.primary_id.clone()];
    let query = Query { select, filter: Some(filter), top: Some(1), ..Query::default() };
    let found = page(call, &related.table, Some(place.from(name)), query).await?;
    if found.rows.is_empty() {
        let table = &related.table.logical_name;
        let message = format!("{table} With Id = {id} Does Not Exist");
        return Err(Error::not_found("0x80040217", message));
    }
    Ok(())
}

/// `PATCH set(key)`: what it does depends on the conditions of the request.
async fn patch(call: &Call, place: &Place) -> Result<Answer> {
    let row = body::row(call, &place.table)?;
    let target = place.reference();
    let returning = returning(call, false);
    let shown = shown(call, &place.table, returning.clone()).await?;
    let reply = match (call.conditions.matches, call.conditions.none_matches) {
        (Some(_), Some(_)) | (None, Some(Tag::Version(_))) => {
            return Err(Error::invalid(
                "Send either 'If-Match', or 'If-None-Match: *' to only create the row.",
            ));
        }
        (Some(_), None) => {
            let if_version = call.conditions.version();
            call.execute(Update { target, row, if_version, returning }).await?
        }
        (None, none_matches) => {
            let create_only = none_matches == Some(Tag::Any);
            call.execute(Upsert { target, row, create_only, returning }).await?
        }
    };
    written(call, &place.table, reply, shown)
}

async fn delete(call: &Call, place: &Place) -> Result<Answer> {
    let message = Delete { target: place.reference(), if_version: call.conditions.version() };
    call.execute(message).await?;
    Ok(Answer::no_content())
}

/// What is read back after a write, if that is wanted. Related rows are for creates only.
fn returning(call: &Call, with_expand: bool) -> Option<Query> {
    let query = &call.options.query;
    let expand = if with_expand { query.expand.clone() } else { Vec::new() };
    let wanted = Query { select: query.select.clone(), expand, ..Query::default() };
    call.preferences.representation.then_some(wanted)
}

/// What an answer with the row needs; found out before the write, which an error after it would
/// not undo.
async fn shown(
    call: &Call,
    table: &Table,
    query: Option<Query>,
) -> Result<Option<(Query, Reading)>> {
    match query {
        None => Ok(None),
        Some(query) => Ok(Some((query, reading(call, table).await?))),
    }
}

/// The answer to a create, update or upsert.
fn written(
    call: &Call,
    table: &Table,
    reply: Reply,
    shown: Option<(Query, Reading)>,
) -> Result<Answer> {
    let (id, record, status) = match reply {
        Reply::Created { id, record, .. } => (id, record, StatusCode::CREATED),
        Reply::Updated { id, record, .. } => (id, record, StatusCode::OK),
        other => return Err(unexpected(&other)),
    };
    let url = call.url(&format!("{}({id})", table.set_name));
    let answer = match (record, shown) {
        (Some(record), Some((query, reading))) => {
            let body = Payload::new(style(call, &reading)).single(&record, &query);
            Answer::json(status, body).with_etag(record.version)
        }
        _ => Answer::no_content(),
    };
    let answer = answer.with_applied(&call.preferences.applied(true, false)).with_entity(&url);
    Ok(if status == StatusCode::CREATED { answer.with_location(&url) } else { answer })
}

/// One row with these properties, whatever the request's options.
pub(super) async fn read(call: &Call, place: &Place, select: &[String]) -> Result<Box<Record>> {
    retrieve(call, place, Query { select: select.to_vec(), ..Query::default() }).await
}

/// What people read of rows in this request.
pub(super) struct Reading {
    language: LanguageCode,
    currencies: Currencies,
}

/// Finds out what formatted values of rows of `table` need, if they are wanted.
pub(super) async fn reading(call: &Call, table: &Table) -> Result<Reading> {
    if !call.preferences.annotations.formatted_value {
        return Ok(Reading { language: ENGLISH, currencies: Currencies::default() });
    }
    let language = call.environment.user(&call.cx).await?.language;
    Ok(Reading { language, currencies: currencies(call, table).await? })
}

/// The same for rows of a query, which says whether there are amounts in them.
pub(super) async fn reading_of(call: &Call, has_money: bool) -> Result<Reading> {
    if !call.preferences.annotations.formatted_value {
        return Ok(Reading { language: ENGLISH, currencies: Currencies::default() });
    }
    let language = call.environment.user(&call.cx).await?.language;
    let currencies = if has_money { all_currencies(call).await? } else { Currencies::default() };
    Ok(Reading { language, currencies })
}

/// How rows are written for this request.
pub(super) fn style<'a>(call: &'a Call, reading: &'a Reading) -> Style<'a> {
    Style {
        schema: &call.schema,
        root: &call.address.root,
        annotations: call.preferences.annotations,
        language: reading.language,
        currencies: &reading.currencies,
    }
}

/// `PUT emails(…)/email_activity_parties`: who takes part in an activity, all at once.
pub(super) async fn replace_parties(
    call: &Call,
    place: &Place,
    parties: &Arc<Table>,
) -> Result<Answer> {
    let parties = body::list(call, parties)?;
    call.execute(ReplaceActivityParties { target: place.reference(), parties }).await?;
    Ok(Answer::no_content())
}
