//! `UpdateChoice` (`UpdateOptionSet`): changes a global choice and the columns that use it.

use metadata::Choice;

/// Replaces the definition of a global choice; its name stays.
#[derive(Clone, Debug, PartialEq)]
pub struct UpdateChoice {
    /// The whole definition.
    pub choice: Choice,
    /// Keep labels in languages that the definition does not name (`MSCRM.MergeLabels`).
    pub merge_labels: bool,
}

impl UpdateChoice {
    pub(crate) async fn run(self, _session: &mut crate::Session<'_>) -> base::Result<crate::Reply> {
        Err(base::Error::not_implemented("UpdateChoice"))
    }
}
