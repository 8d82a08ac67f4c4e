//! `ImportSolutionAsync`: a package becomes part of the environment, in the background. The row in
//! `asyncoperations` tells how far it is.

use base::{Error, Result};
use jobs::NewJob;
use serde::Serialize;
use serde_json::json;
use solutions::operations::{IMPORT_JOB, discard, prepare_import};

use super::import_solution::package;
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
    let job = prepare_import(&call.environment, &call.cx, &package, &options).await?;
    if let Err(error) = enqueue(call, IMPORT_JOB, &job).await {
        discard(&call.environment, &call.cx, job.operation).await?;
        return Err(error);
    }
    let members = json!({
        "ImportJobKey": job.import_job.to_string(),
        "AsyncOperationId": job.operation,
    });
    Ok(response(call, NAME, members))
}

/// Puts a job about the environment of the call into the queue, to be done as the caller.
pub(super) async fn enqueue(call: &Call, kind: &str, job: &impl Serialize) -> Result<()> {
    let job = serde_json::to_value(job).map_err(Error::internal)?;
    let environment = call.app.tenant.find_by_domain(&call.address.domain);
    let environment = environment.ok_or_else(|| Error::internal("the environment has gone"))?;
    let new = NewJob {
        kind: kind.to_owned(),
        payload: json!({ "environment": environment.name(), "job": job }),
        created_by_name: call.environment.user(&call.cx).await?.name.clone(),
        ..NewJob::default()
    };
    call.app.tenant.queue().enqueue_now(&call.cx, new).await?;
    Ok(())
}
