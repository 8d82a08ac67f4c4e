//! Carrying out reads.

use std::collections::HashMap;
use std::sync::Arc;

use base::{Error, Kind, Result, Uuid, limits};
use db::{RowRef, Statement, Store, ValueRef};
use metadata::Table;
use query::Query;

use super::Boxed;
use crate::plan::{self, Asker, Base, Branch, ExpandParent, ExpandPlan, ReadPlan, RowKey, Token};
use crate::security::{self, Right};
use crate::session::ReadScope;
use crate::{Expanded, Page, Record, User, Value, sql};

/// Ids in one statement; lists are filled up to one of a few lengths, so that statements recur.
const IDS_MAX: usize = 512;

/// One row.
pub(crate) async fn find(
    scope: &mut ReadScope<'_>,
    table: &Arc<Table>,
    key: &RowKey,
    query: &Query,
    with_names: bool,
) -> Result<Record> {
    let asker = asker(scope, with_names);
    let base = Base::Row(key.clone());
    let plan = plan::read(&asker, table, query, &base)?;
    let statement = sql::select(scope.store, scope.user, &plan);
    let shape = sql::Shape::of(&plan, 0);
    let mut found = None;
    let take = |row: &RowRef<'_>| {
        found = Some(shape.record(row)?.0);
        Ok(())
    };
    match plan.expands.is_empty() {
        true => scope.db.for_each_alone(&statement, take).await?,
        false => scope.db.for_each(&statement, take).await?,
    }
    let Some(record) = found else { return Err(why_not_found(scope, table, key).await) };
    let mut records = [record];
    finish(scope, &plan, &mut records).await?;
    let [record] = records;
    Ok(record)
}

/// A row that was not found is not there, or may not be read.
async fn why_not_found(scope: &mut ReadScope<'_>, table: &Arc<Table>, key: &RowKey) -> Error {
    match find_id(scope, table, key).await {
        Ok(Some(id)) => security::row_denied(scope.user, table, id, Right::Read),
        Ok(None) => key.not_found(table),
        Err(error) => error,
    }
}

/// The id of a row, whoever may read it.
pub(crate) async fn find_id(
    scope: &mut ReadScope<'_>,
    table: &Arc<Table>,
    key: &RowKey,
) -> Result<Option<Uuid>> {
    let asker = asker(scope, false);
    let mut plan = plan::row_before(&asker, table, Uuid::nil(), &[])?;
    plan.condition = key.condition(plan::primary(table)?);
    let statement = sql::select(scope.store, scope.user, &plan);
    let rows = scope.db.query(&statement).await?;
    rows.first().map(|row| row.get(0)).transpose()
}

/// Columns of a row, whoever may read it.
pub(crate) async fn read_row(
    scope: &mut ReadScope<'_>,
    table: &Arc<Table>,
    id: Uuid,
    columns: &[Arc<metadata::Column>],
) -> Result<Option<Record>> {
    let asker = asker(scope, false);
    let plan = plan::row_before(&asker, table, id, columns)?;
    let statement = sql::select(scope.store, scope.user, &plan);
    let shape = sql::Shape::of(&plan, 0);
    let mut found = None;
    scope
        .db
        .for_each(&statement, |row| {
            let (mut record, _) = shape.record(row)?;
            record.values.truncate(plan.columns.shown);
            found = Some(record);
            Ok(())
        })
        .await?;
    Ok(found)
}

/// A page of rows.
pub(crate) async fn page(
    scope: &mut ReadScope<'_>,
    table: &Arc<Table>,
    query: &Query,
    base: &Base,
    with_names: bool,
) -> Result<Page> {
    let asker = asker(scope, with_names);
    let plan = plan::read(&asker, table, query, base)?;
    let Found { mut rows, last, has_more } = found(scope, &plan).await?;
    let count =
        if plan.count { Some(count(scope, &plan, limits::COUNT_MAX + 1).await?) } else { None };
    finish(scope, &plan, &mut rows).await?;
    let token = Token { fingerprint: plan.fingerprint, values: last };
    Ok(Page { rows, count, next: has_more.then(|| token.encode()), is_paged: plan.is_paged })
}

