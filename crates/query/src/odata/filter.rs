//! `$filter` and `$orderby`.

use base::limits::{CONDITION_VALUES_MAX, CONDITIONS_MAX};

use super::cursor::Cursor;
use super::literal::{Aliases, Argument, argument, literal};
use super::{ParseError, Result, unqualified};
use crate::error::{TOO_MANY_CONDITIONS, TOO_MANY_VALUES};
use crate::fetch::{Operator, OperatorRow, Values};
use crate::{Comparison, Filter, Literal, OrderBy, Quantifier, TextTest};

/// Parses the value of `$filter`, decoded.
pub(super) fn parse_filter(text: &str, aliases: Option<&Aliases>) -> Result<Filter> {
    let mut parser = Parser { cursor: Cursor::new(text), aliases, variable: None, conditions: 0 };
    let operand = parser.any_of()?;
    parser.cursor.skip_space();
    if !parser.cursor.is_at_end() {
        return Err(parser.unexpected());
    }
    parser.condition(operand)
}

/// Parses the value of `$orderby`, decoded.
pub(super) fn parse_order_by(text: &str, aliases: Option<&Aliases>) -> Result<Vec<OrderBy>> {
    let mut parser = Parser { cursor: Cursor::new(text), aliases, variable: None, conditions: 0 };
    let mut steps = Vec::new();
    loop {
        parser.cursor.skip_space();
        let start = parser.cursor.clone();
        match parser.primary()? {
            Operand::Path(path) => steps.push(OrderBy { path, descending: parser.direction() }),
            Operand::Literal(Literal::Null) if start.peek() == Some('@') => {
                parser.direction();
            }
            _ => return Err(start.error("A property to sort by was expected")),
        }
        if !parser.cursor.take_spaced(',') {
            break;
        }
    }
    parser.cursor.expect_end()?;
    Ok(steps)
}

struct Parser<'a> {
    cursor: Cursor<'a>,
    /// `None` where aliases are not allowed.
    aliases: Option<&'a Aliases>,
    /// The range variable of the lambda around.
    variable: Option<String>,
    conditions: usize,
}

/// One side of a comparison, or a condition that is already whole.
enum Operand {
    Path(Vec<String>),
    Literal(Literal),
    Condition(Filter),
}

