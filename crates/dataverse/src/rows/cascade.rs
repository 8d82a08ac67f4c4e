//! What follows from a deletion or a new owner along the relationships of a row.

use std::sync::Arc;

use base::{Error, Kind, Result, Uuid};
use metadata::{CascadeAction, Column, OneToMany, Schema, Table, TableType};

use super::update::{all_columns, check_versions, update_planned, why_not};
use super::{
    Boxed, activity, check_depth, concrete, is_watched, note_change, read_row, run_steps, shares,
};
use crate::plan::{self, WritePlan};
use crate::security::{self, Right};
use crate::{MessageName, Session, Stage, Value, sql};
use crate::{audit, changes, files};

/// Children are looked for so many at a time.
pub(super) const CHILDREN_AT_ONCE: i64 = 200;

/// Deletes a row, with what its relationships say of the rows that refer to it.
pub(crate) fn delete<'a>(
    session: &'a mut Session<'_>,
    table: Arc<Table>,
    id: Uuid,
    if_version: Option<i64>,
    depth: usize,
) -> Boxed<'a, ()> {
    Box::pin(async move {
        check_depth(depth)?;
        check_versions(&table, if_version)?;
        let table = concrete(session, &table, id).await?;
        let user = session.user().clone();
        let condition = plan::access_of(&user, &table, 0, Right::Delete)?;
        let needs_all =
            audit::is_on(session, &table) || is_watched(session, MessageName::Delete, &table);
        let columns = match needs_all {
            true => all_columns(&table),
            false => Vec::new(),
        };
        let before = read_row(&mut session.read_scope(), &table, id, &columns).await?;
        let Some(before) = before else { return Err(crate::not_found(&table.logical_name, id)) };
        let stage = (MessageName::Delete, Stage::Before);
        let (before, _) =
            run_steps(session, stage, &table, id, Some(Box::new(before)), Vec::new()).await?;
        check_restrictions(session, &table, id).await?;
        // The row itself goes before what follows, so that rows which refer to each other end.
        let statement = sql::delete(session.store(), &user, &table, id, &condition, if_version);
        if session.tx().execute(&statement).await? == 0 {
            return Err(why_not(session, &table, id, Right::Delete, if_version).await);
        }
        changes::deleted(session, &table, id).await?;
        audit::deleted(session, &table, id, before.as_deref()).await?;
        follow(session, &table, id, depth).await?;
        note_change(session, &table);
        activity::deleted(session, &table, id).await?;
        forget(session, &table, id).await?;
        let stage = (MessageName::Delete, Stage::After);
        run_steps(session, stage, &table, id, before, Vec::new()).await?;
        Ok(())
    })
}

/// Whether rows refer to this one that forbid its deletion.
async fn check_restrictions(session: &mut Session<'_>, table: &Arc<Table>, id: Uuid) -> Result<()> {
    let schema = session.schema().clone();
    for (one, column, child) in &children(&schema, table) {
        if one.cascade.delete == CascadeAction::Restrict
            && !pointing(session, child, column, table, id, 1).await?.is_empty()
        {
            return Err(restricted(table, one));
        }
    }
    Ok(())
}

