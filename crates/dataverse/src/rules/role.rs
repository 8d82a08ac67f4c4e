//! Roles: a role of a business unit has a copy in every unit below it; the copies follow it.

use base::{Result, Uuid};
use db::{Value as Stored, statement};
use metadata::Table;

use super::{Row, Rule, exists, ids, on_rows, refuse, row};
use crate::bulk::Rows;
use crate::well_known::SYSTEM_ADMINISTRATOR_TEMPLATE;
use crate::{Event, MessageName, Session, Stage, Value};

pub(super) fn rule() -> Rule {
    Rule { name: "roles", on: on_rows("role"), run: |session, event| Box::pin(run(session, event)) }
}

/// The columns that the copies of a role share with it.
const SHARED: &[&str] = &["name", "description", "isinherited", "roletemplateid", "appliesto"];

async fn run(session: &mut Session<'_>, event: &mut Event) -> Result<()> {
    let (message, stage) = (event.message, event.stage);
    let mut row = row(event)?;
    match (message, stage) {
        (MessageName::Create, Stage::Before) => {
            let id = row.id;
            row.set("parentrootroleid", Value::Lookup { id, table: "role".into(), name: None });
            check_name(session, &row).await
        }
        (MessageName::Create, Stage::After) => {
            let unit = row.written("businessunitid").and_then(Value::id).unwrap_or_default();
            copy_below(session, row.id, unit).await
        }
        (MessageName::Update, Stage::Before) => {
            check_immutable(session, &row)?;
            check_name(session, &row).await
        }
        (MessageName::Update, Stage::After) => update_copies(session, row.id).await,
        (MessageName::Delete, Stage::Before) => {
            check_deletable(session, &row)?;
            remove_copies(session, row.id).await
        }
        _ => Ok(()),
    }
}

/// Two roles of a business unit have different names.
async fn check_name(session: &mut Session<'_>, row: &Row<'_>) -> Result<()> {
    if !row.changes("name") {
        return Ok(());
    }
    let name = row.written("name").and_then(Value::text).unwrap_or_default();
    let unit = row.value("businessunitid").and_then(Value::id);
    let fold = session.store().dialect().fold("name");
    let sql = session.store().sql(&format!(
        "select 1 from {{role}} where {fold} = ?1 and businessunitid = ?2 and roleid <> ?3"
    ));
    let folded = db::fold(name);
    match exists(session, &statement!(sql, folded, unit, row.id)).await? {
        false => Ok(()),
        true => Err(refuse(
            "0x80041403",
            format!("A role with the name {name:?} exists in this business unit already."),
        )),
    }
}

/// The server itself may change what nobody else may.
fn check_immutable(session: &Session<'_>, row: &Row<'_>) -> Result<()> {
    if session.user().is_system {
        return Ok(());
    }
    if is_administrator(row) {
        return Err(refuse(
            "0x80041d2e",
            "The role System Administrator cannot be changed. Copy what you need to a role of \
             your own.",
        ));
    }
    if row.old("parentroleid").and_then(Value::id).is_some() {
        return Err(refuse(
            "0x80040203",
            "This role is a copy for its business unit. Change the role that it was copied from \
             (parentrootroleid).",
        ));
    }
    Ok(())
}

fn check_deletable(session: &Session<'_>, row: &Row<'_>) -> Result<()> {
    check_immutable(session, row)?;
    let can_be_deleted = row.old("canbedeleted").and_then(Value::bool) != Some(false);
    let is_managed = row.old("ismanaged").and_then(Value::bool) == Some(true);
    if session.user().is_system || can_be_deleted && !is_managed {
        return Ok(());
    }
    Err(refuse(
        "0x8004f01f",
        "The role cannot be deleted: it belongs to the platform or to a managed solution.",
    ))
}

fn is_administrator(row: &Row<'_>) -> bool {
    row.old("roletemplateid").and_then(Value::id) == Some(SYSTEM_ADMINISTRATOR_TEMPLATE)
}

/// Copies all roles of a business unit to a new one below it.
pub(super) async fn copy_all(session: &mut Session<'_>, from: Uuid, to: Uuid) -> Result<()> {
    let sql = session.store().sql("select roleid from {role} where businessunitid = ?1");
    let roles = ids(session, &statement!(sql, from)).await?;
    copy(session, &roles, to).await.map(|_| ())
}

/// Copies a new role to all business units below its own.
pub(crate) async fn copy_below(session: &mut Session<'_>, role: Uuid, unit: Uuid) -> Result<()> {
    let sql = session
        .store()
        .sql("select businessunitid from {businessunit} where parentbusinessunitid = ?1");
    let mut next = vec![(role, unit)];
    while let Some((role, unit)) = next.pop() {
        for child in ids(session, &statement!(sql.clone(), unit)).await? {
            let copies = copy(session, &[role], child).await?;
            next.extend(copies.into_iter().map(|copy| (copy, child)));
        }
    }
    Ok(())
}

