//! `UpdateMultiple`: changes many rows that exist.

use base::Result;

use super::{Update, check_count};
use crate::{Reference, Reply, RowInput, Session};

/// Changes the columns given of each row: of all rows or of none.
#[derive(Clone, Debug, PartialEq)]
pub struct UpdateMultiple {
    /// Which rows, and the columns to change.
    pub rows: Vec<(Reference, RowInput)>,
}

impl UpdateMultiple {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        check_count(self.rows.len())?;
        for (target, row) in self.rows {
            let update = Update { target, row, if_version: None, returning: None };
            update.run(session).await?;
        }
        Ok(Reply::Done)
    }
}
