//! `ReactivateEntityKey`: builds the index of an alternate key anew.

use base::Result;
use dataverse::messages::ReactivateKey;

use super::solution_parameters::text;
use super::{Action, Answer, Call, Parameters};

const NAME: &str = "ReactivateEntityKey";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: &[("EntityLogicalName", "Edm.String"), ("EntityKeyLogicalName", "Edm.String")],
    returns: &[],
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    let table = text(&parameters, NAME, "EntityLogicalName")?.to_owned();
    let key = text(&parameters, NAME, "EntityKeyLogicalName")?.to_owned();
    call.execute(ReactivateKey { table, key }).await?;
    Ok(Answer::no_content())
}
