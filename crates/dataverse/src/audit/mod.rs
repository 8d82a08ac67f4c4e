//! Audit history: rows of `audit` that say who changed what, written in the transaction of the
//! change. Nothing of this runs unless the organisation audits; whether it does is known with the
//! user.

mod text;

use std::sync::Arc;

use base::{Error, Result, Uuid};
use metadata::{Column, ColumnKind, Table};
use serde_json::{Value as Json, json};

use crate::plan::{self, Values};
use crate::{Record, Session, Value, ddl, sql};

pub(crate) use text::{text, value};

/// The table of the history.
pub(crate) const TABLE: &str = "audit";

/// What was done to a row: `audit.operation`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Create = 1,
    Update = 2,
    Delete = 3,
}

/// Whether changes of rows of `table` are written down.
pub(crate) fn is_on(session: &Session<'_>, table: &Table) -> bool {
    session.user().is_audited && table.logical_name != TABLE && table.has_flag("IsAuditEnabled")
}

/// Whether changes of a column are. When a row was changed last says the history itself.
fn is_audited(table: &Table, column: &Column) -> bool {
    const NEVER: &[&str] = &["createdon", "modifiedby", "modifiedon", "versionnumber"];
    column.is_audited
        && column.logical_name != table.primary_id
        && ddl::storage(column).is_some()
        && !matches!(column.kind, ColumnKind::Image { .. })
        && !NEVER.contains(&column.logical_name.as_str())
}

/// A row was created.
pub(crate) async fn created(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    id: Uuid,
    values: &Values,
) -> Result<()> {
    if !is_on(session, table) {
        return Ok(());
    }
    let given = values.iter().filter(|(_, value)| !value.is_null());
    let changes = given.map(|(column, value)| (column, &Value::Null, value)).collect();
    write(session, table, id, Operation::Create, 1, changes).await
}

/// A row was changed. `before` has all its columns as they were.
pub(crate) async fn updated(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    id: Uuid,
    before: Option<&Record>,
    values: &Values,
) -> Result<()> {
    let Some(before) = before.filter(|_| is_on(session, table)) else { return Ok(()) };
    let old = |column: &Column| before.get(&column.logical_name).unwrap_or(&Value::Null);
    let changes = values.iter().map(|(column, value)| (column, old(column), value));
    let changes = changes.filter(|(_, old, new)| !is_same(old, new)).collect::<Vec<_>>();
    let action = action(&changes);
    write(session, table, id, Operation::Update, action, changes).await
}

/// A row was deleted.
pub(crate) async fn deleted(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    id: Uuid,
    before: Option<&Record>,
) -> Result<()> {
    let Some(before) = before.filter(|_| is_on(session, table)) else { return Ok(()) };
    let held = before.values.iter().filter(|(_, value)| !value.is_null());
    let changes = held.map(|(column, value)| (column, value, &Value::Null)).collect();
    write(session, table, id, Operation::Delete, 3, changes).await
}

/// A column with what it held and what it holds.
type Change<'a> = (&'a Arc<Column>, &'a Value, &'a Value);

/// References are the same if they are to the same row, whatever is known of its name.
fn is_same(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Lookup { id: old, .. }, Value::Lookup { id: new, .. }) => old == new,
        _ => old == new,
    }
}

/// `audit.action` of a change: a new owner and a new state have names of their own.
fn action(changes: &[Change<'_>]) -> i32 {
    let new = |name: &str| {
        changes.iter().find(|(column, ..)| column.logical_name == name).map(|(_, _, new)| *new)
    };
    match (new("ownerid"), new("statecode")) {
        (Some(_), _) => 13,
        (None, Some(Value::Choice(0))) => 4,
        (None, Some(Value::Choice(1))) => 5,
        _ => 2,
    }
}

async fn write(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    id: Uuid,
    operation: Operation,
    action: i32,
    changes: Vec<Change<'_>>,
) -> Result<()> {
    let audited: Vec<_> =
        changes.into_iter().filter(|(column, ..)| is_audited(table, column)).collect();
    if audited.is_empty() && operation == Operation::Update {
        return Ok(());
    }
    let number = |column: &Column| {
        table.columns.get_index_of(&column.logical_name).map_or(0, |index| index + 1).to_string()
    };
    let mask = audited.iter().map(|(column, ..)| number(column)).collect::<Vec<_>>().join(",");
    let data = json!({ "changedAttributes": audited.iter().map(told).collect::<Vec<_>>() });
    let schema = session.schema().clone();
    let audits =
        schema.table(TABLE).ok_or_else(|| Error::internal("the schema has no table 'audit'"))?;
    let cx = session.cx();
    let mut row = Values::new();
    for (column, value) in [
        ("auditid", Value::Id(cx.new_id())),
        ("action", Value::Choice(action)),
        ("operation", Value::Choice(operation as i32)),
        ("attributemask", Value::Text(mask)),
        ("changedata", Value::Text(data.to_string())),
        ("createdon", Value::DateTime(cx.now())),
        ("objectid", Value::lookup(&table.logical_name, id)),
        ("objecttypecode", Value::Text(table.logical_name.clone())),
        ("transactionid", Value::Id(cx.request_id)),
        ("userid", Value::lookup("systemuser", session.user().id)),
    ] {
        plan::put(audits, &mut row, column, value);
    }
    if let Some(caller) = session.user().on_behalf_by {
        plan::put(audits, &mut row, "callinguserid", Value::lookup("systemuser", caller));
    }
    let statement = sql::insert(session.store(), session.user(), audits, row);
    session.tx().query(&statement).await?;
    Ok(())
}

/// A change as the platform keeps it.
fn told((column, old, new): &Change<'_>) -> Json {
    json!({
        "logicalName": column.logical_name,
        "oldValue": text::text(old),
        "newValue": text::text(new),
    })
}
