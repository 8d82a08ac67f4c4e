//! `RemovePrivilegeRole`: a role grants one privilege less.

use base::Result;
use dataverse::messages::RemovePrivilegeRole;

use super::add_privileges_role::role;
use super::solution_parameters::id;
use super::{Action, Answer, Call, Parameters};
use crate::data::resource::Bound;

const NAME: &str = "RemovePrivilegeRole";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: Some("role"),
    parameters: &[("PrivilegeId", "Edm.Guid")],
    returns: &[],
    run: |call, bound, parameters| Box::pin(run(call, bound, parameters)),
};

async fn run(call: &Call, bound: Option<Bound>, parameters: Parameters) -> Result<Answer> {
    let privilege = id(&parameters, NAME, "PrivilegeId")?;
    call.execute(RemovePrivilegeRole { role: role(bound, NAME)?, privilege }).await?;
    Ok(Answer::no_content())
}
