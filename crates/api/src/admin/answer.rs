//! Answers, and errors in the shape of the admin services.

use axum::http::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base::{Cx, Error, Kind, Result};
use serde_json::{Value, json};

use crate::{App, error};

/// Where an operation can be followed, for clients that look here.
const OPERATION_LOCATION: HeaderName = HeaderName::from_static("operation-location");

/// What a route answers.
pub(super) struct Answer {
    status: StatusCode,
    body: Option<Value>,
    location: Option<String>,
}

impl Answer {
    /// 200 with a body.
    pub fn ok(body: Value) -> Self {
        Self { status: StatusCode::OK, body: Some(body), location: None }
    }

    /// 200 with `{"value":[…]}`.
    pub fn list(items: Vec<Value>) -> Self {
        Self::ok(json!({ "value": items }))
    }

    /// 201 with a body.
    pub fn created(body: Value) -> Self {
        Self { status: StatusCode::CREATED, ..Self::ok(body) }
    }

    /// 202 with a body: not done yet.
    pub fn accepted(body: Value) -> Self {
        Self { status: StatusCode::ACCEPTED, ..Self::ok(body) }
    }

    /// 204.
    pub fn nothing() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: None, location: None }
    }

    /// The same with the address at which the operation can be followed.
    pub fn follow(mut self, location: String) -> Self {
        self.location = Some(location);
        self
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = match &self.body {
            Some(body) => (self.status, body.to_string()).into_response(),
            None => self.status.into_response(),
        };
        let headers = response.headers_mut();
        if self.body.is_some() {
            headers.insert(CONTENT_TYPE, JSON);
        }
        if let Some(location) = self.location.and_then(|text| HeaderValue::try_from(text).ok()) {
            headers.insert(LOCATION, location.clone());
            headers.insert(OPERATION_LOCATION, location);
            // Not later: the address answers when something happened. Every client reads a plain
            // zero alike, and one mistakes any other number.
            headers.insert(RETRY_AFTER, HeaderValue::from_static("0"));
        }
        response
    }
}

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// An error as the admin services tell it.
pub(super) fn error(app: &App, error: Error) -> Response {
    let status = error::status(error.kind);
    let mut inner = json!({
        "code": code(&error),
        "message": error.message,
        "detailUrlType": "NotSpecified",
    });
    if let Some(details) = &error.details {
        inner["details"] = (**details).clone();
    }
    let mut response = (status, json!({ "error": inner }).to_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, JSON);
    if error.kind == Kind::Unauthenticated
        && let Ok(challenge) = challenge(app)
    {
        headers.insert(WWW_AUTHENTICATE, challenge);
    }
    if matches!(error.kind, Kind::TooMany | Kind::Unavailable) {
        headers.insert(RETRY_AFTER, HeaderValue::from(base::limits::RETRY_AFTER_SECONDS));
    }
    error::note(&mut response, error);
    response
}

fn challenge(app: &App) -> Result<HeaderValue> {
    let authority = format!("{}/{}", app.tenant.urls().public, app.tenant.id());
    let text = format!("Bearer authorization_uri=\"{authority}/oauth2/authorize\"");
    HeaderValue::try_from(text).map_err(Error::internal)
}

/// The code of an error: the admin services have names where the data service has numbers.
fn code(error: &Error) -> &str {
    if !error.code.starts_with("0x") && !error.code.starts_with("db.") {
        return &error.code;
    }
    match error.kind {
        Kind::Unauthenticated => "Unauthorized",
        Kind::Forbidden => "Forbidden",
        Kind::NotFound => "ResourceNotFound",
        Kind::NotAllowed => "MethodNotAllowed",
        Kind::Conflict => "Conflict",
        Kind::Internal => "InternalServerError",
        Kind::NotImplemented => "NotImplemented",
        Kind::Unavailable => "ServiceUnavailable",
        Kind::TooMany => "TooManyRequests",
        Kind::Invalid | Kind::Precondition | Kind::TooLarge | Kind::UnsupportedMedia => {
            "InvalidRequest"
        }
    }
}

/// What every answer carries: the id of the request.
pub(super) fn finish(cx: &Cx, response: &mut Response) {
    if let Ok(id) = HeaderValue::try_from(cx.request_id.to_string()) {
        response.headers_mut().insert(error::REQUEST_ID, id);
    }
}
