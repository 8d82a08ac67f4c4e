//! `DeleteTable` (`DeleteEntity`): removes a table with its rows.

/// Removes a table, its rows and what belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteTable {
    /// The table, by logical name.
    pub table: String,
}

impl DeleteTable {
    pub(crate) async fn run(self, _session: &mut crate::Session<'_>) -> base::Result<crate::Reply> {
        Err(base::Error::not_implemented("DeleteTable"))
    }
}
