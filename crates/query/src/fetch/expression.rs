//! `QueryExpression`, as messages carry it in JSON → [`Fetch`].
//!
//! Members have the names of the SDK's classes. Hints (`NoLock`, `QueryHints`, `ForceSeek`,
//! `FilterHint`) are passed over; a member that is not known is refused.

use base::limits::NESTING_MAX;
use serde_json::{Map, Value};

use super::codes::{INVALID_ARGUMENT, INVALID_OPERATOR};
use super::counted::Counted;
use super::operator::wrong_count;
use super::{
    Attribute, Attributes, Condition, Cookie, DateGrouping, Fetch, Figure, Filter, Link, LinkKind,
    Node, Operator, Order, OrderColumn, is_alias, one_of,
};
use crate::{ParseError, Result};

/// Reads a `QueryExpression`.
///
/// # Errors
/// On a member that is not known or not understood, naming it, and past the limits on nesting,
/// links, conditions and values.
pub fn parse_query_expression(value: &Value) -> Result<Fetch> {
    Reader { counted: Counted::default(), depth: 0 }.query(object("QueryExpression", value)?)
}

struct Reader {
    counted: Counted,
    depth: usize,
}

/// The members of an object that are known, taken one by one.
struct Members<'a> {
    name: &'static str,
    members: &'a Map<String, Value>,
}

impl<'a> Members<'a> {
    /// The member `name`; `None` also when it is null.
    fn get(&self, name: &str) -> Option<&'a Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    fn wrong(&self, member: &str, what: &str) -> ParseError {
        wrong(format!("The member '{member}' of '{}' must be {what}.", self.name))
    }

    fn text(&self, name: &str) -> Result<Option<&'a str>> {
        let text = |value: &'a Value| value.as_str().ok_or_else(|| self.wrong(name, "a text"));
        let text = self.get(name).map(text).transpose()?;
        Ok(text.map(str::trim).filter(|text| !text.is_empty()))
    }

    /// The name of a table or column, in lower case as all of them are.
    fn name(&self, name: &str) -> Result<Option<String>> {
        Ok(self.text(name)?.map(str::to_lowercase))
    }

    fn required(&self, name: &str) -> Result<String> {
        self.name(name)?.ok_or_else(|| self.wrong(name, "there"))
    }

    fn flag(&self, name: &str) -> Result<bool> {
        let flag = |value: &Value| value.as_bool().ok_or_else(|| self.wrong(name, "true or false"));
        self.get(name).map_or(Ok(false), flag)
    }

    /// A number; zero, which the SDK has for none, is none.
    fn number(&self, name: &str) -> Result<Option<usize>> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        let number = number.ok_or_else(|| self.wrong(name, "a number from 0"))?;
        Ok(usize::try_from(number).ok().filter(|number| *number > 0))
    }

    fn list(&self, name: &str) -> Result<&'a [Value]> {
        let list = |value: &'a Value| value.as_array().ok_or_else(|| self.wrong(name, "a list"));
        Ok(self.get(name).map(list).transpose()?.map_or(&[], Vec::as_slice))
    }

    fn object(&self, name: &'static str) -> Result<Option<&'a Value>> {
        match self.get(name) {
            Some(value) if !value.is_object() => Err(self.wrong(name, "an object")),
            value => Ok(value),
        }
    }

    /// One of `words`, in any case; `None` when missing.
    fn word<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<Option<T>> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let found = words.iter().find(|(known, _)| known.eq_ignore_ascii_case(text));
        let known = || words.iter().map(|(known, _)| *known).collect::<Vec<_>>().join(", ");
        found
            .map(|(_, meaning)| Some(*meaning))
            .ok_or_else(|| self.wrong(name, &format!("one of {}", known())))
    }

    /// Refuses members that are neither in `known` nor annotations.
    fn only(&self, known: &[&str]) -> Result<()> {
        let is_known = |name: &&String| name.contains('@') || known.contains(&name.as_str());
        match self.members.keys().find(|name| !is_known(name)) {
            None => Ok(()),
            Some(other) => {
                Err(wrong(format!("The member '{other}' of '{}' is not known.", self.name)))
            }
        }
    }
}

