//! A query as the options of a URL: the other direction of [`super::parse_options`].

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::NAMESPACE;
use super::filter::query_function;
use crate::fetch::Values;
use crate::{Comparison, Expand, Filter, Literal, OrderBy, Quantifier, Query, TextTest};

/// What cannot stand in the value of an option as it is.
const RESERVED: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'&').add(b'+').add(b'<').add(b'>');

/// `text` so that it can stand in the value of an option.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// `query` as the options of a URL, encoded, without `?`; empty if it asks for nothing special.
pub fn write_options(query: &Query) -> String {
    let options =
        options(query).into_iter().map(|(name, value)| format!("{name}={}", encode(&value)));
    options.collect::<Vec<_>>().join("&")
}

fn options(query: &Query) -> Vec<(&'static str, String)> {
    let mut options = Vec::new();
    if !query.select.is_empty() {
        options.push(("$select", query.select.join(",")));
    }
    if let Some(filter) = &query.filter {
        options.push(("$filter", write_filter(filter)));
    }
    if !query.order_by.is_empty() {
        options.push(("$orderby", joined(&query.order_by, ",", order_step)));
    }
    if let Some(top) = query.top {
        options.push(("$top", top.to_string()));
    }
    if query.count {
        options.push(("$count", "true".to_owned()));
    }
    if !query.expand.is_empty() {
        options.push(("$expand", joined(&query.expand, ",", expand)));
    }
    if let Some(token) = &query.skip_token {
        options.push(("$skiptoken", token.clone()));
    }
    options
}

fn joined<T>(items: &[T], separator: &str, write: impl Fn(&T) -> String) -> String {
    items.iter().map(write).collect::<Vec<_>>().join(separator)
}

fn order_step(step: &OrderBy) -> String {
    format!("{}{}", step.path.join("/"), if step.descending { " desc" } else { "" })
}

fn expand(expand: &Expand) -> String {
    let mut text = expand.navigation.clone();
    if expand.only_references {
        text.push_str("/$ref");
    }
    let options = options(&expand.query);
    if !options.is_empty() {
        let options = joined(&options, ";", |(name, value)| format!("{name}={value}"));
        let _ = write!(text, "({options})");
    }
    text
}

/// `filter` as the value of `$filter`, not encoded.
pub fn write_filter(filter: &Filter) -> String {
    condition(filter, None, 0)
}

/// `of` is the range variable that properties begin with inside a lambda.
fn condition(filter: &Filter, of: Option<&str>, depth: usize) -> String {
    let inner = |filter: &Filter| format!("({})", condition(filter, of, depth));
    let path = |path: &[String]| {
        let own = path.join("/");
        of.map_or_else(|| own.clone(), |variable| format!("{variable}/{own}"))
    };
    match filter {
        Filter::And(filters) => joined(filters, " and ", inner),
        Filter::Or(filters) => joined(filters, " or ", inner),
        Filter::Not(negated) => format!("not {}", inner(negated)),
        Filter::Compare { path: left, comparison, value } => {
            format!("{} {} {}", path(left), word(*comparison), literal(value))
        }
        Filter::CompareColumns { left, comparison, right } => {
            format!("{} {} {}", path(left), word(*comparison), path(right))
        }
        Filter::Text { path: left, test, value } => {
            let name = match test {
                TextTest::Contains => "contains",
                TextTest::StartsWith => "startswith",
                TextTest::EndsWith => "endswith",
            };
            format!("{name}({},{})", path(left), quoted(value))
        }
        Filter::Lambda { navigation, quantifier, condition: inner } => {
            let name = if *quantifier == Quantifier::Any { "any" } else { "all" };
            let variable = format!("o{depth}");
            let inner = inner.as_deref().map_or_else(String::new, |inner| {
                format!("{variable}:{}", condition(inner, Some(&variable), depth + 1))
            });
            format!("{}/{name}({inner})", path(navigation))
        }
        Filter::Function { name, property, values } => {
            let prefix = of.map_or_else(String::new, |variable| format!("{variable}/"));
            let values = function_values(name, values);
            format!("{prefix}{NAMESPACE}.{name}(PropertyName={}{values})", quoted(property))
        }
    }
}

fn function_values(name: &str, values: &[Literal]) -> String {
    let kind = query_function(name).map_or(Values::Many, |function| function.values);
    match (kind, values) {
        (Values::One, [value]) => format!(",PropertyValue={}", literal(value)),
        (Values::Two, [first, second]) => {
            format!(",PropertyValue1={},PropertyValue2={}", literal(first), literal(second))
        }
        (_, []) => String::new(),
        (_, values) => format!(",PropertyValues=[{}]", joined(values, ",", literal)),
    }
}

fn word(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "eq",
        Comparison::NotEqual => "ne",
        Comparison::Greater => "gt",
        Comparison::GreaterOrEqual => "ge",
        Comparison::Less => "lt",
        Comparison::LessOrEqual => "le",
    }
}

fn literal(value: &Literal) -> String {
    match value {
        Literal::Null => "null".to_owned(),
        Literal::Boolean(value) => value.to_string(),
        Literal::Number(text) | Literal::Date(text) => text.clone(),
        Literal::Text(text) => quoted(text),
        Literal::Id(id) => id.to_string(),
        Literal::Enum { type_name, member } => format!("{type_name}{}", quoted(member)),
        Literal::List(items) => format!("[{}]", joined(items, ",", literal)),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
