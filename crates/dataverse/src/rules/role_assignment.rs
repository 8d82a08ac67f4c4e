//! Giving and taking roles: who may, and which copy of a role.

use base::{Error, Result, Uuid};
use db::statement;

use super::system_user::has_other_administrator;
use super::{Rule, exists, refuse, role};
use crate::security::misc_privilege_missing;
use crate::user::depth_of_mask;
use crate::well_known::SYSTEM_ADMINISTRATOR_TEMPLATE;
use crate::{Event, EventData, MessageName, On, Session, Stage, TableFilter};

pub(super) fn rule() -> Rule {
    let on = |message| On { message, stage: Stage::Before, table: TableFilter::Any };
    Rule {
        name: "assignment of roles",
        on: vec![on(MessageName::Associate), on(MessageName::Disassociate)],
        run: |session, event| Box::pin(run(session, event)),
    }
}

async fn run(session: &mut Session<'_>, event: &mut Event) -> Result<()> {
    let EventData::Link { relationship, first, second } = &event.data else { return Ok(()) };
    let (holder, role) = (*first, *second);
    let (table, key) = match relationship.schema_name() {
        "systemuserroles_association" => ("systemuser", "systemuserid"),
        "teamroles_association" => ("team", "teamid"),
        _ => return Ok(()),
    };
    require_assign(session)?;
    if event.message == MessageName::Disassociate {
        return keep_an_administrator(session, table, holder, role).await;
    }
    if table == "team" {
        refuse_access_team(session, holder).await?;
    }
    check_unit(session, table, key, holder, role).await?;
    check_held(session, role).await
}

/// Roles are given by whoever may assign roles.
fn require_assign(session: &Session<'_>) -> Result<()> {
    match session.user().has_privilege("prvAssignRole") {
        true => Ok(()),
        false => Err(misc_privilege_missing(session.user(), "prvAssignRole")),
    }
}

async fn refuse_access_team(session: &mut Session<'_>, team: Uuid) -> Result<()> {
    let sql = session.store().sql("select 1 from {team} where teamid = ?1 and teamtype = 1");
    match exists(session, &statement!(sql, team)).await? {
        false => Ok(()),
        true => {
            Err(refuse("0x80048331", "An access team only receives shares; it holds no roles."))
        }
    }
}

/// A role and whoever holds it belong to the same business unit.
async fn check_unit(
    session: &mut Session<'_>,
    table: &str,
    key: &str,
    holder: Uuid,
    role_id: Uuid,
) -> Result<()> {
    let sql =
        session.store().sql(&format!("select businessunitid from {{{table}}} where {key} = ?1"));
    let unit: Uuid = session.tx().query_one(&statement!(sql, holder)).await?.get(0)?;
    match role::in_unit(session, role_id, unit).await? {
        Some(copy) if copy == role_id => Ok(()),
        Some(copy) => Err(refuse(
            "0x80041402",
            format!(
                "The role (Id={role_id}) belongs to another business unit than the {table} \
                 (Id={holder}). Use its copy in that business unit: Id={copy}."
            ),
        )),
        None => Err(refuse(
            "0x80041402",
            format!("The role (Id={role_id}) does not exist in the business unit of the {table}."),
        )),
    }
}

/// Nobody gives what he does not hold.
async fn check_held(session: &mut Session<'_>, role: Uuid) -> Result<()> {
    let user = session.user().clone();
    if user.is_system || user.is_administrator {
        return Ok(());
    }
    let sql = session.store().sql("select 1 from {role} where roleid = ?1 and roletemplateid = ?2");
    if exists(session, &statement!(sql, role, SYSTEM_ADMINISTRATOR_TEMPLATE)).await? {
        return Err(not_held("everything"));
    }
    let sql = session.store().sql(
        "select p.privilegeid, p.privilegedepthmask, n.name from {roleprivileges} p \
         join {role} r on coalesce(r.parentrootroleid, r.roleid) = p.roleid \
         left join {privilege} n on n.privilegeid = p.privilegeid where r.roleid = ?1",
    );
    for row in session.tx().query(&statement!(sql, role)).await? {
        let (privilege, mask): (Uuid, Option<i64>) = (row.get(0)?, row.get(1)?);
        let Some(depth) = depth_of_mask(mask) else { continue };
        let held = user.grants.get(&privilege);
        if held.is_none_or(|grant| grant.depth < depth) {
            let name: Option<String> = row.get(2)?;
            return Err(not_held(&name.unwrap_or_default()));
        }
    }
    Ok(())
}

fn not_held(what: &str) -> Error {
    Error::forbidden(
        "0x80040220",
        format!(
            "The role grants {what}, which you do not hold yourself. A System Administrator of this \
             environment can assign it."
        ),
    )
}

/// An environment has a System Administrator.
async fn keep_an_administrator(
    session: &mut Session<'_>,
    table: &str,
    holder: Uuid,
    role: Uuid,
) -> Result<()> {
    if table != "systemuser" || session.user().is_system {
        return Ok(());
    }
    let sql = session.store().sql("select 1 from {role} where roleid = ?1 and roletemplateid = ?2");
    let is_administrator =
        exists(session, &statement!(sql, role, SYSTEM_ADMINISTRATOR_TEMPLATE)).await?;
    if !is_administrator || has_other_administrator(session, holder).await? {
        return Ok(());
    }
    Err(refuse(
        "0x80041d2e",
        "This is the last System Administrator who is not disabled. Give the role to somebody else \
         first.",
    ))
}
