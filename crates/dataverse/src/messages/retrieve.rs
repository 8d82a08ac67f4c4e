//! `Retrieve`: one row.

use base::Result;
use query::Query;

use crate::session::ReadScope;
use crate::{Reference, Reply, plan, rows};

/// Reads one row.
#[derive(Clone, Debug, PartialEq)]
pub struct Retrieve {
    /// Which row.
    pub target: Reference,
    /// What of it (`select`, `expand`).
    pub query: Query,
    /// Answer [`crate::Reply::NotModified`] if the row still has this version (`If-None-Match`).
    pub unless_version: Option<i64>,
    /// Whether to read the names of the rows behind lookups, for formatted values.
    pub with_names: bool,
}

impl Retrieve {
    pub(crate) async fn run(self, scope: &mut ReadScope<'_>) -> Result<Reply> {
        let schema = scope.schema.clone();
        let table = plan::table(&schema, &self.target.set_or_table)?;
        let key = plan::row_key(table, &self.target.key)?;
        let record = rows::find(scope, table, &key, &self.query, self.with_names).await?;
        match self.unless_version {
            Some(version) if version == record.version => Ok(Reply::NotModified),
            _ => Ok(Reply::Record(Box::new(record))),
        }
    }
}
