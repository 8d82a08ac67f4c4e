//! `WhoAmI`: the ids of the caller.

use axum::http::{HeaderName, HeaderValue};
use base::Result;
use dataverse::Reply;
use dataverse::messages::WhoAmI;
use serde_json::json;

use super::super::resource::unexpected;
use super::{Answer, Call, Function, response};

pub(super) const FUNCTION: Function = Function {
    name: "WhoAmI",
    bound_to: None,
    parameters: &[],
    returns: &[
        ("BusinessUnitId", "Edm.Guid"),
        ("UserId", "Edm.Guid"),
        ("OrganizationId", "Edm.Guid"),
    ],
    run: |call, _, _| Box::pin(run(call)),
};

/// How many requests a client should send at the same time; some clients cannot do without it.
const PARALLEL_HINT: HeaderName = HeaderName::from_static("x-ms-dop-hint");

async fn run(call: &Call) -> Result<Answer> {
    match call.execute(WhoAmI).await? {
        Reply::WhoAmI { user, business_unit, organization } => {
            let members = json!({
                "BusinessUnitId": business_unit,
                "UserId": user,
                "OrganizationId": organization,
            });
            let answer = response(call, "WhoAmI", members);
            Ok(answer.with(PARALLEL_HINT, HeaderValue::from_static("4")))
        }
        other => Err(unexpected(&other)),
    }
}
