//! Model-driven apps (`appmodule`), what they hold, and the roles that may open them.

use base::{Result, Uuid};
use dataverse::{Session, Value};
use package::ComponentKind;
use package::xml::Element;

use super::Projected;
use super::row::{find_by, parse_id, put, set, values};
use crate::definition::{read_labels, text};
use crate::layers::{self, Name};

/// The rows of an app: itself, its components, its roles.
pub(crate) async fn project(session: &mut Session<'_>, what: &Projected<'_>) -> Result<()> {
    let element = &what.component.element;
    let mut row = values(session, what, "appmodule").await?;
    let unique = text(element, "UniqueName").unwrap_or_default();
    let label = element.child("LocalizedNames").map(read_labels).unwrap_or_default();
    let name = label.text(metadata::ENGLISH).unwrap_or(&unique).to_owned();
    set(&mut row, "name", Value::Text(name));
    set(&mut row, "appmoduleidunique", Value::Id(what.id));
    put(session, what, "appmodule", row).await?;
    put_components(session, what.id, element).await?;
    put_roles(session, what.id, element).await
}

async fn put_components(session: &mut Session<'_>, app: Uuid, element: &Element) -> Result<()> {
    session.remove_rows("appmodulecomponent", "appmoduleidunique", &Value::Id(app)).await?;
    let listed = element.child("AppModuleComponents").into_iter().flat_map(Element::elements);
    for component in listed {
        let Some(kind) = component.attribute("type").and_then(|code| code.parse::<i32>().ok())
        else {
            continue;
        };
        let Some(object) = object_id(session, kind, component).await? else { continue };
        let id = Uuid::new_v5(&app, format!("{kind} {object}").as_bytes());
        let values = vec![
            ("appmoduleidunique", Value::lookup("appmodule", app)),
            ("componenttype", Value::Choice(kind)),
            ("objectid", Value::Id(object)),
            ("rootcomponentbehavior", Value::Choice(0)),
        ];
        session.put_row("appmodulecomponent", id, values).await?;
    }
    Ok(())
}

/// The id of what an app lists: given, or found by its name.
async fn object_id(
    session: &mut Session<'_>,
    kind: i32,
    component: &Element,
) -> Result<Option<Uuid>> {
    if let Some(id) = component.attribute("id").and_then(parse_id) {
        return Ok(Some(id));
    }
    let Some(name) = component.attribute("schemaName") else { return Ok(None) };
    match kind {
        1 => {
            let table = session.schema().table(&name.to_lowercase());
            Ok(table.map(|table| table.metadata_id))
        }
        62 => {
            let name = Name::new(ComponentKind::AppModuleSiteMap, "", name);
            layers::find(session, &name).await
        }
        61 => find_by(session, "webresource", "name", name).await,
        300 => find_by(session, "canvasapp", "name", name).await,
        _ => Ok(None),
    }
}

/// Links the app to the roles in its list; predefined roles are named by their template.
async fn put_roles(session: &mut Session<'_>, app: Uuid, element: &Element) -> Result<()> {
    let listed = element.child("AppModuleRoleMaps").into_iter().flat_map(Element::elements);
    let ids: Vec<Uuid> =
        listed.filter_map(|role| role.attribute("id").and_then(parse_id)).collect();
    for id in ids {
        let role = match session.has_row("role", id).await? {
            true => Some(id),
            false => session.find_row("role", "roletemplateid", &Value::Id(id)).await?,
        };
        if let Some(role) = role {
            session.link("appmoduleroles_association", app, role).await?;
        }
    }
    Ok(())
}
