//! The directory, for the portal and the command line: users, groups and app registrations.

use base::{Error, Result, Uuid};
use identity::{
    Application, ApplicationInput, DirectoryRole, Group, GroupInput, Licence, Object, Page, User,
    UserInput,
};
use serde_json::{Value, json};

use super::call::bad_request;
use super::fields::Fields;
use super::{Answer, Call};

/// Days that a new secret is good for, unless the request says otherwise.
const SECRET_DAYS: u32 = 365;
/// Days that a secret can be good for.
const SECRET_DAYS_MAX: u32 = 730;

/// `GET /api/freehold/users`
pub(super) async fn users_list(call: &Call) -> Result<Answer> {
    let mut items = Vec::new();
    for found in call.app.identity.users_list(&page(call)?).await? {
        items.push(user(call, &found).await?);
    }
    Ok(Answer::list(items))
}

/// `GET /api/freehold/users/{id}`, by id or user principal name
pub(super) async fn user_get(call: &Call) -> Result<Answer> {
    let found = find_user(call).await?;
    Ok(Answer::ok(user(call, &found).await?))
}

/// `POST /api/freehold/users`
pub(super) async fn user_create(call: &Call) -> Result<Answer> {
    let mut fields = Fields::of("", &call.body)?;
    let upn = fields.required_text("userPrincipalName")?;
    let input = UserInput {
        display_name: fields.text("displayName")?.unwrap_or_else(|| upn.clone()),
        upn,
        mail: fields.text("mail")?,
        given_name: fields.text("givenName")?,
        surname: fields.text("surname")?,
        usage_location: fields.text("usageLocation")?,
        is_enabled: fields.boolean("accountEnabled")?.unwrap_or(true),
    };
    let password = fields.text("password")?;
    let (licences, roles) = (licences(&mut fields)?, roles(&mut fields)?);
    fields.finish()?;
    let identity = &call.app.identity;
    let created = identity.user_create(&call.cx, input, password.as_deref()).await?;
    for licence in licences.unwrap_or_default() {
        identity.licence_assign(&call.cx, created.id, licence).await?;
    }
    for role in roles.unwrap_or_default() {
        identity.role_assign(&call.cx, created.id, role).await?;
    }
    Ok(Answer::created(user(call, &created).await?))
}

/// `PATCH /api/freehold/users/{id}`: what is not given stays; lists replace the ones before.
pub(super) async fn user_update(call: &Call) -> Result<Answer> {
    let found = find_user(call).await?;
    let mut fields = Fields::of("", &call.body)?;
    let mut input = found.to_input();
    if let Some(name) = fields.text("userPrincipalName")? {
        input.upn = name;
    }
    if let Some(name) = fields.text("displayName")? {
        input.display_name = name;
    }
    for (name, target) in [
        ("mail", &mut input.mail),
        ("givenName", &mut input.given_name),
        ("surname", &mut input.surname),
        ("usageLocation", &mut input.usage_location),
    ] {
        if fields.has(name) {
            *target = fields.text(name)?;
        }
    }
    input.is_enabled = fields.boolean("accountEnabled")?.unwrap_or(input.is_enabled);
    let password = fields.text("password")?;
    let (licences, roles) = (licences(&mut fields)?, roles(&mut fields)?);
    fields.finish()?;
    let identity = &call.app.identity;
    let updated = identity.user_update(&call.cx, found.id, input).await?;
    if let Some(password) = password {
        identity.user_set_password(&call.cx, found.id, &password).await?;
    }
    if let Some(licences) = licences {
        replace_licences(call, found.id, &licences).await?;
    }
    if let Some(roles) = roles {
        replace_roles(call, found.id, &roles).await?;
    }
    Ok(Answer::ok(user(call, &updated).await?))
}

/// `DELETE /api/freehold/users/{id}`
pub(super) async fn user_delete(call: &Call) -> Result<Answer> {
    let found = find_user(call).await?;
    call.app.identity.user_delete(&call.cx, found.id).await?;
    Ok(Answer::nothing())
}

/// `GET /api/freehold/groups`
pub(super) async fn groups_list(call: &Call) -> Result<Answer> {
    let found = call.app.identity.groups_list(&page(call)?).await?;
    Ok(Answer::list(found.iter().map(group).collect()))
}

/// `POST /api/freehold/groups`
pub(super) async fn group_create(call: &Call) -> Result<Answer> {
    let mut fields = Fields::of("", &call.body)?;
    let input = GroupInput {
        display_name: fields.required_text("displayName")?,
        description: fields.text("description")?,
    };
    fields.finish()?;
    Ok(Answer::created(group(&call.app.identity.group_create(&call.cx, input).await?)))
}

/// `DELETE /api/freehold/groups/{id}`
pub(super) async fn group_delete(call: &Call) -> Result<Answer> {
    call.app.identity.group_delete(&call.cx, call.id(0)?).await?;
    Ok(Answer::nothing())
}

/// `GET /api/freehold/groups/{id}/members`
pub(super) async fn members_list(call: &Call) -> Result<Answer> {
    let found = call.app.identity.members_list(call.id(0)?, &page(call)?).await?;
    Ok(Answer::list(found.iter().map(object).collect()))
}

/// `POST /api/freehold/groups/{id}/members`
pub(super) async fn member_add(call: &Call) -> Result<Answer> {
    let mut fields = Fields::of("", &call.body)?;
    let member = fields.required_id("id")?;
    fields.finish()?;
    call.app.identity.member_add(&call.cx, call.id(0)?, member).await?;
    Ok(Answer::nothing())
}

/// `DELETE /api/freehold/groups/{id}/members/{member}`
pub(super) async fn member_remove(call: &Call) -> Result<Answer> {
    call.app.identity.member_remove(&call.cx, call.id(0)?, call.id(1)?).await?;
    Ok(Answer::nothing())
}

