//! New rows: one with everything nested in it, or many of one table at once.

use std::sync::Arc;

use base::{Result, Uuid};
use metadata::{Column, Ownership, Table};

use super::values::{Known, author, autonumbers, convert, own, resolve};
use super::{Boxed, activity, check_depth, duplicate, link, note_change, run_steps, shares};
use crate::files::{self, Pictures};
use crate::plan::{self, Asker, Children, Purpose, Values, derived};
use crate::security::{self, Access, Right};
use crate::{MessageName, Reference, RowInput, Session, Stage, Value, bulk, sql};
use crate::{audit, duplicates};

/// Rows that are prepared before they are written together.
const TOGETHER_MAX: usize = 500;

/// A row that is ready to be written.
struct Ready {
    id: Uuid,
    values: Values,
    children: Vec<Children>,
    pictures: Pictures,
}

/// Creates a row with everything nested in it.
///
/// `given` are values that the payload need not repeat: those of a key, or of the row it belongs
/// to.
pub(crate) fn create<'a>(
    session: &'a mut Session<'_>,
    table: Arc<Table>,
    row: RowInput,
    given: Values,
    depth: usize,
) -> Boxed<'a, Uuid> {
    Box::pin(async move {
        check_depth(depth)?;
        if depth == 0 {
            activity::check_direct(session, &table)?;
        }
        let mut known = Known::default();
        let ready = prepare(session, &table, row, given, &mut known, depth).await?;
        let id = ready.id;
        let statement = sql::insert(session.store(), session.user(), &table, ready.values.clone());
        let inserted = session.tx().query(&statement).await;
        inserted.map_err(|error| duplicate(session.store().dialect(), &table, id, error))?;
        follow(session, &table, ready, depth).await?;
        Ok(id)
    })
}

impl Session<'_> {
    /// Creates many rows of one table, written together where they give the same columns. Rights,
    /// steps and everything else are as for one; either all rows are created or none. A row may
    /// refer to one before it in the list.
    pub async fn create_many(&mut self, table: &str, rows: Vec<RowInput>) -> Result<Vec<Uuid>> {
        let schema = self.schema().clone();
        let table = plan::table(&schema, table)?;
        let mut ids = Vec::with_capacity(rows.len());
        let mut rows = rows.into_iter().peekable();
        let mut known = Known::default();
        while rows.peek().is_some() {
            let mut ready = Vec::new();
            for row in rows.by_ref().take(TOGETHER_MAX) {
                let row = prepare(self, table, row, Vec::new(), &mut known, 0).await?;
                known.insert((table.logical_name.clone(), row.id));
                ids.push(row.id);
                ready.push(row);
            }
            write_together(self, table, &ready).await?;
            for row in ready {
                follow(self, table, row, 0).await?;
            }
        }
        Ok(ids)
    }
}

/// Writes rows, neighbours with the same columns in one statement.
async fn write_together(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    ready: &[Ready],
) -> Result<()> {
    let same_columns = |a: &Ready, b: &Ready| {
        a.values.len() == b.values.len()
            && a.values.iter().zip(&b.values).all(|((a, _), (b, _))| Arc::ptr_eq(a, b))
    };
    let dialect = session.store().dialect();
    for alike in ready.chunk_by(same_columns) {
        let rows = alike.iter().map(|row| row.values.clone()).collect();
        for statement in sql::inserts(session.store(), session.user(), table, rows) {
            let inserted = session.tx().execute(&statement).await;
            let first = alike.first().map(|row| row.id).unwrap_or_default();
            inserted.map_err(|error| duplicate(dialect, table, first, error))?;
        }
    }
    Ok(())
}

