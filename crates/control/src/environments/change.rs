//! Changing an environment: edit, convert, delete, recover, and what happens by itself.

use std::sync::Arc;

use base::{Cx, Error, Instant, Kind, Result, limits};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::decide::{is_line, is_text};
use super::{capacity_suffices, enforcement};
use crate::roles::Action;
use crate::tenant::{Change, DEFAULT_SUFFIX, DomainHold, to_json};
use crate::{
    Actor, Environment, Operation, OperationType, Provisioning, Runtime, Sku, Tenant,
    UpdateCadence, domain, settings,
};

/// What is to change. What is not given stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EnvironmentPatch {
    /// The name that people read.
    pub display_name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// The label in its URL.
    pub domain: Option<String>,
    /// Who may enter: a group, or everybody.
    pub security_group: Option<Option<Uuid>>,
    /// Who may enter: administration mode on or off.
    pub runtime: Option<Runtime>,
    /// Whether background work runs.
    pub background_operations_are_on: Option<bool>,
    /// How often it is updated.
    pub update_cadence: Option<UpdateCadence>,
    /// Switches that are kept and shown, merged deep.
    pub switches: Map<String, Value>,
}

impl Tenant {
    /// Changes what a patch names.
    pub async fn environment_update(
        &self,
        cx: &Cx,
        name: &str,
        patch: &EnvironmentPatch,
    ) -> Result<(Arc<Environment>, Operation)> {
        let environment = self.environment_for(cx, name, Action::EditEnvironment).await?;
        let mut change = self.change().await?;
        let before = self.environment_by_id(environment.id)?;
        change.require_idle(before.id)?;
        let mut after = self.patched(cx, &before, patch).await?;
        after.modified_at = cx.now();
        after.modified_by = self.actor(cx).await?;
        self.move_domain(cx, &mut change, &before, &after).await?;
        self.save(cx, change, after, operation_of(&before, patch)).await
    }

    /// Gives an environment another type.
    pub async fn environment_convert(
        &self,
        cx: &Cx,
        name: &str,
        sku: Sku,
    ) -> Result<(Arc<Environment>, Operation)> {
        let environment = self.environment_for(cx, name, Action::EditEnvironment).await?;
        let change = self.change().await?;
        let before = self.environment_by_id(environment.id)?;
        change.require_idle(before.id)?;
        enforcement::require(&before, OperationType::Convert)?;
        let mut after = (*before).clone();
        match (before.sku, sku) {
            (from, to) if from == to => {}
            (Sku::Production, Sku::Sandbox) | (Sku::Sandbox, Sku::Production) => {}
            (Sku::Trial, Sku::Production) => {
                if before.expires_at.is_some_and(|at| at <= cx.now()) {
                    return Err(Error::new(
                        Kind::Invalid,
                        "TrialExpired",
                        "The trial has expired; it could be converted before only.",
                    ));
                }
                capacity_suffices(self.capacity_free_mb())?;
                after.expires_at = None;
                after.used_by = None;
            }
            (from, to) => {
                return Err(Error::new(
                    Kind::Invalid,
                    "OperationNotAllowed",
                    format!(
                        "An environment of type {} cannot be converted to {}.",
                        from.name(),
                        to.name()
                    ),
                ));
            }
        }
        after.sku = sku;
        after.modified_at = cx.now();
        after.modified_by = self.actor(cx).await?;
        self.save(cx, change, after, OperationType::Convert).await
    }

    /// Why an environment cannot be deleted by the caller; nothing when it can.
    pub async fn environment_delete_check(&self, cx: &Cx, name: &str) -> Result<Option<Error>> {
        let environment = self.environment_for(cx, name, Action::DeleteEnvironment).await?;
        if let Err(error) = enforcement::require(&environment, OperationType::Delete) {
            return Ok(Some(error));
        }
        let active = self.state().active.get(&environment.id).cloned();
        Ok(active.map(|active| active.conflict()))
    }

