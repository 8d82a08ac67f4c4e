//! `RetrieveMultiple`: a page of rows.

use query::Query;

use crate::Reference;

/// Reads a page of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct RetrieveMultiple {
    /// The table, by set name or logical name. Ignored text when `from` is given must be empty.
    pub table: String,
    /// Only the rows that a row's navigation property leads to (`accounts(id)/tasks`).
    pub from: Option<From>,
    /// What is asked.
    pub query: Query,
}

/// A row and one of its navigation properties.
#[derive(Clone, Debug, PartialEq)]
pub struct From {
    /// The row.
    pub row: Reference,
    /// The navigation property.
    pub navigation: String,
}

impl RetrieveMultiple {
    pub(crate) async fn run(self, _scope: &mut crate::session::ReadScope<'_>) -> base::Result<crate::Reply> {
        Err(base::Error::not_implemented("RetrieveMultiple"))
    }
}
