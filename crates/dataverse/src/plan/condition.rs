//! Conditions on rows: what a filter, a right or a key becomes before it is SQL.
//!
//! Every condition is true or false, never unknown: a comparison with no value is false, except
//! that "not equal" holds when exactly one side has a value. So a negation can be pushed inwards.

use std::sync::Arc;

use metadata::{Column, Table};
use query::Comparison;

use super::hierarchy::Tree;
use crate::calendar::{Fiscal, Offsets};
use crate::security::Right;

/// The number of a table in a statement: `t0` is the one that is asked.
pub(crate) type Alias = u16;

/// A column of one of the tables of a statement.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// Which table.
    pub alias: Alias,
    /// Which column.
    pub column: Arc<Column>,
    /// Which part of its storage.
    pub part: Part,
}

/// A part of the storage of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The value.
    Value,
    /// Of a lookup to several tables, the logical name of the table.
    Target,
}

impl Field {
    /// The value of `column`.
    pub fn value(alias: Alias, column: &Arc<Column>) -> Self {
        Self { alias, column: column.clone(), part: Part::Value }
    }

    /// The table that the lookup `column` points to.
    pub fn target(alias: Alias, column: &Arc<Column>) -> Self {
        Self { alias, column: column.clone(), part: Part::Target }
    }
}

/// A condition on rows.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    /// Always or never.
    Const(bool),
    /// All of them hold.
    All(Vec<Condition>),
    /// At least one holds.
    Any(Vec<Condition>),
    /// A column against a value that is not null.
    Compare(Field, Comparison, db::Value),
    /// A column against another.
    CompareFields(Field, Comparison, Field),
    /// Whether a column has no value.
    IsNull {
        /// The column.
        field: Field,
        /// Whether it must have one instead.
        negated: bool,
    },
    /// A column against a list.
    In {
        /// The column.
        field: Field,
        /// The values, none of them null.
        values: Vec<db::Value>,
        /// Whether it must be none of them.
        negated: bool,
    },
    /// A text against a pattern, whatever its case.
    Like {
        /// The column.
        field: Field,
        /// With `%` and `_`, and `\` before those that are meant literally.
        pattern: String,
        /// Whether it must not match.
        negated: bool,
    },
    /// Whether the user may use a right on the row: `security` makes the SQL of it.
    Access {
        /// The table of the row.
        table: Arc<Table>,
        /// Its number.
        alias: Alias,
        /// The right.
        right: Right,
        /// Whether he must not.
        negated: bool,
    },
    /// Whether there is such a row.
    Exists(Box<Exists>),
    /// A text against a pattern with sets of characters, whatever its case.
    Match {
        /// The column.
        field: Field,
        /// What it is made of.
        pieces: Vec<db::Piece>,
        /// Whether it must not match.
        negated: bool,
    },
    /// A row of a tree.
    InTree(Box<Tree>),
    /// Whether a part of a date is so much.
    IsPart {
        /// The part.
        part: Box<PartOf>,
        /// How much.
        value: i64,
        /// Whether it must be another.
        negated: bool,
    },
    /// The key of a joined row is that of the first row found.
    First(Box<First>),
}

/// A part of a date, as a number.
#[derive(Clone, Debug)]
pub(crate) struct PartOf {
    /// The date.
    pub field: Field,
    /// Which part.
    pub part: DatePart,
    /// What makes it a wall clock's.
    pub offsets: Offsets,
    /// What fiscal parts follow.
    pub fiscal: Fiscal,
}

/// Which part of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DatePart {
    /// Of the month, from 1.
    Day,
    /// Of the year, from 1; weeks begin on Sunday.
    Week,
    /// Of the year, from 1.
    Month,
    /// Of the year, from 1.
    Quarter,
    /// The calendar year.
    Year,
    /// Of the fiscal year, from 1.
    FiscalPeriod,
    /// The name of the fiscal year.
    FiscalYear,
}

/// The first row of some, by its key.
#[derive(Clone, Debug)]
pub(crate) struct First {
    /// The key that must be that of the first one.
    pub field: Field,
    /// Where it is looked for.
    pub from: From,
    /// Its key there.
    pub key: Field,
    /// Which rows, linked to the row of the statement around.
    pub condition: Condition,
    /// Whether it must be another.
    pub negated: bool,
}

/// A question after rows of other tables.
#[derive(Clone, Debug)]
pub(crate) struct Exists {
    /// Where they are looked for.
    pub from: From,
    /// Which, linked to the row of the statement around.
    pub condition: Condition,
    /// Whether there must be none.
    pub negated: bool,
}

/// A table with those that are joined to it.
#[derive(Clone, Debug)]
pub(crate) struct From {
    /// The table.
    pub table: Arc<Table>,
    /// Its number.
    pub alias: Alias,
    /// What is joined, in order.
    pub joins: Vec<Join>,
}

