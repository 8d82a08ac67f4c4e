//! `$select` and `$expand`.

use base::limits::EXPAND_MAX;

use super::cursor::Cursor;
use super::options::{read_query_option, repeated};
use super::{ParseError, Result, unqualified};
use crate::error::TOO_MANY_LINKS;
use crate::{Expand, Query};

/// Parses the value of `$select`, decoded. Empty and `*` mean all.
pub(super) fn parse_select(text: &str) -> Result<Vec<String>> {
    let mut cursor = Cursor::new(text);
    let mut names: Vec<String> = Vec::new();
    cursor.skip_space();
    if cursor.is_at_end() || cursor.rest().trim() == "*" {
        return Ok(names);
    }
    loop {
        cursor.skip_space();
        let name = cursor.expect_name()?;
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
        // Samples of the platform write `$select=name,` and its service takes it.
        if !cursor.take_spaced(',') || cursor.rest().trim().is_empty() {
            break;
        }
    }
    cursor.expect_end()?;
    Ok(names)
}

/// Parses the value of `$expand`, decoded.
pub(super) fn parse_expand(text: &str) -> Result<Vec<Expand>> {
    let mut cursor = Cursor::new(text);
    let mut count = 0;
    let items = items(&mut cursor, &mut count)?;
    cursor.expect_end()?;
    Ok(items)
}

fn items(cursor: &mut Cursor<'_>, count: &mut usize) -> Result<Vec<Expand>> {
    let mut found: Vec<Expand> = Vec::new();
    loop {
        let item = item(cursor, count)?;
        if found.iter().any(|known| known.navigation == item.navigation) {
            let name = &item.navigation;
            return Err(
                cursor.error(format_args!("The navigation property '{name}' was expanded twice"))
            );
        }
        found.push(item);
        if !cursor.take_spaced(',') {
            return Ok(found);
        }
    }
}

fn item(cursor: &mut Cursor<'_>, count: &mut usize) -> Result<Expand> {
    *count += 1;
    if *count > EXPAND_MAX {
        let message = format!("The number of $expand options exceeded the limit of {EXPAND_MAX}.");
        return Err(ParseError::new(message).with_code(TOO_MANY_LINKS));
    }
    cursor.skip_space();
    let navigation = cursor.expect_name()?.to_owned();
    let mut only_references = false;
    if cursor.take('/') {
        only_references = cursor.rest().starts_with("$ref");
        if !only_references {
            let name = cursor.peek_name();
            let what = match unqualified(name) {
                Some(_) => format!("A cast to '{name}' in $expand is not supported"),
                None => "Only '$ref' may follow a navigation property in $expand; '$ref' expected"
                    .to_owned(),
            };
            return Err(cursor.error(what));
        }
        cursor.at += "$ref".len();
    }
    let query = if cursor.take_spaced('(') { nested(cursor, count)? } else { Query::default() };
    Ok(Expand { navigation, only_references, query })
}

/// The options between parentheses, divided by `;`.
fn nested(cursor: &mut Cursor<'_>, count: &mut usize) -> Result<Query> {
    cursor.enter()?;
    let mut query = Query::default();
    let mut seen: Vec<&str> = Vec::new();
    loop {
        cursor.skip_space();
        if cursor.take(')') {
            break;
        }
        let name = option_name(cursor)?;
        if seen.contains(&name) {
            return Err(repeated(name));
        }
        seen.push(name);
        if name == "$expand" {
            query.expand = items(cursor, count)?;
        } else {
            read_nested(cursor, name, &mut query)?;
        }
        cursor.skip_space();
        if !cursor.take(';') {
            cursor.expect(')', "')' or ';'")?;
            break;
        }
    }
    cursor.leave();
    Ok(query)
}

fn option_name<'a>(cursor: &mut Cursor<'a>) -> Result<&'a str> {
    let start = cursor.at;
    if !cursor.take('$') {
        return Err(cursor.error("A query option that begins with '$' was expected"));
    }
    cursor.expect_name()?;
    let name = &cursor.text[start..cursor.at];
    cursor.expect('=', "'='")?;
    Ok(name)
}

fn read_nested(cursor: &mut Cursor<'_>, name: &str, query: &mut Query) -> Result<()> {
    if !["$select", "$filter", "$orderby", "$top"].contains(&name) {
        return Err(cursor.error(format_args!("The option '{name}' is not supported in $expand")));
    }
    let length = value_length(cursor.rest());
    let value = &cursor.rest()[..length];
    read_query_option(name, value.trim(), None, query)?;
    cursor.at += length;
    Ok(())
}

/// How long the value of a nested option is: to the `;` or `)` that is outside quotes and
/// parentheses of its own.
pub(super) fn value_length(text: &str) -> usize {
    let (mut depth, mut is_quoted) = (0_usize, false);
    for (at, c) in text.char_indices() {
        match c {
            '\'' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '(' => depth += 1,
            ';' | ')' if depth == 0 => return at,
            ')' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}
