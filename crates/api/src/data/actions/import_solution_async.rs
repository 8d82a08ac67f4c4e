//! `ImportSolutionAsync`: a package becomes part of the environment, in the background. The row in
//! `asyncoperations` tells how far it is.

use base::Result;
use serde_json::json;
use solutions::operations::{IMPORT_JOB, prepare_import};

use super::import_solution::package;
use super::jobs::enqueue;
use super::solution_parameters::{IMPORT, import_options};
use super::{Action, Answer, Call, Parameters, response};

const NAME: &str = "ImportSolutionAsync";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: IMPORT,
    returns: &[("ImportJobKey", "Edm.String"), ("AsyncOperationId", "Edm.Guid")],
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    let options = import_options(call, &parameters, NAME)?;
    let package = package(call, &parameters, NAME).await?;
    let job = prepare_import(call.apart()?, &call.cx, &package, &options).await?;
    enqueue(call, IMPORT_JOB, job.operation, &job, None).await?;
    let members = json!({
        "ImportJobKey": job.import_job.to_string(),
        "AsyncOperationId": job.operation,
    });
    Ok(response(call, NAME, members))
}
