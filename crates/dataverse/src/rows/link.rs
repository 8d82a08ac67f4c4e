//! Links between rows through a navigation property.

use std::sync::Arc;

use base::{Error, Kind, Result, Uuid};
use metadata::{Column, Table};

use super::values::{Known, target};
use super::{concrete, note_change, update_planned};
use crate::plan::{self, Link, Navigation, RowKey, Values, WritePlan, derived};
use crate::security::{self, ColumnUse, Right};
use crate::{EventData, MessageName, Reference, Session, Stage, Value, sql};

/// Links rows to a row through one of its navigation properties.
pub(crate) async fn associate(
    session: &mut Session<'_>,
    row: &Reference,
    navigation: &str,
    related: Vec<Reference>,
) -> Result<()> {
    let (table, id, way) = find(session, row, navigation).await?;
    if let Navigation::One { column, targets } = way {
        let [reference] = related.as_slice() else {
            return Err(plan::bad(format!("'{navigation}' leads to one row; give one reference.")));
        };
        let link = to_one(session, navigation, &column, &targets, reference)?;
        let secured = secured(session, &table, &column)?;
        let plan = WritePlan { links: vec![link], secured, ..WritePlan::of(Vec::new()) };
        return update_planned(session, table, id, plan, None, 0).await;
    }
    link(session, &table, id, &way, related).await
}

/// Links rows to a row whose navigation property is known to lead to many.
pub(super) async fn link(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    id: Uuid,
    way: &Navigation,
    related: Vec<Reference>,
) -> Result<()> {
    let schema = session.schema().clone();
    for reference in related {
        let other = plan::table(&schema, &reference.set_or_table)?;
        let key = plan::row_key(other, &reference.key)?;
        match way {
            Navigation::Many { column, table: many } => {
                check_target(other, many)?;
                let child = found(session, other, &key).await?;
                let link =
                    Link { column: column.clone(), table: table.clone(), key: RowKey::Id(id) };
                let secured = secured(session, other, column)?;
                let plan = WritePlan { links: vec![link], secured, ..WritePlan::of(Vec::new()) };
                let child_table = concrete(session, other, child).await?;
                let plan = plan.for_table(&child_table);
                update_planned(session, child_table, child, plan, None, 0).await?;
            }
            Navigation::ManyToMany { table: many, .. } => {
                check_target(other, many)?;
                let far = found(session, other, &key).await?;
                let ends = Ends::of(table, id, way, far)?;
                ends.check_rights(session).await?;
                ends.insert(session).await?;
            }
            Navigation::One { .. } => {
                return Err(Error::internal("a lookup is written, not linked"));
            }
        }
    }
    Ok(())
}

/// Takes a link away.
pub(crate) async fn disassociate(
    session: &mut Session<'_>,
    row: &Reference,
    navigation: &str,
    related: Option<Reference>,
) -> Result<()> {
    let (table, id, way) = find(session, row, navigation).await?;
    if let Navigation::One { column, .. } = &way {
        let column = column.clone();
        if let Some(reference) = related {
            check_points(session, &table, id, &column, &reference).await?;
        }
        let secured = secured(session, &table, &column)?;
        let plan = WritePlan { secured, ..WritePlan::of(vec![(column, Value::Null)]) };
        return update_planned(session, table, id, plan, None, 0).await;
    }
    let reference = related.ok_or_else(|| {
        plan::bad(format!("'{navigation}' is a collection; say which row is to be unlinked."))
    })?;
    let schema = session.schema().clone();
    let other = plan::table(&schema, &reference.set_or_table)?;
    let key = plan::row_key(other, &reference.key)?;
    let far = found(session, other, &key).await?;
    match &way {
        Navigation::Many { column, table: many } => {
            check_target(other, many)?;
            let back = Reference::id(&table.logical_name, id);
            check_points(session, other, far, column, &back).await?;
            let child_table = concrete(session, other, far).await?;
            let secured = secured(session, other, column)?;
            let plan = WritePlan { secured, ..WritePlan::of(vec![(column.clone(), Value::Null)]) };
            let plan = plan.for_table(&child_table);
            update_planned(session, child_table, far, plan, None, 0).await
        }
        _ => {
            let ends = Ends::of(&table, id, &way, far)?;
            ends.check_rights(session).await?;
            ends.remove(session).await
        }
    }
}

async fn find(
    session: &mut Session<'_>,
    row: &Reference,
    navigation: &str,
) -> Result<(Arc<Table>, Uuid, Navigation)> {
    let schema = session.schema().clone();
    let table = plan::table(&schema, &row.set_or_table)?;
    let key = plan::row_key(table, &row.key)?;
    let id = found(session, table, &key).await?;
    let table = concrete(session, table, id).await?;
    let way = plan::navigation(&schema, &table, navigation)
        .ok_or_else(|| plan::unknown_property(&table, navigation))?;
    Ok((table, id, way))
}

async fn found(session: &mut Session<'_>, table: &Arc<Table>, key: &RowKey) -> Result<Uuid> {
    target(session, table, key, &mut Known::default(), false).await
}

/// The lookup, if it is secured and may only be changed where that is shared with the caller.
fn secured(session: &Session<'_>, table: &Table, column: &Arc<Column>) -> Result<Vec<Arc<Column>>> {
    let needs_share = security::needs_share(session.user(), table, column, ColumnUse::Update)?;
    Ok(needs_share.then(|| column.clone()).into_iter().collect())
}

