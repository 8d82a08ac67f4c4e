//! `GetAutoNumberSeed`: from which number an autonumber column counts.

use base::Result;
use dataverse::Reply;
use dataverse::messages::GetAutoNumberSeed;
use serde_json::json;

use super::solution_parameters::text;
use super::{Action, Answer, Call, Parameters, response};
use crate::data::resource::unexpected;

const NAME: &str = "GetAutoNumberSeed";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: &[("EntityName", "Edm.String"), ("AttributeName", "Edm.String")],
    returns: &[("AutoNumberSeedValue", "Edm.Int64")],
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    let table = text(&parameters, NAME, "EntityName")?.to_owned();
    let column = text(&parameters, NAME, "AttributeName")?.to_owned();
    match call.execute(GetAutoNumberSeed { table, column }).await? {
        Reply::Number(value) => Ok(response(call, NAME, json!({ "AutoNumberSeedValue": value }))),
        other => Err(unexpected(&other)),
    }
}
