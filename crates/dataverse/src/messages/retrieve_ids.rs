//! The ids of the rows that a query finds: what is done to all of them goes through these.

use base::{Result, Uuid};
use query::fetch::Fetch;

use crate::session::ReadScope;
use crate::{Reply, rows};

/// Finds ids, in their order. The columns, the order and the page of the query mean nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct RetrieveIds {
    /// What is asked.
    pub fetch: Fetch,
    /// Only those after this one.
    pub after: Option<Uuid>,
    /// At most so many; no more than [`base::limits::PAGE_ROWS_MAX`].
    pub rows_max: usize,
}

impl RetrieveIds {
    pub(crate) async fn run(self, scope: &mut ReadScope<'_>) -> Result<Reply> {
        rows::ids(scope, &self.fetch, self.after, self.rows_max).await.map(Reply::Ids)
    }
}