/// Rows of a page as they come.
#[derive(Default)]
struct Found {
    rows: Vec<Record>,
    /// The values of the order in the last row.
    last: Vec<db::Value>,
    /// Whether there are rows for another page.
    has_more: bool,
}

/// The rows of a page: by walking along the order where that is likely to be short, else through
/// what the user may reach.
async fn found(scope: &mut ReadScope<'_>, plan: &ReadPlan) -> Result<Found> {
    let shape = sql::Shape::of(plan, 0);
    if let Some(walk) = walk(scope.store, scope.user, plan) {
        let mut found = Found::default();
        let take = |row: &RowRef<'_>| found.take(plan, &shape, row);
        if scope.db.for_each_within(&walk, limits::PAGE_WALK_STEPS_MAX, take).await? {
            return Ok(found);
        }
    }
    let statement = sql::select(scope.store, scope.user, plan);
    let mut found = Found::default();
    scope.db.for_each(&statement, |row| found.take(plan, &shape, row)).await?;
    Ok(found)
}

/// The statement that walks along the order, where it is worth an attempt.
pub(crate) fn walk(store: &Store, user: &User, plan: &ReadPlan) -> Option<Statement> {
    let is_wanted = plan.walks && !store.dialect().weighs_limits();
    is_wanted.then(|| sql::walk(store, user, plan))
}

impl Found {
    fn take(&mut self, plan: &ReadPlan, shape: &sql::Shape<'_>, row: &RowRef<'_>) -> Result<()> {
        if self.rows.len() == plan.rows_max {
            self.has_more = true;
            return Ok(());
        }
        let (record, place) = shape.record(row)?;
        self.rows.push(record);
        if plan.is_paged && self.rows.len() == plan.rows_max {
            let values = (place..row.len()).map(|index| row.value(index).map(ValueRef::to_value));
            self.last = values.collect::<Result<_>>()?;
        }
        Ok(())
    }
}

async fn count(scope: &mut ReadScope<'_>, plan: &ReadPlan, max: i64) -> Result<i64> {
    let statement = sql::count(scope.store, scope.user, plan, max);
    scope.db.query_one(&statement).await?.get(0)
}

/// How many rows there are that the user may read.
pub(crate) async fn count_all(
    scope: &mut ReadScope<'_>,
    table: &Arc<Table>,
    query: &Query,
    base: &Base,
) -> Result<i64> {
    let plan = plan::read(&asker(scope, false), table, query, base)?;
    count(scope, &plan, i64::MAX).await
}

/// Reads the related rows, and takes away what was only read for them.
async fn finish(scope: &mut ReadScope<'_>, plan: &ReadPlan, rows: &mut [Record]) -> Result<()> {
    for expand in &plan.expands {
        self::expand(scope, expand, rows).await?;
    }
    for row in rows {
        row.values.truncate(plan.columns.shown);
    }
    Ok(())
}

/// Reads the rows of one navigation property for all rows of a page.
async fn expand(scope: &mut ReadScope<'_>, expand: &ExpandPlan, rows: &mut [Record]) -> Result<()> {
    let mut related: Vec<Related> = rows.iter().map(|_| Related::default()).collect();
    for branch in &expand.branches {
        let parents = parents(&branch.parent, rows);
        let mut ids = parents.keys().copied().collect::<Vec<_>>();
        // Ids in order make pages of the index neighbours.
        ids.sort_unstable();
        let mut brought = 0;
        for ids in ids.chunks(IDS_MAX) {
            let Children { belongs, mut rows } = group(scope, branch, ids, &mut brought).await?;
            finish_boxed(scope, &branch.plan, &mut rows).await?;
            for ((parent, order), row) in belongs.into_iter().zip(rows) {
                let Some((last, others)) = parents.get(&parent).and_then(|of| of.split_last())
                else {
                    continue;
                };
                for other in others {
                    related[*other].put(branch, row.clone(), order.clone());
                }
                related[*last].put(branch, row, order);
            }
        }
    }
    for (row, related) in rows.iter_mut().zip(related) {
        let expanded = match expand.branches.as_slice() {
            [branch] if expand.is_collection => Expanded::Many(related.page(branch)),
            _ => Expanded::One(related.rows.into_iter().next().map(Box::new)),
        };
        row.expanded.push((expand.navigation.clone(), expanded));
    }
    Ok(())
}

