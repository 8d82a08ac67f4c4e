//! `Merge`: a row takes over from another one, which is then inactive.

use base::Result;
use dataverse::{RowInput, messages};
use serde_json::Value;

use super::{Action, Answer, Call, Parameters, required, wrong};
use crate::data::body::{self, object_reference};

const NAME: &str = "Merge";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: &[
        ("Target", "mscrm.crmbaseentity"),
        ("Subordinate", "mscrm.crmbaseentity"),
        ("UpdateContent", "mscrm.crmbaseentity"),
        ("PerformParentingChecks", "Edm.Boolean"),
    ],
    returns: &[],
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    let target = object_reference(&call.schema, required(&parameters, NAME, "Target")?)?;
    let subordinate = object_reference(&call.schema, required(&parameters, NAME, "Subordinate")?)?;
    let content = match parameters.get("UpdateContent") {
        None | Some(Value::Null) => RowInput::default(),
        Some(content) => content_of(call, &target.set_or_table, content)?,
    };
    let checks_parents = match parameters.get("PerformParentingChecks") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(value)) => *value,
        Some(_) => return Err(wrong("'PerformParentingChecks' must be true or false.")),
    };
    let message = messages::Merge { target, subordinate, content, checks_parents };
    call.execute(message).await?;
    Ok(Answer::no_content())
}

/// The changes of the row that stays. Its id says nothing new there: clients send any.
fn content_of(call: &Call, table: &str, content: &Value) -> Result<RowInput> {
    let schema = &call.schema;
    let table = schema.table(table).or_else(|| schema.table_by_set(table));
    let table = table.ok_or_else(|| wrong("'Target' names no row."))?;
    let mut row = body::row_of(schema, table, content)?;
    row.0.retain(|(name, _)| *name != table.primary_id);
    Ok(row)
}
