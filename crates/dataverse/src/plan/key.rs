//! How a request names one row: by id, or by an alternate key.

use std::sync::Arc;

use base::{Error, Kind, Result, Uuid};
use metadata::{Column, Table};
use query::{Key, KeyValue, Literal};

use super::condition::{Condition, Field};
use super::derived::lookup;
use super::filter::primary;
use super::literal::{literal, unknown_property};
use super::navigation::property;
use super::write::Values;
use crate::{Value, sql};

/// One row, by what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum RowKey {
    /// Its id.
    Id(Uuid),
    /// The values of an alternate key, in the order of the key.
    Values(Vec<(Arc<Column>, db::Value)>),
}

impl RowKey {
    /// The condition that finds the row.
    pub fn condition(&self, primary: &Arc<Column>) -> Condition {
        match self {
            Self::Id(id) => Condition::equal(Field::value(0, primary), *id),
            Self::Values(values) => Condition::all(
                values
                    .iter()
                    .map(|(column, value)| Condition::equal(Field::value(0, column), value.clone()))
                    .collect(),
            ),
        }
    }

    /// The values that a row made for this key has.
    pub fn values(&self, table: &Table) -> Result<Values> {
        match self {
            Self::Id(id) => Ok(vec![(primary(table)?.clone(), Value::Id(*id))]),
            Self::Values(values) => values
                .iter()
                .map(|(column, stored)| Ok((column.clone(), key_value(column, stored.clone())?)))
                .collect(),
        }
    }

    /// There is no such row.
    pub fn not_found(&self, table: &Table) -> Error {
        match self {
            Self::Id(id) => crate::not_found(&table.logical_name, *id),
            Self::Values(_) => Error::not_found(
                "0x80060891",
                format!(
                    "A record with the specified key values does not exist in {} entity",
                    table.logical_name
                ),
            ),
        }
    }
}

/// Finds the column behind every name of `key`, which must be the primary key or an alternate one.
pub(crate) fn row_key(table: &Table, key: &Key) -> Result<RowKey> {
    let values = match key {
        Key::Id(id) => return Ok(RowKey::Id(*id)),
        Key::Values(values) => values,
    };
    if let [KeyValue { name, value }] = values.as_slice()
        && *name == table.primary_id
    {
        return primary_value(table, value).map(RowKey::Id);
    }
    let typed = values.iter().map(|value| typed(table, value)).collect::<Result<Vec<_>>>()?;
    let is_key = |columns: &[String]| {
        columns.len() == typed.len()
            && typed.iter().all(|(column, _)| columns.contains(&column.logical_name))
            && columns.iter().all(|name| typed.iter().any(|(it, _)| it.logical_name == *name))
    };
    if table.keys.values().any(|key| is_key(&key.columns)) {
        return Ok(RowKey::Values(typed));
    }
    let names = values.iter().map(|value| value.name.as_str()).collect::<Vec<_>>();
    Err(Error::new(
        Kind::Invalid,
        "0x80060890",
        format!(
            "The specified key attributes ({}) are not a defined key for the {} entity",
            names.join(", "),
            table.logical_name
        ),
    ))
}

fn primary_value(table: &Table, value: &Literal) -> Result<Uuid> {
    match value {
        Literal::Id(id) => Ok(*id),
        Literal::Text(text) => Uuid::try_parse(text).map_err(|_| wrong_value(table, text)),
        _ => Err(wrong_value(table, &table.primary_id)),
    }
}

fn typed(table: &Table, key: &KeyValue) -> Result<(Arc<Column>, db::Value)> {
    let column = property(table, &key.name).or_else(|| table.column(&key.name));
    let column = column.ok_or_else(|| unknown_property(table, &key.name))?;
    if key.value == Literal::Null {
        return Err(wrong_value(table, &key.name));
    }
    Ok((column.clone(), literal(table, column, &key.value, false)?))
}

fn key_value(column: &Column, stored: db::Value) -> Result<Value> {
    match (column.targets().as_slice(), stored) {
        ([target], db::Value::Id(id)) => Ok(lookup(id, target)),
        (_, stored) => sql::value(column, stored),
    }
}

fn wrong_value(table: &Table, name: &str) -> Error {
    Error::new(
        Kind::Invalid,
        "0x8006088f",
        format!("'{name}' is no value for a key of the {} entity.", table.logical_name),
    )
}
