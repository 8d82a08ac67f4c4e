//! `ReplacePrivilegesRole`: a role grants these privileges and no others.

use base::Result;
use dataverse::messages::ReplacePrivilegesRole;

use super::add_privileges_role::{PARAMETERS, privileges, role};
use super::{Action, Answer, Call, Parameters, required};
use crate::data::resource::Bound;

const NAME: &str = "ReplacePrivilegesRole";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: Some("role"),
    parameters: PARAMETERS,
    returns: &[],
    run: |call, bound, parameters| Box::pin(run(call, bound, parameters)),
};

async fn run(call: &Call, bound: Option<Bound>, parameters: Parameters) -> Result<Answer> {
    let privileges = privileges(required(&parameters, NAME, "Privileges")?)?;
    call.execute(ReplacePrivilegesRole { role: role(bound, NAME)?, privileges }).await?;
    Ok(Answer::no_content())
}
