//! `CreatePolymorphicLookupAttribute`: a lookup to rows of several tables.

use axum::http::StatusCode;
use base::Result;
use dataverse::Reply;
use dataverse::messages::CreateOneToMany;
use serde_json::{Value, json};

use super::super::metadata::from_json;
use super::super::resource::unexpected;
use super::{Action, Answer, Call, Parameters, required, wrong};

const NAME: &str = "CreatePolymorphicLookupAttribute";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: PARAMETERS,
    returns: RETURNS,
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

/// What both actions of this kind take.
pub(super) const PARAMETERS: &[(&str, &str)] = &[
    ("Lookup", "mscrm.ComplexLookupAttributeMetadata"),
    ("OneToManyRelationships", "Collection(mscrm.ComplexOneToManyRelationshipMetadata)"),
    ("SolutionUniqueName", "Edm.String"),
];

/// What both actions of this kind answer.
pub(super) const RETURNS: &[(&str, &str)] =
    &[("RelationshipIds", "Collection(Edm.Guid)"), ("AttributeId", "Edm.Guid")];

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    create(call, NAME, parameters).await
}

/// Makes the lookup with a relationship to each of its tables.
pub(super) async fn create(call: &Call, action: &str, parameters: Parameters) -> Result<Answer> {
    let lookup = from_json::lookup(required(&parameters, action, "Lookup")?)?;
    let items = required(&parameters, action, "OneToManyRelationships")?;
    let items = items.as_array().filter(|items| !items.is_empty());
    let items =
        items.ok_or_else(|| wrong("'OneToManyRelationships' must be a list of relationships."))?;
    let relationships =
        items.iter().map(|item| from_json::one_to_many(item, &lookup)).collect::<Result<_>>()?;
    let mut cx = call.cx.clone();
    if let Some(Value::String(name)) = parameters.get("SolutionUniqueName") {
        cx.solution = Some(name.as_str().into());
    }
    let message = CreateOneToMany { lookup, relationships };
    match call.execute_in(&cx, message).await? {
        Reply::Defined(mut ids) => {
            let lookup = ids.pop();
            let context = format!("$metadata#Microsoft.Dynamics.CRM.{action}Response");
            let body = json!({
                "@odata.context": call.url(&context),
                "RelationshipIds": ids,
                "AttributeId": lookup,
            });
            Ok(Answer::json(StatusCode::OK, body.to_string().into_bytes()))
        }
        other => Err(unexpected(&other)),
    }
}
