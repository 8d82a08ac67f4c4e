//! `DeleteChoice` (`DeleteOptionSet`): removes a global choice that no column uses.

/// Removes a global choice.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteChoice {
    /// Its name.
    pub name: String,
}
