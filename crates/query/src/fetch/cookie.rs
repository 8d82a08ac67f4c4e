//! Paging cookies: where a page began and ended.
//!
//! Inside, `<cookie page="1"><accountid last="{…}" first="{…}" /></cookie>`; as answers carry it,
//! percent-encoded twice in `<cookie pagenumber="2" pagingcookie="…" istracking="False" />`.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use quick_xml::escape::escape;

use super::xml::{self, Element};
use crate::{ParseError, Result};

/// The protocol's code for a cookie that is none.
const BAD_COOKIE: &str = "0x8004112a";
/// Columns of a cookie: more orders than any query can have.
const COLUMNS_MAX: usize = 64;
/// What is encoded in the forms that answers carry.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// Where a page began and ended, in terms of its order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cookie {
    /// The number of that page, from 1.
    pub page: Option<usize>,
    /// The columns of the order, then the primary key.
    pub columns: Vec<CookieColumn>,
}

/// What a column of the order had in the first and the last row of a page.
#[derive(Clone, Debug, PartialEq)]
pub struct CookieColumn {
    /// The logical name.
    pub name: String,
    /// In the first row; `None` for no value.
    pub first: Option<String>,
    /// In the last row; `None` for no value.
    pub last: Option<String>,
}

impl Cookie {
    /// Reads a cookie in any of its forms: the inner or the outer one, percent-encoded or not.
    ///
    /// # Errors
    /// When it is none (0x8004112a).
    pub fn parse(text: &str) -> Result<Self> {
        let root = root(text)?;
        let Some(inner) = root.get("pagingcookie") else { return Self::inner(&root) };
        let inner = self::root(inner)?;
        Self::inner(&inner)
    }

    fn inner(root: &Element) -> Result<Self> {
        if root.children.len() > COLUMNS_MAX {
            return Err(bad("It has too many columns"));
        }
        let page = root.get("page").map(|page| page.parse().map_err(|_| bad("Its page is none")));
        let columns = root.children.iter().map(CookieColumn::of).collect::<Result<_>>()?;
        Ok(Self { page: page.transpose()?, columns })
    }

    /// The inner form.
    pub fn to_xml(&self) -> String {
        let page = self.page.map_or_else(String::new, |page| format!(" page=\"{page}\""));
        let mut text = format!("<cookie{page}>");
        for column in &self.columns {
            let _ = write!(text, "<{}", column.name);
            for (name, value) in [("last", &column.last), ("first", &column.first)] {
                let _ = match value {
                    Some(value) => write!(text, " {name}=\"{}\"", attribute(value)),
                    None => write!(text, " {name}null=\"1\""),
                };
            }
            text.push_str(" />");
        }
        text.push_str("</cookie>");
        text
    }

    /// The form that answers carry, for the page `next_page`.
    pub fn to_annotation(&self, next_page: usize) -> String {
        let inner = encode(&encode(&self.to_xml()));
        format!(
            "<cookie pagenumber=\"{next_page}\" pagingcookie=\"{inner}\" istracking=\"False\" />"
        )
    }
}

impl CookieColumn {
    fn of(element: &Element) -> Result<Self> {
        let value = |name: &str, null: &str| match (element.raw(name), element.get(null)) {
            (_, Some("1" | "true")) => Ok(None),
            (Some(value), _) => Ok(Some(value.to_owned())),
            (None, _) => Err(bad(format!("'{name}' of '{}' is missing", element.name))),
        };
        let last = value("last", "lastnull")?;
        let first = value("first", "firstnull")?;
        Ok(Self { name: element.name.clone(), first, last })
    }
}

/// The `<cookie>` that `text` is, percent-encoded up to twice or not at all.
fn root(text: &str) -> Result<Element> {
    let mut text = text.trim().to_owned();
    for _ in 0..2 {
        if text.starts_with('%') {
            text = percent_decode_str(&text).decode_utf8_lossy().trim().to_owned();
        }
    }
    let root = xml::read(&text).map_err(|error| bad(error.message))?;
    if root.name != "cookie" { Err(bad("It is no '<cookie>'")) } else { Ok(root) }
}

/// As the service writes it: digits of the encoding in lower case.
fn encode(text: &str) -> String {
    let lower = |part: &str| {
        if part.starts_with('%') { part.to_ascii_lowercase() } else { part.to_owned() }
    };
    utf8_percent_encode(text, ENCODED).map(lower).collect()
}

/// `value` as the value of an attribute.
pub(super) fn attribute(value: &str) -> String {
    let plain = escape(value);
    // What a reader would make spaces of.
    plain.replace('\n', "&#10;").replace('\r', "&#13;").replace('\t', "&#9;")
}

fn bad(what: impl std::fmt::Display) -> ParseError {
    let message = format!("Malformed XML in the Paging Cookie. {what}");
    ParseError::new(format!("{}.", message.trim_end_matches('.'))).with_code(BAD_COOKIE)
}
