//! `OrderOption`: the options of a choice stand in another order.

use base::Result;

use super::option_values::{TARGET, target};
use super::{Action, Answer, Call, Parameters, required, wrong};

const NAME: &str = "OrderOption";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: &[TARGET[0], TARGET[1], TARGET[2], TARGET[3], ("Values", "Collection(Edm.Int32)")],
    returns: &[],
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    let values = required(&parameters, NAME, "Values")?.as_array();
    let values: Option<Vec<i64>> =
        values.and_then(|values| values.iter().map(serde_json::Value::as_i64).collect());
    let values =
        values.ok_or_else(|| wrong("The parameter 'Values' must be a list of numbers."))?;
    let mut target = target(call, &parameters)?;
    let choice = target.choice();
    let place = |value: i32| values.iter().position(|known| *known == i64::from(value));
    let is_whole = values.len() == choice.options.len()
        && choice.options.iter().all(|option| place(option.value).is_some());
    if !is_whole {
        return Err(wrong("The parameter 'Values' must name every option of the choice once."));
    }
    choice.options.sort_by_key(|option| place(option.value));
    target.save(call, &parameters).await?;
    Ok(Answer::no_content())
}
