//! `RetrieveInstalledLanguagePacks`: the languages that the server has packs for.

use base::Result;
use dataverse::messages::LANGUAGES;
use serde_json::json;

use super::{Answer, Call, Function, response};

pub(super) const FUNCTION: Function = Function {
    name: "RetrieveInstalledLanguagePacks",
    bound_to: None,
    parameters: &[],
    returns: &[("RetrieveInstalledLanguagePacks", "Collection(Edm.Int32)")],
    run: |call, _, _| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Answer> {
    let members = json!({ "RetrieveInstalledLanguagePacks": LANGUAGES });
    Ok(response(call, "RetrieveInstalledLanguagePacks", members))
}
