//! `CreateKey` (`CreateEntityKey`) and `DeleteKey`: alternate keys.

use metadata::Key;

/// Adds an alternate key to a table.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateKey {
    /// The table, by logical name.
    pub table: String,
    /// The definition as the maker gave it.
    pub key: Key,
}

/// Removes an alternate key.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteKey {
    /// The table, by logical name.
    pub table: String,
    /// The key, by logical name.
    pub key: String,
}

impl CreateKey {
    pub(crate) async fn run(self, _session: &mut crate::Session<'_>) -> base::Result<crate::Reply> {
        Err(base::Error::not_implemented("CreateKey"))
    }
}

impl DeleteKey {
    pub(crate) async fn run(self, _session: &mut crate::Session<'_>) -> base::Result<crate::Reply> {
        Err(base::Error::not_implemented("DeleteKey"))
    }
}
