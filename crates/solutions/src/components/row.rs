//! What components that are rows have in common: attributes and child elements become the columns
//! of the same name, typed by the schema.

use std::sync::Arc;

use base::{Error, Instant, Result, Uuid};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dataverse::{Session, Value};
use metadata::{Column, ColumnKind, ENGLISH, Table};
use package::xml::Element;

use super::Projected;
use crate::definition::read_labels;

/// The columns of a row, by logical name.
pub(crate) type Values = Vec<(String, Value)>;

/// Columns that belong to the environment rather than to the definition: they are set when the row
/// is new and kept after that, so that binding a connection or turning a flow on is not undone by
/// the next import, and makes no layer.
const ENVIRONMENT_STATE: &[&str] = &["connectionid", "ownerid", "statecode", "statuscode"];

/// Projects a component whose row is in `table` and needs nothing special.
pub(crate) async fn project(
    session: &mut Session<'_>,
    what: &Projected<'_>,
    table: &str,
) -> Result<()> {
    let values = values(session, what, table).await?;
    put(session, what, table, values).await
}

/// Projects a row of a solution-aware table that came from a folder.
pub(crate) async fn project_row(session: &mut Session<'_>, what: &Projected<'_>) -> Result<()> {
    project(session, what, &what.component.element.name.clone()).await
}

/// The columns that attributes and children of the definition give.
pub(crate) async fn values(
    session: &mut Session<'_>,
    what: &Projected<'_>,
    table: &str,
) -> Result<Values> {
    let table = table_named(session, table)?;
    let element = &what.component.element;
    let mut values = Values::new();
    for (name, text) in &element.attributes {
        if let Some(column) = column(&table, name)
            && let Some(value) = typed(column, text)
        {
            set(&mut values, &column.logical_name, value);
        }
    }
    for child in element.elements() {
        let Some(column) = column(&table, &child.name) else { continue };
        let column = column.clone();
        if let Some(value) = child_value(session, what, &column, child).await? {
            set(&mut values, &column.logical_name, value);
        }
    }
    let label = |name: &str| {
        let labels = read_labels(element.child(name)?);
        labels.text(ENGLISH).map(|text| Value::Text(text.to_owned()))
    };
    if let (Some(name), Some(column)) = (label("LocalizedNames"), &table.primary_name) {
        set(&mut values, column, name);
    }
    if let (Some(text), Some(_)) = (label("Descriptions"), table.column("description")) {
        set(&mut values, "description", text);
    }
    Ok(values)
}

async fn child_value(
    session: &mut Session<'_>,
    what: &Projected<'_>,
    column: &Arc<Column>,
    child: &Element,
) -> Result<Option<Value>> {
    if child.attribute("xsi:nil") == Some("true") {
        return Ok(None);
    }
    if column.is_lookup() {
        return lookup(session, column, child).await;
    }
    if let Some(text) = child.attribute("default") {
        return Ok(typed(column, text));
    }
    let text = child.text();
    if let Some(file) = file_of(what, &text) {
        return Ok(Some(file_value(column, &file)));
    }
    Ok(typed(column, &text))
}

/// The bytes of the file that a text names, where it names one of the component's own.
fn file_of(what: &Projected<'_>, text: &str) -> Option<Vec<u8>> {
    let path = text.trim().strip_prefix('/')?;
    let file = what.component.files.iter().find(|file| file.path.eq_ignore_ascii_case(path))?;
    Some(file.bytes.to_vec())
}

fn file_value(column: &Column, bytes: &[u8]) -> Value {
    match column.kind {
        ColumnKind::Image { .. } => Value::Bytes(bytes.to_vec()),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => Value::Text(text.trim_start_matches('\u{feff}').to_owned()),
            Err(_) => Value::Text(STANDARD.encode(bytes)),
        },
    }
}

/// A reference in a definition: an id, or an element that holds the key of the row it points to
/// (`<parentbotid><schemaname>…</schemaname></parentbotid>`). One that points to nothing is
/// dropped here; the check of dependencies has said so before, where it matters.
async fn lookup(
    session: &mut Session<'_>,
    column: &Column,
    child: &Element,
) -> Result<Option<Value>> {
    let targets: Vec<String> = column.targets().iter().map(ToString::to_string).collect();
    let text = child.text();
    if let Some(id) = parse_id(&text) {
        return Ok(targets.first().map(|target| Value::lookup(target, id)));
    }
    let Some(key) = child.elements().next() else { return Ok(None) };
    for target in targets {
        if let Some(id) = find_by(session, &target, &key.name, key.text().trim()).await? {
            return Ok(Some(Value::lookup(&target, id)));
        }
    }
    Ok(None)
}

