//! What belongs to a row that another one takes over from.

use std::sync::Arc;

use base::{Error, Result, Uuid};
use metadata::{CascadeAction, Table};

use super::cascade::{CHILDREN_AT_ONCE, children, pointing};
use crate::messages::Update;
use crate::{Reference, RowInput, Session};

/// The lookups of activities and notes to what they are about.
const ALWAYS: &[&str] = &["objectid", "regardingobjectid"];

/// Moves the rows that belong to `from` to `to`, along the relationships that say so.
pub(crate) async fn take_over(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    from: Uuid,
    to: Uuid,
) -> Result<()> {
    let schema = session.schema().clone();
    for (one, column, child) in &children(&schema, table) {
        let goes_along = one.cascade.merge == CascadeAction::Cascade
            || ALWAYS.contains(&one.referencing_column.as_str());
        // Activities go along in the tables of their kinds.
        if !goes_along || child.logical_name == "activitypointer" {
            continue;
        }
        let mut before = Vec::new();
        loop {
            let ids = pointing(session, child, column, table, from, CHILDREN_AT_ONCE).await?;
            if ids.is_empty() {
                break;
            }
            if ids == before {
                return Err(Error::internal(format!("rows of {} did not move", one.schema_name)));
            }
            before.clone_from(&ids);
            for id in ids {
                let target = Reference::id(&child.logical_name, id);
                let to = Reference::id(&table.logical_name, to);
                let row = RowInput::default().bind(&one.referencing_navigation, to);
                let update = Update { target, row, if_version: None, returning: None };
                // That the rows go along follows from the merge, whose rights were checked.
                session.execute_as_system(update).await?;
            }
        }
    }
    Ok(())
}
