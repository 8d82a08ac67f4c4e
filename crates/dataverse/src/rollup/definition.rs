//! The definition of a rollup, in the XAML that the platform's designer writes and packages carry: a
//! sequence `Source`, a sequence `Target` with the related table and conditions on it, and a sequence
//! `Aggregate` with the figure.

use std::collections::HashMap;

use package::xml::{Document, Element};
use query::{Comparison, Filter, Literal, TextTest};

use super::Figure;

/// A definition, by names.
#[derive(Debug, PartialEq)]
pub(super) struct Definition {
    pub relationship: String,
    pub figure: Figure,
    pub column: String,
    pub filter: Option<Filter>,
    /// The columns that the filter names.
    pub columns: Vec<String>,
}

/// Why a definition is not taken.
#[derive(Debug, PartialEq)]
pub(super) enum Problem {
    /// It is wrong.
    Wrong(String),
    /// It asks for something that is not supported.
    Missing(String),
}

type Result<T> = std::result::Result<T, Problem>;

fn wrong<T>(message: impl Into<String>) -> Result<T> {
    Err(Problem::Wrong(message.into()))
}

fn missing<T>(what: impl Into<String>) -> Result<T> {
    Err(Problem::Missing(what.into()))
}

/// Reads a definition.
pub(super) fn read(text: &str) -> Result<Definition> {
    if text.trim().is_empty() {
        return wrong("it needs a FormulaDefinition");
    }
    let document = Document::parse(text.as_bytes())
        .map_err(|error| Problem::Wrong(format!("its FormulaDefinition is not XAML: {error}")))?;
    let sequence = |name: &str| {
        let found = document.root.descendants().find(|element| {
            is(element, "Sequence") && element.attribute("DisplayName") == Some(name)
        });
        found.ok_or_else(|| Problem::Wrong(format!("its FormulaDefinition has no sequence {name}")))
    };
    for variable in sequence("Source")?.descendants().filter(|element| is(element, "Variable")) {
        let is_none = matches!(variable.attribute("Default"), None | Some("[Nothing]"));
        if variable.attribute("Name") == Some("HierarchicalRelationshipName") && !is_none {
            return missing("A hierarchy");
        }
    }
    let mut reader = Reader::default();
    let target = sequence("Target")?;
    reader.read(target)?;
    let relationship = target.elements().find(|element| is(element, "SetAttributeValue"));
    let relationship = relationship.and_then(|element| element.attribute("DisplayName"));
    let Some(relationship) = relationship.and_then(|name| name.splitn(3, '.').nth(2)) else {
        return missing("A rollup over other rows than those of a 1:N relationship");
    };
    let filter = reader.filters.pop();
    if !reader.filters.is_empty() {
        return missing("A combination of conditions");
    }
    let mut aggregate = Reader::default();
    aggregate.read(sequence("Aggregate")?)?;
    let Some((figure, column)) = aggregate.figure else {
        return wrong("its FormulaDefinition says nothing to calculate");
    };
    let columns = reader.attributes.into_values().collect();
    Ok(Definition { relationship: relationship.to_owned(), figure, column, filter, columns })
}

fn is(element: &Element, name: &str) -> bool {
    element.name.rsplit(':').next() == Some(name)
}

/// What the steps of a sequence have said so far, by the names of variables.
#[derive(Default)]
struct Reader {
    attributes: HashMap<String, String>,
    constants: HashMap<String, Vec<String>>,
    conditions: HashMap<String, Filter>,
    /// The conditions that nothing combines.
    filters: Vec<Filter>,
    figure: Option<(Figure, String)>,
}

impl Reader {
    fn read(&mut self, sequence: &Element) -> Result<()> {
        for step in sequence.elements() {
            if is(step, "GetEntityProperty") {
                let entity = step.attribute("Entity").unwrap_or_default();
                if !entity.contains("primaryEntity") {
                    return missing("A condition on rows further away");
                }
                if let (Some(attribute), Some(value)) =
                    (step.attribute("Attribute"), step.attribute("Value"))
                {
                    self.attributes.insert(variable(value), attribute.to_lowercase());
                }
            } else if is(step, "ActivityReference") {
                self.activity(step)?;
            } else if is(step, "Sequence") {
                return missing("A nested sequence");
            }
        }
        Ok(())
    }

    fn activity(&mut self, step: &Element) -> Result<()> {
        let argument = |key: &str| {
            let found = step.descendants().find(|one| one.attribute("x:Key") == Some(key));
            found.map(|one| one.text().into_owned())
        };
        let class = step.attribute("AssemblyQualifiedName").unwrap_or_default();
        let class = class.split(',').next().unwrap_or_default().rsplit('.').next();
        let parameters = argument("Parameters").map(|text| list(&text)).unwrap_or_default();
        let result = argument("Result").map(|text| variable(&text)).unwrap_or_default();
        match class.unwrap_or_default() {
            "EvaluateExpression" => {
                let operator = argument("ExpressionOperator").unwrap_or_default();
                self.expression(&operator, parameters, result)
            }
            "EvaluateCondition" => {
                let operator = argument("ConditionOperator").unwrap_or_default();
                let operand = argument("Operand").map(|text| variable(&text)).unwrap_or_default();
                let filter = self.condition(&operator, &operand, &parameters)?;
                self.conditions.insert(result, filter.clone());
                self.filters.push(filter);
                Ok(())
            }
            "EvaluateLogicalCondition" => {
                let operator = argument("LogicalOperator").unwrap_or_default();
                let side =
                    |key: &str| argument(key).map(|text| variable(&text)).unwrap_or_default();
                let (left, right) = (side("LeftOperand"), side("RightOperand"));
                let (Some(left), Some(right)) =
                    (self.conditions.get(&left).cloned(), self.conditions.get(&right).cloned())
                else {
                    return missing("A combination of conditions");
                };
                self.filters.retain(|filter| *filter != left && *filter != right);
                let combined = match operator.as_str() {
                    "And" => Filter::And(vec![left, right]),
                    "Or" => Filter::Or(vec![left, right]),
                    other => return missing(format!("The operator {other}")),
                };
                self.conditions.insert(result, combined.clone());
                self.filters.push(combined);
                Ok(())
            }
            other => missing(format!("The step {other}")),
        }
    }

