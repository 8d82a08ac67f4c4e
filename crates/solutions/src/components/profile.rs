//! Column security profiles and their permissions.

use base::{Result, Uuid};
use dataverse::{Session, Value};
use package::xml::Element;

use super::Projected;
use super::row::{put, values};
use crate::definition::{number, text};

/// The rows of a profile: itself, and one for each column.
pub(crate) async fn project(session: &mut Session<'_>, what: &Projected<'_>) -> Result<()> {
    let row = values(session, what, "fieldsecurityprofile").await?;
    put(session, what, "fieldsecurityprofile", row).await?;
    session.remove_rows("fieldpermission", "fieldsecurityprofileid", &Value::Id(what.id)).await?;
    let listed = what.component.element.child("FieldPermissions");
    for permission in listed.into_iter().flat_map(Element::elements) {
        let (Some(table), Some(column)) =
            (text(permission, "EntityName"), text(permission, "AttributeName"))
        else {
            continue;
        };
        let right = |name| Value::Choice(number(permission, name).unwrap_or(0));
        let id = Uuid::new_v5(&what.id, format!("{table}.{column}").as_bytes());
        let values = vec![
            ("fieldsecurityprofileid", Value::lookup("fieldsecurityprofile", what.id)),
            ("entityname", Value::Text(table.to_lowercase())),
            ("attributelogicalname", Value::Text(column.to_lowercase())),
            ("canread", right("CanRead")),
            ("canupdate", right("CanUpdate")),
            ("cancreate", right("CanCreate")),
        ];
        session.put_row("fieldpermission", id, values).await?;
    }
    Ok(())
}
