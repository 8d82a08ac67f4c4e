//! `CreateChoice` (`CreateOptionSet`): a new global choice.

use metadata::Choice;

/// Creates a global choice.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateChoice {
    /// The definition as the maker gave it.
    pub choice: Choice,
}