/// The rows that come along with one row.
#[derive(Default)]
struct Related {
    rows: Vec<Record>,
    /// The values of the order in the last row, where rows come page by page.
    last: Vec<db::Value>,
    /// Whether there are rows for another page.
    has_more: bool,
}

impl Related {
    fn put(&mut self, branch: &Branch, row: Record, order: Vec<db::Value>) {
        if self.rows.len() == branch.page.unwrap_or(limits::PAGE_ROWS_MAX) {
            self.has_more = true;
            return;
        }
        self.rows.push(row);
        self.last = order;
    }

    fn page(self, branch: &Branch) -> Page {
        let token = Token { fingerprint: branch.plan.fingerprint, values: self.last };
        let is_paged = branch.page.is_some();
        let next = (is_paged && self.has_more).then(|| token.encode());
        Page { rows: self.rows, count: None, next, is_paged }
    }
}

fn finish_boxed<'a>(
    scope: &'a mut ReadScope<'_>,
    plan: &'a ReadPlan,
    rows: &'a mut [Record],
) -> Boxed<'a, ()> {
    Box::pin(finish(scope, plan, rows))
}

/// The rows of a page by the id that their related rows are found by.
fn parents(parent: &ExpandParent, rows: &[Record]) -> HashMap<Uuid, Vec<usize>> {
    let mut parents: HashMap<Uuid, Vec<usize>> = HashMap::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        let id = match parent {
            ExpandParent::Id => Some(row.id),
            ExpandParent::Lookup(place, target) => match &row.values[*place].1 {
                Value::Lookup { id, table, .. } if **table == **target => Some(*id),
                _ => None,
            },
        };
        if let Some(id) = id {
            parents.entry(id).or_default().push(index);
        }
    }
    parents
}

/// Related rows of some rows.
struct Children {
    /// To which row each belongs, and its values of the order.
    belongs: Vec<(Uuid, Vec<db::Value>)>,
    rows: Vec<Record>,
}

/// The related rows of some rows, and to which of them each belongs.
async fn group(
    scope: &mut ReadScope<'_>,
    branch: &Branch,
    ids: &[Uuid],
    brought: &mut usize,
) -> Result<Children> {
    let filled = ids.len().next_power_of_two().min(IDS_MAX).max(ids.len());
    let last = ids.last().copied().unwrap_or_default();
    let mut list = ids.iter().map(|id| db::Value::Id(*id)).collect::<Vec<_>>();
    list.resize(filled, db::Value::Id(last));
    let rows_max = limits::EXPANDED_ROWS_MAX.saturating_sub(*brought) + 1;
    let statement = sql::group(scope.store, scope.user, branch, list, rows_max);
    let shape = sql::Shape::of(&branch.plan, 1);
    let steps = if branch.page.is_some() { branch.plan.order.len() } else { 0 };
    let (mut belongs, mut rows) = (Vec::new(), Vec::new());
    scope
        .db
        .for_each(&statement, |row| {
            let (record, place) = shape.record(row)?;
            let order =
                (place..place + steps).map(|index| row.value(index).map(ValueRef::to_value));
            belongs.push((row.get(0)?, order.collect::<Result<_>>()?));
            rows.push(record);
            Ok(())
        })
        .await?;
    *brought += rows.len();
    if *brought > limits::EXPANDED_ROWS_MAX {
        return Err(Error::new(
            Kind::Invalid,
            "0x80060888",
            format!(
                "The $expand brings more than {} rows; ask for smaller pages.",
                limits::EXPANDED_ROWS_MAX
            ),
        ));
    }
    Ok(Children { belongs, rows })
}

/// Who asks.
pub(super) fn asker<'a>(scope: &ReadScope<'a>, with_names: bool) -> Asker<'a> {
    Asker {
        schema: scope.schema,
        user: scope.user,
        now: scope.cx.now(),
        with_names,
        cache: Some(scope.columns),
    }
}
