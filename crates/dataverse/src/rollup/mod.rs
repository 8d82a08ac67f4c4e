//! Rollup columns: figures over related rows, kept in the row with when they were calculated. They
//! are calculated when somebody asks (`CalculateRollupField`) and every hour.
//!
//! As on the platform, a figure is over all rows, whoever may read them: it is the same for
//! everybody.

mod definition;

use std::collections::HashMap;
use std::sync::Arc;

use base::{Error, Kind, Result, Uuid};
use db::{ColumnType, Statement, Value as Stored, statement};
use metadata::{Column, ColumnKind, Schema, SourceType, Table};
use query::{Comparison, Filter};

use crate::plan::{self, Asker, Condition, Field};
use crate::{Session, ddl, sql};

/// What is calculated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Figure {
    Count,
    Sum,
    Average,
    Min,
    Max,
}

/// A rollup, bound to the schema.
#[derive(Debug)]
struct Rollup {
    child: Arc<Table>,
    lookup: Arc<Column>,
    filter: Option<Filter>,
    figure: Figure,
    column: Arc<Column>,
}

/// `<column>_state`: calculated.
const CALCULATED: i64 = 1;

/// Refuses a rollup that is wrong or not understood.
pub(crate) fn check(schema: &Schema, table: &Table, column: &Column) -> Result<()> {
    bind(schema, table, column).map(|_| ())
}

/// Whether a column is a rollup that is understood.
pub(crate) fn is_rollup(schema: &Schema, table: &Table, column: &Column) -> bool {
    column.source_type == SourceType::Rollup && bind(schema, table, column).is_ok()
}

