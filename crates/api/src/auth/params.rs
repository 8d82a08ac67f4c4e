//! Parameters of queries and forms (`application/x-www-form-urlencoded`).

use base::{Error, Result};
use identity::Denial;
use percent_encoding::{
    AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode,
};

/// Letters, digits and `-._~` stay; everything else is escaped.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// What cannot stand in a header.
const UNPRINTABLE: &AsciiSet = CONTROLS;

/// Parameters by name; none occurs twice (RFC 6749, 3.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    /// Reads a query or a form.
    pub fn parse(text: &str) -> Result<Self, Denial> {
        let mut params = Self::default();
        for pair in text.split('&').filter(|p| !p.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decode(name)?, decode(value)?);
            if params.0.iter().any(|(known, _)| *known == name) {
                let text = format!("The parameter '{name}' is given more than once.");
                return Err(Denial::Malformed(text));
            }
            params.0.push((name, value));
        }
        Ok(params)
    }

    /// The value of a parameter; empty counts as absent.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// The value of a parameter that must be there.
    pub fn need(&self, name: &'static str) -> Result<&str, Denial> {
        self.get(name).ok_or(Denial::Missing(name))
    }

    /// Adds a parameter, if there is a value.
    pub fn with(mut self, name: &str, value: Option<&str>) -> Self {
        self.0.extend(value.map(|value| (name.to_owned(), value.to_owned())));
        self
    }

    /// Without the named parameters.
    pub fn without(&self, names: &[&str]) -> Self {
        let keep = |(name, _): &&(String, String)| !names.contains(&name.as_str());
        Self(self.0.iter().filter(keep).cloned().collect())
    }

    /// Names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// As a query or a form.
    pub fn encode(&self) -> String {
        let pairs = self.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
        pairs.collect::<Vec<_>>().join("&")
    }
}

/// `text` as one part of a URL.
pub(super) fn encode(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// The text of one part of a URL.
pub(super) fn decode(text: &str) -> Result<String, Denial> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8();
    decoded
        .map(Into::into)
        .map_err(|_| Denial::Malformed("The request has a parameter that is no UTF-8 text.".into()))
}

/// `text` as the value of a header.
pub(super) fn header(text: &str) -> Result<axum::http::HeaderValue> {
    utf8_percent_encode(text, UNPRINTABLE).to_string().parse().map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_read_and_written() {
        let params = Params::parse("a=1&b=x+y%26%C3%A4&c=&d&&").unwrap();
        assert_eq!(params.get("a"), Some("1"));
        assert_eq!(params.get("b"), Some("x y&ä"));
        assert_eq!((params.get("c"), params.get("d"), params.get("e")), (None, None, None));
        assert_eq!(params.without(&["a", "c", "d"]).encode(), "b=x%20y%26%C3%A4");
        assert_eq!(Params::parse(&params.encode()).unwrap(), params);
        assert!(Params::parse("a=1&a=1").is_err());
        assert!(Params::parse("a=%ff").is_err());
    }
}
