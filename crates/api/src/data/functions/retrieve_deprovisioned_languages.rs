//! `RetrieveDeprovisionedLanguages`: the languages that could be switched on.

use base::Result;
use dataverse::messages::LANGUAGES;
use serde_json::json;

use super::{Answer, Call, Function, languages, response};

pub(super) const FUNCTION: Function = Function {
    name: "RetrieveDeprovisionedLanguages",
    bound_to: None,
    parameters: &[],
    returns: &[("RetrieveDeprovisionedLanguages", "Collection(Edm.Int32)")],
    run: |call, _, _| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Answer> {
    let on = languages(call).await?;
    let off: Vec<u32> = LANGUAGES.iter().copied().filter(|code| !on.contains(code)).collect();
    let members = json!({ "RetrieveDeprovisionedLanguages": off });
    Ok(response(call, "RetrieveDeprovisionedLanguages", members))
}
