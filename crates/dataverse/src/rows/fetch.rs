//! Carrying out queries over linked tables.

use base::{Error, Kind, Result, limits};
use db::Statement;
use query::fetch::{Fetch, Figure};

use super::read::asker;
use crate::plan::{self, FetchPlan, Output, Source};
use crate::session::ReadScope;
use crate::{Fetched, FetchedColumn, FetchedRow, Value, sql};

/// A page of rows or groups.
pub(crate) async fn fetch(
    scope: &mut ReadScope<'_>,
    fetch: &Fetch,
    filter: Option<&query::Filter>,
    with_names: bool,
) -> Result<Fetched> {
    let plan = plan::fetch(&asker(scope, with_names), fetch, filter)?;
    check_sources(scope, &plan).await?;
    let statement = sql::fetch(scope.store, scope.user, &plan);
    let mut found = Found::default();
    scope
        .db
        .for_each(&statement, |row| {
            if found.rows.len() == plan.paging.rows_max {
                found.has_more = true;
                return Ok(());
            }
            let (values, order) = sql::fetched(&plan, row)?;
            if found.rows.is_empty() {
                found.first.clone_from(&order);
            }
            found.last = order;
            found.rows.push(fetched_row(&plan, values));
            Ok(())
        })
        .await?;
    let count = match plan.count {
        true => {
            let max = limits::COUNT_MAX + 1;
            let statement = sql::fetch_count(scope.store, scope.user, &plan, max);
            Some(number(scope, &statement).await?)
        }
        false => None,
    };
    let page = plan.paging.page;
    let next = found.has_more.then(|| plan::cookie(page, &plan.order, &found.first, &found.last));
    Ok(Fetched {
        columns: plan.outputs.iter().take(plan.shown).map(column).collect(),
        rows: found.rows,
        count,
        next,
        page,
        is_aggregate: fetch.aggregate,
        table: plan.from.table,
    })
}

#[derive(Default)]
struct Found {
    rows: Vec<FetchedRow>,
    /// The values of the order in the first row.
    first: Vec<db::Value>,
    /// And in the last.
    last: Vec<db::Value>,
    has_more: bool,
}

/// Figures are computed over a limited number of rows.
async fn check_sources(scope: &mut ReadScope<'_>, plan: &FetchPlan) -> Result<()> {
    let Some(max) = plan.sources_max else { return Ok(()) };
    let limit = i64::try_from(max).unwrap_or(i64::MAX - 1);
    let statement = sql::fetch_sources(scope.store, scope.user, plan, limit + 1);
    if number(scope, &statement).await? <= limit {
        return Ok(());
    }
    let message = format!(
        "The maximum record limit is exceeded. Reduce the number of records: an aggregate is \
         computed over at most {max} rows."
    );
    Err(Error::new(Kind::Invalid, "0x8004e023", message))
}

async fn number(scope: &mut ReadScope<'_>, statement: &Statement) -> Result<i64> {
    scope.db.query_one(statement).await?.get(0)
}

fn fetched_row(plan: &FetchPlan, values: Vec<Value>) -> FetchedRow {
    let id = plan.id.and_then(|index| values[index].id());
    let version = plan.version.and_then(|index| values[index].int()).unwrap_or_default();
    FetchedRow { id, version, values }
}

fn column(output: &Output) -> FetchedColumn {
    let is_value = match &output.source {
        Source::Column(_) => true,
        Source::Figure { figure, .. } => !matches!(figure, Figure::Count | Figure::CountColumn),
        Source::Part(_) | Source::Children { .. } => false,
    };
    FetchedColumn {
        key: output.key.clone(),
        is_aliased: output.is_aliased,
        table: output.table.clone(),
        column: output.column.clone(),
        is_value,
        is_part: matches!(output.source, Source::Part(_)),
        currency: output.currency,
    }
}
