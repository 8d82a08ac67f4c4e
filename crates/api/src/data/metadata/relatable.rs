//! Which tables a relationship may be made between.

use std::sync::Arc;

use base::{Error, Result};
use metadata::{Ownership, Schema, Table, TableType};

/// The table with this logical name.
pub(in super::super) fn table<'s>(schema: &'s Schema, name: &str) -> Result<&'s Arc<Table>> {
    schema.table(&name.to_lowercase()).ok_or_else(|| {
        let message = format!("Could not find an entity with the name '{name}'.");
        Error::not_found("0x80040217", message)
    })
}

/// Whether the table may be the one of a 1:N relationship.
pub(in super::super) fn can_be_referenced(table: &Table) -> bool {
    is_relatable(table) && table.managed_properties.allows("canbeprimaryentityinrelationship")
}

/// Whether it may be the many.
pub(in super::super) fn can_be_referencing(table: &Table) -> bool {
    is_relatable(table)
        && table.table_type != TableType::Virtual
        && table.managed_properties.allows("canberelatedentityinrelationship")
}

/// Whether it may be part of an N:N relationship.
pub(in super::super) fn can_be_linked(table: &Table) -> bool {
    can_be_referencing(table)
        && table.ownership != Ownership::None
        && table.managed_properties.allows("canbeinmanytomany")
}

/// The names of the tables of which something holds, in order.
pub(in super::super) fn names(schema: &Schema, holds: fn(&Table) -> bool) -> Vec<&str> {
    let tables = schema.tables().filter(|table| holds(table));
    let mut names: Vec<&str> = tables.map(|table| table.logical_name.as_str()).collect();
    names.sort_unstable();
    names
}

fn is_relatable(table: &Table) -> bool {
    !table.is_intersect
}
