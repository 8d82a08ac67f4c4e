//! Rows of a result: kept ([`Row`]), or looked at while the database stands on them ([`RowRef`]).

use base::{Error, Result};

use crate::{FromValue, Value, ValueRef, postgres, sqlite};

/// A row of a result.
#[derive(Clone, Debug, PartialEq)]
pub struct Row(Vec<Value>);

impl Row {
    /// The column at `index` as `T`; `Option<T>` where it may be null.
    pub fn get<T: FromValue>(&self, index: usize) -> Result<T> {
        convert(self.0.get(index).map(Value::as_ref), index)
    }

    /// The column at `index`; null if there is none.
    pub fn value(&self, index: usize) -> &Value {
        self.0.get(index).unwrap_or(&Value::Null)
    }

    /// Moves the column at `index` out of the row, and leaves null.
    pub fn take(&mut self, index: usize) -> Value {
        self.0.get_mut(index).map(std::mem::take).unwrap_or_default()
    }

    /// How many columns the row has.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it has no columns.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All columns, in order.
    pub fn into_values(self) -> Vec<Value> {
        self.0
    }
}

/// The row that the database stands on.
pub struct RowRef<'a>(pub(crate) RowSource<'a>);

pub(crate) enum RowSource<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a tokio_postgres::Row),
}

impl RowRef<'_> {
    /// The column at `index` as `T`; `Option<T>` where it may be null.
    pub fn get<T: FromValue>(&self, index: usize) -> Result<T> {
        convert(Some(self.value(index)?), index)
    }

    /// The column at `index`, borrowed.
    pub fn value(&self, index: usize) -> Result<ValueRef<'_>> {
        match self.0 {
            RowSource::Sqlite(row) => sqlite::column(row, index),
            RowSource::Postgres(row) => postgres::column(row, index),
        }
    }

    /// The text at `index`, borrowed; nothing when null.
    pub fn text(&self, index: usize) -> Result<Option<&str>> {
        match self.value(index)? {
            ValueRef::Null => Ok(None),
            ValueRef::Text(text) => Ok(Some(text)),
            other => Err(mismatch(index, other.kind(), "text")),
        }
    }

    /// How many columns the row has.
    pub fn len(&self) -> usize {
        match self.0 {
            RowSource::Sqlite(row) => row.as_ref().column_count(),
            RowSource::Postgres(row) => row.len(),
        }
    }

    /// Whether it has no columns.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A copy of the row.
    pub fn to_row(&self) -> Result<Row> {
        let values = (0..self.len()).map(|index| Ok(self.value(index)?.to_value()));
        Ok(Row(values.collect::<Result<_>>()?))
    }
}

fn convert<T: FromValue>(value: Option<ValueRef<'_>>, index: usize) -> Result<T> {
    let value = value.ok_or_else(|| Error::internal(format!("no column {index} in the result")))?;
    T::from_value(value).ok_or_else(|| mismatch(index, value.kind(), std::any::type_name::<T>()))
}

fn mismatch(index: usize, found: &str, wanted: &str) -> Error {
    Error::internal(format!("column {index} of the result is {found}, not {wanted}"))
}
