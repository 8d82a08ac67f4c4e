//! What the value of a formula column follows from: an expression on columns of its row, and of
//! rows that lookups of it lead to. It is bound to a schema from the formula's text and never kept.

use std::sync::Arc;

use crate::Column;

/// A bound formula. Two columns with the same text are the same, so it does not count when columns
/// are compared.
#[derive(Clone, Debug, Default)]
pub struct Bound(pub Option<Arc<Formula>>);

impl PartialEq for Bound {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Formula {
    /// What it gives.
    pub kind: ValueKind,
    /// How.
    pub form: Form,
}

/// What an expression gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of the types")]
pub enum ValueKind {
    /// No value, which fits everywhere.
    Blank,
    Number,
    Text,
    Boolean,
    DateTime,
    Date,
    Choice,
    /// The id of a row.
    Row,
}

/// How an expression gives its value.
#[derive(Clone, Debug)]
pub enum Form {
    /// No value.
    Blank,
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// Yes or no.
    Boolean(bool),
    /// A column, perhaps of a row that lookups lead to.
    Column(Vec<Hop>, Arc<Column>),
    /// The moment of the question.
    Now,
    /// A function of other values.
    Apply(Function, Vec<Formula>),
}

/// A step along a lookup.
#[derive(Clone, Debug)]
pub struct Hop {
    /// The lookup.
    pub lookup: Arc<Column>,
    /// The table it leads to, by logical name.
    pub table: String,
    /// The key of that table.
    pub key: Arc<Column>,
}

/// A function of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of the functions of Power Fx")]
pub enum Function {
    Abs,
    Add,
    And,
    Average,
    Coalesce,
    Concatenate,
    /// The digits after the point of a text of a number.
    Fixed(u8),
    /// Whether a text is in another; whether case counts.
    Contains(bool),
    DateAdd(Unit),
    DateDiff(Unit),
    DatePart(Unit),
    /// The date of a moment.
    DateOf,
    Divide,
    EndsWith,
    Equal,
    /// A condition, a value, a condition, a value, …, a value for the rest.
    If,
    Int,
    IsBlank,
    Left,
    Len,
    Less,
    LessOrEqual,
    Lower,
    Max,
    Mid,
    Min,
    Mod,
    /// The first moment of a date.
    MomentOf,
    Multiply,
    Negate,
    Not,
    Or,
    Power,
    Replace,
    Right,
    Round(i8),
    RoundDown(i8),
    RoundUp(i8),
    StartsWith,
    Substitute,
    Subtract,
    Sum,
    /// The text of a value of another type.
    TextOf,
    Trim,
    TrimEnds,
    Upper,
    /// The number that a text tells.
    Value,
    Weekday,
}

/// A unit of time, or a part of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of the units")]
pub enum Unit {
    Seconds,
    Minutes,
    Hours,
    Days,
    Months,
    Quarters,
    Years,
}

impl Formula {
    /// An expression.
    pub fn new(kind: ValueKind, form: Form) -> Self {
        Self { kind, form }
    }

    /// A function of values.
    pub fn apply(kind: ValueKind, function: Function, arguments: Vec<Self>) -> Self {
        Self { kind, form: Form::Apply(function, arguments) }
    }

    /// Whether it gives another value at another moment.
    pub fn is_volatile(&self) -> bool {
        match &self.form {
            Form::Now => true,
            Form::Column(_, column) => {
                column.bound.0.as_ref().is_some_and(|formula| formula.is_volatile())
            }
            Form::Apply(_, arguments) => arguments.iter().any(Self::is_volatile),
            _ => false,
        }
    }
}
