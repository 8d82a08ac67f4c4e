//! Literals of queries and keys, typed by the column they stand beside.

use base::{Error, Kind, Result, Uuid};
use metadata::{Choice, Column, ColumnKind, DateTimeBehavior, Table};
use query::{Comparison, Literal};

use super::condition::{Condition, Field};
use super::{dates, number};

/// The condition that `field` compares with `literal`. Lists of query functions hold every value
/// as text; `is_lenient` accepts that.
pub(crate) fn compare(
    table: &Table,
    field: Field,
    comparison: Comparison,
    literal: &Literal,
    is_lenient: bool,
) -> Result<Condition> {
    if *literal == Literal::Null {
        return null(table, field, comparison);
    }
    let scale = match (&field.column.kind, literal) {
        (kind, Literal::Number(_)) => scale(kind),
        (kind, Literal::Text(_)) if is_lenient => scale(kind),
        _ => None,
    };
    if let (Some(scale), Literal::Number(text) | Literal::Text(text)) = (scale, literal) {
        let scaled = number::scaled(text, scale)
            .ok_or_else(|| incompatible(table, &field.column, literal))?;
        return Ok(compare_scaled(field, comparison, scaled));
    }
    let value = self::literal(table, &field.column, literal, is_lenient)?;
    Ok(Condition::Compare(field, comparison, value))
}

fn null(table: &Table, field: Field, comparison: Comparison) -> Result<Condition> {
    match comparison {
        Comparison::Equal => Ok(Condition::IsNull { field, negated: false }),
        Comparison::NotEqual => Ok(Condition::IsNull { field, negated: true }),
        _ => Err(bad(format!(
            "The property '{}' of '{}' can be compared with null by 'eq' and 'ne' only.",
            field.column.logical_name, table.logical_name
        ))),
    }
}

/// How many digits after the point the stored integers of a numeric column have.
pub(crate) fn scale(kind: &ColumnKind) -> Option<u8> {
    match kind {
        ColumnKind::Integer { .. }
        | ColumnKind::BigInt
        | ColumnKind::Choice { .. }
        | ColumnKind::State { .. }
        | ColumnKind::Status { .. } => Some(0),
        ColumnKind::Decimal { precision, .. } => Some(*precision),
        ColumnKind::Money { .. } => Some(4),
        _ => None,
    }
}

/// Compares with a number that may lie between two that the column can hold.
fn compare_scaled(field: Field, comparison: Comparison, number: number::Scaled) -> Condition {
    let value = db::Value::Int(number.floor);
    if number.is_exact {
        return Condition::Compare(field, comparison, value);
    }
    match comparison {
        Comparison::Equal => Condition::Const(false),
        Comparison::NotEqual => Condition::Const(true),
        Comparison::Greater | Comparison::GreaterOrEqual => {
            Condition::Compare(field, Comparison::Greater, value)
        }
        Comparison::Less | Comparison::LessOrEqual => {
            Condition::Compare(field, Comparison::LessOrEqual, value)
        }
    }
}

/// The stored form of `literal` in `column`.
pub(crate) fn literal(
    table: &Table,
    column: &Column,
    literal: &Literal,
    is_lenient: bool,
) -> Result<db::Value> {
    let wrong = || incompatible(table, column, literal);
    let text = match literal {
        Literal::Text(text) => Some(text.as_str()),
        _ => None,
    };
    let value = match &column.kind {
        ColumnKind::String { .. } | ColumnKind::Memo { .. } | ColumnKind::EntityName => {
            db::Value::Text(text.ok_or_else(wrong)?.to_owned())
        }
        ColumnKind::Uuid
        | ColumnKind::File { .. }
        | ColumnKind::Lookup { .. }
        | ColumnKind::Customer
        | ColumnKind::Owner => db::Value::Id(id(literal).ok_or_else(wrong)?),
        ColumnKind::Boolean { .. } => db::Value::Int(match (literal, text) {
            (Literal::Boolean(value), _) => i64::from(*value),
            (_, Some("true" | "1")) if is_lenient => 1,
            (_, Some("false" | "0")) if is_lenient => 0,
            (Literal::Number(number), _) if is_lenient && number == "1" => 1,
            (Literal::Number(number), _) if is_lenient && number == "0" => 0,
            _ => return Err(wrong()),
        }),
        ColumnKind::DateTime { behavior, .. } => {
            let written = match literal {
                Literal::Date(written) => written,
                Literal::Text(written) if is_lenient => written,
                _ => return Err(wrong()),
            };
            date(*behavior, written).ok_or_else(wrong)?
        }
        ColumnKind::Double { .. } => match literal {
            Literal::Number(number) => number.parse().map(db::Value::Real).map_err(|_| wrong())?,
            Literal::Text(number) if is_lenient => {
                number.trim().parse().map(db::Value::Real).map_err(|_| wrong())?
            }
            _ => return Err(wrong()),
        },
        ColumnKind::Choice { options, .. }
        | ColumnKind::State { options }
        | ColumnKind::Status { options }
            if matches!(literal, Literal::Enum { .. }) =>
        {
            let Literal::Enum { member, .. } = literal else { return Err(wrong()) };
            db::Value::Int(i64::from(member_of(options, member).ok_or_else(wrong)?))
        }
        ColumnKind::MultiChoice { .. } => {
            let options = options_of(text.ok_or_else(wrong)?).ok_or_else(wrong)?;
            db::Value::Text(stored_options(options))
        }
        kind => match (scale(kind), literal) {
            (Some(scale), Literal::Number(number)) => exact(number, scale).ok_or_else(wrong)?,
            (Some(scale), Literal::Text(number)) if is_lenient => {
                exact(number, scale).ok_or_else(wrong)?
            }
            _ => return Err(wrong()),
        },
    };
    Ok(value)
}

