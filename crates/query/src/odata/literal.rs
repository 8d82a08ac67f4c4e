//! Values as URLs write them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::cursor::Cursor;
use super::{ParseError, Result};
use crate::Literal;

/// The values of parameter aliases (`@p1=…`), decoded, by name without the `@`.
pub type Aliases = BTreeMap<String, String>;

/// The value of a parameter: a literal, or an object in JSON (also with single quotes).
#[derive(Clone, Debug, PartialEq)]
pub enum Argument {
    /// A literal or a list of literals.
    Literal(Literal),
    /// An object, or a list with objects.
    Json(Value),
}

/// Reads the literal that stands at the cursor, or `None` if something else stands there.
pub(super) fn literal(cursor: &mut Cursor<'_>) -> Result<Option<Literal>> {
    let Some(next) = cursor.peek() else { return Ok(None) };
    if next == '\'' {
        return cursor.take_quoted('\'').map(Literal::Text).map(Some);
    }
    if let Some(id) = cursor.take_id() {
        return Ok(Some(Literal::Id(id)));
    }
    if next.is_ascii_digit() || next == '-' {
        return number_or_date(cursor).map(Some);
    }
    word(cursor)
}

/// `null`, `true`, `false`, `Namespace.Type'Member'`.
fn word(cursor: &mut Cursor<'_>) -> Result<Option<Literal>> {
    let name = cursor.peek_name();
    if !name.is_empty() && cursor.rest()[name.len()..].starts_with('\'') {
        cursor.at += name.len();
        let member = cursor.take_quoted('\'')?;
        return Ok(Some(Literal::Enum { type_name: name.to_owned(), member }));
    }
    let value = match name {
        "null" => Literal::Null,
        "true" => Literal::Boolean(true),
        "false" => Literal::Boolean(false),
        _ => return Ok(None),
    };
    if cursor.rest()[name.len()..].starts_with(['/', '(']) {
        return Ok(None);
    }
    cursor.at += name.len();
    Ok(Some(value))
}

fn number_or_date(cursor: &mut Cursor<'_>) -> Result<Literal> {
    let start = cursor.at;
    let text =
        cursor.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.' | ':'));
    if is_date(text) {
        return Ok(Literal::Date(text.to_owned()));
    }
    if is_number(text) {
        return Ok(Literal::Number(text.to_owned()));
    }
    let what = format!("Unrecognized literal '{text}'");
    Err(ParseError::at(what, start, cursor.text))
}

/// Digits, an optional fraction, an optional exponent; nothing else.
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let mantissa_is_number = match mantissa.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(mantissa),
    };
    let sign_off = |part: &str| digits(part.strip_prefix(['+', '-']).unwrap_or(part));
    mantissa_is_number && exponent.is_none_or(sign_off)
}

/// `yyyy-mm-dd`, with or without a time. Whether the day exists is for the reader of the value.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
    let is_day =
        (0..10).all(|i| if matches!(i, 4 | 7) { bytes.get(i) == Some(&b'-') } else { digit(i) });
    is_day && matches!(bytes.get(10), None | Some(b'T' | b't'))
}

/// Reads the value of a parameter: `@alias`, a literal, a list, an object.
pub(super) fn argument(cursor: &mut Cursor<'_>, aliases: &Aliases) -> Result<Argument> {
    cursor.skip_space();
    if !cursor.take('@') {
        return plain_argument(cursor);
    }
    let name = cursor.expect_name()?;
    match aliases.get(name) {
        None => Ok(Argument::Literal(Literal::Null)),
        Some(value) => {
            let mut inner = Cursor::new(value);
            inner.skip_space();
            let argument = plain_argument(&mut inner)?;
            inner.expect_end()?;
            Ok(argument)
        }
    }
}

fn plain_argument(cursor: &mut Cursor<'_>) -> Result<Argument> {
    let holds_objects = || cursor.rest()[1..].trim_start().starts_with(['{', '[']);
    match cursor.peek() {
        Some('{') => json(cursor).map(Argument::Json),
        Some('[') if holds_objects() => json(cursor).map(Argument::Json),
        Some('[') => list(cursor).map(Argument::Literal),
        _ => match literal(cursor)? {
            Some(literal) => Ok(Argument::Literal(literal)),
            None => Err(cursor.error("Expression expected")),
        },
    }
}

/// `['a','b']`, also with double quotes.
fn list(cursor: &mut Cursor<'_>) -> Result<Literal> {
    cursor.at += 1;
    cursor.skip_space();
    let mut items = Vec::new();
    if cursor.take(']') {
        return Ok(Literal::List(items));
    }
    loop {
        cursor.skip_space();
        let item = match cursor.peek() {
            Some('"') => Some(Literal::Text(json_text(cursor)?)),
            _ => literal(cursor)?,
        };
        items.push(item.ok_or_else(|| cursor.error("Expression expected"))?);
        if cursor.take_spaced(',') {
            continue;
        }
        cursor.expect(']', "']' or ','")?;
        return Ok(Literal::List(items));
    }
}

/// JSON whose texts may be in single quotes.
fn json(cursor: &mut Cursor<'_>) -> Result<Value> {
    cursor.skip_space();
    match cursor.peek() {
        Some('{') => json_object(cursor),
        Some('[') => json_array(cursor),
        Some('"' | '\'') => json_text(cursor).map(Value::String),
        _ => json_scalar(cursor),
    }
}

fn json_object(cursor: &mut Cursor<'_>) -> Result<Value> {
    cursor.enter()?;
    cursor.at += 1;
    let mut members = serde_json::Map::new();
    cursor.skip_space();
    if !cursor.take('}') {
        loop {
            cursor.skip_space();
            let name = json_text(cursor)?;
            cursor.expect(':', "':'")?;
            members.insert(name, json(cursor)?);
            if !cursor.take_spaced(',') {
                cursor.expect('}', "'}' or ','")?;
                break;
            }
        }
    }
    cursor.leave();
    Ok(Value::Object(members))
}

fn json_array(cursor: &mut Cursor<'_>) -> Result<Value> {
    cursor.enter()?;
    cursor.at += 1;
    let mut items = Vec::new();
    cursor.skip_space();
    if !cursor.take(']') {
        loop {
            items.push(json(cursor)?);
            if !cursor.take_spaced(',') {
                cursor.expect(']', "']' or ','")?;
                break;
            }
        }
    }
    cursor.leave();
    Ok(Value::Array(items))
}

/// A text in single quotes as OData writes it, or in double quotes as JSON does.
fn json_text(cursor: &mut Cursor<'_>) -> Result<String> {
    if cursor.peek() == Some('\'') {
        return cursor.take_quoted('\'');
    }
    let mut texts = serde_json::Deserializer::from_str(cursor.rest()).into_iter::<String>();
    match texts.next() {
        Some(Ok(text)) => {
            cursor.at += texts.byte_offset();
            Ok(text)
        }
        _ => Err(cursor.error("A text in quotes was expected")),
    }
}

fn json_scalar(cursor: &mut Cursor<'_>) -> Result<Value> {
    let start = cursor.clone();
    let text = cursor.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.'));
    serde_json::from_str(text).map_err(|_| start.error("Expression expected"))
}
