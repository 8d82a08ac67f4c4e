//! `CanBeReferenced`: whether a table may be the one of a 1:N relationship.

use base::Result;
use serde_json::json;

use super::solution_parameters::text;
use super::{Action, Answer, Call, Parameters, response};
use crate::data::metadata::relatable;

const NAME: &str = "CanBeReferenced";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: &[("EntityName", "Edm.String")],
    returns: &[("CanBeReferenced", "Edm.Boolean")],
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    let table = relatable::table(&call.schema, text(&parameters, NAME, "EntityName")?)?;
    Ok(response(call, NAME, json!({ "CanBeReferenced": relatable::can_be_referenced(table) })))
}
