//! `UninstallSolutionAsync`: uninstalls a solution. It is done when the answer comes.

use base::Result;
use serde_json::json;

use super::solution_parameters::text;
use super::{Action, Answer, Call, Parameters, response};

const NAME: &str = "UninstallSolutionAsync";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: &[("SolutionUniqueName", "Edm.String")],
    returns: &[("AsyncOperationId", "Edm.Guid")],
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    let name = text(&parameters, NAME, "SolutionUniqueName")?;
    let operation = solutions::operations::uninstall(call.apart()?, &call.cx, name).await?;
    Ok(response(call, NAME, json!({ "AsyncOperationId": operation })))
}
