//! Which part of the rows, and the cookies that say where the next part begins.

use base::{Result, Uuid, limits};
use query::fetch::{Cookie, CookieColumn, Fetch};

use super::{Order, wrong};
use crate::plan::order::OrderStep;

/// Which part of the rows.
#[derive(Clone, Debug)]
pub(crate) struct Paging {
    /// The number of the page, from 1.
    pub page: usize,
    /// The values of the order in the last row before.
    pub after: Option<Vec<db::Value>>,
    /// So many rows are passed over first.
    pub offset: usize,
    /// At most so many rows.
    pub rows_max: usize,
    /// Whether more rows make a next page; else they are not wanted.
    pub is_paged: bool,
}

impl Paging {
    pub(super) fn of(fetch: &Fetch, order: &Order) -> Result<Self> {
        let all = limits::PAGE_ROWS_MAX;
        let (rows_max, is_paged) = match (fetch.top, fetch.count) {
            (Some(top), _) => (top, false),
            (None, count) => (count.unwrap_or(all).max(1), true),
        };
        let rows_max = rows_max.min(all);
        let page = fetch.page.unwrap_or(1).max(1);
        let (after, offset) = match &fetch.cookie {
            Some(cookie) if page > 1 => turned(cookie, page, rows_max, order)?,
            _ => (None, skipped(page, rows_max)?),
        };
        // What was passed over on the first page is passed over for good.
        let first = fetch.offset.filter(|_| after.is_none()).unwrap_or_default();
        let offset = offset.saturating_add(first);
        Ok(Self { page, after, offset, rows_max, is_paged })
    }
}

/// Where a page begins that is told by the one before it.
fn turned(
    cookie: &Cookie,
    page: usize,
    rows: usize,
    order: &Order,
) -> Result<(Option<Vec<db::Value>>, usize)> {
    let last = cookie.page.unwrap_or(page - 1);
    match order {
        Order::Rows { steps, names } if page > last && !cookie.columns.is_empty() => {
            let after = last_values(cookie, steps, names)?;
            Ok((Some(after), skipped(page - last, rows)?))
        }
        // Back, and to pages of groups, by their number alone.
        _ => Ok((None, skipped(page, rows)?)),
    }
}

/// How many rows come before a page.
fn skipped(page: usize, rows: usize) -> Result<usize> {
    let skipped = (page - 1).saturating_mul(rows);
    if skipped < limits::PAGED_ROWS_MAX {
        return Ok(skipped);
    }
    Err(wrong(
        "0x80040203",
        format!(
            "Paging cookie is required when trying to retrieve a set of records on any high pages: \
             more than {} rows come before page {page}.",
            limits::PAGED_ROWS_MAX
        ),
    ))
}

fn last_values(cookie: &Cookie, steps: &[OrderStep], names: &[String]) -> Result<Vec<db::Value>> {
    let is_same = cookie.columns.iter().map(|column| &column.name).eq(names);
    let other = || {
        wrong("0x80041129", "The paging cookie belongs to a query with another order; begin again.")
    };
    if !is_same {
        return Err(other());
    }
    let values = steps.iter().zip(&cookie.columns).map(|(step, column)| match &column.last {
        None => Ok(db::Value::Null),
        Some(text) => read(step, text).ok_or_else(other),
    });
    values.collect()
}

fn read(step: &OrderStep, text: &str) -> Option<db::Value> {
    Some(match step.storage()? {
        db::ColumnType::Int => db::Value::Int(text.parse().ok()?),
        db::ColumnType::Real => db::Value::Real(text.parse().ok()?),
        db::ColumnType::Text => db::Value::Text(text.to_owned()),
        db::ColumnType::Id => db::Value::Id(Uuid::try_parse(text).ok()?),
        db::ColumnType::Bytes => return None,
    })
}

/// The cookie of a page, from the values of the order in its first and its last row.
pub(crate) fn cookie(
    page: usize,
    order: &Order,
    first: &[db::Value],
    last: &[db::Value],
) -> Cookie {
    let Order::Rows { names, .. } = order else {
        return Cookie { page: Some(page), columns: Vec::new() };
    };
    let ends = names.iter().zip(first.iter().zip(last));
    let columns = ends.map(|(name, (first, last))| CookieColumn {
        name: name.clone(),
        first: written(first),
        last: written(last),
    });
    Cookie { page: Some(page), columns: columns.collect() }
}

fn written(value: &db::Value) -> Option<String> {
    Some(match value {
        db::Value::Int(int) => int.to_string(),
        // With as many digits as are needed to read the same number again.
        db::Value::Real(real) => real.to_string(),
        db::Value::Text(text) => text.clone(),
        db::Value::Id(id) => format!("{{{}}}", id.to_string().to_uppercase()),
        // Rows are never ordered by bytes.
        db::Value::Null | db::Value::Bytes(_) => return None,
    })
}
