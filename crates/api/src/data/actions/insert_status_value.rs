//! `InsertStatusValue`: a table gets one more status for one of its states.

use base::{Error, Kind, Result};
use metadata::ChoiceKind;
use serde_json::{Value, json};

use super::option_values::{TARGET, target};
use super::{Action, Answer, Call, Parameters, required, response, wrong};
use crate::data::metadata::{new_option, number_options};

const NAME: &str = "InsertStatusValue";

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
        ("StateCode", "Edm.Int32"),
    ],
    returns: &[("NewOptionValue", "Edm.Int32")],
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    required(&parameters, NAME, "Label")?;
    let state = required(&parameters, NAME, "StateCode")?.as_i64();
    let state = state.and_then(|state| i32::try_from(state).ok());
    let state = state.ok_or_else(|| wrong("The parameter 'StateCode' must be a whole number."))?;
    let mut target = target(call, &parameters)?;
    if !target.has_state(state) {
        let message = format!("The table has no state {state}.");
        return Err(Error::new(Kind::Invalid, "0x80048408", message));
    }
    let choice = target.choice();
    if choice.kind != ChoiceKind::Status {
        return Err(wrong("'AttributeLogicalName' must name the status column, 'statuscode'."));
    }
    let mut option = new_option(&Value::Object(parameters.clone()))?;
    option.state = Some(state);
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
