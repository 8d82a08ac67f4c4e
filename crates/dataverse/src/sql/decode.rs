//! Rows of the database as values of columns.

use std::sync::Arc;

use base::{Error, Instant, Result, Uuid};
use db::RowRef;
use metadata::{Column, ColumnKind, DateTimeBehavior, Table};

use crate::plan::{Columns, LookupTarget, ReadColumn, ReadPlan};
use crate::{Record, Value, ddl};

/// How the rows of a plan are read.
pub(crate) struct Shape<'a> {
    table: &'a Arc<Table>,
    columns: &'a Columns,
    /// How many values come before the columns.
    skip: usize,
}

impl<'a> Shape<'a> {
    /// The rows of `plan`, whose columns begin after `skip` others.
    pub fn of(plan: &'a ReadPlan, skip: usize) -> Self {
        Self { table: &plan.from.table, columns: &plan.columns, skip }
    }

    /// Reads a row. Gives the place of the first value after the columns, too.
    pub fn record(&self, row: &RowRef<'_>) -> Result<(Record, usize)> {
        let mut place = self.skip;
        let mut values = Vec::with_capacity(self.columns.list.len());
        for read in &self.columns.list {
            let value = if read.is_masked { Value::Null } else { take(read, row, &mut place)? };
            values.push((read.column.clone(), value));
        }
        let id = values[self.columns.id].1.id().ok_or_else(|| {
            Error::internal(format!("a row of {} has no id", self.table.logical_name))
        })?;
        let version = self.columns.version.and_then(|index| values[index].1.int());
        let version = version.unwrap_or_default();
        let table = self.table.clone();
        Ok((Record { table, id, version, values, expanded: Vec::new() }, place))
    }
}

/// The value of a column of a row, whose parts begin at `place`.
pub(super) fn take(read: &ReadColumn, row: &RowRef<'_>, place: &mut usize) -> Result<Value> {
    let mut next = || {
        *place += 1;
        row.value(*place - 1).map(db::ValueRef::to_value)
    };
    let stored = next()?;
    if !read.column.is_lookup() {
        return value(&read.column, stored);
    }
    let target = if ddl::has_type_column(&read.column) { Some(next()?) } else { None };
    let label = if read.has_label() { next()? } else { db::Value::Null };
    lookup(read, stored, target, label)
}

fn lookup(
    read: &ReadColumn,
    stored: db::Value,
    target: Option<db::Value>,
    label: db::Value,
) -> Result<Value> {
    let Some(id) = id(&read.column, stored)? else { return Ok(Value::Null) };
    let table = match target {
        None => read.targets[0].name.clone(),
        Some(db::Value::Text(name)) => named(&read.targets, &name),
        Some(_) => {
            let column = &read.column.logical_name;
            return Err(Error::internal(format!("the lookup {column} has no table beside {id}")));
        }
    };
    let name = match label {
        db::Value::Text(name) => Some(name),
        _ => None,
    };
    Ok(Value::Lookup { id, table, name })
}

fn named(targets: &[LookupTarget], name: &str) -> Arc<str> {
    let known = targets.iter().find(|target| *target.name == *name);
    known.map_or_else(|| Arc::from(name), |target| target.name.clone())
}

fn id(column: &Column, stored: db::Value) -> Result<Option<Uuid>> {
    match stored {
        db::Value::Null => Ok(None),
        db::Value::Id(id) => Ok(Some(id)),
        db::Value::Bytes(bytes) => {
            Uuid::from_slice(&bytes).map(Some).map_err(|_| unexpected(column))
        }
        _ => Err(unexpected(column)),
    }
}

/// The value of a column that is no lookup, from its stored form.
pub(crate) fn value(column: &Column, stored: db::Value) -> Result<Value> {
    let wrong = || unexpected(column);
    Ok(match (&column.kind, stored) {
        (_, db::Value::Null) => Value::Null,
        (ColumnKind::Uuid | ColumnKind::File { .. }, stored) => {
            id(column, stored)?.map_or(Value::Null, Value::Id)
        }
        (ColumnKind::MultiChoice { .. }, db::Value::Text(text)) => {
            Value::MultiChoice(crate::plan::options_of(&text).ok_or_else(wrong)?)
        }
        (_, db::Value::Text(text)) => Value::Text(text),
        (ColumnKind::Boolean { .. }, db::Value::Int(int)) => Value::Bool(int != 0),
        (ColumnKind::Decimal { precision, .. }, db::Value::Int(scaled)) => {
            Value::Decimal { scaled, scale: *precision }
        }
        (ColumnKind::Money { .. }, db::Value::Int(scaled)) => {
            Value::Decimal { scaled, scale: ddl::MONEY_SCALE }
        }
        (ColumnKind::DateTime { behavior, .. }, db::Value::Int(int)) => match behavior {
            DateTimeBehavior::DateOnly => Value::Date(i32::try_from(int).map_err(|_| wrong())?),
            _ => Value::DateTime(Instant(int)),
        },
        (
            ColumnKind::Choice { .. } | ColumnKind::State { .. } | ColumnKind::Status { .. },
            db::Value::Int(int),
        ) => Value::Choice(i32::try_from(int).map_err(|_| wrong())?),
        (ColumnKind::ManagedProperty, db::Value::Int(bits)) => {
            Value::Managed { value: bits & 1 != 0, can_be_changed: bits & 2 != 0 }
        }
        (_, db::Value::Int(int)) => Value::Int(int),
        (_, db::Value::Real(real)) => Value::Double(real),
        // SQLite cannot tell 16 bytes from an id.
        (_, db::Value::Id(id)) => Value::Bytes(id.as_bytes().to_vec()),
        (_, db::Value::Bytes(bytes)) => Value::Bytes(bytes),
    })
}

fn unexpected(column: &Column) -> Error {
    Error::internal(format!("the column {} holds a value of another type", column.logical_name))
}
