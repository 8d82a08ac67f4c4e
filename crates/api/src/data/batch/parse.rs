//! The body of a batch: `multipart/mixed` (RFC 2046) with requests as `application/http` (RFC
//! 9112), read as clients really write it: lines end with CRLF or LF, addresses have spaces in them,
//! any number of blank lines stands before what follows.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use base::limits::BATCH_OPERATIONS_MAX;
use base::{Error, Kind, Result};

/// A part of a batch.
#[derive(Debug, PartialEq)]
pub(super) enum Part {
    /// A request of its own.
    One(Request),
    /// Requests that are done together or not at all.
    ChangeSet(Vec<Request>),
}

/// A request inside a batch.
#[derive(Debug, PartialEq)]
pub(super) struct Request {
    /// The name by which later requests refer to what this one makes.
    pub content_id: Option<String>,
    pub method: Method,
    /// The address, as it is written.
    pub url: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Reads the body of a batch.
///
/// # Errors
/// When it is not `multipart/mixed`, not whole, or has more operations than a batch may have.
pub(super) fn parse(content_type: &str, body: &Bytes) -> Result<Vec<Part>> {
    let boundary = boundary(content_type).ok_or_else(|| {
        let message = format!(
            "The content type '{content_type}' is not supported; a batch is sent as \
             'multipart/mixed; boundary=…'."
        );
        Error::new(Kind::UnsupportedMedia, "0x80060888", message)
    })?;
    let mut parts = Vec::new();
    let mut operations = 0;
    for section in sections(body, &boundary)? {
        let part = part(&section)?;
        operations += match &part {
            Part::One(_) => 1,
            Part::ChangeSet(requests) => requests.len(),
        };
        if operations > BATCH_OPERATIONS_MAX {
            return Err(wrong(format!(
                "The current batch message contains too many parts. A maximum number of \
                 '{BATCH_OPERATIONS_MAX}' operations are allowed in a batch message."
            )));
        }
        parts.push(part);
    }
    Ok(parts)
}

fn wrong(message: impl Into<String>) -> Error {
    Error::new(Kind::Invalid, "0x80060888", message)
}

fn part(section: &Bytes) -> Result<Part> {
    let (headers, content) = fields(section)?;
    let content_type = headers.get("content-type").and_then(|value| value.to_str().ok());
    let Some(boundary) = content_type.and_then(boundary) else {
        return request(&headers, &content).map(Part::One);
    };
    let requests = sections(&content, &boundary)?.into_iter().map(|section| {
        let (headers, content) = fields(&section)?;
        request(&headers, &content)
    });
    requests.collect::<Result<_>>().map(Part::ChangeSet)
}

/// The request that a part with these headers holds.
fn request(part: &HeaderMap, content: &Bytes) -> Result<Request> {
    let content = content.slice(content.len() - after_blank_lines(content).len()..);
    let (line, rest) = first_line(&content);
    let line = std::str::from_utf8(line).map_err(|_| wrong("A request line is not UTF-8."))?;
    let (method, url) = request_line(line).ok_or_else(|| {
        wrong(format!(
            "'{line}' is not the first line of a request, as 'GET accounts HTTP/1.1' is."
        ))
    })?;
    let (mut headers, body) = fields(&content.slice(content.len() - rest.len()..))?;
    let content_id = part.get("content-id").or_else(|| headers.get("content-id"));
    let content_id = content_id.and_then(|id| id.to_str().ok());
    let content_id = content_id.map(|id| id.trim().trim_matches(['<', '>']).to_owned());
    // The batch as a whole says who calls.
    headers.remove("authorization");
    let body = if is_text(&headers) { trimmed(&body) } else { body };
    Ok(Request { content_id, method, url: url.to_owned(), headers, body })
}

/// `GET accounts?$filter=name eq 'x' HTTP/1.1`
fn request_line(line: &str) -> Option<(Method, &str)> {
    let (method, rest) = line.trim().split_once([' ', '\t'])?;
    let url = rest.rfind(" HTTP/").map_or(rest, |at| &rest[..at]).trim();
    let method = Method::from_bytes(method.as_bytes()).ok()?;
    (!url.is_empty()).then_some((method, url))
}

/// Whether blanks around the body mean nothing.
fn is_text(headers: &HeaderMap) -> bool {
    match headers.get("content-type").and_then(|value| value.to_str().ok()) {
        None => true,
        Some(content) => content.to_ascii_lowercase().contains("json"),
    }
}

fn trimmed(body: &Bytes) -> Bytes {
    body.slice_ref(body.trim_ascii())
}

/// Header fields up to the first blank line, and what comes after it.
fn fields(text: &Bytes) -> Result<(HeaderMap, Bytes)> {
    let mut headers = HeaderMap::new();
    let mut rest: &[u8] = text;
    while !rest.is_empty() {
        let (line, after) = first_line(rest);
        rest = after;
        if line.trim_ascii().is_empty() {
            break;
        }
        let (name, value) = field(line).ok_or_else(|| {
            wrong(format!("'{}' is not a header.", String::from_utf8_lossy(line)))
        })?;
        headers.append(name, value);
    }
    Ok((headers, text.slice(text.len() - rest.len()..)))
}

fn field(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = HeaderName::from_bytes(line[..colon].trim_ascii()).ok()?;
    let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?;
    Some((name, value))
}

/// What stands between the boundaries. What stands before the first one and after the last one
/// means nothing.
fn sections(text: &Bytes, boundary: &str) -> Result<Vec<Bytes>> {
    let mut found = Vec::new();
    let mut begun: Option<usize> = None;
    let mut rest: &[u8] = text;
    while !rest.is_empty() {
        let at = text.len() - rest.len();
        let (line, after) = first_line(rest);
        rest = after;
        let Some(is_last) = delimiter(line, boundary) else { continue };
        if let Some(start) = begun {
            let section = &text[start..at.max(start)];
            let section = section.strip_suffix(b"\n").unwrap_or(section);
            let section = section.strip_suffix(b"\r").unwrap_or(section);
            found.push(text.slice_ref(section));
        }
        if is_last {
            return Ok(found);
        }
        begun = Some(text.len() - rest.len());
    }
    Err(wrong(match begun {
        None => format!("No part of the batch begins with the boundary '--{boundary}'."),
        Some(_) => format!("The batch ends before its last boundary, '--{boundary}--'."),
    }))
}

/// Whether a line is a boundary, and if so, whether it is the last one.
fn delimiter(line: &[u8], boundary: &str) -> Option<bool> {
    let rest = line.trim_ascii_end().strip_prefix(b"--")?.strip_prefix(boundary.as_bytes())?;
    match rest {
        b"" => Some(false),
        b"--" => Some(true),
        _ => None,
    }
}

/// The boundary of `multipart/mixed; boundary=x`, which may stand in quotes.
fn boundary(content_type: &str) -> Option<String> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/mixed") {
        return None;
    }
    parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"');
        let is_boundary = name.trim().eq_ignore_ascii_case("boundary") && !value.is_empty();
        is_boundary.then(|| value.to_owned())
    })
}

/// The first line without its end, and what comes after it.
fn first_line(text: &[u8]) -> (&[u8], &[u8]) {
    let (line, rest) = match text.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&text[..end], &text[end + 1..]),
        None => (text, &text[text.len()..]),
    };
    (line.strip_suffix(b"\r").unwrap_or(line), rest)
}

fn after_blank_lines(mut text: &[u8]) -> &[u8] {
    while !text.is_empty() {
        let (line, rest) = first_line(text);
        if !line.trim_ascii().is_empty() {
            break;
        }
        text = rest;
    }
    text
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
