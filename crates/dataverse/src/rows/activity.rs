//! Activities: every row of an activity table has a row with the same id in `activitypointer`.

use std::sync::Arc;

use base::{Error, Kind, Result, Uuid};
use db::statement;
use metadata::Table;

use super::read_row;
use crate::plan::{self, Condition, Values, derived};
use crate::{RowInput, Session, Value, changes, sql};

/// The table that has a row for every activity.
const POINTER: &str = "activitypointer";

/// The table of those who take part in activities.
pub(crate) const PARTY: &str = "activityparty";

/// Those who take part are written with their activity.
pub(crate) fn check_direct(session: &Session<'_>, table: &Table) -> Result<()> {
    if table.logical_name != PARTY || session.user().is_system {
        return Ok(());
    }
    Err(Error::new(
        Kind::NotAllowed,
        "0x8004023b",
        "Rows of activityparty are written through their activity: with the activity when it is \
         created, or by PUT to its …_activity_parties.",
    ))
}

/// Puts others in the place of those who take part in an activity.
pub(crate) async fn replace_parties(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    id: Uuid,
    rows: Vec<RowInput>,
) -> Result<()> {
    let schema = session.schema().clone();
    let Some(parties) = schema.table(PARTY) else {
        return Err(Error::internal("the schema has no table of activity parties"));
    };
    let Some(column) = parties.column("activityid") else {
        return Err(Error::internal("activity parties have no activity"));
    };
    // The activity itself is changed by whoever may change it.
    super::update(session, table, id, RowInput::default(), None).await?;
    let sql = session.store().sql("delete from {activityparty} where activityid = ?1");
    session.tx().execute(&statement!(sql, id)).await?;
    let value = derived::lookup(id, POINTER);
    for row in rows {
        let given = vec![(column.clone(), value.clone())];
        super::create(session, parties.clone(), row, given, 1).await?;
    }
    Ok(())
}

/// Activities are made in the table of their kind.
pub(super) fn check_concrete(table: &Table) -> Result<()> {
    if table.logical_name != POINTER {
        return Ok(());
    }
    Err(Error::new(
        Kind::NotAllowed,
        "0x8004023b",
        "An activity is created in the table of its kind, such as task or email, not in \
         activitypointer.",
    ))
}

/// What an activity says of itself.
pub(super) fn complete_new(table: &Table, values: &mut Values) {
    if table.is_activity && table.logical_name != POINTER {
        let name = Value::Text(table.logical_name.clone());
        plan::put(table, values, "activitytypecode", name);
    }
}

/// The table that a row is kept in: that of its kind for an activity.
pub(crate) async fn concrete(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    id: Uuid,
) -> Result<Arc<Table>> {
    if table.logical_name != POINTER {
        return Ok(table.clone());
    }
    let columns = table.column("activitytypecode").cloned().into_iter().collect::<Vec<_>>();
    let row = read_row(&mut session.read_scope(), table, id, &columns).await?;
    let row = row.ok_or_else(|| crate::not_found(POINTER, id))?;
    let name = row.get("activitytypecode").and_then(Value::text).unwrap_or_default();
    let found = session.schema().table(name).filter(|table| table.logical_name != POINTER);
    found.cloned().ok_or_else(|| {
        Error::internal(format!("the activity {id} is of '{name}', which is no table"))
    })
}

/// The values that `activitypointer` shows too.
fn shown(pointer: &Table, values: &Values) -> Values {
    let shown = values.iter().filter_map(|(column, value)| {
        let column = pointer.column(&column.logical_name)?;
        let is_kept = crate::ddl::storage(column).is_some() && plan::fits(column, value);
        (is_kept && column.logical_name != "versionnumber").then(|| (column.clone(), value.clone()))
    });
    shown.collect()
}

fn pointer(session: &Session<'_>, table: &Table) -> Option<Arc<Table>> {
    let is_kind = table.is_activity && table.logical_name != POINTER;
    is_kind.then(|| session.schema().table(POINTER).cloned()).flatten()
}

/// An activity was created.
pub(super) async fn created(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    values: &Values,
) -> Result<()> {
    let Some(pointer) = pointer(session, table) else { return Ok(()) };
    let values = shown(&pointer, values);
    let statement = sql::insert(session.store(), session.user(), &pointer, values);
    let inserted = session.tx().query(&statement).await;
    let id = Uuid::nil();
    let dialect = session.store().dialect();
    inserted.map_err(|error| super::duplicate(dialect, &pointer, id, error))?;
    Ok(())
}

/// An activity was changed.
pub(super) async fn updated(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    id: Uuid,
    values: &Values,
) -> Result<()> {
    let Some(pointer) = pointer(session, table) else { return Ok(()) };
    let values = shown(&pointer, values);
    if values.is_empty() {
        return Ok(());
    }
    let change = sql::Change { id, values, condition: Condition::Const(true), if_version: None };
    let statement = sql::update(session.store(), session.user(), &pointer, change);
    session.tx().query(&statement).await?;
    Ok(())
}

/// An activity was deleted.
pub(super) async fn deleted(session: &mut Session<'_>, table: &Table, id: Uuid) -> Result<()> {
    let Some(pointer) = pointer(session, table) else { return Ok(()) };
    let always = Condition::Const(true);
    let statement = sql::delete(session.store(), session.user(), &pointer, id, &always, None);
    session.tx().execute(&statement).await?;
    changes::deleted(session, &pointer, id).await
}
