//! Finding: for each table the rows with the words, then the best of all.

use std::cmp::Ordering;
use std::sync::Arc;

use base::limits::{SEARCH_ROWS_MAX, SEARCH_TABLES_MAX};
use base::{Error, Kind, Result};
use dataverse::messages::RetrieveMultiple;
use dataverse::{Page, Reply};
use metadata::{ColumnKind, Table};
use query::fetch::{self, Node};
use query::{Comparison, Filter, Literal, Query, TextTest, odata};
use serde_json::{Map, Value};

use super::asked::{Asked, Entity, Mode};
use super::words::{marked, score};
use crate::data::call::Call;
use crate::data::page_json;
use crate::data::resource::unexpected;

/// What was found.
pub(in crate::data) struct Found {
    /// The best, after those that were to be left out.
    pub hits: Vec<Hit>,
    /// All of them that were read: at most a limit for each table.
    pub all: Vec<Hit>,
    /// How many rows match in all.
    pub count: i64,
}

/// A row that was found.
#[derive(Clone, Debug)]
pub(in crate::data) struct Hit {
    pub table: Arc<Table>,
    pub id: String,
    /// Its columns that were asked for.
    pub attributes: Map<String, Value>,
    /// The texts with marks around what was found.
    pub highlights: Map<String, Value>,
    pub score: f64,
}

/// Tables that are searched when none is named, beside those that makers made.
const STANDARD: &[&str] = &["account", "contact"];

/// The tables that a search without names looks in.
pub(in crate::data) fn tables(call: &Call) -> Vec<Arc<Table>> {
    let is_searched = |table: &&Arc<Table>| {
        let is_made = table.is_custom && !table.is_intersect && table.primary_name.is_some();
        is_made || STANDARD.contains(&table.logical_name.as_str())
    };
    let mut found: Vec<_> = call.schema.tables().filter(is_searched).cloned().collect();
    found.sort_by(|a, b| (a.type_code, &a.logical_name).cmp(&(b.type_code, &b.logical_name)));
    found.truncate(SEARCH_TABLES_MAX);
    found
}

/// Searches with the rights of the caller.
pub(in crate::data) async fn find(call: &Call, asked: &Asked) -> Result<Found> {
    let mut all = Vec::new();
    let mut count = 0;
    for entity in &named(call, asked)? {
        let table = table(call, &entity.name)?;
        match search(call, asked, table, entity).await {
            Ok((hits, number)) => {
                all.extend(hits);
                count += number;
            }
            // Whoever may not read a table finds nothing in it, unless he asks for it by name.
            Err(error) if asked.entities.is_empty() && error.kind == Kind::Forbidden => {}
            Err(error) => return Err(error),
        }
    }
    all.sort_by(|a: &Hit, b: &Hit| order(asked, a, b));
    let hits = all.iter().skip(asked.skip).take(asked.top).cloned().collect();
    Ok(Found { hits, all, count })
}

fn named(call: &Call, asked: &Asked) -> Result<Vec<Entity>> {
    if asked.entities.len() > SEARCH_TABLES_MAX {
        let message = format!("A search looks in at most {SEARCH_TABLES_MAX} tables.");
        return Err(Error::invalid(message));
    }
    let entity = |name: &str| Entity { name: name.to_owned(), ..Entity::default() };
    Ok(match asked.entities.is_empty() {
        true => tables(call).iter().map(|table| entity(&table.logical_name)).collect(),
        false => asked
            .entities
            .iter()
            .map(|given| Entity {
                select: given.select.clone(),
                search: given.search.clone(),
                filter: given.filter.clone(),
                ..entity(&given.name)
            })
            .collect(),
    })
}

fn table<'c>(call: &'c Call, name: &str) -> Result<&'c Arc<Table>> {
    call.schema.table(name).ok_or_else(|| {
        let message = format!("The table '{name}' cannot be searched: it is not there.");
        Error::new(Kind::Invalid, "0x80041102", message)
    })
}

