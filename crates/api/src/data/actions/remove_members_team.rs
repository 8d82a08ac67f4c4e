//! `RemoveMembersTeam`: takes users out of a team, all of them or none.

use base::Result;
use dataverse::Message;
use dataverse::messages::Disassociate;

use super::team_members::{MEMBERS, PARAMETERS, team_and_members};
use super::{Action, Answer, Bound, Call, Parameters};

const NAME: &str = "RemoveMembersTeam";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: Some("team"),
    parameters: PARAMETERS,
    returns: &[],
    run: |call, bound, parameters| Box::pin(run(call, bound, parameters)),
};

async fn run(call: &Call, bound: Option<Bound>, parameters: Parameters) -> Result<Answer> {
    let (team, members) = team_and_members(call, bound, &parameters, NAME)?;
    let messages = members.into_iter().map(|member| {
        Message::from(Disassociate {
            target: team.clone(),
            navigation: MEMBERS.to_owned(),
            related: Some(member),
        })
    });
    call.execute_all(messages.collect()).await?;
    Ok(Answer::no_content())
}
