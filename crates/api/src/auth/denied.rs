//! Refusals as answers: JSON for programs, a page for people.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base::limits::SIGN_IN_WINDOW_SECONDS;
use base::{Cx, Instant, Uuid};
use identity::Denial;
use serde_json::json;

use super::pages::{self, Page};
use super::visit::Visit;
use crate::error;

/// The answer to a program, in the shape of Entra ID.
pub(super) fn json(cx: &Cx, correlation_id: Uuid, denial: Denial) -> Response {
    let body = json!({
        "error": denial.error(),
        "error_description": description(cx, correlation_id, &denial),
        "error_codes": [denial.number()],
        "timestamp": timestamp(cx.now()),
        "trace_id": cx.request_id,
        "correlation_id": correlation_id,
    });
    let mut response = (status(&denial), body.to_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    finish(cx, response, denial)
}

/// The answer to a person.
pub(super) fn page(visit: &Visit, denial: Denial) -> Response {
    let page = Page {
        title: "Sign-in is not possible".into(),
        lead: format!("AADSTS{}: {denial}", denial.number()),
        ..pages::blank(visit)
    };
    let details =
        format!("Request id: {}\nTime: {}", visit.cx.request_id, timestamp(visit.cx.now()));
    let status = status(&denial);
    let response = page.respond(&visit.cx, status, &pages::details(&details));
    finish(&visit.cx, response, denial)
}

/// `AADSTS50126: text`, and what finds the request in the log.
pub(super) fn description(cx: &Cx, correlation_id: Uuid, denial: &Denial) -> String {
    format!(
        "AADSTS{}: {denial} Trace ID: {} Correlation ID: {correlation_id} Timestamp: {}",
        denial.number(),
        cx.request_id,
        timestamp(cx.now())
    )
}

pub(super) fn status(denial: &Denial) -> StatusCode {
    match denial {
        Denial::Fault(error) => error::status(error.kind),
        Denial::Locked => StatusCode::TOO_MANY_REQUESTS,
        _ if denial.error() == "invalid_client" => StatusCode::UNAUTHORIZED,
        _ => StatusCode::BAD_REQUEST,
    }
}

fn finish(cx: &Cx, mut response: Response, denial: Denial) -> Response {
    if let Ok(id) = HeaderValue::from_str(&cx.request_id.to_string()) {
        response.headers_mut().insert(error::REQUEST_ID, id);
    }
    match denial {
        Denial::Locked => {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(SIGN_IN_WINDOW_SECONDS));
        }
        Denial::Fault(fault) => error::note(&mut response, fault),
        _ => {}
    }
    response
}

/// `2026-01-31 12:00:00Z`.
fn timestamp(at: Instant) -> String {
    at.to_string().replace('T', " ")
}
