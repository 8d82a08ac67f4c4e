//! The part of a URL after `?`.

use base::limits::{BATCH_URL_BYTES_MAX, URL_BYTES_MAX};
use percent_encoding::percent_decode_str;

use super::apply::{Apply, parse_apply};
use super::expand::{parse_expand, parse_select};
use super::filter::{parse_filter, parse_order_by};
use super::literal::Aliases;
use super::{ParseError, Result};
use crate::Query;

/// What the query options of a URL say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// `$select`, `$filter`, `$orderby`, `$top`, `$count`, `$expand`, `$skiptoken`.
    pub query: Query,
    /// `$apply`.
    pub apply: Option<Apply>,
    /// `@p1=…`, decoded, by name without the `@`.
    pub aliases: Aliases,
    /// `$id`: the row that `DELETE …/$ref` takes out of a collection.
    pub id: Option<String>,
    /// `$deltatoken`: since when changes are wanted.
    pub delta_token: Option<String>,
    /// Every other option, decoded, in order: `fetchXml`, `savedQuery`, `tag`, …
    pub others: Vec<(String, String)>,
}

impl Options {
    /// The value of an option without `$`.
    pub fn other(&self, name: &str) -> Option<&str> {
        self.others.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Parses the query string of a URL, without its `?`.
///
/// # Errors
/// On an option that is not known or not understood, and past the limits on length, conditions,
/// nesting and expanded tables.
pub fn parse_options(query: &str) -> Result<Options> {
    check_length(query)?;
    let pairs: Vec<(String, String)> =
        query.split('&').filter(|pair| !pair.is_empty()).map(pair).collect();
    let mut options = Options { aliases: aliases(&pairs)?, ..Options::default() };
    let mut seen: Vec<&str> = Vec::new();
    for (name, value) in &pairs {
        if name.starts_with('$') {
            if seen.contains(&name.as_str()) {
                return Err(repeated(name));
            }
            seen.push(name);
            read_option(name, value, &mut options)?;
        } else if !name.starts_with('@') {
            options.others.push((name.clone(), value.clone()));
        }
    }
    Ok(options)
}

pub(super) fn check_length(text: &str) -> Result<()> {
    if text.len() <= BATCH_URL_BYTES_MAX {
        return Ok(());
    }
    Err(ParseError::new(format!(
        "The URL is longer than {URL_BYTES_MAX} bytes; send it in a $batch, which allows {BATCH_URL_BYTES_MAX}."
    )))
}

fn pair(text: &str) -> (String, String) {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    (decode(name).trim().to_owned(), decode(value))
}

/// `text` without percent-encoding; `+` stands for a space.
pub fn decode(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

fn aliases(pairs: &[(String, String)]) -> Result<Aliases> {
    let mut aliases = Aliases::new();
    for (name, value) in pairs {
        let Some(name) = name.strip_prefix('@') else { continue };
        if aliases.insert(name.to_owned(), value.clone()).is_some() {
            return Err(repeated(&format!("@{name}")));
        }
    }
    Ok(aliases)
}

fn read_option(name: &str, value: &str, options: &mut Options) -> Result<()> {
    match name {
        "$id" => options.id = Some(value.to_owned()),
        "$deltatoken" => options.delta_token = Some(value.to_owned()),
        "$skiptoken" => options.query.skip_token = Some(value.to_owned()),
        "$count" => options.query.count = boolean(value)?,
        "$expand" => options.query.expand = parse_expand(value)?,
        "$apply" => options.apply = Some(parse_apply(value, &options.aliases)?),
        "$skip" => return Err(ParseError::new("Skip Clause is not supported in CRM")),
        _ => read_query_option(name, value, Some(&options.aliases), &mut options.query)?,
    }
    Ok(())
}

/// The options that are the same at the top and inside `$expand`.
pub(super) fn read_query_option(
    name: &str,
    value: &str,
    aliases: Option<&Aliases>,
    query: &mut Query,
) -> Result<()> {
    match name {
        "$select" => query.select = parse_select(value)?,
        "$filter" => query.filter = Some(parse_filter(value, aliases)?),
        "$orderby" => query.order_by = parse_order_by(value, aliases)?,
        "$top" => query.top = Some(top(value)?),
        _ => {
            return Err(ParseError::new(format!("The query parameter '{name}' is not supported.")));
        }
    }
    Ok(())
}

fn boolean(value: &str) -> Result<bool> {
    match value.trim() {
        "true" => Ok(true),
        "false" => Ok(false),
        other => Err(ParseError::new(format!(
            "Invalid value '{other}' for $count query option found. Valid values are 'true, false'."
        ))),
    }
}

fn top(value: &str) -> Result<usize> {
    let value = value.trim();
    let is_plain = value.bytes().all(|b| b.is_ascii_digit());
    value.parse().ok().filter(|_| is_plain).ok_or_else(|| {
        ParseError::new(format!(
            "Invalid value '{value}' for $top query option found. The $top query option requires a \
             non-negative integer value."
        ))
    })
}

pub(super) fn repeated(name: &str) -> ParseError {
    ParseError::new(format!(
        "Query option '{name}' was specified more than once, but it must be specified at most once."
    ))
}
