//! Rows: as they come in, by names; and as they go out, typed.

use std::sync::Arc;

use base::Uuid;
use metadata::{Column, Table};

use crate::Value;

/// A row as a payload gives it: names as written, values unresolved.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RowInput(pub Vec<(String, Input)>);

impl RowInput {
    /// The same row with one more value.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
        self.0.push((name.into(), Input::Value(value.into())));
        self
    }

    /// The same row with one more reference, by navigation property.
    #[must_use]
    pub fn bind(mut self, navigation: impl Into<String>, reference: Reference) -> Self {
        self.0.push((navigation.into(), Input::Bind(reference)));
        self
    }
}

/// One value of a row as a payload gives it.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// `null`: clears a column or a lookup.
    Null,
    /// A value, typed when the column is known.
    Value(serde_json::Value),
    /// `x@odata.bind` with one reference.
    Bind(Reference),
    /// `x@odata.bind` with several.
    BindMany(Vec<Reference>),
    /// A related row to create along, of a single-valued navigation property.
    Row(RowInput),
    /// Related rows to create along, of a collection.
    Rows(Vec<RowInput>),
}

/// Names one row: the table (by set name or logical name) and its id or an alternate key.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// `accounts` or `account`.
    pub set_or_table: String,
    /// Which row.
    pub key: query::Key,
}

impl Reference {
    /// The row of `set_or_table` with `id`.
    pub fn id(set_or_table: impl Into<String>, id: Uuid) -> Self {
        Self { set_or_table: set_or_table.into(), key: query::Key::Id(id) }
    }
}

/// A row that was read.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its table.
    pub table: Arc<Table>,
    /// Its primary key.
    pub id: Uuid,
    /// Its `versionnumber`; 0 where the table has none.
    pub version: i64,
    /// The columns that were asked for, in the order of the table, nulls included.
    pub values: Vec<(Arc<Column>, Value)>,
    /// Related rows that were asked for, by navigation property.
    pub expanded: Vec<(String, Expanded)>,
}

impl Record {
    /// The value of a column by logical name; nothing if it was not asked for.
    pub fn get(&self, logical_name: &str) -> Option<&Value> {
        let found = self.values.iter().find(|(column, _)| column.logical_name == logical_name);
        found.map(|(_, value)| value)
    }
}

/// What a navigation property leads to.
#[derive(Clone, Debug)]
pub enum Expanded {
    /// Nothing or one row.
    One(Option<Box<Record>>),
    /// Many rows, perhaps only the first page of them.
    Many(Page),
}

/// One page of rows.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The rows.
    pub rows: Vec<Record>,
    /// How many rows match in all, where that was asked for: at most one more than
    /// [`base::limits::COUNT_MAX`], which tells that there are more than are told.
    pub count: Option<i64>,
    /// Where to go on; nothing on the last page.
    pub next: Option<String>,
    /// Of rows that come along with a row: whether they come page by page. Else these are all.
    pub is_paged: bool,
}
