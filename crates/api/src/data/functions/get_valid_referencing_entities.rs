//! `GetValidReferencingEntities`: the tables whose lookups may refer to a table.

use base::Result;
use serde_json::json;

use super::{Answer, Call, Function, Named, response};
use crate::data::metadata::relatable;

const NAME: &str = "GetValidReferencingEntities";

pub(super) const FUNCTION: Function = Function {
    name: NAME,
    bound_to: None,
    parameters: &[("ReferencedEntityName", "Edm.String")],
    returns: &[("EntityNames", "Collection(Edm.String)")],
    run: |call, _, arguments| Box::pin(run(call, arguments)),
};

async fn run(call: &Call, arguments: Named) -> Result<Answer> {
    if let Some(name) = arguments.text("ReferencedEntityName")?.filter(|name| !name.is_empty()) {
        relatable::table(&call.schema, name)?;
    }
    let names = relatable::names(&call.schema, relatable::can_be_referencing);
    Ok(response(call, NAME, json!({ "EntityNames": names })))
}