fn bind(schema: &Schema, table: &Table, column: &Column) -> Result<Rollup> {
    let wrong = |message: String| {
        let name = &column.schema_name;
        Error::new(Kind::Invalid, "0x80060425", format!("The rollup column {name}: {message}."))
    };
    let text = column.formula.as_deref().unwrap_or_default();
    let read = definition::read(text).map_err(|problem| match problem {
        definition::Problem::Wrong(message) => wrong(message),
        definition::Problem::Missing(what) => {
            Error::not_implemented(format!("{what} in the rollup column {}", column.schema_name))
        }
    })?;
    let one =
        schema.one_to_many(&table.logical_name).find(|one| one.schema_name == read.relationship);
    let one = one.ok_or_else(|| {
        wrong(format!("{} has no 1:N relationship {}", table.logical_name, read.relationship))
    })?;
    let child = schema.table(&one.referencing_table);
    let child =
        child.ok_or_else(|| wrong(format!("there is no table {}", one.referencing_table)))?;
    let of_child = |name: &str| {
        let found = child.column(name).filter(|column| ddl::storage(column).is_some());
        found.ok_or_else(|| wrong(format!("{} has no column {name}", child.logical_name)))
    };
    let summed = of_child(&read.column)?;
    let fits = match read.figure {
        Figure::Count => {
            matches!(column.kind, ColumnKind::Integer { .. } | ColumnKind::Decimal { .. })
        }
        _ => class(column) == class(summed) && class(column).is_some(),
    };
    let is_number = matches!(class(summed), Some(Class::Number | Class::Money));
    if !fits || (matches!(read.figure, Figure::Sum | Figure::Average) && !is_number) {
        return Err(wrong(format!(
            "{:?} of {} does not fit into the type of the column",
            read.figure, summed.logical_name
        )));
    }
    let lookup = of_child(&one.referencing_column)?.clone();
    for name in &read.columns {
        of_child(name)?;
    }
    Ok(Rollup {
        child: child.clone(),
        lookup,
        filter: read.filter,
        figure: read.figure,
        column: summed.clone(),
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Number,
    Money,
    DateTime,
    Date,
}

fn class(column: &Column) -> Option<Class> {
    Some(match &column.kind {
        ColumnKind::Integer { .. } | ColumnKind::Decimal { .. } => Class::Number,
        ColumnKind::Money { .. } => Class::Money,
        ColumnKind::DateTime { behavior: metadata::DateTimeBehavior::DateOnly, .. } => Class::Date,
        ColumnKind::DateTime { .. } => Class::DateTime,
        _ => return None,
    })
}

/// Calculates a rollup for one row, or for all rows of the table. Gives how many rows changed.
pub(crate) async fn calculate(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    column: &Column,
    only: Option<Uuid>,
) -> Result<usize> {
    let schema = session.schema().clone();
    let rollup = bind(&schema, table, column)?;
    let scale = ddl::storage(column).map_or(0, |storage| storage.scale);
    let figures = figures(session, table, &rollup, only, scale).await?;
    let target = Target::of(session, table, column);
    let none = match rollup.figure {
        Figure::Count | Figure::Sum => Stored::Int(0),
        _ => Stored::Null,
    };
    let ids = match only {
        Some(id) => vec![id],
        None => target.rows(session).await?,
    };
    let mut changed = 0;
    for id in ids {
        let value = figures.get(&id).unwrap_or(&none).clone();
        changed += target.put(session, id, value, only.is_some()).await?;
    }
    Ok(changed)
}

/// The figures by row, as the column stores them; amounts in base currency.
async fn figures(
    session: &mut Session<'_>,
    table: &Table,
    rollup: &Rollup,
    only: Option<Uuid>,
    scale: u8,
) -> Result<HashMap<Uuid, Stored>> {
    let schema = session.schema().clone();
    let system = session.user().as_system();
    let now = session.cx().now();
    let asker = Asker { schema: &schema, user: &system, now, with_names: false, cache: None };
    let (from, condition) = plan::filtered(&asker, &rollup.child, rollup.filter.as_ref())?;
    let lookup = Field::value(from.alias, &rollup.lookup);
    let condition = condition.and(plan::is_of(from.alias, &rollup.lookup, table)).and(match only {
        Some(id) => Condition::Compare(lookup.clone(), Comparison::Equal, id.into()),
        None => Condition::IsNull { field: lookup.clone(), negated: true },
    });
    let base = format!("{}_base", rollup.column.logical_name);
    let summed = rollup.child.column(&base).unwrap_or(&rollup.column);
    let own_scale = match rollup.figure {
        Figure::Count => 0,
        _ => ddl::storage(summed).map_or(0, |storage| storage.scale),
    };
    let summed = Field::value(from.alias, summed);
    let is_sum = matches!(rollup.figure, Figure::Sum | Figure::Average);
    // Of rows that are only counted, nothing else is asked.
    let values = (rollup.figure != Figure::Count).then_some((&summed, is_sum));
    let statement = sql::figures(session.store(), &system, now, &from, &condition, &lookup, values);
    let mut found = HashMap::new();
    for row in session.tx().query(&statement).await? {
        let (count, least, most): (i64, Option<i64>, Option<i64>) =
            (row.get(1)?, row.get(2)?, row.get(3)?);
        let value = match rollup.figure {
            Figure::Count => Some(count),
            // The sum stands where the least is.
            Figure::Sum => Some(least.unwrap_or_default()),
            Figure::Average => least.filter(|_| count > 0).map(|sum| divided(sum, count)),
            Figure::Min => least,
            Figure::Max => most,
        };
        let value = value.and_then(|value| rescaled(value, own_scale, scale));
        found.insert(row.get(0)?, value.map_or(Stored::Null, Stored::Int));
    }
    Ok(found)
}

/// A quotient, halves away from zero.
fn divided(sum: i64, count: i64) -> i64 {
    let half = count / 2;
    if sum < 0 { (sum - half) / count } else { (sum + half) / count }
}

/// A number with other digits after the point; nothing if it is too large.
fn rescaled(value: i64, from: u8, to: u8) -> Option<i64> {
    let factor = 10_i64.checked_pow(u32::from(from.abs_diff(to)))?;
    match to >= from {
        true => value.checked_mul(factor),
        false => Some(divided(value, factor)),
    }
}

/// Where a rollup is written.
struct Target {
    table: String,
    key: String,
    value: String,
    date: Option<String>,
    state: Option<String>,
    base: Option<String>,
    /// One unit of the base currency in that of the row, for amounts.
    rate: Option<String>,
    version: Option<String>,
}

impl Target {
    fn of(session: &Session<'_>, table: &Table, column: &Column) -> Self {
        let store = session.store();
        let dialect = store.dialect();
        let quoted = |name: &str| dialect.quote(&dialect.physical_name(name));
        let known = |name: &str| table.column(name).map(|column| quoted(&column.logical_name));
        let is_amount = matches!(column.kind, ColumnKind::Money { .. });
        let rate = table.column("exchangerate").filter(|_| is_amount).map(|rate| {
            let scale = ddl::storage(rate).map_or(0, |storage| storage.scale);
            let real = dialect.column_type(ColumnType::Real);
            let one = 10_f64.powi(i32::from(scale));
            format!("coalesce(cast({} as {real}) / {one:.1}, 1.0)", quoted(&rate.logical_name))
        });
        Self {
            table: store.table(&dialect.physical_name(&table.logical_name)),
            key: quoted(&table.primary_id),
            value: quoted(&column.logical_name),
            date: known(&format!("{}_date", column.logical_name)),
            state: known(&format!("{}_state", column.logical_name)),
            base: known(&format!("{}_base", column.logical_name)).filter(|_| is_amount),
            rate,
            version: known("versionnumber")
                .map(|column| format!("{column} = {}", dialect.next_version(store))),
        }
    }

    /// The rows of the table.
    async fn rows(&self, session: &mut Session<'_>) -> Result<Vec<Uuid>> {
        let sql = format!("select {} from {}", self.key, self.table);
        let rows = session.tx().query(&statement!(sql)).await?;
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// Writes the value of a row; a row whose value stays is left alone, unless somebody asked.
    async fn put(
        &self,
        session: &mut Session<'_>,
        id: Uuid,
        value: Stored,
        is_asked: bool,
    ) -> Result<usize> {
        let dialect = session.store().dialect();
        let whole = dialect.column_type(ColumnType::Int);
        let mut statement = Statement::new("", Vec::new());
        let given = dialect.typed(&statement.param(value), ColumnType::Int);
        let own = match &self.rate {
            None => given.clone(),
            Some(rate) => {
                let real = dialect.column_type(ColumnType::Real);
                let amount = dialect.rounded(&format!("(cast({given} as {real}) * {rate})"));
                format!("cast({amount} as {whole})")
            }
        };
        let mut sets = vec![format!("{} = {own}", self.value)];
        sets.extend(self.base.iter().map(|base| format!("{base} = {given}")));
        let now = session.cx().now().0;
        if let Some(date) = &self.date {
            sets.push(format!("{date} = {}", statement.param(now)));
        }
        sets.extend(self.state.iter().map(|state| format!("{state} = {CALCULATED}")));
        sets.extend(self.version.clone());
        let mut sql = format!("update {} set {}", self.table, sets.join(", "));
        sql.push_str(&format!(" where {} = {}", self.key, statement.param(id)));
        if !is_asked {
            let is_new = self.state.as_ref().map(|state| format!(" or {state} is distinct from 1"));
            let is_new = is_new.unwrap_or_default();
            sql.push_str(&format!(" and ({} is distinct from {own}{is_new})", self.value));
        }
        statement.sql = sql.into();
        let changed = session.tx().execute(&statement).await?;
        Ok(usize::try_from(changed).unwrap_or_default())
    }
}

/// Calculates all rollups of an environment. Gives how many rows changed.
pub(crate) async fn calculate_all(session: &mut Session<'_>) -> Result<usize> {
    let schema = session.schema().clone();
    let mut changed = 0;
    for table in schema.tables() {
        for column in table.columns.values() {
            if is_rollup(&schema, table, column) {
                changed += calculate(session, table, column, None).await?;
            }
        }
    }
    Ok(changed)
}

/// Whether an environment has rollups that are understood.
pub(crate) fn has_any(schema: &Schema) -> bool {
    schema
        .tables()
        .any(|table| table.columns.values().any(|column| is_rollup(schema, table, column)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_value_at_another_scale() {
        assert_eq!(rescaled(5, 0, 2), Some(500));
        assert_eq!(rescaled(12_350, 4, 2), Some(124));
        assert_eq!(rescaled(-12_350, 4, 2), Some(-124));
        assert_eq!(rescaled(i64::MAX, 0, 2), None);
        assert_eq!(divided(7, 2), 4);
        assert_eq!(divided(-7, 2), -4);
    }
}
