//! `DeleteChoice` (`DeleteOptionSet`): removes a global choice that no column uses.

/// Removes a global choice.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteChoice {
    /// Its name.
    pub name: String,
}

impl DeleteChoice {
    pub(crate) async fn run(self, _session: &mut crate::Session<'_>) -> base::Result<crate::Reply> {
        Err(base::Error::not_implemented("DeleteChoice"))
    }
}
