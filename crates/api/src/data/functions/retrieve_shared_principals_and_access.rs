//! `RetrieveSharedPrincipalsAndAccess`: with whom a row is shared.

use base::Result;
use dataverse::Reply;
use dataverse::messages::RetrieveShares;
use serde_json::{Value, json};

use super::{Answer, Call, Function, Named, response};
use crate::data::body::object_reference;
use crate::data::resource::unexpected;

const NAME: &str = "RetrieveSharedPrincipalsAndAccess";

pub(super) const FUNCTION: Function = Function {
    name: NAME,
    bound_to: None,
    parameters: &[("Target", "mscrm.crmbaseentity")],
    returns: &[("PrincipalAccesses", "Collection(mscrm.PrincipalAccess)")],
    run: |call, _, arguments| Box::pin(async move { run(call, &arguments).await }),
};

async fn run(call: &Call, arguments: &Named) -> Result<Answer> {
    let target = object_reference(&call.schema, arguments.object(NAME, "Target")?)?;
    let shares = match call.execute(RetrieveShares { target }).await? {
        Reply::Shares(shares) => shares,
        other => return Err(unexpected(&other)),
    };
    let told: Vec<Value> = shares
        .into_iter()
        .map(|share| {
            let rights: Vec<&str> =
                share.rights.into_iter().map(dataverse::security::access_name).collect();
            let key = format!("{}id", share.table);
            json!({
                "AccessMask": rights.join(", "),
                "Principal": {
                    "@odata.type": format!("#Microsoft.Dynamics.CRM.{}", share.table),
                    key: share.id,
                    "ownerid": share.id,
                },
            })
        })
        .collect();
    Ok(response(call, NAME, json!({ "PrincipalAccesses": told })))
}
