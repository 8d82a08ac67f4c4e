//! `RetrieveLocLabels`: the text of a column of a component row in all its languages.

use base::{Error, Kind, Result};
use dataverse::Reply;
use dataverse::messages::RetrieveRowLabels;
use query::odata::Argument;
use serde_json::json;

use super::{Answer, Call, Function, Named, response};
use crate::data::body::object_reference;
use crate::data::metadata::label_json;
use crate::data::resource::unexpected;

const NAME: &str = "RetrieveLocLabels";

pub(super) const FUNCTION: Function = Function {
    name: NAME,
    bound_to: None,
    parameters: &[
        ("EntityMoniker", "mscrm.crmbaseentity"),
        ("AttributeName", "Edm.String"),
        // What is unpublished and what is published are one here.
        ("IncludeUnpublished", "Edm.Boolean"),
    ],
    returns: &[("Label", "mscrm.Label")],
    run: |call, _, arguments| Box::pin(run(call, arguments)),
};

async fn run(call: &Call, arguments: Named) -> Result<Answer> {
    let Some(Argument::Json(target)) = arguments.find("EntityMoniker") else {
        let message =
            "The parameter 'EntityMoniker' names a row: EntityMoniker=@t&@t={'@odata.id':'…'}.";
        return Err(Error::new(Kind::Invalid, "0x80060888", message));
    };
    let target = object_reference(&call.schema, target)?;
    let column = arguments.required_text(NAME, "AttributeName")?.to_owned();
    match call.execute(RetrieveRowLabels { target, column }).await? {
        Reply::Labels(labels) => {
            let label = label_json(call, &labels).await?;
            Ok(response(call, NAME, json!({ "Label": label })))
        }
        other => Err(unexpected(&other)),
    }
}
