//! `CreateChoice` (`CreateOptionSet`): a new global choice.

use metadata::Choice;

/// Creates a global choice.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateChoice {
    /// The definition as the maker gave it.
    pub choice: Choice,
}

impl CreateChoice {
    pub(crate) async fn run(self, _session: &mut crate::Session<'_>) -> base::Result<crate::Reply> {
        Err(base::Error::not_implemented("CreateChoice"))
    }
}
