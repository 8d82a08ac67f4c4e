//! `Update`: changes a row that exists.

use query::Query;

use crate::{Reference, RowInput};

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
    pub(crate) async fn run(self, _session: &mut crate::Session<'_>) -> base::Result<crate::Reply> {
        Err(base::Error::not_implemented("Update"))
    }
}
