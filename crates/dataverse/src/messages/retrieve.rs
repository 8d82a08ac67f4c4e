//! `Retrieve`: one row.

use query::Query;

use crate::Reference;

/// Reads one row.
#[derive(Clone, Debug, PartialEq)]
pub struct Retrieve {
    /// Which row.
    pub target: Reference,
    /// What of it (`select`, `expand`).
    pub query: Query,
    /// Answer [`crate::Reply::NotModified`] if the row still has this version (`If-None-Match`).
    pub unless_version: Option<i64>,
}

impl Retrieve {
    pub(crate) async fn run(self, _scope: &mut crate::session::ReadScope<'_>) -> base::Result<crate::Reply> {
        Err(base::Error::not_implemented("Retrieve"))
    }
}
