//! `AddUserToRecordTeam`: a user gets what a row's access team has.

use base::Result;
use dataverse::messages::AddUserToRecordTeam;

use super::record_team::{PARAMETERS, RETURNS, answer, parts};
use super::{Action, Answer, Bound, Call, Parameters};

const NAME: &str = "AddUserToRecordTeam";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: Some("systemuser"),
    parameters: PARAMETERS,
    returns: RETURNS,
    run: |call, bound, parameters| Box::pin(run(call, bound, parameters)),
};

async fn run(call: &Call, bound: Option<Bound>, parameters: Parameters) -> Result<Answer> {
    let (user, record, template) = parts(call, bound, &parameters, NAME)?;
    answer(call, NAME, AddUserToRecordTeam { user, record, template }).await
}
