//! Navigation properties and properties of a table, by the names the protocol gives them.

use std::sync::Arc;

use base::{Error, Result};
use metadata::{Column, ColumnKind, ManyToMany, OneToMany, Schema, Table};

use crate::ddl;

/// Where a navigation property leads.
#[derive(Clone, Debug)]
pub(crate) enum Navigation {
    /// Along a lookup to one row.
    One {
        /// The lookup.
        column: Arc<Column>,
        /// The tables the row may be of: one, or users and teams for an owner.
        targets: Vec<Arc<Table>>,
    },
    /// To the rows whose lookup points here.
    Many {
        /// The lookup of those rows.
        column: Arc<Column>,
        /// Their table.
        table: Arc<Table>,
    },
    /// Through an intersect table.
    ManyToMany {
        /// The name of the relationship.
        relationship: String,
        /// The intersect table.
        intersect: Arc<Table>,
        /// Its column that refers to this row.
        near: Arc<Column>,
        /// Its column that refers to the others.
        far: Arc<Column>,
        /// The table of the others.
        table: Arc<Table>,
        /// Whether this row is of the relationship's first table.
        is_first: bool,
    },
}

/// The navigation property `name` of `table`. Names are case-sensitive.
pub(crate) fn navigation(schema: &Schema, table: &Table, name: &str) -> Option<Navigation> {
    owner(schema, table, name)
        .or_else(|| to_one(schema, table, name))
        .or_else(|| to_many(schema, table, name))
        .or_else(|| many_to_many(schema, table, name))
}

/// The owner is a user or a team, behind one navigation property.
fn owner(schema: &Schema, table: &Table, name: &str) -> Option<Navigation> {
    let column = table.column(name).filter(|column| matches!(column.kind, ColumnKind::Owner))?;
    let targets = column.targets().iter().filter_map(|name| schema.table(name).cloned()).collect();
    Some(Navigation::One { column: column.clone(), targets })
}

fn to_one(schema: &Schema, table: &Table, name: &str) -> Option<Navigation> {
    let one =
        schema.many_to_one(&table.logical_name).find(|one| one.referencing_navigation == name)?;
    let column = table.column(&one.referencing_column)?.clone();
    Some(Navigation::One { column, targets: vec![schema.table(&one.referenced_table)?.clone()] })
}

fn to_many(schema: &Schema, table: &Table, name: &str) -> Option<Navigation> {
    let (column, table) = many_end(schema, schema.collection(table, name)?)?;
    Some(Navigation::Many { column, table })
}

/// The lookup and the table on the "many" side of a relationship.
pub(crate) fn many_end(schema: &Schema, one: &OneToMany) -> Option<(Arc<Column>, Arc<Table>)> {
    let table = schema.table(&one.referencing_table)?;
    Some((table.column(&one.referencing_column)?.clone(), table.clone()))
}

fn many_to_many(schema: &Schema, table: &Table, name: &str) -> Option<Navigation> {
    schema.many_to_many(&table.logical_name).find_map(|many| {
        let is_first = many.table1 == table.logical_name && many.navigation1 == name;
        let is_second = many.table2 == table.logical_name && many.navigation2 == name;
        if is_first || is_second { through(schema, many, is_first) } else { None }
    })
}

fn through(schema: &Schema, many: &ManyToMany, is_first: bool) -> Option<Navigation> {
    let intersect = schema.table(&many.intersect_table)?;
    let (near, far, other) = match is_first {
        true => (&many.column1, &many.column2, &many.table2),
        false => (&many.column2, &many.column1, &many.table1),
    };
    Some(Navigation::ManyToMany {
        relationship: many.schema_name.clone(),
        near: intersect.column(near)?.clone(),
        far: intersect.column(far)?.clone(),
        intersect: intersect.clone(),
        table: schema.table(other)?.clone(),
        is_first,
    })
}

/// The column behind a property: `name`, or `_x_value` for the lookup `x`.
pub(crate) fn property<'a>(table: &'a Table, name: &str) -> Option<&'a Arc<Column>> {
    let (name, is_value) = match name.strip_prefix('_').and_then(|it| it.strip_suffix("_value")) {
        Some(lookup) => (lookup, true),
        None => (name, false),
    };
    let column = table.column(name)?;
    (is_readable(column) && column.is_lookup() == is_value).then_some(column)
}

/// Whether rows show this column.
pub(crate) fn is_readable(column: &Column) -> bool {
    column.valid_for_read && !matches!(column.kind, ColumnKind::Virtual | ColumnKind::PartyList)
}

/// Refuses a column that would have to be calculated in a way that is not understood.
pub(crate) fn check_stored(table: &Table, column: &Column) -> Result<()> {
    if ddl::value_storage(column).is_some() {
        return Ok(());
    }
    Err(Error::not_implemented(format!(
        "The calculated column '{}' of '{}'",
        column.logical_name, table.logical_name
    )))
}
