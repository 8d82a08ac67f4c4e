//! `GetValidManyToMany`: the tables that may be part of an N:N relationship.

use base::Result;
use serde_json::json;

use super::{Answer, Call, Function, response};
use crate::data::metadata::relatable;

const NAME: &str = "GetValidManyToMany";

pub(super) const FUNCTION: Function = Function {
    name: NAME,
    bound_to: None,
    parameters: &[],
    returns: &[("EntityNames", "Collection(Edm.String)")],
    run: |call, _, _| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Answer> {
    let names = relatable::names(&call.schema, relatable::can_be_linked);
    Ok(response(call, NAME, json!({ "EntityNames": names })))
}
