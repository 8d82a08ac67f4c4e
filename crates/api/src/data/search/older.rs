//! `/api/search/v1.0` and `/v2.0`: the addresses of search before it was a message. Version 2 has
//! the bodies and answers of the messages; version 1 has its results outright, not as a text.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base::limits::BODY_BYTES_MAX;
use serde_json::{Map, Value, json};

use crate::App;
use crate::data::serve;

/// The routes.
pub(in crate::data) fn router() -> Router<App> {
    Router::new()
        .route("/api/search/{version}/{operation}", post(at_host))
        .route("/orgs/{domain}/api/search/{version}/{operation}", post(at_path))
}

async fn at_host(
    app: State<App>,
    Path((version, operation)): Path<(String, String)>,
    request: Request,
) -> Response {
    answer(app, "", &version, &operation, request).await
}

async fn at_path(
    app: State<App>,
    Path((domain, version, operation)): Path<(String, String, String)>,
    request: Request,
) -> Response {
    answer(app, &format!("/orgs/{domain}"), &version, &operation, request).await
}

/// Asks the message, and gives its answer as the version has it.
async fn answer(
    app: State<App>,
    prefix: &str,
    version: &str,
    operation: &str,
    mut request: Request,
) -> Response {
    let is_known = ["query", "suggest", "autocomplete"].contains(&operation)
        && ["v1.0", "v2.0"].contains(&version);
    if !is_known {
        return StatusCode::NOT_FOUND.into_response();
    }
    let message = format!("{prefix}/api/data/v9.2/search{operation}");
    let mut parts = request.uri().clone().into_parts();
    let Ok(path) = PathAndQuery::try_from(message) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    parts.path_and_query = Some(path);
    *request.uri_mut() = Uri::from_parts(parts).unwrap_or_default();
    let response = serve(app.0, request).await;
    match version {
        "v1.0" if response.status() == StatusCode::OK => outright(operation, response).await,
        _ => response,
    }
}

/// The answer of version 1 for an answer of the message.
async fn outright(operation: &str, response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, BODY_BYTES_MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let told: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let response: Value = told["response"]
        .as_str()
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    let json = first_version(operation, &response).to_string();
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(json.len()));
    Response::from_parts(parts, Body::from(json))
}

fn first_version(operation: &str, response: &Value) -> Value {
    let items = response["Value"].as_array().into_iter().flatten();
    match operation {
        "query" => json!({
            "value": items.map(row).collect::<Vec<_>>(),
            "facets": response["Facets"],
            "totalrecordcount": response["Count"],
            "querycontext": response["QueryContext"],
        }),
        "suggest" => json!({
            "value": items
                .map(|item| json!({ "text": item["Text"], "document": item["Document"] }))
                .collect::<Vec<_>>(),
            "querycontext": response["QueryContext"],
        }),
        _ => json!({ "value": response["Value"], "querycontext": response["QueryContext"] }),
    }
}

/// A result of version 1: its columns beside what was found out about it.
fn row(item: &Value) -> Value {
    let mut row = Map::new();
    row.insert("@search.score".to_owned(), item["Score"].clone());
    row.insert("@search.highlights".to_owned(), item["Highlights"].clone());
    row.insert("@search.entityname".to_owned(), item["EntityName"].clone());
    row.insert("@search.objectid".to_owned(), item["Id"].clone());
    row.insert("@search.objecttypecode".to_owned(), item["ObjectTypeCode"].clone());
    if let Value::Object(attributes) = &item["Attributes"] {
        row.extend(attributes.clone());
    }
    Value::Object(row)
}
