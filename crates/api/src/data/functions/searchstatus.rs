//! `searchstatus`: what search looks in. There is no index that would have to be made first.

use base::Result;
use serde_json::{Value, json};

use super::{Answer, Call, Function, response};
use crate::data::search::{RETURNS, tables};

const NAME: &str = "searchstatus";

pub(super) const FUNCTION: Function = Function {
    name: NAME,
    bound_to: None,
    parameters: &[],
    returns: RETURNS,
    run: |call, _, _| Box::pin(async move { run(call) }),
};

fn run(call: &Call) -> Result<Answer> {
    let now = call.cx.now().to_string();
    let tables: Vec<Value> = tables(call)
        .iter()
        .map(|table| {
            let name = table.primary_name.as_deref().unwrap_or_default();
            json!({
                "entitylogicalname": table.logical_name,
                "objecttypecode": table.type_code.to_string(),
                "primarynamefield": name,
                "lastdatasynctimestamp": now,
                "lastprincipalobjectaccesssynctimestamp": now,
                "entitystatus": "EntitySyncComplete",
                "searchableindexedfieldinfomap": { name: { "indexfieldname": name } },
            })
        })
        .collect();
    let value = json!({
        "status": "provisioned",
        "lockboxstatus": "Disabled",
        "cmkstatus": "Disabled",
        "entitystatusresults": tables,
        "manytomanyrelationshipsyncstatus": [],
    });
    Ok(response(call, NAME, json!({ "response": json!({ "value": value }).to_string() })))
}
