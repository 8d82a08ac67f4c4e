//! What administrators set for the whole tenant: its settings, the applications that may manage
//! it, and users of databases.

use std::sync::Arc;

use base::{Caller, Cx, Error, Kind, PrincipalId, Result, limits};
use serde_json::Value;
use uuid::Uuid;

use crate::roles::Action;
use crate::tenant::to_json;
use crate::{Environment, Sku, Tenant, members, settings};

impl Tenant {
    /// The settings of the tenant, for its administrators.
    pub async fn settings_get(&self, cx: &Cx) -> Result<Arc<Value>> {
        self.require_tenant_admin(cx).await?;
        Ok(self.settings_now())
    }

    /// Lays a patch over the settings of the tenant.
    pub async fn settings_update(&self, cx: &Cx, patch: &Value) -> Result<Arc<Value>> {
        self.require_tenant_admin(cx).await?;
        settings::check(patch)?;
        let mut change = self.change().await?;
        let mut after = (*self.settings_now()).clone();
        settings::merge(&mut after, patch);
        if to_json(&after)?.len() > limits::TENANT_SETTINGS_BYTES_MAX {
            let text = "The settings of the tenant would become too large (256 KB at most).";
            return Err(Error::new(Kind::TooLarge, "TenantSettingsTooLarge", text));
        }
        change.put_document("settings", &after).await?;
        let after = Arc::new(after);
        let copy = after.clone();
        change.after(move |state| state.settings = copy);
        change.commit().await?;
        Ok(after)
    }

    /// The applications that may manage the tenant.
    pub async fn applications_list(&self, cx: &Cx) -> Result<Vec<Uuid>> {
        self.require_tenant_admin(cx).await?;
        Ok(self.state().applications.iter().copied().collect())
    }

    /// Whether an application may manage the tenant.
    pub async fn application_get(&self, cx: &Cx, id: Uuid) -> Result<Uuid> {
        self.require_tenant_admin(cx).await?;
        match self.state().applications.contains(&id) {
            true => Ok(id),
            false => Err(Error::not_found(
                "AdminApplicationNotFound",
                format!("The application '{id}' is not registered for management."),
            )),
        }
    }

    /// Lets an application manage the tenant. Only a person can: an application cannot register
    /// itself or another.
    pub async fn application_register(&self, cx: &Cx, id: Uuid) -> Result<()> {
        self.require_person_admin(cx).await?;
        if self.directory.application_find(id).await?.is_none() {
            return Err(Error::not_found(
                "ApplicationNotFound",
                format!("There is no app registration with the client id '{id}' in this tenant."),
            ));
        }
        let mut change = self.change().await?;
        let by = self.actor(cx).await?.display_name;
        let sql = "insert into {management_application} (application_id, created_at, created_by)
            values (?1, ?2, ?3) on conflict (application_id) do nothing";
        change.execute(sql, vec![id.into(), cx.now().into(), by.into()]).await?;
        change.after(move |state| {
            state.applications.insert(id);
        });
        change.commit().await
    }

    /// Takes from an application the right to manage the tenant; doing it twice changes nothing.
    pub async fn application_unregister(&self, cx: &Cx, id: Uuid) -> Result<()> {
        self.require_person_admin(cx).await?;
        let mut change = self.change().await?;
        let sql = "delete from {management_application} where application_id = ?1";
        change.execute(sql, vec![id.into()]).await?;
        change.after(move |state| {
            state.applications.remove(&id);
        });
        change.commit().await
    }

    /// Whether the caller is an application that nobody registered for management.
    pub fn is_unregistered_application(&self, cx: &Cx) -> bool {
        matches!(cx.caller, Caller::Application(id) if !self.state().applications.contains(&id))
    }

    /// Makes somebody a user of an environment's database.
    pub async fn user_add(&self, cx: &Cx, name: &str, person: PrincipalId) -> Result<()> {
        let environment = self.environment_for(cx, name, Action::AssignRoles).await?;
        self.check_user(&environment, person).await?;
        self.claim(&environment, person).await?;
        let user = self.directory_user(person).await?;
        let system = cx.with_caller(Caller::System);
        let open = self.open_database(&system, &environment).await?;
        members::ensure_user(&system, &open, &user).await?;
        Ok(())
    }

    /// Makes an application a user of an environment's database, with the role System
    /// Administrator: clients that call this (Terraform's `environment_application_admin`) rely on
    /// it. One that is to have other roles is made as a row of `systemuser`.
    pub async fn application_user_add(&self, cx: &Cx, name: &str, id: Uuid) -> Result<()> {
        let environment = self.environment_for(cx, name, Action::AssignRoles).await?;
        require_database(&environment)?;
        if environment.sku == Sku::Trial {
            return Err(one_user_only(&environment));
        }
        let Some(found) = self.directory.application_find(id).await? else {
            return Err(Error::not_found(
                "ApplicationNotFound",
                format!("There is no app registration with the client id '{id}' in this tenant."),
            ));
        };
        let user = self.directory_user(found.object_id).await?;
        let system = cx.with_caller(Caller::System);
        let open = self.open_database(&system, &environment).await?;
        let row = members::ensure_user(&system, &open, &user).await?;
        members::assign_role(&system, &open, row, members::SYSTEM_ADMINISTRATOR).await
    }

    async fn check_user(&self, environment: &Environment, person: PrincipalId) -> Result<()> {
        require_database(environment)?;
        if environment.is_personal() && environment.used_by.is_some_and(|owner| owner != person) {
            return Err(one_user_only(environment));
        }
        let Some(found) = self.person(person).await? else {
            return Err(Error::not_found(
                "UserNotFound",
                format!("There is no enabled user '{person}' in this tenant."),
            ));
        };
        if !found.is_licensed && !found.is_tenant_admin {
            return Err(Error::new(
                Kind::Forbidden,
                "userNotLicensed",
                format!("The user '{person}' has no licence. Assign one first."),
            ));
        }
        self.check_security_group(environment, person).await.map_err(|error| match error.kind {
            Kind::Forbidden => Error::forbidden(
                "NotInSecurityGroup",
                format!(
                    "The user '{person}' is not a member of the security group of the environment \
                     {}. Add the user to the group first.",
                    environment.display_name
                ),
            ),
            _ => error,
        })
    }

    async fn require_person_admin(&self, cx: &Cx) -> Result<()> {
        if matches!(cx.caller, Caller::Application(_)) {
            return Err(Error::forbidden(
                "Forbidden",
                "Applications are registered for management by a person: a Global administrator, \
                 Power Platform administrator or Dynamics 365 administrator.",
            ));
        }
        self.require_tenant_admin(cx).await
    }
}

fn require_database(environment: &Environment) -> Result<()> {
    if environment.database.is_some() {
        return Ok(());
    }
    let text = format!(
        "The environment {} has no Dataverse database; assign the role Environment Maker or \
         Environment Admin instead.",
        environment.name()
    );
    Err(Error::new(Kind::Invalid, "LinkedEnvironmentNotFound", text))
}

fn one_user_only(environment: &Environment) -> Error {
    let text = format!(
        "An environment of type {} is for one user only; it cannot be shared.",
        environment.sku.name()
    );
    Error::new(Kind::Invalid, "EnvironmentUserLimitExceeded", text)
}
