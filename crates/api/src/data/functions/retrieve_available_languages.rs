//! `RetrieveAvailableLanguages`: the languages in which labels can be written.

use base::Result;
use serde_json::json;

use super::{Answer, Call, Function, languages, response};

pub(super) const FUNCTION: Function = Function {
    name: "RetrieveAvailableLanguages",
    bound_to: None,
    parameters: &[],
    returns: &[("LocaleIds", "Collection(Edm.Int32)")],
    run: |call, _, _| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Answer> {
    let members = json!({ "LocaleIds": languages(call).await? });
    Ok(response(call, "RetrieveAvailableLanguages", members))
}
