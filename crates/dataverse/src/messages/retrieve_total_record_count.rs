//! `RetrieveTotalRecordCount`: how many rows tables have.

use base::{Error, Kind, Result};
use query::Query;

use crate::plan::Base;
use crate::session::ReadScope;
use crate::{Reply, rows};

/// Tables that are counted at once.
const TABLES_MAX: usize = 100;

/// Counts the rows of tables that the caller may read.
#[derive(Clone, Debug, PartialEq)]
pub struct RetrieveTotalRecordCount {
    /// The tables, by logical name.
    pub tables: Vec<String>,
}

impl RetrieveTotalRecordCount {
    pub(crate) async fn run(self, scope: &mut ReadScope<'_>) -> Result<Reply> {
        if self.tables.len() > TABLES_MAX {
            let message = format!("At most {TABLES_MAX} tables are counted at once.");
            return Err(Error::new(Kind::Invalid, "0x80040203", message));
        }
        let schema = scope.schema.clone();
        let mut counts = Vec::with_capacity(self.tables.len());
        for name in self.tables {
            let table = schema.table(&name).ok_or_else(|| {
                let message = format!("The entity with a name = '{name}' was not found.");
                Error::new(Kind::Invalid, "0x80041102", message)
            })?;
            let query = Query { select: vec![table.primary_id.clone()], ..Query::default() };
            let count = rows::count_all(scope, table, &query, &Base::All).await?;
            counts.push((name, count));
        }
        Ok(Reply::Counts(counts))
    }
}
