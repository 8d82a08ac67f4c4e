//! Messages about many rows of one table: `POST set/Microsoft.Dynamics.CRM.<name>` with the rows in
//! `Targets`. They are bound to the sets of all tables, and their bodies can be large, so they are
//! not in the list of actions.
//!
//! To add one: a file with its function, and a line in the list below, in order of the name.

mod create_multiple;
mod delete_multiple;
mod update_multiple;
mod upsert_multiple;

use std::sync::Arc;

use base::Result;
use dataverse::{BoxFuture, Input, Reference, RowInput};
use metadata::Table;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::answer::Answer;
use super::body::{self, wrong};
use super::call::Call;

type Run = for<'a> fn(&'a Call, Arc<Table>) -> BoxFuture<'a, Result<Answer>>;

const MESSAGES: &[(&str, Run)] = &[
    ("CreateMultiple", |call, table| Box::pin(create_multiple::run(call, table))),
    ("DeleteMultiple", |call, table| Box::pin(delete_multiple::run(call, table))),
    ("UpdateMultiple", |call, table| Box::pin(update_multiple::run(call, table))),
    ("UpsertMultiple", |call, table| Box::pin(upsert_multiple::run(call, table))),
];

/// The message with this name.
pub(super) fn find(name: &str) -> Option<Run> {
    MESSAGES.iter().find(|(known, _)| *known == name).map(|(_, run)| *run)
}

#[derive(Deserialize)]
struct Body<'b> {
    #[serde(rename = "Targets", borrow)]
    targets: Option<Vec<&'b RawValue>>,
}

/// The rows in `Targets`.
fn targets(call: &Call, table: &Table) -> Result<Vec<body::Target>> {
    let Body { targets } = body::read(call)?;
    let targets = targets.ok_or_else(|| wrong("The body needs the member 'Targets'."))?;
    targets.into_iter().map(|target| body::target(&call.schema, table, target)).collect()
}

/// The rows in `Targets` with what says which row each is.
fn rows_with_keys(call: &Call, table: &Table) -> Result<Vec<(Reference, RowInput)>> {
    let keyed = |(index, target)| keyed(table, index, target);
    targets(call, table)?.into_iter().enumerate().map(keyed).collect()
}

/// Which row a target is: by `@odata.id`, else by its id.
fn keyed(table: &Table, index: usize, target: body::Target) -> Result<(Reference, RowInput)> {
    let body::Target { reference, mut row } = target;
    if let Some(reference) = reference {
        return Ok((reference, row));
    }
    let id = row.0.iter().position(|(name, _)| *name == table.primary_id);
    let id = id.map(|at| row.0.remove(at).1);
    let id = match &id {
        Some(Input::Value(value)) => value.as_str().and_then(|id| id.parse().ok()),
        _ => None,
    };
    let id = id.ok_or_else(|| {
        wrong(format!(
            "Which row the item {index} of 'Targets' is, is not said: give '{}' or '@odata.id'.",
            table.primary_id
        ))
    })?;
    Ok((Reference::id(&table.logical_name, id), row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order() {
        assert!(MESSAGES.is_sorted_by(|a, b| a.0 < b.0));
    }
}
