//! Plans of queries over linked tables.

use base::{Error, Kind, Result};
use db::{RowRef, Statement, Store, ValueRef};
use metadata::{Column, ColumnKind};
use query::fetch::Figure;

use super::decode::{take, value};
use super::{Writer, is_folded};
use crate::plan::{
    FetchPlan, Field, Order, OrderKey, OrderStep, Output, ReadColumn, Sorted, Source,
};
use crate::{User, Value, ddl};

/// Sums are told in two parts, so that the database does not overflow.
const HIGH_PART: i64 = 1_000_000;
/// Digits after the point of an average of exact numbers.
const AVERAGE_SCALE: u8 = 10;

/// One page of rows or groups, and one more if there is a next page.
///
/// Behind the values of a row come those of the order, which make the cookie of the next page.
pub(crate) fn fetch(store: &Store, user: &User, plan: &FetchPlan) -> Statement {
    let mut writer = Writer { finds: true, now: plan.now, ..Writer::new(store, user) };
    let is_grouped = plan.is_grouped();
    writer.push("select ");
    let mut count = 0;
    for output in &plan.outputs {
        writer.output(output, is_grouped, &mut count);
    }
    if let Order::Rows { steps, .. } = &plan.order
        && plan.paging.is_paged
    {
        for step in steps {
            writer.separate(&mut count);
            writer.order_value(step);
        }
    }
    writer.push(if count == 0 { "null\n" } else { "\n" });
    writer.from(&plan.from);
    writer.filter(&plan.condition);
    match &plan.order {
        Order::Rows { steps, .. } => {
            if let Some(after) = &plan.paging.after {
                writer.push(if plan.condition.is_always() { "\nwhere " } else { "\n  and " });
                writer.after(steps, after);
            }
            writer.order(steps);
        }
        Order::Groups(sorted) => {
            writer.group_by(plan);
            writer.sorted(plan, sorted);
        }
    }
    writer.push("\nlimit ");
    writer.param(rows(plan.paging.rows_max + usize::from(plan.paging.is_paged)));
    if plan.paging.offset > 0 {
        writer.push(" offset ");
        writer.param(rows(plan.paging.offset));
    }
    writer.finish()
}

/// How many rows or groups there are, counted up to `max`.
pub(crate) fn fetch_count(store: &Store, user: &User, plan: &FetchPlan, max: i64) -> Statement {
    counted(store, user, plan, max, plan.is_grouped())
}

/// How many rows figures are computed over, counted up to `max`.
pub(crate) fn fetch_sources(store: &Store, user: &User, plan: &FetchPlan, max: i64) -> Statement {
    counted(store, user, plan, max, false)
}

fn counted(store: &Store, user: &User, plan: &FetchPlan, max: i64, is_grouped: bool) -> Statement {
    let mut writer = Writer { finds: true, now: plan.now, ..Writer::new(store, user) };
    writer.push("select count(*) from (select 1 as one\n");
    writer.from(&plan.from);
    writer.filter(&plan.condition);
    if is_grouped {
        writer.group_by(plan);
    }
    writer.push("\nlimit ");
    writer.param(max);
    writer.push(") counted");
    writer.finish()
}

