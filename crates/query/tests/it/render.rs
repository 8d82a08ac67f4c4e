//! A compact text of what was parsed.

use query::odata::{Argument, Arguments, Options, Path, RowReference, Segment};
use query::{Comparison, Expand, Filter, Key, Literal, Quantifier, Query, TextTest};

pub fn options(options: &Options) -> String {
    let mut parts = vec![query(&options.query)];
    parts.extend(options.apply.iter().map(|apply| {
        let of = apply.filter.as_ref().map(|f| format!(" where {}", filter(f))).unwrap_or_default();
        format!("apply {}{of}", apply.fetch.to_xml())
    }));
    parts.extend(options.aliases.iter().map(|(name, value)| format!("@{name}={value}")));
    parts.extend(options.id.iter().map(|id| format!("id={id}")));
    parts.extend(options.delta_token.iter().map(|token| format!("delta={token}")));
    parts.extend(options.others.iter().map(|(name, value)| format!("other {name}={value}")));
    parts.retain(|part| !part.is_empty());
    parts.join("; ")
}

fn query(query: &Query) -> String {
    let mut parts = Vec::new();
    if !query.select.is_empty() {
        parts.push(format!("select {}", query.select.join(" ")));
    }
    parts.extend(query.filter.iter().map(|f| format!("where {}", filter(f))));
    if !query.order_by.is_empty() {
        let steps = query.order_by.iter().map(|step| {
            format!("{}{}", step.path.join("/"), if step.descending { " desc" } else { "" })
        });
        parts.push(format!("order {}", steps.collect::<Vec<_>>().join(" ")));
    }
    parts.extend(query.top.map(|top| format!("top {top}")));
    if query.count {
        parts.push("count".to_owned());
    }
    parts.extend(query.skip_token.iter().map(|token| format!("skiptoken {token}")));
    parts.extend(query.expand.iter().map(expand));
    parts.join("; ")
}

fn expand(expand: &Expand) -> String {
    let references = if expand.only_references { "/$ref" } else { "" };
    format!("expand {}{references}({})", expand.navigation, query(&expand.query))
}

pub fn filter(f: &Filter) -> String {
    let all = |filters: &[Filter]| filters.iter().map(filter).collect::<Vec<_>>().join(", ");
    match f {
        Filter::And(filters) => format!("and({})", all(filters)),
        Filter::Or(filters) => format!("or({})", all(filters)),
        Filter::Not(inner) => format!("not({})", filter(inner)),
        Filter::Compare { path, comparison, value } => {
            format!("{} {} {}", path.join("/"), sign(*comparison), literal(value))
        }
        Filter::CompareColumns { left, comparison, right } => {
            format!("{} {} column {}", left.join("/"), sign(*comparison), right.join("/"))
        }
        Filter::Text { path, test, value } => {
            let test = match test {
                TextTest::Contains => "contains",
                TextTest::StartsWith => "starts with",
                TextTest::EndsWith => "ends with",
            };
            format!("{} {test} {value:?}", path.join("/"))
        }
        Filter::Lambda { navigation, quantifier, condition } => {
            let quantifier = if *quantifier == Quantifier::Any { "any" } else { "all" };
            let condition = condition.as_deref().map(filter).unwrap_or_default();
            format!("{quantifier} {}({condition})", navigation.join("/"))
        }
        Filter::Function { name, property, values } => {
            let values = values.iter().map(literal).collect::<Vec<_>>().join(", ");
            format!("{name} {property}({values})")
        }
    }
}

fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "=",
        Comparison::NotEqual => "<>",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
    }
}

fn literal(value: &Literal) -> String {
    match value {
        Literal::Null => "null".to_owned(),
        Literal::Boolean(value) => value.to_string(),
        Literal::Number(text) => text.clone(),
        Literal::Text(text) => format!("{text:?}"),
        Literal::Id(id) => format!("id {id}"),
        Literal::Date(text) => format!("date {text}"),
        Literal::Enum { type_name, member } => format!("{type_name}::{member}"),
        Literal::List(items) => {
            format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", "))
        }
    }
}

fn argument(value: &Argument) -> String {
    match value {
        Argument::Literal(value) => literal(value),
        Argument::Json(value) => format!("json {value}"),
    }
}

fn arguments(arguments: &Arguments) -> String {
    match arguments {
        Arguments::Absent => String::new(),
        Arguments::One(value) => format!("({})", argument(value)),
        Arguments::Named(pairs) => {
            let pairs = pairs.iter().map(|(name, value)| format!("{name}={}", argument(value)));
            format!("({})", pairs.collect::<Vec<_>>().join(", "))
        }
    }
}

pub fn path(path: &Path) -> String {
    path.iter().map(segment).collect::<Vec<_>>().join(" / ")
}

fn segment(segment: &Segment) -> String {
    match segment {
        Segment::Name { name, arguments: a } => format!("{name}{}", arguments(a)),
        Segment::Qualified { name, arguments: a } => format!("NS:{name}{}", arguments(a)),
        Segment::ContentId(id) => format!("content-id {id}"),
        special => format!("{special:?}"),
    }
}

pub fn key(key: &Key) -> String {
    match key {
        Key::Id(id) => format!("id {id}"),
        Key::Values(values) => {
            let values = values.iter().map(|v| format!("{}={}", v.name, literal(&v.value)));
            values.collect::<Vec<_>>().join(", ")
        }
    }
}

pub fn reference(reference: &RowReference) -> String {
    match reference {
        RowReference::Row { set, key: k } => format!("{set}({})", key(k)),
        RowReference::ContentId(id) => format!("content-id {id}"),
    }
}
