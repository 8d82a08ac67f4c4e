//! Where a request goes: the service root as the caller wrote it, and the path below it.

use axum::http::Uri;
use axum::http::request::Parts;
use axum::http::uri::PathAndQuery;
use base::limits::URL_BYTES_MAX;
use base::{Error, Kind, Result};

use crate::Origin;

/// The parts of the address of a request.
#[derive(Clone, Debug)]
pub(super) struct Address {
    /// Scheme and host.
    pub origin: Origin,
    /// The domain name of the environment.
    pub domain: String,
    /// The address of the environment: `https://contoso.example/`, with `orgs/…/` if it was used.
    pub environment: String,
    /// The address of the service, with a slash at the end.
    pub root: String,
    /// What stands below it, as sent.
    pub path: String,
    /// What stands after `?`, as sent.
    pub query: String,
}

impl Address {
    pub fn of(parts: &Parts) -> Result<Self> {
        let origin = Origin::of(parts)?;
        let path = parts.uri.path();
        let query = parts.uri.query().unwrap_or_default();
        if path.len() + query.len() > URL_BYTES_MAX {
            let message = format!(
                "The URL is longer than {URL_BYTES_MAX} bytes. Send the request in a $batch."
            );
            return Err(Error::new(Kind::Invalid, "0x80060888", message));
        }
        let (prefix, rest) = divided(path).ok_or_else(|| no_segment(path))?;
        let (version, path) = rest.split_once('/').unwrap_or((rest, ""));
        if !["v9.0", "v9.1", "v9.2"].contains(&version) {
            return Err(no_segment(version));
        }
        let domain = match prefix.trim_start_matches('/').split('/').nth(1) {
            Some(domain) => domain.to_owned(),
            None => origin.first_label().to_owned(),
        };
        let environment = format!("{origin}{prefix}/");
        let root = format!("{environment}api/data/{version}/");
        Ok(Self {
            domain,
            environment,
            root,
            path: path.to_owned(),
            query: query.to_owned(),
            origin,
        })
    }
}

/// What stands before `/api/data/`, and what after it.
fn divided(path: &str) -> Option<(&str, &str)> {
    let at = path.find("/api/data/")?;
    let (prefix, rest) = path.split_at(at);
    let is_prefix =
        prefix.is_empty() || (prefix.starts_with("/orgs/") && prefix.matches('/').count() == 2);
    is_prefix.then(|| (prefix, &rest["/api/data/".len()..]))
}

/// The path with its fixed part in lower case, if it is one of ours and is not so already.
pub(super) fn lower_case_root(uri: &Uri) -> Option<PathAndQuery> {
    let path = uri.path();
    let segments: Vec<&str> = path.splitn(7, '/').collect();
    let is = |index: usize, word: &str| {
        segments.get(index).is_some_and(|s| s.eq_ignore_ascii_case(word))
    };
    let fixed: &[usize] = match () {
        () if is(1, "api") && is(2, "data") => &[1, 2, 3],
        () if is(1, "orgs") && is(3, "api") && is(4, "data") => &[1, 3, 4, 5],
        () => return None,
    };
    let part = |(index, segment): (usize, &&str)| match fixed.contains(&index) {
        true => segment.to_ascii_lowercase(),
        false => (*segment).to_owned(),
    };
    let lower = segments.iter().enumerate().map(part).collect::<Vec<_>>().join("/");
    if lower == path {
        return None;
    }
    let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
    format!("{lower}{query}").parse().ok()
}

/// The refusal of a segment that means nothing.
pub(super) fn no_segment(segment: &str) -> Error {
    let message = format!("Resource not found for the segment '{segment}'.");
    Error::not_found("0x8006088a", message)
}
