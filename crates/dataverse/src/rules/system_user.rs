//! Users: people and applications of the directory. They are disabled, not deleted.

use base::{Result, Uuid};
use db::statement;

use super::{Row, Rule, exists, on_rows, owned, refuse, row};
use crate::well_known::{INTEGRATION_USER, SYSTEM_ADMINISTRATOR_TEMPLATE, SYSTEM_USER};
use crate::{Event, MessageName, Session, Stage, Value, provision};

pub(super) fn rule() -> Rule {
    Rule {
        name: "users",
        on: on_rows("systemuser"),
        run: |session, event| Box::pin(run(session, event)),
    }
}

async fn run(session: &mut Session<'_>, event: &mut Event) -> Result<()> {
    let (message, stage) = (event.message, event.stage);
    let row = row(event)?;
    match (message, stage) {
        (MessageName::Create, Stage::Before) => check_new(session, &row).await,
        (MessageName::Create, Stage::After) => {
            let unit = row.written("businessunitid").and_then(Value::id).unwrap_or_default();
            provision::complete_user(session, row.id, unit).await
        }
        (MessageName::Update, Stage::Before) => check_update(session, &row).await,
        (MessageName::Update, Stage::After) => follow_unit(session, &row).await,
        (MessageName::Delete, Stage::Before) => Err(refuse(
            "0x80041d2e",
            "Users are not deleted: rows refer to them. Set isdisabled to keep a user out.",
        )),
        _ => Ok(()),
    }
}

/// A user is somebody that the directory knows, once.
async fn check_new(session: &mut Session<'_>, row: &Row<'_>) -> Result<()> {
    let columns = ["azureactivedirectoryobjectid", "applicationid"];
    let mut is_known = false;
    for column in columns {
        let Some(id) = row.written(column).and_then(Value::id) else { continue };
        is_known = true;
        let sql = session.store().sql(&format!("select 1 from {{systemuser}} where {column} = ?1"));
        if exists(session, &statement!(sql, id)).await? {
            return Err(base::Error::new(
                base::Kind::Precondition,
                "0x80040237",
                format!("A user with the {column} {id} exists already."),
            ));
        }
    }
    match is_known {
        true => Ok(()),
        false => Err(refuse(
            "0x80040203",
            "A user is a person or an application of the directory: give its \
             azureactivedirectoryobjectid or its applicationid.",
        )),
    }
}

async fn check_update(session: &mut Session<'_>, row: &Row<'_>) -> Result<()> {
    let disables =
        row.changes("isdisabled") && row.written("isdisabled").and_then(Value::bool) == Some(true);
    if !disables || session.user().is_system {
        return Ok(());
    }
    if [SYSTEM_USER, INTEGRATION_USER].contains(&row.id) {
        return Err(refuse("0x80041d2e", "The server's own users cannot be disabled."));
    }
    if row.id == session.user().id {
        return Err(refuse("0x80041d2e", "Nobody can disable himself. Ask another administrator."));
    }
    match has_other_administrator(session, row.id).await? {
        true => Ok(()),
        false => Err(refuse(
            "0x80041d2e",
            "This is the last System Administrator who is not disabled. Give the role to somebody \
             else first.",
        )),
    }
}

/// Whether somebody who can sign in is System Administrator, apart from one.
pub(super) async fn has_other_administrator(session: &mut Session<'_>, user: Uuid) -> Result<bool> {
    let sql = session.store().sql(
        "select 1 from {systemuserroles} l join {role} r on r.roleid = l.roleid \
         join {systemuser} u on u.systemuserid = l.systemuserid \
         where r.roletemplateid = ?1 and coalesce(u.isdisabled, 0) = 0 \
         and u.systemuserid not in (?2, ?3, ?4) limit 1",
    );
    let statement =
        statement!(sql, SYSTEM_ADMINISTRATOR_TEMPLATE, user, SYSTEM_USER, INTEGRATION_USER);
    exists(session, &statement).await
}

/// Who moves to another business unit loses his roles, which belong to the old one, and changes the
/// default team; his rows move with him.
async fn follow_unit(session: &mut Session<'_>, row: &Row<'_>) -> Result<()> {
    if !row.changes("businessunitid") {
        return Ok(());
    }
    let Some(unit) = row.written("businessunitid").and_then(Value::id) else { return Ok(()) };
    let sql = session.store().sql("delete from {systemuserroles} where systemuserid = ?1");
    session.tx().execute(&statement!(sql, row.id)).await?;
    let sql = session.store().sql(
        "delete from {teammembership} where systemuserid = ?1 and teamid in \
         (select teamid from {team} where isdefault = 1)",
    );
    session.tx().execute(&statement!(sql, row.id)).await?;
    provision::join_default_team(session, row.id, unit).await?;
    owned::follow(session, row.id, unit).await
}
