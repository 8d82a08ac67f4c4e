//! `ExportSolutionAsync`: a solution as a package, in the background.
//! `DownloadSolutionExportData` fetches it.

use base::Result;
use serde_json::json;
use solutions::operations::{EXPORT_JOB, prepare_export};

use super::export_solution::{PARAMETERS, request};
use super::jobs::enqueue;
use super::{Action, Answer, Call, Parameters, response};

const NAME: &str = "ExportSolutionAsync";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: PARAMETERS,
    returns: &[("AsyncOperationId", "Edm.Guid"), ("ExportJobId", "Edm.Guid")],
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    let (name, managed) = request(NAME, &parameters)?;
    let job = prepare_export(call.apart()?, &call.cx, name, managed).await?;
    enqueue(call, EXPORT_JOB, job.operation, &job, None).await?;
    let members = json!({ "AsyncOperationId": job.operation, "ExportJobId": job.export_job });
    Ok(response(call, NAME, members))
}
