//! Reading the members of a definition in JSON.

use base::{Error, Kind, Result, Uuid};
use metadata::{ENGLISH, Label, ManagedProperties};
use query::odata::unqualified;
use serde_json::Value;

use super::super::body::wrong;

/// A member of an object; nothing if it is null.
pub(super) fn member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    value.get(name).filter(|value| !value.is_null())
}

pub(super) fn text<'v>(value: &'v Value, name: &str) -> Result<Option<&'v str>> {
    match member(value, name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(wrong(format!("'{name}' must be a text."))),
    }
}

pub(super) fn flag(value: &Value, name: &str) -> Result<Option<bool>> {
    match member(value, name) {
        None => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        // A managed property: its value.
        Some(Value::Object(_)) => flag(&value[name], "Value"),
        Some(_) => Err(wrong(format!("'{name}' must be true or false."))),
    }
}

pub(super) fn int<T: TryFrom<i64>>(value: &Value, name: &str) -> Result<Option<T>> {
    let Some(found) = member(value, name) else { return Ok(None) };
    // Clients of loosely typed languages send whole numbers with a point.
    let number =
        found.as_i64().or_else(|| found.as_f64().filter(|f| f.fract() == 0.0).map(|f| f as i64));
    let number = number.and_then(|number| T::try_from(number).ok());
    number.map(Some).ok_or_else(|| wrong(format!("'{name}' must be a whole number in range.")))
}

/// A number as text, exact where it is written so.
pub(super) fn decimal(value: &Value, name: &str) -> Result<Option<String>> {
    match member(value, name) {
        None => Ok(None),
        Some(Value::Number(number)) => Ok(Some(match number.as_f64() {
            Some(float) if number.is_f64() => format!("{float}"),
            _ => number.to_string(),
        })),
        Some(_) => Err(wrong(format!("'{name}' must be a number."))),
    }
}

pub(super) fn float(value: &Value, name: &str) -> Result<Option<f64>> {
    match member(value, name) {
        None => Ok(None),
        Some(found) => {
            found.as_f64().map(Some).ok_or_else(|| wrong(format!("'{name}' must be a number.")))
        }
    }
}

/// `{"Value": "x"}`, or `x` itself.
pub(super) fn value_of<'v>(value: &'v Value, name: &str) -> Result<Option<&'v str>> {
    match member(value, name) {
        Some(inner @ Value::Object(_)) => text(inner, "Value"),
        _ => text(value, name),
    }
}

/// The number or the name of a member of an enumeration.
pub(super) fn choice<T: Copy>(
    value: &Value,
    name: &str,
    members: &[(&str, T)],
) -> Result<Option<T>> {
    let Some(found) = value_of(value, name)? else { return Ok(None) };
    let member = members.iter().find(|(known, _)| *known == found);
    let unknown = || {
        let known: Vec<&str> = members.iter().map(|(known, _)| *known).collect();
        wrong(format!("'{name}' is '{found}'; it must be one of {}.", known.join(", ")))
    };
    member.map(|(_, value)| Some(*value)).ok_or_else(unknown)
}

pub(super) fn label(value: &Value, name: &str) -> Result<Option<Label>> {
    let Some(found) = member(value, name) else { return Ok(None) };
    let mut label = Label::default();
    let texts = found.get("LocalizedLabels").and_then(Value::as_array);
    for item in texts.into_iter().flatten().chain(found.get("UserLocalizedLabel")) {
        let Some(text) = text(item, "Label")? else { continue };
        let language = int(item, "LanguageCode")?.unwrap_or(ENGLISH);
        if !label.0.iter().any(|(known, _)| *known == language) {
            label.0.push((language, text.to_owned()));
        }
    }
    Ok(Some(label))
}

pub(super) fn schema_name(value: &Value) -> Result<String> {
    text(value, "SchemaName")?.map(str::to_owned).ok_or_else(|| missing("SchemaName"))
}

pub(super) fn missing(name: &str) -> Error {
    Error::new(Kind::Invalid, "0x80040200", format!("The member '{name}' is missing."))
}

pub(super) fn id(value: &Value) -> Result<Uuid> {
    match text(value, "MetadataId")? {
        None => Ok(Uuid::nil()),
        Some(text) => text.parse().map_err(|_| wrong("'MetadataId' must be an id.")),
    }
}

/// The class of a definition: `StringAttributeMetadata`, also with `Complex` before it.
pub(super) fn class(value: &Value) -> Option<&str> {
    let name = value.get("@odata.type").and_then(Value::as_str).and_then(unqualified)?;
    Some(name.strip_prefix("Complex").unwrap_or(name))
}

/// What is allowed is not noted: it is the rule.
pub(super) fn guard(properties: &mut ManagedProperties, name: &str, is_allowed: Option<bool>) {
    match is_allowed {
        Some(false) => drop(properties.0.insert(name.to_owned(), false)),
        Some(true) => drop(properties.0.remove(name)),
        None => {}
    }
}

/// Sets what was given.
pub(super) fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}
