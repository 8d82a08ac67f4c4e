//! `DeleteColumn` (`DeleteAttribute`): removes a column with its values.

use std::sync::Arc;

use base::{Error, Kind, Result};
use metadata::{Column, ColumnKind, Table};

use super::column_update::{column, component};
use super::definitions::{in_use, require, require_deletable, table};
use super::relationship_delete;
use crate::{EventData, MessageName, Reply, Session, Stage, files, formula};

/// Removes a column with its values.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteColumn {
    /// The table, by logical name.
    pub table: String,
    /// The column, by logical name.
    pub column: String,
}

impl DeleteColumn {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        require(session, "prvDeleteAttribute")?;
        let table = table(session, &self.table)?;
        let column = column(&table, &self.column)?;
        check(session, &table, &column).await?;
        drop_relationships(session, &table, &column).await?;
        remove(session, &table.logical_name, &column).await?;
        Ok(Reply::Done)
    }
}

async fn check(session: &mut Session<'_>, table: &Table, column: &Column) -> Result<()> {
    let name = &column.logical_name;
    let is_needed = !column.is_custom || table.primary_name.as_ref() == Some(name);
    if is_needed {
        return Err(Error::new(
            Kind::Invalid,
            "0x80047009",
            format!(
                "The column {name} of {} is part of the table and cannot be deleted.",
                table.logical_name
            ),
        ));
    }
    require_deletable(session, &component(table, column)).await?;
    let keys = table.keys.values().filter(|key| key.columns.contains(name));
    let keys: Vec<_> = keys.map(|key| format!("key {}", key.logical_name)).collect();
    let mut users = keys;
    users.extend(formula::users(session.schema(), table, column));
    match users.is_empty() {
        true => Ok(()),
        false => Err(in_use(&format!("column {name} of table {}", table.logical_name), &users)),
    }
}

/// A lookup goes with its relationships.
async fn drop_relationships(
    session: &mut Session<'_>,
    table: &Table,
    column: &Column,
) -> Result<()> {
    let schema = session.schema().clone();
    let of_column = schema
        .many_to_one(&table.logical_name)
        .filter(|one| one.referencing_column == column.logical_name);
    for one in of_column {
        relationship_delete::drop(session, &one.schema_name).await?;
    }
    Ok(())
}

/// Removes a column that nothing refers to, with the amount in base currency of an amount.
pub(super) async fn remove(
    session: &mut Session<'_>,
    table_name: &str,
    column: &Arc<Column>,
) -> Result<()> {
    let before = table(session, table_name)?;
    let mut after = Table::clone(&before);
    after.columns.shift_remove(&column.logical_name);
    let is_base = |kind: &ColumnKind| matches!(kind, ColumnKind::Money { base_of: Some(of), .. } if *of == column.logical_name);
    after.columns.retain(|_, other| !is_base(&other.kind));
    let event = |table: &Table| EventData::Column {
        table: Arc::new(table.clone()),
        before: Some(column.clone()),
        after: None,
    };
    session.run_steps(MessageName::DeleteColumn, Stage::Before, event(&after)).await?;
    files::forget_column(session, table_name, column).await?;
    let after = session.put_table(after).await?;
    session.run_steps(MessageName::DeleteColumn, Stage::After, event(&after)).await?;
    Ok(())
}
