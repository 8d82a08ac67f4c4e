//! `RetrieveMultiple` by a query over linked tables: FetchXML and what means the same.

use base::Result;
use query::Filter;
use query::fetch::Fetch;

use crate::session::ReadScope;
use crate::{Reply, rows};

/// Reads a page of rows or groups.
#[derive(Clone, Debug, PartialEq)]
pub struct RetrieveFetch {
    /// What is asked.
    pub fetch: Fetch,
    /// Which rows of the first table, besides what the query says.
    pub filter: Option<Filter>,
    /// Whether to read the names of the rows behind lookups, for formatted values.
    pub with_names: bool,
}

impl RetrieveFetch {
    pub(crate) async fn run(self, scope: &mut ReadScope<'_>) -> Result<Reply> {
        let fetched =
            rows::fetch(scope, &self.fetch, self.filter.as_ref(), self.with_names).await?;
        Ok(Reply::Fetched(Box::new(fetched)))
    }
}
