//! What no public protocol has, for one environment: `/orgs/{domain}/api/freehold/…`.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use base::{Cx, Error, Result, Uuid};
use dataverse::Environment;
use serde_json::{Value, json};
use std::sync::Arc;

use super::answer::Answer;
use crate::App;

/// The routes.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/orgs/{domain}/api/freehold/imports/{job}", get(import))
        .route("/orgs/{domain}/api/freehold/solutions/{name}/objects", get(objects))
}

/// How far an import is that runs now.
async fn import(
    State(app): State<App>,
    Path((domain, job)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let found = async {
        let (_, environment) = entered(&app, &domain, &headers).await?;
        let id = Uuid::parse_str(&job)
            .map_err(|_| Error::invalid(format!("'{job}' is not the id of an import.")))?;
        let progress = solutions::operations::progress_of(&environment, id).ok_or_else(|| {
            Error::not_found(
                "0x80040217",
                format!("No import {id} runs now; importjobs({id}) tells how it ended."),
            )
        })?;
        Ok(json!({ "percent": progress.percent, "step": progress.step }))
    };
    answer(&app, found.await)
}

/// The objects of a solution, with the names that people know.
async fn objects(
    State(app): State<App>,
    Path((domain, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let found = async {
        let (cx, environment) = entered(&app, &domain, &headers).await?;
        let objects = solutions::objects(&environment, &cx, &name).await?;
        let rows: Vec<Value> = objects
            .into_iter()
            .map(|object| {
                json!({
                    "id": object.id,
                    "kind": object.kind,
                    "name": object.name,
                    "displayName": object.display_name,
                    "isManaged": object.is_managed,
                    "table": object.table,
                })
            })
            .collect();
        Ok(json!({ "value": rows }))
    };
    answer(&app, found.await)
}

/// Who calls, and the environment in which he has a role.
async fn entered(app: &App, domain: &str, headers: &HeaderMap) -> Result<(Cx, Arc<Environment>)> {
    let cx = app.authenticate(headers).await?;
    let environment = app.tenant.environment_by_domain(&cx, domain).await?;
    environment.user(&cx).await?;
    Ok((cx, environment))
}

fn answer(app: &App, result: Result<Value>) -> Response {
    let request_id = app.cx().request_id;
    let answer = match result {
        Ok(body) => Answer::json(StatusCode::OK, body.to_string().into_bytes()),
        Err(error) => Answer::error(error, None, app),
    };
    answer.into_response(request_id)
}