/// Copies roles to a business unit; the ids of the copies.
async fn copy(session: &mut Session<'_>, roles: &[Uuid], unit: Uuid) -> Result<Vec<Uuid>> {
    let Some(table) = session.schema().table("role").cloned() else { return Ok(Vec::new()) };
    let shared: Vec<&'static str> = shared(&table);
    let mut columns = shared.clone();
    columns.extend(["businessunitid", "parentroleid", "parentrootroleid", "ismanaged"]);
    let mut rows = Rows::new(&table, &columns);
    let sql = session.store().sql(&format!(
        "select {}, coalesce(parentrootroleid, roleid), ismanaged from {{role}} where roleid = ?1",
        shared.join(", ")
    ));
    let mut copies = Vec::new();
    for role in roles {
        let mut found = session.tx().query_one(&statement!(sql.clone(), *role)).await?;
        let mut values: Vec<Stored> = (0..shared.len()).map(|index| found.take(index)).collect();
        values.extend([unit.into(), (*role).into()]);
        values.extend([found.take(shared.len()), found.take(shared.len() + 1)]);
        let id = session.cx().new_id();
        rows.push(id, values);
        copies.push(id);
    }
    let (cx, store) = (session.cx().clone(), session.store());
    let origin = session.origin(false);
    rows.insert(&cx, session.tx(), store, origin).await?;
    Ok(copies)
}

fn shared(table: &Table) -> Vec<&'static str> {
    SHARED.iter().copied().filter(|name| table.column(name).is_some()).collect()
}

/// Copies follow their role.
async fn update_copies(session: &mut Session<'_>, role: Uuid) -> Result<()> {
    let Some(table) = session.schema().table("role").cloned() else { return Ok(()) };
    let shared = shared(&table);
    let version = session.store().dialect().next_version(session.store());
    let sets = shared
        .iter()
        .map(|name| format!("{name} = (select {name} from {{role}} where roleid = ?1)"));
    let sets: Vec<_> = sets.collect();
    let sql = session.store().sql(&format!(
        "update {{role}} set {}, versionnumber = {version} \
         where parentrootroleid = ?1 and roleid <> ?1",
        sets.join(", ")
    ));
    session.tx().execute(&statement!(sql, role)).await?;
    Ok(())
}

/// Takes away the copies of a role, with who holds them, and its privileges.
pub(crate) async fn remove_copies(session: &mut Session<'_>, role: Uuid) -> Result<()> {
    let sql = session
        .store()
        .sql("select roleid from {role} where parentrootroleid = ?1 and roleid <> ?1");
    for copy in ids(session, &statement!(sql, role)).await? {
        remove(session, copy).await?;
    }
    Ok(())
}

/// Takes away the roles of a business unit that goes.
pub(super) async fn remove_copies_of_unit(session: &mut Session<'_>, unit: Uuid) -> Result<()> {
    let sql = session.store().sql("select roleid from {role} where businessunitid = ?1");
    for role in ids(session, &statement!(sql, unit)).await? {
        remove(session, role).await?;
    }
    Ok(())
}

/// After an import wrote a role: its copies are made, or follow.
pub(crate) async fn after_put(session: &mut Session<'_>, role: Uuid, is_new: bool) -> Result<()> {
    if !is_new {
        return update_copies(session, role).await;
    }
    let sql = session.store().sql("select businessunitid from {role} where roleid = ?1");
    match ids(session, &statement!(sql, role)).await?.first() {
        Some(unit) => copy_below(session, role, *unit).await,
        None => Ok(()),
    }
}

/// After an uninstall took a role away: nobody holds it or a copy of it any more.
pub(crate) async fn after_remove(session: &mut Session<'_>, role: Uuid) -> Result<()> {
    remove_copies(session, role).await?;
    remove(session, role).await?;
    for table in ["systemuserroles", "teamroles"] {
        let sql = session.store().sql(&format!(
            "delete from {{{table}}} where roleid not in (select roleid from {{role}})"
        ));
        session.tx().execute(&statement!(sql)).await?;
    }
    Ok(())
}

async fn remove(session: &mut Session<'_>, role: Uuid) -> Result<()> {
    let tables = ["systemuserroles", "teamroles", "roleprivileges", "appmoduleroles", "role"];
    for table in tables {
        if session.schema().table(table).is_some() {
            let sql = session.store().sql(&format!("delete from {{{table}}} where roleid = ?1"));
            session.tx().execute(&statement!(sql, role)).await?;
        }
    }
    Ok(())
}

/// The copy of a role that belongs to a business unit.
pub(super) async fn in_unit(
    session: &mut Session<'_>,
    role: Uuid,
    unit: Uuid,
) -> Result<Option<Uuid>> {
    let sql = session.store().sql(
        "select c.roleid from {role} r join {role} c \
         on coalesce(c.parentrootroleid, c.roleid) = coalesce(r.parentrootroleid, r.roleid) \
         where r.roleid = ?1 and c.businessunitid = ?2",
    );
    Ok(ids(session, &statement!(sql, role, unit)).await?.first().copied())
}
