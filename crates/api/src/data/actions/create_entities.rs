//! `CreateEntities`: several tables in one transaction.

use base::Result;
use base::limits::BATCH_OPERATIONS_MAX;
use dataverse::messages::CreateTable;
use serde_json::json;

use super::{Action, Answer, Call, Parameters, required, response, wrong};
use crate::data::metadata::new_table;
use crate::data::resource::unexpected;

const NAME: &str = "CreateEntities";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: &[("Entities", "Collection(mscrm.ComplexEntityMetadata)")],
    returns: &[("EntityIds", "Collection(Edm.Guid)")],
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    let items = required(&parameters, NAME, "Entities")?.as_array();
    let items = items.ok_or_else(|| wrong("The parameter 'Entities' must be a list."))?;
    if items.len() > BATCH_OPERATIONS_MAX {
        return Err(wrong(format!("At most {BATCH_OPERATIONS_MAX} tables are created at once.")));
    }
    let mut session = call.apart()?.begin(&call.cx).await?;
    let mut ids = Vec::with_capacity(items.len());
    for item in items {
        let table = new_table(call, item).await?;
        let reply = session.execute(CreateTable { table }).await?;
        ids.push(reply.id().ok_or_else(|| unexpected(&reply))?);
    }
    session.commit().await?;
    Ok(response(call, NAME, json!({ "EntityIds": ids })))
}
