//! The HTTP client: address, token, JSON, and what the server refuses as a [`Failure`].

use std::cell::RefCell;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use ureq::http::{HeaderMap, Method, Request};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Proxy};

use super::exit::Exit;
use super::failure::{Failure, Result};
use super::sign_in::Renewing;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(10);
/// How long the server may take to answer.
const ANSWER: Duration = Duration::from_secs(15 * 60);
/// The most that an answer may hold.
const ANSWER_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// How often a reading request is sent again when the server is busy.
const RETRIES_MAX: u32 = 4;
/// The longest wait before that.
const RETRY_MAX: Duration = Duration::from_secs(30);

/// A server, and who calls it.
pub struct Client {
    agent: Agent,
    base: String,
    access: Access,
}

/// With which token requests are made.
pub enum Access {
    /// With none.
    Nobody,
    /// With this one, as it is.
    Token(String),
    /// With that of a profile, which is renewed when it ends.
    Profile(Box<RefCell<Renewing>>),
}

/// What the server answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body; null without one.
    pub body: Value,
    headers: HeaderMap,
}

impl Answer {
    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// How long the server asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.header("retry-after")?.parse().ok().map(Duration::from_secs)
    }

    /// The id of the request.
    pub fn request_id(&self) -> Option<String> {
        self.header("x-ms-request-id").or_else(|| self.header("REQ_ID")).map(str::to_owned)
    }
}

