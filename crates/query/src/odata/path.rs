//! The path of a URL below the service root, keys, and references in bodies.

use percent_encoding::percent_decode_str;

use super::cursor::Cursor;
use super::filter::named_arguments;
use super::literal::{Aliases, Argument, argument};
use super::options::check_length;
use super::{ParseError, Result, unqualified};
use crate::{Key, KeyValue, Literal};

/// The segments of a path below the service root.
pub type Path = Vec<Segment>;

/// One segment of a path.
#[derive(Clone, Debug, PartialEq)]
pub enum Segment {
    /// `accounts`, `accounts(…)`, `name`, `WhoAmI()`: a set, property or unbound operation.
    Name {
        /// The name, as written.
        name: String,
        /// What stands in parentheses after it.
        arguments: Arguments,
    },
    /// `Microsoft.Dynamics.CRM.<name>(…)`: a cast or a bound operation.
    Qualified {
        /// The name without its namespace.
        name: String,
        /// What stands in parentheses after it.
        arguments: Arguments,
    },
    /// `$1`: the row that the part of a batch with this Content-ID made.
    ContentId(String),
    /// `$ref`
    Ref,
    /// `$count`
    Count,
    /// `$value`
    Value,
    /// `$metadata`
    Metadata,
    /// `$batch`
    Batch,
}

/// What stands in parentheses after a name. Whether it is a key or the parameters of a function
/// depends on what the name is.
#[derive(Clone, Debug, PartialEq)]
pub enum Arguments {
    /// No parentheses.
    Absent,
    /// `(value)`
    One(Argument),
    /// `(a=1,b='x')`; also `()`.
    Named(Vec<(String, Argument)>),
}

/// A reference to a row in a body (`@odata.bind`, `@odata.id`).
#[derive(Clone, Debug, PartialEq)]
pub enum RowReference {
    /// `/accounts(id)`, also absolute.
    Row {
        /// The set.
        set: String,
        /// Which of its rows.
        key: Key,
    },
    /// `$1`: the row that an earlier part of the batch made.
    ContentId(String),
}

/// Parses the path of a URL below the service root, still percent-encoded. Leading, trailing and
/// doubled slashes do not matter.
///
/// # Errors
/// With the position in the segment that is not understood.
pub fn parse_path(path: &str, aliases: &Aliases) -> Result<Path> {
    check_length(path)?;
    split(path)
        .into_iter()
        .filter(|part| !part.is_empty())
        .map(|part| segment(part, aliases))
        .collect()
}

/// Parses what stands between the parentheses of a key: an id, or `name=value` pairs.
///
/// # Errors
/// With the position that is not understood.
pub fn parse_key(text: &str) -> Result<Key> {
    let closed = format!("{text})");
    let mut cursor = Cursor::new(&closed);
    let arguments = arguments(&mut cursor, &Aliases::new())?;
    cursor.expect_end()?;
    key_of(&arguments)?.ok_or_else(|| ParseError::new("A key was expected."))
}

/// Parses a reference to a row: relative to the service root, to the host, or absolute.
///
/// # Errors
/// When it names no row.
pub fn parse_reference(text: &str) -> Result<RowReference> {
    let wrong =
        || ParseError::new(format!("'{text}' does not name a row, as '/accounts(id)' does."));
    let mut segments = parse_path(below_service_root(text), &Aliases::new())?;
    match (segments.pop(), segments.is_empty()) {
        (Some(Segment::ContentId(id)), true) => Ok(RowReference::ContentId(id)),
        (Some(Segment::Name { name, arguments }), true) => {
            let key = key_of(&arguments)?.ok_or_else(wrong)?;
            Ok(RowReference::Row { set: name, key })
        }
        _ => Err(wrong()),
    }
}

/// The key that `arguments` are; `None` if there are none.
///
/// # Errors
/// When they cannot be a key.
pub fn key_of(arguments: &Arguments) -> Result<Option<Key>> {
    let wrong = || ParseError::new("A key is an id, or values with the names of their columns.");
    match arguments {
        Arguments::Absent => Ok(None),
        Arguments::One(Argument::Literal(Literal::Id(id))) => Ok(Some(Key::Id(*id))),
        Arguments::One(_) => Err(wrong()),
        Arguments::Named(pairs) if pairs.is_empty() => Err(wrong()),
        Arguments::Named(pairs) => {
            let values = pairs.iter().map(|(name, value)| match value {
                Argument::Literal(Literal::List(_)) | Argument::Json(_) => Err(wrong()),
                Argument::Literal(value) => {
                    Ok(KeyValue { name: name.clone(), value: value.clone() })
                }
            });
            values.collect::<Result<_>>().map(Key::Values).map(Some)
        }
    }
}

/// `text` from after `/api/data/vX.Y/` on, where it is an absolute URL or path.
fn below_service_root(text: &str) -> &str {
    let start = text.split(['(', '\'']).next().unwrap_or(text);
    let lower = start.to_ascii_lowercase();
    let Some(at) = lower.find("/api/data/v") else { return text };
    let version = &text[at + "/api/data/v".len()..];
    version.split_once('/').map_or("", |(_, rest)| rest)
}

/// Divides at slashes that are not inside quotes (percent-encoded or not).
fn split(path: &str) -> Vec<&str> {
    let bytes = path.as_bytes();
    let (mut parts, mut start, mut is_quoted) = (Vec::new(), 0, false);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'\'' => is_quoted = !is_quoted,
            b'%' if bytes[at..].starts_with(b"%27") => is_quoted = !is_quoted,
            b'/' if !is_quoted => {
                parts.push(&path[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&path[start..]);
    parts
}

fn segment(text: &str, aliases: &Aliases) -> Result<Segment> {
    let decoded = percent_decode_str(text).decode_utf8_lossy();
    if let Some(name) = decoded.strip_prefix('$') {
        return special(name, &decoded);
    }
    let mut cursor = Cursor::new(&decoded);
    let name = cursor.expect_name().map_err(syntax)?;
    let arguments = if cursor.take('(') {
        arguments(&mut cursor, aliases).map_err(syntax)?
    } else {
        Arguments::Absent
    };
    cursor.expect_end().map_err(syntax)?;
    Ok(match unqualified(name) {
        Some(name) => Segment::Qualified { name: name.to_owned(), arguments },
        None => Segment::Name { name: name.to_owned(), arguments },
    })
}

fn special(name: &str, segment: &str) -> Result<Segment> {
    Ok(match name {
        "ref" => Segment::Ref,
        "count" => Segment::Count,
        "value" => Segment::Value,
        "metadata" => Segment::Metadata,
        "batch" => Segment::Batch,
        id if !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()) => {
            Segment::ContentId(id.to_owned())
        }
        _ => {
            let message = format!("Resource not found for the segment '{segment}'.");
            return Err(ParseError::new(message));
        }
    })
}

/// From after the opening parenthesis to the closing one.
fn arguments(cursor: &mut Cursor<'_>, aliases: &Aliases) -> Result<Arguments> {
    cursor.skip_space();
    let name = cursor.peek_name();
    let is_named = cursor.rest()[name.len()..].trim_start().starts_with('=');
    if cursor.peek() == Some(')') || (is_named && !name.is_empty()) {
        return named_arguments(cursor, aliases).map(Arguments::Named);
    }
    let value = argument(cursor, aliases)?;
    cursor.expect(')', "')' or ','")?;
    Ok(Arguments::One(value))
}

fn syntax(error: ParseError) -> ParseError {
    let message = format!("Bad Request - Error in query syntax. {}", error.message);
    ParseError { message, ..error }
}
