//! `$filter` on definitions: the condition is evaluated on their JSON.

use std::cmp::Ordering;

use base::{Error, Kind, Result};
use query::{Comparison, Filter, Literal, TextTest};
use serde_json::{Map, Value};

/// Whether a condition holds for an object. `unknown` makes the refusal of a property that the
/// object does not have.
pub(in crate::data) fn matches(
    filter: &Filter,
    members: &Map<String, Value>,
    unknown: impl Fn(&str) -> Error + Copy,
) -> Result<bool> {
    let get = |path: &[String]| value(members, path, unknown);
    match filter {
        Filter::And(filters) => {
            // All of them are looked at, so that a wrong name is told whatever the values are.
            let all = filters.iter().map(|f| matches(f, members, unknown));
            Ok(all.collect::<Result<Vec<_>>>()?.into_iter().all(|holds| holds))
        }
        Filter::Or(filters) => {
            let all = filters.iter().map(|f| matches(f, members, unknown));
            Ok(all.collect::<Result<Vec<_>>>()?.into_iter().any(|holds| holds))
        }
        Filter::Not(inner) => Ok(!matches(inner, members, unknown)?),
        Filter::Compare { path, comparison, value } => compare(get(path)?, *comparison, value),
        Filter::CompareColumns { left, comparison, right } => {
            Ok(holds(*comparison, ordering(get(left)?, get(right)?)))
        }
        Filter::Text { path, test, value } => {
            let text = get(path)?.as_str().unwrap_or_default();
            Ok(match test {
                TextTest::Contains => text.contains(value.as_str()),
                TextTest::StartsWith => text.starts_with(value.as_str()),
                TextTest::EndsWith => text.ends_with(value.as_str()),
            })
        }
        Filter::Function { name, property, values } if name == "In" || name == "NotIn" => {
            let found = get(std::slice::from_ref(property))?;
            let mut any = false;
            for value in values {
                any |= compare(found, Comparison::Equal, value)?;
            }
            Ok(any == (name == "In"))
        }
        Filter::Function { name, .. } => {
            Err(Error::not_implemented(format!("The function '{name}' on definitions")))
        }
        Filter::Lambda { .. } => Err(Error::not_implemented("'any' and 'all' on definitions")),
    }
}

fn value<'m>(
    members: &'m Map<String, Value>,
    path: &[String],
    unknown: impl Fn(&str) -> Error,
) -> Result<&'m Value> {
    let Some((first, rest)) = path.split_first() else { return Ok(&Value::Null) };
    let mut found = members.get(first).ok_or_else(|| unknown(first))?;
    for name in rest {
        found = found.get(name).ok_or_else(|| unknown(name))?;
    }
    Ok(found)
}

fn compare(found: &Value, comparison: Comparison, literal: &Literal) -> Result<bool> {
    let wanted = match literal {
        Literal::Null => Value::Null,
        Literal::Boolean(value) => Value::Bool(*value),
        Literal::Number(text) => serde_json::from_str(text).unwrap_or(Value::Null),
        Literal::Text(text) | Literal::Date(text) => Value::from(text.as_str()),
        Literal::Id(id) => Value::from(id.to_string()),
        Literal::Enum { member, .. } => Value::from(member.as_str()),
        Literal::List(_) => {
            let message = "A list cannot be compared; use Microsoft.Dynamics.CRM.In.";
            return Err(Error::new(Kind::Invalid, "0x80060888", message));
        }
    };
    Ok(holds(comparison, ordering(found, &wanted)))
}

/// How two values compare; nothing if they are of different types.
fn ordering(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64()?.partial_cmp(&b.as_f64()?),
        (Value::String(a), Value::String(b)) => Some(a.as_str().cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::Null, Value::Null) => Some(Ordering::Equal),
        _ => None,
    }
}

fn holds(comparison: Comparison, ordering: Option<Ordering>) -> bool {
    match comparison {
        Comparison::Equal => ordering == Some(Ordering::Equal),
        Comparison::NotEqual => ordering != Some(Ordering::Equal),
        Comparison::Greater => ordering == Some(Ordering::Greater),
        Comparison::GreaterOrEqual => ordering.is_some_and(Ordering::is_ge),
        Comparison::Less => ordering == Some(Ordering::Less),
        Comparison::LessOrEqual => ordering.is_some_and(Ordering::is_le),
    }
}
