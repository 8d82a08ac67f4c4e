//! `CreateMultiple`: many new rows of one table.

use base::Result;

use super::check_count;
use crate::{Reply, RowInput, Session};

/// Creates rows and everything nested in them: all of them or none.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateMultiple {
    /// The table, by set name or logical name.
    pub table: String,
    /// The new rows. A row may refer to one before it.
    pub rows: Vec<RowInput>,
}

impl CreateMultiple {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        check_count(self.rows.len())?;
        Ok(Reply::Multiple(session.create_many(&self.table, self.rows).await?))
    }
}
