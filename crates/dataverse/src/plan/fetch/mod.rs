//! Queries over linked tables ([`query::fetch`]): joins and semi-joins, figures over groups, pages.
//!
//! One chapter each: [`tables`] joins, [`filter`] decides which rows, [`outputs`] what is told of
//! them, [`order`] in which order, [`paging`] which part of them.

mod filter;
mod order;
mod outputs;
mod paging;
mod tables;

use std::sync::Arc;

use base::{Error, Instant, Kind, Result, limits};
use metadata::{Column, Table};
use query::Filter;
use query::fetch::{Fetch, Figure};

use super::condition::{Condition, Field, From, PartOf};
use super::filter::Scope;
use super::read::{Asker, ReadColumn};
use crate::plan::literal::bad;

pub(crate) use order::{Order, Sorted};
pub(crate) use paging::{Paging, cookie};
use tables::Planner;

/// A query over linked tables, decided: `sql` makes statements of it.
#[derive(Clone, Debug)]
pub(crate) struct FetchPlan {
    /// The tables.
    pub from: From,
    /// Which rows: what was asked, and what the user may read.
    pub condition: Condition,
    /// What is read of each row: what is shown, then what only we need.
    pub outputs: Vec<Output>,
    /// How many of them are shown.
    pub shown: usize,
    /// The place of the primary key of the first table, unless rows are groups.
    pub id: Option<usize>,
    /// The place of its version.
    pub version: Option<usize>,
    /// In which order.
    pub order: Order,
    /// Which part of the rows.
    pub paging: Paging,
    /// Whether the number of all rows is wanted.
    pub count: bool,
    /// Over so many source rows figures are refused.
    pub sources_max: Option<usize>,
    /// The moment of the question, for formulas.
    pub now: Instant,
}

impl FetchPlan {
    /// Whether rows are groups of rows.
    pub fn is_grouped(&self) -> bool {
        matches!(self.order, Order::Groups(_))
    }
}

/// One value of each row.
#[derive(Clone, Debug)]
pub(crate) struct Output {
    /// What the answer calls it.
    pub key: String,
    /// Whether the notation gave it that name, or it is of a linked table.
    pub is_aliased: bool,
    /// The table of the column.
    pub table: Arc<Table>,
    /// The column it is of, or is made from.
    pub column: Arc<Column>,
    /// Where it comes from.
    pub source: Source,
    /// For an amount: the place of its currency.
    pub currency: Option<usize>,
}

/// Where a value comes from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// A column; rows are grouped by it if they are grouped at all.
    Column(ReadColumn),
    /// A part of a date that rows are grouped by.
    Part(Box<PartOf>),
    /// A figure over the group, of a column or of the rows.
    Figure {
        /// Which.
        figure: Figure,
        /// Over different values only.
        distinct: bool,
        /// Of what; `None` for the rows.
        field: Option<Field>,
    },
    /// The number of rows right below in the hierarchy.
    Children {
        /// Where they are.
        from: From,
        /// Which, linked to the row.
        condition: Condition,
    },
}

/// Decides how to answer a query over linked tables; `filter` also says which rows of the first
/// one.
pub(crate) fn fetch(
    asker: &Asker<'_>,
    fetch: &Fetch,
    filter: Option<&Filter>,
) -> Result<FetchPlan> {
    let mut planner = Planner::new(asker, fetch)?;
    let table = planner.root_table(&fetch.entity.table)?;
    let (mut from, mut condition) = planner.tables(&table, &fetch.entity)?;
    if let Some(filter) = filter {
        let mut scope = Scope::over(from);
        condition = condition.and(scope.filter(asker, &mut planner.aliases, filter)?);
        from = scope.from;
    }
    if fetch.archived {
        // There is no long-term archive, so nothing is in it.
        condition = Condition::Const(false);
    }
    let mut outputs = outputs::outputs(&mut planner, fetch)?;
    let is_grouped = fetch.aggregate || fetch.distinct;
    let order = match is_grouped {
        true => Order::Groups(order::groups(&mut planner, fetch, &mut outputs)?),
        false => order::rows(&mut planner, fetch, &outputs, &from)?,
    };
    let paging = Paging::of(fetch, &order)?;
    let limit = limits::AGGREGATE_ROWS_MAX;
    let sources_max = fetch.aggregate_limit.map_or(limit, |max| max.min(limit));
    Ok(FetchPlan {
        from,
        condition,
        shown: outputs.shown,
        id: outputs.id,
        version: outputs.version,
        outputs: outputs.list,
        order,
        paging,
        count: fetch.total_count,
        sources_max: fetch.aggregate.then_some(sources_max),
        now: asker.now,
    })
}

/// The query is wrong, with the protocol's code.
fn wrong(code: &'static str, message: impl Into<String>) -> Error {
    Error::new(Kind::Invalid, code, message)
}

/// The error of another chapter under the code that queries of this kind have for it.
fn of_condition(error: Error) -> Error {
    let is_general = error.code == bad("").code;
    if is_general { Error { code: INVALID_VALUE.into(), ..error } } else { error }
}

/// There is no such table.
const NO_TABLE: &str = "0x80041102";
/// There is no such column.
const NO_COLUMN: &str = "0x80041103";
/// There is no link with this alias.
const NO_ALIAS: &str = "0x8004110b";
/// An attribute that is needed is missing.
const MISSING: &str = "0x8004111e";
/// Two values have the same name.
const SAME_ALIAS: &str = "0x80041130";
/// A value, or an operator, that the column cannot have.
const INVALID_VALUE: &str = "0x80041139";
/// What is asked cannot be.
const UNEXPECTED: &str = "0x80041101";
