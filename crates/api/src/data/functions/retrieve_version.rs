//! `RetrieveVersion`: the version of the platform that we speak.

use base::Result;
use serde_json::json;

use super::{Answer, Call, Function, response};

/// The version of Dataverse whose protocol this is. Clients compare it to know what they can ask.
pub(super) const PLATFORM_VERSION: &str = "9.2.25112.00001";

pub(super) const FUNCTION: Function = Function {
    name: "RetrieveVersion",
    bound_to: None,
    parameters: &[],
    returns: &[("Version", "Edm.String")],
    run: |call, _, _| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Answer> {
    Ok(response(call, "RetrieveVersion", json!({ "Version": PLATFORM_VERSION })))
}
