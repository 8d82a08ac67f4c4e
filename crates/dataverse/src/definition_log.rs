//! What each change of the schema was about: one line of `fh_definition_change` for each commit
//! that changed it, so that clients who keep definitions ask only for what is new
//! (`RetrieveMetadataChanges`).

use std::collections::HashSet;
use std::sync::Arc;

use base::{Error, Instant, Result, Uuid};
use db::{Connection, Store, Tx, statement};
use metadata::{Key, Schema, Table};
use serde::{Deserialize, Serialize};

/// Definitions by their ids.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DefinitionIds {
    /// Tables whose own properties changed.
    #[serde(default)]
    pub tables: HashSet<Uuid>,
    /// Columns.
    #[serde(default)]
    pub columns: HashSet<Uuid>,
    /// Alternate keys.
    #[serde(default)]
    pub keys: HashSet<Uuid>,
    /// Relationships.
    #[serde(default)]
    pub relationships: HashSet<Uuid>,
    /// Choices.
    #[serde(default)]
    pub choices: HashSet<Uuid>,
}

/// What happened to definitions since some version of the schema.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DefinitionChanges {
    /// What is new or changed, and still there.
    pub changed: DefinitionIds,
    /// What is gone.
    pub deleted: DefinitionIds,
}

impl DefinitionIds {
    fn sets(&mut self) -> [&mut HashSet<Uuid>; 5] {
        let Self { tables, columns, keys, relationships, choices } = self;
        [tables, columns, keys, relationships, choices]
    }

    fn is_empty(&self) -> bool {
        let Self { tables, columns, keys, relationships, choices } = self;
        [tables, columns, keys, relationships, choices].iter().all(|set| set.is_empty())
    }
}

impl DefinitionChanges {
    /// This, and what happened after it.
    fn then(&mut self, mut later: Self) {
        for (changed, deleted) in later.changed.sets().into_iter().zip(self.deleted.sets()) {
            deleted.retain(|id| !changed.contains(id));
        }
        for (deleted, changed) in later.deleted.sets().into_iter().zip(self.changed.sets()) {
            changed.retain(|id| !deleted.contains(id));
        }
        for (all, more) in self.changed.sets().into_iter().zip(later.changed.sets()) {
            all.extend(more.drain());
        }
        for (all, more) in self.deleted.sets().into_iter().zip(later.deleted.sets()) {
            all.extend(more.drain());
        }
    }
}

/// What differs between two schemas. What did not change is shared between them, so this is quick.
pub(crate) fn between(before: &Schema, after: &Schema) -> DefinitionChanges {
    let mut changes = DefinitionChanges::default();
    for table in after.tables() {
        match before.table(&table.logical_name) {
            Some(old) if Arc::ptr_eq(old, table) => {}
            old => of_table(old, table, &mut changes),
        }
    }
    for table in before.tables().filter(|table| after.table(&table.logical_name).is_none()) {
        let deleted = &mut changes.deleted;
        deleted.tables.insert(table.metadata_id);
        deleted.columns.extend(table.columns.values().map(|column| column.metadata_id));
        deleted.keys.extend(table.keys.values().map(|key| key.metadata_id));
    }
    for one in after.relationships() {
        let old = before.relationship(one.schema_name());
        if old.is_none_or(|old| !Arc::ptr_eq(old, one) && old != one) {
            changes.changed.relationships.insert(one.metadata_id());
        }
    }
    let gone = before.relationships().filter(|one| after.relationship(one.schema_name()).is_none());
    changes.deleted.relationships.extend(gone.map(|one| one.metadata_id()));
    for choice in after.choices() {
        let old = before.choice(&choice.name);
        if old.is_none_or(|old| !Arc::ptr_eq(old, choice) && old != choice) {
            changes.changed.choices.insert(choice.metadata_id);
        }
    }
    let gone = before.choices().filter(|choice| after.choice(&choice.name).is_none());
    changes.deleted.choices.extend(gone.map(|choice| choice.metadata_id));
    changes
}

fn of_table(old: Option<&Arc<Table>>, table: &Table, changes: &mut DefinitionChanges) {
    let DefinitionChanges { changed, deleted } = changes;
    let is_same_key = |key: &Key| {
        old.and_then(|old| old.keys.get(&key.logical_name)).is_some_and(|known| **known == *key)
    };
    for column in table.columns.values() {
        let known = old.and_then(|old| old.column(&column.logical_name));
        if known.is_none_or(|known| !Arc::ptr_eq(known, column) && known != column) {
            changed.columns.insert(column.metadata_id);
        }
    }
    let keys = table.keys.values().filter(|key| !is_same_key(key));
    changed.keys.extend(keys.map(|key| key.metadata_id));
    let Some(old) = old else {
        changed.tables.insert(table.metadata_id);
        return;
    };
    let gone = old.columns.values().filter(|column| table.column(&column.logical_name).is_none());
    deleted.columns.extend(gone.map(|column| column.metadata_id));
    let gone = old.keys.values().filter(|key| !table.keys.contains_key(&key.logical_name));
    deleted.keys.extend(gone.map(|key| key.metadata_id));
    if bare(old) != bare(table) {
        changed.tables.insert(table.metadata_id);
    }
}

/// The properties of a table without its columns and keys.
fn bare(table: &Table) -> impl PartialEq + use<'_> {
    (
        (&table.set_name, table.type_code, &table.primary_name, table.table_type),
        (&table.display_name, &table.display_collection_name, &table.description),
        (&table.flags, table.is_managed, &table.managed_properties, &table.introduced_version),
    )
}

/// Notes what a commit changes, under the number that the schema has after it.
pub(crate) async fn note(
    tx: &mut Tx,
    store: &Store,
    generation: u64,
    now: Instant,
    changes: &DefinitionChanges,
) -> Result<()> {
    if changes.changed.is_empty() && changes.deleted.is_empty() {
        return Ok(());
    }
    let text = serde_json::to_string(changes).map_err(Error::internal)?;
    let number = i64::try_from(generation).unwrap_or(i64::MAX);
    let sql = store.sql(
        "insert into {fh_definition_change} (generation, at, changes) values (?1, ?2, ?3) \
         on conflict (generation) do update set at = excluded.at, changes = excluded.changes",
    );
    tx.execute(&statement!(sql, number, now.0, text)).await?;
    Ok(())
}

/// What happened after the schema had the number `generation`.
pub(crate) async fn since(
    db: &mut Connection,
    store: &Store,
    generation: u64,
) -> Result<DefinitionChanges> {
    let number = i64::try_from(generation).unwrap_or(i64::MAX);
    let sql = store.sql(
        "select changes from {fh_definition_change} where generation > ?1 order by generation",
    );
    let mut all = DefinitionChanges::default();
    for row in db.query(&statement!(sql, number)).await? {
        let text: String = row.get(0)?;
        all.then(serde_json::from_str(&text).map_err(Error::internal)?);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(ids: &[u128]) -> DefinitionIds {
        let columns = ids.iter().map(|id| Uuid::from_u128(*id)).collect();
        DefinitionIds { columns, ..DefinitionIds::default() }
    }

    #[test]
    fn what_happened_last_counts() {
        let mut all = DefinitionChanges { changed: ids(&[1, 2]), deleted: ids(&[3]) };
        all.then(DefinitionChanges { changed: ids(&[3]), deleted: ids(&[1]) });
        assert_eq!(all, DefinitionChanges { changed: ids(&[2, 3]), deleted: ids(&[1]) });
    }
}
