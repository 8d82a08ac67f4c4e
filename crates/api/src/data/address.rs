//! Where a request goes: the service root as the caller wrote it, and the path below it.

use axum::http::Uri;
use axum::http::request::Parts;
use axum::http::uri::PathAndQuery;
use base::limits::{BATCH_URL_BYTES_MAX, URL_BYTES_MAX};
use base::{Error, Kind, Result};
use percent_encoding::{AsciiSet, utf8_percent_encode};

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
            return Err(too_long(URL_BYTES_MAX, "Send the request in a $batch."));
        }
        let (prefix, version, path) = below_root(path)?;
        let domain = match domain_of(prefix) {
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

    /// The address of a part of the batch that was sent to this address: absolute, from the host
    /// on, or from the service root on.
    pub fn of_part(&self, url: &str) -> Result<Self> {
        if url.len() > BATCH_URL_BYTES_MAX {
            return Err(too_long(BATCH_URL_BYTES_MAX, "Put parameters into fewer requests."));
        }
        let url = encoded(url);
        let (path, query) = url.split_once('?').unwrap_or((&url, ""));
        let mut part = Self { query: query.to_owned(), ..self.clone() };
        let (host, path) = match path.split_once("://") {
            Some((_, rest)) => {
                let at = rest.find('/').unwrap_or(rest.len());
                (Some(&rest[..at]), &rest[at..])
            }
            None => (None, path),
        };
        // Only what looks like a root is one; names of sets have no slash in front of them.
        if host.is_none() && !path.to_ascii_lowercase().contains("/api/data/v") {
            part.path = path.trim_start_matches('/').to_owned();
            return Ok(part);
        }
        let lower = lower_case(path).unwrap_or_else(|| path.to_owned());
        let (prefix, version, path) = below_root(&lower)?;
        let first_label = host.map(|host| host.split(['.', ':']).next().unwrap_or_default());
        let is_by_host = self.environment == format!("{}/", self.origin);
        let named = domain_of(prefix).or(first_label.filter(|_| is_by_host));
        if named.is_some_and(|domain| !domain.eq_ignore_ascii_case(&self.domain)) {
            let message = format!("'{url}' is not in the environment that the batch was sent to.");
            return Err(Error::new(Kind::Invalid, "0x80060888", message));
        }
        part.root = format!("{}api/data/{version}/", self.environment);
        part.path = path.to_owned();
        Ok(part)
    }
}

fn too_long(bytes_max: usize, remedy: &str) -> Error {
    let message = format!("The URL is longer than {bytes_max} bytes. {remedy}");
    Error::new(Kind::Invalid, "0x80060888", message)
}

/// What stands before `/api/data/`, the version, and what comes after it.
fn below_root(path: &str) -> Result<(&str, &str, &str)> {
    let (prefix, rest) = divided(path).ok_or_else(|| no_segment(path))?;
    let (version, path) = rest.split_once('/').unwrap_or((rest, ""));
    if !["v9.0", "v9.1", "v9.2"].contains(&version) {
        return Err(no_segment(version));
    }
    Ok((prefix, version, path))
}

/// The domain name in `/orgs/{domain}`.
fn domain_of(prefix: &str) -> Option<&str> {
    prefix.trim_start_matches('/').split('/').nth(1)
}

/// A URL with what cannot be in one encoded: some clients do not do it inside batches.
fn encoded(url: &str) -> String {
    const UNSAFE: &AsciiSet = &percent_encoding::CONTROLS
        .add(b' ')
        .add(b'"')
        .add(b'#')
        .add(b'<')
        .add(b'>')
        .add(b'\\')
        .add(b'^')
        .add(b'`')
        .add(b'{')
        .add(b'|')
        .add(b'}');
    utf8_percent_encode(url, UNSAFE).to_string()
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
    let lower = lower_case(uri.path())?;
    let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
    format!("{lower}{query}").parse().ok()
}

fn lower_case(path: &str) -> Option<String> {
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
    (lower != path).then_some(lower)
}

/// The refusal of a segment that means nothing.
pub(super) fn no_segment(segment: &str) -> Error {
    let message = format!("Resource not found for the segment '{segment}'.");
    Error::not_found("0x8006088a", message)
}
