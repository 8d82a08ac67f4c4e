//! Changes of rows.

use std::sync::Arc;

use base::{Error, Kind, Result, Uuid};
use metadata::{CascadeAction, ColumnKind, Table};

use super::values::{Known, author, convert, own, resolve};
use super::{
    Boxed, activity, assign_children, check_depth, duplicate, is_watched, note_change, read_row,
    run_steps, shares,
};
use crate::plan::{self, Asker, Purpose, Values, WritePlan, derived};
use crate::security::{self, ColumnUse, Right};
use crate::{MessageName, Record, RowInput, Session, Stage, Value, ddl, sql};
use crate::{audit, duplicates, files};

/// Changes the columns that `row` gives.
pub(crate) async fn update(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    id: Uuid,
    row: RowInput,
    if_version: Option<i64>,
) -> Result<()> {
    activity::check_direct(session, table)?;
    let (schema, user) = (session.schema().clone(), session.user().clone());
    let now = session.cx().now();
    let asker = Asker { schema: &schema, user: &user, now, with_names: false, cache: None };
    let plan = plan::write(&asker, table, row, Purpose::Update)?;
    if plan.id.is_some_and(|given| given != id) {
        let name = &table.primary_id;
        return Err(plan::payload(table, format!("'{name}' is not the id of the row, {id}")));
    }
    update_planned(session, table.clone(), id, plan, if_version, 0).await
}

/// The story of a change: what it refers to, what follows from it, rights, steps before, write,
/// steps after, rows that follow.
pub(crate) fn update_planned<'a>(
    session: &'a mut Session<'_>,
    table: Arc<Table>,
    id: Uuid,
    plan: WritePlan,
    if_version: Option<i64>,
    depth: usize,
) -> Boxed<'a, ()> {
    Box::pin(async move {
        check_depth(depth)?;
        check_versions(&table, if_version)?;
        let user = session.user().clone();
        let mut values = plan.values;
        check_shared_columns(session, &table, id, &plan.secured).await?;
        let is_linked = resolve(session, plan.links, &mut Known::default(), &mut values).await?;
        check_loops(session, &table, id, &values).await?;
        let before = before(session, &table, id, &values).await?;
        derive(session, &table, before.as_deref(), &mut values).await?;
        let is_assigned = is_assigned(before.as_deref(), &values);
        let right = right(&values);
        check_rights(session, &table, id, &values, is_linked, is_assigned).await?;
        derived::changed(&table, author(session, &user), &mut values);
        let stage = (MessageName::Update, Stage::Before);
        let (before, mut values) = run_steps(session, stage, &table, id, before, values).await?;
        duplicates::check(session, &table, id, before.as_deref(), &values).await?;
        let pictures = files::complete(session, &table, id, &mut values).await?;
        if !user.is_system {
            derived::check_required(&table, &values, false)?;
        }
        let condition = plan::access_of(&user, &table, 0, right)?;
        let change = sql::Change { id, values: values.clone(), condition, if_version };
        let statement = sql::update(session.store(), &user, &table, change);
        let changed = session.tx().query(&statement).await;
        let changed =
            changed.map_err(|error| duplicate(session.store().dialect(), &table, id, error))?;
        if changed.is_empty() {
            return Err(why_not(session, &table, id, right, if_version).await);
        }
        note_change(session, &table);
        files::replaced(session, id, &values).await?;
        files::keep(session, &table, id, pictures).await?;
        audit::updated(session, &table, id, before.as_deref(), &values).await?;
        activity::updated(session, &table, id, &values).await?;
        let old_owner = before.as_deref().and_then(|row| row.get("ownerid")).and_then(Value::id);
        let new_owner = plan::get(&values, "ownerid").cloned().filter(|_| is_assigned);
        if is_assigned {
            shares::keep_for_previous_owner(session, &table, id, before.as_deref()).await?;
        }
        shares::written(session, &table, id, &values, is_assigned, depth).await?;
        let stage = (MessageName::Update, Stage::After);
        run_steps(session, stage, &table, id, before, values).await?;
        match new_owner {
            Some(owner) => assign_children(session, &table, id, old_owner, &owner, depth).await,
            None => Ok(()),
        }
    })
}

/// Secured columns that no profile opens may be changed in a row where that was shared.
async fn check_shared_columns(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    id: Uuid,
    secured: &[Arc<metadata::Column>],
) -> Result<()> {
    let (user, store) = (session.user().clone(), session.store());
    for column in secured {
        let used = ColumnUse::Update;
        if !security::is_value_shared(session.tx(), store, &user, column, id, used).await? {
            let refusal = security::refuse_column(&user, table, column, ColumnUse::Update);
            return refusal.map_or(Ok(()), Err);
        }
    }
    Ok(())
}

