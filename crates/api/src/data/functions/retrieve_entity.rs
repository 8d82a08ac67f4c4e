//! `RetrieveEntity`: the definition of a table with its parts.

use base::{Error, Kind, Result};

use super::{Answer, Call, Function, Named};
use crate::data::metadata::complete::Parts;
use crate::data::metadata::{relatable, retrieve};

pub(super) const FUNCTION: Function = Function {
    name: "RetrieveEntity",
    bound_to: None,
    parameters: &[
        ("EntityFilters", "mscrm.EntityFilters"),
        ("LogicalName", "Edm.String"),
        ("MetadataId", "Edm.Guid"),
        // What is unpublished and what is published are one here.
        ("RetrieveAsIfPublished", "Edm.Boolean"),
    ],
    returns: &[("EntityMetadata", "mscrm.ComplexEntityMetadata")],
    run: |call, _, arguments| Box::pin(run(call, arguments)),
};

async fn run(call: &Call, arguments: Named) -> Result<Answer> {
    let parts = parts(&arguments)?;
    let table = match (arguments.text("LogicalName")?, arguments.id("MetadataId")?) {
        (Some(name), _) if !name.is_empty() => relatable::table(&call.schema, name)?,
        (_, Some(id)) => {
            let found = call.schema.tables().find(|table| table.metadata_id == id);
            found.ok_or_else(|| {
                let message = format!("Could not find an entity with the id {id}.");
                Error::not_found("0x80040217", message)
            })?
        }
        _ => {
            let message = "RetrieveEntity needs the parameter 'LogicalName' or 'MetadataId'.";
            return Err(Error::new(Kind::Invalid, "0x80040200", message));
        }
    };
    retrieve::entity(call, table, parts).await
}

/// The parts of tables that are wanted.
pub(super) fn parts(arguments: &Named) -> Result<Parts> {
    Parts::of(&arguments.members("EntityFilters")?).map_err(|other| {
        let message = format!(
            "'{other}' is no EntityFilters: Entity, Attributes, Privileges, Relationships, All."
        );
        Error::new(Kind::Invalid, "0x80060888", message)
    })
}
