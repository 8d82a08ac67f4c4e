//! Values of a payload, typed and checked by their column.

use base::{Error, Kind, Result, Uuid};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use metadata::{Choice, Column, ColumnKind, DateTimeBehavior, Table};
use serde_json::Value as Json;

use super::literal::{holds, options_of};
use super::{dates, number};
use crate::{Value, ddl};

/// How many options a column of several holds at most (protocol).
const OPTIONS_MAX: usize = 150;
/// The first date that the platform keeps: 1753-01-01.
const FIRST_DAY: i64 = -79_258;
/// The last date that the platform keeps: 9999-12-31.
const LAST_DAY: i64 = 2_932_896;

/// Types `json` for `column`. Empty texts are no values. Lookups are not written this way.
pub(crate) fn typed(table: &Table, column: &Column, json: &Json) -> Result<Value> {
    let wrong = || wrong_type(table, column, json);
    let text = || json.as_str().ok_or_else(wrong);
    if json.is_null() || json.as_str().is_some_and(str::is_empty) {
        return Ok(Value::Null);
    }
    match &column.kind {
        ColumnKind::String { max_length, .. } | ColumnKind::Memo { max_length, .. } => {
            checked_text(table, column, text()?, *max_length)
        }
        ColumnKind::EntityName => Ok(Value::Text(text()?.to_owned())),
        ColumnKind::Integer { min, max, .. } => {
            let value = json.as_i64().ok_or_else(wrong)?;
            in_range(table, column, value, i64::from(*min), i64::from(*max), "0x8004432f")?;
            Ok(Value::Int(value))
        }
        ColumnKind::BigInt => {
            let parsed = json.as_i64().or_else(|| json.as_str()?.parse().ok());
            parsed.map(Value::Int).ok_or_else(wrong)
        }
        ColumnKind::Decimal { precision, min, max } => {
            exact(table, column, json, *precision, *precision, (min, max))
        }
        ColumnKind::Money { precision, min, max, base_of, .. } => {
            // Amounts in base currency are calculated and keep all digits.
            let digits = if base_of.is_some() { ddl::MONEY_SCALE } else { *precision };
            exact(table, column, json, digits.min(ddl::MONEY_SCALE), ddl::MONEY_SCALE, (min, max))
        }
        ColumnKind::Double { precision, min, max } => {
            let value = json.as_f64().filter(|value| value.is_finite()).ok_or_else(wrong)?;
            if value < *min || value > *max {
                return Err(out_of_range(table, column, &value, min, max, "0x80044330"));
            }
            Ok(Value::Double(rounded(value, *precision)))
        }
        ColumnKind::Boolean { .. } => json.as_bool().map(Value::Bool).ok_or_else(wrong),
        ColumnKind::DateTime { behavior, .. } => date(table, column, *behavior, text()?, json),
        ColumnKind::Choice { options, .. } => {
            option(table, column, options, json).map(Value::Choice)
        }
        // Which state and status go together is checked when both are known.
        ColumnKind::State { .. } | ColumnKind::Status { .. } => {
            let value = json.as_i64().and_then(|value| i32::try_from(value).ok());
            value.map(Value::Choice).ok_or_else(wrong)
        }
        ColumnKind::MultiChoice { options, .. } => several(table, column, options, text()?),
        ColumnKind::Uuid => Uuid::try_parse(text()?).map(Value::Id).map_err(|_| wrong()),
        ColumnKind::Image { max_size_kb, .. } => image(table, column, text()?, *max_size_kb),
        ColumnKind::File { .. } => Err(payload(
            table,
            format!("'{}' is a file; upload its content to the column itself", column.logical_name),
        )),
        ColumnKind::ManagedProperty => managed(json).ok_or_else(wrong),
        ColumnKind::Lookup { .. }
        | ColumnKind::Customer
        | ColumnKind::Owner
        | ColumnKind::PartyList
        | ColumnKind::Virtual => Err(wrong()),
    }
}

fn checked_text(table: &Table, column: &Column, text: &str, max: u32) -> Result<Value> {
    // The platform counts UTF-16 units.
    let length = text.encode_utf16().count();
    if length > max as usize {
        return Err(invalid(
            "0x80044331",
            format!(
                "A validation error occurred. The length of the '{}' attribute of the '{}' entity \
                 exceeded the maximum allowed length of '{max}'.",
                column.logical_name, table.logical_name
            ),
        ));
    }
    if text.contains('\0') {
        let name = &column.logical_name;
        return Err(payload(table, format!("the text of '{name}' has a NUL character")));
    }
    Ok(Value::Text(text.to_owned()))
}

/// A number that is kept exactly, rounded to the digits of its column.
fn exact(
    table: &Table,
    column: &Column,
    json: &Json,
    digits: u8,
    scale: u8,
    (min, max): (&str, &str),
) -> Result<Value> {
    let written = match json {
        Json::Number(number) => number.to_string(),
        Json::String(text) => text.trim().to_owned(),
        _ => return Err(wrong_type(table, column, json)),
    };
    // Whether it is a number at all, before whether it is too large.
    number::scaled(&written, 0).ok_or_else(|| wrong_type(table, column, json))?;
    let limit = |text: &str, open: i64| number::rounded(text, scale).unwrap_or(open);
    let (low, high) = (limit(min, i64::MIN), limit(max, i64::MAX));
    let factor = 10_i64.pow(u32::from(scale - digits));
    let scaled = number::rounded(&written, digits).and_then(|value| value.checked_mul(factor));
    match scaled {
        Some(scaled) if (low..=high).contains(&scaled) => Ok(Value::Decimal { scaled, scale }),
        _ => Err(out_of_range(table, column, &written, min, max, "0x80044330")),
    }
}