fn rows(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl Writer<'_> {
    fn output(&mut self, output: &Output, is_grouped: bool, count: &mut usize) {
        match &output.source {
            Source::Column(read) => self.read_column(read, is_grouped, count),
            Source::Part(part) => {
                self.separate(count);
                self.date_part(part);
            }
            Source::Figure { figure, distinct, field } => {
                for part in parts(*figure, *distinct, field.as_ref()) {
                    self.separate(count);
                    self.figure(part);
                }
            }
            Source::Children { from, condition } => {
                self.separate(count);
                self.push("(select count(*) ");
                self.from(from);
                self.filter(condition);
                self.push(")");
            }
        }
    }

    fn read_column(&mut self, read: &ReadColumn, is_grouped: bool, count: &mut usize) {
        if read.is_masked {
            return;
        }
        let field = Field::value(read.alias, &read.column);
        self.separate(count);
        // Of texts that differ only in case, any.
        let is_any = is_grouped && is_folded(&field);
        self.push(if is_any { "min(" } else { "" });
        self.field(&field);
        self.push(if is_any { ")" } else { "" });
        if ddl::has_type_column(&read.column) {
            self.separate(count);
            self.target(read.alias, &read.column);
        }
        if read.has_label() {
            self.separate(count);
            self.label(read.alias, &read.column, &read.targets);
        }
    }

    fn figure(&mut self, part: Part<'_>) {
        let typed = |writer: &mut Self, write: &dyn Fn(&mut Self)| {
            let start = writer.sql.len();
            write(writer);
            let expr = writer.sql.split_off(start);
            let typed = writer.store.dialect().typed(&expr, db::ColumnType::Int);
            writer.push(&typed);
        };
        match part {
            Part::Rows => self.push("count(*)"),
            Part::Count(field, distinct) => {
                self.push(if distinct { "count(distinct " } else { "count(" });
                self.comparable(field);
                self.push(")");
            }
            Part::High(field) => typed(self, &|writer| {
                writer.push("sum(");
                writer.field(field);
                writer.push(&format!(" / {HIGH_PART})"));
            }),
            Part::Low(field) => typed(self, &|writer| {
                writer.push("sum(");
                writer.field(field);
                writer.push(&format!(" % {HIGH_PART})"));
            }),
            Part::Of(function, field) => {
                self.push(function);
                self.push("(");
                self.field(field);
                self.push(")");
            }
        }
    }

    fn group_by(&mut self, plan: &FetchPlan) {
        let mut count = 0;
        let next = |writer: &mut Self, count: &mut usize| {
            writer.push(if *count == 0 { "\ngroup by " } else { ", " });
            *count += 1;
        };
        for output in &plan.outputs {
            match &output.source {
                Source::Column(read) if !read.is_masked => {
                    next(self, &mut count);
                    self.comparable(&Field::value(read.alias, &read.column));
                    if ddl::has_type_column(&read.column) {
                        next(self, &mut count);
                        self.target(read.alias, &read.column);
                    }
                }
                Source::Part(part) => {
                    next(self, &mut count);
                    self.date_part(part);
                }
                _ => {}
            }
        }
        let has_figures =
            plan.outputs.iter().any(|output| matches!(output.source, Source::Figure { .. }));
        if count == 0 && !has_figures {
            // All rows look the same.
            self.push("\ngroup by (1 = 1)");
        }
    }

    fn sorted(&mut self, plan: &FetchPlan, sorted: &[Sorted]) {
        for (index, Sorted { output, key, descending }) in sorted.iter().enumerate() {
            self.push(if index == 0 { "\norder by " } else { ", " });
            let start = self.sql.len();
            self.sort_key(&plan.outputs[*output], key);
            let key = self.sql.split_off(start);
            let entry = self.store.dialect().order(&key, *descending);
            self.push(&entry);
        }
    }

    fn sort_key(&mut self, output: &Output, key: &OrderKey) {
        match &output.source {
            Source::Column(read) if read.is_masked => self.push("null"),
            Source::Column(read) => self.order_key(&OrderStep {
                field: Field::value(read.alias, &read.column),
                key: key.clone(),
                descending: false,
                is_primary: false,
            }),
            Source::Part(part) => self.date_part(part),
            Source::Children { .. } => self.push("null"),
            Source::Figure { figure, distinct, field } => match (figure, field) {
                // As a real number, which does not overflow.
                (Figure::Sum, Some(field)) => {
                    self.push("sum(");
                    self.field(field);
                    self.push(" * 1.0)");
                }
                (Figure::Average, Some(field)) => self.figure(Part::Of("avg", field)),
                (figure, field) => {
                    for part in parts(*figure, *distinct, field.as_ref()) {
                        self.figure(part);
                    }
                }
            },
        }
    }
}

