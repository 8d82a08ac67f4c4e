//! `RetrieveAllEntities`: the definitions of all tables with their parts.

use base::Result;

use super::retrieve_entity::parts;
use super::{Answer, Call, Function, Named};
use crate::data::metadata::retrieve;

pub(super) const FUNCTION: Function = Function {
    name: "RetrieveAllEntities",
    bound_to: None,
    parameters: &[
        ("EntityFilters", "mscrm.EntityFilters"),
        // What is unpublished and what is published are one here.
        ("RetrieveAsIfPublished", "Edm.Boolean"),
    ],
    returns: &[
        ("EntityMetadata", "Collection(mscrm.ComplexEntityMetadata)"),
        ("Timestamp", "Edm.String"),
    ],
    run: |call, _, arguments| Box::pin(run(call, arguments)),
};

async fn run(call: &Call, arguments: Named) -> Result<Answer> {
    retrieve::all_entities(call, parts(&arguments)?).await
}
