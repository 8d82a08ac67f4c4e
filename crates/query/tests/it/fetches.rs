//! Queries over linked tables that are made up, for the properties of their notations.

use proptest::prelude::*;
use query::fetch::{
    Attribute, Attributes, Condition, Cookie, CookieColumn, DateGrouping, Fetch, Figure, Filter,
    Link, LinkKind, Node, OPERATORS, Order, OrderColumn, Values,
};

fn name() -> impl Strategy<Value = String> + Clone {
    "[a-z][a-z0-9_]{0,7}"
}

fn alias() -> impl Strategy<Value = Option<String>> {
    prop::option::of("[A-Za-z_][A-Za-z0-9_]{0,7}")
}

/// What can be in XML; also what has to be escaped in it.
fn value() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~\t\n\r]{0,8}", "\\PC{0,8}"]
}

fn attribute() -> impl Strategy<Value = Attribute> {
    (name(), alias(), any::<bool>()).prop_map(|(name, alias, count_children)| Attribute {
        alias,
        count_children,
        ..Attribute::new(name)
    })
}

/// A column of an aggregate.
fn figure() -> impl Strategy<Value = Attribute> {
    let figures = vec![
        Figure::Average,
        Figure::Count,
        Figure::CountColumn,
        Figure::Max,
        Figure::Min,
        Figure::Sum,
    ];
    let parts = vec![DateGrouping::Day, DateGrouping::FiscalYear, DateGrouping::Quarter];
    let figure = prop::option::of(prop::sample::select(figures));
    let part = prop::option::of(prop::sample::select(parts));
    (name(), "[a-z]{1,7}", figure, part, any::<bool>(), any::<bool>()).prop_map(
        |(name, alias, figure, part, user_timezone, distinct)| Attribute {
            alias: Some(alias),
            figure,
            group: figure.is_none(),
            date_grouping: part.filter(|_| figure.is_none()),
            user_timezone,
            distinct: distinct && figure == Some(Figure::CountColumn),
            ..Attribute::new(name)
        },
    )
}

fn order() -> impl Strategy<Value = Order> {
    let column = prop_oneof![
        name().prop_map(OrderColumn::Attribute),
        "[A-Za-z]{1,7}".prop_map(OrderColumn::Alias)
    ];
    (column, prop::option::of("[A-Za-z]{1,7}"), any::<bool>())
        .prop_map(|(column, entity, descending)| Order { column, entity, descending })
}

fn condition() -> impl Strategy<Value = Condition> {
    let row = prop::sample::select(OPERATORS);
    (name(), row, prop::collection::vec(value(), 4), prop::option::of(name()), 1..4_usize).prop_map(
        |(attribute, row, mut values, entity, many)| {
            values.truncate(match row.values {
                Values::None => 0,
                Values::One => 1,
                Values::Two | Values::Pair => 2,
                Values::Many => many,
            });
            Condition { entity, ..Condition::new(attribute, row.operator, values) }
        },
    )
}

fn filter() -> impl Strategy<Value = Filter> {
    let leaf = condition().prop_map(Filter::Condition);
    let group = |inner: BoxedStrategy<Filter>| {
        let some = prop::collection::vec(inner, 1..3);
        prop_oneof![some.clone().prop_map(Filter::And), some.prop_map(Filter::Or)]
    };
    group(leaf.boxed()).prop_recursive(2, 8, 3, move |inner| {
        let conditions = vec![LinkKind::Any, LinkKind::All, LinkKind::NotAll, LinkKind::NotAny];
        let link = (name(), prop::sample::select(conditions), prop::option::of(inner.clone()));
        let link = link.prop_map(|(table, kind, filter)| {
            let attributes = Attributes::Some(Vec::new());
            let node = Node { table, attributes, filter, ..Node::default() };
            let link = Link { node, from: None, to: None, alias: None, kind, intersect: false };
            Filter::Link(Box::new(link))
        });
        group(prop_oneof![inner, link].boxed())
    })
}

fn node(attribute: BoxedStrategy<Attribute>) -> impl Strategy<Value = Node> {
    let attributes = prop::collection::vec(attribute, 0..3).prop_map(Attributes::Some);
    let orders = prop::collection::vec(order(), 0..2);
    let leaf = (name(), attributes, orders, prop::option::of(filter())).prop_map(
        |(table, attributes, orders, filter)| {
            let links = Vec::new();
            Node { table, attributes, orders, filter, links }
        },
    );
    leaf.prop_recursive(2, 4, 2, |inner| {
        let kinds = vec![LinkKind::Inner, LinkKind::Outer, LinkKind::MatchFirst];
        let names = (prop::option::of(name()), prop::option::of(name()), alias());
        let link = (inner.clone(), names, prop::sample::select(kinds), any::<bool>()).prop_map(
            |(node, (from, to, alias), kind, intersect)| Link {
                node,
                from,
                to,
                alias,
                kind,
                intersect,
            },
        );
        (inner, prop::collection::vec(link, 0..2)).prop_map(|(node, links)| Node { links, ..node })
    })
}

fn cookie() -> impl Strategy<Value = Cookie> {
    let column = (name(), prop::option::of(value()), prop::option::of(value()))
        .prop_map(|(name, first, last)| CookieColumn { name, first, last });
    (prop::option::of(1..100_usize), prop::collection::vec(column, 0..3))
        .prop_map(|(page, columns)| Cookie { page, columns })
}

fn options() -> impl Strategy<Value = Fetch> {
    let numbers = (1..5000_usize, 1..100_usize, 1..5000_usize, prop::option::of(-600..600_i32));
    (numbers, prop::option::of(cookie()), any::<[bool; 5]>()).prop_map(
        |((top, page, count, utc_offset_minutes), cookie, flags)| {
            let [is_top, distinct, total_count, raw_order, archived] = flags;
            Fetch {
                top: is_top.then_some(top),
                page: (!is_top).then_some(page),
                count: (!is_top).then_some(count),
                cookie: cookie.filter(|_| !is_top),
                distinct,
                total_count: total_count && !is_top,
                raw_order,
                utc_offset_minutes,
                archived,
                ..Fetch::default()
            }
        },
    )
}

/// A query that FetchXML can say.
pub fn fetches() -> impl Strategy<Value = Fetch> {
    let plain = (options(), node(attribute().boxed()))
        .prop_map(|(options, entity)| Fetch { entity, ..options });
    let aggregate = (options(), node(figure().boxed())).prop_map(|(options, entity)| Fetch {
        entity,
        aggregate: true,
        ..options
    });
    prop_oneof![plain, aggregate]
}
