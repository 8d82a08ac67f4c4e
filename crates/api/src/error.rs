//! How an error travels over HTTP: the status of its kind, and the shape that the data service and
//! the admin services share. OAuth has a shape of its own, in `auth`.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base::limits::RETRY_AFTER_SECONDS;
use base::{Cx, Error, Kind};
use serde_json::{Value, json};

/// The header with the id of the request, which the log has too.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-request-id");

/// The status of an error. The only place that decides it.
pub fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Invalid => StatusCode::BAD_REQUEST,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::NotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Precondition => StatusCode::PRECONDITION_FAILED,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        Kind::NotImplemented => StatusCode::NOT_IMPLEMENTED,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// An error as an answer: `{"error":{"code":…,"message":…}}`.
#[derive(Debug)]
pub struct ApiError(pub Error);

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

/// The code of an error as the data service tells it. What the database says of itself means
/// nothing to clients; they get the protocol's code for such a case.
pub fn code(error: &Error) -> &str {
    match error.kind {
        _ if !error.code.starts_with("db.") => &error.code,
        Kind::Invalid | Kind::TooLarge => "0x80040203",
        Kind::Conflict => "0x80040237",
        Kind::NotFound => "0x80040217",
        _ => "0x80040216",
    }
}

/// The JSON shape of an error.
pub fn body(error: &Error) -> Value {
    let mut inner = json!({ "code": code(error), "message": error.message });
    let details = error.details.as_ref().filter(|_| !error.code.starts_with("db."));
    if let Some(details) = details {
        inner["details"] = (**details).clone();
    }
    json!({ "error": inner })
}

/// The JSON shape of an error with the annotations that clients can ask for.
pub fn detailed_body(error: &Error, status: u16, request_id: &str) -> Value {
    let mut body = body(error);
    let is_ours = status >= 500;
    let detail = |name: &str| format!("@Microsoft.PowerApps.CDS.ErrorDetails.{name}");
    let category = if is_ours { "SystemFailure" } else { "ClientError" };
    let inner = &mut body["error"];
    inner[detail("ApiActivityIdKey")] = request_id.into();
    inner[detail("ApiDepthKey")] = "1".into();
    inner[detail("ApiExceptionSourceKey")] = "Freehold".into();
    inner[detail("ApiExceptionCategory")] = category.into();
    inner[detail("ApiExceptionHttpStatusCode")] = status.to_string().into();
    inner[detail("OperationStatus")] = "0".into();
    inner[detail("SubErrorCode")] = "0".into();
    inner["@Microsoft.PowerApps.CDS.HelpLink"] = HELP.into();
    inner["@Microsoft.PowerApps.CDS.TraceText"] = "".into();
    inner["@Microsoft.PowerApps.CDS.InnerError.Message"] = error.message.as_str().into();
    body
}

/// Where the codes of the protocol are explained.
const HELP: &str = "https://learn.microsoft.com/power-apps/developer/data-platform/reference/web-service-error-codes";

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = status(self.0.kind);
        let mut response = (status, body(&self.0).to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        if matches!(self.0.kind, Kind::TooMany | Kind::Unavailable) {
            let seconds = self.0.retry_after_seconds.unwrap_or(RETRY_AFTER_SECONDS);
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        note(&mut response, self.0);
        response
    }
}

/// Notes in a response which error it tells, so that [`finish`] can log it.
pub fn note(response: &mut Response, error: Error) {
    response.extensions_mut().insert(Noted(Arc::new(error)));
}

#[derive(Clone)]
struct Noted(Arc<Error>);

/// Around every request: the answer carries a request id, and a fault of ours is logged once, with
/// its whole chain, under that id.
pub async fn finish(request: Request, next: Next) -> Response {
    let (method, address) = (request.method().clone(), request.uri().clone());
    let mut response = next.run(request).await;
    let noted = response.extensions_mut().remove();
    let id = response.headers_mut().entry(REQUEST_ID).or_insert_with(fresh_id);
    if let Some(Noted(error)) = noted {
        log(&error, id.to_str().unwrap_or_default(), method.as_str(), address.path());
    }
    response
}

/// The id of a request that nobody has given one yet.
pub fn fresh_id() -> HeaderValue {
    let id = Cx::system().request_id.to_string();
    HeaderValue::try_from(id).unwrap_or(HeaderValue::from_static(""))
}

/// Logs an error that a request or a part of a batch ended with.
pub(crate) fn log(error: &Error, request_id: &str, method: &str, path: &str) {
    let cause = error.chain();
    match error.kind {
        Kind::Internal => tracing::error!(request_id, method, path, cause, "the request failed"),
        Kind::Unavailable => tracing::warn!(request_id, method, path, cause, "not available"),
        _ => tracing::debug!(request_id, method, path, cause, code = %error.code, "refused"),
    }
}
