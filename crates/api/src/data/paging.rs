//! The token of a `nextLink`: a cookie as the platform writes it, around the token of the data
//! service. It changes from page to page; what is in it is nobody's business but ours.

use base::{Error, Kind, Result};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Where a page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PageToken {
    /// The number of the page; the first is 1.
    pub number: u64,
    /// The token of the data service.
    pub token: String,
}

impl PageToken {
    /// Reads the value of `$skiptoken`, decoded once.
    pub fn parse(text: &str) -> Result<Self> {
        read(text).ok_or_else(|| {
            let message = "The value of $skiptoken is not one of a nextLink of this server.";
            Error::new(Kind::Invalid, "0x80041129", message)
        })
    }

    /// The value of `$skiptoken`, not encoded.
    pub fn text(&self) -> String {
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let inner = encode(&encode(&self.token));
        format!(
            "<cookie pagenumber=\"{}\" pagingcookie=\"{inner}\" istracking=\"False\" />",
            self.number
        )
    }
}

fn read(text: &str) -> Option<PageToken> {
    let attribute = |name: &str| {
        let after = text.split_once(&format!(" {name}=\""))?.1;
        Some(after.split_once('"')?.0)
    };
    let decode =
        |text: &str| percent_decode_str(text).decode_utf8().ok().map(|text| text.into_owned());
    let token = decode(&decode(attribute("pagingcookie")?)?)?;
    Some(PageToken { number: attribute("pagenumber")?.parse().ok()?, token })
}

/// The options of the same request for another page, encoded.
pub(super) fn with_token(query: &str, token: &str) -> String {
    let is_token = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default();
        percent_decode_str(name).decode_utf8_lossy().trim() == "$skiptoken"
    };
    let mut pairs: Vec<&str> =
        query.split('&').filter(|pair| !pair.is_empty() && !is_token(pair)).collect();
    let token = format!("$skiptoken={}", utf8_percent_encode(token, NON_ALPHANUMERIC));
    pairs.push(&token);
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_survives_the_way() {
        let token = PageToken { number: 2, token: "a\"<b>&%é".to_owned() };
        assert_eq!(PageToken::parse(&token.text()).ok(), Some(token));
        for wrong in [
            "",
            "x",
            "<cookie pagenumber=\"2\" />",
            "<cookie pagenumber=\"x\" pagingcookie=\"\" />",
        ] {
            assert!(PageToken::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_other_options_stay() {
        let query = "$select=name&%24skiptoken=old&$top=5";
        assert_eq!(with_token(query, "<n>"), "$select=name&$top=5&$skiptoken=%3Cn%3E");
    }
}
