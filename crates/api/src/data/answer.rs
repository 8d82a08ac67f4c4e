//! What is sent back.

use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_TYPE, ETAG, LOCATION, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base::limits::BODY_BYTES_MAX;
use base::{Error, Kind, Result, Uuid};

use super::address::Address;
use super::protection::Left;
use crate::{ApiError, App, error};

const ODATA_VERSION: HeaderName = HeaderName::from_static("odata-version");
const ENTITY_ID: HeaderName = HeaderName::from_static("odata-entityid");
const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");
const REQ_ID: HeaderName = HeaderName::from_static("req_id");
const SERVICE_REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-service-request-id");

const REQUESTS_LEFT: HeaderName =
    HeaderName::from_static("x-ms-ratelimit-burst-remaining-xrm-requests");
const TIME_LEFT: HeaderName = HeaderName::from_static("x-ms-ratelimit-time-remaining-xrm-requests");

/// An answer: also one part of the answer to a batch.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: StatusCode,
    pub headers: Vec<(HeaderName, HeaderValue)>,
    pub body: Vec<u8>,
    /// A body that is too long for memory, instead.
    stream: Option<Body>,
    /// What went wrong, for the log.
    error: Option<Error>,
}

impl Answer {
    /// `status` without a body.
    pub fn empty(status: StatusCode) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), stream: None, error: None }
    }

    /// A body of any type.
    pub fn bytes(status: StatusCode, body: Vec<u8>) -> Self {
        Self { body, ..Self::empty(status) }
    }

    /// A body that is made as it is sent.
    pub fn stream(status: StatusCode, body: Body) -> Self {
        Self { stream: Some(body), ..Self::empty(status) }
    }

    /// The same with its body in memory: a part of a batch.
    pub async fn whole(mut self) -> Result<Self> {
        if let Some(body) = self.stream.take() {
            let body = to_bytes(body, BODY_BYTES_MAX).await.map_err(|error| {
                let message = format!(
                    "The file is larger than {BODY_BYTES_MAX} bytes; ask for it outside of a batch."
                );
                Error::new(Kind::TooLarge, "0x80044a02", message).with_source(error)
            })?;
            self.body = body.into();
        }
        Ok(self)
    }

    pub fn no_content() -> Self {
        Self::empty(StatusCode::NO_CONTENT)
    }

    pub fn json(status: StatusCode, body: Vec<u8>) -> Self {
        let content = HeaderValue::from_static("application/json; odata.metadata=minimal");
        Self { body, ..Self::empty(status) }.with(CONTENT_TYPE, content)
    }

    pub fn text(body: impl Into<Vec<u8>>) -> Self {
        let content = HeaderValue::from_static("text/plain");
        Self { body: body.into(), ..Self::empty(StatusCode::OK) }.with(CONTENT_TYPE, content)
    }

    pub fn xml(body: Vec<u8>) -> Self {
        let content = HeaderValue::from_static("application/xml");
        Self { body, ..Self::empty(StatusCode::OK) }.with(CONTENT_TYPE, content)
    }

    /// The answer that tells an error; one for lack of a token says where to get it.
    pub fn error(error: Error, address: Option<&Address>, app: &App) -> Self {
        let body = error::body(&error).to_string().into_bytes();
        let mut answer = Self::json(error::status(error.kind), body);
        if error.kind == Kind::Unauthenticated {
            let tenant = app.identity.tenant().id;
            let at = |origin: &str| {
                format!("Bearer authorization_uri={origin}/{tenant}/oauth2/authorize")
            };
            let challenge = match address {
                Some(Address { origin, environment, .. }) => {
                    format!("{}, resource_id={environment}", at(&origin.to_string()))
                }
                None => at(&app.tenant.urls().public),
            };
            answer = answer.with_text(WWW_AUTHENTICATE, &challenge);
        }
        answer.error = Some(error);
        answer
    }

    pub fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// A header whose text we made; one that cannot be a header is left out.
    pub fn with_text(self, name: HeaderName, value: &str) -> Self {
        match HeaderValue::from_str(value) {
            Ok(value) => self.with(name, value),
            Err(_) => self,
        }
    }

    /// The address of what was made or changed.
    pub fn with_entity(self, url: &str) -> Self {
        self.with_text(ENTITY_ID, url)
    }

    pub fn with_location(self, url: &str) -> Self {
        self.with_text(LOCATION, url)
    }

    pub fn with_etag(self, version: i64) -> Self {
        if version == 0 { self } else { self.with_text(ETAG, &format!("W/\"{version}\"")) }
    }

    pub fn with_applied(self, preferences: &str) -> Self {
        if preferences.is_empty() { self } else { self.with_text(PREFERENCE_APPLIED, preferences) }
    }

    /// The same error with what clients get that ask for all annotations.
    pub fn with_error_details(mut self, request_id: Uuid) -> Self {
        if let Some(error) = &self.error {
            let (status, id) = (self.status.as_u16(), request_id.to_string());
            self.body = error::detailed_body(error, status, &id).to_string().into_bytes();
        }
        self
    }

    /// What went wrong, for the log of a batch.
    pub fn failure(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// The address of what was made or changed.
    pub fn entity(&self) -> Option<&str> {
        let found = self.headers.iter().find(|(name, _)| *name == ENTITY_ID);
        found.and_then(|(_, url)| url.to_str().ok())
    }

    /// The response, with the headers that all answers have.
    pub fn into_response(self, request_id: Uuid, left: Left) -> Response {
        // The shared renderer adds what an error of its kind needs, such as `Retry-After`.
        let mut response = match self.error {
            Some(error) => ApiError(error).into_response(),
            None => Response::new(Body::empty()),
        };
        *response.status_mut() = self.status;
        *response.body_mut() = self.stream.unwrap_or_else(|| Body::from(self.body));
        let headers = response.headers_mut();
        headers.insert(ODATA_VERSION, HeaderValue::from_static("4.0"));
        if let Ok(id) = HeaderValue::from_str(&request_id.to_string()) {
            for name in [REQ_ID, SERVICE_REQUEST_ID, error::REQUEST_ID] {
                headers.insert(name, id.clone());
            }
        }
        headers.insert(REQUESTS_LEFT, HeaderValue::from(left.requests));
        let seconds = format!("{}.{:02}", left.execution_ms / 1000, left.execution_ms % 1000 / 10);
        if let Ok(seconds) = HeaderValue::from_str(&seconds) {
            headers.insert(TIME_LEFT, seconds);
        }
        headers.extend(self.headers.into_iter().map(|(name, value)| (Some(name), value)));
        response
    }
}
