//! Environment Admin and Environment Maker, and users of databases.

use base::{Result, Uuid};
use control::Environment;
use control::roles::{Action, PrincipalType, Role, RoleAssignment, RoleChange, RoleChanged};
use serde_json::{Value, json};

use super::call::bad_request;
use super::fields::Fields;
use super::{Answer, Call};

/// `GET …/scopes/admin/environments/{id}/roleAssignments`
pub(super) async fn list(call: &Call) -> Result<Answer> {
    let environment = environment(call).await?;
    let mut items = Vec::new();
    for role in call.app.tenant.roles_list(&call.cx, call.param(0)).await? {
        items.push(document(call, &environment, &role).await?);
    }
    Ok(Answer::list(items))
}

/// `POST …/scopes/admin/environments/{id}/modifyRoleAssignments`
pub(super) async fn modify(call: &Call) -> Result<Answer> {
    let environment = environment(call).await?;
    let mut fields = Fields::of("", &call.body)?;
    let mut changes = Vec::new();
    for item in list_of(&mut fields, "add")? {
        changes.push(addition(&item)?);
    }
    for item in list_of(&mut fields, "remove")? {
        changes.push(removal(&item)?);
    }
    fields.finish()?;
    let done = call.app.tenant.roles_modify(&call.cx, call.param(0), &changes).await?;
    let (mut added, mut removed) = (Vec::new(), Vec::new());
    for change in done {
        match change {
            RoleChanged::Added(role) => added.push(json!({
                "roleAssignment": document(call, &environment, &role).await?,
                "httpStatus": "Created",
            })),
            RoleChanged::Removed(id) => removed.push(json!({
                "roleAssignment": { "id": assignment_id(&environment, id), "name": id },
                "httpStatus": "OK",
            })),
        }
    }
    Ok(Answer::ok(json!({ "add": added, "remove": removed })))
}

/// `POST …/scopes/admin/environments/{id}/addUser`
pub(super) async fn user_add(call: &Call) -> Result<Answer> {
    let mut fields = Fields::of("", &call.body)?;
    let person = fields.required_id("objectId")?;
    fields.finish()?;
    call.app.tenant.user_add(&call.cx, call.param(0), person).await?;
    Ok(Answer::ok(json!({})))
}

/// `POST …/scopes/admin/environments/{id}/addAppUser`
pub(super) async fn application_user_add(call: &Call) -> Result<Answer> {
    let mut fields = Fields::of("", &call.body)?;
    let application = fields.required_id("servicePrincipalAppId")?;
    fields.finish()?;
    call.app.tenant.application_user_add(&call.cx, call.param(0), application).await?;
    Ok(Answer::ok(json!({})))
}

async fn environment(call: &Call) -> Result<std::sync::Arc<Environment>> {
    call.app.tenant.environment_for(&call.cx, call.param(0), Action::AssignRoles).await
}

fn list_of(fields: &mut Fields, name: &str) -> Result<Vec<Value>> {
    match fields.take(name) {
        None => Ok(Vec::new()),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(bad_request(format!("{name} must be a list."))),
    }
}

fn addition(item: &Value) -> Result<RoleChange> {
    let mut fields = Fields::of("add[]", item)?;
    let Some(mut properties) = fields.object("properties")? else {
        return Err(bad_request("Give add[].properties with roleDefinition and principal."));
    };
    fields.finish()?;
    let definition = properties.object("roleDefinition")?;
    let principal = properties.object("principal")?;
    properties.skip(&["scope"]);
    properties.finish()?;
    let (Some(mut definition), Some(mut principal)) = (definition, principal) else {
        return Err(bad_request("Give add[].properties with roleDefinition and principal."));
    };
    let id = definition.required_text("id")?;
    definition.skip(&["type", "name"]);
    definition.finish()?;
    let name = id.rsplit('/').next().unwrap_or_default();
    let role = Role::parse(name).ok_or_else(|| {
        bad_request(format!(
            "There is no role '{name}'; there are EnvironmentAdmin and EnvironmentMaker."
        ))
    })?;
    let kind = principal.required_text("type")?;
    let principal_type = PrincipalType::parse(&kind).ok_or_else(|| {
        bad_request(format!(
            "There is no type of principal '{kind}'; there are User, Group and Tenant."
        ))
    })?;
    let id = principal.id_or_none("id")?.flatten();
    principal.skip(&["displayName", "email", "tenantId"]);
    principal.finish()?;
    Ok(RoleChange::Add { role, principal_type, principal: id })
}

fn removal(item: &Value) -> Result<RoleChange> {
    let mut fields = Fields::of("remove[]", item)?;
    let id = fields.required_text("id")?;
    fields.finish()?;
    let name = id.rsplit('/').next().unwrap_or_default();
    let id = name.parse().map_err(|_| bad_request(format!("'{name}' is no role assignment.")))?;
    Ok(RoleChange::Remove(id))
}

fn assignment_id(environment: &Environment, id: Uuid) -> String {
    format!(
        "/providers/Microsoft.BusinessAppPlatform/scopes/admin/environments/{}/roleAssignments/{id}",
        environment.name()
    )
}

async fn document(call: &Call, environment: &Environment, role: &RoleAssignment) -> Result<Value> {
    let (root, name) = ("/providers/Microsoft.BusinessAppPlatform", environment.name());
    Ok(json!({
        "id": assignment_id(environment, role.id),
        "type": "Microsoft.BusinessAppPlatform/scopes/environments/roleAssignments",
        "name": role.id,
        "properties": {
            "scope": format!("{root}/environments/{name}"),
            "roleDefinition": {
                "id": format!(
                    "{root}/scopes/admin/environments/{name}/roleDefinitions/{}",
                    role.role.name()
                ),
                "type": "Microsoft.BusinessAppPlatform/scopes/environments/roleDefinitions",
                "name": role.role.name(),
            },
            "principal": principal(call, role).await?,
        },
    }))
}

async fn principal(call: &Call, role: &RoleAssignment) -> Result<Value> {
    let tenant = call.app.tenant.id();
    let mut document = json!({ "id": role.principal });
    if role.principal_type == PrincipalType::Tenant {
        document["displayName"] = json!(call.app.tenant.name());
    } else {
        match call.app.identity.object_find(role.principal).await? {
            Some(object) => {
                document["displayName"] = json!(object.display_name);
                if let Some(mail) = object.mail.or(object.upn) {
                    document["email"] = json!(mail);
                }
            }
            // Somebody who left the directory is still shown, so that the role can be taken away.
            None => document["displayName"] = json!(role.principal),
        }
    }
    document["type"] = json!(role.principal_type.name());
    document["tenantId"] = json!(tenant);
    Ok(document)
}
