//! The tables in the database: those of the schema, and the server's own.

use base::Result;
use db::{Store, Tx};
use metadata::Schema;

use crate::{ddl, schema_store};

pub(super) async fn create(tx: &mut Tx, store: &Store, schema: &Schema) -> Result<()> {
    db::migrate::migrate(tx, schema_store::COMPONENT, schema_store::MIGRATIONS).await?;
    let mut tables: Vec<_> = schema.tables().collect();
    tables.sort_by(|a, b| a.logical_name.cmp(&b.logical_name));
    let mut statements = Vec::new();
    for table in tables {
        statements.extend(ddl::between(store, None, Some(table)));
    }
    tx.execute_batch(&statements.join(";\n")).await
}
