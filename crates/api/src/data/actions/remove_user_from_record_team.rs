//! `RemoveUserFromRecordTeam`: a user leaves the access team of a row.

use base::Result;
use dataverse::messages::RemoveUserFromRecordTeam;

use super::record_team::{PARAMETERS, RETURNS, answer, parts};
use super::{Action, Answer, Bound, Call, Parameters};

const NAME: &str = "RemoveUserFromRecordTeam";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: Some("systemuser"),
    parameters: PARAMETERS,
    returns: RETURNS,
    run: |call, bound, parameters| Box::pin(run(call, bound, parameters)),
};

async fn run(call: &Call, bound: Option<Bound>, parameters: Parameters) -> Result<Answer> {
    let (user, record, template) = parts(call, bound, &parameters, NAME)?;
    answer(call, NAME, RemoveUserFromRecordTeam { user, record, template }).await
}
