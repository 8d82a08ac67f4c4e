//! `UpsertMultiple`: changes many rows, and creates those that are not there.

use std::sync::Arc;

use base::Result;
use dataverse::messages;
use metadata::Table;

use super::{Answer, Call, rows_with_keys};

pub(super) async fn run(call: &Call, table: Arc<Table>) -> Result<Answer> {
    let rows = rows_with_keys(call, &table)?;
    call.execute(messages::UpsertMultiple { rows }).await?;
    Ok(Answer::no_content())
}
