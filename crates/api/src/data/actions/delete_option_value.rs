//! `DeleteOptionValue`: a choice loses an option.

use base::Result;

use super::option_values::{TARGET, no_option, target};
use super::update_option_value::option_value;
use super::{Action, Answer, Call, Parameters};

const NAME: &str = "DeleteOptionValue";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: &[TARGET[0], TARGET[1], TARGET[2], TARGET[3], ("Value", "Edm.Int32")],
    returns: &[],
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    let value = option_value(&parameters, NAME)?;
    let mut target = target(call, &parameters)?;
    let choice = target.choice();
    let missing = no_option(choice, value);
    let index = choice.options.iter().position(|option| option.value == value).ok_or(missing)?;
    choice.options.remove(index);
    target.save(call, &parameters).await?;
    Ok(Answer::no_content())
}
