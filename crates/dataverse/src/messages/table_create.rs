//! `CreateTable` (`CreateEntity`): a new table.

use metadata::Table;

/// Creates a table with the columns it holds, its privileges, views and form.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateTable {
    /// The definition as the maker gave it: names, labels, ownership and at least the primary
    /// name column. System columns, the type code and derived names are added.
    pub table: Table,
}

impl CreateTable {
    pub(crate) async fn run(self, _session: &mut crate::Session<'_>) -> base::Result<crate::Reply> {
        Err(base::Error::not_implemented("CreateTable"))
    }
}
