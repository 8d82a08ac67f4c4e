//! `ReactivateEntityKey`: builds the index of an alternate key anew.

use base::{Error, Result};

use super::definitions::{require, require_customizable, table, table_component};
use crate::{Reply, Session, ddl};

/// Builds the index of an alternate key anew, for one that failed.
#[derive(Clone, Debug, PartialEq)]
pub struct ReactivateKey {
    /// The table, by logical name.
    pub table: String,
    /// The key, by logical name.
    pub key: String,
}

impl ReactivateKey {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        require(session, "prvWriteEntity")?;
        let table = table(session, &self.table)?;
        require_customizable(session, &table_component(&table), "iscustomizable").await?;
        let Some(key) = table.keys.get(&self.key.to_lowercase()) else {
            let message = format!("Could not find the key {} of {}.", self.key, table.logical_name);
            return Err(Error::not_found("0x80040217", message));
        };
        let mut without = metadata::Table::clone(&table);
        without.keys.shift_remove(&key.logical_name);
        for (before, after) in [(&*table, &without), (&without, &*table)] {
            let statements = ddl::between(session.store(), Some(before), Some(after));
            session.tx().execute_batch(&statements.join(";\n")).await?;
        }
        Ok(Reply::Done)
    }
}