fn rounded(value: f64, digits: u8) -> f64 {
    let factor = 10_f64.powi(i32::from(digits));
    let scaled = (value * factor).round() / factor;
    if scaled.is_finite() { scaled } else { value }
}

fn date(
    table: &Table,
    column: &Column,
    behavior: DateTimeBehavior,
    text: &str,
    json: &Json,
) -> Result<Value> {
    let wrong = || wrong_type(table, column, json);
    let (value, day) = match behavior {
        DateTimeBehavior::DateOnly => {
            let day = dates::day(text).ok_or_else(wrong)?;
            (Value::Date(day), i64::from(day))
        }
        _ => {
            let instant = dates::instant(text).ok_or_else(wrong)?;
            (Value::DateTime(instant), instant.0.div_euclid(86_400))
        }
    };
    if (FIRST_DAY..=LAST_DAY).contains(&day) {
        return Ok(value);
    }
    let name = &column.logical_name;
    Err(invalid(
        "0x80040239",
        format!("'{name}' must be between 1753-01-01 and 9999-12-31, and {text} is not."),
    ))
}

fn option(table: &Table, column: &Column, options: &Choice, json: &Json) -> Result<i32> {
    let value = json.as_i64().ok_or_else(|| wrong_type(table, column, json))?;
    let known = i32::try_from(value).ok().filter(|value| options.option(*value).is_some());
    known.ok_or_else(|| unknown_option(table, column, options, value))
}

fn several(table: &Table, column: &Column, options: &Choice, text: &str) -> Result<Value> {
    let mut values = options_of(text)
        .ok_or_else(|| wrong_type(table, column, &Json::String(text.to_owned())))?;
    if let Some(unknown) = values.iter().find(|value| options.option(**value).is_none()) {
        return Err(unknown_option(table, column, options, i64::from(*unknown)));
    }
    values.sort_unstable();
    values.dedup();
    if values.len() > OPTIONS_MAX {
        let name = &column.logical_name;
        return Err(Error::invalid(format!("'{name}' holds at most {OPTIONS_MAX} options.")));
    }
    Ok(if values.is_empty() { Value::Null } else { Value::MultiChoice(values) })
}

fn unknown_option(table: &Table, column: &Column, options: &Choice, value: i64) -> Error {
    let mut accepted =
        options.options.iter().take(20).map(|option| option.value.to_string()).collect::<Vec<_>>();
    if options.options.len() > accepted.len() {
        accepted.push("…".to_owned());
    }
    invalid(
        "0x8004431a",
        format!(
            "A validation error occurred. The value {value} of '{}' on record of type '{}' is \
             outside the valid range. Accepted Values: {}",
            column.logical_name,
            table.logical_name,
            accepted.join(",")
        ),
    )
}

fn image(table: &Table, column: &Column, text: &str, max_size_kb: u32) -> Result<Value> {
    let bytes = STANDARD
        .decode(text)
        .map_err(|_| payload(table, format!("'{}' is not valid base64", column.logical_name)))?;
    if bytes.len() > max_size_kb as usize * 1024 {
        let name = &column.logical_name;
        return Err(invalid(
            "0x80044a02",
            format!("The picture in '{name}' is larger than {max_size_kb} KB."),
        ));
    }
    Ok(Value::Bytes(bytes))
}

/// `{"Value": true, "CanBeChanged": false}`, or the value alone.
fn managed(json: &Json) -> Option<Value> {
    if let Some(value) = json.as_bool() {
        return Some(Value::Managed { value, can_be_changed: true });
    }
    let value = json.get("Value")?.as_bool()?;
    let can_be_changed = json.get("CanBeChanged").map_or(Some(true), Json::as_bool)?;
    Some(Value::Managed { value, can_be_changed })
}

fn in_range(
    table: &Table,
    column: &Column,
    value: i64,
    min: i64,
    max: i64,
    code: &'static str,
) -> Result<()> {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err(out_of_range(table, column, &value, &min, &max, code))
}

fn out_of_range(
    table: &Table,
    column: &Column,
    value: &impl std::fmt::Display,
    min: &(impl std::fmt::Display + ?Sized),
    max: &(impl std::fmt::Display + ?Sized),
    code: &'static str,
) -> Error {
    invalid(
        code,
        format!(
            "A validation error occurred. The value {value} of '{}' on record of type '{}' is \
             outside the valid range: {min} to {max}.",
            column.logical_name, table.logical_name
        ),
    )
}

fn wrong_type(table: &Table, column: &Column, json: &Json) -> Error {
    const SHOWN_CHARS_MAX: usize = 100;
    let mut written = json.to_string();
    if let Some((end, _)) = written.char_indices().nth(SHOWN_CHARS_MAX) {
        written.truncate(end);
        written.push('…');
    }
    payload(
        table,
        format!("'{}' holds {}, and {written} is none", column.logical_name, holds(&column.kind)),
    )
}

/// The body of a request is wrong.
pub(crate) fn payload(table: &Table, what: impl std::fmt::Display) -> Error {
    invalid(
        "0x80048d19",
        format!(
            "Error identified in Payload provided by the user for Entity :'{}': {what}.",
            table.set_name
        ),
    )
}

fn invalid(code: &'static str, message: String) -> Error {
    Error::new(Kind::Invalid, code, message)
}
