//! Whether the server lives, whether it is ready, and what it has done.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::extract::State as Given;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::State;

pub fn router() -> Router<Arc<State>> {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/metrics", get(metrics))
        .route("/readyz", get(readyz))
}

/// The process lives.
async fn healthz() -> &'static str {
    "ok\n"
}

/// Requests are welcome: the start has ended, nobody asked to stop, and the store answers.
async fn readyz(Given(state): Given<Arc<State>>) -> Response {
    if !state.is_ready.load(Ordering::Acquire) {
        return (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response();
    }
    match state.tenant.check().await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => {
            tracing::warn!(cause = error.chain(), "the tenant store does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the tenant store does not answer\n").into_response()
        }
    }
}

/// The numbers, in the text format of Prometheus.
async fn metrics(Given(state): Given<Arc<State>>) -> Response {
    match state.metrics.text(&state.tenant) {
        Ok(text) => ([(CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response(),
        Err(error) => {
            tracing::error!(cause = error.to_string(), "metrics cannot be told");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
