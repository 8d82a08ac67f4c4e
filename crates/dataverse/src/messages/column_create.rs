//! `CreateColumn` (`CreateAttribute`): a new column.

use metadata::Column;

/// Adds a column to a table. Lookups are made with their relationship.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateColumn {
    /// The table, by logical name.
    pub table: String,
    /// The definition as the maker gave it.
    pub column: Column,
}

impl CreateColumn {
    pub(crate) async fn run(self, _session: &mut crate::Session<'_>) -> base::Result<crate::Reply> {
        Err(base::Error::not_implemented("CreateColumn"))
    }
}