fn object<'a>(name: &'static str, value: &'a Value) -> Result<Members<'a>> {
    let members = value.as_object();
    let members = members.ok_or_else(|| wrong(format!("'{name}' must be an object.")))?;
    Ok(Members { name, members })
}

impl Reader {
    fn query(&mut self, query: Members<'_>) -> Result<Fetch> {
        query.only(&[
            "ColumnSet",
            "Criteria",
            "DataSource",
            "Distinct",
            "EntityName",
            "ExtensionData",
            "ForceSeek",
            "LinkEntities",
            "NoLock",
            "Orders",
            "PageInfo",
            "QueryHints",
            "SubQueryExpression",
            "TopCount",
        ])?;
        if query.get("SubQueryExpression").is_some() {
            return Err(ParseError::not_implemented("'SubQueryExpression' of a QueryExpression"));
        }
        let mut entity = self.node(&query, ["EntityName", "ColumnSet", "Criteria"])?;
        entity.orders = query.list("Orders")?.iter().map(order).collect::<Result<_>>()?;
        let top = query.number("TopCount")?;
        let retained = [("retained", ())];
        let mut fetch = Fetch {
            top,
            distinct: query.flag("Distinct")?,
            archived: query.word("DataSource", &retained)?.is_some(),
            aggregate: is_aggregate(&entity),
            entity,
            ..Fetch::default()
        };
        if let Some(page) = query.object("PageInfo")? {
            page_info(&object("PageInfo", page)?, &mut fetch)?;
        }
        if let (Some(top), Some(_)) = (top, fetch.page.or(fetch.count)) {
            let message = format!("The Top.Count = {top} can't be specified with pagingInfo");
            return Err(wrong(message));
        }
        Ok(fetch)
    }

