//! `RetrieveCurrentOrganization`: what the organisation is called and where it is.

use base::{Error, Result};
use serde_json::json;

use super::retrieve_version::PLATFORM_VERSION;
use super::{Answer, Call, Function, organization, response};

pub(super) const FUNCTION: Function = Function {
    name: "RetrieveCurrentOrganization",
    bound_to: None,
    parameters: &[("AccessType", "mscrm.EndpointAccessType")],
    returns: &[("Detail", "mscrm.OrganizationDetail")],
    run: |call, _, _| Box::pin(run(call)),
};

/// `AccessType` chooses between the networks of the platform's data centres; here is one.
async fn run(call: &Call) -> Result<Answer> {
    let record = organization(call, &["name"]).await?;
    let tenant = &call.app.tenant;
    let found = tenant.find_by_domain(&call.address.domain);
    let environment = found.ok_or_else(|| Error::internal("the environment has gone"))?;
    let database = environment.database.as_ref();
    let database = database.ok_or_else(|| Error::internal("the database has gone"))?;
    let detail = json!({
        "OrganizationId": record.id,
        "FriendlyName": record.get("name").and_then(dataverse::Value::text),
        "OrganizationVersion": PLATFORM_VERSION,
        "EnvironmentId": environment.name(),
        "Geo": environment.location,
        "TenantId": tenant.id(),
        "UrlName": database.domain,
        "UniqueName": database.unique_name,
        "Endpoints": {
            "Count": 1,
            "IsReadOnly": false,
            "Keys": ["WebApplication"],
            "Values": [call.address.environment],
        },
        "State": "Enabled",
    });
    Ok(response(call, "RetrieveCurrentOrganization", json!({ "Detail": detail })))
}
