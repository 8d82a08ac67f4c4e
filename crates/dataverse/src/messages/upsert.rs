//! `Upsert`: changes a row, or creates it if there is none.

use query::Query;

use crate::{Reference, RowInput};

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
    pub(crate) async fn run(self, _session: &mut crate::Session<'_>) -> base::Result<crate::Reply> {
        Err(base::Error::not_implemented("Upsert"))
    }
}
