//! `DeleteRelationship`: removes a relationship with its lookup or intersect table.

use std::sync::Arc;

use base::Result;
use metadata::{OneToMany, Relationship};

use super::column_delete;
use super::definitions::{in_use, require, require_deletable};
use super::relationship_update::{component, relationship};
use crate::{EventData, MessageName, Reply, Session, Stage};

/// Removes a relationship with its lookup column or intersect table.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteRelationship {
    /// Its schema name.
    pub schema_name: String,
}

impl DeleteRelationship {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        require(session, "prvDeleteRelationship")?;
        let found = relationship(session, &self.schema_name)?;
        let mut component = component(&found);
        component.is_managed |= !is_custom(&found);
        require_deletable(session, &component).await?;
        if let Relationship::OneToMany(one) = &*found {
            check_keys(session, one)?;
        }
        drop(session, &self.schema_name).await?;
        match &*found {
            Relationship::OneToMany(one) => drop_lookup(session, one).await?,
            Relationship::ManyToMany(many) => session.drop_table(&many.intersect_table).await?,
        }
        Ok(Reply::Done)
    }
}

fn is_custom(relationship: &Relationship) -> bool {
    match relationship {
        Relationship::OneToMany(one) => one.is_custom,
        Relationship::ManyToMany(many) => many.is_custom,
    }
}

fn check_keys(session: &Session<'_>, one: &OneToMany) -> Result<()> {
    let Some(table) = session.schema().table(&one.referencing_table) else { return Ok(()) };
    let keys = table.keys.values().filter(|key| key.columns.contains(&one.referencing_column));
    let keys: Vec<_> = keys.map(|key| format!("key {}", key.logical_name)).collect();
    match keys.is_empty() {
        true => Ok(()),
        false => Err(in_use(&format!("relationship {}", one.schema_name), &keys)),
    }
}

/// Takes a relationship away, and tells the steps.
pub(super) async fn drop(session: &mut Session<'_>, schema_name: &str) -> Result<()> {
    let before: Arc<Relationship> = relationship(session, schema_name)?;
    let event = || EventData::Relationship { before: Some(before.clone()), after: None };
    let message = MessageName::DeleteRelationship;
    session.run_steps(message, Stage::Before, event()).await?;
    session.drop_relationship(schema_name).await?;
    session.run_steps(message, Stage::After, event()).await?;
    Ok(())
}

/// The lookup of a relationship goes with its last one.
async fn drop_lookup(session: &mut Session<'_>, one: &OneToMany) -> Result<()> {
    let Some(table) = session.schema().table(&one.referencing_table).cloned() else {
        return Ok(());
    };
    let is_used = session
        .schema()
        .many_to_one(&table.logical_name)
        .any(|other| other.referencing_column == one.referencing_column);
    match table.column(&one.referencing_column) {
        Some(column) if column.is_custom && !is_used => {
            column_delete::remove(session, &table.logical_name, column).await
        }
        _ => Ok(()),
    }
}
