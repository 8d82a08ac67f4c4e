//! The rows that a user or team owns, in all tables.

use std::sync::Arc;

use base::{Result, Uuid};
use db::statement;
use metadata::{Table, TableType};

use super::exists;
use crate::Session;

fn tables(session: &Session<'_>) -> Vec<Arc<Table>> {
    let is_owned = |table: &&Arc<Table>| {
        table.is_owned() && table.table_type != TableType::Virtual && !table.is_intersect
    };
    session.schema().tables().filter(is_owned).cloned().collect()
}

/// After an owner moved to another business unit: his rows are there now.
pub(super) async fn follow(session: &mut Session<'_>, owner: Uuid, unit: Uuid) -> Result<()> {
    let store = session.store();
    let version = store.dialect().next_version(store);
    for table in tables(session) {
        let name = store.table(&store.dialect().physical_name(&table.logical_name));
        let sql = format!(
            "update {name} set owningbusinessunit = ?1, versionnumber = {version} \
             where ownerid = ?2 and owningbusinessunit is distinct from ?1"
        );
        session.tx().execute(&statement!(sql, unit, owner)).await?;
    }
    Ok(())
}

/// A table in which an owner has a row.
pub(super) async fn any(session: &mut Session<'_>, owner: Uuid) -> Result<Option<String>> {
    let store = session.store();
    for table in tables(session) {
        let name = store.table(&store.dialect().physical_name(&table.logical_name));
        let sql = format!("select 1 from {name} where ownerid = ?1 limit 1");
        if exists(session, &statement!(sql, owner)).await? {
            return Ok(Some(table.logical_name.clone()));
        }
    }
    Ok(None)
}