impl Client {
    /// A client of the server at `base`. `ca` is the authority to trust, in PEM; without one those
    /// of the web.
    pub fn new(base: &str, ca: Option<&str>, access: Access) -> Result<Self> {
        let base = base.trim().trim_end_matches('/').to_owned();
        if !base.starts_with("http://") && !base.starts_with("https://") {
            return Err(Failure::usage(format!(
                "'{base}' is not the address of a server: it begins with http:// or https://."
            )));
        }
        let proxy = if is_loopback(&base) { None } else { Proxy::try_from_env() };
        let roots = match ca {
            Some(pem) => RootCerts::Specific(Arc::new(certificates(pem)?)),
            None => RootCerts::WebPki,
        };
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(proxy)
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(ANSWER))
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .user_agent(concat!("freehold/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self { agent: agent.into(), base, access })
    }

    /// The same server, called with another token.
    pub fn with_access(&self, access: Access) -> Self {
        Self { agent: self.agent.clone(), base: self.base.clone(), access }
    }

    /// The address of the server, without a slash at the end.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The token that requests are made with.
    pub fn token(&self) -> Result<Option<String>> {
        match &self.access {
            Access::Nobody => Ok(None),
            Access::Token(token) => Ok(Some(token.clone())),
            Access::Profile(renewing) => renewing.borrow_mut().token(self).map(Some),
        }
    }

    /// `GET`.
    pub fn get(&self, url: &str) -> Result<Answer> {
        self.call(&Method::GET, url, &[], None)
    }

    /// `GET` of something that may not be there.
    pub fn find(&self, url: &str) -> Result<Option<Answer>> {
        let answer = self.send(&Method::GET, url, &[], None)?;
        if answer.status == 404 { Ok(None) } else { checked(answer).map(Some) }
    }

    /// `POST` with JSON.
    pub fn post(&self, url: &str, body: &Value) -> Result<Answer> {
        self.call(&Method::POST, url, &[], Some(body))
    }

    /// A request; `url` is a path of the server or a whole address. Refusals are failures.
    pub fn call(
        &self,
        method: &Method,
        url: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Answer> {
        let mut tries = 0;
        loop {
            let answer = self.send(method, url, headers, body)?;
            let is_busy = matches!(answer.status, 429 | 503) && *method == Method::GET;
            if !is_busy || tries == RETRIES_MAX {
                return checked(answer);
            }
            tries += 1;
            let wait = answer.retry_after().unwrap_or(Duration::from_secs(1));
            sleep(wait.clamp(Duration::from_millis(200), RETRY_MAX));
        }
    }

    /// A request, whatever the answer.
    pub fn send(
        &self,
        method: &Method,
        url: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Answer> {
        let mut headers = headers.to_vec();
        let bearer = self.token()?.map(|token| format!("Bearer {token}"));
        headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
        headers.push(("accept", "application/json"));
        let body = body.map(|body| {
            headers.push(("content-type", "application/json; charset=utf-8"));
            body.to_string()
        });
        self.exchange(method, url, &headers, body)
    }

    /// `POST` of a form, as OAuth has it; whatever the answer.
    pub fn post_form(&self, url: &str, fields: &[(&str, &str)]) -> Result<Answer> {
        let pairs: Vec<_> =
            fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        self.exchange(&Method::POST, url, &headers, Some(pairs.join("&")))
    }

    fn exchange(
        &self,
        method: &Method,
        url: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> Result<Answer> {
        let url = self.address(url);
        let mut request = Request::builder().method(method).uri(&url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let wrong = |error: ureq::http::Error| {
            Failure::usage(format!("The request to {url} cannot be made: {error}."))
        };
        let response = match body {
            Some(text) => self.agent.run(request.body(text).map_err(wrong)?),
            None => self.agent.run(request.body(()).map_err(wrong)?),
        };
        let mut response = response.map_err(|error| unreachable(&self.base, &error))?;
        let bytes = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec();
        let bytes = bytes.map_err(|error| unreachable(&self.base, &error))?;
        let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| match bytes.is_empty() {
            true => Value::Null,
            // A page, such as that of a proxy in between.
            false => Value::String(String::from_utf8_lossy(&bytes).into_owned()),
        });
        Ok(Answer { status: response.status().as_u16(), headers: response.headers().clone(), body })
    }

    fn address(&self, url: &str) -> String {
        match url.starts_with('/') {
            true => format!("{}{url}", self.base),
            false => url.to_owned(),
        }
    }
}

/// The members of an address's query, encoded: `$select=name&$top=5`.
pub fn query(members: &[(&str, &str)]) -> String {
    let pairs = members.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// A text as a part of an address.
pub fn encoded(text: &str) -> String {
    const SAFE: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~')
        .remove(b'(')
        .remove(b')')
        .remove(b'\'')
        .remove(b'$')
        .remove(b',')
        .remove(b':')
        .remove(b'/');
    utf8_percent_encode(text, SAFE).to_string()
}

/// Whether the address is one of this machine.
pub fn is_loopback(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host == "::1" || host.ends_with(".localhost") || host.starts_with("127.")
}

fn certificates(pem: &str) -> Result<Vec<Certificate<'static>>> {
    let wrong = || {
        Failure::local("The file of the authority holds no certificate in PEM.")
            .suggest("It is the file ca.pem in the data folder of the server.")
    };
    let items = parse_pem(pem.as_bytes()).collect::<Result<Vec<_>, _>>().map_err(|_| wrong())?;
    let found: Vec<_> = items
        .into_iter()
        .filter_map(|item| match item {
            PemItem::Certificate(certificate) => Some(certificate),
            _ => None,
        })
        .collect();
    if found.is_empty() { Err(wrong()) } else { Ok(found) }
}

fn unreachable(base: &str, error: &ureq::Error) -> Failure {
    if let ureq::Error::Timeout(_) = error {
        return Failure::timed_out(format!("{base} did not answer in time."));
    }
    let failure = Failure::new(
        Exit::Unreachable,
        "Unreachable",
        format!("{base} cannot be reached: {error}."),
    );
    let text = error.to_string();
    if text.contains("certificate") || text.contains("UnknownIssuer") {
        return failure.suggest("Set FREEHOLD_CA to the file ca.pem in the server's data folder.");
    }
    failure
}

/// The answer, unless it is a refusal.
pub fn checked(answer: Answer) -> Result<Answer> {
    if answer.status < 400 {
        return Ok(answer);
    }
    Err(refused(&answer))
}

/// What a refusal says.
pub fn refused(answer: &Answer) -> Failure {
    let exit = match answer.status {
        401 => Exit::NotSignedIn,
        501 => Exit::NotSupported,
        _ => Exit::Refused,
    };
    let error = &answer.body["error"];
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let (code, message) = match error {
        // OAuth.
        Value::String(code) => (Some(code.clone()), text(&answer.body["error_description"])),
        error => (text(&error["code"]), text(&error["message"])),
    };
    let code = code.unwrap_or_else(|| format!("HTTP {}", answer.status));
    let message = message.unwrap_or_else(|| format!("The server answered {}.", answer.status));
    let mut failure = Failure::new(exit, code, message);
    failure.request_id = answer.request_id();
    failure.details = error.get("details").cloned().map(Box::new);
    match suggestion(answer.status) {
        "" => failure,
        text => failure.suggest(text),
    }
}

fn suggestion(status: u16) -> &'static str {
    match status {
        400 => "Change what the message names; --help tells what the command takes.",
        401 => "Sign in again: freehold auth create --url <address of the server>",
        403 => {
            "Ask whoever administers it for the right, or use another profile: freehold auth list"
        }
        404 => "Check the name and the environment: freehold env who",
        405 => "It cannot be done with this thing; the message says why.",
        409 => "Wait for the other operation (freehold admin status), then try again.",
        412 => "It was changed by somebody else, or is there already: read it again first.",
        413 => "Send less at once.",
        429 | 503 => "Wait a moment, then try again.",
        500 => "This is a fault of the server: its log has the cause under the request id.",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(status: u16, body: Value) -> Answer {
        let mut headers = HeaderMap::new();
        headers.insert("x-ms-request-id", "0198".parse().unwrap());
        Answer { status, body, headers }
    }

    #[test]
    fn refusals_keep_the_words_of_the_server() {
        let data =
            json!({"error": {"code": "0x80040220", "message": "Principal lacks prvReadAccount."}});
        let failure = refused(&answer(403, data));
        assert_eq!((failure.exit, failure.code.as_str()), (Exit::Refused, "0x80040220"));
        assert_eq!(failure.message, "Principal lacks prvReadAccount.");
        assert_eq!(failure.request_id.as_deref(), Some("0198"));

        let oauth = json!({"error": "invalid_grant", "error_description": "AADSTS50126: no"});
        let failure = refused(&answer(400, oauth));
        assert_eq!(
            (failure.code.as_str(), failure.message.as_str()),
            ("invalid_grant", "AADSTS50126: no")
        );

        let failure = refused(&answer(502, json!("<html>")));
        assert_eq!(
            (failure.code.as_str(), failure.message.as_str()),
            ("HTTP 502", "The server answered 502.")
        );
        assert_eq!(refused(&answer(401, json!({}))).exit, Exit::NotSignedIn);
        assert_eq!(refused(&answer(501, json!({}))).exit, Exit::NotSupported);
    }

    #[test]
    fn what_goes_into_an_address_is_encoded() {
        assert_eq!(
            query(&[("$filter", "name eq 'A & B'"), ("$top", "5")]),
            "$filter=name%20eq%20'A%20%26%20B'&$top=5"
        );
    }

    #[test]
    fn this_machine_is_known_by_its_names() {
        for (url, want) in [
            ("http://localhost:8400", true),
            ("https://org.localhost:8443/x", true),
            ("http://127.0.0.1:1", true),
            ("http://[::1]:8400", true),
            ("https://localhost.example", false),
            ("https://example.com/127.0.0.1", false),
        ] {
            assert_eq!(is_loopback(url), want, "{url}");
        }
    }
}
