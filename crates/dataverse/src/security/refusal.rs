//! What a person reads who may not: who, what is missing, how far it must reach, who can help.

use base::{Error, Uuid};
use metadata::{ENGLISH, Table};

use crate::User;
use crate::security::{Right, access_name, privilege, privilege_name};

/// Who can change it, at the end of every refusal.
const REMEDY: &str =
    "A System Administrator of this environment can change it with a security role.";

/// The user lacks the privilege on the table at any depth (`PrivilegeDenied`).
pub(crate) fn privilege_missing(user: &User, table: &Table, right: Right) -> Error {
    let logical_name = &table.logical_name;
    let (Some(name), Some(id)) = (privilege_name(table, right), privilege(table, right)) else {
        return Error::forbidden(
            "0x80040220",
            format!(
                "Rows of {logical_name} are kept by the server; nobody can use {} on them.",
                access_name(right)
            ),
        );
    };
    let code = table.type_code;
    let display = table.display_name.text(ENGLISH).unwrap_or(logical_name);
    Error::forbidden(
        "0x80040220",
        format!(
            "{} is missing {name} privilege (Id={id}) on OTC={code} for entity '{logical_name}' \
             (LocalizedName='{display}'). {} {REMEDY}",
            principal(user),
            needed_depth(table),
        ),
    )
}

/// The user has the privilege, but it does not reach this row (`AccessDenied`).
pub(crate) fn row_denied(user: &User, table: &Table, id: Uuid, right: Right) -> Error {
    let held = privilege(table, right).and_then(|id| user.grants.get(&id));
    let depth = held.map_or("no", |grant| grant.depth.name());
    let name = privilege_name(table, right).unwrap_or_default();
    Error::forbidden(
        "0x80048306",
        format!(
            "{} does not have {} right(s) for record with id {id} of entity {}: it holds {name} with \
             depth {depth}, which does not reach this row, and the row is not shared with it. \
             The owner can share the row. {REMEDY}",
            principal(user),
            access_name(right),
            table.logical_name,
        ),
    )
}

/// A privilege that belongs to no table is missing.
pub(crate) fn misc_privilege_missing(user: &User, name: &str) -> Error {
    let id = metadata::privileges::privilege_id(name);
    Error::forbidden(
        "0x80040220",
        format!(
            "{} is missing {name} privilege (Id={id}). It is needed with depth Global. {REMEDY}",
            principal(user),
        ),
    )
}

/// The owner that a row is to get could not read it (`PrincipalPrivilegeDenied`).
pub(crate) fn owner_cannot_read(owner: Uuid, table: &Table) -> Error {
    let name = privilege_name(table, Right::Read).unwrap_or_default();
    Error::forbidden(
        "0x80040231",
        format!(
            "The principal (Id={owner}) cannot own rows of {}: it is missing {name} privilege. \
             It is needed with depth Basic. {REMEDY}",
            table.logical_name,
        ),
    )
}

fn principal(user: &User) -> String {
    format!("Principal user (Id={}, name={}, type=8)", user.id, user.name)
}

fn needed_depth(table: &Table) -> &'static str {
    use metadata::Ownership::{BusinessOwned, None, OrganizationOwned, UserOwned};
    match table.ownership {
        UserOwned => "It is needed with depth Basic or more.",
        BusinessOwned => "It is needed with depth Local or more.",
        OrganizationOwned | None => "It is needed with depth Global.",
    }
}
