//! The discovery service: the environments that the caller may enter,
//! `/api/discovery/v2.0/Instances`. The platform has it at one address for all; here it answers at
//! every host name.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::get;
use base::{Cx, Error, Kind, Result};
use control::{Database, Environment};
use query::odata::{Segment, key_of, parse_options, parse_path};
use query::{Comparison, Filter, Key, KeyValue, Literal};
use serde_json::{Map, Value, json};

use super::address::no_segment;
use super::answer::Answer;
use super::metadata::filter::matches;
use super::protection::Left;
use crate::{App, Origin};

/// The routes.
pub(super) fn router() -> Router<App> {
    Router::new().route("/api/discovery/{version}/{*path}", get(serve))
}

async fn serve(State(app): State<App>, request: Request) -> Response {
    let request_id = app.cx().request_id;
    let answer = instances(&app, request).await;
    let answer = answer.unwrap_or_else(|error| Answer::error(error, None, &app));
    answer.into_response(request_id, Left::unlimited())
}

async fn instances(app: &App, request: Request) -> Result<Answer> {
    let (parts, _) = request.into_parts();
    let cx = app.authenticate(&parts.headers).await?;
    let origin = Origin::of(&parts)?;
    let path = parts.uri.path();
    let rest = path.trim_start_matches("/api/discovery/");
    let (version, rest) = rest.split_once('/').unwrap_or((rest, ""));
    if !["v1.0", "v2.0"].contains(&version) {
        return Err(no_segment(version));
    }
    if ![Method::GET, Method::HEAD].contains(&parts.method) {
        return Err(Error::new(Kind::NotAllowed, "0x8006088a", "Instances can only be read."));
    }
    let options = parse_options(parts.uri.query().unwrap_or_default())?;
    let path = parse_path(rest, &options.aliases)?;
    let key = match path.as_slice() {
        [Segment::Name { name, arguments }] if name == "Instances" => key_of(arguments)?,
        _ => return Err(no_segment(rest)),
    };
    let mut found = Vec::new();
    for row in all(app, &cx).await? {
        let is_wanted = match &options.query.filter {
            Some(filter) => matches(filter, &row, unknown)?,
            None => true,
        };
        if is_wanted && key.as_ref().map_or(Ok(true), |key| is_named(&row, key))? {
            found.push(selected(row, &options.query.select)?);
        }
    }
    let context = format!("{origin}/api/discovery/{version}/$metadata#Instances");
    let body = match (key, found.pop()) {
        (Some(_), None) => {
            return Err(Error::not_found("0x80040217", "There is no such instance."));
        }
        (Some(_), Some(row)) => {
            let mut body = Map::new();
            body.insert("@odata.context".to_owned(), format!("{context}/$entity").into());
            body.extend(row);
            Value::Object(body)
        }
        (None, last) => {
            found.extend(last);
            json!({ "@odata.context": context, "value": found })
        }
    };
    Ok(Answer::json(StatusCode::OK, body.to_string().into_bytes()))
}

/// The instances that the caller may enter.
async fn all(app: &App, cx: &Cx) -> Result<Vec<Map<String, Value>>> {
    let mut rows = Vec::new();
    for environment in app.tenant.environments_mine(cx).await? {
        if let Some(database) = &environment.database {
            let is_administrator =
                match app.tenant.environment_by_domain(cx, &database.domain).await {
                    Ok(open) => open.user(cx).await.is_ok_and(|user| user.is_administrator),
                    // Closed for administration, or just going away: it is told all the same.
                    Err(_) => false,
                };
            rows.push(row(app, &environment, database, is_administrator));
        }
    }
    Ok(rows)
}

fn row(
    app: &App,
    environment: &Environment,
    database: &Database,
    is_administrator: bool,
) -> Map<String, Value> {
    let urls = app.tenant.urls();
    let row = json!({
        "Id": database.organization_id,
        "UniqueName": database.unique_name,
        "UrlName": database.domain,
        "FriendlyName": environment.display_name,
        "State": 0,
        "StatusMessage": 0,
        "Version": control::PLATFORM_VERSION,
        "Url": urls.instance(&database.domain),
        "ApiUrl": urls.instance_api(&database.domain),
        "LastUpdated": environment.modified_at.to_string(),
        "SchemaType": "Full",
        "Region": environment.location,
        "EnvironmentId": environment.name(),
        "TenantId": app.tenant.id(),
        "OrganizationId": database.organization_id,
        "OrganizationType": organization_type(environment.sku),
        "TrialExpirationDate": environment.expires_at.map(|at| at.to_string()),
        "Purpose": environment.description,
        "DatacenterId": null,
        "DatacenterName": null,
        "IsUserSysAdmin": is_administrator,
    });
    match row {
        Value::Object(row) => row,
        _ => Map::new(),
    }
}

/// `OrganizationType` as the platform numbers it.
fn organization_type(sku: control::Sku) -> i32 {
    match sku {
        control::Sku::Sandbox => 5,
        control::Sku::Trial | control::Sku::SubscriptionBasedTrial => 11,
        control::Sku::Default => 12,
        control::Sku::Developer => 13,
        control::Sku::Teams => 15,
        _ => 0,
    }
}

/// Whether a key names a row: by `Id`, or by values of members.
fn is_named(row: &Map<String, Value>, key: &Key) -> Result<bool> {
    let equals = |name: &str, value: Literal| {
        let (path, comparison) = (vec![name.to_owned()], Comparison::Equal);
        matches(&Filter::Compare { path, comparison, value }, row, unknown)
    };
    match key {
        Key::Id(id) => equals("Id", Literal::Id(*id)),
        Key::Values(values) => {
            let all = values.iter().map(|KeyValue { name, value }| equals(name, value.clone()));
            Ok(all.collect::<Result<Vec<_>>>()?.into_iter().all(|equal| equal))
        }
    }
}

fn selected(row: Map<String, Value>, select: &[String]) -> Result<Map<String, Value>> {
    if let Some(name) = select.iter().find(|name| !row.contains_key(*name)) {
        return Err(unknown(name));
    }
    let is_wanted = |name: &String| select.is_empty() || select.contains(name);
    Ok(row.into_iter().filter(|(name, _)| is_wanted(name)).collect())
}

fn unknown(name: &str) -> Error {
    let message = format!("Could not find a property named '{name}' on type 'Instance'.");
    Error::new(Kind::Invalid, "0x80060888", message)
}
