//! `Delete`: removes a row, with what its relationships say.

use crate::Reference;

/// Removes a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Delete {
    /// Which row.
    pub target: Reference,
    /// Only if the row still has this version (`If-Match`).
    pub if_version: Option<i64>,
}

impl Delete {
    pub(crate) async fn run(self, _session: &mut crate::Session<'_>) -> base::Result<crate::Reply> {
        Err(base::Error::not_implemented("Delete"))
    }
}
