//! Rows of a query over linked tables: values by the names that the query gives them.

use std::sync::Arc;

use base::Uuid;
use metadata::{Column, Table};

use crate::Value;

/// One page of rows.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The first table of the query.
    pub table: Arc<Table>,
    /// What the values of each row are.
    pub columns: Vec<FetchedColumn>,
    /// The rows.
    pub rows: Vec<FetchedRow>,
    /// How many rows there are in all, where that was asked for: at most one more than
    /// [`base::limits::COUNT_MAX`].
    pub count: Option<i64>,
    /// Where the next page begins; nothing on the last page.
    pub next: Option<query::fetch::Cookie>,
    /// The number of this page, from 1.
    pub page: usize,
    /// Whether rows are groups with figures.
    pub is_aggregate: bool,
}

/// What a value of each row is.
#[derive(Clone, Debug)]
pub struct FetchedColumn {
    /// What the query calls it: `name`, `_ownerid_value`, `contact.fullname`, an alias.
    pub key: String,
    /// Whether it has a name of the query's own.
    pub is_aliased: bool,
    /// The table of the column.
    pub table: Arc<Table>,
    /// The column it is of, or is made from.
    pub column: Arc<Column>,
    /// Whether it is the column's value, and not the number of something.
    pub is_value: bool,
    /// Whether it is a part of a date, such as the month.
    pub is_part: bool,
    /// For an amount: the place of its currency in the values of the row.
    pub currency: Option<usize>,
}

/// A row.
#[derive(Clone, Debug)]
pub struct FetchedRow {
    /// The primary key of the first table, unless the row is a group.
    pub id: Option<Uuid>,
    /// Its version; 0 where there is none.
    pub version: i64,
    /// A value for each column; behind them come currencies that nobody asked for.
    pub values: Vec<Value>,
}
