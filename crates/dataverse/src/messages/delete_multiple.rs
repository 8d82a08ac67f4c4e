//! `DeleteMultiple`: removes many rows, with what their relationships say.

use base::Result;

use super::{Delete, check_count};
use crate::{Reference, Reply, Session};

/// Removes rows: all of them or none.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteMultiple {
    /// Which rows.
    pub targets: Vec<Reference>,
}

impl DeleteMultiple {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        check_count(self.targets.len())?;
        for target in self.targets {
            Delete { target, if_version: None }.run(session).await?;
        }
        Ok(Reply::Done)
    }
}
