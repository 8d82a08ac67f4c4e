//! `UpdateTable` (`UpdateEntity`): changes the properties of a table.

use metadata::Table;

/// Replaces the properties of a table; its columns, keys, names and ownership stay.
#[derive(Clone, Debug, PartialEq)]
pub struct UpdateTable {
    /// The whole definition; its columns and keys are ignored, they have messages of their own.
    pub table: Table,
    /// Keep labels in languages that the definition does not name (`MSCRM.MergeLabels`).
    pub merge_labels: bool,
}

impl UpdateTable {
    pub(crate) async fn run(self, _session: &mut crate::Session<'_>) -> base::Result<crate::Reply> {
        Err(base::Error::not_implemented("UpdateTable"))
    }
}
