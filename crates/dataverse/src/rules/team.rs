//! Teams: each business unit has one that nobody can delete or move; some follow a group of the
//! directory.

use base::{Result, Uuid};
use db::statement;

use super::{Row, Rule, exists, on_rows, owned, refuse, row};
use crate::user::ACCESS_TEAM;
use crate::{Event, MessageName, Session, Stage, Value};

/// `teamtype` of a team whose members are those of a group of the directory.
pub(crate) const GROUP_TEAMS: [i64; 2] = [2, 3];

pub(super) fn rule() -> Rule {
    Rule { name: "teams", on: on_rows("team"), run: |session, event| Box::pin(run(session, event)) }
}

async fn run(session: &mut Session<'_>, event: &mut Event) -> Result<()> {
    let (message, stage) = (event.message, event.stage);
    let caller = session.user().id;
    let mut row = row(event)?;
    let is_default = row.old("isdefault").and_then(Value::bool) == Some(true);
    match (message, stage) {
        (MessageName::Create, Stage::Before) => {
            row.default_to("administratorid", "systemuser", caller);
            check_group(session, &row).await
        }
        (MessageName::Update, Stage::Before) if is_default && row.changes("businessunitid") => {
            Err(refuse("0x80040203", "The default team stays in its business unit."))
        }
        (MessageName::Update, Stage::Before) if row.changes("teamtype") => {
            check_kind(session, &row).await
        }
        (MessageName::Update, Stage::After) if row.changes("businessunitid") => {
            let team = row.id;
            let unit = row.written("businessunitid").and_then(Value::id).unwrap_or_default();
            let sql = session.store().sql("delete from {teamroles} where teamid = ?1");
            session.tx().execute(&statement!(sql, team)).await?;
            owned::follow(session, team, unit).await
        }
        (MessageName::Delete, Stage::Before) if is_default => Err(refuse(
            "0x80048307",
            "The default team of a business unit cannot be deleted; it goes with the business unit.",
        )),
        (MessageName::Delete, Stage::Before) => check_owns_nothing(session, row.id).await,
        (MessageName::Delete, Stage::After) => {
            let team = row.id;
            let sql =
                session.store().sql("delete from {principalobjectaccess} where principalid = ?1");
            session.tx().execute(&statement!(sql, team)).await?;
            Ok(())
        }
        _ => Ok(()),
    }
}

fn kind(row: &Row<'_>) -> i64 {
    row.value("teamtype").and_then(Value::int).unwrap_or_default()
}

/// A team of a group names the group; a group has one team for each kind of membership.
async fn check_group(session: &mut Session<'_>, row: &Row<'_>) -> Result<()> {
    if !GROUP_TEAMS.contains(&kind(row)) {
        return Ok(());
    }
    let Some(group) = row.value("azureactivedirectoryobjectid").and_then(Value::id) else {
        return Err(refuse(
            "0x80040200",
            "A team of a group needs the id of the group: azureactivedirectoryobjectid.",
        ));
    };
    let membership = row.value("membershiptype").and_then(Value::int).unwrap_or_default();
    let sql = session.store().sql(
        "select 1 from {team} where azureactivedirectoryobjectid = ?1 \
         and coalesce(membershiptype, 0) = ?2 and teamid <> ?3",
    );
    match exists(session, &statement!(sql, group, membership, row.id)).await? {
        false => Ok(()),
        true => Err(base::Error::new(
            base::Kind::Precondition,
            "0x80040237",
            format!("The group {group} has a team with this kind of membership already."),
        )),
    }
}

/// An owner team that owns nothing and holds no roles may become an access team; nothing else
/// changes its kind.
async fn check_kind(session: &mut Session<'_>, row: &Row<'_>) -> Result<()> {
    let old = row.old("teamtype").and_then(Value::int).unwrap_or_default();
    if old != 0 || kind(row) != ACCESS_TEAM {
        return Err(refuse(
            "0x80040203",
            "The type of a team cannot be changed, except from owner to access.",
        ));
    }
    check_owns_nothing(session, row.id).await?;
    let sql = session.store().sql("select 1 from {teamroles} where teamid = ?1");
    match exists(session, &statement!(sql, row.id)).await? {
        false => Ok(()),
        true => Err(refuse(
            "0x80048331",
            "The team holds roles, which an access team cannot. Take them away first.",
        )),
    }
}

async fn check_owns_nothing(session: &mut Session<'_>, team: Uuid) -> Result<()> {
    match owned::any(session, team).await? {
        None => Ok(()),
        Some(table) => Err(base::Error::new(
            base::Kind::NotAllowed,
            "0x80040227",
            format!("The team owns rows of {table}. Assign them to somebody else first."),
        )),
    }
}
