//! Sharing of single values of secured columns: who gives, and what.

use base::{Error, Result, Uuid};
use metadata::{Column, Table};

use super::{Row, Rule, on_rows, refuse, row};
use crate::security::{self, COLUMN_SHARES, ColumnUse, Right, refuse_column};
use crate::{Event, MessageName, Session, Stage, Value};

pub(super) fn rule() -> Rule {
    Rule {
        name: "sharing of columns",
        on: on_rows(COLUMN_SHARES),
        run: |session, event| Box::pin(run(session, event)),
    }
}

/// Whoever shares a value needs the right to share the row, and to do himself what he lets others
/// do.
async fn run(session: &mut Session<'_>, event: &mut Event) -> Result<()> {
    if event.stage == Stage::After {
        return Ok(());
    }
    let is_new = event.message == MessageName::Create;
    let mut row = row(event)?;
    let Some(Value::Lookup { id, table, .. }) = row.value("objectid").cloned() else {
        return Err(refuse("0x80040200", "The row whose column is shared is missing: objectid."));
    };
    let schema = session.schema().clone();
    let missing = || Error::internal(format!("there is no table {table}"));
    let table = schema.table(&table).ok_or_else(missing)?;
    let attribute = row.value("attributeid").and_then(Value::id).unwrap_or_default();
    let column = table.columns.values().find(|column| column.metadata_id == attribute);
    let column = column.filter(|column| column.is_secured).cloned().ok_or_else(|| {
        let name = &table.logical_name;
        refuse("0x8004f508", format!("The table {name} has no secured column {attribute}."))
    })?;
    if is_new {
        row.set("objecttypecode", Value::Text(table.logical_name.clone()));
    }
    check_giver(session, table, id, &column, &row).await
}

async fn check_giver(
    session: &mut Session<'_>,
    table: &Table,
    id: Uuid,
    column: &Column,
    row: &Row<'_>,
) -> Result<()> {
    let (user, store) = (session.user().clone(), session.store());
    if user.is_system {
        return Ok(());
    }
    security::check_row(session.tx(), store, &user, table, id, Right::Share).await?;
    let gives = |name: &str| row.value(name).and_then(Value::bool) == Some(true);
    let uses = [("readaccess", ColumnUse::Query), ("updateaccess", ColumnUse::Update)];
    let refusals = uses.into_iter().filter(|(name, _)| gives(name));
    let mut refusals = refusals.filter_map(|(_, used)| refuse_column(&user, table, column, used));
    refusals.next().map_or(Ok(()), Err)
}
