//! [`Fetch`] → FetchXML.

use std::fmt::Write as _;

use super::cookie::attribute as escaped;
use super::words::{DATE_GROUPINGS, FIGURES, LINK_KINDS, word};
use super::{Attribute, Attributes, Condition, Fetch, Filter, Link, Node, Order, OrderColumn};

impl Fetch {
    /// The query as FetchXML. [`Fetch::offset`] is not in it: FetchXML has none.
    pub fn to_xml(&self) -> String {
        let mut tag = Tag::new("fetch");
        tag.number("top", self.top).number("page", self.page).number("count", self.count);
        tag.text("paging-cookie", self.cookie.as_ref().map(super::Cookie::to_xml).as_deref());
        tag.flag("distinct", self.distinct).flag("aggregate", self.aggregate);
        tag.number("aggregatelimit", self.aggregate_limit);
        tag.flag("returntotalrecordcount", self.total_count);
        tag.flag("useraworderby", self.raw_order).number("utc-offset", self.utc_offset_minutes);
        tag.text("datasource", self.archived.then_some("retained"));
        let mut entity = Tag::new("entity");
        entity.text("name", Some(&self.entity.table));
        node(&self.entity, &mut entity, !self.aggregate);
        tag.child(entity);
        tag.end()
    }
}

/// An element that is being written.
struct Tag {
    name: &'static str,
    start: String,
    inside: String,
}

impl Tag {
    fn new(name: &'static str) -> Self {
        Self { name, start: format!("<{name}"), inside: String::new() }
    }

    fn text(&mut self, name: &str, value: Option<&str>) -> &mut Self {
        if let Some(value) = value {
            let _ = write!(self.start, " {name}=\"{}\"", escaped(value));
        }
        self
    }

    fn number(&mut self, name: &str, value: Option<impl ToString>) -> &mut Self {
        self.text(name, value.map(|value| value.to_string()).as_deref())
    }

    fn flag(&mut self, name: &str, is_set: bool) -> &mut Self {
        self.text(name, is_set.then_some("true"))
    }

    fn child(&mut self, child: Tag) {
        self.inside.push_str(&child.end());
    }

    fn end(self) -> String {
        let Self { name, start, inside } = self;
        if inside.is_empty() { format!("{start} />") } else { format!("{start}>{inside}</{name}>") }
    }
}

/// What is in an `entity` or `link-entity`; without attributes, the first means all columns, if
/// `none_is_all`.
fn node(node: &Node, tag: &mut Tag, none_is_all: bool) {
    match &node.attributes {
        Attributes::All => tag.child(Tag::new("all-attributes")),
        Attributes::Some(attributes) if attributes.is_empty() && none_is_all => {
            tag.child(Tag::new("no-attrs"));
        }
        Attributes::Some(attributes) => attributes.iter().for_each(|a| tag.child(attribute(a))),
    }
    node.orders.iter().for_each(|step| tag.child(order(step)));
    if let Some(filter) = &node.filter {
        tag.child(group(filter));
    }
    node.links.iter().for_each(|inner| tag.child(link(inner)));
}

fn attribute(attribute: &Attribute) -> Tag {
    let mut tag = Tag::new("attribute");
    tag.text("name", Some(&attribute.name)).text("alias", attribute.alias.as_deref());
    tag.text("aggregate", attribute.figure.as_ref().map(|figure| word(FIGURES, figure)));
    tag.flag("groupby", attribute.group);
    let part = attribute.date_grouping.as_ref().map(|part| word(DATE_GROUPINGS, part));
    tag.text("dategrouping", part);
    tag.text("usertimezone", (!attribute.user_timezone).then_some("false"));
    tag.flag("distinct", attribute.distinct);
    tag.text("rowaggregate", attribute.count_children.then_some("CountChildren"));
    tag
}

fn order(order: &Order) -> Tag {
    let mut tag = Tag::new("order");
    tag.text("entityname", order.entity.as_deref());
    match &order.column {
        OrderColumn::Attribute(name) => tag.text("attribute", Some(name)),
        OrderColumn::Alias(alias) => tag.text("alias", Some(alias)),
    };
    tag.flag("descending", order.descending);
    tag
}

/// `filter` as a `filter` element.
fn group(filter: &Filter) -> Tag {
    let mut tag = Tag::new("filter");
    match filter {
        Filter::And(parts) => parts.iter().for_each(|filter| tag.child(part(filter))),
        Filter::Or(parts) => {
            tag.text("type", Some("or"));
            parts.iter().for_each(|filter| tag.child(part(filter)));
        }
        single => tag.child(part(single)),
    }
    tag
}

fn part(filter: &Filter) -> Tag {
    match filter {
        Filter::And(_) | Filter::Or(_) => group(filter),
        Filter::Condition(inner) => condition(inner),
        Filter::Link(inner) => link(inner),
    }
}

fn condition(condition: &Condition) -> Tag {
    let mut tag = Tag::new("condition");
    tag.text("entityname", condition.entity.as_deref());
    tag.text("attribute", Some(&condition.attribute));
    tag.text("aggregate", condition.figure.as_ref().map(|figure| word(FIGURES, figure)));
    tag.text("operator", Some(condition.operator.row().fetch_name));
    tag.text("valueof", condition.value_of.as_deref());
    match condition.values.as_slice() {
        [value] => {
            tag.text("value", Some(value));
        }
        values => values.iter().for_each(|value| {
            let mut child = Tag::new("value");
            child.inside = escaped(value);
            tag.child(child);
        }),
    }
    tag
}

fn link(link: &Link) -> Tag {
    let mut tag = Tag::new("link-entity");
    tag.text("name", Some(&link.node.table)).text("from", link.from.as_deref());
    tag.text("to", link.to.as_deref()).text("alias", link.alias.as_deref());
    tag.text("link-type", Some(word(LINK_KINDS, &link.kind))).flag("intersect", link.intersect);
    node(&link.node, &mut tag, false);
    tag
}