/// `GET /api/freehold/applications`
pub(super) async fn applications_list(call: &Call) -> Result<Answer> {
    let found = call.app.identity.applications_list(&page(call)?).await?;
    Ok(Answer::list(found.iter().map(application).collect()))
}

/// `POST /api/freehold/applications`
pub(super) async fn application_create(call: &Call) -> Result<Answer> {
    let mut fields = Fields::of("", &call.body)?;
    let input = ApplicationInput {
        display_name: fields.required_text("displayName")?,
        is_public: fields.boolean("isPublic")?.unwrap_or(false),
        is_enabled: fields.boolean("accountEnabled")?.unwrap_or(true),
        redirect_uris: fields.texts("redirectUris")?,
    };
    fields.finish()?;
    let created = call.app.identity.application_create(&call.cx, input).await?;
    Ok(Answer::created(application(&created)))
}

/// `DELETE /api/freehold/applications/{id}`
pub(super) async fn application_delete(call: &Call) -> Result<Answer> {
    call.app.identity.application_delete(&call.cx, call.id(0)?).await?;
    Ok(Answer::nothing())
}

/// `POST /api/freehold/applications/{id}/secrets`: the only time that the secret is told.
pub(super) async fn secret_create(call: &Call) -> Result<Answer> {
    let mut fields = Fields::of("", &call.body)?;
    let name = fields.text("displayName")?.unwrap_or_else(|| "Secret".to_owned());
    let days = fields.number("days")?.unwrap_or(SECRET_DAYS);
    fields.finish()?;
    if days == 0 || days > SECRET_DAYS_MAX {
        return Err(bad_request(format!("days must be 1 to {SECRET_DAYS_MAX}.")));
    }
    let until = call.cx.now().plus_seconds(i64::from(days) * 24 * 3600);
    let made = call.app.identity.secret_add(&call.cx, call.id(0)?, &name, until).await?;
    Ok(Answer::created(json!({
        "id": made.secret.id,
        "displayName": made.secret.display_name,
        "endDateTime": made.secret.expires_at.to_string(),
        "secretText": made.value,
    })))
}

async fn find_user(call: &Call) -> Result<User> {
    let text = call.param(0);
    let found = match text.parse::<Uuid>() {
        Ok(id) => call.app.identity.user_find(id).await?,
        Err(_) => call.app.identity.user_by_upn(text).await?,
    };
    found.ok_or_else(|| {
        Error::not_found("UserNotFound", format!("The directory has no user '{text}'."))
    })
}

async fn replace_licences(call: &Call, id: Uuid, wanted: &[Licence]) -> Result<()> {
    let identity = &call.app.identity;
    for licence in identity.licences_of(id).await? {
        if !wanted.contains(&licence) {
            identity.licence_revoke(&call.cx, id, licence).await?;
        }
    }
    for licence in wanted {
        identity.licence_assign(&call.cx, id, *licence).await?;
    }
    Ok(())
}

async fn replace_roles(call: &Call, id: Uuid, wanted: &[DirectoryRole]) -> Result<()> {
    let identity = &call.app.identity;
    for role in wanted {
        identity.role_assign(&call.cx, id, *role).await?;
    }
    for role in DirectoryRole::ALL {
        if !wanted.contains(&role) && identity.role_members(role).await?.contains(&id) {
            identity.role_revoke(&call.cx, id, role).await?;
        }
    }
    Ok(())
}

fn licences(fields: &mut Fields) -> Result<Option<Vec<Licence>>> {
    if !fields.has("licences") {
        return Ok(None);
    }
    let names = fields.texts("licences")?;
    names.iter().map(|name| Licence::parse(name)).collect::<Result<_>>().map(Some)
}

fn roles(fields: &mut Fields) -> Result<Option<Vec<DirectoryRole>>> {
    if !fields.has("roles") {
        return Ok(None);
    }
    let names = fields.texts("roles")?;
    names.iter().map(|name| DirectoryRole::parse(name)).collect::<Result<_>>().map(Some)
}

fn page(call: &Call) -> Result<Page> {
    Ok(Page {
        search: call.option("$search").map(str::to_owned),
        skip: call.number("$skip")?.unwrap_or_default(),
        top: call.number("$top")?,
    })
}

async fn user(call: &Call, user: &User) -> Result<Value> {
    let identity = &call.app.identity;
    let licences = identity.licences_of(user.id).await?;
    let roles = identity.roles_of(user.id).await?;
    Ok(json!({
        "id": user.id,
        "userPrincipalName": user.upn,
        "displayName": user.display_name,
        "mail": user.mail,
        "givenName": user.given_name,
        "surname": user.surname,
        "usageLocation": user.usage_location,
        "accountEnabled": user.is_enabled,
        "createdDateTime": user.created_at.to_string(),
        "licences": licences.into_iter().map(Licence::name).collect::<Vec<_>>(),
        "roles": roles.into_iter().map(DirectoryRole::name).collect::<Vec<_>>(),
    }))
}

fn group(group: &Group) -> Value {
    json!({
        "id": group.id,
        "displayName": group.display_name,
        "description": group.description,
        "createdDateTime": group.created_at.to_string(),
    })
}

fn application(application: &Application) -> Value {
    json!({
        "appId": application.id,
        "id": application.object_id,
        "displayName": application.display_name,
        "isPublic": application.is_public,
        "accountEnabled": application.is_enabled,
        "redirectUris": application.redirect_uris,
        "createdDateTime": application.created_at.to_string(),
    })
}

fn object(object: &Object) -> Value {
    json!({
        "id": object.id,
        "type": object.kind.name(),
        "displayName": object.display_name,
        "userPrincipalName": object.upn,
        "appId": object.application_id,
    })
}
