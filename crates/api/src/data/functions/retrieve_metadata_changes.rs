//! `RetrieveMetadataChanges`: the definitions that a query wants, as far as they changed.

use base::{Error, Kind, Result};
use query::odata::Argument;

use super::{Answer, Call, Function, Named};
use crate::data::metadata::retrieve;

pub(super) const FUNCTION: Function = Function {
    name: "RetrieveMetadataChanges",
    bound_to: None,
    parameters: &[
        ("Query", "mscrm.EntityQueryExpression"),
        ("DeletedMetadataFilters", "mscrm.DeletedMetadataFilters"),
        ("ClientVersionStamp", "Edm.String"),
        ("AppModuleId", "Edm.Guid"),
        // No table of ours has settings of its own.
        ("RetrieveAllSettings", "Edm.Boolean"),
    ],
    returns: &[
        ("ServerVersionStamp", "Edm.String"),
        ("DeletedMetadata", "mscrm.DeletedMetadataCollection"),
        ("EntityMetadata", "Collection(mscrm.ComplexEntityMetadata)"),
    ],
    run: |call, _, arguments| Box::pin(run(call, arguments)),
};

async fn run(call: &Call, arguments: Named) -> Result<Answer> {
    if arguments.id("AppModuleId")?.is_some() {
        return Err(Error::not_implemented(
            "The parameter 'AppModuleId' of RetrieveMetadataChanges",
        ));
    }
    let all = serde_json::Value::Null;
    let query = match arguments.find("Query") {
        None => &all,
        Some(Argument::Json(query)) => query,
        Some(_) => {
            let message = "The parameter 'Query' is an object: Query=@p1&@p1={…}.";
            return Err(Error::new(Kind::Invalid, "0x80060888", message));
        }
    };
    let since = arguments.text("ClientVersionStamp")?.filter(|stamp| !stamp.is_empty());
    let filters = arguments.members("DeletedMetadataFilters")?;
    retrieve::changes(call, query, since, &filters).await
}
