//! Bodies of requests: rows and parameters in JSON.

use base::{Error, Kind, Result};
use dataverse::{Input, Reference, RowInput};
use indexmap::IndexMap;
use metadata::{Column, ColumnKind, Schema, Table};
use query::odata::{RowReference, parse_reference, unqualified};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::call::Call;
use super::navigation::{Navigation, navigation};

/// The protocol's code for a body that does not fit.
const PAYLOAD: &str = "0x80048d19";

/// The members of an object, each as it is written.
type Members<'b> = IndexMap<String, &'b RawValue>;

/// The body as a JSON object.
pub(super) fn object(call: &Call) -> Result<Map<String, Value>> {
    read(call)
}

/// The row of `table` that the body describes.
pub(super) fn row(call: &Call, table: &Table) -> Result<RowInput> {
    members(&call.schema, table, read(call)?)
}

/// The row of `table` that an object inside of a body describes.
pub(super) fn row_of(schema: &Schema, table: &Table, value: &Value) -> Result<RowInput> {
    let text = value.to_string();
    let read = serde_json::from_str(&text).map_err(|_| wrong("A row must be a JSON object."))?;
    members(schema, table, read)
}

/// The rows of `table` that the body lists: `{"value": […]}`.
pub(super) fn list(call: &Call, table: &Table) -> Result<Vec<RowInput>> {
    let given: Members<'_> = read(call)?;
    let Some(value) = given.get("value").filter(|value| value.get().starts_with('[')) else {
        return Err(wrong("The body needs the member 'value' with a list of rows."));
    };
    let items: Vec<&RawValue> = parsed(value)?;
    let row = |item: &RawValue| match item.get().starts_with('{') {
        true => members(&call.schema, table, parsed(item)?),
        false => Err(wrong("The items of 'value' must be objects.")),
    };
    items.into_iter().map(row).collect()
}

/// The value of one property: `{"value": …}`.
pub(super) fn property_value(call: &Call, column: &Column) -> Result<Input> {
    let members: Members<'_> = read(call)?;
    match members.get("value") {
        None => Err(wrong("The body needs the member 'value'.")),
        Some(value) if value.get() == "null" => Ok(Input::Null),
        Some(value) => scalar(&column.kind, value).map(Input::Value),
    }
}

/// The body as what it must be.
pub(super) fn read<'b, T: Deserialize<'b>>(call: &'b Call) -> Result<T> {
    if let Some(content) = call.header("content-type")
        && !content.trim_start().to_ascii_lowercase().starts_with("application/json")
    {
        let message =
            format!("The content type '{content}' is not supported; send application/json.");
        return Err(Error::new(Kind::UnsupportedMedia, PAYLOAD, message));
    }
    // Some editors put a byte order mark in front.
    let text = call.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&call.body);
    serde_json::from_slice(text).map_err(|error| match error.is_data() {
        true => wrong("The body is not a JSON object."),
        false => wrong(format!("The body is not valid JSON: {error}.")),
    })
}

/// As [`object`]; an empty body or `null` is an object without members.
pub(super) fn parameters(call: &Call) -> Result<Map<String, Value>> {
    if matches!(call.body.trim_ascii(), b"" | b"null") { Ok(Map::new()) } else { object(call) }
}

/// The refusal of a body.
pub(super) fn wrong(message: impl Into<String>) -> Error {
    Error::new(Kind::Invalid, PAYLOAD, message)
}

