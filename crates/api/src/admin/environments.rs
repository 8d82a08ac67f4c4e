//! Environments: list, read, create, change, convert, delete, recover.

use base::{Error, Result};
use control::environments::DatabaseRequest;
use control::{Environment, Operation, OperationType, Sku};
use serde_json::{Value, json};

use super::call::bad_request;
use super::document::{self, Scope};
use super::fields::Fields;
use super::{Answer, Call, operations, request};

/// `GET …/scopes/admin/environments`
pub(super) async fn list(call: &Call) -> Result<Answer> {
    let found = call.app.tenant.environments_list(&call.cx).await?;
    page(call, &found, Scope::Admin).await
}

/// `GET …/environments`
pub(super) async fn list_mine(call: &Call) -> Result<Answer> {
    let found = call.app.tenant.environments_mine(&call.cx).await?;
    page(call, &found, Scope::Maker).await
}

/// `GET …/scopes/admin/deletedEnvironments`
pub(super) async fn list_deleted(call: &Call) -> Result<Answer> {
    let found = call.app.tenant.environments_deleted(&call.cx).await?;
    page(call, &found, Scope::Admin).await
}

/// `GET …/scopes/admin/environments/{id}`
pub(super) async fn get(call: &Call) -> Result<Answer> {
    let found = call.app.tenant.environment_get(&call.cx, call.param(0)).await?;
    one(call, &found, Scope::Admin).await
}

/// `GET …/environments/{id}`
pub(super) async fn get_mine(call: &Call) -> Result<Answer> {
    let found = call.app.tenant.environment_mine(&call.cx, call.param(0)).await?;
    one(call, &found, Scope::Maker).await
}

/// `POST …/environments`
pub(super) async fn create(call: &Call) -> Result<Answer> {
    let request = request::create(&call.body)?;
    let (environment, operation) = call.app.tenant.environment_create(&call.cx, &request).await?;
    accepted(call, &environment, &operation).await
}

/// `POST …/environments/{id}/provisionInstance`
pub(super) async fn provision(call: &Call) -> Result<Answer> {
    let request: DatabaseRequest = request::database(Fields::of("", &call.body)?)?;
    let (environment, operation) =
        call.app.tenant.database_add(&call.cx, call.param(0), &request).await?;
    let body = document::environment(call, &environment, Scope::Admin).await?;
    let location = match call.polls_by_status() {
        true => operations::by_status(call, &operation),
        // Newer clients follow the environment itself until it has succeeded.
        false => format!(
            "{}/providers/Microsoft.BusinessAppPlatform/scopes/admin/environments/{}\
             ?api-version=2023-06-01",
            call.origin,
            environment.name()
        ),
    };
    Ok(Answer::accepted(body).follow(location))
}

/// `PATCH …/scopes/admin/environments/{id}`
pub(super) async fn update(call: &Call) -> Result<Answer> {
    let patch = request::patch(&call.body)?;
    let (environment, operation) =
        call.app.tenant.environment_update(&call.cx, call.param(0), &patch).await?;
    accepted(call, &environment, &operation).await
}

/// `POST …/scopes/admin/environments/{id}/modifySku`
pub(super) async fn convert(call: &Call) -> Result<Answer> {
    let mut fields = Fields::of("", &call.body)?;
    let sku = fields.required_text("environmentSku")?;
    fields.finish()?;
    let sku = Sku::parse(&sku)
        .ok_or_else(|| bad_request(format!("There is no type of environment '{sku}'.")))?;
    let (environment, operation) =
        call.app.tenant.environment_convert(&call.cx, call.param(0), sku).await?;
    accepted(call, &environment, &operation).await
}

/// `DELETE …/scopes/admin/environments/{id}`
pub(super) async fn delete(call: &Call) -> Result<Answer> {
    let mut fields = Fields::of("", &call.body)?;
    // Why it is deleted, in the words of the client.
    fields.skip(&["code", "message"]);
    fields.finish()?;
    let (environment, operation) =
        call.app.tenant.environment_delete(&call.cx, call.param(0)).await?;
    accepted(call, &environment, &operation).await
}

/// `POST …/scopes/admin/environments/{id}/validateDelete`
pub(super) async fn validate_delete(call: &Call) -> Result<Answer> {
    let environment = call.app.tenant.environment_get(&call.cx, call.param(0)).await?;
    let refusal = call.app.tenant.environment_delete_check(&call.cx, call.param(0)).await?;
    let mut going = vec![resource("Microsoft.BusinessAppPlatform/environments", &environment)];
    if environment.database.is_some() {
        going.push(resource("Microsoft.CommonDataModel/namespaces", &environment));
    }
    let errors = refusal.map(|error| json!({ "code": error.code, "message": error.message }));
    Ok(Answer::ok(json!({
        "canInitiateDelete": errors.is_none(),
        "resourcesToBeDeleted": going,
        "errors": errors.into_iter().collect::<Vec<_>>(),
    })))
}

fn resource(kind: &str, environment: &Environment) -> Value {
    json!({ "type": kind, "name": environment.name(), "displayName": environment.display_name })
}