    /// Deletes an environment. It can be recovered for seven days.
    pub async fn environment_delete(
        &self,
        cx: &Cx,
        name: &str,
    ) -> Result<(Arc<Environment>, Operation)> {
        let environment = self.environment_for(cx, name, Action::DeleteEnvironment).await?;
        let mut change = self.change().await?;
        let before = self.environment_by_name(&environment.name())?;
        change.require_idle(before.id)?;
        enforcement::require(&before, OperationType::Delete)?;
        let after = self.deleted(cx, &mut change, &before).await?;
        let done = self.save(cx, change, after, OperationType::Delete).await?;
        self.registry.close(before.id);
        Ok(done)
    }

    /// Brings a deleted environment back, with the same id and data.
    pub async fn environment_recover(
        &self,
        cx: &Cx,
        name: &str,
    ) -> Result<(Arc<Environment>, Operation)> {
        self.require_tenant_admin(cx).await?;
        let mut change = self.change().await?;
        let before = self.deleted_by_name(name)?;
        if is_gone(&before, cx.now()) {
            return Err(self.environment_not_found(name));
        }
        enforcement::require(&before, OperationType::Recover)?;
        if before.sku.counts_capacity() {
            capacity_suffices(self.capacity_free_mb())?;
        }
        let mut after = (*before).clone();
        after.deleted_at = None;
        after.provisioning = Provisioning::Succeeded;
        after.modified_at = cx.now();
        after.modified_by = self.actor(cx).await?;
        if let Some(database) = &mut after.database {
            // The name is free after a day; somebody else may have it by now.
            let holder = self.state().domains.get(&database.domain).copied();
            let is_lost = holder.is_some_and(|hold| {
                hold.environment != before.id && hold.free_at.is_none_or(|at| cx.now() < at)
            });
            if is_lost {
                database.domain = self.fresh_domain(cx);
            }
            let hold = DomainHold { environment: before.id, free_at: None };
            change.hold_domain(&database.domain, hold).await?;
        }
        self.save(cx, change, after, OperationType::Recover).await
    }

    /// What time does: trials expire, deleted environments go for good, idle ones are closed,
    /// sizes are measured. To be called now and then.
    pub async fn sweep(&self, cx: &Cx) -> Result<()> {
        for environment in self.registry.opened() {
            // The others go on; this one is tried again next time.
            if let Err(error) = environment.sweep(cx).await {
                tracing::error!(id = %environment.id, cause = error.chain(), "sweeping failed");
            }
        }
        self.registry.close_idle(cx.now());
        self.expire_trials(cx).await?;
        self.purge(cx).await?;
        self.forget_domains(cx).await
    }

    async fn expire_trials(&self, cx: &Cx) -> Result<()> {
        for environment in self.environments_where(|found| {
            !found.is_deleted() && found.expires_at.is_some_and(|at| at <= cx.now())
        }) {
            let mut change = self.change().await?;
            if change.require_idle(environment.id).is_err() {
                continue;
            }
            let gone_at = environment
                .expires_at
                .map(|at| at.plus_seconds(limits::ENVIRONMENT_RECOVER_SECONDS));
            if gone_at.is_some_and(|at| at <= cx.now()) {
                let after = self.deleted(cx, &mut change, &environment).await?;
                self.save(cx, change, after, OperationType::Delete).await?;
            } else if environment.runtime != Runtime::Disabled {
                let after = Environment { runtime: Runtime::Disabled, ..(*environment).clone() };
                self.save(cx, change, after, OperationType::Disable).await?;
            }
            self.registry.close(environment.id);
        }
        Ok(())
    }

    /// Removes what was deleted long enough ago. Its operations stay, as history.
    async fn purge(&self, cx: &Cx) -> Result<()> {
        for environment in self.environments_where(|found| is_gone(found, cx.now())) {
            let mut change = self.change().await?;
            self.registry.close(environment.id);
            let store_name = environment.store_name();
            if self.database.exists(&store_name).await? {
                self.database.drop_store(&store_name).await?;
            }
            change.remove_environment(environment.id).await?;
            change.commit().await?;
        }
        Ok(())
    }

