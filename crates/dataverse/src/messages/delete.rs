//! `Delete`: removes a row, with what its relationships say.

use base::Result;

use crate::{Reference, Reply, Session, plan, rows};

/// Removes a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Delete {
    /// Which row.
    pub target: Reference,
    /// Only if the row still has this version (`If-Match`).
    pub if_version: Option<i64>,
}

impl Delete {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        let table = plan::table(session.schema(), &self.target.set_or_table)?.clone();
        rows::check_direct(session, &table)?;
        let key = plan::row_key(&table, &self.target.key)?;
        let id = rows::known_id(session, &table, &key).await?;
        rows::delete(session, table, id, self.if_version, 0).await?;
        Ok(Reply::Done)
    }
}
