//! What the portal and the command line ask first.

use base::{Caller, Result};
use identity::{Licence, PORTAL_CLIENT_ID};
use serde_json::json;

use super::{Answer, Call};

/// `GET /api/freehold/portal`: what the server says of itself before anyone signs in.
pub(super) async fn portal(call: &Call) -> Result<Answer> {
    Ok(Answer::ok(json!({
        "tenantId": call.app.tenant.id(),
        "tenantName": call.app.tenant.name(),
        "clientId": PORTAL_CLIENT_ID,
        "version": env!("CARGO_PKG_VERSION"),
    })))
}

/// `GET /api/freehold/me`: who has signed in, and what that person is in the tenant.
pub(super) async fn me(call: &Call) -> Result<Answer> {
    let identity = &call.app.identity;
    let id = identity.caller_id(&call.cx).await?.unwrap_or_default();
    let object = identity.object_get(id).await?;
    let (licences, roles) = match call.cx.caller {
        Caller::User(_) => (identity.licences_of(id).await?, identity.roles_of(id).await?),
        _ => (Vec::new(), identity.roles_of(id).await?),
    };
    Ok(Answer::ok(json!({
        "id": id,
        "type": object.kind.name(),
        "displayName": object.display_name,
        "userPrincipalName": object.upn,
        "applicationId": object.application_id,
        "tenantId": call.app.tenant.id(),
        "isTenantAdmin": call.app.tenant.is_tenant_admin(&call.cx).await?,
        "roles": roles.into_iter().map(identity::DirectoryRole::name).collect::<Vec<_>>(),
        "licences": licences.into_iter().map(Licence::name).collect::<Vec<_>>(),
    })))
}
