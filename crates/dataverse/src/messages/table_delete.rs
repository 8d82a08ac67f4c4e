//! `DeleteTable` (`DeleteEntity`): removes a table with its rows.

/// Removes a table, its rows and what belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteTable {
    /// The table, by logical name.
    pub table: String,
}
