//! Navigation properties of a table, as far as paths of URLs need them.

use std::sync::Arc;

use metadata::{ColumnKind, Schema, Table};

/// Where a navigation property leads.
#[derive(Clone, Debug)]
pub(super) enum Navigation {
    /// To one row, along a lookup.
    One {
        /// The lookup, by logical name.
        column: String,
        /// The table of the row; nothing for an owner, who may be a user or a team.
        target: Option<Arc<Table>>,
    },
    /// To many rows of a table.
    Many(Arc<Table>),
}

/// The navigation property `name` of `table`. Names are case-sensitive.
pub(super) fn navigation(schema: &Schema, table: &Table, name: &str) -> Option<Navigation> {
    let table_name = &table.logical_name;
    if let Some(column) = table.column(name).filter(|c| matches!(c.kind, ColumnKind::Owner)) {
        return Some(Navigation::One { column: column.logical_name.clone(), target: None });
    }
    if let Some(one) = schema.many_to_one(table_name).find(|r| r.referencing_navigation == name) {
        let target = schema.table(&one.referenced_table)?.clone();
        return Some(Navigation::One {
            column: one.referencing_column.clone(),
            target: Some(target),
        });
    }
    if let Some(one) = schema.collection(table, name) {
        return schema.table(&one.referencing_table).cloned().map(Navigation::Many);
    }
    let other = schema.many_to_many(table_name).find_map(|many| match () {
        () if many.table1 == *table_name && many.navigation1 == name => Some(&many.table2),
        () if many.table2 == *table_name && many.navigation2 == name => Some(&many.table1),
        () => None,
    })?;
    schema.table(other).cloned().map(Navigation::Many)
}

/// The single-valued navigation property that goes with the lookup `column` when it points to
/// `target`.
pub(super) fn of_lookup(
    schema: &Schema,
    table: &Table,
    column: &str,
    target: &str,
) -> Option<String> {
    if table.column(column).is_some_and(|c| matches!(c.kind, ColumnKind::Owner)) {
        return Some(column.to_owned());
    }
    let mut relationships = schema.many_to_one(&table.logical_name);
    let found =
        relationships.find(|r| r.referencing_column == column && r.referenced_table == target);
    found.map(|one| one.referencing_navigation.clone())
}
