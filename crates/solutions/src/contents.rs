//! What a solution holds, changed by hand: components are put on its list and taken off it.

use base::{Cx, Error, Kind, Result, Uuid};
use dataverse::{Environment, Session};

use crate::components::{self};
use crate::layers::{self, ACTIVE, Name};
use crate::members::{self, Behavior, Member};
use crate::solution::{self, Known};

/// Puts a component on the list of an unmanaged solution; gives the id of the list's row.
/// `only_listed_parts` leaves out the parts of a table that are not listed themselves.
pub async fn add_component(
    environment: &Environment,
    cx: &Cx,
    unique_name: &str,
    component: Uuid,
    component_type: i32,
    only_listed_parts: bool,
) -> Result<Uuid> {
    let mut session = environment.begin(cx).await?;
    session.require_privilege("prvImportCustomization")?;
    let known = unmanaged(&mut session, unique_name).await?;
    let name = named(&mut session, component, component_type).await?;
    let behavior = if only_listed_parts { Behavior::Shell } else { Behavior::All };
    let root = match name.is_part_of_table() {
        true => layers::find(&mut session, &Name::table(&name.parent)).await?,
        false => None,
    };
    let member = Member { id: component, is_root: root.is_none(), name, behavior };
    members::add(&mut session, known.id, &member, root).await?;
    session.commit().await?;
    Ok(members::row_id(known.id, component))
}

/// Takes a component off the list of an unmanaged solution; the component itself stays.
pub async fn remove_component(
    environment: &Environment,
    cx: &Cx,
    unique_name: &str,
    component: Uuid,
) -> Result<Uuid> {
    let mut session = environment.begin(cx).await?;
    session.require_privilege("prvImportCustomization")?;
    let known = unmanaged(&mut session, unique_name).await?;
    members::remove(&mut session, known.id, component).await?;
    session.commit().await?;
    Ok(members::row_id(known.id, component))
}

async fn unmanaged(session: &mut Session<'_>, unique_name: &str) -> Result<Known> {
    let known = solution::named(session, unique_name).await?;
    if known.is_managed {
        return Err(Error::new(
            Kind::Invalid,
            "0x8004f024",
            format!(
                "The solution {unique_name} is managed: what it holds is decided where it is made."
            ),
        ));
    }
    Ok(known)
}

/// The component with this id, made known if it is the platform's own.
async fn named(session: &mut Session<'_>, id: Uuid, component_type: i32) -> Result<Name> {
    if let Some(name) = layers::by_id(session, id).await? {
        return Ok(name);
    }
    let found = components::schema::find_by_id(session, id, component_type);
    let name = match found {
        Some(name) => name,
        None => match components::write::by_type(session, id, component_type).await? {
            Some(component) => {
                let name = Name::of(&component);
                layers::ensure(session, &name, id).await?;
                layers::put(session, id, ACTIVE, &component).await?;
                return Ok(name);
            }
            None => {
                return Err(Error::new(
                    Kind::NotFound,
                    "0x80040217",
                    format!(
                        "There is no component of type {component_type} with the id {id} in this \
                         environment."
                    ),
                ));
            }
        },
    };
    layers::ensure(session, &name, id).await?;
    Ok(name)
}
