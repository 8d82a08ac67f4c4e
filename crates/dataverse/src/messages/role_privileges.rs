//! `AddPrivilegesRole`, `RemovePrivilegeRole`, `ReplacePrivilegesRole`: what a role grants.

use base::{Error, Result, Uuid};
use db::statement;
use metadata::privileges::Depth;

use crate::bulk::Rows;
use crate::security::{self, Right};
use crate::well_known::SYSTEM_ADMINISTRATOR_TEMPLATE;
use crate::{Reply, Session};

/// A privilege with how far it reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RolePrivilege {
    /// The privilege.
    pub privilege: Uuid,
    /// How far.
    pub depth: Depth,
}

/// Adds privileges to a role; those that it has get the depth given.
#[derive(Clone, Debug, PartialEq)]
pub struct AddPrivilegesRole {
    /// The role.
    pub role: Uuid,
    /// What it is to grant.
    pub privileges: Vec<RolePrivilege>,
}

/// Takes a privilege from a role.
#[derive(Clone, Debug, PartialEq)]
pub struct RemovePrivilegeRole {
    /// The role.
    pub role: Uuid,
    /// The privilege.
    pub privilege: Uuid,
}

/// Makes these the privileges of a role, and no others.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplacePrivilegesRole {
    /// The role.
    pub role: Uuid,
    /// What it is to grant.
    pub privileges: Vec<RolePrivilege>,
}

impl AddPrivilegesRole {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        check_role(session, self.role).await?;
        check_privileges(session, &self.privileges).await?;
        for one in &self.privileges {
            remove(session, self.role, one.privilege).await?;
        }
        insert(session, self.role, &self.privileges).await
    }
}

impl RemovePrivilegeRole {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        check_role(session, self.role).await?;
        remove(session, self.role, self.privilege).await?;
        session.users_changed();
        Ok(Reply::Done)
    }
}

impl ReplacePrivilegesRole {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        check_role(session, self.role).await?;
        check_privileges(session, &self.privileges).await?;
        let sql = session.store().sql("delete from {roleprivileges} where roleid = ?1");
        session.tx().execute(&statement!(sql, self.role)).await?;
        insert(session, self.role, &self.privileges).await
    }
}

/// The role exists, the caller may write it, and it is one whose privileges can be changed.
async fn check_role(session: &mut Session<'_>, role: Uuid) -> Result<()> {
    let sql =
        session.store().sql("select parentroleid, roletemplateid from {role} where roleid = ?1");
    let row = session.tx().query_opt(&statement!(sql, role)).await?;
    let Some(row) = row else { return Err(crate::not_found("role", role)) };
    let (parent, template): (Option<Uuid>, Option<Uuid>) = (row.get(0)?, row.get(1)?);
    if template == Some(SYSTEM_ADMINISTRATOR_TEMPLATE) && !session.user().is_system {
        return Err(Error::invalid(
            "The role System Administrator cannot be changed: it grants everything.",
        ));
    }
    if let Some(parent) = parent {
        return Err(Error::invalid(format!(
            "This role is a copy for its business unit. Change the role that it was copied from \
             (Id={parent} or above)."
        )));
    }
    let schema = session.schema().clone();
    let missing = || Error::internal("there is no system table role");
    let table = schema.table("role").ok_or_else(missing)?;
    let (user, store) = (session.user().clone(), session.store());
    security::check_row(session.tx(), store, &user, table, role, Right::Write).await
}

/// The privileges exist, can have these depths, and the caller holds them himself.
async fn check_privileges(session: &mut Session<'_>, privileges: &[RolePrivilege]) -> Result<()> {
    let sql = session.store().sql(
        "select name, canbebasic, canbelocal, canbedeep, canbeglobal from {privilege} \
         where privilegeid = ?1",
    );
    let user = session.user().clone();
    for one in privileges {
        let row = session.tx().query_opt(&statement!(sql.clone(), one.privilege)).await?;
        let Some(row) = row else { return Err(crate::not_found("privilege", one.privilege)) };
        let name: String = row.get(0)?;
        let index = match one.depth {
            Depth::Basic => 1,
            Depth::Local => 2,
            Depth::Deep => 3,
            Depth::Global => 4,
        };
        if row.get::<Option<i64>>(index)? != Some(1) {
            return Err(Error::invalid(format!(
                "The privilege {name} cannot be granted with depth {}.",
                one.depth.name()
            )));
        }
        let is_held = user.is_system
            || user.is_administrator
            || user.grants.get(&one.privilege).is_some_and(|grant| grant.depth >= one.depth);
        if !is_held {
            return Err(Error::forbidden(
                "0x80040220",
                format!(
                    "You do not hold the privilege {name} with depth {} yourself, so you cannot \
                     add it to a role. A System Administrator of this environment can.",
                    one.depth.name()
                ),
            ));
        }
    }
    Ok(())
}

async fn remove(session: &mut Session<'_>, role: Uuid, privilege: Uuid) -> Result<()> {
    let sql =
        session.store().sql("delete from {roleprivileges} where roleid = ?1 and privilegeid = ?2");
    session.tx().execute(&statement!(sql, role, privilege)).await?;
    Ok(())
}

async fn insert(
    session: &mut Session<'_>,
    role: Uuid,
    privileges: &[RolePrivilege],
) -> Result<Reply> {
    let missing = || Error::internal("there is no system table roleprivileges");
    let links = session.schema().table("roleprivileges").cloned().ok_or_else(missing)?;
    let mut rows = Rows::new(&links, &["roleid", "privilegeid", "privilegedepthmask"]);
    for one in privileges {
        let id = Uuid::new_v5(&role, one.privilege.as_bytes());
        rows.push(id, vec![role.into(), one.privilege.into(), one.depth.mask().into()]);
    }
    let (cx, store, origin) = (session.cx().clone(), session.store(), session.origin(false));
    rows.insert(&cx, session.tx(), store, origin).await?;
    session.users_changed();
    Ok(Reply::Done)
}