    /// A table with what `names` tell: its name, its columns, its conditions.
    fn node(&mut self, of: &Members<'_>, names: [&'static str; 3]) -> Result<Node> {
        let [table, columns, criteria] = names;
        let table = of.required(table)?;
        let attributes = match of.object(columns)? {
            Some(set) => column_set(&object("ColumnSet", set)?)?,
            None => Attributes::Some(Vec::new()),
        };
        let filter = match of.object(criteria)? {
            Some(filter) => self.filter(&object("FilterExpression", filter)?)?,
            None => None,
        };
        let links = of.list("LinkEntities")?;
        let links = links.iter().map(|link| self.link(link, false)).collect::<Result<_>>()?;
        Ok(Node { table, attributes, orders: Vec::new(), filter, links })
    }

    fn filter(&mut self, filter: &Members<'_>) -> Result<Option<Filter>> {
        filter.only(&[
            "AnyAllFilterLinkEntity",
            "Conditions",
            "ExtensionData",
            "FilterHint",
            "FilterOperator",
            "Filters",
            "IsQuickFindFilter",
        ])?;
        self.enter()?;
        let mut parts = Vec::new();
        for condition in filter.list("Conditions")? {
            parts.push(self.condition(&object("ConditionExpression", condition)?)?);
        }
        for inner in filter.list("Filters")? {
            parts.extend(self.filter(&object("FilterExpression", inner)?)?);
        }
        if let Some(link) = filter.object("AnyAllFilterLinkEntity")? {
            parts.push(Filter::Link(Box::new(self.link(link, true)?)));
        }
        self.depth -= 1;
        let join: fn(Vec<Filter>) -> Filter =
            match filter.word("FilterOperator", &[("And", false), ("Or", true)])? {
                Some(true) => Filter::Or,
                _ => Filter::And,
            };
        Ok(one_of(parts, join))
    }

    fn condition(&mut self, condition: &Members<'_>) -> Result<Filter> {
        condition.only(&[
            "AttributeName",
            "CompareColumns",
            "EntityName",
            "ExtensionData",
            "Operator",
            "Values",
        ])?;
        self.counted.condition()?;
        let name = condition.text("Operator")?.unwrap_or_default();
        let row = Operator::by_name(name).ok_or_else(|| {
            wrong(format!("Invalid condition operator: '{name}'.")).with_code(INVALID_OPERATOR)
        })?;
        let attribute = condition.required("AttributeName")?;
        let mut values =
            condition.list("Values")?.iter().map(scalar).collect::<Result<Vec<_>>>()?;
        if let Some((code, message)) = wrong_count(row, &attribute, values.len()) {
            return Err(wrong(message).with_code(code));
        }
        let value_of = match condition.flag("CompareColumns")? {
            true if row.compares() => values.pop(),
            true => {
                return Err(wrong(format!("The operator '{name}' does not compare columns.")));
            }
            false => None,
        };
        let entity = condition.text("EntityName")?.map(str::to_owned);
        let condition = Condition::new(attribute, row.operator, values);
        Ok(Filter::Condition(Condition { entity, value_of, ..condition }))
    }

    fn link(&mut self, link: &Value, is_in_filter: bool) -> Result<Link> {
        let link = object("LinkEntity", link)?;
        link.only(&[
            "Columns",
            "EntityAlias",
            "ExtensionData",
            "ForceSeek",
            "JoinOperator",
            "LinkCriteria",
            "LinkEntities",
            "LinkFromAttributeName",
            "LinkFromEntityName",
            "LinkToAttributeName",
            "LinkToEntityName",
            "Orders",
        ])?;
        self.counted.link()?;
        self.enter()?;
        let mut node = self.node(&link, ["LinkToEntityName", "Columns", "LinkCriteria"])?;
        node.orders = link.list("Orders")?.iter().map(order).collect::<Result<_>>()?;
        self.depth -= 1;
        let kind = link.word("JoinOperator", JOINS)?.unwrap_or(LinkKind::Inner);
        if kind.is_condition() != is_in_filter {
            return Err(wrong(match is_in_filter {
                true => {
                    "'AnyAllFilterLinkEntity' needs the JoinOperator Any, NotAny, All or NotAll."
                }
                false => "This 'JoinOperator' must be in the 'AnyAllFilterLinkEntity' of a filter.",
            }));
        }
        if !kind.returns_columns() && node.attributes != Attributes::Some(Vec::new()) {
            return Err(wrong("A link with this 'JoinOperator' cannot return columns."));
        }
        Ok(Link {
            from: link.name("LinkToAttributeName")?,
            to: link.name("LinkFromAttributeName")?,
            alias: alias(&link, "EntityAlias")?,
            kind,
            intersect: false,
            node,
        })
    }

    fn enter(&mut self) -> Result<()> {
        self.depth += 1;
        if self.depth <= NESTING_MAX {
            return Ok(());
        }
        Err(wrong(format!("The query is nested deeper than {NESTING_MAX}.")))
    }
}

/// `JoinOperator`, by the names of the SDK.
const JOINS: &[(&str, LinkKind)] = &[
    ("All", LinkKind::All),
    ("Any", LinkKind::Any),
    ("Exists", LinkKind::Exists),
    ("In", LinkKind::In),
    ("Inner", LinkKind::Inner),
    ("LeftOuter", LinkKind::Outer),
    ("MatchFirstRowUsingCrossApply", LinkKind::MatchFirst),
    ("Natural", LinkKind::Inner),
    ("NotAll", LinkKind::NotAll),
    ("NotAny", LinkKind::NotAny),
    ("Outer", LinkKind::Outer),
];

/// `XrmAggregateType`.
const FIGURES: &[(&str, Option<Figure>)] = &[
    ("Avg", Some(Figure::Average)),
    ("Count", Some(Figure::Count)),
    ("CountColumn", Some(Figure::CountColumn)),
    ("Max", Some(Figure::Max)),
    ("Min", Some(Figure::Min)),
    ("None", None),
    ("Sum", Some(Figure::Sum)),
];

/// `XrmDateTimeGrouping`.
const DATE_GROUPINGS: &[(&str, Option<DateGrouping>)] = &[
    ("Day", Some(DateGrouping::Day)),
    ("FiscalPeriod", Some(DateGrouping::FiscalPeriod)),
    ("FiscalYear", Some(DateGrouping::FiscalYear)),
    ("Month", Some(DateGrouping::Month)),
    ("None", None),
    ("Quarter", Some(DateGrouping::Quarter)),
    ("Week", Some(DateGrouping::Week)),
    ("Year", Some(DateGrouping::Year)),
];

