//! Rows and links that go away.

use std::sync::Arc;

use base::Uuid;
use db::{Statement, Store};
use metadata::{Column, Table};

use super::Writer;
use crate::plan::{Condition, Field, is_of};
use crate::{User, Value};

/// Removes a row, if it is there, may be deleted, and has the version that is expected.
pub(crate) fn delete(
    store: &Store,
    user: &User,
    table: &Table,
    id: Uuid,
    condition: &Condition,
    if_version: Option<i64>,
) -> Statement {
    let mut writer = Writer::new(store, user);
    writer.push("delete from ");
    writer.table(table);
    writer.push(" as t0\nwhere t0.");
    writer.name(&table.primary_id);
    writer.push(" = ");
    writer.param(id);
    if !condition.is_always() {
        writer.push("\n  and ");
        writer.condition(condition);
    }
    if let Some(version) = if_version.filter(|_| table.column("versionnumber").is_some()) {
        writer.push("\n  and t0.\"versionnumber\" = ");
        writer.param(version);
    }
    writer.finish()
}

/// Removes rows of a table where columns have these values.
pub(crate) fn delete_where(
    store: &Store,
    user: &User,
    table: &Table,
    values: &[(Arc<Column>, Uuid)],
) -> Statement {
    let equal = |(column, id): &(Arc<Column>, Uuid)| Condition::equal(Field::value(0, column), *id);
    let mut writer = Writer::new(store, user);
    writer.push("delete from ");
    writer.table(table);
    writer.push(" as t0");
    writer.filter(&Condition::all(values.iter().map(equal).collect()));
    writer.finish()
}

/// Whether there is a row with these values.
pub(crate) fn linked(
    store: &Store,
    user: &User,
    table: &Table,
    values: &[(Arc<Column>, Uuid)],
) -> Statement {
    let equal = |(column, id): &(Arc<Column>, Uuid)| Condition::equal(Field::value(0, column), *id);
    let mut writer = Writer::new(store, user);
    writer.push("select 1 from ");
    writer.table(table);
    writer.push(" t0");
    writer.filter(&Condition::all(values.iter().map(equal).collect()));
    writer.push("\nlimit 1");
    writer.finish()
}

/// Clears the lookups that point to a row.
pub(crate) fn unlink(
    store: &Store,
    user: &User,
    table: &Table,
    column: &Arc<Column>,
    target: &Table,
    id: Uuid,
) -> Statement {
    let mut writer = Writer::new(store, user);
    writer.push("update ");
    writer.table(table);
    writer.push(" as t0 set ");
    writer.assignments(vec![(column.clone(), Value::Null)]);
    if table.column("versionnumber").is_some() {
        writer.push(", \"versionnumber\" = ");
        writer.push(&store.dialect().next_version(store));
    }
    writer.filter(&points_to(column, target, id));
    writer.finish()
}

/// The ids of rows whose lookup points to a row, a few of them.
pub(crate) fn pointing(
    store: &Store,
    user: &User,
    table: &Table,
    column: &Arc<Column>,
    target: &Table,
    id: Uuid,
    rows_max: i64,
) -> Statement {
    let mut writer = Writer::new(store, user);
    writer.push("select t0.");
    writer.name(&table.primary_id);
    writer.push(" from ");
    writer.table(table);
    writer.push(" t0");
    writer.filter(&points_to(column, target, id));
    writer.push("\nlimit ");
    writer.param(rows_max);
    writer.finish()
}

/// The same in the order of ids, after one of them.
pub(crate) fn pointing_after(
    store: &Store,
    user: &User,
    table: &Table,
    column: &Arc<Column>,
    (target, id): (&Table, Uuid),
    after: Uuid,
    rows_max: i64,
) -> Statement {
    let mut writer = Writer::new(store, user);
    writer.push("select t0.");
    writer.name(&table.primary_id);
    writer.push(" from ");
    writer.table(table);
    writer.push(" t0");
    writer.filter(&points_to(column, target, id));
    writer.push("\n  and t0.");
    writer.name(&table.primary_id);
    writer.push(" > ");
    writer.param(after);
    writer.push("\norder by t0.");
    writer.name(&table.primary_id);
    writer.push("\nlimit ");
    writer.param(rows_max);
    writer.finish()
}

fn points_to(column: &Arc<Column>, target: &Table, id: Uuid) -> Condition {
    Condition::equal(Field::value(0, column), id).and(is_of(0, column, target))
}