/// The story of a new row until it is written: plan, what it refers to, what it has without being
/// told, rights, steps before.
async fn prepare(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    row: RowInput,
    given: Values,
    known: &mut Known,
    depth: usize,
) -> Result<Ready> {
    let (schema, user) = (session.schema().clone(), session.user().clone());
    let now = session.cx().now();
    let asker = Asker { schema: &schema, user: &user, now, with_names: false, cache: None };
    let mut plan = plan::write(&asker, table, row, Purpose::Create)?;
    activity::check_concrete(table)?;
    let is_id = |column: &Column| column.logical_name == table.primary_id;
    let given_id = given.iter().find(|(column, _)| is_id(column)).and_then(|(_, id)| id.id());
    let id = given_id.or(plan.id).unwrap_or_else(|| session.cx().new_id());
    for parent in std::mem::take(&mut plan.parents) {
        let made = create(session, parent.table.clone(), parent.row, Vec::new(), depth + 1).await?;
        let key = plan::RowKey::Id(made);
        plan.links.push(plan::Link { column: parent.column, table: parent.table, key });
    }
    let mut values = plan.values;
    for (column, value) in given.into_iter().filter(|(column, _)| !is_id(column)) {
        if plan::get(&values, &column.logical_name).is_none() {
            plan::set(&mut values, &column, value);
        }
    }
    let is_linked = resolve(session, plan.links, known, &mut values).await?;
    let owner = match table.ownership {
        Ownership::UserOwned => Some(own(session, &values).await?),
        _ => None,
    };
    derived::complete_new(table, author(session, &user), owner.as_ref(), &mut values)?;
    for name in bulk::unique_ids(table) {
        let id = session.cx().new_id();
        plan::fill(table, &mut values, name, || Value::Id(id));
    }
    activity::complete_new(table, &mut values);
    derived::compose(table, None, &mut values);
    convert(session, table, None, &mut values).await?;
    autonumbers(session, table, &mut values).await?;
    check_rights(session, table, id, owner.as_ref(), &values, is_linked).await?;
    let stage = (MessageName::Create, Stage::Before);
    let (_, mut values) = run_steps(session, stage, table, id, None, values).await?;
    if !user.is_system {
        derived::check_required(table, &values, true)?;
    }
    duplicates::check(session, table, id, None, &values).await?;
    let pictures = files::complete(session, table, id, &mut values).await?;
    plan::set(&mut values, plan::primary(table)?, Value::Id(id));
    Ok(Ready { id, values, children: plan.children, pictures })
}

/// Whether the caller may create the row for this owner, and link it.
async fn check_rights(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    id: Uuid,
    owner: Option<&derived::Owner>,
    values: &Values,
    is_linked: bool,
) -> Result<()> {
    let user = session.user().clone();
    // Who may write the activity may say who takes part in it.
    if user.is_system || table.logical_name == activity::PARTY {
        return Ok(());
    }
    let unit = match owner {
        Some(owner) => Some(owner.unit),
        None => plan::get(values, "businessunitid").and_then(Value::id),
    };
    let owner = owner.map(|owner| owner.id);
    security::check_create(&user, table, id, owner, unit)?;
    if is_linked
        && let Access::Filter(filter) = security::require(&user, table, Right::Append)?
        && !filter.reaches(owner, unit)
    {
        return Err(security::row_denied(&user, table, id, Right::Append));
    }
    if plan::get(values, "overriddencreatedon").is_some_and(|value| !value.is_null()) {
        session.require_privilege("prvOverrideCreatedOnCreatedBy")?;
    }
    match owner.filter(|owner| *owner != user.id) {
        None => Ok(()),
        Some(owner) => {
            let store = session.store();
            security::check_owner_can_read(session.tx(), store, &user, table, owner).await
        }
    }
}

/// The story of a new row after it was written: its activity row, the rows that come along, steps
/// after.
async fn follow(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    ready: Ready,
    depth: usize,
) -> Result<()> {
    let Ready { id, values, children, pictures } = ready;
    note_change(session, table);
    files::keep(session, table, id, pictures).await?;
    audit::created(session, table, id, &values).await?;
    activity::created(session, table, &values).await?;
    shares::written(session, table, id, &values, false, depth).await?;
    for collection in children {
        create_children(session, table, id, collection, depth).await?;
    }
    let stage = (MessageName::Create, Stage::After);
    run_steps(session, stage, table, id, None, values).await?;
    Ok(())
}

/// Rows of a collection: made and linked, or linked.
async fn create_children(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    id: Uuid,
    children: Children,
    depth: usize,
) -> Result<()> {
    use plan::Navigation;
    let mut links = children.links;
    match &children.navigation {
        Navigation::Many { column, table: many } => {
            let value = derived::lookup(id, &table.logical_name);
            for row in children.rows {
                let given = vec![(column.clone(), value.clone())];
                create(session, many.clone(), row, given, depth + 1).await?;
            }
        }
        Navigation::ManyToMany { table: many, .. } => {
            for row in children.rows {
                let made = create(session, many.clone(), row, Vec::new(), depth + 1).await?;
                links.push(Reference::id(&many.logical_name, made));
            }
        }
        Navigation::One { .. } => {}
    }
    if links.is_empty() {
        return Ok(());
    }
    link::link(session, table, id, &children.navigation, links).await
}
