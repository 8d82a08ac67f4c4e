//! Hierarchies: which rows are above or below another, along a table's hierarchical relationship.

use std::sync::Arc;

use base::{Error, Result, Uuid};
use metadata::{Column, Schema, Table};

use super::condition::{Condition, Field};
use super::filter::primary;
use super::read::Asker;

/// Rows of a tree.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    /// The column that must hold one of them.
    pub field: Field,
    /// Their table.
    pub table: Arc<Table>,
    /// Its key.
    pub key: Arc<Column>,
    /// Its lookup to the row above.
    pub parent: Arc<Column>,
    /// From which row on.
    pub root: Uuid,
    /// In which direction.
    pub branches: Branches,
    /// Whether that row counts too.
    pub with_root: bool,
    /// The table of members whose teams count too, with its columns for the user and the team.
    pub teams: Option<(Arc<Table>, Arc<Column>, Arc<Column>)>,
    /// Whether it must hold none of them.
    pub negated: bool,
}

/// Direction in a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Branches {
    /// Towards the first row.
    Above,
    /// Away from it.
    Under,
}

/// The tree that the values of `field` are in: that of its table, for the primary key; that of the
/// table that it points to, for a lookup.
pub(crate) fn tree(asker: &Asker<'_>, table: &Table, field: &Field) -> Option<Tree> {
    let schema = asker.schema;
    let is_key = field.column.logical_name == table.primary_id;
    let own = is_key.then_some(table.logical_name.as_str());
    let mut names = own.into_iter().chain(field.column.targets());
    let (table, parent) = names.find_map(|name| with_hierarchy(schema, name))?;
    let key = primary(&table).ok()?.clone();
    Some(Tree {
        field: field.clone(),
        table,
        key,
        parent,
        root: Uuid::nil(),
        branches: Branches::Under,
        with_root: false,
        teams: None,
        negated: false,
    })
}

/// The caller and everybody below him, perhaps with the teams of all of them.
pub(crate) fn reports(asker: &Asker<'_>, field: Field, with_teams: bool) -> Result<Condition> {
    let missing = || Error::internal("the schema has no hierarchy of users");
    let (table, parent) = with_hierarchy(asker.schema, "systemuser").ok_or_else(missing)?;
    let members = asker.schema.table("teammembership").and_then(|members| {
        let column = |name: &str| members.column(name).cloned();
        Some((members.clone(), column("systemuserid")?, column("teamid")?))
    });
    let teams = if with_teams { Some(members.ok_or_else(missing)?) } else { None };
    let key = primary(&table)?.clone();
    Ok(Condition::InTree(Box::new(Tree {
        field,
        table,
        key,
        parent,
        root: asker.user.id,
        branches: Branches::Under,
        with_root: true,
        teams,
        negated: false,
    })))
}

/// A table with its lookup to the row above, if it has a hierarchy.
pub(crate) fn with_hierarchy(schema: &Schema, table: &str) -> Option<(Arc<Table>, Arc<Column>)> {
    let mut relationships = schema.many_to_one(table);
    let found = relationships.find(|one| one.is_hierarchical && one.referenced_table == table)?;
    let table = schema.table(table)?;
    Some((table.clone(), table.column(&found.referencing_column)?.clone()))
}