/// `POST …/scopes/admin/deletedEnvironments/{id}/recover`
pub(super) async fn recover(call: &Call) -> Result<Answer> {
    let (environment, operation) =
        call.app.tenant.environment_recover(&call.cx, call.param(0)).await?;
    accepted(call, &environment, &operation).await
}

/// `POST …/validateEnvironmentDetails`
pub(super) async fn validate(call: &Call) -> Result<Answer> {
    let mut fields = Fields::of("", &call.body)?;
    let domain = fields.text("domainName")?;
    let location = fields.text("environmentLocation")?;
    let environment = fields.text("environmentName")?;
    fields.finish()?;
    // Clients send the name of the environment, or the whole resource id.
    let name = environment.as_deref().and_then(|id| id.rsplit('/').next());
    if let Some(location) = location.as_deref()
        && control::catalog::location(location).is_none()
    {
        let text = format!("There is no location '{location}'.");
        return Err(Error::new(base::Kind::Invalid, "LocationNotFound", text));
    }
    if let Some(domain) = domain.as_deref().filter(|domain| !domain.is_empty()) {
        call.app.tenant.domain_check(&call.cx, domain, name).await?;
    }
    Ok(Answer::ok(json!({})))
}

/// What exists in the protocol and comes later here.
pub(super) async fn later(call: &Call) -> Result<Answer> {
    // To somebody who may not see it, the environment is not there; and what its type does not
    // allow is refused for that reason.
    let environment = call.app.tenant.environment_get(&call.cx, call.param(0)).await?;
    let what = call.uri.path().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let operation = match what.to_ascii_lowercase().as_str() {
        "backups" => Some(OperationType::Backup),
        "reset" => Some(OperationType::Reset),
        "restoreto" => Some(OperationType::Restore),
        "governanceconfiguration" => Some(OperationType::EnableGovernanceConfiguration),
        _ => None,
    };
    if let Some(operation) = operation {
        control::environments::require(&environment, operation)?;
    }
    Err(Error::not_implemented(format!("The operation {what} on {}", environment.name())))
}

/// 202 with the environment, and where the operation can be followed.
async fn accepted(call: &Call, environment: &Environment, operation: &Operation) -> Result<Answer> {
    let body = document::environment(call, environment, Scope::Admin).await?;
    let location = match call.polls_by_status() {
        true => operations::by_status(call, operation),
        false => operations::by_state(call, operation),
    };
    Ok(Answer::accepted(body).follow(location))
}

async fn one(call: &Call, environment: &Environment, scope: Scope) -> Result<Answer> {
    let document = document::environment(call, environment, scope).await?;
    Ok(Answer::ok(selected(call, document)?))
}

/// One page of a list: `$top` environments from where `$skiptoken` says.
async fn page(call: &Call, found: &[std::sync::Arc<Environment>], scope: Scope) -> Result<Answer> {
    // No environment is in a group yet, so a filter on one finds nothing.
    let found = if filters_by_group(call)? { &[] } else { found };
    let skip = call.number("$skiptoken")?.unwrap_or_default();
    let top = call.number("$top")?.unwrap_or(base::limits::PAGE_ROWS_MAX);
    let top = top.min(base::limits::PAGE_ROWS_MAX);
    if top == 0 {
        return Err(bad_request("$top must be at least 1."));
    }
    let mut items = Vec::new();
    for environment in found.iter().skip(skip).take(top) {
        items.push(selected(call, document::environment(call, environment, scope).await?)?);
    }
    let mut body = json!({ "value": items });
    let end = skip.saturating_add(top);
    if end < found.len() {
        body["nextLink"] = json!(format!(
            "{}{}?api-version={}&$top={top}&$skiptoken={end}",
            call.origin,
            call.uri.path(),
            call.version()
        ));
    }
    Ok(Answer::ok(body))
}

/// Whether `$filter` asks for the members of an environment group; other filters are refused.
fn filters_by_group(call: &Call) -> Result<bool> {
    let Some(filter) = call.option("$filter") else { return Ok(false) };
    let path = filter.split_whitespace().next().unwrap_or_default().replace('.', "/");
    if path.eq_ignore_ascii_case("properties/parentEnvironmentGroup/id") {
        return Ok(true);
    }
    Err(Error::not_implemented(format!("The filter '{filter}'")))
}

/// The object with the members that `$select` names; all of them without one.
fn selected(call: &Call, document: Value) -> Result<Value> {
    let Some(select) = call.option("$select") else { return Ok(document) };
    let mut selected = json!({
        "id": document["id"], "type": document["type"],
        "location": document["location"], "name": document["name"],
    });
    for path in select.split(',').map(str::trim) {
        let names: Vec<_> = path.split(['.', '/']).collect();
        let Some(value) = names.iter().try_fold(&document, |value, name| value.get(name)) else {
            continue;
        };
        let mut nested = value.clone();
        for name in names.iter().rev() {
            nested = json!({ *name: nested });
        }
        control::settings::merge(&mut selected, &nested);
    }
    Ok(selected)
}
