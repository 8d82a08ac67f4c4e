//! What happens around every request: an id, a line in the log, a number, headers, and an answer
//! even when a handler panics.

use std::any::Any;
use std::sync::Arc;
use std::time::Instant;

use api::admin::RouteTemplate;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State as Given};
use axum::http::header::{
    CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use base::limits::FILE_REQUEST_BYTES_MAX;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;

use super::State;

/// Ids that clients give to requests; they come back with the answer.
const ECHOED: [HeaderName; 3] = [
    HeaderName::from_static("x-correlation-id"),
    HeaderName::from_static("x-ms-client-request-id"),
    HeaderName::from_static("x-ms-client-session-id"),
];
/// Longest id of a client, in bytes.
const CLIENT_ID_BYTES_MAX: usize = 128;

/// `inner` with everything around it.
pub fn wrap(inner: Router, state: Arc<State>) -> Router {
    inner
        .layer(RequestBodyLimitLayer::new(FILE_REQUEST_BYTES_MAX))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(state, around))
}

async fn around(Given(state): Given<Arc<State>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let address = request.uri().clone();
    let path = address.path();
    let ids = client_ids(request.headers());
    let mut response = next.run(request).await;
    let took = started.elapsed();
    let template = response.extensions().get::<RouteTemplate>().map(|route| route.0);
    let route = template.unwrap_or_else(|| route_of(path));
    state.metrics.request(route, &method, response.status(), took);
    let headers = response.headers_mut();
    for (name, value) in ids {
        headers.entry(name).or_insert(value);
    }
    headers.entry(X_CONTENT_TYPE_OPTIONS).or_insert(HeaderValue::from_static("nosniff"));
    headers.entry(REFERRER_POLICY).or_insert(HeaderValue::from_static("no-referrer"));
    let request_id = headers
        .entry(api::error::REQUEST_ID)
        .or_insert_with(api::error::fresh_id)
        .to_str()
        .unwrap_or_default()
        .to_owned();
    log(&request_id, method.as_str(), path, response.status(), took.as_micros());
    response
}

/// One line for each request. The query is left out: it may hold codes and tokens.
fn log(request_id: &str, method: &str, path: &str, status: StatusCode, micros: u128) {
    let status = status.as_u16();
    match path {
        "/healthz" | "/readyz" | "/metrics" => {
            tracing::debug!(request_id, method, path, status, micros, "request");
        }
        _ => tracing::info!(request_id, method, path, status, micros, "request"),
    }
}

fn client_ids(headers: &HeaderMap) -> Vec<(HeaderName, HeaderValue)> {
    let ids = ECHOED.into_iter().filter_map(|name| {
        let value = headers.get(&name)?.clone();
        let is_plain = value.to_str().is_ok() && value.len() <= CLIENT_ID_BYTES_MAX;
        is_plain.then_some((name, value))
    });
    ids.collect()
}

/// The template of a path that the table of the admin services does not know.
fn route_of(path: &str) -> &'static str {
    match path {
        "/healthz" => return "/healthz",
        "/metrics" => return "/metrics",
        "/readyz" => return "/readyz",
        "/api/freehold/local/token" => return "/api/freehold/local/token",
        _ => {}
    }
    if path.contains("/api/data/") {
        return "/api/data/{version}/{path}";
    }
    let lower = path.to_ascii_lowercase();
    if lower.contains("/api/data/") {
        "/api/data/{version}/{path}"
    } else if lower.contains("/oauth2/") || lower.contains("/.well-known/") {
        "/{tenant}/oauth2/{path}"
    } else if lower.starts_with("/orgs/") {
        "/orgs/{domain}/{path}"
    } else {
        "/{path}"
    }
}

/// A handler panicked: that is a fault of ours, and the caller still gets an answer.
fn panicked(cause: Box<dyn Any + Send>) -> Response {
    let text = cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied())
        .unwrap_or("no text");
    let error = base::Error::internal(format!("a handler panicked: {text}"));
    tracing::error!(cause = error.chain(), "a handler panicked");
    let body = Body::from(api::error::body(&error).to_string());
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    (StatusCode::INTERNAL_SERVER_ERROR, [(CONTENT_TYPE, json)], body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_counted_by_template() {
        assert_eq!(route_of("/orgs/a/api/data/v9.2/accounts(1)"), "/api/data/{version}/{path}");
        assert_eq!(route_of("/common/oauth2/v2.0/token"), "/{tenant}/oauth2/{path}");
        assert_eq!(route_of("/anything/at/all"), "/{path}");
    }

    #[tokio::test]
    async fn a_panic_is_an_answer_in_the_usual_shape() {
        let response = panicked(Box::new("boom"));
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.expect("a body");
        let text = String::from_utf8_lossy(&body);
        assert!(text.starts_with(r#"{"error":{"code":"0x80040216""#), "{text}");
        assert!(!text.contains("boom"), "{text}");
    }
}
