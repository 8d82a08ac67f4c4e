//! `DeleteMultiple`: removes many rows. The platform has it for elastic tables only; here it is for
//! all.

use std::sync::Arc;

use base::Result;
use dataverse::messages;
use metadata::Table;

use super::{Answer, Call, rows_with_keys};

pub(super) async fn run(call: &Call, table: Arc<Table>) -> Result<Answer> {
    let rows = rows_with_keys(call, &table)?;
    let targets = rows.into_iter().map(|(target, _)| target).collect();
    call.execute(messages::DeleteMultiple { targets }).await?;
    Ok(Answer::no_content())
}
