//! `Associate`: links rows through a navigation property.

use base::Result;

use crate::{Reference, Reply, Session, rows};

/// Links rows to a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Associate {
    /// The row that has the navigation property.
    pub target: Reference,
    /// The navigation property.
    pub navigation: String,
    /// The rows to link.
    pub related: Vec<Reference>,
}

impl Associate {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        rows::associate(session, &self.target, &self.navigation, self.related).await?;
        Ok(Reply::Done)
    }
}
