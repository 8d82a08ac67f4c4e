//! `RetrieveTimestamp`: a stamp of the definitions as they are.

use base::Result;
use serde_json::json;

use super::{Answer, Call, Function, response};
use crate::data::metadata::retrieve::stamp;

pub(super) const FUNCTION: Function = Function {
    name: "RetrieveTimestamp",
    bound_to: None,
    parameters: &[],
    returns: &[("Timestamp", "Edm.String")],
    run: |call, _, _| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Answer> {
    Ok(response(call, "RetrieveTimestamp", json!({ "Timestamp": stamp(call) })))
}
