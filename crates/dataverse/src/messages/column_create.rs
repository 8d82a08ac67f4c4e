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
