//! `ReplaceActivityParties`: who takes part in an activity, all at once.

use base::{Error, Result};

use crate::{Reference, Reply, RowInput, Session, plan, rows};

/// Puts others in the place of those who take part in an activity.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplaceActivityParties {
    /// The activity.
    pub target: Reference,
    /// Rows of `activityparty`.
    pub parties: Vec<RowInput>,
}

impl ReplaceActivityParties {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        let table = plan::table(session.schema(), &self.target.set_or_table)?.clone();
        if !table.is_activity {
            return Err(Error::invalid(format!("'{}' is no activity.", table.logical_name)));
        }
        let key = plan::row_key(&table, &self.target.key)?;
        let id = rows::known_id(session, &table, &key).await?;
        let kept = rows::concrete(session, &table, id).await?;
        rows::replace_parties(session, &kept, id, self.parties).await?;
        Ok(Reply::Done)
    }
}
