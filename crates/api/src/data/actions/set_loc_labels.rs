//! `SetLocLabels`: the text of a column of a component row in several languages.

use base::Result;
use dataverse::messages::SetRowLabels;
use metadata::Label;
use serde_json::Value;

use super::solution_parameters::text;
use super::{Action, Answer, Call, Parameters, required, wrong};
use crate::data::body::object_reference;

const NAME: &str = "SetLocLabels";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: &[
        ("EntityMoniker", "mscrm.crmbaseentity"),
        ("AttributeName", "Edm.String"),
        ("Labels", "Collection(mscrm.LocalizedLabel)"),
    ],
    returns: &[],
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    let target = object_reference(&call.schema, required(&parameters, NAME, "EntityMoniker")?)?;
    let column = text(&parameters, NAME, "AttributeName")?.to_owned();
    let items = required(&parameters, NAME, "Labels")?.as_array();
    let items = items.ok_or_else(|| wrong("The parameter 'Labels' must be a list."))?;
    let mut labels = Label::default();
    for item in items {
        let language = item["LanguageCode"].as_u64().and_then(|code| u32::try_from(code).ok());
        match (language, &item["Label"]) {
            (Some(language), Value::String(text)) => labels.set(language, text.as_str()),
            _ => return Err(wrong("Each of 'Labels' needs a 'Label' and a 'LanguageCode'.")),
        }
    }
    call.execute(SetRowLabels { target, column, labels }).await?;
    Ok(Answer::no_content())
}
