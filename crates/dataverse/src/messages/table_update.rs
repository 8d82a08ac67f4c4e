//! `UpdateTable` (`UpdateEntity`): changes the properties of a table.

use std::sync::Arc;

use base::{Error, Result};
use metadata::{Relationship, Table};

use super::definitions::{
    check_label, merged, require, require_customizable, table, table_component,
};
use crate::{EventData, MessageName, Reply, Session, Stage};

/// Replaces the properties of a table; its columns, keys, names and ownership stay.
#[derive(Clone, Debug, PartialEq)]
pub struct UpdateTable {
    /// The whole definition; its columns and keys are ignored, they have messages of their own.
    pub table: Table,
    /// Keep labels in languages that the definition does not name (`MSCRM.MergeLabels`).
    pub merge_labels: bool,
}

impl UpdateTable {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        require(session, "prvWriteEntity")?;
        let before = table(session, &self.table.logical_name)?;
        let after = self.changed(&before)?;
        self.check_guards(session, &before, &after).await?;
        let event =
            EventData::Table { before: Some(before.clone()), after: Some(Arc::new(after.clone())) };
        session.run_steps(MessageName::UpdateTable, Stage::Before, event).await?;
        let after = session.put_table(after).await?;
        add_relationships(session, &after).await?;
        let event = EventData::Table { before: Some(before), after: Some(after) };
        session.run_steps(MessageName::UpdateTable, Stage::After, event).await?;
        Ok(Reply::Done)
    }

    /// The table as it becomes.
    fn changed(&self, before: &Table) -> Result<Table> {
        let new = &self.table;
        if new.ownership != before.ownership {
            return Err(Error::invalid(format!(
                "The ownership of {} was set when it was made, and stays.",
                before.logical_name
            )));
        }
        let label = |old, new| merged(old, new, self.merge_labels);
        let mut after = before.clone();
        after.display_name = label(&before.display_name, &new.display_name);
        after.display_collection_name =
            label(&before.display_collection_name, &new.display_collection_name);
        after.description = label(&before.description, &new.description);
        after.flags.extend(new.flags.clone());
        if !before.is_managed {
            after.managed_properties = new.managed_properties.clone();
        }
        check_label("A table", "DisplayName", &after.display_name)?;
        check_label("A table", "DisplayCollectionName", &after.display_collection_name)?;
        Ok(after)
    }

    async fn check_guards(
        &self,
        session: &mut Session<'_>,
        before: &Table,
        after: &Table,
    ) -> Result<()> {
        let component = table_component(before);
        let is_renamed = before.display_name != after.display_name
            || before.display_collection_name != after.display_collection_name;
        if is_renamed {
            require_customizable(session, &component, "isrenameable").await?;
        }
        if before.flags != after.flags {
            require_customizable(session, &component, "canmodifyadditionalsettings").await?;
        }
        require_customizable(session, &component, "iscustomizable").await
    }
}

/// What a flag brings when it is switched on: notes, activities, connections and queue items can
/// then refer to rows of the table.
async fn add_relationships(session: &mut Session<'_>, table: &Table) -> Result<()> {
    if !table.is_custom {
        return Ok(());
    }
    for one in metadata::system::system_relationships(table) {
        if session.schema().relationship(&one.schema_name).is_none() {
            session.put_relationship(Relationship::OneToMany(one)).await?;
        }
    }
    Ok(())
}
