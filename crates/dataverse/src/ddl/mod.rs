//! The tables in the database behind the tables of the schema.
//!
//! [`Layout`] says how a table lies there; [`create`], [`alter`] and [`drop_table`] give the
//! statements as text, and nothing else runs them but the session that changes the schema.

mod layout;

use db::{ColumnType, Dialect, Store};
use metadata::{Column, Table, TableType};

pub use layout::{
    Index, IndexColumn, Layout, MONEY_SCALE, PhysicalColumn, has_type_column, key_index,
    link_columns, storage, type_column, value_storage,
};

/// Where tables are made: the dialect, and how names are qualified.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// Which database.
    pub dialect: Dialect,
    /// The quoted and qualified form of a physical name.
    pub qualify: &'a (dyn Fn(&str) -> String + Send + Sync),
}

/// The statements that make a table with its indexes.
pub fn create(place: Place<'_>, layout: &Layout) -> Vec<String> {
    let dialect = place.dialect;
    let columns = layout.columns.iter().map(|(name, column)| {
        let key = if *name == layout.primary_key { " not null primary key" } else { "" };
        format!("  {} {}{key}", dialect.quote(name), dialect.column_type(column.storage))
    });
    let columns: Vec<_> = columns.collect();
    let table = (place.qualify)(&layout.table);
    let suffix = match layout.is_narrow {
        true => dialect.narrow_table_suffix(),
        false => dialect.table_suffix(),
    };
    let create = format!("create table {table} (\n{}\n){suffix}", columns.join(",\n"));
    let indexes =
        layout.indexes.iter().map(|(name, index)| create_index(place, layout, name, index));
    std::iter::once(create).chain(indexes).collect()
}

/// The statements that take a table away.
pub fn drop_table(place: Place<'_>, layout: &Layout) -> Vec<String> {
    vec![format!("drop table {}", (place.qualify)(&layout.table))]
}

/// The statements that turn one layout of a table into another. Columns never change their type.
pub fn alter(place: Place<'_>, before: &Layout, after: &Layout) -> Vec<String> {
    let mut statements = Vec::new();
    for (name, index) in &before.indexes {
        if after.indexes.get(name) != Some(index) {
            statements.push(format!("drop index {}", (place.qualify)(name)));
        }
    }
    let table = (place.qualify)(&after.table);
    for name in before.columns.keys().filter(|name| !after.columns.contains_key(*name)) {
        let name = place.dialect.quote(name);
        statements.push(format!("alter table {table} drop column {name}"));
    }
    for (name, column) in &after.columns {
        statements.extend(alter_column(place, &table, name, before.columns.get(name), column));
    }
    for (name, index) in &after.indexes {
        if before.indexes.get(name) != Some(index) {
            statements.push(create_index(place, after, name, index));
        }
    }
    statements
}

fn alter_column(
    place: Place<'_>,
    table: &str,
    name: &str,
    before: Option<&PhysicalColumn>,
    after: &PhysicalColumn,
) -> Option<String> {
    let name = place.dialect.quote(name);
    match before {
        None => {
            let storage = place.dialect.column_type(after.storage);
            Some(format!("alter table {table} add column {name} {storage}"))
        }
        Some(before) if before.scale != after.scale && after.storage == ColumnType::Int => Some(
            format!("update {table} set {name} = {}", rescaled(&name, before.scale, after.scale)),
        ),
        Some(_) => None,
    }
}

/// An integer at another scale, rounded half away from zero.
fn rescaled(name: &str, from: u8, to: u8) -> String {
    let factor = 10_i64.pow(u32::from(from.abs_diff(to)));
    if to > from {
        return format!("{name} * {factor}");
    }
    let half = factor / 2;
    format!(
        "case when {name} < 0 then ({name} - {half}) / {factor} else ({name} + {half}) / {factor} end"
    )
}

fn create_index(place: Place<'_>, layout: &Layout, name: &str, index: &Index) -> String {
    let columns = index.columns.iter().map(|column| {
        let quoted = place.dialect.quote(&column.name);
        if column.is_folded {
            place.dialect.index_key(&place.dialect.fold(&quoted))
        } else {
            quoted
        }
    });
    let columns: Vec<_> = columns.collect();
    let unique = if index.is_unique { "unique " } else { "" };
    let (name, table) = (place.dialect.quote(name), (place.qualify)(&layout.table));
    format!("create {unique}index {name} on {table} ({})", columns.join(", "))
}

/// Whether the rows of a table are in the database.
pub fn is_stored(table: &Table) -> bool {
    table.table_type != TableType::Virtual
}

/// The statements between two definitions of a table, either of which may be missing.
pub fn between(store: &Store, before: Option<&Table>, after: Option<&Table>) -> Vec<String> {
    let qualify = |name: &str| store.table(name);
    between_at(Place { dialect: store.dialect(), qualify: &qualify }, before, after)
}

fn between_at(place: Place<'_>, before: Option<&Table>, after: Option<&Table>) -> Vec<String> {
    let layout = |table: Option<&Table>| Layout::of(place.dialect, table?);
    match (layout(before), layout(after)) {
        (None, None) => Vec::new(),
        (None, Some(after)) => create(place, &after),
        (Some(before), None) => drop_table(place, &before),
        (Some(old), Some(new)) => {
            let mut statements = alter(place, &old, &new);
            if let (Some(before), Some(after)) = (before, after) {
                statements.extend(fill_types(place, before, after));
            }
            statements
        }
    }
}

/// A lookup that gets a second target: what it holds points to the first.
fn fill_types(place: Place<'_>, before: &Table, after: &Table) -> Vec<String> {
    let dialect = place.dialect;
    let table = (place.qualify)(&dialect.physical_name(&after.logical_name));
    let fill = |column: &std::sync::Arc<Column>| {
        let old = before.column(&column.logical_name)?;
        if has_type_column(old) || !has_type_column(column) {
            return None;
        }
        let target = old.targets().first()?.replace('\'', "''");
        let id = dialect.quote(&dialect.physical_name(&column.logical_name));
        let kind = dialect.quote(&type_column(dialect, &column.logical_name));
        Some(format!("update {table} set {kind} = '{target}' where {id} is not null"))
    };
    after.columns.values().filter_map(fill).collect()
}

#[cfg(test)]
mod tests;
