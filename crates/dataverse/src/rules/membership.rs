//! Membership of teams: everybody belongs to the default team of his business unit.

use base::Result;
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
    let EventData::Link { relationship, first: team, .. } = &event.data else { return Ok(()) };
    if relationship.schema_name() != "teammembership_association" || session.user().is_system {
        return Ok(());
    }
    let sql = session.store().sql("select 1 from {team} where teamid = ?1 and isdefault = 1");
    match exists(session, &statement!(sql, *team)).await? {
        false => Ok(()),
        true => Err(refuse(
            "0x80040203",
            "The members of a default team are the users of its business unit; move the user to \
             another business unit instead.",
        )),
    }
}
