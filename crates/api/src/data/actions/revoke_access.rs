//! `RevokeAccess`: takes all shared rights on a row from a user or team.

use base::Result;
use dataverse::messages::RevokeAccess;

use super::sharing::target;
use super::{Action, Answer, Call, Parameters, required};
use crate::data::body::object_reference;

const NAME: &str = "RevokeAccess";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: &[("Target", "mscrm.crmbaseentity"), ("Revokee", "mscrm.principal")],
    returns: &[],
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    let target = target(call, &parameters, NAME)?;
    let revokee = required(&parameters, NAME, "Revokee")?;
    let principal = object_reference(&call.schema, revokee)?;
    call.execute(RevokeAccess { target, principal }).await?;
    Ok(Answer::no_content())
}