fn column_set(set: &Members<'_>) -> Result<Attributes> {
    set.only(&["AllColumns", "AttributeExpressions", "Columns", "ExtensionData"])?;
    if set.flag("AllColumns")? {
        return Ok(Attributes::All);
    }
    let mut attributes = Vec::new();
    for column in set.list("Columns")? {
        let name = column.as_str().ok_or_else(|| set.wrong("Columns", "a list of names"))?;
        attributes.push(Attribute::new(name.trim().to_lowercase()));
    }
    for expression in set.list("AttributeExpressions")? {
        attributes.push(attribute(&object("XrmAttributeExpression", expression)?)?);
    }
    Ok(Attributes::Some(attributes))
}

fn attribute(expression: &Members<'_>) -> Result<Attribute> {
    expression.only(&[
        "AggregateType",
        "Alias",
        "AttributeName",
        "DateTimeGrouping",
        "ExtensionData",
        "HasGroupBy",
    ])?;
    let attribute = Attribute {
        alias: alias(expression, "Alias")?,
        figure: expression.word("AggregateType", FIGURES)?.flatten(),
        group: expression.flag("HasGroupBy")?,
        date_grouping: expression.word("DateTimeGrouping", DATE_GROUPINGS)?.flatten(),
        ..Attribute::new(expression.required("AttributeName")?)
    };
    if attribute.figure.is_some() == attribute.group {
        return Err(wrong("A column of an aggregate has either 'AggregateType' or 'HasGroupBy'."));
    }
    if attribute.alias.is_none() {
        return Err(expression.wrong("Alias", "there"));
    }
    Ok(attribute)
}

/// Whether `node` or what is linked to it has figures or groups.
fn is_aggregate(node: &Node) -> bool {
    let own = match &node.attributes {
        Attributes::All => false,
        Attributes::Some(all) => all.iter().any(|a| a.figure.is_some() || a.group),
    };
    own || node.links.iter().any(|link| is_aggregate(&link.node))
}

fn page_info(page: &Members<'_>, fetch: &mut Fetch) -> Result<()> {
    page.only(&["Count", "ExtensionData", "PageNumber", "PagingCookie", "ReturnTotalRecordCount"])?;
    fetch.page = page.number("PageNumber")?;
    fetch.count = page.number("Count")?;
    fetch.cookie = page.text("PagingCookie")?.map(Cookie::parse).transpose()?;
    fetch.total_count = page.flag("ReturnTotalRecordCount")?;
    Ok(())
}

fn order(order: &Value) -> Result<Order> {
    let order = object("OrderExpression", order)?;
    order.only(&["Alias", "AttributeName", "EntityName", "ExtensionData", "OrderType"])?;
    let column = match order.text("Alias")? {
        Some(alias) => OrderColumn::Alias(alias.to_owned()),
        None => OrderColumn::Attribute(order.required("AttributeName")?),
    };
    let entity = order.text("EntityName")?.map(str::to_owned);
    let directions = [("Ascending", false), ("Descending", true)];
    let descending = order.word("OrderType", &directions)?.unwrap_or(false);
    Ok(Order { column, entity, descending })
}

fn alias(of: &Members<'_>, name: &str) -> Result<Option<String>> {
    match of.text(name)? {
        Some(alias) if !is_alias(alias) => {
            Err(of.wrong(name, "of letters, digits and '_', and begin with no digit"))
        }
        alias => Ok(alias.map(str::to_owned)),
    }
}

/// A value of a condition: a scalar, or an object with its `Type` and `Value`.
fn scalar(value: &Value) -> Result<String> {
    let value = match value {
        Value::Object(members) => members.get("Value").unwrap_or(&Value::Null),
        plain => plain,
    };
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(value) => Ok(value.to_string()),
        _ => Err(wrong("A value of a condition must be a text, a number or true or false.")),
    }
}

fn wrong(message: impl Into<String>) -> ParseError {
    ParseError::new(message).with_code(INVALID_ARGUMENT)
}