fn exact(text: &str, scale: u8) -> Option<db::Value> {
    let scaled = number::scaled(text, scale)?;
    scaled.is_exact.then_some(db::Value::Int(scaled.floor))
}

fn id(literal: &Literal) -> Option<Uuid> {
    match literal {
        Literal::Id(id) => Some(*id),
        Literal::Text(text) => Uuid::try_parse(text.trim()).ok(),
        _ => None,
    }
}

fn date(behavior: DateTimeBehavior, written: &str) -> Option<db::Value> {
    Some(db::Value::Int(match behavior {
        DateTimeBehavior::DateOnly => i64::from(dates::day(written)?),
        _ => dates::instant(written)?.0,
    }))
}

/// The option with this number, code name or label (written without spaces).
fn member_of(options: &Choice, member: &str) -> Option<i32> {
    let plain = |text: &str| {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect::<String>()
    };
    let wanted = plain(member);
    let found = options.options.iter().find(|option| {
        let names = option.label.0.iter().map(|(_, label)| label).chain(&option.invariant_name);
        names.into_iter().any(|name| plain(name) == wanted)
    });
    found.map(|option| option.value).or_else(|| member.parse().ok())
}

/// The options of a list such as `1,2,5`.
pub(crate) fn options_of(text: &str) -> Option<Vec<i32>> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| part.parse().ok()).collect()
}

/// The stored form of several options: sorted, between commas, so that `,5,` finds one.
pub(crate) fn stored_options(mut options: Vec<i32>) -> String {
    options.sort_unstable();
    options.dedup();
    let mut text = String::with_capacity(options.len() * 8 + 1);
    text.push(',');
    for option in options {
        text.push_str(&option.to_string());
        text.push(',');
    }
    text
}

/// The query is wrong: the code of the OData layer.
pub(crate) fn bad(message: impl Into<String>) -> Error {
    Error::new(Kind::Invalid, "0x80060888", message)
}

/// There is no such property.
pub(crate) fn unknown_property(table: &Table, name: &str) -> Error {
    bad(format!(
        "Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.{}'.",
        table.logical_name
    ))
}

fn incompatible(table: &Table, column: &Column, literal: &Literal) -> Error {
    let written = match literal {
        Literal::Null => "null".to_owned(),
        Literal::Boolean(value) => value.to_string(),
        Literal::Number(text) | Literal::Date(text) => text.clone(),
        Literal::Text(text) => format!("'{text}'"),
        Literal::Id(id) => id.to_string(),
        Literal::Enum { type_name, member } => format!("{type_name}'{member}'"),
        Literal::List(_) => "a list".to_owned(),
    };
    bad(format!(
        "The property '{}' of 'Microsoft.Dynamics.CRM.{}' cannot be compared with {written}: it \
         holds {}.",
        column.logical_name,
        table.logical_name,
        holds(&column.kind)
    ))
}

/// What a column of this type holds, for messages.
pub(crate) fn holds(kind: &ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Uuid | ColumnKind::File { .. } => "an id",
        ColumnKind::String { .. } | ColumnKind::Memo { .. } => "a text",
        ColumnKind::Integer { .. } | ColumnKind::BigInt => "a whole number",
        ColumnKind::Decimal { .. } | ColumnKind::Money { .. } => "a decimal number",
        ColumnKind::Double { .. } => "a number",
        ColumnKind::Boolean { .. } => "true or false",
        ColumnKind::DateTime { behavior: DateTimeBehavior::DateOnly, .. } => {
            "a date such as 2024-05-01"
        }
        ColumnKind::DateTime { .. } => "a date and time such as 2024-05-01T10:00:00Z",
        ColumnKind::Choice { .. } | ColumnKind::State { .. } | ColumnKind::Status { .. } => {
            "the number of an option"
        }
        ColumnKind::MultiChoice { .. } => "a text of option numbers such as \"1,2\"",
        ColumnKind::Lookup { .. } | ColumnKind::Customer | ColumnKind::Owner => {
            "the id of another row"
        }
        ColumnKind::EntityName => "the logical name of a table",
        ColumnKind::Image { .. } => "a picture in base64",
        ColumnKind::ManagedProperty => "a managed property",
        ColumnKind::PartyList => "activity parties",
        ColumnKind::Virtual => "nothing that can be asked",
    }
}
