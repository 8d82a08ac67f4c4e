//! `CreateMultiple`: many new rows.

use std::sync::Arc;

use base::Result;
use dataverse::Reply;
use dataverse::messages;
use metadata::Table;
use serde_json::json;

use super::{Answer, Call, targets};
use crate::data::functions::response;
use crate::data::resource::unexpected;

pub(super) async fn run(call: &Call, table: Arc<Table>) -> Result<Answer> {
    let rows = targets(call, &table)?.into_iter().map(|target| target.row).collect();
    let message = messages::CreateMultiple { table: table.logical_name.clone(), rows };
    match call.execute(message).await? {
        Reply::Multiple(ids) => Ok(response(call, "CreateMultiple", json!({ "Ids": ids }))),
        other => Err(unexpected(&other)),
    }
}