/// A row may not come to be below itself in a hierarchy.
async fn check_loops(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    id: Uuid,
    values: &Values,
) -> Result<()> {
    let schema = session.schema().clone();
    for (column, value) in values {
        let Some(parent) = value.id().filter(|_| column.is_lookup()) else { continue };
        let is_hierarchy = schema.many_to_one(&table.logical_name).any(|one| {
            one.referencing_column == column.logical_name
                && one.referenced_table == table.logical_name
                && (one.is_hierarchical || one.cascade.assign == CascadeAction::Cascade)
        });
        if !is_hierarchy {
            continue;
        }
        let statement = sql::is_above(session.store(), session.user(), table, column, id, parent);
        if !session.tx().query(&statement).await?.is_empty() {
            return Err(Error::new(
                Kind::Invalid,
                "0x80040387",
                format!(
                    "Creating this parental association would create a loop in {} hierarchy: \
                     {parent} is {id} or below it.",
                    table.logical_name
                ),
            ));
        }
    }
    Ok(())
}

/// The version of a row can only be a condition where the table keeps it.
pub(super) fn check_versions(table: &Table, if_version: Option<i64>) -> Result<()> {
    let is_off =
        table.flags.get("IsOptimisticConcurrencyEnabled").and_then(serde_json::Value::as_bool)
            == Some(false);
    if if_version.is_none() || (!is_off && table.column("versionnumber").is_some()) {
        return Ok(());
    }
    Err(Error::new(
        Kind::Invalid,
        "0x8006088d",
        format!("Optimistic concurrency isn't enabled for entity type {}.", table.logical_name),
    ))
}

/// What is needed of the row as it was: everything if a step looks at it, else what other values
/// are derived from; nothing for most changes.
async fn before(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    id: Uuid,
    values: &Values,
) -> Result<Option<Box<Record>>> {
    let needs_all = audit::is_on(session, table)
        || session.cx().detects_duplicates
        || is_watched(session, MessageName::Update, table);
    let columns = match needs_all {
        true => all_columns(table),
        false => derived::needed_before(table, values),
    };
    if columns.is_empty() {
        return Ok(None);
    }
    let row = read_row(&mut session.read_scope(), table, id, &columns).await?;
    row.map(|row| Some(Box::new(row))).ok_or_else(|| crate::not_found(&table.logical_name, id))
}

/// Everything that is kept of a row.
pub(super) fn all_columns(table: &Table) -> Vec<Arc<metadata::Column>> {
    let kept = |column: &&Arc<metadata::Column>| ddl::storage(column).is_some();
    table.columns.values().filter(kept).cloned().collect()
}

async fn derive(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    before: Option<&Record>,
    values: &mut Values,
) -> Result<()> {
    if let Some(before) = before.filter(|_| derived::is_restated(values)) {
        derived::restate(table, before, values)?;
    }
    derived::compose(table, before, values);
    convert(session, table, before, values).await?;
    if let Some(Value::Lookup { .. }) = plan::get(values, "ownerid") {
        let owner = own(session, values).await?;
        derived::owned(table, &owner, values);
    }
    Ok(())
}

/// Whether the row gets another owner.
fn is_assigned(before: Option<&Record>, values: &Values) -> bool {
    let owner = plan::get(values, "ownerid").and_then(Value::id);
    let old = before.and_then(|row| row.get("ownerid")).and_then(Value::id);
    owner.is_some() && owner != old
}

/// A change of the owner alone needs no right to write.
fn right(values: &Values) -> Right {
    const OWNER: &[&str] = &["ownerid", "owninguser", "owningteam", "owningbusinessunit"];
    let is_owner =
        |(column, _): &(Arc<metadata::Column>, Value)| OWNER.contains(&&*column.logical_name);
    match !values.is_empty() && values.iter().all(is_owner) {
        true => Right::Assign,
        false => Right::Write,
    }
}

async fn check_rights(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    id: Uuid,
    values: &Values,
    is_linked: bool,
    is_assigned: bool,
) -> Result<()> {
    let (user, store) = (session.user().clone(), session.store());
    if user.is_system {
        return Ok(());
    }
    if is_linked {
        security::check_row(session.tx(), store, &user, table, id, Right::Append).await?;
    }
    let is_owner = |column: &metadata::Column| column.kind == ColumnKind::Owner;
    let owner = values.iter().find(|(column, _)| is_owner(column));
    match owner.and_then(|(_, owner)| owner.id()).filter(|_| is_assigned) {
        None => Ok(()),
        Some(owner) => {
            security::check_row(session.tx(), store, &user, table, id, Right::Assign).await?;
            security::check_owner_can_read(session.tx(), store, &user, table, owner).await
        }
    }
}

/// Why a statement changed no row: it is not there, may not be changed, or has another version.
pub(super) async fn why_not(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    id: Uuid,
    right: Right,
    if_version: Option<i64>,
) -> Error {
    let row = match read_row(&mut session.read_scope(), table, id, &[]).await {
        Ok(Some(row)) => row,
        Ok(None) => return crate::not_found(&table.logical_name, id),
        Err(error) => return error,
    };
    let (user, store) = (session.user().clone(), session.store());
    if let Err(error) = security::check_row(session.tx(), store, &user, table, id, right).await {
        return error;
    }
    match if_version.filter(|version| *version != row.version) {
        Some(_) => Error::new(
            Kind::Precondition,
            "0x80060882",
            "The version of the existing record doesn't match the RowVersion property provided.",
        ),
        None => security::row_denied(&user, table, id, right),
    }
}
