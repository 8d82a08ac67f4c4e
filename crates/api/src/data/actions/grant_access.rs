//! `GrantAccess`: gives a user or team rights on a row, beside those that it has.

use base::Result;
use dataverse::messages::GrantAccess;

use super::sharing::{PARAMETERS, principal_access, target};
use super::{Action, Answer, Call, Parameters};

const NAME: &str = "GrantAccess";

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
    call.execute(GrantAccess { target, principal, rights }).await?;
    Ok(Answer::no_content())
}