impl Parser<'_> {
    fn any_of(&mut self) -> Result<Operand> {
        let first = self.all_of()?;
        if !self.takes_word("or") {
            return Ok(first);
        }
        let mut parts = vec![self.condition(first)?];
        loop {
            let next = self.all_of()?;
            parts.push(self.condition(next)?);
            if !self.takes_word("or") {
                return Ok(Operand::Condition(Filter::Or(parts)));
            }
        }
    }

    fn all_of(&mut self) -> Result<Operand> {
        let first = self.compared()?;
        if !self.takes_word("and") {
            return Ok(first);
        }
        let mut parts = vec![self.condition(first)?];
        loop {
            let next = self.compared()?;
            parts.push(self.condition(next)?);
            if !self.takes_word("and") {
                return Ok(Operand::Condition(Filter::And(parts)));
            }
        }
    }

    fn compared(&mut self) -> Result<Operand> {
        self.cursor.skip_space();
        if self.takes_not() {
            return self.negated();
        }
        let left = self.primary()?;
        self.cursor.skip_space();
        let Some(comparison) = comparison(self.cursor.peek_name()) else { return Ok(left) };
        let start = self.cursor.clone();
        self.cursor.take_name();
        self.cursor.skip_space();
        let right = self.primary()?;
        self.count_condition()?;
        compare(left, comparison, right, &start).map(Operand::Condition)
    }

    fn takes_not(&mut self) -> bool {
        let after = self.cursor.rest().strip_prefix("not");
        let is_operator = after.is_some_and(|rest| rest.starts_with([' ', '(', '\t']));
        is_operator && self.cursor.take_word("not")
    }

    fn negated(&mut self) -> Result<Operand> {
        self.cursor.enter()?;
        let operand = self.compared()?;
        let condition = self.condition(operand)?;
        self.cursor.leave();
        if matches!(condition, Filter::Function { .. }) {
            return Err(ParseError::new(
                "Not operator along with the Custom Named Condition operators is not allowed",
            ));
        }
        Ok(Operand::Condition(Filter::Not(Box::new(condition))))
    }

    fn primary(&mut self) -> Result<Operand> {
        if self.cursor.take('(') {
            self.cursor.enter()?;
            let inner = self.any_of()?;
            self.cursor.skip_space();
            if !self.cursor.take(')') {
                return Err(self.unexpected());
            }
            self.cursor.leave();
            return Ok(inner);
        }
        if self.cursor.peek() == Some('@') {
            return self.alias();
        }
        if let Some(literal) = literal(&mut self.cursor)? {
            return Ok(Operand::Literal(literal));
        }
        if self.cursor.peek_name().is_empty() {
            return Err(self.cursor.error("Expression expected"));
        }
        self.path_or_call()
    }

    /// `@p1` stands for a literal or a property; an alias without a value is null.
    fn alias(&mut self) -> Result<Operand> {
        let Some(aliases) = self.aliases else {
            return Err(self.cursor.error("A parameter alias is not allowed"));
        };
        self.cursor.take('@');
        let name = self.cursor.expect_name()?;
        let Some(value) = aliases.get(name) else { return Ok(Operand::Literal(Literal::Null)) };
        let variable = self.variable.clone();
        let mut inner =
            Parser { cursor: Cursor::new(value), aliases: None, variable, conditions: 0 };
        inner.cursor.skip_space();
        let operand = inner.primary()?;
        inner.cursor.expect_end()?;
        match operand {
            Operand::Condition(_) => Err(ParseError::new(format!(
                "The parameter alias '@{name}' must be a literal or a property."
            ))),
            simple => Ok(simple),
        }
    }

    fn path_or_call(&mut self) -> Result<Operand> {
        let start = self.cursor.clone();
        let mut path: Vec<String> = Vec::new();
        loop {
            let name = self.cursor.expect_name()?;
            if self.cursor.peek() == Some('(') {
                return self.call(path, name, &start);
            }
            path.push(name.to_owned());
            if !self.cursor.take('/') {
                break;
            }
        }
        self.own_path(path, &start).map(Operand::Path)
    }

    /// `path` without the range variable, which it must begin with inside a lambda.
    fn own_path(&self, mut path: Vec<String>, start: &Cursor<'_>) -> Result<Vec<String>> {
        let Some(variable) = &self.variable else { return Ok(path) };
        if path.first() != Some(variable) {
            let what = format!(
                "A property that begins with the range variable '{variable}/' was expected"
            );
            return Err(start.error(what));
        }
        path.remove(0);
        if path.is_empty() {
            return Err(start.error("A property of the range variable was expected"));
        }
        Ok(path)
    }

    /// `name(…)` after `path`: a text function, a lambda, or a query function.
    fn call(&mut self, path: Vec<String>, name: &str, start: &Cursor<'_>) -> Result<Operand> {
        let filter = match name {
            "any" | "all" => self.lambda(path, name, start)?,
            "contains" => self.text_test(path, name, TextTest::Contains)?,
            "startswith" => self.text_test(path, name, TextTest::StartsWith)?,
            "endswith" => self.text_test(path, name, TextTest::EndsWith)?,
            _ => match unqualified(name).and_then(query_function) {
                Some(function) => self.function(path, function, start)?,
                None => return Err(unknown_function(name)),
            },
        };
        Ok(Operand::Condition(filter))
    }

    fn lambda(&mut self, path: Vec<String>, name: &str, start: &Cursor<'_>) -> Result<Filter> {
        if path.is_empty() {
            return Err(unknown_function(name));
        }
        let navigation = self.own_path(path, start)?;
        let quantifier = if name == "any" { Quantifier::Any } else { Quantifier::All };
        self.count_condition()?;
        self.cursor.take_spaced('(');
        if self.cursor.take(')') {
            if quantifier == Quantifier::All {
                return Err(self.cursor.error("Expression expected"));
            }
            return Ok(Filter::Lambda { navigation, quantifier, condition: None });
        }
        let variable = self.cursor.expect_name()?.to_owned();
        self.cursor.expect(':', "':'")?;
        self.cursor.enter()?;
        let outer = self.variable.replace(variable);
        let operand = self.any_of()?;
        let condition = self.condition(operand)?;
        self.variable = outer;
        self.cursor.leave();
        self.cursor.expect(')', "')' or operator")?;
        Ok(Filter::Lambda { navigation, quantifier, condition: Some(Box::new(condition)) })
    }

    fn text_test(&mut self, path: Vec<String>, name: &str, test: TextTest) -> Result<Filter> {
        if !path.is_empty() {
            return Err(unknown_function(name));
        }
        self.count_condition()?;
        self.cursor.take_spaced('(');
        let start = self.cursor.clone();
        let Operand::Path(path) = self.primary()? else {
            return Err(start
                .error(format_args!("A property was expected as the first argument of '{name}'")));
        };
        self.cursor.expect(',', "')' or ','")?;
        self.cursor.skip_space();
        let start = self.cursor.clone();
        let value = match self.primary()? {
            Operand::Literal(Literal::Text(value)) => value,
            Operand::Literal(Literal::Id(_) | Literal::Number(_) | Literal::Date(_)) => {
                start.text[start.at..self.cursor.at].to_owned()
            }
            _ => {
                return Err(start.error(format_args!(
                    "A text was expected as the second argument of '{name}'"
                )));
            }
        };
        self.cursor.expect(')', "')' or ','")?;
        Ok(Filter::Text { path, test, value })
    }

    fn function(
        &mut self,
        path: Vec<String>,
        function: &OperatorRow,
        start: &Cursor<'_>,
    ) -> Result<Filter> {
        let prefix = match (&self.variable, path.as_slice()) {
            (Some(variable), [first, rest @ ..]) if first == variable => rest,
            (None, path) => path,
            _ => return Err(start.error("Syntax error")),
        };
        let prefix = prefix.to_vec();
        self.count_condition()?;
        self.cursor.take_spaced('(');
        let arguments = named_arguments(&mut self.cursor, self.aliases.unwrap_or(&Aliases::new()))?;
        let (property, values) = function_values(function, arguments)?;
        check_values(values.len())?;
        let property = [prefix, vec![property]].concat().join("/");
        Ok(Filter::Function { name: function.name.to_owned(), property, values })
    }

    /// A whole condition from what was read; a bare property stands for `eq true`.
    fn condition(&mut self, operand: Operand) -> Result<Filter> {
        match operand {
            Operand::Condition(filter) => Ok(filter),
            Operand::Path(path) => {
                self.count_condition()?;
                let value = Literal::Boolean(true);
                Ok(Filter::Compare { path, comparison: Comparison::Equal, value })
            }
            Operand::Literal(_) => Err(ParseError::new(
                "The $filter expression must evaluate to a single boolean value.",
            )),
        }
    }

    fn count_condition(&mut self) -> Result<()> {
        self.conditions += 1;
        if self.conditions <= CONDITIONS_MAX {
            return Ok(());
        }
        let message =
            format!("Number of conditions in query exceeded maximum limit of {CONDITIONS_MAX}.");
        Err(ParseError::new(message).with_code(TOO_MANY_CONDITIONS))
    }

    fn direction(&mut self) -> bool {
        self.cursor.skip_space();
        !self.cursor.take_word("asc") && self.cursor.take_word("desc")
    }

    fn takes_word(&mut self, word: &str) -> bool {
        self.cursor.skip_space();
        self.cursor.take_word(word)
    }

    /// The error for something that stands where an operator or the end should.
    fn unexpected(&self) -> ParseError {
        let word = self.cursor.peek_name();
        if ["add", "sub", "mul", "div", "divby", "mod", "in", "has"].contains(&word) {
            return self.cursor.error(format_args!("The operator '{word}' is not supported"));
        }
        if self.cursor.is_at_end() {
            return self.cursor.error("')' or operator expected");
        }
        self.cursor.error("Syntax error")
    }
}

