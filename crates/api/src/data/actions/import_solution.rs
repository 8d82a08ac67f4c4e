//! `ImportSolution`: a package becomes part of the environment, while the client waits.

use base::Result;
use serde_json::Value;

use super::solution_parameters::{IMPORT, bytes, import_options, refuse};
use super::stage_solution::staged;
use super::{Action, Answer, Call, Parameters, wrong};

const NAME: &str = "ImportSolution";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: IMPORT,
    returns: &[],
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    let options = import_options(call, &parameters, NAME)?;
    let package = package(call, &parameters, NAME).await?;
    solutions::import(call.apart()?, &call.cx, &package, &options, &|_, _| {}).await?;
    Ok(Answer::no_content())
}

/// The package: in the request, or staged before.
pub(super) async fn package(call: &Call, parameters: &Parameters, action: &str) -> Result<Vec<u8>> {
    let members = match parameters.get("SolutionParameters") {
        None | Some(Value::Null) => return bytes(parameters, action, "CustomizationFile"),
        Some(Value::Object(members)) => members,
        Some(_) => return Err(wrong("The parameter 'SolutionParameters' must be an object.")),
    };
    let is_other = |name: &&str| *name != "StageSolutionUploadId" && !name.contains('@');
    let others: Vec<&str> = members.keys().map(String::as_str).filter(is_other).collect();
    refuse(members, action, &others)?;
    match members.get("StageSolutionUploadId").filter(|id| !id.is_null()) {
        Some(id) => staged(call, id).await,
        None => bytes(parameters, action, "CustomizationFile"),
    }
}
