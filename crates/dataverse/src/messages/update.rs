//! `Update`: changes a row that exists.

use base::Result;
use query::Query;

use crate::{Reference, Reply, RowInput, Session, plan, rows};

/// Changes the columns given and nothing else.
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    /// Which row.
    pub target: Reference,
    /// The columns to change.
    pub row: RowInput,
    /// Only if the row still has this version (`If-Match`).
    pub if_version: Option<i64>,
    /// What to read back (`return=representation`).
    pub returning: Option<Query>,
}

impl Update {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        let table = plan::table(session.schema(), &self.target.set_or_table)?.clone();
        let key = plan::row_key(&table, &self.target.key)?;
        let id = rows::known_id(session, &table, &key).await?;
        let kept = rows::concrete(session, &table, id).await?;
        rows::update(session, &kept, id, self.row, self.if_version).await?;
        let record = rows::returning(session, &table, id, self.returning).await?;
        Ok(rows::updated(&table, id, record))
    }
}
