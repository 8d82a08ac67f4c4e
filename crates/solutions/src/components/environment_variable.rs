//! Environment variables: the definition, and the value that a package may bring.

use base::{Error, Result, Uuid};
use dataverse::{Session, Value};
use serde_json::Value as Json;

use super::Projected;
use super::row::{Values, parse_id, put, set, values};
use crate::definition::text;

/// The rows of an environment variable: its definition, and its value where the package has one.
pub(crate) async fn project(session: &mut Session<'_>, what: &Projected<'_>) -> Result<()> {
    let element = &what.component.element;
    let mut row = values(session, what, "environmentvariabledefinition").await?;
    set(&mut row, "schemaname", Value::Text(what.component.key.clone()));
    old_form(&mut row, what);
    if let Some(labels) = element.child("displayname")
        && let Some(name) = labels.attribute("default").filter(|name| !name.is_empty())
    {
        set(&mut row, "displayname", Value::Text(name.to_owned()));
    }
    put(session, what, "environmentvariabledefinition", row).await?;
    if let Some((id, value)) = packaged_value(what)? {
        set_value(session, what.id, &what.component.key, id, &value).await?;
    }
    Ok(())
}

/// The names of older packages (`EnvironmentVariables/Definition`).
fn old_form(row: &mut Values, what: &Projected<'_>) {
    for (child, column) in [
        ("DefaultValue", "defaultvalue"),
        ("DisplayName", "displayname"),
        ("Description", "description"),
    ] {
        if let Some(value) = text(&what.component.element, child) {
            set(row, column, Value::Text(value));
        }
    }
}

/// The value in `environmentvariablevalues.json`, with the id of its row where that is given.
fn packaged_value(what: &Projected<'_>) -> Result<Option<(Option<Uuid>, String)>> {
    let Some(file) = what.component.file_named("environmentvariablevalues.json") else {
        return Ok(None);
    };
    let json: Json = serde_json::from_slice(&file.bytes).map_err(|error| {
        Error::invalid(format!("{} is not JSON: {error}. Export the package again.", file.path))
    })?;
    let mut row = &json["environmentvariablevalues"]["environmentvariablevalue"];
    if let Some(first) = row.as_array().and_then(|rows| rows.first()) {
        row = first;
    }
    let id = row["@environmentvariablevalueid"].as_str().and_then(parse_id);
    Ok(row["value"].as_str().filter(|value| !value.is_empty()).map(|v| (id, v.to_owned())))
}

/// Sets the one value of a definition.
pub(crate) async fn set_value(
    session: &mut Session<'_>,
    definition: Uuid,
    schema_name: &str,
    id: Option<Uuid>,
    value: &str,
) -> Result<()> {
    let table = "environmentvariablevalue";
    let of = Value::Id(definition);
    let known = session.find_row(table, "environmentvariabledefinitionid", &of).await?;
    let id = known.or(id).unwrap_or_else(|| Uuid::new_v5(&definition, b"value"));
    let values = vec![
        (
            "environmentvariabledefinitionid",
            Value::lookup("environmentvariabledefinition", definition),
        ),
        ("schemaname", Value::Text(schema_name.to_owned())),
        ("value", Value::Text(value.to_owned())),
    ];
    session.put_row(table, id, values).await
}
