//! FetchXML → [`Fetch`].
//!
//! Tolerant as the service is: elements in any order, names in any case, XML attributes that are
//! not known are passed over. What changes the result and is not understood is refused.

use base::limits::PAGE_ROWS_MAX;

use super::codes::*;
use super::counted::Counted;
use super::words::{DATE_GROUPINGS, FIGURES, LINK_KINDS, meaning};
use super::xml::{self, Element};
use super::{
    Attribute, Attributes, Cookie, DateGrouping, Fetch, Figure, Filter, Link, LinkKind, Node,
    Order, OrderColumn, is_alias, one_of,
};
use crate::{ParseError, Result};

/// Parses FetchXML.
///
/// # Errors
/// With the protocol's code and the position of the element that is not understood, and past the
/// limits on length, nesting, links, conditions and values.
pub fn parse_xml(text: &str) -> Result<Fetch> {
    let root = xml::read(text)?;
    let mut reader = Reader { text, is_aggregate: false, counted: Counted::default() };
    reader.fetch(&root)
}

pub(super) struct Reader<'a> {
    text: &'a str,
    is_aggregate: bool,
    counted: Counted,
}

/// Where a link stands.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Node,
    Filter,
}

impl Reader<'_> {
    fn fetch(&mut self, root: &Element) -> Result<Fetch> {
        if root.name != "fetch" {
            let message = format!("'fetch' was expected, not '{}'.", root.name);
            return Err(self.error(INVALID_FETCH_XML, root, message));
        }
        self.is_aggregate = self.flag(root, "aggregate", INVALID_AGGREGATE)?;
        let mut fetch = Fetch {
            aggregate: self.is_aggregate,
            distinct: self.flag(root, "distinct", INVALID_DISTINCT)?,
            total_count: self.flag(root, "returntotalrecordcount", INVALID_FETCH_XML)?,
            raw_order: self.flag(root, "useraworderby", INVALID_FETCH_XML)?,
            top: self.number(root, "top", TOP_NOT_GREATER_THAN_ZERO)?,
            page: self.number(root, "page", NOT_GREATER_THAN_ZERO)?,
            count: self.number(root, "count", NOT_GREATER_THAN_ZERO)?,
            aggregate_limit: self.number(root, "aggregatelimit", NOT_GREATER_THAN_ZERO)?,
            cookie: root.get("paging-cookie").map(Cookie::parse).transpose()?,
            utc_offset_minutes: self.utc_offset(root)?,
            archived: self.archived(root)?,
            ..Fetch::default()
        };
        self.check_mapping(root)?;
        self.check_top(root, &fetch)?;
        fetch.entity = self.entity(root)?;
        Ok(fetch)
    }

    fn entity(&mut self, root: &Element) -> Result<Node> {
        let mut entities = root.children.iter().filter(|child| child.name == "entity");
        let (Some(entity), None) = (entities.next(), entities.next()) else {
            let message = "The element 'entity' must be in 'fetch' exactly once.";
            return Err(self.error(ELEMENT_NOT_FOUND, root, message));
        };
        if let Some(other) = root.children.iter().find(|child| child.name != "entity") {
            return Err(self.wrong_child(other, "entity"));
        }
        let mut node = self.node(entity)?;
        let is_empty = node.attributes == Attributes::Some(Vec::new());
        if is_empty && !self.is_aggregate && !has(entity, "no-attrs") {
            node.attributes = Attributes::All;
        }
        Ok(node)
    }

    fn node(&mut self, element: &Element) -> Result<Node> {
        let mut node = Node { table: self.name(element, "name")?, ..Node::default() };
        let mut attributes = Vec::new();
        let mut filters = Vec::new();
        for child in &element.children {
            match child.name.as_str() {
                "attribute" => attributes.push(self.attribute(child)?),
                "all-attributes" if self.is_aggregate => return Err(self.with_aggregate(child)),
                "all-attributes" | "no-attrs" => {}
                "order" => node.orders.push(self.order(child)?),
                "filter" => filters.extend(self.filter(child)?),
                "link-entity" => node.links.push(self.link(child, Place::Node)?),
                _ => {
                    let known = "filter, order, link-entity, attribute, all-attributes, no-attrs";
                    return Err(self.wrong_child(child, known));
                }
            }
        }
        if !has(element, "all-attributes") {
            node.attributes = Attributes::Some(attributes);
        }
        node.filter = one_of(filters, Filter::And);
        Ok(node)
    }

    fn attribute(&self, element: &Element) -> Result<Attribute> {
        let figure = element.get("aggregate").map(|name| self.figure(element, name)).transpose()?;
        let attribute = Attribute {
            name: self.name(element, "name")?,
            alias: self.alias(element)?,
            figure,
            group: self.flag(element, "groupby", INVALID_AGGREGATE)?,
            date_grouping: self.date_grouping(element)?,
            user_timezone: element.get("usertimezone").is_none()
                || self.flag(element, "usertimezone", INVALID_AGGREGATE)?,
            distinct: self.flag(element, "distinct", INVALID_DISTINCT)?,
            count_children: self.count_children(element)?,
        };
        self.check_aggregate(element, &attribute)?;
        Ok(attribute)
    }

    fn check_aggregate(&self, element: &Element, attribute: &Attribute) -> Result<()> {
        let is_figure = attribute.figure.is_some();
        let wrong = |code, message: &str| Err(self.error(code, element, message));
        if !self.is_aggregate {
            return match is_figure || attribute.group {
                true => wrong(
                    INVALID_AGGREGATE,
                    "'aggregate' and 'groupby' of a column need aggregate=\"true\" of 'fetch'.",
                ),
                false => Ok(()),
            };
        }
        if is_figure == attribute.group {
            return Err(self.with_aggregate(element));
        }
        if attribute.alias.is_none() {
            return wrong(MISSING_ALIAS, "A column of an aggregate needs an alias.");
        }
        if attribute.date_grouping.is_some() && !attribute.group {
            return wrong(INVALID_AGGREGATE, "'dategrouping' needs groupby=\"true\".");
        }
        if attribute.distinct && attribute.figure != Some(Figure::CountColumn) {
            return wrong(INVALID_AGGREGATE, "'distinct' needs aggregate=\"countcolumn\".");
        }
        Ok(())
    }

    fn with_aggregate(&self, element: &Element) -> ParseError {
        let message = "Attribute can not be specified if an aggregate operation is requested.";
        self.error(ATTRIBUTE_WITH_AGGREGATE, element, message)
    }

    pub(super) fn figure(&self, element: &Element, name: &str) -> Result<Figure> {
        meaning(FIGURES, name)
            .ok_or_else(|| self.bad_value(INVALID_AGGREGATE, element, "aggregate", name))
    }

    fn date_grouping(&self, element: &Element) -> Result<Option<DateGrouping>> {
        let Some(name) = element.get("dategrouping") else { return Ok(None) };
        let wrong = || self.bad_value(INVALID_AGGREGATE, element, "dategrouping", name);
        meaning(DATE_GROUPINGS, name).map(Some).ok_or_else(wrong)
    }

    fn count_children(&self, element: &Element) -> Result<bool> {
        match element.get("rowaggregate") {
            None => Ok(false),
            Some(name) if name.eq_ignore_ascii_case("countchildren") => Ok(true),
            Some(name) => Err(self.bad_value(INVALID_AGGREGATE, element, "rowaggregate", name)),
        }
    }

    fn order(&self, element: &Element) -> Result<Order> {
        let column = match (element.get("alias"), element.get("attribute")) {
            (Some(alias), _) => OrderColumn::Alias(alias.to_owned()),
            (None, Some(_)) => OrderColumn::Attribute(self.name(element, "attribute")?),
            (None, None) => return Err(self.missing(element, "attribute")),
        };
        let entity = element.get("entityname").map(str::to_owned);
        let descending = self.flag(element, "descending", INVALID_DESCENDING)?;
        Ok(Order { column, entity, descending })
    }

    /// A link that stands in a filter.
    pub(super) fn link_in_filter(&mut self, element: &Element) -> Result<Link> {
        self.link(element, Place::Filter)
    }

    fn link(&mut self, element: &Element, place: Place) -> Result<Link> {
        let place_of = |error: ParseError| error.with_position(element.at, self.text);
        self.counted.link().map_err(place_of)?;
        let kind = self.link_kind(element, place)?;
        let link = Link {
            from: self.optional_name(element, "from"),
            to: self.optional_name(element, "to"),
            alias: self.alias(element)?,
            kind,
            intersect: self.flag(element, "intersect", INVALID_FETCH_XML)?,
            node: self.node(element)?,
        };
        let returns_columns = link.node.attributes != Attributes::Some(Vec::new());
        if returns_columns && !kind.returns_columns() {
            let message = "A link of this 'link-type' cannot return columns.";
            return Err(self.error(INVALID_LINK_TYPE, element, message));
        }
        Ok(link)
    }

    fn link_kind(&self, element: &Element, place: Place) -> Result<LinkKind> {
        let name = element.get("link-type").unwrap_or("inner");
        let kind = meaning(LINK_KINDS, name)
            .ok_or_else(|| self.bad_value(INVALID_LINK_TYPE, element, "link-type", name))?;
        if kind.is_condition() == (place == Place::Filter) {
            return Ok(kind);
        }
        let message = match place {
            Place::Node => format!("The link-type '{name}' must be in a 'filter'."),
            Place::Filter => format!("The link-type '{name}' cannot be in a 'filter'."),
        };
        Err(self.error(INVALID_LINK_TYPE, element, message))
    }

    fn utc_offset(&self, root: &Element) -> Result<Option<i32>> {
        const DAY: std::ops::RangeInclusive<i32> = -24 * 60..=24 * 60;
        let Some(text) = root.get("utc-offset") else { return Ok(None) };
        let minutes = text.parse().ok().filter(|minutes| DAY.contains(minutes));
        let wrong = || self.bad_value(INVALID_UTC_OFFSET, root, "utc-offset", text);
        minutes.map(Some).ok_or_else(wrong)
    }

    fn archived(&self, root: &Element) -> Result<bool> {
        match root.get("datasource") {
            None => Ok(false),
            Some(name) if name.eq_ignore_ascii_case("retained") => Ok(true),
            Some(name) => Err(self.bad_value(INVALID_FETCH_XML, root, "datasource", name)),
        }
    }

    fn check_mapping(&self, root: &Element) -> Result<()> {
        match root.get("mapping") {
            None => Ok(()),
            Some(name) if name.eq_ignore_ascii_case("logical") => Ok(()),
            Some(name) if name.eq_ignore_ascii_case("internal") => {
                Err(ParseError::not_implemented("mapping=\"internal\" of FetchXML"))
            }
            Some(name) => Err(self.bad_value(INVALID_MAPPING, root, "mapping", name)),
        }
    }

    fn check_top(&self, root: &Element, fetch: &Fetch) -> Result<()> {
        let Some(top) = fetch.top else { return Ok(()) };
        let paging = ["page", "count", "paging-cookie"];
        let paging = paging.into_iter().find(|name| root.get(name).is_some());
        let total = fetch.total_count.then_some("returntotalrecordcount");
        if let Some(name) = paging.or(total) {
            let message =
                format!("The top attribute can't be specified with paging attribute {name}");
            return Err(self.error(INVALID_ARGUMENT, root, message));
        }
        if top > PAGE_ROWS_MAX {
            let message = format!("The value of 'top' is at most {PAGE_ROWS_MAX}.");
            return Err(self.error(INVALID_ARGUMENT, root, message));
        }
        Ok(())
    }

    pub(super) fn count_condition(&mut self, element: &Element) -> Result<()> {
        self.counted.condition().map_err(|error| error.with_position(element.at, self.text))
    }

    fn alias(&self, element: &Element) -> Result<Option<String>> {
        let Some(alias) = element.get("alias") else { return Ok(None) };
        if is_alias(alias) {
            return Ok(Some(alias.to_owned()));
        }
        let message = format!(
            "Invalid character specified for alias: {alias}. Only characters within the ranges \
             [A-Z], [a-z] or [0-9] or _ are allowed.  The first character may only be in the \
             ranges [A-Z], [a-z] or _."
        );
        Err(self.error(INVALID_ALIAS, element, message))
    }

    /// The name of a table or column, in lower case as all of them are.
    pub(super) fn name(&self, element: &Element, attribute: &str) -> Result<String> {
        self.optional_name(element, attribute).ok_or_else(|| self.missing(element, attribute))
    }

    fn optional_name(&self, element: &Element, attribute: &str) -> Option<String> {
        element.get(attribute).map(str::to_lowercase)
    }

    /// `true`, `false`, `1` or `0`; not there means no.
    pub(super) fn flag(&self, element: &Element, name: &str, code: &'static str) -> Result<bool> {
        let Some(text) = element.get(name) else { return Ok(false) };
        match text.to_ascii_lowercase().as_str() {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err(self.bad_value(code, element, name, text)),
        }
    }

    fn number(&self, element: &Element, name: &str, code: &'static str) -> Result<Option<usize>> {
        let Some(text) = element.get(name) else { return Ok(None) };
        match text.parse::<u32>() {
            Ok(0) => {
                let message = format!("The value of '{name}' must be greater than zero.");
                Err(self.error(code, element, message))
            }
            Ok(number) => Ok(usize::try_from(number).ok()),
            Err(_) => Err(self.bad_value(INVALID_FETCH_XML, element, name, text)),
        }
    }

    fn missing(&self, element: &Element, attribute: &str) -> ParseError {
        let message = format!(
            "A required attribute was not specified: '{attribute}' of the element '{}'.",
            element.name
        );
        self.error(ATTRIBUTE_NOT_FOUND, element, message)
    }

    pub(super) fn bad_value(
        &self,
        code: &'static str,
        element: &Element,
        attribute: &str,
        value: &str,
    ) -> ParseError {
        let name = &element.name;
        let message = format!("Invalid value '{value}' of '{attribute}' of the element '{name}'.");
        self.error(code, element, message)
    }

    pub(super) fn wrong_child(&self, child: &Element, known: &str) -> ParseError {
        let message =
            format!("Invalid Child Node, valid nodes are {known}. NodeName = {}", child.name);
        self.error(INVALID_NODE, child, message)
    }

    pub(super) fn error(
        &self,
        code: &'static str,
        element: &Element,
        message: impl Into<String>,
    ) -> ParseError {
        ParseError::new(message).with_code(code).with_position(element.at, self.text)
    }
}

fn has(element: &Element, name: &str) -> bool {
    element.children.iter().any(|child| child.name == name)
}
