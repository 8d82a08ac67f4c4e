//! Business units: a tree with one root; each has a default team and copies of all roles.

use base::{Error, Kind, Result, Uuid};
use db::statement;

use super::{Rule, exists, ids, on_rows, refuse, role, row};
use crate::{Event, MessageName, Session, Stage, Value, provision};

pub(super) fn rule() -> Rule {
    Rule {
        name: "business units",
        on: on_rows("businessunit"),
        run: |session, event| Box::pin(run(session, event)),
    }
}

async fn run(session: &mut Session<'_>, event: &mut Event) -> Result<()> {
    match (event.message, event.stage) {
        (MessageName::Create, Stage::Before) => set_parent(session, event).await,
        (MessageName::Create, Stage::After) => complete(session, event).await,
        (MessageName::Update, Stage::Before) => check_update(session, event).await,
        (MessageName::Update, Stage::After) => rename_team(session, event).await,
        (MessageName::Delete, Stage::Before) => clear(session, event).await,
        _ => Ok(()),
    }
}

async fn set_parent(session: &mut Session<'_>, event: &mut Event) -> Result<()> {
    let root = session.root_business_unit().await?;
    row(event)?.default_to("parentbusinessunitid", "businessunit", root);
    Ok(())
}

/// The default team, and a copy of each role of the parent.
async fn complete(session: &mut Session<'_>, event: &mut Event) -> Result<()> {
    let row = row(event)?;
    let (unit, name) = (row.id, row.written("name").cloned().unwrap_or_default());
    let parent = row.written("parentbusinessunitid").and_then(Value::id).unwrap_or_default();
    let name = name.text().unwrap_or_default().to_owned();
    provision::put_default_team(session, unit, &name).await?;
    role::copy_all(session, parent, unit).await
}

async fn check_update(session: &mut Session<'_>, event: &mut Event) -> Result<()> {
    let root = session.root_business_unit().await?;
    let row = row(event)?;
    let unit = row.id;
    let is_disabled = row.written("isdisabled").and_then(Value::bool) == Some(true);
    if unit == root && (is_disabled || row.changes("parentbusinessunitid")) {
        return Err(refuse(
            "0x80040203",
            "The root business unit can be neither disabled nor moved.",
        ));
    }
    if !row.changes("parentbusinessunitid") {
        return Ok(());
    }
    let Some(parent) = row.written("parentbusinessunitid").and_then(Value::id) else {
        return Err(refuse("0x80040203", "Every business unit but the root has a parent."));
    };
    match subtree(session, unit).await?.contains(&parent) {
        false => Ok(()),
        true => Err(refuse(
            "0x80040387",
            "A business unit cannot be moved below itself: that would be a loop.",
        )),
    }
}

/// The default team has the name of its business unit.
async fn rename_team(session: &mut Session<'_>, event: &mut Event) -> Result<()> {
    let row = row(event)?;
    if !row.changes("name") {
        return Ok(());
    }
    let (unit, name) = (row.id, row.written("name").and_then(Value::text).unwrap_or_default());
    let version = session.store().dialect().next_version(session.store());
    let sql = session.store().sql(&format!(
        "update {{team}} set name = ?1, versionnumber = {version} \
         where businessunitid = ?2 and isdefault = 1"
    ));
    session.tx().execute(&statement!(sql, name, unit)).await?;
    Ok(())
}

/// Only a disabled business unit without units, users and teams of its own goes; its default team
/// and its copies of roles go with it.
async fn clear(session: &mut Session<'_>, event: &mut Event) -> Result<()> {
    let root = session.root_business_unit().await?;
    let row = row(event)?;
    let unit = row.id;
    let is_disabled = row.old("isdisabled").and_then(Value::bool) == Some(true);
    if unit == root {
        return Err(refuse("0x80041d60", "The root business unit cannot be deleted."));
    }
    if !is_disabled {
        return Err(refuse(
            "0x80041d60",
            "Only a disabled business unit can be deleted. Set isdisabled first.",
        ));
    }
    let sql = session
        .store()
        .sql("select businessunitid from {businessunit} where parentbusinessunitid = ?1");
    if exists(session, &statement!(sql, unit)).await? {
        return Err(refuse(
            "0x80041d61",
            "The business unit has others below it. Move or delete them first.",
        ));
    }
    for (table, what) in [("systemuser", "users"), ("team", "teams of its own")] {
        let own = if table == "team" { "and coalesce(isdefault, 0) = 0" } else { "" };
        let sql = session
            .store()
            .sql(&format!("select 1 from {{{table}}} where businessunitid = ?1 {own} limit 1"));
        if exists(session, &statement!(sql, unit)).await? {
            return Err(Error::new(
                Kind::NotAllowed,
                "0x80040227",
                format!("The business unit has {what}. Move or delete them first."),
            ));
        }
    }
    provision::remove_default_team(session, unit).await?;
    role::remove_copies_of_unit(session, unit).await
}

/// A business unit and all below it.
pub(super) async fn subtree(session: &mut Session<'_>, unit: Uuid) -> Result<Vec<Uuid>> {
    let sql = session.store().sql(
        "with recursive below(id) as (select businessunitid from {businessunit} \
         where businessunitid = ?1 union select u.businessunitid from {businessunit} u \
         join below on u.parentbusinessunitid = below.id) select id from below",
    );
    ids(session, &statement!(sql, unit)).await
}
