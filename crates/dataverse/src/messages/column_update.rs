//! `UpdateColumn` (`UpdateAttribute`): changes a column.

use metadata::Column;

/// Replaces the definition of a column; its name and type stay.
#[derive(Clone, Debug, PartialEq)]
pub struct UpdateColumn {
    /// The table, by logical name.
    pub table: String,
    /// The whole definition.
    pub column: Column,
    /// Keep labels in languages that the definition does not name (`MSCRM.MergeLabels`).
    pub merge_labels: bool,
}

impl UpdateColumn {
    pub(crate) async fn run(self, _session: &mut crate::Session<'_>) -> base::Result<crate::Reply> {
        Err(base::Error::not_implemented("UpdateColumn"))
    }
}
