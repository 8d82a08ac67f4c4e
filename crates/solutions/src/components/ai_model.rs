//! AI models and their configurations: stored, not run.

use base::Result;
use dataverse::{Session, Value};
use package::xml::Element;

use super::Projected;
use super::row::{parse_id, put, typed, values};
use crate::definition::text;

/// The rows of a model: itself, and its configurations.
pub(crate) async fn project(session: &mut Session<'_>, what: &Projected<'_>) -> Result<()> {
    let row = values(session, what, "msdyn_aimodel").await?;
    put(session, what, "msdyn_aimodel", row).await?;
    let table = super::row::table_named(session, "msdyn_aiconfiguration")?;
    let listed = what.component.element.child("AIConfigurations");
    for configuration in listed.into_iter().flat_map(Element::elements) {
        let Some(id) = text(configuration, "msdyn_aiconfigurationid").and_then(|id| parse_id(&id))
        else {
            continue;
        };
        let mut row = Vec::new();
        for child in configuration.elements() {
            let Some(column) = table.column(&child.name.to_lowercase()) else { continue };
            if column.logical_name != table.primary_id
                && let Some(value) = typed(column, &child.text())
            {
                row.push((column.logical_name.as_str(), value));
            }
        }
        if table.column("msdyn_aimodelid").is_some() {
            row.push(("msdyn_aimodelid", Value::lookup("msdyn_aimodel", what.id)));
        }
        session.put_row("msdyn_aiconfiguration", id, row).await?;
    }
    Ok(())
}