async fn search(
    call: &Call,
    asked: &Asked,
    table: &Arc<Table>,
    entity: &Entity,
) -> Result<(Vec<Hit>, i64)> {
    let columns = match entity.search.is_empty() {
        true => quick_find(call, table).await?,
        false => entity.search.clone(),
    };
    if columns.is_empty() {
        return Ok((Vec::new(), 0));
    }
    let mut select = if entity.select.is_empty() { columns.clone() } else { entity.select.clone() };
    let wanted =
        asked.order_by.iter().map(|(name, _)| name).chain(asked.facets.iter().map(|f| &f.0));
    let more = columns.iter().chain(wanted.filter(|name| table.column(name.as_str()).is_some()));
    for name in more {
        if !select.contains(name) {
            select.push(name.clone());
        }
    }
    let query = Query {
        select,
        filter: filter(asked, &columns, entity.filter.as_deref())?,
        page_size: Some(SEARCH_ROWS_MAX),
        count: true,
        ..Query::default()
    };
    let page = page(call, table, query.clone()).await?;
    let count = page.count.unwrap_or_default();
    let rows = rows(call, table, &page, &query)?;
    Ok((rows.into_iter().map(|row| hit(asked, table, &columns, row)).collect(), count))
}

async fn page(call: &Call, table: &Table, query: Query) -> Result<Page> {
    let table = table.logical_name.clone();
    let message = RetrieveMultiple { table, from: None, query, with_names: false };
    match call.execute(message).await? {
        Reply::Page(page) => Ok(page),
        other => Err(unexpected(&other)),
    }
}

/// The rows of a page as JSON, without control information.
fn rows(call: &Call, table: &Table, page: &Page, query: &Query) -> Result<Vec<Map<String, Value>>> {
    let json = page_json(&call.schema, &call.address.root, page, table, query);
    let mut page: Value = serde_json::from_slice(&json).map_err(Error::internal)?;
    let rows = page["value"].take();
    let mut rows: Vec<Map<String, Value>> =
        serde_json::from_value(rows).map_err(Error::internal)?;
    for row in &mut rows {
        row.retain(|name, _| !name.contains('@'));
    }
    Ok(rows)
}

fn hit(asked: &Asked, table: &Arc<Table>, columns: &[String], row: Map<String, Value>) -> Hit {
    let id = row.get(&table.primary_id).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut highlights = Map::new();
    let mut total = 0.0;
    for column in columns {
        let Some(text) = row.get(column).and_then(Value::as_str) else { continue };
        total += score(text, &asked.words);
        if let Some(marked) = marked(text, &asked.words) {
            highlights.insert(column.clone(), Value::Array(vec![marked.into()]));
        }
    }
    Hit { table: table.clone(), id, attributes: row, highlights, score: total }
}

/// The columns that the quick find view of a table searches; its name if there is none, or if the
/// caller may not read views.
async fn quick_find(call: &Call, table: &Table) -> Result<Vec<String>> {
    const QUICK_FIND: &str = "4";
    let is = |name: &str, value: Literal| Filter::Compare {
        path: vec![name.to_owned()],
        comparison: Comparison::Equal,
        value,
    };
    let views = Query {
        select: vec!["fetchxml".to_owned()],
        filter: Some(Filter::And(vec![
            is("querytype", Literal::Number(QUICK_FIND.to_owned())),
            is("returnedtypecode", Literal::Text(table.logical_name.clone())),
        ])),
        ..Query::default()
    };
    let found = match call.schema.table("savedquery") {
        Some(view) => page(call, view, views).await,
        None => return Ok(table.primary_name.iter().cloned().collect()),
    };
    let mut columns: Vec<String> = table.primary_name.iter().cloned().collect();
    let views = match found {
        Ok(page) => page.rows,
        Err(error) if error.kind == Kind::Forbidden => return Ok(columns),
        Err(error) => return Err(error),
    };
    for view in &views {
        let Some(xml) = view.get("fetchxml").and_then(|value| value.text()) else { continue };
        // A view that cannot be read searches nothing; whoever opens it learns why.
        let Ok(fetch) = fetch::parse_xml(xml) else { continue };
        for name in searched(&fetch.entity) {
            let is_text = table.column(&name).is_some_and(|column| {
                matches!(column.kind, ColumnKind::String { .. } | ColumnKind::Memo { .. })
            });
            if is_text && !columns.contains(&name) {
                columns.push(name);
            }
        }
    }
    Ok(columns)
}

