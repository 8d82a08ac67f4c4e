//! `AddPrivilegesRole`: a role grants more.

use base::{Error, Result, Uuid};
use dataverse::messages::{AddPrivilegesRole, RolePrivilege};
use metadata::privileges::Depth;
use query::Key;
use serde_json::Value;

use super::{Action, Answer, Call, Parameters, required, wrong};
use crate::data::resource::Bound;

const NAME: &str = "AddPrivilegesRole";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: Some("role"),
    parameters: PARAMETERS,
    returns: &[],
    run: |call, bound, parameters| Box::pin(run(call, bound, parameters)),
};

/// What this action and its like take.
pub(super) const PARAMETERS: &[(&str, &str)] = &[("Privileges", "Collection(mscrm.RolePrivilege)")];

async fn run(call: &Call, bound: Option<Bound>, parameters: Parameters) -> Result<Answer> {
    let privileges = privileges(required(&parameters, NAME, "Privileges")?)?;
    call.execute(AddPrivilegesRole { role: role(bound, NAME)?, privileges }).await?;
    Ok(Answer::no_content())
}

/// The role that the action is called on.
pub(super) fn role(bound: Option<Bound>, action: &str) -> Result<Uuid> {
    match bound {
        Some(Bound::Row(place)) => match place.key {
            Key::Id(id) => Ok(id),
            Key::Values(_) => Err(Error::not_implemented(format!("'{action}' by alternate key"))),
        },
        _ => Err(Error::invalid(format!("'{action}' is called on a role."))),
    }
}

/// A list of privileges, by id or name, with their depths.
pub(super) fn privileges(value: &Value) -> Result<Vec<RolePrivilege>> {
    let items = value.as_array().ok_or_else(|| wrong("'Privileges' must be a list."))?;
    items.iter().map(role_privilege).collect()
}

fn role_privilege(item: &Value) -> Result<RolePrivilege> {
    let depth = item["Depth"].as_str().and_then(Depth::parse);
    let depth =
        depth.ok_or_else(|| wrong("A privilege needs 'Depth': Basic, Local, Deep or Global."))?;
    let id = item["PrivilegeId"].as_str().and_then(|id| id.parse().ok());
    // Ids follow from names.
    let named = || item["PrivilegeName"].as_str().map(metadata::privileges::privilege_id);
    let privilege = id.filter(|id: &Uuid| !id.is_nil()).or_else(named);
    let privilege =
        privilege.ok_or_else(|| wrong("A privilege needs 'PrivilegeId' or 'PrivilegeName'."))?;
    Ok(RolePrivilege { privilege, depth })
}
