//! `AddMembersTeam`: makes users members of a team, all of them or none.

use base::Result;
use dataverse::messages::Associate;

use super::team_members::{MEMBERS, PARAMETERS, team_and_members};
use super::{Action, Answer, Bound, Call, Parameters};

const NAME: &str = "AddMembersTeam";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: Some("team"),
    parameters: PARAMETERS,
    returns: &[],
    run: |call, bound, parameters| Box::pin(run(call, bound, parameters)),
};

async fn run(call: &Call, bound: Option<Bound>, parameters: Parameters) -> Result<Answer> {
    let (team, members) = team_and_members(call, bound, &parameters, NAME)?;
    let navigation = MEMBERS.to_owned();
    call.execute(Associate { target: team, navigation, related: members }).await?;
    Ok(Answer::no_content())
}