fn members(schema: &Schema, table: &Table, members: Members<'_>) -> Result<RowInput> {
    let mut row = RowInput::default();
    for (name, value) in members {
        match name.split_once('@') {
            Some(("", "odata.type")) => check_type(table, &parsed(value)?)?,
            Some((navigation, "odata.bind")) if !navigation.is_empty() => {
                row.0.push((navigation.to_owned(), bind(schema, parsed(value)?)?));
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

/// A row of a message about many rows.
pub(super) struct Target {
    /// `@odata.id`: which row it is.
    pub reference: Option<Reference>,
    /// Its columns, with its id if that was given.
    pub row: RowInput,
}

/// A row of a message about many rows, which says of which table it is.
pub(super) fn target(schema: &Schema, table: &Table, value: &RawValue) -> Result<Target> {
    if !value.get().starts_with('{') {
        return Err(wrong("The items of 'Targets' must be objects."));
    }
    let mut members: Members<'_> = parsed(value)?;
    if !members.contains_key("@odata.type") {
        return Err(wrong(format!(
            "Every item of 'Targets' needs '@odata.type': \"Microsoft.Dynamics.CRM.{}\".",
            table.logical_name
        )));
    }
    let id: Option<String> = members.shift_remove("@odata.id").map(parsed).transpose()?;
    let reference = id.map(|id| reference(schema, &id)).transpose()?;
    if let Some(reference) = &reference
        && ![&table.set_name, &table.logical_name].contains(&&reference.set_or_table)
    {
        let (set, given) = (&table.set_name, &reference.set_or_table);
        return Err(wrong(format!("'@odata.id' leads to a row of '{given}', not of '{set}'.")));
    }
    Ok(Target { reference, row: self::members(schema, table, members)? })
}

fn parsed<'b, T: Deserialize<'b>>(value: &'b RawValue) -> Result<T> {
    serde_json::from_str(value.get()).map_err(|error| wrong(format!("{error}.")))
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

fn input(schema: &Schema, table: &Table, name: &str, value: &RawValue) -> Result<Input> {
    let text = value.get();
    if text == "null" {
        return Ok(Input::Null);
    }
    if let Some(column) = table.column(name).filter(|column| !column.is_lookup()) {
        return scalar(&column.kind, value).map(Input::Value);
    }
    match text.as_bytes().first() {
        Some(b'{') => nested(schema, table, name, value).map(Input::Row),
        Some(b'[') => {
            let items: Vec<&RawValue> = parsed(value)?;
            let rows = items.into_iter().map(|item| nested(schema, table, name, item));
            rows.collect::<Result<_>>().map(Input::Rows)
        }
        _ => parsed(value).map(Input::Value),
    }
}

/// The value of a column. A number that is kept exactly stays as it is written.
fn scalar(kind: &ColumnKind, value: &RawValue) -> Result<Value> {
    let text = value.get();
    let is_exact = matches!(kind, ColumnKind::Decimal { .. } | ColumnKind::Money { .. });
    match text.as_bytes().first() {
        Some(b'-' | b'0'..=b'9') if is_exact => Ok(Value::String(text.to_owned())),
        _ => parsed(value),
    }
}

/// A row that is created along. Which table it is of follows from the navigation property.
fn nested(schema: &Schema, table: &Table, name: &str, value: &RawValue) -> Result<RowInput> {
    let target = match navigation(schema, table, name) {
        Some(Navigation::One { target: Some(target), .. } | Navigation::Many(target)) => target,
        _ => return Err(unknown_property(table, name)),
    };
    if !value.get().starts_with('{') {
        return Err(wrong(format!("The items of '{name}' must be objects.")));
    }
    members(schema, &target, parsed(value)?)
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

/// The row that an object names: `{"accountid": "…", "@odata.type": "…"}` or `{"@odata.id": "…"}`.
pub(super) fn object_reference(schema: &Schema, value: &Value) -> Result<Reference> {
    if let Some(text) = value["@odata.id"].as_str() {
        return reference(schema, text);
    }
    let name = value["@odata.type"].as_str().and_then(unqualified);
    let table = name.and_then(|name| schema.table(name));
    let table =
        table.ok_or_else(|| wrong("A row needs '@odata.id', or '@odata.type' and its id."))?;
    let id = value[table.primary_id.as_str()].as_str().and_then(|id| id.parse().ok());
    let id = id.ok_or_else(|| wrong(format!("The id '{}' is missing.", table.primary_id)))?;
    Ok(Reference::id(&table.logical_name, id))
}