/// What refers to the deleted row: deleted along, or cleared.
async fn follow(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    id: Uuid,
    depth: usize,
) -> Result<()> {
    let schema = session.schema().clone();
    for (one, column, child) in &children(&schema, table) {
        match one.cascade.delete {
            CascadeAction::Cascade => {
                delete_children(session, child, column, table, id, depth).await?;
            }
            CascadeAction::RemoveLink => {
                let link = Link { child, column };
                let orphans = shares::heirs(session, one, link, (table, id)).await?;
                let (store, user) = (session.store(), session.user().clone());
                let statement = sql::unlink(store, &user, child, column, table, id);
                session.tx().execute(&statement).await?;
                note_change(session, child);
                for orphan in orphans {
                    shares::inherit(session, child.clone(), orphan, depth + 1).await?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// The relationships in which rows of `table` have others, with the lookups and the tables.
pub(super) fn children<'a>(
    schema: &'a Schema,
    table: &'a Table,
) -> Vec<(&'a OneToMany, Arc<Column>, Arc<Table>)> {
    let kept = |one: &'a OneToMany| {
        let (column, child) = plan::many_end(schema, one)?;
        // Content and shares go with their row, whoever deletes it, and have no rights of their
        // own: see `forget`.
        let is_part = ["fileattachment", security::COLUMN_SHARES];
        let is_kept = !is_part.contains(&child.logical_name.as_str())
            && child.table_type != TableType::Virtual
            && crate::ddl::storage(&column).is_some()
            && column.is_lookup();
        is_kept.then_some((one, column, child))
    };
    schema.one_to_many(&table.logical_name).filter_map(kept).collect()
}

fn restricted(table: &Table, one: &OneToMany) -> Error {
    Error::new(
        Kind::NotAllowed,
        "0x80040227",
        format!(
            "The {} cannot be deleted because rows of {} refer to it (relationship {}). Delete \
             them first, or clear their column {}.",
            table.logical_name, one.referencing_table, one.schema_name, one.referencing_column
        ),
    )
}

pub(super) async fn pointing(
    session: &mut Session<'_>,
    child: &Table,
    column: &Arc<Column>,
    table: &Table,
    id: Uuid,
    rows_max: i64,
) -> Result<Vec<Uuid>> {
    let (store, user) = (session.store(), session.user().clone());
    let statement = sql::pointing(store, &user, child, column, table, id, rows_max);
    session.tx().query(&statement).await?.iter().map(|row| row.get(0)).collect()
}

async fn delete_children(
    session: &mut Session<'_>,
    child: &Arc<Table>,
    column: &Arc<Column>,
    table: &Table,
    id: Uuid,
    depth: usize,
) -> Result<()> {
    loop {
        let ids = pointing(session, child, column, table, id, CHILDREN_AT_ONCE).await?;
        if ids.is_empty() {
            return Ok(());
        }
        for child_id in ids {
            // A child may be gone by now, as the child of another one.
            let exists = read_row(&mut session.read_scope(), child, child_id, &[]).await?;
            if exists.is_some() {
                delete(session, child.clone(), child_id, None, depth + 1).await?;
            }
        }
    }
}

/// Links and shares of a row that is gone.
async fn forget(session: &mut Session<'_>, table: &Arc<Table>, id: Uuid) -> Result<()> {
    files::forget_row(session, table, id).await?;
    let (schema, store, user) = (session.schema().clone(), session.store(), session.user().clone());
    for many in schema.many_to_many(&table.logical_name) {
        let Some(intersect) = schema.table(&many.intersect_table) else { continue };
        let ends = [(&many.table1, &many.column1), (&many.table2, &many.column2)];
        for (end, column) in ends {
            let column = intersect.column(column).filter(|_| **end == table.logical_name);
            let Some(column) = column else { continue };
            let statement = sql::delete_where(store, &user, intersect, &[(column.clone(), id)]);
            if session.tx().execute(&statement).await? > 0 {
                note_change(session, intersect);
            }
        }
    }
    for name in ["principalobjectaccess", security::COLUMN_SHARES] {
        let shares = schema.table(name);
        let Some((shares, column)) = shares.and_then(|it| Some((it, it.column("objectid")?)))
        else {
            continue;
        };
        let statement = sql::delete_where(store, &user, shares, &[(column.clone(), id)]);
        if session.tx().execute(&statement).await? > 0 {
            note_change(session, shares);
        }
    }
    Ok(())
}

/// After a row got another owner: the rows below it that follow.
pub(crate) async fn assign_children(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    id: Uuid,
    old_owner: Option<Uuid>,
    owner: &Value,
    depth: usize,
) -> Result<()> {
    let schema = session.schema().clone();
    for (one, column, child) in children(&schema, table) {
        let follows = matches!(
            one.cascade.assign,
            CascadeAction::Cascade | CascadeAction::Active | CascadeAction::UserOwned
        );
        // An activity is assigned in the table of its kind.
        if follows && child.is_owned() && child.logical_name != "activitypointer" {
            let link = Link { child: &child, column: &column };
            let group = Group { link, action: one.cascade.assign };
            assign_group(session, group, (table, id), old_owner, owner, depth).await?;
        }
    }
    Ok(())
}

/// Rows that may get their parent's new owner.
#[derive(Clone, Copy)]
struct Group<'a> {
    link: Link<'a>,
    action: CascadeAction,
}

/// The lookup of a table to the rows that rows of it are below of.
#[derive(Clone, Copy)]
pub(super) struct Link<'a> {
    pub child: &'a Arc<Table>,
    pub column: &'a Arc<Column>,
}

async fn assign_group(
    session: &mut Session<'_>,
    group: Group<'_>,
    (table, id): (&Table, Uuid),
    old_owner: Option<Uuid>,
    owner: &Value,
    depth: usize,
) -> Result<()> {
    let Group { link, action } = group;
    let Link { child, .. } = link;
    let Some(owner_column) = child.column("ownerid").cloned() else { return Ok(()) };
    let columns = [Some(owner_column.clone()), child.column("statecode").cloned()];
    let columns = columns.into_iter().flatten().collect::<Vec<_>>();
    let mut after = Uuid::nil();
    loop {
        let ids = pointing_after(session, link, (table, id), after).await?;
        let Some(last) = ids.last() else { return Ok(()) };
        after = *last;
        for child_id in ids {
            let row = read_row(&mut session.read_scope(), child, child_id, &columns).await?;
            let Some(row) = row else { continue };
            let is_active = row.get("statecode").is_none_or(|state| *state == Value::Choice(0));
            let has_owner = |id| row.get("ownerid").and_then(Value::id) == id;
            let follows = match action {
                CascadeAction::Active => is_active,
                CascadeAction::UserOwned => has_owner(old_owner),
                _ => true,
            };
            // One that has the owner already ends circles.
            if follows && !has_owner(owner.id()) {
                let values = vec![(owner_column.clone(), owner.clone())];
                let plan = WritePlan::of(values);
                update_planned(session, child.clone(), child_id, plan, None, depth + 1).await?;
            }
        }
    }
}

/// The next children by id: they still point here after they were changed.
pub(super) async fn pointing_after(
    session: &mut Session<'_>,
    link: Link<'_>,
    (table, id): (&Table, Uuid),
    after: Uuid,
) -> Result<Vec<Uuid>> {
    let (store, user) = (session.store(), session.user().clone());
    let statement = sql::pointing_after(
        store,
        &user,
        link.child,
        link.column,
        (table, id),
        after,
        CHILDREN_AT_ONCE,
    );
    session.tx().query(&statement).await?.iter().map(|row| row.get(0)).collect()
}
