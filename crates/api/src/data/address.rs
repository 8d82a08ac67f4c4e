//! Where a request goes: the service root as the caller wrote it, and the path below it.

use axum::http::request::Parts;
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
        let (domain, version, path) = below_root(path)?;
        let environment = match domain {
            Some(domain) => format!("{origin}/orgs/{domain}/"),
            None => format!("{origin}/"),
        };
        let domain = domain.unwrap_or_else(|| origin.first_label()).to_owned();
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
        let (domain, version, path) = below_root(path)?;
        let first_label = host.map(|host| host.split(['.', ':']).next().unwrap_or_default());
        let is_by_host = self.environment == format!("{}/", self.origin);
        let named = domain.or(first_label.filter(|_| is_by_host));
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

/// The domain name in a path of the data service, the version, and what comes after it.
fn below_root(path: &str) -> Result<(Option<&str>, &'static str, &str)> {
    let (domain, rest) = divided(path).ok_or_else(|| no_segment(path))?;
    let (version, path) = rest.split_once('/').unwrap_or((rest, ""));
    let known = ["v9.0", "v9.1", "v9.2"].into_iter().find(|it| it.eq_ignore_ascii_case(version));
    Ok((domain, known.ok_or_else(|| no_segment(version))?, path))
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

/// Whether a path is one of the data service, in any case.
pub(super) fn is_ours(path: &str) -> bool {
    divided(path).is_some()
}

/// The domain name in a path of the data service, and what stands after `/api/data/`. The fixed
/// parts match in any case.
fn divided(path: &str) -> Option<(Option<&str>, &str)> {
    if let Some(rest) = below(path, "/api/data/") {
        return Some((None, rest));
    }
    let (domain, _) = below(path, "/orgs/")?.split_once('/')?;
    let (_, rest) = path.split_at("/orgs/".len() + domain.len());
    Some((Some(domain), below(rest, "/api/data/")?))
}

fn below<'a>(path: &'a str, root: &str) -> Option<&'a str> {
    let (start, rest) = path.split_at_checked(root.len())?;
    start.eq_ignore_ascii_case(root).then_some(rest)
}

/// The refusal of a segment that means nothing.
pub(super) fn no_segment(segment: &str) -> Error {
    let message = format!("Resource not found for the segment '{segment}'.");
    Error::not_found("0x8006088a", message)
}
