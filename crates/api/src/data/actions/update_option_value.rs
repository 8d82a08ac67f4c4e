//! `UpdateOptionValue`: an option gets other labels or another colour.

use base::Result;
use serde_json::Value;

use super::option_values::{TARGET, no_option, target};
use super::solution_parameters::flag;
use super::{Action, Answer, Call, Parameters, required, wrong};
use crate::data::metadata::changed_option;

const NAME: &str = "UpdateOptionValue";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: &[
        TARGET[0],
        TARGET[1],
        TARGET[2],
        TARGET[3],
        ("Value", "Edm.Int32"),
        ("Label", "mscrm.Label"),
        ("Description", "mscrm.Label"),
        ("Color", "Edm.String"),
        ("ExternalValue", "Edm.String"),
        ("MergeLabels", "Edm.Boolean"),
    ],
    returns: &[],
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    let value = option_value(&parameters, NAME)?;
    let merge_labels = flag(&parameters, "MergeLabels")?;
    let mut target = target(call, &parameters)?;
    let choice = target.choice();
    let missing = no_option(choice, value);
    let option = choice.options.iter_mut().find(|option| option.value == value).ok_or(missing)?;
    changed_option(option, &Value::Object(parameters.clone()), merge_labels)?;
    target.save(call, &parameters).await?;
    Ok(Answer::no_content())
}

/// Which option.
pub(super) fn option_value(parameters: &Parameters, action: &str) -> Result<i32> {
    let number = required(parameters, action, "Value")?.as_i64();
    let number = number.and_then(|number| i32::try_from(number).ok());
    number.ok_or_else(|| wrong("The parameter 'Value' must be a whole number."))
}
