//! `DeleteColumn` (`DeleteAttribute`): removes a column with its values.

/// Removes a column with its values.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteColumn {
    /// The table, by logical name.
    pub table: String,
    /// The column, by logical name.
    pub column: String,
}
