//! Bodies of requests: rows and parameters in JSON.

use base::{Error, Kind, Result};
use dataverse::{Input, Reference, RowInput};
use metadata::{Schema, Table};
use query::odata::{RowReference, parse_reference, unqualified};
use serde_json::{Map, Value};

use super::call::Call;

/// The protocol's code for a body that does not fit.
const PAYLOAD: &str = "0x80048d19";

/// The body as a JSON object.
pub(super) fn object(call: &Call) -> Result<Map<String, Value>> {
    if let Some(content) = call.header("content-type")
        && !content.trim_start().to_ascii_lowercase().starts_with("application/json")
    {
        let message =
            format!("The content type '{content}' is not supported; send application/json.");
        return Err(Error::new(Kind::UnsupportedMedia, PAYLOAD, message));
    }
    // Some editors put a byte order mark in front.
    let text = call.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&call.body);
    match serde_json::from_slice(text) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(wrong("The body is not a JSON object.")),
        Err(error) => Err(wrong(format!("The body is not valid JSON: {error}."))),
    }
}

/// As [`object`]; an empty body or `null` is an object without members.
pub(super) fn parameters(call: &Call) -> Result<Map<String, Value>> {
    if matches!(call.body.trim_ascii(), b"" | b"null") { Ok(Map::new()) } else { object(call) }
}

/// The refusal of a body.
pub(super) fn wrong(message: impl Into<String>) -> Error {
    Error::new(Kind::Invalid, PAYLOAD, message)
}

/// The row of `table` that the members of an object describe.
pub(super) fn row(schema: &Schema, table: &Table, members: Map<String, Value>) -> Result<RowInput> {
    let mut row = RowInput::default();
    for (name, value) in members {
        match name.split_once('@') {
            Some(("", "odata.type")) => check_type(table, &value)?,
            Some((navigation, "odata.bind")) if !navigation.is_empty() => {
                row.0.push((navigation.to_owned(), bind(schema, value)?));
            }
            // Control information of an earlier answer; says nothing new.
            Some(_) => {}
            None => {
                let value = input(schema, table, &name, value)?;
                row.0.push((name, value));
            }
        }
    }
    Ok(row)
}

fn check_type(table: &Table, value: &Value) -> Result<()> {
    let name = value.as_str().and_then(unqualified);
    if name == Some(&table.logical_name) || matches!(name, Some("crmbaseentity" | "expando")) {
        return Ok(());
    }
    let table = &table.logical_name;
    Err(wrong(format!(
        "A row of the type Microsoft.Dynamics.CRM.{table} was expected, not {value}."
    )))
}

fn input(schema: &Schema, table: &Table, name: &str, value: Value) -> Result<Input> {
    if value.is_null() {
        return Ok(Input::Null);
    }
    if table.column(name).is_some_and(|column| !column.is_lookup()) {
        return Ok(Input::Value(value));
    }
    match value {
        Value::Object(members) => nested(schema, table, name, members).map(Input::Row),
        Value::Array(items) => {
            let rows = items.into_iter().map(|item| match item {
                Value::Object(members) => nested(schema, table, name, members),
                _ => Err(wrong(format!("The items of '{name}' must be objects."))),
            });
            rows.collect::<Result<_>>().map(Input::Rows)
        }
        value => Ok(Input::Value(value)),
    }
}

/// A row that is created along. Which table it is of follows from the navigation property; one that
/// is not known is for the data service to refuse.
fn nested(
    schema: &Schema,
    table: &Table,
    name: &str,
    members: Map<String, Value>,
) -> Result<RowInput> {
    use super::navigation::{Navigation, navigation};
    let target = match navigation(schema, table, name) {
        Some(Navigation::One { target: Some(target), .. } | Navigation::Many(target)) => target,
        _ => return Err(unknown_property(table, name)),
    };
    row(schema, &target, members)
}

/// The refusal of a property that a table does not have.
pub(super) fn unknown_property(table: &Table, name: &str) -> Error {
    wrong(format!(
        "Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.{}'.",
        table.logical_name
    ))
}

fn bind(schema: &Schema, value: Value) -> Result<Input> {
    match value {
        Value::Null => Ok(Input::Null),
        Value::String(text) => reference(schema, &text).map(Input::Bind),
        Value::Array(items) => {
            let references = items.iter().map(|item| match item {
                Value::String(text) => reference(schema, text),
                _ => Err(wrong("The items of '@odata.bind' must be texts.")),
            });
            references.collect::<Result<_>>().map(Input::BindMany)
        }
        _ => Err(wrong("The value of '@odata.bind' must be a text or a list of texts.")),
    }
}

/// The row that a reference in a body names.
pub(super) fn reference(schema: &Schema, text: &str) -> Result<Reference> {
    let parsed = parse_reference(text).map_err(|error| wrong(error.message))?;
    match parsed {
        RowReference::Row { set, key } if schema.table_by_set(&set).is_some() => {
            Ok(Reference { set_or_table: set, key })
        }
        RowReference::Row { set, .. } => {
            Err(wrong(format!("Resource not found for the segment '{set}' in '{text}'.")))
        }
        RowReference::ContentId(id) => Err(wrong(format!(
            "Content-ID Reference: '${id}' does not exist in the batch context."
        ))),
    }
}
