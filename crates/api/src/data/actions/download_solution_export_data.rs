//! `DownloadSolutionExportData`: the package that an export in the background made.

use base::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::solution_parameters::id;
use super::{Action, Answer, Call, Parameters, response};

const NAME: &str = "DownloadSolutionExportData";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: &[("ExportJobId", "Edm.Guid")],
    returns: &[("ExportSolutionFile", "Edm.Binary")],
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    let job = id(&parameters, NAME, "ExportJobId")?;
    let package = solutions::operations::exported(call.apart()?, &call.cx, job).await?;
    Ok(response(call, NAME, json!({ "ExportSolutionFile": STANDARD.encode(package) })))
}
