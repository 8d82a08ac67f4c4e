//! `Upsert`: changes a row, or creates it if there is none.

use base::{Error, Kind, Result};
use query::Query;

use crate::{Reference, Reply, RowInput, Session, plan, rows};

/// Updates the row, or creates it with that id or those key values.
#[derive(Clone, Debug, PartialEq)]
pub struct Upsert {
    /// Which row.
    pub target: Reference,
    /// Its columns.
    pub row: RowInput,
    /// Only create; a row that exists is refused (`If-None-Match: *`).
    pub create_only: bool,
    /// What to read back (`return=representation`).
    pub returning: Option<Query>,
}

impl Upsert {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        let table = plan::table(session.schema(), &self.target.set_or_table)?.clone();
        let key = plan::row_key(&table, &self.target.key)?;
        match rows::find_id(&mut session.read_scope(), &table, &key).await? {
            Some(_) if self.create_only => Err(Error::new(
                Kind::Precondition,
                "0x80040237",
                "A record with matching key values already exists.",
            )),
            Some(id) => {
                let kept = rows::concrete(session, &table, id).await?;
                rows::update(session, &kept, id, self.row, None).await?;
                let record = rows::returning(session, &table, id, self.returning).await?;
                Ok(rows::updated(&table, id, record))
            }
            None => {
                let given = key.values(&table)?;
                let id = rows::create(session, table.clone(), self.row, given, 0).await?;
                let record = rows::returning(session, &table, id, self.returning).await?;
                Ok(rows::created(&table, id, record))
            }
        }
    }
}