/// `(A=1,B='x')` from after the opening parenthesis on.
pub(super) fn named_arguments(
    cursor: &mut Cursor<'_>,
    aliases: &Aliases,
) -> Result<Vec<(String, Argument)>> {
    let mut arguments = Vec::new();
    cursor.skip_space();
    if cursor.take(')') {
        return Ok(arguments);
    }
    loop {
        cursor.skip_space();
        let name = cursor.expect_name()?.to_owned();
        cursor.expect('=', "'='")?;
        let value = argument(cursor, aliases)?;
        if arguments.iter().any(|(known, _)| *known == name) {
            return Err(cursor.error(format_args!("The parameter '{name}' was given twice")));
        }
        arguments.push((name, value));
        if !cursor.take_spaced(',') {
            cursor.expect(')', "')' or ','")?;
            return Ok(arguments);
        }
    }
}

/// The operator that is the query function `name`. Two have an older name, which clients still use.
pub(super) fn query_function(name: &str) -> Option<&'static OperatorRow> {
    let name = match name {
        "NotBusinessId" => "NotEqualBusinessId",
        "NotUserId" => "NotEqualUserId",
        name => name,
    };
    Operator::by_name(name).filter(|row| row.is_function)
}

fn comparison(word: &str) -> Option<Comparison> {
    Some(match word {
        "eq" => Comparison::Equal,
        "ne" => Comparison::NotEqual,
        "gt" => Comparison::Greater,
        "ge" => Comparison::GreaterOrEqual,
        "lt" => Comparison::Less,
        "le" => Comparison::LessOrEqual,
        _ => return None,
    })
}

