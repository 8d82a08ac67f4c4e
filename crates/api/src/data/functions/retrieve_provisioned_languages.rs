//! `RetrieveProvisionedLanguages`: the languages that are switched on.

use base::Result;
use serde_json::json;

use super::{Answer, Call, Function, languages, response};

pub(super) const FUNCTION: Function = Function {
    name: "RetrieveProvisionedLanguages",
    bound_to: None,
    parameters: &[],
    returns: &[("RetrieveProvisionedLanguages", "Collection(Edm.Int32)")],
    run: |call, _, _| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Answer> {
    let members = json!({ "RetrieveProvisionedLanguages": languages(call).await? });
    Ok(response(call, "RetrieveProvisionedLanguages", members))
}
