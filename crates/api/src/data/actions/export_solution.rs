//! `ExportSolution`: a solution as a package, while the client waits.

use base::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use solutions::ExportOptions;

use super::solution_parameters::{flag, refuse, text};
use super::{Action, Answer, Call, Parameters, response};

const NAME: &str = "ExportSolution";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: PARAMETERS,
    returns: &[("ExportSolutionFile", "Edm.Binary")],
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

/// What exports take, now or later.
pub(super) const PARAMETERS: &[(&str, &str)] = &[
    ("SolutionName", "Edm.String"),
    ("Managed", "Edm.Boolean"),
    ("TargetVersion", "Edm.String"),
    ("ExportAutoNumberingSettings", "Edm.Boolean"),
    ("ExportCalendarSettings", "Edm.Boolean"),
    ("ExportCustomizationSettings", "Edm.Boolean"),
    ("ExportEmailTrackingSettings", "Edm.Boolean"),
    ("ExportGeneralSettings", "Edm.Boolean"),
    ("ExportMarketingSettings", "Edm.Boolean"),
    ("ExportOutlookSynchronizationSettings", "Edm.Boolean"),
    ("ExportRelationshipRoles", "Edm.Boolean"),
    ("ExportIsvConfig", "Edm.Boolean"),
    ("ExportSales", "Edm.Boolean"),
    ("ExportExternalApplications", "Edm.Boolean"),
    ("ExportComponentsParams", "mscrm.crmbaseentity"),
];

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    let (name, managed) = request(NAME, &parameters)?;
    let options = ExportOptions { managed, include_values: false };
    let package = solutions::export(call.apart()?, &call.cx, name, options).await?;
    Ok(response(call, NAME, json!({ "ExportSolutionFile": STANDARD.encode(package) })))
}

/// Which solution, and whether managed. The platform ignores `TargetVersion` too.
pub(super) fn request<'p>(action: &str, parameters: &'p Parameters) -> Result<(&'p str, bool)> {
    let names = PARAMETERS.iter().map(|(name, _)| *name);
    let settings: Vec<&str> = names.filter(|name| name.starts_with("Export")).collect();
    refuse(parameters, action, &settings)?;
    Ok((text(parameters, action, "SolutionName")?, flag(parameters, "Managed")?))
}
