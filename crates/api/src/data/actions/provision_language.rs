//! `ProvisionLanguage`: people can read labels in a language from now on.

use base::Result;
use dataverse::messages::ProvisionLanguage;

use super::{Action, Answer, Call, Parameters, required, wrong};

const NAME: &str = "ProvisionLanguage";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: &[("Language", "Edm.Int32")],
    returns: &[],
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    let language = required(&parameters, NAME, "Language")?.as_u64();
    let language = language.and_then(|language| u32::try_from(language).ok());
    let language = language.ok_or_else(|| wrong("The parameter 'Language' must be a number."))?;
    call.execute(ProvisionLanguage { language, is_on: true }).await?;
    Ok(Answer::no_content())
}
