//! `ModifyAccess`: replaces the rights that a user or team has on a row by sharing.

use base::Result;
use dataverse::messages::ModifyAccess;

use super::sharing::{PARAMETERS, principal_access, target};
use super::{Action, Answer, Call, Parameters};

const NAME: &str = "ModifyAccess";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: PARAMETERS,
    returns: &[],
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    let target = target(call, &parameters, NAME)?;
    let (principal, rights) = principal_access(call, &parameters, NAME)?;
    call.execute(ModifyAccess { target, principal, rights }).await?;
    Ok(Answer::no_content())
}
