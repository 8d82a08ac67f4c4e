//! `RetrieveMultiple`: a page of rows.

use std::sync::Arc;

use base::Result;
use metadata::Table;
use query::Query;

use crate::plan::{self, Base, Navigation};
use crate::session::ReadScope;
use crate::{Reference, Reply, rows};

/// Reads a page of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct RetrieveMultiple {
    /// The table, by set name or logical name; ignored when `from` is given.
    pub table: String,
    /// Only the rows that a row's navigation property leads to (`accounts(id)/tasks`).
    pub from: Option<From>,
    /// What is asked.
    pub query: Query,
    /// Whether to read the names of the rows behind lookups, for formatted values.
    pub with_names: bool,
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
    pub(crate) async fn run(self, scope: &mut ReadScope<'_>) -> Result<Reply> {
        let schema = scope.schema.clone();
        let (table, base) = match self.from {
            None => (plan::table(&schema, &self.table)?.clone(), Base::All),
            Some(from) => related(scope, &from).await?,
        };
        rows::page(scope, &table, &self.query, &base, self.with_names).await.map(Reply::Page)
    }
}

/// The rows that a navigation property leads to. The row itself must be one that may be read.
async fn related(scope: &mut ReadScope<'_>, from: &From) -> Result<(Arc<Table>, Base)> {
    let schema = scope.schema.clone();
    let table = plan::table(&schema, &from.row.set_or_table)?;
    let key = plan::row_key(table, &from.row.key)?;
    let navigation = plan::navigation(&schema, table, &from.navigation)
        .ok_or_else(|| plan::unknown_property(table, &from.navigation))?;
    let only_id = Query { select: vec![table.primary_id.clone()], ..Query::default() };
    let row = rows::find(scope, table, &key, &only_id, false).await?;
    let many = match &navigation {
        Navigation::Many { table, .. } | Navigation::ManyToMany { table, .. } => table.clone(),
        Navigation::One { .. } => {
            let name = &from.navigation;
            return Err(plan::bad(format!("'{name}' leads to one row, not to a collection.")));
        }
    };
    Ok((many, Base::Related { table: table.clone(), id: row.id, navigation }))
}