/// A table that is joined.
#[derive(Clone, Debug)]
pub(crate) struct Join {
    /// The table.
    pub table: Arc<Table>,
    /// Its number.
    pub alias: Alias,
    /// Which row of it.
    pub on: Condition,
    /// Whether rows without a partner stay.
    pub is_outer: bool,
}

impl Condition {
    /// `field` equals `value`.
    pub fn equal(field: Field, value: impl Into<db::Value>) -> Self {
        Self::Compare(field, Comparison::Equal, value.into())
    }

    /// Two columns are equal.
    pub fn same(left: Field, right: Field) -> Self {
        Self::CompareFields(left, Comparison::Equal, right)
    }

    /// Both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::all(vec![self, other])
    }

    /// All of them hold.
    pub fn all(conditions: Vec<Self>) -> Self {
        Self::flat(conditions, true)
    }

    /// At least one holds.
    pub fn any(conditions: Vec<Self>) -> Self {
        Self::flat(conditions, false)
    }

    fn flat(conditions: Vec<Self>, is_all: bool) -> Self {
        let mut kept = Vec::with_capacity(conditions.len());
        for condition in conditions {
            match condition {
                Self::Const(value) if value == is_all => {}
                Self::Const(value) => return Self::Const(value),
                Self::All(inner) if is_all => kept.extend(inner),
                Self::Any(inner) if !is_all => kept.extend(inner),
                other => kept.push(other),
            }
        }
        match (kept.len(), is_all) {
            (0, _) => Self::Const(is_all),
            (1, _) => kept.swap_remove(0),
            (_, true) => Self::All(kept),
            (_, false) => Self::Any(kept),
        }
    }

    /// Whether it always holds.
    pub fn is_always(&self) -> bool {
        matches!(self, Self::Const(true))
    }

    /// The opposite.
    #[must_use]
    pub fn negate(self) -> Self {
        match self {
            Self::Const(value) => Self::Const(!value),
            Self::All(inner) => Self::any(inner.into_iter().map(Self::negate).collect()),
            Self::Any(inner) => Self::all(inner.into_iter().map(Self::negate).collect()),
            Self::Compare(field, comparison, value) => negate_compare(field, comparison, value),
            Self::CompareFields(left, comparison, right) => {
                negate_compare_fields(left, comparison, right)
            }
            Self::IsNull { field, negated } => Self::IsNull { field, negated: !negated },
            Self::In { field, values, negated } => Self::In { field, values, negated: !negated },
            Self::Like { field, pattern, negated } => {
                Self::Like { field, pattern, negated: !negated }
            }
            Self::Access { table, alias, right, negated } => {
                Self::Access { table, alias, right, negated: !negated }
            }
            Self::Exists(exists) => {
                Self::Exists(Box::new(Exists { negated: !exists.negated, ..*exists }))
            }
            Self::Match { field, pieces, negated } => {
                Self::Match { field, pieces, negated: !negated }
            }
            Self::InTree(tree) => Self::InTree(Box::new(Tree { negated: !tree.negated, ..*tree })),
            Self::IsPart { part, value, negated } => {
                Self::IsPart { part, value, negated: !negated }
            }
            Self::First(first) => {
                Self::First(Box::new(First { negated: !first.negated, ..*first }))
            }
        }
    }
}

fn negate_compare(field: Field, comparison: Comparison, value: db::Value) -> Condition {
    let opposite = opposite(comparison);
    if matches!(comparison, Comparison::Equal | Comparison::NotEqual) {
        return Condition::Compare(field, opposite, value);
    }
    let null = Condition::IsNull { field: field.clone(), negated: false };
    Condition::any(vec![Condition::Compare(field, opposite, value), null])
}

fn negate_compare_fields(left: Field, comparison: Comparison, right: Field) -> Condition {
    let opposite = opposite(comparison);
    let null = |field: &Field| Condition::IsNull { field: field.clone(), negated: false };
    let nulls = vec![null(&left), null(&right)];
    let nulls = match comparison {
        // Neither `a = b` nor `a <> b` holds when both are null.
        Comparison::Equal | Comparison::NotEqual => Condition::all(nulls),
        _ => Condition::any(nulls),
    };
    Condition::any(vec![Condition::CompareFields(left, opposite, right), nulls])
}

fn opposite(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Equal => Comparison::NotEqual,
        Comparison::NotEqual => Comparison::Equal,
        Comparison::Greater => Comparison::LessOrEqual,
        Comparison::GreaterOrEqual => Comparison::Less,
        Comparison::Less => Comparison::GreaterOrEqual,
        Comparison::LessOrEqual => Comparison::Greater,
    }
}
