//! `If-Match` and `If-None-Match`.

use axum::http::HeaderMap;
use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use base::{Error, Result};

/// What a request says about the row that it is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Conditions {
    /// `If-Match`.
    pub matches: Option<Tag>,
    /// `If-None-Match`; the literal `null` that some clients send is nothing.
    pub none_matches: Option<Tag>,
}

/// `*`, or the tag of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    /// Any version: the row exists.
    Any,
    /// This version.
    Version(i64),
}

impl Conditions {
    pub fn of(headers: &HeaderMap) -> Result<Self> {
        let read = |name| match headers.get(name) {
            None => Ok(None),
            Some(value) => tag(value.to_str().unwrap_or("?")),
        };
        Ok(Self { matches: read(IF_MATCH)?, none_matches: read(IF_NONE_MATCH)? })
    }

    /// The version that `If-Match` asks for.
    pub fn version(&self) -> Option<i64> {
        match self.matches {
            Some(Tag::Version(version)) => Some(version),
            _ => None,
        }
    }
}

/// `W/"5"`, also without `W/` or quotes.
fn tag(text: &str) -> Result<Option<Tag>> {
    let text = text.trim();
    match text {
        "" | "null" => return Ok(None),
        "*" => return Ok(Some(Tag::Any)),
        _ => {}
    }
    let bare = text.strip_prefix("W/").unwrap_or(text).trim_matches('"');
    match bare.parse() {
        Ok(version) => Ok(Some(Tag::Version(version))),
        Err(_) => Err(Error::invalid(format!(
            "'{text}' is no tag of a version. Send '*', or the '@odata.etag' of the row."
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_come_in_several_forms() {
        let read = |text| tag(text).ok().flatten();
        assert_eq!(read("*"), Some(Tag::Any));
        assert_eq!(read("W/\"12\""), Some(Tag::Version(12)));
        assert_eq!(read("\"12\""), Some(Tag::Version(12)));
        assert_eq!(read(" 12 "), Some(Tag::Version(12)));
        assert_eq!(read("null"), None);
        assert!(tag("W/\"x\"").is_err());
    }
}