    async fn forget_domains(&self, cx: &Cx) -> Result<()> {
        let is_free = |hold: &DomainHold| hold.free_at.is_some_and(|at| at <= cx.now());
        let free: Vec<_> = {
            let state = self.state();
            let free = state.domains.iter().filter(|(_, hold)| is_free(hold));
            free.map(|(name, _)| name.clone()).collect()
        };
        if free.is_empty() {
            return Ok(());
        }
        let mut change = self.change().await?;
        for name in free {
            change.free_domain(&name).await?;
        }
        change.commit().await
    }

    fn environments_where(&self, is: impl Fn(&Environment) -> bool) -> Vec<Arc<Environment>> {
        self.state().environments.values().filter(|found| is(found)).cloned().collect()
    }

    /// The environment as it is once deleted; its domain name is reserved for a day.
    async fn deleted(
        &self,
        cx: &Cx,
        change: &mut Change<'_>,
        before: &Environment,
    ) -> Result<Environment> {
        if let Some(database) = &before.database {
            let free_at = Some(cx.now().plus_seconds(limits::DOMAIN_RESERVED_SECONDS));
            let hold = DomainHold { environment: before.id, free_at };
            change.hold_domain(&database.domain, hold).await?;
        }
        Ok(Environment {
            deleted_at: Some(cx.now()),
            provisioning: Provisioning::SoftDeleted,
            modified_at: cx.now(),
            modified_by: self.actor(cx).await?,
            ..before.clone()
        })
    }

    /// Writes the environment and the operation that changed it.
    async fn save(
        &self,
        cx: &Cx,
        mut change: Change<'_>,
        after: Environment,
        kind: OperationType,
    ) -> Result<(Arc<Environment>, Operation)> {
        let actor: Actor = self.actor(cx).await?;
        let identity = (after.id, after.name());
        let operation = Operation::done(cx.new_id(), identity, kind, actor, cx.now());
        change.put_operation(operation.clone()).await?;
        let environment = change.put_environment(after).await?;
        change.commit().await?;
        Ok((environment, operation))
    }

    /// The environment with a patch laid over it, or why not.
    async fn patched(
        &self,
        cx: &Cx,
        before: &Environment,
        patch: &EnvironmentPatch,
    ) -> Result<Environment> {
        let mut after = before.clone();
        if let Some(name) = &patch.display_name {
            after.display_name = checked_name(before, name)?;
        }
        if let Some(description) = &patch.description {
            if description.chars().count() > limits::ENVIRONMENT_DESCRIPTION_CHARS_MAX {
                return Err(invalid("The description is too long; use at most 4000 characters."));
            }
            if !is_text(description) {
                return Err(invalid("Take the control characters out of the description."));
            }
            after.description = description.clone();
        }
        if let Some(cadence) = patch.update_cadence {
            after.update_cadence = cadence;
        }
        for (name, value) in &patch.switches {
            settings::merge(after.switches.entry(name.clone()).or_insert(Value::Null), value);
        }
        if to_json(&after.switches)?.len() > limits::ENVIRONMENT_SWITCHES_BYTES_MAX {
            return Err(invalid("The settings of the environment would become too large."));
        }
        self.patch_runtime(&mut after, patch)?;
        self.patch_database(cx, before, &mut after, patch).await?;
        Ok(after)
    }

    /// Administration mode, and background work, which can be off in that mode only.
    fn patch_runtime(&self, after: &mut Environment, patch: &EnvironmentPatch) -> Result<()> {
        if let Some(runtime) = patch.runtime
            && runtime != after.runtime
        {
            if runtime == Runtime::Disabled || after.runtime == Runtime::Disabled {
                return Err(Error::not_implemented(
                    "Disabling or enabling an environment by hand (states.runtime Disabled)",
                ));
            }
            enforcement::require(after, OperationType::Disable)?;
            after.runtime = runtime;
        }
        let is_admin_mode = after.runtime == Runtime::AdminMode;
        let Some(database) = &mut after.database else {
            return match patch.background_operations_are_on {
                Some(false) => Err(needs_database("Background operations")),
                _ => Ok(()),
            };
        };
        match patch.background_operations_are_on {
            Some(false) if !is_admin_mode => Err(invalid(
                "Background operations can be disabled only while the environment is in \
                 administration mode; set states.runtime to AdminMode first.",
            )),
            Some(is_on) => {
                database.background_operations_are_on = is_on;
                Ok(())
            }
            None => {
                database.background_operations_are_on |= !is_admin_mode;
                Ok(())
            }
        }
    }

