//! `Create`: a new row, with the rows that come along.

use query::Query;

use crate::RowInput;

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
    pub(crate) async fn run(self, _session: &mut crate::Session<'_>) -> base::Result<crate::Reply> {
        Err(base::Error::not_implemented("Create"))
    }
}
