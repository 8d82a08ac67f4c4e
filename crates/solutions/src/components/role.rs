//! Security roles and their privileges.

use base::{Result, Uuid};
use dataverse::{Session, Value};
use package::xml::Element;

use super::Projected;
use super::row::{put, set, values};

/// The rows of a role: itself in the root business unit, and its privileges.
pub(crate) async fn project(session: &mut Session<'_>, what: &Projected<'_>) -> Result<()> {
    let mut row = values(session, what, "role").await?;
    let root = session.root_business_unit().await?;
    set(&mut row, "businessunitid", Value::lookup("businessunit", root));
    set(&mut row, "parentrootroleid", Value::lookup("role", what.id));
    if !row.iter().any(|(name, _)| name == "isinherited") {
        set(&mut row, "isinherited", Value::Choice(1));
    }
    put(session, what, "role", row).await?;
    let listed = what.component.element.child("RolePrivileges");
    let privileges: Vec<(String, u8)> = listed
        .into_iter()
        .flat_map(Element::elements)
        .filter_map(|privilege| {
            let name = privilege.attribute("name")?.to_owned();
            Some((name, depth_mask(privilege.attribute("level")?)?))
        })
        .collect();
    session.set_role_privileges(what.id, &privileges).await
}

/// Takes a role away, with its privileges and the copies in other business units.
pub(crate) async fn remove(session: &mut Session<'_>, id: Uuid) -> Result<()> {
    session.set_role_privileges(id, &[]).await?;
    session.remove_rows("role", "parentrootroleid", &Value::Id(id)).await?;
    session.remove_row("role", id).await
}

/// The depth of a privilege as a mask (`privilegedepthmask`).
fn depth_mask(level: &str) -> Option<u8> {
    match level {
        "Basic" => Some(1),
        "Local" => Some(2),
        "Deep" => Some(4),
        "Global" => Some(8),
        _ => None,
    }
}