    async fn patch_database(
        &self,
        cx: &Cx,
        before: &Environment,
        after: &mut Environment,
        patch: &EnvironmentPatch,
    ) -> Result<()> {
        let sku = before.sku;
        let Some(database) = &mut after.database else {
            return match (&patch.domain, patch.security_group) {
                (Some(_), _) => Err(needs_database("A domain name")),
                (_, Some(Some(_))) => Err(needs_database("A security group")),
                _ => Ok(()),
            };
        };
        if let Some(name) = patch.domain.as_ref().filter(|name| **name != database.domain) {
            domain::check(name)?;
            let holder = self.state().domains.get(name).copied();
            let is_own = holder.is_some_and(|hold| hold.environment == before.id);
            if !is_own && self.is_taken(cx, name) {
                return Err(domain::taken(name).into());
            }
            database.domain.clone_from(name);
        }
        if let Some(group) = patch.security_group.filter(|group| *group != database.security_group)
        {
            if matches!(sku, Sku::Developer | Sku::Default) && group.is_some() {
                let text = format!("An environment of type {} has no security group.", sku.name());
                return Err(Error::new(Kind::Invalid, "SecurityGroupNotAllowed", text));
            }
            if let Some(group) = group
                && self.directory.group_find(group).await?.is_none()
            {
                return Err(Error::new(
                    Kind::Invalid,
                    "SecurityGroupNotFound",
                    format!("There is no security group '{group}' in this tenant."),
                ));
            }
            database.security_group = group;
        }
        Ok(())
    }

    /// Holds the new domain name; the old one still leads to the environment for a day.
    async fn move_domain(
        &self,
        cx: &Cx,
        change: &mut Change<'_>,
        before: &Environment,
        after: &Environment,
    ) -> Result<()> {
        let (Some(old), Some(new)) = (&before.database, &after.database) else { return Ok(()) };
        if old.domain == new.domain {
            return Ok(());
        }
        let free_at = Some(cx.now().plus_seconds(limits::DOMAIN_RESERVED_SECONDS));
        change.hold_domain(&old.domain, DomainHold { environment: before.id, free_at }).await?;
        let hold = DomainHold { environment: before.id, free_at: None };
        change.hold_domain(&new.domain, hold).await
    }
}

/// Whether an environment was deleted so long ago that it cannot be recovered.
fn is_gone(environment: &Environment, now: Instant) -> bool {
    let limit = now.plus_seconds(-limits::ENVIRONMENT_RECOVER_SECONDS);
    environment.deleted_at.is_some_and(|at| at <= limit)
}

/// The name without blanks at its ends; that of the default environment keeps its suffix.
fn checked_name(environment: &Environment, name: &str) -> Result<String> {
    let name = name.trim();
    let length = name.chars().count();
    if length == 0 || length > limits::ENVIRONMENT_NAME_CHARS_MAX {
        return Err(invalid("Give the environment a name of 1 to 100 characters."));
    }
    if !is_line(name) {
        return Err(invalid("The name of an environment is one line of text."));
    }
    if environment.is_default() && !name.ends_with(DEFAULT_SUFFIX) {
        return Ok(format!("{name}{DEFAULT_SUFFIX}"));
    }
    Ok(name.to_owned())
}

/// Under which name a patch stands in the history.
fn operation_of(before: &Environment, patch: &EnvironmentPatch) -> OperationType {
    match patch.runtime {
        Some(runtime) if runtime != before.runtime => match runtime {
            Runtime::Enabled => OperationType::Enable,
            Runtime::AdminMode | Runtime::Disabled => OperationType::Disable,
        },
        _ => OperationType::Edit,
    }
}

fn invalid(text: &str) -> Error {
    Error::new(Kind::Invalid, "InvalidRequest", text)
}

fn needs_database(what: &str) -> Error {
    let text = format!("{what} needs a Dataverse database, which this environment does not have.");
    Error::new(Kind::Invalid, "LinkedEnvironmentNotFound", text)
}
