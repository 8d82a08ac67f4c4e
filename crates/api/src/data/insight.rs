//! What no public protocol has, for one environment: `/orgs/{domain}/api/freehold/…`.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use base::{Cx, Error, Result, Uuid};
use dataverse::security::{Right, access_name};
use dataverse::{AccessQuestion, Environment, Gate};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

use super::answer::Answer;
use super::body::reference;
use super::protection::Left;
use crate::App;

/// The routes.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/orgs/{domain}/api/freehold/access/explain", get(access))
        .route("/orgs/{domain}/api/freehold/imports/{job}", get(import))
        .route("/orgs/{domain}/api/freehold/solutions/{name}/objects", get(objects))
}

/// Whether somebody may use a right on a row, and why: `?right=Read&row=accounts(<id>)`, of
/// `principal=<id of a user or team>` or of the caller, and for a secured column with `column=`.
async fn access(
    State(app): State<App>,
    Path(domain): Path<String>,
    Query(options): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let found = async {
        let (cx, environment) = entered(&app, &domain, &headers).await?;
        let question = question(&cx, &environment, &options).await?;
        let proof = environment.explain_access(&cx, &question).await?;
        let (mut gates, mut remedies) = (Vec::new(), Vec::new());
        if let Some(person) = proof.person {
            for (name, refusal) in app.tenant.entry_gates(&domain, person).await? {
                let passes = refusal.is_none();
                remedies.extend(refusal.map(|error| json!(error.message)));
                gates.push(json!({ "gate": name, "passes": passes, "found": [] }));
            }
        }
        let is_allowed = proof.is_allowed && remedies.is_empty();
        gates.extend(proof.gates.iter().map(gate));
        remedies.extend(proof.remedies.into_iter().map(Value::from));
        Ok(json!({
            "principal": question.principal,
            "right": access_name(question.right),
            "table": proof.table,
            "row": proof.row,
            "allowed": is_allowed,
            "gates": gates,
            "remedies": remedies,
        }))
    };
    answer(&app, found.await)
}

fn gate(gate: &Gate) -> Value {
    json!({ "gate": gate.name, "passes": gate.passes, "found": gate.found })
}

async fn question(
    cx: &Cx,
    environment: &Environment,
    options: &BTreeMap<String, String>,
) -> Result<AccessQuestion> {
    let option = |name: &str| options.get(name).map(|text| text.trim());
    let known = ["principal", "right", "row", "column"];
    if let Some(name) = options.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(Error::invalid(format!("There is no option '{name}' here.")));
    }
    let principal = match option("principal") {
        Some(id) => Uuid::parse_str(id)
            .map_err(|_| Error::invalid(format!("'{id}' is not the id of a user or team.")))?,
        None => environment.user(cx).await?.id,
    };
    let right = option("right").unwrap_or("Read");
    let is_it = |one: &Right| {
        let name = access_name(*one);
        name.eq_ignore_ascii_case(right)
            || name.strip_suffix("Access").is_some_and(|name| name.eq_ignore_ascii_case(right))
    };
    let right = Right::ALL.into_iter().find(is_it).ok_or_else(|| {
        Error::invalid(format!("There is no right '{right}'; there is ReadAccess, for example."))
    })?;
    let row = option("row").ok_or_else(|| Error::invalid("Say which row: row=accounts(<id>)."))?;
    let row = reference(&environment.schema(), row)?;
    Ok(AccessQuestion { principal, right, row, column: option("column").map(str::to_owned) })
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
    answer.into_response(request_id, Left::unlimited())
}
