//! `RetrievePrincipalAccess`: what a user or a team may do with a row.

use base::{Error, Kind, Result};
use dataverse::Reply;
use dataverse::messages::RetrievePrincipalAccess;
use dataverse::security::access_name;
use query::odata::Argument;
use serde_json::json;

use super::{Answer, Call, Function, Named, response};
use crate::data::body::object_reference;
use crate::data::resource::{Bound, unexpected};

const NAME: &str = "RetrievePrincipalAccess";

pub(super) const OF_USER: Function = of("systemuser");
pub(super) const OF_TEAM: Function = of("team");

const fn of(table: &'static str) -> Function {
    Function {
        name: NAME,
        bound_to: Some(table),
        parameters: &[("Target", "mscrm.crmbaseentity")],
        returns: &[("AccessRights", "Edm.String")],
        run: |call, bound, arguments| Box::pin(run(call, bound, arguments)),
    }
}

async fn run(call: &Call, bound: Option<Bound>, arguments: Named) -> Result<Answer> {
    let target = match arguments.0.first() {
        Some((_, Argument::Json(value))) => object_reference(&call.schema, value)?,
        _ => {
            let message = "The parameter 'Target' names a row: Target=@t&@t={'@odata.id':'…'}.";
            return Err(Error::new(Kind::Invalid, "0x80060888", message));
        }
    };
    let Some(Bound::Row(principal)) = bound else {
        return Err(Error::invalid(format!("'{NAME}' is called on a user or a team.")));
    };
    let message = RetrievePrincipalAccess { target, principal: principal.reference() };
    match call.execute(message).await? {
        Reply::Access(rights) => {
            let names: Vec<&str> = rights.into_iter().map(access_name).collect();
            let text = if names.is_empty() { "None".to_owned() } else { names.join(", ") };
            Ok(response(call, NAME, json!({ "AccessRights": text })))
        }
        other => Err(unexpected(&other)),
    }
}
