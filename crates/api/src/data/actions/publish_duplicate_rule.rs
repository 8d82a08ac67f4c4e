//! `PublishDuplicateRule`: puts a duplicate detection rule into use.

use base::{Error, Result, Uuid};
use dataverse::messages::PublishDuplicateRule;
use serde_json::{Value, json};

use super::{Action, Answer, Call, Parameters, required, response};

const NAME: &str = "PublishDuplicateRule";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: &[("DuplicateRuleId", "Edm.Guid")],
    returns: &[("JobId", "Edm.Guid")],
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    let rule = rule(&parameters, NAME)?;
    let job = call.execute(PublishDuplicateRule { rule }).await?.id();
    let job = job.ok_or_else(|| Error::internal("no job was made"))?;
    Ok(response(call, NAME, json!({ "JobId": job.to_string() })))
}

/// The rule that the parameter names.
pub(super) fn rule(parameters: &Parameters, action: &str) -> Result<Uuid> {
    let value = required(parameters, action, "DuplicateRuleId")?;
    let id = Value::as_str(value).and_then(|text| text.parse().ok());
    id.ok_or_else(|| super::wrong("'DuplicateRuleId' must be an id."))
}
