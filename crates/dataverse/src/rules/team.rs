//! Teams: each business unit has one that nobody can delete or move.

use base::Result;
use db::statement;

use super::{Rule, on_rows, refuse, row};
use crate::{Event, MessageName, Session, Stage, Value};

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
            Ok(())
        }
        (MessageName::Update, Stage::Before) if is_default && row.changes("businessunitid") => {
            Err(refuse("0x80040203", "The default team stays in its business unit."))
        }
        (MessageName::Update, Stage::After) if row.changes("businessunitid") => {
            let team = row.id;
            let sql = session.store().sql("delete from {teamroles} where teamid = ?1");
            session.tx().execute(&statement!(sql, team)).await?;
            Ok(())
        }
        (MessageName::Delete, Stage::Before) if is_default => Err(refuse(
            "0x80048307",
            "The default team of a business unit cannot be deleted; it goes with the business unit.",
        )),
        _ => Ok(()),
    }
}
