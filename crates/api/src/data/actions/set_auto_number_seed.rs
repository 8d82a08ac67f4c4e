//! `SetAutoNumberSeed`: the number that the next row of an autonumber column gets.

use base::Result;
use dataverse::messages::SetAutoNumberSeed;

use super::solution_parameters::text;
use super::{Action, Answer, Call, Parameters, required, wrong};

const NAME: &str = "SetAutoNumberSeed";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: &[
        ("EntityName", "Edm.String"),
        ("AttributeName", "Edm.String"),
        ("Value", "Edm.Int64"),
    ],
    returns: &[],
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    let table = text(&parameters, NAME, "EntityName")?.to_owned();
    let column = text(&parameters, NAME, "AttributeName")?.to_owned();
    let value = required(&parameters, NAME, "Value")?.as_i64();
    let value = value.ok_or_else(|| wrong("The parameter 'Value' must be a whole number."))?;
    call.execute(SetAutoNumberSeed { table, column, value }).await?;
    Ok(Answer::no_content())
}
