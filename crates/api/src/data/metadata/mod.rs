//! Definitions: `EntityDefinitions`, `RelationshipDefinitions`, `GlobalOptionSetDefinitions`.
//!
//! [`to_json`] writes what is in the schema, [`from_json`] (with `column_from_json`) reads what a
//! maker sends, both with the names of `names`; `item` does what `$filter`, `$select` and `$expand`
//! ask.

mod address;
mod changes;
mod column_from_json;
pub(super) mod complete;
mod entity_members;
pub(super) mod filter;
pub(super) mod from_json;
mod item;
mod managed_properties;
mod members;
mod names;
mod numbers;
pub(super) mod relatable;
pub(super) mod retrieve;
mod to_json;
mod write;

use axum::http::{Method, StatusCode};
use base::{Error, Result};
use metadata::{Choice, ChoiceOption, Table};
use query::odata::{Segment, decode, key_of};
use query::{Key, Query};
use serde_json::{Map, Value, json};

use super::address::no_segment;
use super::answer::Answer;
use super::call::Call;
use super::payload::context;
use super::resource::{not_allowed, only};
use item::{Definition, Related, View, item, items, unknown};
use to_json::Style;

/// The table that a definition in a body describes, ready to be created.
pub(super) async fn new_table(call: &Call, value: &Value) -> Result<Table> {
    let mut table = from_json::table(&call.schema, value, None)?;
    numbers::of_table(call, &mut table).await?;
    Ok(table)
}

/// The option that a body describes; without a number until [`number_options`] gives it one.
pub(super) fn new_option(value: &Value) -> Result<ChoiceOption> {
    from_json::option(value)
}

/// Changes what a body says of an option.
pub(super) fn changed_option(
    option: &mut ChoiceOption,
    value: &Value,
    merge_labels: bool,
) -> Result<()> {
    from_json::change_option(option, value, merge_labels)
}

/// Gives options that came without a number the next ones of the publisher.
pub(super) async fn number_options(call: &Call, choice: &mut Choice) -> Result<()> {
    numbers::of_choice(call, choice).await
}

/// A text in several languages, as the caller reads it.
pub(super) async fn label_json(call: &Call, label: &metadata::Label) -> Result<Value> {
    let language = call.environment.user(&call.cx).await?.language;
    Ok(Style { schema: &call.schema, language }.label(label))
}

/// Whether a path that begins with `name` leads to definitions.
pub(super) fn is_root(name: &str) -> bool {
    [
        "EntityDefinitions",
        "GlobalOptionSetDefinitions",
        "ManagedPropertyDefinitions",
        "RelationshipDefinitions",
    ]
    .contains(&name)
}

/// Answers a request for definitions.
pub(super) async fn answer(call: &Call) -> Result<Answer> {
    let language = call.environment.user(&call.cx).await?.language;
    let style = Style { schema: &call.schema, language };
    let Some((Segment::Name { name, arguments }, rest)) = call.path.split_first() else {
        return Err(no_segment(&call.address.path));
    };
    let key = key_of(arguments)?;
    match (name.as_str(), &key) {
        (root, None) => root_collection(call, style, root, rest).await,
        ("EntityDefinitions", Some(key)) => {
            let table = address::table(&call.schema, key)?;
            let place = Place { definition: Definition::Table(table), view: View::Declared };
            one(call, style, place, rest).await
        }
        ("RelationshipDefinitions", Some(key)) => {
            let relationship = address::relationship(&call.schema, key)?;
            let definition = Definition::Relationship(relationship);
            one(call, style, Place { definition, view: View::Declared }, rest).await
        }
        ("ManagedPropertyDefinitions", Some(key)) => {
            let definition = Definition::ManagedProperty(address::managed_property(key)?);
            one(call, style, Place { definition, view: View::Declared }, rest).await
        }
        (_, Some(key)) => {
            let choice = address::known_choice(&call.schema, key)?;
            let place = Place { definition: Definition::Choice(choice), view: View::Declared };
            one(call, style, place, rest).await
        }
    }
}

/// A definition that the path leads to, and as what it is looked at.
#[derive(Clone, Copy)]
struct Place<'a> {
    definition: Definition<'a>,
    view: View<'a>,
}

