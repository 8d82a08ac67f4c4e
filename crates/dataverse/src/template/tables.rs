//! The tables in the database: those of the schema, and the server's own.

use std::sync::Arc;

use base::{Error, Result};
use db::{Connection, Store, Tx, statement};
use metadata::{Schema, Table};

use crate::{ddl, schema_store};

pub(super) async fn create(tx: &mut Tx, store: &Store, schema: &Schema) -> Result<()> {
    let mut tables: Vec<_> = schema.tables().collect();
    tables.sort_by(|a, b| a.logical_name.cmp(&b.logical_name));
    let mut statements = Vec::new();
    for table in tables {
        statements.extend(ddl::between(store, None, Some(table)));
    }
    tx.execute_batch(&statements.join(";\n")).await?;
    // After them: for older environments these also make tables of the schema that are new.
    db::migrate::migrate(tx, schema_store::COMPONENT, schema_store::MIGRATIONS).await
}

/// The setting that names the tables in which the template has rows.
const FILLED: &str = "template_tables";

/// Notes which tables have rows, so that [`crate::provision`] need not look at all of them.
pub(super) async fn note_filled(tx: &mut Tx, store: &Store, schema: &Schema) -> Result<()> {
    let mut filled = Vec::new();
    for table in schema.tables().filter(|table| ddl::is_stored(table)) {
        let name = store.table(&store.dialect().physical_name(&table.logical_name));
        let sql = format!("select 1 from {name} limit 1");
        if tx.query_opt(&statement!(sql)).await?.is_some() {
            filled.push(table.logical_name.as_str());
        }
    }
    filled.sort_unstable();
    schema_store::put_setting(tx, store, FILLED, &filled.join(",")).await
}

/// The tables in which the template has rows.
pub(crate) async fn filled(db: &mut Connection, store: &Store) -> Result<Vec<Arc<Table>>> {
    let schema = metadata::system::base_schema();
    let missing = || Error::internal("the store is no clone of a template of this version");
    let names = schema_store::setting(db, store, FILLED).await?.ok_or_else(missing)?;
    Ok(names.split(',').filter_map(|name| schema.table(name).cloned()).collect())
}
