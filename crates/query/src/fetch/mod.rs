//! Queries over linked tables, with figures over groups: one model, [`Fetch`], and its notations.
//!
//! FetchXML ([`parse_xml`], [`Fetch::to_xml`]) is the one that has all of it. SQL ([`parse_sql`]),
//! `QueryExpression` in JSON ([`parse_query_expression`]) and `$apply` ([`crate::odata`]) come to
//! the same. Whether names exist and values fit is not known here.

mod codes;
mod cookie;
pub(crate) mod counted;
mod expression;
mod model;
mod operator;
mod read;
mod read_filter;
mod sql;
mod words;
mod write;
mod xml;

pub use cookie::{Cookie, CookieColumn};
pub use expression::parse_query_expression;
pub use model::{
    Attribute, Attributes, Condition, DateGrouping, Fetch, Figure, Filter, Link, LinkKind, Node,
    Order, OrderColumn,
};
pub use operator::{OPERATORS, Operator, OperatorRow, Values};
pub use read::parse_xml;
pub use sql::parse_sql;

/// `filters` as one: none, the only one, or all of them in `join`.
fn one_of(mut filters: Vec<Filter>, join: fn(Vec<Filter>) -> Filter) -> Option<Filter> {
    if filters.len() > 1 { Some(join(filters)) } else { filters.pop() }
}

/// Whether `text` can be an alias.
fn is_alias(text: &str) -> bool {
    let is_start = |c: char| c.is_ascii_alphabetic() || c == '_';
    text.starts_with(is_start) && text.chars().all(|c| is_start(c) || c.is_ascii_digit())
}
