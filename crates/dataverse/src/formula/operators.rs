//! Operators between two values.

use metadata::formula::{Form, Formula, Function, Unit, ValueKind};
use powerfx::{Binary, Expression};

use super::{Binder, Found, missing, told, wrong};

impl Binder<'_> {
    pub(super) fn binary(
        &self,
        tree: &Expression,
        operator: Binary,
        left: &Expression,
        right: &Expression,
    ) -> Found<Formula> {
        let (a, b) = (self.bind(left)?, self.bind(right)?);
        match operator {
            Binary::Or => self.both(Function::Or, ValueKind::Boolean, (left, a), (right, b)),
            Binary::And => self.both(Function::And, ValueKind::Boolean, (left, a), (right, b)),
            Binary::Concatenate => {
                self.both(Function::Concatenate, ValueKind::Text, (left, a), (right, b))
            }
            Binary::Multiply => self.numbers(Function::Multiply, (left, a), (right, b)),
            Binary::Divide => self.numbers(Function::Divide, (left, a), (right, b)),
            Binary::Power => self.numbers(Function::Power, (left, a), (right, b)),
            Binary::Add | Binary::Subtract => self.sum(operator, (left, a), (right, b)),
            Binary::In | Binary::ExactIn => {
                let is_exact = operator == Binary::ExactIn;
                let (a, b) = (self.as_text(left, a)?, self.as_text(right, b)?);
                let function = Function::Contains(is_exact);
                Ok(Formula::apply(ValueKind::Boolean, function, vec![a, b]))
            }
            _ => self.comparison(tree, operator, a, b),
        }
    }

    fn both(
        &self,
        function: Function,
        kind: ValueKind,
        (left, a): (&Expression, Formula),
        (right, b): (&Expression, Formula),
    ) -> Found<Formula> {
        let arguments = vec![self.as_kind(left, a, kind)?, self.as_kind(right, b, kind)?];
        Ok(Formula::apply(kind, function, arguments))
    }

    fn numbers(
        &self,
        function: Function,
        left: (&Expression, Formula),
        right: (&Expression, Formula),
    ) -> Found<Formula> {
        self.both(function, ValueKind::Number, left, right)
    }

    /// A sum or difference: of numbers, of a date and days, of two dates.
    fn sum(
        &self,
        operator: Binary,
        (left, a): (&Expression, Formula),
        (right, b): (&Expression, Formula),
    ) -> Found<Formula> {
        let is_date = |kind| matches!(kind, ValueKind::Date | ValueKind::DateTime);
        let is_plus = operator == Binary::Add;
        match (is_date(a.kind), is_date(b.kind)) {
            (false, false) => {
                let function = if is_plus { Function::Add } else { Function::Subtract };
                self.numbers(function, (left, a), (right, b))
            }
            (true, false) => {
                let kind = a.kind;
                let days = self.as_number(right, b)?;
                let days = match is_plus {
                    true => days,
                    false => Formula::apply(ValueKind::Number, Function::Negate, vec![days]),
                };
                Ok(Formula::apply(kind, Function::DateAdd(Unit::Days), vec![a, days]))
            }
            (false, true) if is_plus => {
                let kind = b.kind;
                let days = self.as_number(left, a)?;
                Ok(Formula::apply(kind, Function::DateAdd(Unit::Days), vec![b, days]))
            }
            (true, true) if !is_plus => {
                let seconds = self.difference(left, a, right, b)?;
                let day = Formula::new(ValueKind::Number, Form::Number(86_400.0));
                Ok(Formula::apply(ValueKind::Number, Function::Divide, vec![seconds, day]))
            }
            _ => wrong(right, "dates cannot be added to each other"),
        }
    }

    /// The seconds from the second date to the first.
    fn difference(
        &self,
        left: &Expression,
        a: Formula,
        right: &Expression,
        b: Formula,
    ) -> Found<Formula> {
        let a = self.as_kind(left, a, ValueKind::DateTime)?;
        let b = self.as_kind(right, b, ValueKind::DateTime)?;
        Ok(Formula::apply(ValueKind::Number, Function::DateDiff(Unit::Seconds), vec![b, a]))
    }

    fn comparison(
        &self,
        tree: &Expression,
        operator: Binary,
        a: Formula,
        b: Formula,
    ) -> Found<Formula> {
        let (a, b) = self.alike(tree, a, b)?;
        let is_ordered = matches!(
            a.kind,
            ValueKind::Number | ValueKind::Date | ValueKind::DateTime | ValueKind::Blank
        );
        let apply = |function, a, b| Formula::apply(ValueKind::Boolean, function, vec![a, b]);
        let not = |formula| Formula::apply(ValueKind::Boolean, Function::Not, vec![formula]);
        match operator {
            Binary::Equal => Ok(apply(Function::Equal, a, b)),
            Binary::NotEqual => Ok(not(apply(Function::Equal, a, b))),
            _ if !is_ordered => {
                wrong(tree, format!("'{}' does not compare {}", operator.symbol(), told(a.kind)))
            }
            Binary::Less => Ok(apply(Function::Less, a, b)),
            Binary::LessOrEqual => Ok(apply(Function::LessOrEqual, a, b)),
            Binary::Greater => Ok(apply(Function::Less, b, a)),
            Binary::GreaterOrEqual => Ok(apply(Function::LessOrEqual, b, a)),
            other => missing(tree, format!("The operator '{}'", other.symbol())),
        }
    }

    /// Two values of one kind, if they can be compared.
    pub(super) fn alike(
        &self,
        at: &Expression,
        a: Formula,
        b: Formula,
    ) -> Found<(Formula, Formula)> {
        use ValueKind::{Blank, Date, DateTime};
        match (a.kind, b.kind) {
            (x, y) if x == y || x == Blank || y == Blank => Ok((a, b)),
            (Date, DateTime) | (DateTime, Date) => {
                Ok((self.as_kind(at, a, DateTime)?, self.as_kind(at, b, DateTime)?))
            }
            (x, y) => wrong(at, format!("{} and {} cannot be compared", told(x), told(y))),
        }
    }
}