fn to_one(
    session: &Session<'_>,
    navigation: &str,
    column: &Arc<Column>,
    targets: &[Arc<Table>],
    reference: &Reference,
) -> Result<Link> {
    let table = plan::table(session.schema(), &reference.set_or_table)?.clone();
    if !targets.iter().any(|target| target.logical_name == table.logical_name) {
        return Err(plan::bad(format!(
            "'{navigation}' does not lead to rows of {}.",
            table.logical_name
        )));
    }
    let key = plan::row_key(&table, &reference.key)?;
    Ok(Link { column: column.clone(), table, key })
}

fn check_target(given: &Table, wanted: &Table) -> Result<()> {
    if given.logical_name == wanted.logical_name {
        return Ok(());
    }
    Err(plan::bad(format!(
        "A row of {} was expected, not of {}.",
        wanted.logical_name, given.logical_name
    )))
}

/// A link that is to be taken away must be there.
async fn check_points(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    id: Uuid,
    column: &Arc<Column>,
    reference: &Reference,
) -> Result<()> {
    let schema = session.schema().clone();
    let other = plan::table(&schema, &reference.set_or_table)?;
    let key = plan::row_key(other, &reference.key)?;
    let wanted = found(session, other, &key).await?;
    let columns = [column.clone()];
    let row = super::read_row(&mut session.read_scope(), table, id, &columns).await?;
    let value = row.as_ref().and_then(|row| row.get(&column.logical_name)).and_then(Value::id);
    if value == Some(wanted) { Ok(()) } else { Err(not_linked(table, id, wanted)) }
}

fn not_linked(table: &Table, id: Uuid, other: Uuid) -> Error {
    Error::not_found(
        "0x80040217",
        format!("{} With Id = {id} is not linked to {other}", table.logical_name),
    )
}

/// The two rows of a link through an intersect table.
struct Ends {
    relationship: String,
    intersect: Arc<Table>,
    near: (Arc<Column>, Arc<Table>, Uuid),
    far: (Arc<Column>, Arc<Table>, Uuid),
    is_first: bool,
}

impl Ends {
    fn of(table: &Arc<Table>, id: Uuid, way: &Navigation, far_id: Uuid) -> Result<Self> {
        let Navigation::ManyToMany { relationship, intersect, near, far, table: many, is_first } =
            way
        else {
            return Err(Error::internal("the navigation property leads through no table"));
        };
        Ok(Self {
            relationship: relationship.clone(),
            intersect: intersect.clone(),
            near: (near.clone(), table.clone(), id),
            far: (far.clone(), many.clone(), far_id),
            is_first: *is_first,
        })
    }

    /// The row in the URL must allow that others are appended to it, and each other that it is.
    async fn check_rights(&self, session: &mut Session<'_>) -> Result<()> {
        let (user, store) = (session.user().clone(), session.store());
        let checks = [
            (&self.near, [Right::Read, Right::AppendTo]),
            (&self.far, [Right::Read, Right::Append]),
        ];
        for ((_, table, id), rights) in checks {
            for right in rights {
                security::check_row(session.tx(), store, &user, table, *id, right).await?;
            }
        }
        Ok(())
    }

    fn values(&self) -> [(Arc<Column>, Uuid); 2] {
        [(self.near.0.clone(), self.near.2), (self.far.0.clone(), self.far.2)]
    }

    async fn exists(&self, session: &mut Session<'_>) -> Result<bool> {
        let statement =
            sql::linked(session.store(), session.user(), &self.intersect, &self.values());
        Ok(!session.tx().query(&statement).await?.is_empty())
    }

    async fn insert(&self, session: &mut Session<'_>) -> Result<()> {
        if self.exists(session).await? {
            return Err(Error::new(
                Kind::Precondition,
                "0x80040237",
                format!(
                    "Cannot insert duplicate key: the rows are linked by {} already.",
                    self.relationship
                ),
            ));
        }
        self.run_steps(session, MessageName::Associate, Stage::Before).await?;
        let id = session.cx().new_id();
        let mut values: Values = vec![(plan::primary(&self.intersect)?.clone(), Value::Id(id))];
        for (column, table, id) in [&self.near, &self.far] {
            let value = match column.is_lookup() {
                true => derived::lookup(*id, &table.logical_name),
                false => Value::Id(*id),
            };
            values.push((column.clone(), value));
        }
        let statement = sql::insert(session.store(), session.user(), &self.intersect, values);
        session.tx().query(&statement).await?;
        note_change(session, &self.intersect);
        self.run_steps(session, MessageName::Associate, Stage::After).await
    }

    async fn remove(&self, session: &mut Session<'_>) -> Result<()> {
        if !self.exists(session).await? {
            return Err(not_linked(&self.near.1, self.near.2, self.far.2));
        }
        self.run_steps(session, MessageName::Disassociate, Stage::Before).await?;
        let statement =
            sql::delete_where(session.store(), session.user(), &self.intersect, &self.values());
        session.tx().execute(&statement).await?;
        note_change(session, &self.intersect);
        self.run_steps(session, MessageName::Disassociate, Stage::After).await
    }

    async fn run_steps(
        &self,
        session: &mut Session<'_>,
        message: MessageName,
        stage: Stage,
    ) -> Result<()> {
        if session.environment().steps().is_empty() {
            return Ok(());
        }
        let relationship = session.schema().relationship(&self.relationship).cloned();
        let relationship = relationship.ok_or_else(|| {
            Error::internal(format!("the relationship {} is gone", self.relationship))
        })?;
        let (first, second) = match self.is_first {
            true => (self.near.2, self.far.2),
            false => (self.far.2, self.near.2),
        };
        let data = EventData::Link { relationship, first, second };
        session.run_steps(message, stage, data).await?;
        Ok(())
    }
}
