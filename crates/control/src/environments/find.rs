//! Finding environments, and listing those that somebody may see.

use std::sync::Arc;

use base::{Caller, Cx, Error, Kind, Result};
use uuid::Uuid;

use crate::roles::Action;
use crate::{Environment, Tenant};

impl Tenant {
    /// All environments of the tenant, for its administrators.
    pub async fn environments_list(&self, cx: &Cx) -> Result<Vec<Arc<Environment>>> {
        self.require_tenant_admin(cx).await?;
        Ok(self.present())
    }

    /// The environments in which the caller has rights of their own. That somebody administers the
    /// tenant puts no environment but the default one on this list.
    pub async fn environments_mine(&self, cx: &Cx) -> Result<Vec<Arc<Environment>>> {
        if cx.caller == Caller::Anonymous {
            return Err(Error::new(Kind::Unauthenticated, "Unauthorized", "Sign in first."));
        }
        let mut mine = Vec::new();
        for environment in self.present() {
            let was_open = self.registry.is_open(environment.id);
            if self.is_mine(cx, &environment).await? {
                mine.push(environment.clone());
            }
            // Only looking who somebody is keeps nothing open.
            if !was_open {
                self.registry.close_unused(environment.id);
            }
        }
        Ok(mine)
    }

    /// One of [`Tenant::environments_mine`].
    pub async fn environment_mine(&self, cx: &Cx, name: &str) -> Result<Arc<Environment>> {
        if cx.caller == Caller::Anonymous {
            return Err(Error::new(Kind::Unauthenticated, "Unauthorized", "Sign in first."));
        }
        loop {
            let environment = self.environment_by_name(name)?;
            if self.is_mine(cx, &environment).await? {
                return Ok(environment);
            }
            // Roles move into the database the moment it is there: what was read of both sides of
            // that moment fits neither, so it is read again.
            if Arc::ptr_eq(&environment, &self.environment_by_name(name)?) {
                return Err(self.environment_not_found(name));
            }
        }
    }

    /// One environment, for those who administer it.
    pub async fn environment_get(&self, cx: &Cx, name: &str) -> Result<Arc<Environment>> {
        self.environment_for(cx, name, Action::EditEnvironment).await
    }

    /// The deleted environments that can be recovered.
    pub async fn environments_deleted(&self, cx: &Cx) -> Result<Vec<Arc<Environment>>> {
        self.require_tenant_admin(cx).await?;
        let state = self.state();
        Ok(state.environments.values().filter(|found| found.is_deleted()).cloned().collect())
    }

    async fn is_mine(&self, cx: &Cx, environment: &Environment) -> Result<bool> {
        if matches!(cx.caller, Caller::System | Caller::Application(_))
            && self.is_tenant_admin(cx).await?
        {
            return Ok(true);
        }
        let mut standing = self.standing(cx, environment).await?;
        standing.is_tenant_admin = false;
        let place = crate::roles::Place {
            sku: environment.sku,
            has_database: environment.database.is_some(),
        };
        Ok(crate::roles::allowed(standing, Action::SeeEnvironment, place))
    }

    /// The environment that a request names: by id, `Default-{tenantId}` or `~default`.
    pub(crate) fn environment_by_name(&self, name: &str) -> Result<Arc<Environment>> {
        let found = self.find(name).filter(|environment| !environment.is_deleted());
        found.ok_or_else(|| self.environment_not_found(name))
    }

    /// The same among the deleted ones.
    pub(crate) fn deleted_by_name(&self, name: &str) -> Result<Arc<Environment>> {
        let found = self.find(name).filter(|environment| environment.is_deleted());
        found.ok_or_else(|| self.environment_not_found(name))
    }

    pub(crate) fn environment_by_id(&self, id: Uuid) -> Result<Arc<Environment>> {
        let found = self.state().environments.get(&id).cloned();
        found.ok_or_else(|| self.environment_not_found(&id.to_string()))
    }

    fn find(&self, name: &str) -> Option<Arc<Environment>> {
        let tenant = self.id();
        let default = format!("Default-{tenant}");
        let id = if name.eq_ignore_ascii_case("~default") || name.eq_ignore_ascii_case(&default) {
            tenant
        } else {
            name.parse().ok().filter(|id| *id != tenant)?
        };
        self.state().environments.get(&id).cloned()
    }

    /// All that are not deleted: the default one first, then by age.
    fn present(&self) -> Vec<Arc<Environment>> {
        let state = self.state();
        let mut present: Vec<_> =
            state.environments.values().filter(|found| !found.is_deleted()).cloned().collect();
        present.sort_by_key(|found| (!found.is_default(), found.created_at, found.id));
        present
    }

    pub(crate) fn environment_not_found(&self, name: &str) -> Error {
        Error::not_found(
            "EnvironmentNotFound",
            format!("The environment '{name}' could not be found in the tenant '{}'.", self.id()),
        )
    }
}
