//! `UpsertMultiple`: changes many rows, and creates those that are not there.

use base::Result;

use super::{Upsert, check_count};
use crate::{Reference, Reply, RowInput, Session};

/// Updates or creates each row: all of them or none.
#[derive(Clone, Debug, PartialEq)]
pub struct UpsertMultiple {
    /// Which rows, and their columns.
    pub rows: Vec<(Reference, RowInput)>,
}

impl UpsertMultiple {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        check_count(self.rows.len())?;
        for (target, row) in self.rows {
            let upsert = Upsert { target, row, create_only: false, returning: None };
            upsert.run(session).await?;
        }
        Ok(Reply::Done)
    }
}
