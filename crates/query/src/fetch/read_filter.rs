//! The conditions of FetchXML.

use super::codes::*;
use super::operator::wrong_count;
use super::read::Reader;
use super::xml::Element;
use super::{Condition, Filter, Operator, OperatorRow, Values};
use crate::{ParseError, Result};

impl Reader<'_> {
    /// The conditions of a `filter`; `None` if there are none.
    pub(super) fn filter(&mut self, element: &Element) -> Result<Option<Filter>> {
        let is_or = match element.get("type") {
            None => false,
            Some(name) if name.eq_ignore_ascii_case("and") => false,
            Some(name) if name.eq_ignore_ascii_case("or") => true,
            Some(name) => return Err(self.bad_value(INVALID_FILTER_TYPE, element, "type", name)),
        };
        let mut parts = Vec::new();
        for child in &element.children {
            match child.name.as_str() {
                "condition" => parts.push(Filter::Condition(self.condition(child)?)),
                "filter" => parts.extend(self.filter(child)?),
                "link-entity" => parts.push(Filter::Link(Box::new(self.link_in_filter(child)?))),
                _ => return Err(self.wrong_child(child, "filter, condition, link-entity")),
            }
        }
        if parts.is_empty() {
            return Ok(None);
        }
        Ok(Some(if is_or { Filter::Or(parts) } else { Filter::And(parts) }))
    }

    fn condition(&mut self, element: &Element) -> Result<Condition> {
        self.count_condition(element)?;
        if element.get("rowaggregate").is_some() {
            return Err(ParseError::not_implemented("'rowaggregate' of a condition in FetchXML"));
        }
        let row = self.operator(element)?;
        let attribute =
            ["attribute", "column"].into_iter().find(|name| element.get(name).is_some());
        let figure = element.get("aggregate").map(|name| self.figure(element, name)).transpose()?;
        let condition = Condition {
            entity: element.get("entityname").map(str::to_owned),
            attribute: self.name(element, attribute.unwrap_or("attribute"))?,
            operator: row.operator,
            values: self.values(element)?,
            value_of: element.get("valueof").map(str::to_owned),
            figure,
        };
        self.check_condition(element, row, condition)
    }

    fn operator(&self, element: &Element) -> Result<&'static OperatorRow> {
        let name = self.name(element, "operator")?;
        Operator::by_fetch_name(&name).ok_or_else(|| {
            let message = format!("Invalid condition operator: '{name}'.");
            self.error(INVALID_OPERATOR, element, message)
        })
    }

    /// The `value` elements; without them, the `value` attribute.
    fn values(&self, element: &Element) -> Result<Vec<String>> {
        if let Some(other) = element.children.iter().find(|child| child.name != "value") {
            return Err(self.wrong_child(other, "value"));
        }
        if !element.children.is_empty() {
            return Ok(element.children.iter().map(|child| child.text.clone()).collect());
        }
        Ok(element.raw("value").map(str::to_owned).into_iter().collect())
    }

    fn check_condition(
        &self,
        element: &Element,
        row: &OperatorRow,
        mut condition: Condition,
    ) -> Result<Condition> {
        if condition.value_of.is_some() {
            return self.check_value_of(element, row, condition);
        }
        let is_empty = condition.values.iter().all(|value| value.trim().is_empty());
        if row.values == Values::None && is_empty {
            condition.values.clear();
        }
        match wrong_count(row, &condition.attribute, condition.values.len()) {
            Some((code, message)) => Err(self.error(code, element, message)),
            None => Ok(condition),
        }
    }

    fn check_value_of(
        &self,
        element: &Element,
        row: &OperatorRow,
        condition: Condition,
    ) -> Result<Condition> {
        let name = row.fetch_name;
        if !row.compares() {
            let message = format!("The operator '{name}' does not compare columns ('valueof').");
            return Err(self.error(BAD_CONDITION, element, message));
        }
        if !condition.values.is_empty() {
            let message = "A condition has either 'value' or 'valueof'.";
            return Err(self.error(BAD_CONDITION, element, message));
        }
        Ok(condition)
    }
}