/// The columns of conditions that wait for what is looked for.
fn searched(node: &Node) -> Vec<String> {
    fn of(filter: &fetch::Filter, found: &mut Vec<String>) {
        match filter {
            fetch::Filter::And(parts) | fetch::Filter::Or(parts) => {
                parts.iter().for_each(|part| of(part, found));
            }
            fetch::Filter::Condition(condition) => {
                if condition.values.iter().any(|value| value.contains("{0}")) {
                    found.push(condition.attribute.clone());
                }
            }
            fetch::Filter::Link(_) => {}
        }
    }
    let mut found = Vec::new();
    if let Some(filter) = &node.filter {
        of(filter, &mut found);
    }
    found
}

fn filter(asked: &Asked, columns: &[String], own: Option<&str>) -> Result<Option<Filter>> {
    let column = |word: &str, name: &String| Filter::Text {
        path: vec![name.clone()],
        test: TextTest::Contains,
        value: literal(word),
    };
    let word = |word: &String| Filter::Or(columns.iter().map(|name| column(word, name)).collect());
    let words: Vec<Filter> = asked.words.iter().map(word).collect();
    let mut parts = match asked.mode {
        // Nothing but signs, such as `*`, finds everything.
        _ if words.is_empty() => Vec::new(),
        Mode::Any => vec![Filter::Or(words)],
        Mode::All => words,
    };
    for text in [own, asked.filter.as_deref()].into_iter().flatten() {
        let options = odata::parse_options(&format!("$filter={}", odata::encode(text)))?;
        parts.extend(options.query.filter);
    }
    Ok((!parts.is_empty()).then_some(Filter::And(parts)))
}

/// A word without wildcards.
fn literal(word: &str) -> String {
    let mut text = String::with_capacity(word.len());
    for sign in word.chars() {
        match sign {
            '%' | '_' | '[' => text.extend(['[', sign, ']']),
            _ => text.push(sign),
        }
    }
    text
}

/// As asked, else the best first; then by table and id, so that pages fit together.
fn order(asked: &Asked, a: &Hit, b: &Hit) -> Ordering {
    for (name, descending) in &asked.order_by {
        let found = match name.as_str() {
            "@search.score" => a.score.total_cmp(&b.score),
            _ => compare(a.attributes.get(name), b.attributes.get(name)),
        };
        let found = if *descending { found.reverse() } else { found };
        if found != Ordering::Equal {
            return found;
        }
    }
    let best = b.score.total_cmp(&a.score);
    best.then_with(|| a.table.type_code.cmp(&b.table.type_code)).then_with(|| a.id.cmp(&b.id))
}

fn compare(a: Option<&Value>, b: Option<&Value>) -> Ordering {
    match (a, b) {
        (Some(Value::Number(a)), Some(Value::Number(b))) => {
            a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(Ordering::Equal)
        }
        (Some(Value::String(a)), Some(Value::String(b))) => a.to_lowercase().cmp(&b.to_lowercase()),
        (Some(Value::Bool(a)), Some(Value::Bool(b))) => a.cmp(b),
        (a, b) => {
            let is_there = |value: Option<&Value>| value.is_some_and(|value| !value.is_null());
            is_there(a).cmp(&is_there(b))
        }
    }
}
