//! `Disassociate`: removes a link between rows.

use base::Result;

use crate::{Reference, Reply, Session, rows};

/// Unlinks a row from a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Disassociate {
    /// The row that has the navigation property.
    pub target: Reference,
    /// The navigation property.
    pub navigation: String,
    /// The row to unlink; nothing for a single-valued navigation property.
    pub related: Option<Reference>,
}

impl Disassociate {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        rows::disassociate(session, &self.target, &self.navigation, self.related).await?;
        Ok(Reply::Done)
    }
}