/// What of a figure the database computes.
#[derive(Clone, Copy)]
enum Part<'a> {
    Rows,
    Count(&'a Field, bool),
    /// Of a sum, the millions.
    High(&'a Field),
    /// Of a sum, what is below a million.
    Low(&'a Field),
    Of(&'static str, &'a Field),
}

fn parts(figure: Figure, distinct: bool, field: Option<&Field>) -> Vec<Part<'_>> {
    let Some(field) = field else { return vec![Part::Rows] };
    let is_real = matches!(field.column.kind, ColumnKind::Double { .. });
    match figure {
        Figure::Count => vec![Part::Rows],
        Figure::CountColumn => vec![Part::Count(field, distinct)],
        Figure::Min => vec![Part::Of("min", field)],
        Figure::Max => vec![Part::Of("max", field)],
        Figure::Sum if is_real => vec![Part::Of("sum", field)],
        Figure::Average if is_real => vec![Part::Of("avg", field)],
        Figure::Sum => vec![Part::High(field), Part::Low(field)],
        Figure::Average => vec![Part::High(field), Part::Low(field), Part::Count(field, false)],
    }
}

/// The values of a row of a plan, and of its order.
pub(crate) fn fetched(plan: &FetchPlan, row: &RowRef<'_>) -> Result<(Vec<Value>, Vec<db::Value>)> {
    let mut place = 0;
    let mut values = Vec::with_capacity(plan.outputs.len());
    for output in &plan.outputs {
        values.push(output_value(output, row, &mut place)?);
    }
    let order = match &plan.order {
        Order::Rows { .. } if plan.paging.is_paged => {
            let rest = (place..row.len()).map(|index| row.value(index).map(ValueRef::to_value));
            rest.collect::<Result<_>>()?
        }
        _ => Vec::new(),
    };
    Ok((values, order))
}

fn output_value(output: &Output, row: &RowRef<'_>, place: &mut usize) -> Result<Value> {
    let mut next = || {
        *place += 1;
        row.value(*place - 1).map(ValueRef::to_value)
    };
    match &output.source {
        Source::Column(read) if read.is_masked => Ok(Value::Null),
        Source::Column(read) => take(read, row, place),
        Source::Part(_) | Source::Children { .. } => whole(&next()?),
        Source::Figure { figure, distinct, field } => {
            let parts = parts(*figure, *distinct, field.as_ref());
            let stored = parts.iter().map(|_| next()).collect::<Result<Vec<_>>>()?;
            figure_value(*figure, &output.column, &stored)
        }
    }
}

fn whole(stored: &db::Value) -> Result<Value> {
    match stored {
        db::Value::Null => Ok(Value::Null),
        db::Value::Int(int) => Ok(Value::Int(*int)),
        other => Err(Error::internal(format!("{other:?} is no whole number"))),
    }
}

fn figure_value(figure: Figure, column: &Column, stored: &[db::Value]) -> Result<Value> {
    match (figure, stored) {
        (Figure::Count | Figure::CountColumn, [count]) => whole(count),
        (Figure::Min | Figure::Max, [found]) => value(column, found.clone()),
        (_, [db::Value::Null, ..]) => Ok(Value::Null),
        (_, [db::Value::Real(real)]) => Ok(Value::Double(*real)),
        (_, [db::Value::Int(high), db::Value::Int(low)]) => {
            let sum = i128::from(*high) * i128::from(HIGH_PART) + i128::from(*low);
            number(column, sum, 1, None).ok_or_else(|| too_large(column))
        }
        (_, [db::Value::Int(high), db::Value::Int(low), db::Value::Int(count)]) => {
            let sum = i128::from(*high) * i128::from(HIGH_PART) + i128::from(*low);
            let exact = number(column, sum, *count, Some(AVERAGE_SCALE));
            exact.or_else(|| number(column, sum, *count, None)).ok_or_else(|| too_large(column))
        }
        (_, other) => Err(Error::internal(format!("{other:?} is no {figure:?}"))),
    }
}

/// `sum / count` as a value of the column, with at least so many digits after the point.
fn number(column: &Column, sum: i128, count: i64, scale: Option<u8>) -> Option<Value> {
    let own = match &column.kind {
        // As the database of the platform divides whole numbers.
        ColumnKind::Integer { .. } | ColumnKind::BigInt => {
            return i64::try_from(sum.checked_div(count.into())?).ok().map(Value::Int);
        }
        ColumnKind::Decimal { precision, .. } => *precision,
        _ => return divided(sum, count, 0).map(|scaled| decimal(scaled, ddl::MONEY_SCALE)),
    };
    let scale = scale.unwrap_or(own).max(own);
    divided(sum, count, scale - own).map(|scaled| decimal(scaled, scale))
}

fn decimal(scaled: i64, scale: u8) -> Value {
    Value::Decimal { scaled, scale }
}

/// `sum * 10^digits / count`, rounded half away from zero.
fn divided(sum: i128, count: i64, digits: u8) -> Option<i64> {
    let (sum, count) = (sum.checked_mul(10_i128.pow(u32::from(digits)))?, i128::from(count));
    let (quotient, rest) = (sum.checked_div(count)?, sum.checked_rem(count)?);
    let away = if rest.abs() * 2 >= count.abs() { sum.signum() } else { 0 };
    i64::try_from(quotient + away).ok()
}

fn too_large(column: &Column) -> Error {
    let name = &column.logical_name;
    Error::new(Kind::Invalid, "0x80040203", format!("The sum of '{name}' is too large to be told."))
}
