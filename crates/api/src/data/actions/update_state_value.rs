//! `UpdateStateValue`: a state gets other labels, or another status to begin with.

use base::Result;
use metadata::ChoiceKind;
use serde_json::Value;

use super::option_values::{TARGET, no_option, target};
use super::solution_parameters::flag;
use super::update_option_value::option_value;
use super::{Action, Answer, Call, Parameters, wrong};
use crate::data::metadata::changed_option;

const NAME: &str = "UpdateStateValue";

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
        ("DefaultStatusCode", "Edm.Int32"),
        ("MergeLabels", "Edm.Boolean"),
    ],
    returns: &[],
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    let value = option_value(&parameters, NAME)?;
    let merge_labels = flag(&parameters, "MergeLabels")?;
    let status = match parameters.get("DefaultStatusCode") {
        None | Some(Value::Null) => None,
        Some(number) => {
            let status = number.as_i64().and_then(|number| i32::try_from(number).ok());
            Some(status.ok_or_else(|| wrong("'DefaultStatusCode' must be a whole number."))?)
        }
    };
    let mut target = target(call, &parameters)?;
    if let Some(status) = status.filter(|status| !target.has_status(*status, value)) {
        return Err(wrong(format!("{status} is no status of the state {value}.")));
    }
    let choice = target.choice();
    if choice.kind != ChoiceKind::State {
        return Err(wrong("'AttributeLogicalName' must name the state column, 'statecode'."));
    }
    let missing = no_option(choice, value);
    let option = choice.options.iter_mut().find(|option| option.value == value).ok_or(missing)?;
    changed_option(option, &Value::Object(parameters.clone()), merge_labels)?;
    option.default_status = status.or(option.default_status);
    target.save(call, &parameters).await?;
    Ok(Answer::no_content())
}
