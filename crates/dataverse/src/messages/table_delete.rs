//! `DeleteTable` (`DeleteEntity`): removes a table with its rows.

use base::{Result, Uuid};
use db::statement;
use metadata::{Relationship, Table};

use super::Delete;
use super::definitions::{in_use, require, require_deletable, table, table_component};
use crate::{EventData, MessageName, Reference, Reply, Session, Stage};

/// Removes a table, its rows and what belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteTable {
    /// The table, by logical name.
    pub table: String,
}

/// Rows that are part of the definition of a table, and the column that names it.
const PARTS: &[(&str, &str)] = &[
    ("savedquery", "returnedtypecode"),
    ("savedqueryvisualization", "primaryentitytypecode"),
    ("systemform", "objecttypecode"),
    ("userquery", "returnedtypecode"),
];

impl DeleteTable {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        require(session, "prvDeleteEntity")?;
        let table = table(session, &self.table)?;
        let mut component = table_component(&table);
        component.is_managed |= !table.is_custom;
        require_deletable(session, &component).await?;
        check_unused(session, &table)?;
        let event = EventData::Table { before: Some(table.clone()), after: None };
        session.run_steps(MessageName::DeleteTable, Stage::Before, event).await?;
        delete_parts(session, &table).await?;
        delete_links(session, &table).await?;
        session.drop_table(&table.logical_name).await?;
        let event = EventData::Table { before: Some(table), after: None };
        session.run_steps(MessageName::DeleteTable, Stage::After, event).await?;
        Ok(Reply::Done)
    }
}

/// Lookups that somebody made on other tables keep a table from being deleted.
fn check_unused(session: &Session<'_>, table: &Table) -> Result<()> {
    let name = &table.logical_name;
    let users: Vec<String> = session
        .schema()
        .one_to_many(name)
        .filter(|one| one.referencing_table != *name)
        .filter(|one| {
            let referencing = session.schema().table(&one.referencing_table);
            let column = referencing.and_then(|table| table.column(&one.referencing_column));
            column.is_some_and(|column| column.is_custom)
        })
        .map(|one| format!("column {} of {}", one.referencing_column, one.referencing_table))
        .collect();
    if users.is_empty() { Ok(()) } else { Err(in_use(&format!("table {name}"), &users)) }
}

/// Deletes views and forms, each with a message, so whoever keeps track of them learns of it.
async fn delete_parts(session: &mut Session<'_>, table: &Table) -> Result<()> {
    for (part, column) in PARTS {
        let Some(part) = session.schema().table(part).cloned() else { continue };
        let name = session.store().table(&part.logical_name);
        let sql = format!("select {} from {name} where {column} = ?1", part.primary_id);
        let rows = session.tx().query(&statement!(sql, table.logical_name.as_str())).await?;
        for row in rows {
            let id: Uuid = row.get(0)?;
            let target = Reference::id(part.logical_name.as_str(), id);
            session.execute_as_system(Delete { target, if_version: None }).await?;
        }
    }
    Ok(())
}

/// Many-to-many relationships end with either of their tables.
async fn delete_links(session: &mut Session<'_>, table: &Table) -> Result<()> {
    for relationship in session.relationships_of(&table.logical_name) {
        if let Relationship::ManyToMany(many) = &*relationship {
            session.drop_relationship(&many.schema_name).await?;
            session.drop_table(&many.intersect_table).await?;
        }
    }
    Ok(())
}