/// All tables, relationships or global choices.
async fn root_collection(
    call: &Call,
    style: Style<'_>,
    root: &str,
    rest: &[Segment],
) -> Result<Answer> {
    if call.method == Method::POST && rest.is_empty() && root != "ManagedPropertyDefinitions" {
        return write::create(call, style, root).await;
    }
    let schema = style.schema;
    let mut all: Vec<(&str, Definition<'_>)> = match root {
        "EntityDefinitions" => schema
            .tables()
            .map(|table| (table.logical_name.as_str(), Definition::Table(table)))
            .collect(),
        "RelationshipDefinitions" => schema
            .relationships()
            .map(|found| (found.schema_name(), Definition::Relationship(found)))
            .collect(),
        "ManagedPropertyDefinitions" => managed_properties::ALL
            .iter()
            .map(|found| (found.name, Definition::ManagedProperty(found)))
            .collect(),
        _ => schema
            .choices()
            .map(|choice| (choice.name.as_str(), Definition::Choice(choice)))
            .collect(),
    };
    all.sort_by_key(|(name, _)| *name);
    let all: Vec<Definition<'_>> = all.into_iter().map(|(_, definition)| definition).collect();
    many(call, style, &all, View::Declared, rest)
}

/// A collection of definitions, perhaps cut to a derived type.
fn many(
    call: &Call,
    style: Style<'_>,
    all: &[Definition<'_>],
    view: View<'_>,
    rest: &[Segment],
) -> Result<Answer> {
    match rest {
        [] => {
            only(call, &[Method::GET])?;
            let found = items(style, all, view, &call.options.query)?;
            let body = json!({ "@odata.context": context_of(call, false), "value": found });
            Ok(json_answer(&body))
        }
        [Segment::Qualified { name, .. }, rest @ ..] => {
            let cut: Vec<Definition<'_>> = all.iter().copied().filter(|d| d.is_a(name)).collect();
            many(call, style, &cut, View::As(name), rest)
        }
        _ => Err(no_segment(&call.address.path)),
    }
}

/// A definition, and what is below it.
async fn one(
    call: &Call,
    style: Style<'_>,
    mut place: Place<'_>,
    mut rest: &[Segment],
) -> Result<Answer> {
    loop {
        let (name, key) = match rest {
            [] => return whole(call, style, place).await,
            [Segment::Qualified { name, .. }, tail @ ..] => {
                place = cast(place, name)?;
                rest = tail;
                continue;
            }
            [Segment::Name { name, arguments }, ..] => (name, key_of(arguments)?),
            _ => return Err(no_segment(&call.address.path)),
        };
        let tail = &rest[1..];
        match (place.definition, name.as_str(), key) {
            (Definition::Table(table), "Attributes", Some(key)) => {
                let column = address::column(table, &key)?;
                let definition = Definition::Column(table, column);
                place = Place { definition, view: View::Declared };
                rest = tail;
            }
            (Definition::Table(table), "Keys", Some(key)) => {
                let key = address::key(table, &key)?;
                place = Place { definition: Definition::Key(table, key), view: View::Declared };
                rest = tail;
            }
            (Definition::Table(_), _, Some(key)) => {
                place = related_one(style, place, name, &key)?;
                rest = tail;
            }
            (definition, _, None) => {
                if let (Definition::Table(table), &Method::POST, []) =
                    (definition, &call.method, tail)
                {
                    return write::create_below(call, style, table, name).await;
                }
                return below(call, style, place, name, tail);
            }
            (definition, ..) => return Err(unknown(definition, place.view, name)),
        }
    }
}

fn cast<'a>(place: Place<'a>, name: &'a str) -> Result<Place<'a>> {
    if place.definition.is_a(name) {
        return Ok(Place { view: View::As(name), ..place });
    }
    let message = format!("The definition is a '{}', not a '{name}'.", place.definition.class());
    Err(Error::not_found("0x80060888", message))
}

/// A relationship of a table, by key.
fn related_one<'a>(style: Style<'a>, place: Place<'a>, name: &str, key: &Key) -> Result<Place<'a>> {
    let unknown = || unknown(place.definition, place.view, name);
    let Some(Related::Many(all, view)) = place.definition.related(style, name) else {
        return Err(unknown());
    };
    let wanted = address::relationship(style.schema, key)?;
    let is_it = |definition: &Definition<'_>| matches!(definition, Definition::Relationship(found) if found.metadata_id() == wanted.metadata_id());
    let definition = all.into_iter().find(is_it).ok_or_else(unknown)?;
    Ok(Place { definition, view })
}

/// The whole definition.
async fn whole(call: &Call, style: Style<'_>, place: Place<'_>) -> Result<Answer> {
    match call.method {
        Method::GET => {
            let query = Query { filter: None, ..call.options.query.clone() };
            let found = item(style, place.definition, place.view, &query)?;
            let found = found.unwrap_or(Value::Null);
            Ok(json_answer(&with_context(context_of(call, true), found)))
        }
        Method::PUT => write::update(call, style, place.definition).await,
        Method::DELETE => write::delete(call, place.definition).await,
        _ => Err(not_allowed(call)),
    }
}

/// A collection, a choice or a property of a definition.
fn below(
    call: &Call,
    style: Style<'_>,
    place: Place<'_>,
    name: &str,
    tail: &[Segment],
) -> Result<Answer> {
    only(call, &[Method::GET])?;
    let is_hidden =
        place.view == View::Declared && matches!(place.definition, Definition::Column(..));
    let query = &call.options.query;
    match place.definition.related(style, name).filter(|_| !is_hidden) {
        Some(Related::Many(all, view)) => many(call, style, &all, view, tail),
        Some(Related::One(None)) => Ok(Answer::no_content()),
        Some(Related::One(Some(found))) => {
            let class = found.class();
            let shown = if tail.is_empty() { query.clone() } else { Query::default() };
            let value = item(style, found, View::As(&class), &shown)?.unwrap_or(Value::Null);
            property(call, value, tail)
        }
        None => {
            let query = Query { select: vec![name.to_owned()], ..Query::default() };
            let found = item(style, place.definition, place.view, &query)?;
            let value = found.and_then(|mut found| found.as_object_mut()?.remove(name));
            property(call, value.unwrap_or(Value::Null), tail)
        }
    }
}

/// The value of a property, or of a member of it.
fn property(call: &Call, mut value: Value, tail: &[Segment]) -> Result<Answer> {
    for (index, segment) in tail.iter().enumerate() {
        let name = match segment {
            Segment::Name { name, .. } => name,
            Segment::Value if index + 1 == tail.len() => return plain_value(&value),
            _ => return Err(no_segment(&call.address.path)),
        };
        value = value.get_mut(name).map(Value::take).ok_or_else(|| no_segment(name))?;
    }
    match value {
        Value::Null => Ok(Answer::no_content()),
        value @ Value::Object(_) => Ok(json_answer(&with_context(context_of(call, false), value))),
        value => {
            let body = json!({ "@odata.context": context_of(call, false), "value": value });
            Ok(json_answer(&body))
        }
    }
}

/// A property alone (`$value`).
fn plain_value(value: &Value) -> Result<Answer> {
    match value {
        Value::Null => Ok(Answer::no_content()),
        Value::String(text) => Ok(Answer::text(text.clone())),
        Value::Array(_) | Value::Object(_) => {
            Err(super::body::wrong("'$value' is of a single value, not of an object or a list."))
        }
        other => Ok(Answer::text(other.to_string())),
    }
}

/// `$metadata#` with the path of the request, and what was asked of it.
fn context_of(call: &Call, is_single: bool) -> String {
    let path = decode(call.address.path.trim_matches('/'));
    // A single definition is told as an item of its collection.
    let path = match path.rfind('(') {
        Some(at) if is_single && path.ends_with(')') => &path[..at],
        _ => &path,
    };
    let shape = context(path, &call.options.query);
    let entity = if is_single { "/$entity" } else { "" };
    call.url(&format!("$metadata#{shape}{entity}"))
}

/// An object with its context first.
fn with_context(context: String, value: Value) -> Value {
    let mut members = Map::from_iter([("@odata.context".to_owned(), Value::from(context))]);
    if let Value::Object(found) = value {
        members.extend(found);
    }
    Value::Object(members)
}

fn json_answer(body: &Value) -> Answer {
    Answer::json(StatusCode::OK, body.to_string().into_bytes())
}
