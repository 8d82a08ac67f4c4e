//! What the row messages share: carrying out reads, writing rows with all that follows.

mod activity;
mod cascade;
mod create;
mod fetch;
mod link;
mod merge;
mod read;
mod shares;
mod update;
mod values;

use std::sync::Arc;

use base::{Error, Kind, Result, Uuid};
use db::Dialect;
use metadata::Table;

use crate::{
    BoxFuture, Event, EventData, MessageName, Record, Reply, Session, Stage, Value, ddl, plan,
};

pub(crate) use activity::{check_direct, concrete, replace_parties};
pub(crate) use cascade::{assign_children, delete};
pub(crate) use create::create;
pub(crate) use fetch::fetch;
pub(crate) use link::{associate, disassociate};
pub(crate) use merge::take_over;
pub(crate) use read::{count_all, find, find_id, page, read_row, walk};
pub(crate) use shares::{Principal, own_mask, share};
pub(crate) use update::{update, update_planned};

/// Tables whose rows decide rights: users are read again after a change.
const SECURITY_TABLES: &[&str] = &[
    "businessunit",
    "fieldpermission",
    "fieldsecurityprofile",
    "hierarchysecurityconfiguration",
    "organization",
    "position",
    "principalobjectaccess",
    "principalobjectattributeaccess",
    "role",
    "roleprivileges",
    "systemuser",
    "systemuserprofiles",
    "systemuserroles",
    "team",
    "teammembership",
    "teamprofiles",
    "teamroles",
    "usersettings",
];

/// Notes what a change of a row of `table` means for what is cached.
fn note_change(session: &mut Session<'_>, table: &Table) {
    if SECURITY_TABLES.contains(&table.logical_name.as_str()) {
        session.users_changed();
    }
}

/// Whether a step runs before or after `message` on rows of `table`: then the row as it was is
/// read.
fn is_watched(session: &Session<'_>, message: MessageName, table: &Arc<Table>) -> bool {
    let event = |stage| Event {
        message,
        stage,
        data: EventData::Row {
            table: table.clone(),
            id: Uuid::nil(),
            before: None,
            values: Vec::new(),
        },
    };
    let steps = session.environment().steps();
    !steps.is_empty() && {
        let events = [event(Stage::Before), event(Stage::After)];
        let runs = |on: &crate::On| events.iter().any(|event| on.matches(event));
        steps.iter().any(|step| step.on().iter().any(runs))
    }
}

/// Runs the steps of one stage, and gives back what they made of the values.
async fn run_steps(
    session: &mut Session<'_>,
    (message, stage): (MessageName, Stage),
    table: &Arc<Table>,
    id: Uuid,
    before: Option<Box<Record>>,
    values: plan::Values,
) -> Result<(Option<Box<Record>>, plan::Values)> {
    if session.environment().steps().is_empty() {
        return Ok((before, values));
    }
    let data = EventData::Row { table: table.clone(), id, before, values };
    match session.run_steps(message, stage, data).await? {
        EventData::Row { before, values, .. } => {
            check_values(table, &values)?;
            Ok((before, values))
        }
        _ => Err(Error::internal("a step made another event of a row's")),
    }
}

/// A step may change values, but not their types.
fn check_values(table: &Table, values: &[(Arc<metadata::Column>, Value)]) -> Result<()> {
    match values.iter().find(|(column, value)| !plan::fits(column, value)) {
        None => Ok(()),
        Some((column, value)) => Err(Error::internal(format!(
            "a step set {}.{} to {value:?}, which it cannot hold",
            table.logical_name, column.logical_name
        ))),
    }
}

/// Says in the protocol's words that a row with the same key exists.
fn duplicate(dialect: Dialect, table: &Table, id: Uuid, error: Error) -> Error {
    if error.code != "db.unique" {
        return error;
    }
    let details = error.details.clone().unwrap_or_default();
    let index = details.get("index").and_then(serde_json::Value::as_str);
    let broken = |key: &&Arc<metadata::Key>| {
        Some(&*ddl::key_index(dialect, table, &key.logical_name)) == index
    };
    let columns = details.get("columns").and_then(serde_json::Value::as_array);
    let same_columns = |key: &&Arc<metadata::Key>| {
        columns.is_some_and(|columns| {
            columns.len() == key.columns.len()
                && columns.iter().all(|name| {
                    key.columns
                        .iter()
                        .any(|column| Some(&*dialect.physical_name(column)) == name.as_str())
                })
        })
    };
    let key = table.keys.values().find(broken).or_else(|| table.keys.values().find(same_columns));
    match key {
        Some(key) => Error::new(
            Kind::Precondition,
            "0x80060892",
            format!(
                "A record that has the attribute values {} already exists. The entity key {} \
                 requires that this set of attributes contains unique values. Select unique values \
                 and try again.",
                key.columns.join(", "),
                key.schema_name
            ),
        ),
        None => Error::new(
            Kind::Precondition,
            "0x80040237",
            format!("Cannot insert duplicate key: {} With Id = {id} exists.", table.logical_name),
        ),
    }
    .with_source(error)
}

/// The id behind a key; a plain id is taken as it is.
pub(crate) async fn known_id(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    key: &plan::RowKey,
) -> Result<Uuid> {
    if let plan::RowKey::Id(id) = key {
        return Ok(*id);
    }
    let found = find_id(&mut session.read_scope(), table, key).await?;
    found.ok_or_else(|| key.not_found(table))
}

/// Reads back what a write is to answer.
pub(crate) async fn returning(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    id: Uuid,
    query: Option<query::Query>,
) -> Result<Option<Box<Record>>> {
    let Some(query) = query else { return Ok(None) };
    let mut scope = session.read_scope();
    let key = plan::RowKey::Id(id);
    Ok(Some(Box::new(find(&mut scope, table, &key, &query, true).await?)))
}

/// The one related row of a reply that must be a row.
pub(crate) fn created(table: &Table, id: Uuid, record: Option<Box<Record>>) -> Reply {
    Reply::Created { table: table.logical_name.clone(), id, record }
}

/// A row was changed.
pub(crate) fn updated(table: &Table, id: Uuid, record: Option<Box<Record>>) -> Reply {
    Reply::Updated { table: table.logical_name.clone(), id, record }
}

/// How deep rows may come along with rows.
fn check_depth(depth: usize) -> Result<()> {
    if depth < base::limits::NESTING_MAX {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "Rows follow from rows more than {} levels deep; there may be a cycle.",
        base::limits::NESTING_MAX
    )))
}

/// A future of a function that calls itself.
type Boxed<'a, T> = BoxFuture<'a, Result<T>>;
