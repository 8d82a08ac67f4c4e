//! `DeleteColumn` (`DeleteAttribute`): removes a column with its values.

/// Removes a column with its values.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteColumn {
    /// The table, by logical name.
    pub table: String,
    /// The column, by logical name.
    pub column: String,
}

impl DeleteColumn {
    pub(crate) async fn run(self, _session: &mut crate::Session<'_>) -> base::Result<crate::Reply> {
        Err(base::Error::not_implemented("DeleteColumn"))
    }
}
