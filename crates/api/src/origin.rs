//! Which address the caller used. Absolute URLs in answers are built from it.

use std::fmt;

use axum::http::header::HOST;
use axum::http::request::Parts;
use base::{Error, Result};

/// The scheme of the listener that a request came in by; the server puts it into the request.
/// Without it, requests count as plain HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scheme(pub &'static str);

/// Scheme, host and port that the caller used: `https://contoso.example:8400`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// `http` or `https`.
    pub scheme: String,
    /// The host name, with the port if it was given.
    pub host: String,
}

impl Origin {
    /// The origin of a request.
    ///
    /// # Errors
    /// When the request names no host, or one that cannot be.
    pub fn of(parts: &Parts) -> Result<Self> {
        let scheme = parts.extensions.get::<Scheme>().map_or("http", |scheme| scheme.0);
        let scheme = parts.uri.scheme_str().unwrap_or(scheme).to_owned();
        let header = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
        let host = header.or_else(|| parts.uri.authority().map(|host| host.as_str()));
        match host {
            Some(host) if is_host(host) => Ok(Self { scheme, host: host.to_owned() }),
            _ => Err(Error::invalid("The request has no valid Host header.")),
        }
    }

    /// The first label of the host name: the domain name of an environment, where hosts are used.
    pub fn first_label(&self) -> &str {
        self.host.split(['.', ':']).next().unwrap_or_default()
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)
    }
}

/// Only what can stand in a URL: it is written into answers.
fn is_host(host: &str) -> bool {
    let is_part = |b: u8| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b);
    !host.is_empty() && host.len() <= 255 && host.bytes().all(is_part)
}
