//! `GetNextAutoNumberValue`: the number that the next row of an autonumber column gets.

use base::Result;
use dataverse::Reply;
use dataverse::messages::GetNextAutoNumberValue;
use serde_json::json;

use super::solution_parameters::text;
use super::{Action, Answer, Call, Parameters, response};
use crate::data::resource::unexpected;

const NAME: &str = "GetNextAutoNumberValue";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: &[("EntityName", "Edm.String"), ("AttributeName", "Edm.String")],
    returns: &[("NextAutoNumberValue", "Edm.Int64")],
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    let table = text(&parameters, NAME, "EntityName")?.to_owned();
    let column = text(&parameters, NAME, "AttributeName")?.to_owned();
    match call.execute(GetNextAutoNumberValue { table, column }).await? {
        Reply::Number(value) => Ok(response(call, NAME, json!({ "NextAutoNumberValue": value }))),
        other => Err(unexpected(&other)),
    }
}
