//! `RetrieveUserPrivileges` and its family: which privileges a user, a team or a role has.

use base::{Error, Result, Uuid};
use dataverse::messages::{HeldPrivilege, RetrievePrivileges};
use dataverse::{Reference, Reply};
use serde_json::{Value, json};

use super::{Answer, Call, Function, response};
use crate::data::resource::{Bound, unexpected};

const RETURNS: &[(&str, &str)] = &[("RolePrivileges", "Collection(mscrm.RolePrivilege)")];

pub(super) const OF_USER: Function = Function {
    name: "RetrieveUserPrivileges",
    bound_to: Some("systemuser"),
    parameters: &[],
    returns: RETURNS,
    run: |call, bound, _| {
        Box::pin(async move { all(call, "RetrieveUserPrivileges", bound, |_| true).await })
    },
};

pub(super) const OF_TEAM: Function = Function {
    name: "RetrieveTeamPrivileges",
    bound_to: Some("team"),
    parameters: &[],
    returns: RETURNS,
    run: |call, bound, _| {
        Box::pin(async move { all(call, "RetrieveTeamPrivileges", bound, |_| true).await })
    },
};

const ROLE: &str = "RetrieveRolePrivilegesRole";

pub(super) const OF_ROLE: Function = Function {
    name: ROLE,
    bound_to: Some("role"),
    parameters: &[],
    returns: RETURNS,
    run: |call, bound, _| Box::pin(async move { all(call, ROLE, bound, |_| true).await }),
};

pub(super) const OF_ROLE_BY_ID: Function = Function {
    name: ROLE,
    bound_to: None,
    parameters: &[("RoleId", "Edm.Guid")],
    returns: RETURNS,
    run: |call, _, arguments| {
        Box::pin(async move {
            let id = arguments.required_id(ROLE, "RoleId")?;
            told(call, ROLE, Reference::id("role", id), |_| true).await
        })
    },
};

const BY_ID: &str = "RetrieveUserPrivilegeByPrivilegeId";

pub(super) const BY_PRIVILEGE_ID: Function = Function {
    name: BY_ID,
    bound_to: Some("systemuser"),
    parameters: &[("PrivilegeId", "Edm.Guid")],
    returns: RETURNS,
    run: |call, bound, arguments| {
        Box::pin(async move {
            let id = arguments.required_id(BY_ID, "PrivilegeId")?;
            all(call, BY_ID, bound, move |held| held.id == id).await
        })
    },
};

const BY_IDS: &str = "RetrieveUserSetOfPrivilegesByIds";

pub(super) const BY_PRIVILEGE_IDS: Function = Function {
    name: BY_IDS,
    bound_to: Some("systemuser"),
    parameters: &[("PrivilegeIds", "Collection(Edm.Guid)")],
    returns: RETURNS,
    run: |call, bound, arguments| {
        Box::pin(async move {
            let ids = arguments.texts(BY_IDS, "PrivilegeIds")?;
            let ids: Vec<Uuid> = ids.iter().filter_map(|id| id.parse().ok()).collect();
            all(call, BY_IDS, bound, move |held| ids.contains(&held.id)).await
        })
    },
};

const BY_NAMES: &str = "RetrieveUserSetOfPrivilegesByNames";

pub(super) const BY_PRIVILEGE_NAMES: Function = Function {
    name: BY_NAMES,
    bound_to: Some("systemuser"),
    parameters: &[("PrivilegeNames", "Collection(Edm.String)")],
    returns: RETURNS,
    run: |call, bound, arguments| {
        Box::pin(async move {
            let names = arguments.texts(BY_NAMES, "PrivilegeNames")?;
            let is_named = move |held: &HeldPrivilege| {
                names.iter().any(|name| name.eq_ignore_ascii_case(&held.name))
            };
            all(call, BY_NAMES, bound, is_named).await
        })
    },
};

/// The privileges of the row that a function is called on.
async fn all(
    call: &Call,
    name: &str,
    bound: Option<Bound>,
    is_wanted: impl Fn(&HeldPrivilege) -> bool,
) -> Result<Answer> {
    let Some(Bound::Row(holder)) = bound else {
        return Err(Error::invalid(format!("'{name}' is called on a row.")));
    };
    told(call, name, holder.reference(), is_wanted).await
}

async fn told(
    call: &Call,
    name: &str,
    holder: Reference,
    is_wanted: impl Fn(&HeldPrivilege) -> bool,
) -> Result<Answer> {
    let privileges = match call.execute(RetrievePrivileges { holder }).await? {
        Reply::Privileges(privileges) => privileges,
        other => return Err(unexpected(&other)),
    };
    let told = privileges.iter().filter(|held| is_wanted(held)).map(|held| {
        json!({
            "Depth": held.depth.name(),
            "PrivilegeId": held.id,
            "BusinessUnitId": held.business_unit,
            "PrivilegeName": held.name,
        })
    });
    let told: Vec<Value> = told.collect();
    Ok(response(call, name, json!({ "RolePrivileges": told })))
}