fn compare(
    left: Operand,
    comparison: Comparison,
    right: Operand,
    at: &Cursor<'_>,
) -> Result<Filter> {
    Ok(match (left, right) {
        (Operand::Path(path), Operand::Literal(value)) => {
            Filter::Compare { path, comparison, value }
        }
        (Operand::Literal(value), Operand::Path(path)) => {
            Filter::Compare { path, comparison: mirrored(comparison), value }
        }
        (Operand::Path(left), Operand::Path(right)) => {
            Filter::CompareColumns { left, comparison, right }
        }
        (Operand::Condition(filter), Operand::Literal(Literal::Boolean(value)))
        | (Operand::Literal(Literal::Boolean(value)), Operand::Condition(filter))
            if matches!(comparison, Comparison::Equal | Comparison::NotEqual) =>
        {
            let holds = value == (comparison == Comparison::Equal);
            if holds { filter } else { Filter::Not(Box::new(filter)) }
        }
        _ => return Err(at.error("A property was expected on one side of the operator")),
    })
}

/// The comparison that holds when the sides are exchanged.
fn mirrored(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        same => same,
    }
}

fn check_values(count: usize) -> Result<()> {
    if count <= CONDITION_VALUES_MAX {
        return Ok(());
    }
    let message = format!(
        "Number of values in one condition exceeded maximum limit of {CONDITION_VALUES_MAX}."
    );
    Err(ParseError::new(message).with_code(TOO_MANY_VALUES))
}

fn unknown_function(name: &str) -> ParseError {
    ParseError::new(format!(
        "An unknown function with name '{name}' was found. This may also be a function import or \
         a key lookup on a navigation property, which is not allowed."
    ))
}

/// The property and the values of a query function, in order.
fn function_values(
    function: &OperatorRow,
    arguments: Vec<(String, Argument)>,
) -> Result<(String, Vec<Literal>)> {
    let wrong = |what: &str| {
        ParseError::new(format!("The function 'Microsoft.Dynamics.CRM.{}' {what}.", function.name))
    };
    let (mut property, mut first, mut second) = (None, None, None);
    let (first_name, second_name) = match function.values {
        Values::None => ("", ""),
        Values::One => ("PropertyValue", ""),
        Values::Two => ("PropertyValue1", "PropertyValue2"),
        Values::Pair | Values::Many => ("PropertyValues", ""),
    };
    for (name, value) in arguments {
        let Argument::Literal(value) = value else { return Err(wrong("takes no objects")) };
        match value {
            Literal::Text(text) if name == "PropertyName" => property = Some(text),
            value if name == first_name => first = Some(value),
            value if name == second_name => second = Some(value),
            _ => return Err(wrong(&format!("has no such parameter or value: '{name}'"))),
        }
    }
    let property = property.ok_or_else(|| wrong("needs 'PropertyName'"))?;
    let missing = || wrong(&format!("needs '{}'", [first_name, second_name].join(" ").trim()));
    let values = match (function.values, first, second) {
        (Values::None, ..) => Vec::new(),
        (Values::One, Some(Literal::List(_)), _) => {
            return Err(wrong("takes one value, not a list"));
        }
        (Values::One, Some(value), _) => vec![value],
        (Values::Two, Some(a), Some(b)) => vec![a, b],
        (Values::Pair | Values::Many, Some(Literal::List(values)), _) => values,
        (Values::Pair | Values::Many, Some(_), _) => return Err(wrong("needs a list of values")),
        _ => return Err(missing()),
    };
    match function.values {
        Values::Pair if values.len() != 2 => Err(wrong("needs exactly two values")),
        Values::Many if values.is_empty() => Err(wrong("needs at least one value")),
        _ => Ok((property, values)),
    }
}
