//! `InsertOptionValue`: a choice gets one more option.

use base::{Error, Kind, Result};
use metadata::ChoiceKind;
use serde_json::{Value, json};

use super::option_values::{TARGET, target};
use super::{Action, Answer, Call, Parameters, required, response};
use crate::data::metadata::{new_option, number_options};

const NAME: &str = "InsertOptionValue";

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
    ],
    returns: &[("NewOptionValue", "Edm.Int32")],
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    required(&parameters, NAME, "Label")?;
    let mut target = target(call, &parameters)?;
    let choice = target.choice();
    if choice.kind != ChoiceKind::Picklist {
        let message = "Options can be added to choices only; states and yes/no have theirs.";
        return Err(Error::new(Kind::Invalid, "0x80048403", message));
    }
    let option = new_option(&Value::Object(parameters.clone()))?;
    if choice.option(option.value).is_some() {
        let message =
            format!("The choice '{}' already has the option {}.", choice.name, option.value);
        return Err(Error::new(Kind::Invalid, "0x80048403", message));
    }
    choice.options.push(option);
    number_options(call, choice).await?;
    let value = choice.options.last().map(|option| option.value);
    target.save(call, &parameters).await?;
    Ok(response(call, NAME, json!({ "NewOptionValue": value })))
}