/// The row of `table` whose `column` is `value`.
pub(crate) async fn find_by(
    session: &mut Session<'_>,
    table: &str,
    column: &str,
    value: &str,
) -> Result<Option<Uuid>> {
    let Some(table) = session.schema().table(table).cloned() else { return Ok(None) };
    let Some(column) = self::column(&table, column).cloned() else { return Ok(None) };
    let Some(value) = typed(&column, value) else { return Ok(None) };
    session.find_row(&table.logical_name, &column.logical_name, &value).await
}

/// Writes the row of a component with what every component row has.
pub(crate) async fn put(
    session: &mut Session<'_>,
    what: &Projected<'_>,
    table: &str,
    mut values: Values,
) -> Result<()> {
    let table = table_named(session, table)?;
    values.retain(|(name, _)| *name != table.primary_id);
    if session.has_row(&table.logical_name, what.id).await? {
        values.retain(|(name, _)| !ENVIRONMENT_STATE.contains(&name.as_str()));
    }
    for (name, value) in
        [("ismanaged", Value::Bool(what.is_managed)), ("componentstate", Value::Choice(0))]
    {
        if table.column(name).is_some() {
            set(&mut values, name, value);
        }
    }
    let values = values.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    session.put_row(&table.logical_name, what.id, values).await
}

/// Sets a column, whatever it was.
pub(crate) fn set(values: &mut Values, name: &str, value: Value) {
    values.retain(|(other, _)| other != name);
    values.push((name.to_owned(), value));
}

/// The table, or why the package cannot be imported here.
pub(crate) fn table_named(session: &Session<'_>, name: &str) -> Result<Arc<Table>> {
    session.schema().table(name).cloned().ok_or_else(|| {
        Error::invalid(format!(
            "The package holds rows of the table {name}, which this environment does not have. \
             Import the solution that brings the table first."
        ))
    })
}

fn column<'a>(table: &'a Table, name: &str) -> Option<&'a Arc<Column>> {
    table.column(name).or_else(|| table.column(&name.to_lowercase()))
}

/// The value of a column, read from text as packages write it; nothing where it is empty or does
/// not fit, as the definition itself keeps what was written.
pub(crate) fn typed(column: &Column, text: &str) -> Option<Value> {
    if matches!(column.kind, ColumnKind::String { .. } | ColumnKind::Memo { .. }) {
        return (!text.is_empty()).then(|| Value::Text(text.to_owned()));
    }
    let text = text.trim();
    let yes_or_no = || match text.to_ascii_lowercase().as_str() {
        "1" | "true" => Some(true),
        "0" | "false" => Some(false),
        _ => None,
    };
    match &column.kind {
        ColumnKind::Uuid => parse_id(text).map(Value::Id),
        ColumnKind::Integer { .. } | ColumnKind::BigInt => text.parse().ok().map(Value::Int),
        ColumnKind::Double { .. } => text.parse().ok().map(Value::Double),
        ColumnKind::Boolean { .. } => yes_or_no().map(Value::Bool),
        ColumnKind::ManagedProperty => {
            yes_or_no().map(|value| Value::Managed { value, can_be_changed: true })
        }
        ColumnKind::Choice { .. } | ColumnKind::State { .. } | ColumnKind::Status { .. } => {
            text.parse().ok().map(Value::Choice)
        }
        ColumnKind::MultiChoice { .. } => {
            // `[-1,3,5,-1]`: the ends only mark where the list begins and stops.
            let listed = text.trim_matches(['[', ']']).split(',');
            let options: Result<Vec<i32>, _> = listed.map(|o| o.trim().parse::<i32>()).collect();
            let given = options.ok()?.into_iter().filter(|option| *option != -1).collect();
            Some(Value::MultiChoice(given))
        }
        ColumnKind::EntityName => (!text.is_empty()).then(|| Value::Text(text.to_lowercase())),
        ColumnKind::DateTime { .. } => Instant::parse(text).map(Value::DateTime),
        _ => None,
    }
}

/// An id as packages write it: with or without braces.
pub(crate) fn parse_id(text: &str) -> Option<Uuid> {
    Uuid::parse_str(text.trim().trim_matches(['{', '}'])).ok()
}
