//! `Create`: a new row, with the rows that come along.

use base::Result;
use query::Query;

use crate::{Reply, RowInput, Session, plan, rows};

/// Creates a row and everything nested in it, in one transaction.
#[derive(Clone, Debug, PartialEq)]
pub struct Create {
    /// The table, by set name or logical name.
    pub table: String,
    /// The new row.
    pub row: RowInput,
    /// What to read back (`return=representation`).
    pub returning: Option<Query>,
}

impl Create {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        let table = plan::table(session.schema(), &self.table)?.clone();
        let id = rows::create(session, table.clone(), self.row, Vec::new(), 0).await?;
        let record = rows::returning(session, &table, id, self.returning).await?;
        Ok(rows::created(&table, id, record))
    }
}
