//! The tenant, its settings, and the applications that may manage it.

use base::Result;
use serde_json::{Value, json};

use super::{Answer, Call};

/// `GET …/tenant`
pub(super) async fn get(call: &Call) -> Result<Answer> {
    let tenant = &call.app.tenant;
    let location = tenant.location();
    Ok(Answer::ok(json!({
        "tenantId": tenant.id(),
        "state": if tenant.is_enabled() { "Enabled" } else { "Disabled" },
        "location": location,
        "aadCountryGeo": location,
        "dataStorageGeo": location,
        "defaultEnvironmentGeo": location,
        "aadDataBoundary": "none",
        "fedRAMPHighCertificationRequired": false,
    })))
}

/// `POST …/listTenantSettings`
pub(super) async fn settings_list(call: &Call) -> Result<Answer> {
    let settings = call.app.tenant.settings_get(&call.cx).await?;
    Ok(Answer::ok((*settings).clone()))
}

/// `POST …/scopes/admin/updateTenantSettings`
pub(super) async fn settings_update(call: &Call) -> Result<Answer> {
    let settings = call.app.tenant.settings_update(&call.cx, &call.body).await?;
    Ok(Answer::ok((*settings).clone()))
}

/// `GET …/adminApplications`
pub(super) async fn applications_list(call: &Call) -> Result<Answer> {
    let ids = call.app.tenant.applications_list(&call.cx).await?;
    Ok(Answer::list(ids.into_iter().map(application).collect()))
}

/// `GET …/adminApplications/{id}`
pub(super) async fn application_get(call: &Call) -> Result<Answer> {
    let id = call.app.tenant.application_get(&call.cx, call.id(0)?).await?;
    Ok(Answer::ok(application(id)))
}

/// `PUT …/adminApplications/{id}`
pub(super) async fn application_register(call: &Call) -> Result<Answer> {
    let id = call.id(0)?;
    call.app.tenant.application_register(&call.cx, id).await?;
    Ok(Answer::ok(application(id)))
}

/// `DELETE …/adminApplications/{id}`
pub(super) async fn application_unregister(call: &Call) -> Result<Answer> {
    call.app.tenant.application_unregister(&call.cx, call.id(0)?).await?;
    Ok(Answer::nothing())
}

fn application(id: base::Uuid) -> Value {
    json!({ "applicationId": id })
}
