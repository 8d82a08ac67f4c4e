//! Which rows: conditions on columns of any table that is joined.

use base::{Error, Kind, Result, limits};
use metadata::{ColumnKind, DateTimeBehavior, Table};
use query::fetch::{Condition as Test, Filter, Operator, Values};
use query::{Comparison, Literal};

use super::tables::{Place, Planner, column};
use super::{INVALID_VALUE, UNEXPECTED, of_condition, wrong};
use crate::plan::condition::{Condition, Field};
use crate::plan::dates;
use crate::plan::filter::{check_comparable, check_secured};
use crate::plan::navigation::check_stored;
use crate::plan::operators::{self, Notation};

impl Planner<'_> {
    /// The condition on the rows of `around` that a filter is.
    pub fn filter(&mut self, around: &Place, filter: &Filter, depth: usize) -> Result<Condition> {
        if depth > limits::NESTING_MAX {
            return Err(wrong(UNEXPECTED, "The filter nests too deep."));
        }
        match filter {
            Filter::And(parts) => {
                let parts = parts.iter().map(|part| self.filter(around, part, depth + 1));
                Ok(Condition::all(parts.collect::<Result<_>>()?))
            }
            // A filter without conditions keeps every row, whatever its type.
            Filter::Or(parts) if parts.is_empty() => Ok(Condition::Const(true)),
            Filter::Or(parts) => {
                let parts = parts.iter().map(|part| self.filter(around, part, depth + 1));
                Ok(Condition::any(parts.collect::<Result<_>>()?))
            }
            Filter::Condition(test) => self.test(around, test),
            Filter::Link(link) => self.semi_join(around, link),
        }
    }

    fn test(&mut self, around: &Place, test: &Test) -> Result<Condition> {
        self.conditions += test.values.len().max(1);
        if self.conditions > limits::CONDITIONS_MAX {
            let message = format!("A query has at most {} conditions.", limits::CONDITIONS_MAX);
            return Err(Error::new(Kind::Invalid, "0x8004430c", message));
        }
        if test.figure.is_some() {
            return Err(Error::not_implemented("A condition on a figure over a group"));
        }
        let place = self.place(around, test.entity.as_deref())?;
        let field = self.field(&place, &test.attribute)?;
        if let Some(other) = &test.value_of {
            return self.compare_columns(&place, field, test.operator, other);
        }
        let values = test.values.iter().map(|value| self.literal(&field, test.operator, value));
        let values = values.collect::<Result<Vec<_>>>()?;
        let test = operators::Test {
            asker: self.asker,
            table: &place.table,
            field,
            operator: test.operator,
            values: &values,
            notation: Notation::Fetch,
        };
        operators::condition(&test).map_err(of_condition)
    }

    /// A column that may be asked for.
    pub fn field(&self, place: &Place, name: &str) -> Result<Field> {
        let column = column(&place.table, name)?;
        check_stored(&place.table, &column)?;
        check_secured(self.asker, &place.table, &column)?;
        Ok(Field::value(place.alias, &column))
    }

    /// `valueof`: a column of the same table, or `alias.column`.
    fn compare_columns(
        &self,
        place: &Place,
        field: Field,
        operator: Operator,
        other: &str,
    ) -> Result<Condition> {
        let comparison = match operator {
            Operator::Equal => Comparison::Equal,
            Operator::NotEqual => Comparison::NotEqual,
            Operator::GreaterThan => Comparison::Greater,
            Operator::GreaterEqual => Comparison::GreaterOrEqual,
            Operator::LessThan => Comparison::Less,
            Operator::LessEqual => Comparison::LessOrEqual,
            other => {
                let name = other.row().fetch_name;
                let message = format!("The operator '{name}' does not compare two columns.");
                return Err(wrong(INVALID_VALUE, message));
            }
        };
        let other = match other.rsplit_once('.') {
            Some((alias, name)) => self.field(&self.place(place, Some(alias))?, name)?,
            None => self.field(place, other)?,
        };
        check_comparable(&field, &other).map_err(of_condition)?;
        Ok(Condition::CompareFields(field, comparison, other))
    }

    /// A value as written becomes a literal: a time without a zone is the caller's, and a table may
    /// be told by its number.
    fn literal(&self, field: &Field, operator: Operator, written: &str) -> Result<Literal> {
        match &field.column.kind {
            ColumnKind::DateTime { behavior: DateTimeBehavior::UserLocal, .. }
                if is_exact(operator) =>
            {
                let instant = dates::instant_in(written, &self.zone).ok_or_else(|| {
                    let name = &field.column.logical_name;
                    let message = format!("'{name}' is a date and time, and '{written}' is none.");
                    wrong(INVALID_VALUE, message)
                })?;
                Ok(Literal::Date(instant.to_string()))
            }
            ColumnKind::EntityName => {
                let code = written.trim().parse::<i32>().ok();
                let is_it = |table: &&std::sync::Arc<Table>| Some(table.type_code) == code;
                let table = code.and_then(|_| self.asker.schema.tables().find(is_it));
                let name = table.map_or(written, |table| &table.logical_name);
                Ok(Literal::Text(name.to_owned()))
            }
            _ => Ok(Literal::Text(written.to_owned())),
        }
    }
}

/// Whether the values are points in time, and not days, numbers or nothing.
fn is_exact(operator: Operator) -> bool {
    use Operator as O;
    let is_one = matches!(
        operator,
        O::Equal | O::NotEqual | O::GreaterThan | O::GreaterEqual | O::LessThan | O::LessEqual
    );
    let is_list = matches!(operator, O::In | O::NotIn) && operator.row().values == Values::Many;
    is_one || is_list || matches!(operator, O::Between | O::NotBetween)
}
