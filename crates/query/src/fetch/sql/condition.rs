//! `WHERE`.

use sqlparser::ast::{BinaryOperator, Expr};

use super::tables::{Column, Tables};
use super::{kind, literal, unsupported, wrong};
use crate::Result;
use crate::fetch::counted::Counted;
use crate::fetch::operator::wrong_count;
use crate::fetch::{Condition, Filter, Operator};

/// The condition that `expr` is.
pub(super) fn filter(tables: &Tables, expr: Expr) -> Result<Filter> {
    Where { tables, counted: Counted::default() }.filter(expr)
}

struct Where<'a> {
    tables: &'a Tables,
    counted: Counted,
}

impl Where<'_> {
    fn filter(&mut self, expr: Expr) -> Result<Filter> {
        match expr {
            Expr::Nested(inner) => self.filter(*inner),
            Expr::BinaryOp { op: BinaryOperator::And, .. } => {
                self.each(chain(expr, &BinaryOperator::And)).map(Filter::And)
            }
            Expr::BinaryOp { op: BinaryOperator::Or, .. } => {
                self.each(chain(expr, &BinaryOperator::Or)).map(Filter::Or)
            }
            Expr::BinaryOp { left, op, right } => self.compared(&left, &op, &right),
            Expr::IsNull(inner) => self.condition(&inner, Operator::Null, Vec::new()),
            Expr::IsNotNull(inner) => self.condition(&inner, Operator::NotNull, Vec::new()),
            Expr::InList { expr, list, negated } => {
                let values = list.iter().map(value).collect::<Result<_>>()?;
                self.either(&expr, negated, [Operator::In, Operator::NotIn], values)
            }
            Expr::Between { expr, negated, low, high } => {
                let values = vec![value(&low)?, value(&high)?];
                self.either(&expr, negated, [Operator::Between, Operator::NotBetween], values)
            }
            Expr::Like { negated, any: false, expr, pattern, escape_char: None } => {
                let values = vec![value(&pattern)?];
                self.either(&expr, negated, [Operator::Like, Operator::NotLike], values)
            }
            other => Err(unsupported(kind(&other))),
        }
    }

    fn each(&mut self, parts: Vec<Expr>) -> Result<Vec<Filter>> {
        parts.into_iter().map(|part| self.filter(part)).collect()
    }

    fn compared(&mut self, left: &Expr, op: &BinaryOperator, right: &Expr) -> Result<Filter> {
        let operator = match op {
            BinaryOperator::Eq => Operator::Equal,
            BinaryOperator::NotEq => Operator::NotEqual,
            BinaryOperator::Gt => Operator::GreaterThan,
            BinaryOperator::GtEq => Operator::GreaterEqual,
            BinaryOperator::Lt => Operator::LessThan,
            BinaryOperator::LtEq => Operator::LessEqual,
            other => return Err(unsupported(format!("The operator {other}"))),
        };
        match (self.tables.column(left)?, self.tables.column(right)?) {
            (Some(left), Some(right)) if self.tables.is_joined(&right) => {
                self.columns(&left, operator, &right)
            }
            (Some(left), Some(right)) => self.columns(&right, mirrored(operator), &left),
            (Some(_), None) => self.condition(left, operator, vec![value(right)?]),
            (None, _) => self.condition(right, mirrored(operator), vec![value(left)?]),
        }
    }

    /// Two columns; as SQL means it, both have a value. One of the first table stands first, as
    /// the other side needs its alias.
    fn columns(&mut self, left: &Column, operator: Operator, right: &Column) -> Result<Filter> {
        let value_of = Some(self.tables.value_of(right));
        let compared = Condition { value_of, ..self.of(left, operator, Vec::new())? };
        let mut parts = vec![Filter::Condition(compared)];
        if operator == Operator::NotEqual {
            for column in [left, right] {
                parts.push(Filter::Condition(self.of(column, Operator::NotNull, Vec::new())?));
            }
        }
        Ok(one_or_all(parts))
    }

    fn either(
        &mut self,
        expr: &Expr,
        negated: bool,
        [positive, negative]: [Operator; 2],
        values: Vec<String>,
    ) -> Result<Filter> {
        self.condition(expr, if negated { negative } else { positive }, values)
    }

    /// A column against values; as SQL means it, a negative one holds only where there is a value.
    fn condition(
        &mut self,
        expr: &Expr,
        operator: Operator,
        values: Vec<String>,
    ) -> Result<Filter> {
        let Some(column) = self.tables.column(expr)? else {
            return Err(unsupported(kind(expr)));
        };
        let is_negative =
            [Operator::NotEqual, Operator::NotIn, Operator::NotBetween, Operator::NotLike];
        if let Some((code, message)) = wrong_count(operator.row(), &column.name, values.len()) {
            return Err(wrong(message).with_code(code));
        }
        let mut parts = vec![Filter::Condition(self.of(&column, operator, values)?)];
        if is_negative.contains(&operator) {
            parts.push(Filter::Condition(self.of(&column, Operator::NotNull, Vec::new())?));
        }
        Ok(one_or_all(parts))
    }

    fn of(
        &mut self,
        column: &Column,
        operator: Operator,
        values: Vec<String>,
    ) -> Result<Condition> {
        self.counted.condition()?;
        let entity = self.tables.entity(column);
        Ok(Condition { entity, ..Condition::new(column.name.clone(), operator, values) })
    }
}

/// The parts of a chain of one operator, which the parser nests to the left.
fn chain(mut expr: Expr, wanted: &BinaryOperator) -> Vec<Expr> {
    let mut parts = Vec::new();
    loop {
        match expr {
            Expr::BinaryOp { left, op, right } if op == *wanted => {
                parts.push(*right);
                expr = *left;
            }
            other => {
                parts.push(other);
                parts.reverse();
                return parts;
            }
        }
    }
}

fn one_or_all(mut parts: Vec<Filter>) -> Filter {
    match (parts.pop(), parts.is_empty()) {
        (Some(only), true) => only,
        (Some(last), false) => {
            parts.push(last);
            Filter::And(parts)
        }
        (None, _) => Filter::And(parts),
    }
}

fn value(expr: &Expr) -> Result<String> {
    literal(expr)?.ok_or_else(|| unsupported(kind(expr)))
}

/// The comparison that holds when the sides are exchanged.
fn mirrored(operator: Operator) -> Operator {
    match operator {
        Operator::GreaterThan => Operator::LessThan,
        Operator::GreaterEqual => Operator::LessEqual,
        Operator::LessThan => Operator::GreaterThan,
        Operator::LessEqual => Operator::GreaterEqual,
        same => same,
    }
}
