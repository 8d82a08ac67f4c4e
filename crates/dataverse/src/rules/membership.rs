//! Membership of teams: everybody belongs to the default team of his business unit, and to the
//! teams of his groups; access teams have neither roles nor profiles.

use base::{Result, Uuid};
use db::statement;

use super::{Rule, exists, refuse};
use crate::{Event, EventData, MessageName, On, Session, Stage, TableFilter};

pub(super) fn rule() -> Rule {
    let on = |message| On { message, stage: Stage::Before, table: TableFilter::Any };
    Rule {
        name: "membership of teams",
        on: vec![on(MessageName::Associate), on(MessageName::Disassociate)],
        run: |session, event| Box::pin(run(session, event)),
    }
}

async fn run(session: &mut Session<'_>, event: &mut Event) -> Result<()> {
    let EventData::Link { relationship, first: team, second } = &event.data else {
        return Ok(());
    };
    let second = *second;
    if session.user().is_system {
        return Ok(());
    }
    match relationship.schema_name() {
        "teammembership_association" => check_membership(session, *team).await,
        "teamprofiles_association" if event.message == MessageName::Associate => {
            check_profile(session, second).await
        }
        _ => Ok(()),
    }
}

async fn check_membership(session: &mut Session<'_>, team: Uuid) -> Result<()> {
    let sql = session.store().sql("select isdefault, teamtype from {team} where teamid = ?1");
    let Some(row) = session.tx().query_opt(&statement!(sql, team)).await? else { return Ok(()) };
    let (is_default, kind): (Option<i64>, Option<i64>) = (row.get(0)?, row.get(1)?);
    if is_default == Some(1) {
        return Err(refuse(
            "0x80040203",
            "The members of a default team are the users of its business unit; move the user to \
             another business unit instead.",
        ));
    }
    if kind.is_some_and(|kind| super::team::GROUP_TEAMS.contains(&kind)) {
        return Err(refuse(
            "0x80040203",
            "The members of this team are those of its group in the directory; change the group \
             instead.",
        ));
    }
    Ok(())
}

/// Profiles open columns to those who hold rights of their own.
async fn check_profile(session: &mut Session<'_>, team: Uuid) -> Result<()> {
    let sql = session.store().sql("select 1 from {team} where teamid = ?1 and teamtype = 1");
    match exists(session, &statement!(sql, team)).await? {
        false => Ok(()),
        true => Err(refuse(
            "0x80048331",
            "An access team only receives shares; it has no column security profiles.",
        )),
    }
}