    fn expression(
        &mut self,
        operator: &str,
        parameters: Vec<String>,
        result: String,
    ) -> Result<()> {
        let figure = match operator {
            "CreateCrmType" => {
                let values = parameters.into_iter().skip(1).collect();
                self.constants.insert(result, values);
                return Ok(());
            }
            "Count" => Figure::Count,
            "Sum" => Figure::Sum,
            "Average" | "Avg" => Figure::Average,
            "Min" | "Minimum" => Figure::Min,
            "Max" | "Maximum" => Figure::Max,
            other => return missing(format!("The expression {other}")),
        };
        let column = parameters.first().and_then(|name| self.attributes.get(name)).cloned();
        match column {
            Some(column) => self.figure = Some((figure, column)),
            None => return missing("A figure over something else than a column"),
        }
        Ok(())
    }

    fn condition(&self, operator: &str, operand: &str, parameters: &[String]) -> Result<Filter> {
        let Some(attribute) = self.attributes.get(operand) else {
            return missing("A condition on something else than a column");
        };
        let path = vec![attribute.clone()];
        let compare = |comparison, value| Filter::Compare { path: path.clone(), comparison, value };
        let values: Vec<Literal> = parameters
            .iter()
            .filter_map(|name| self.constants.get(name))
            .filter_map(|constant| constant.first())
            .map(|text| literal(text))
            .collect();
        let first = || {
            values
                .first()
                .cloned()
                .ok_or(Problem::Missing("A condition without a value".to_owned()))
        };
        let list = |name: &str| Filter::Function {
            name: name.to_owned(),
            property: attribute.clone(),
            values: values.clone(),
        };
        let text = |test| match values.first() {
            Some(Literal::Text(value)) => {
                Ok(Filter::Text { path: path.clone(), test, value: value.clone() })
            }
            _ => missing("A condition without a text"),
        };
        Ok(match operator {
            "Equal" if values.len() > 1 => list("In"),
            "NotEqual" if values.len() > 1 => list("NotIn"),
            "In" => list("In"),
            "NotIn" => list("NotIn"),
            "Equal" => compare(Comparison::Equal, first()?),
            "NotEqual" => compare(Comparison::NotEqual, first()?),
            "GreaterThan" => compare(Comparison::Greater, first()?),
            "GreaterEqual" => compare(Comparison::GreaterOrEqual, first()?),
            "LessThan" => compare(Comparison::Less, first()?),
            "LessEqual" => compare(Comparison::LessOrEqual, first()?),
            "Null" => compare(Comparison::Equal, Literal::Null),
            "NotNull" => compare(Comparison::NotEqual, Literal::Null),
            "Contains" => text(TextTest::Contains)?,
            "DoesNotContain" => Filter::Not(Box::new(text(TextTest::Contains)?)),
            "BeginsWith" => text(TextTest::StartsWith)?,
            "EndsWith" => text(TextTest::EndsWith)?,
            other => return missing(format!("The condition {other}")),
        })
    }
}

/// `[Name]` as `Name`.
fn variable(text: &str) -> String {
    text.trim().trim_start_matches('[').trim_end_matches(']').trim().to_owned()
}

/// The items of `[New Object() { a, "b", c }]`, texts without their quotes but a mark before them.
fn list(text: &str) -> Vec<String> {
    let inside = text.split_once('{').and_then(|(_, rest)| rest.rsplit_once('}'));
    let mut items = Vec::new();
    let (mut item, mut is_quoted) = (String::new(), false);
    for c in inside.map_or("", |(inside, _)| inside).chars() {
        match c {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => items.push(std::mem::take(&mut item).trim().to_owned()),
            other => item.push(other),
        }
    }
    items.push(item.trim().to_owned());
    items.retain(|item| !item.is_empty());
    items
}

/// A constant as it can stand beside a column of its type.
fn literal(text: &str) -> Literal {
    match text {
        "True" | "true" => Literal::Boolean(true),
        "False" | "false" => Literal::Boolean(false),
        number if number.parse::<f64>().is_ok() => Literal::Number(number.to_owned()),
        id if base::Uuid::parse_str(id).is_ok() => {
            base::Uuid::parse_str(id).map_or(Literal::Null, Literal::Id)
        }
        other => Literal::Text(other.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_taken_apart() {
        let text = "[New Object() { Type.OptionSetValue, \"0, 1\", \"State\" }]";
        assert_eq!(list(text), ["Type.OptionSetValue", "0, 1", "State"]);
        assert_eq!(list("[New Object() { A_1 }]"), ["A_1"]);
        assert_eq!(variable("[A_1]"), "A_1");
    }

    #[test]
    fn what_is_no_definition_is_told() {
        assert!(matches!(read(""), Err(Problem::Wrong(_))));
        assert!(matches!(read("1 + 1"), Err(Problem::Wrong(_))));
        assert!(matches!(read("<Activity />"), Err(Problem::Wrong(_))));
    }
}
