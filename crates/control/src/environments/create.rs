//! Creating an environment, and adding a database to one.

use std::collections::BTreeSet;
use std::sync::Arc;

use base::{Cx, Error, Kind, PrincipalId, Result, limits};
use identity::ObjectKind;
use uuid::Uuid;

use super::{
    Asker, CreateRequest, DatabaseRequest, Facts, Plan, Switches, capacity_suffices, decide,
    enforcement, plan_database,
};
use crate::operations::Work;
use crate::roles::{Action, PrincipalType, Role, RoleAssignment};
use crate::tenant::{Change, DomainHold};
use crate::{
    Environment, Operation, OperationType, Provisioning, Runtime, Sku, Tenant, domain, settings,
};

impl Tenant {
    /// Creates an environment. Without a database it is ready at once; with one, the operation
    /// given along tells when it is.
    pub async fn environment_create(
        &self,
        cx: &Cx,
        request: &CreateRequest,
    ) -> Result<(Arc<Environment>, Operation)> {
        let mut change = self.change().await?;
        let facts = self.facts(cx, request).await?;
        let plan = decide(request, &facts)?;
        let environment = self.planned(cx, &plan, &facts).await?;
        let identity = (environment.id, environment.name());
        let actor = environment.created_by.clone();
        let kind = OperationType::Create;
        let Some(database) = plan.database else {
            let operation = Operation::done(cx.new_id(), identity, kind, actor, cx.now());
            if let Some(creator) = self.directory.caller_id(cx).await? {
                let owner = plan.used_by.unwrap_or(creator);
                change.put_role(first_admin(cx, &environment, owner)).await?;
            }
            change.put_operation(operation.clone()).await?;
            let environment = change.put_environment(environment).await?;
            change.commit().await?;
            return Ok((environment, operation));
        };
        let mut operation = Operation::accepted(cx.new_id(), identity, kind, actor, cx.now());
        let administrators = self.first_administrators(cx, plan.used_by).await?;
        operation.work = Some(Work { database, administrators, is_new: true });
        let environment = self.begin_provisioning(cx, change, environment, &operation).await?;
        Ok((environment, operation))
    }

    /// Adds the one database that an environment can have.
    pub async fn database_add(
        &self,
        cx: &Cx,
        name: &str,
        request: &DatabaseRequest,
    ) -> Result<(Arc<Environment>, Operation)> {
        // Who administers a database is told that there is one already.
        let right = match self.environment_by_name(name)?.database {
            Some(_) => Action::EditEnvironment,
            None => Action::AddDatabase,
        };
        let environment = self.environment_for(cx, name, right).await?;
        let change = self.change().await?;
        // Again, now that nobody else changes it.
        let environment = self.environment_by_name(&environment.name())?;
        change.require_idle(environment.id)?;
        enforcement::require(&environment, OperationType::Provision)?;
        if environment.is_default() && !self.options.default_environment_allows_database {
            let message = enforcement::NO_DATABASE_IN_DEFAULT;
            return Err(Error::new(Kind::Invalid, "OperationNotAllowed", message));
        }
        let facts = self.database_facts(cx, request).await?;
        if environment.sku.counts_capacity() {
            capacity_suffices(facts.capacity_free_mb)?;
        }
        let plan = plan_database(environment.sku, request, &facts)?;
        let identity = (environment.id, environment.name());
        let actor = self.actor(cx).await?;
        let mut operation =
            Operation::accepted(cx.new_id(), identity, OperationType::Provision, actor, cx.now());
        let administrators = self.administrators_to_be(cx, &environment).await?;
        operation.work = Some(Work { database: plan, administrators, is_new: false });
        let environment = Environment {
            provisioning: Provisioning::LinkedDatabaseProvisioning,
            ..(*environment).clone()
        };
        let environment = self.begin_provisioning(cx, change, environment, &operation).await?;
        Ok((environment, operation))
    }

    /// Notes what is about to be done, and holds the domain name meanwhile.
    async fn begin_provisioning(
        &self,
        cx: &Cx,
        mut change: Change<'_>,
        environment: Environment,
        operation: &Operation,
    ) -> Result<Arc<Environment>> {
        if let Some(work) = &operation.work {
            let hold = DomainHold { environment: environment.id, free_at: None };
            change.hold_domain(&work.database.domain, hold).await?;
        }
        change.put_operation(operation.clone()).await?;
        self.operation_enqueue(cx, &mut change, operation).await?;
        let environment = change.put_environment(environment).await?;
        change.commit().await?;
        self.queue.wake();
        Ok(environment)
    }

    /// The environment that a plan describes, before it has a database.
    async fn planned(&self, cx: &Cx, plan: &Plan, facts: &Facts) -> Result<Environment> {
        let actor = self.actor(cx).await?;
        // A trial is for the one who creates it.
        let used_by = match (&facts.caller, plan.sku) {
            (Asker::Person(person), Sku::Trial) => Some(person.id),
            _ => plan.used_by,
        };
        Ok(Environment {
            id: cx.random_id(),
            sku: plan.sku,
            display_name: plan.display_name.clone(),
            description: plan.description.clone(),
            location: plan.location.to_owned(),
            azure_region: plan.azure_region.clone(),
            provisioning: match plan.database {
                Some(_) => Provisioning::LinkedDatabaseProvisioning,
                None => Provisioning::Succeeded,
            },
            runtime: Runtime::Enabled,
            database: None,
            update_cadence: plan.update_cadence,
            created_at: cx.now(),
            created_by: actor.clone(),
            modified_at: cx.now(),
            modified_by: actor,
            used_by,
            expires_at: plan.expires_at,
            deleted_at: None,
            switches: plan.switches.clone(),
        })
    }

    /// Everything that the rules look at.
    async fn facts(&self, cx: &Cx, request: &CreateRequest) -> Result<Facts> {
        let nothing = DatabaseRequest::default();
        let mut facts =
            self.database_facts(cx, request.database.as_ref().unwrap_or(&nothing)).await?;
        let target = request.used_by.or(match &facts.caller {
            Asker::Person(person) => Some(person.id),
            _ => None,
        });
        if let Some(target) = target {
            facts.target = self.person(target).await?;
        }
        Ok(facts)
    }

    /// What the rules about databases look at.
    async fn database_facts(&self, cx: &Cx, request: &DatabaseRequest) -> Result<Facts> {
        let is_security_group_known = match request.security_group {
            Some(group) => self.directory.group_find(group).await?.is_some(),
            None => true,
        };
        Ok(Facts {
            now: cx.now(),
            tenant_is_enabled: self.is_enabled(),
            home: self.location(),
            caller: self.asker(cx).await?,
            switches: self.switches(),
            target: None,
            capacity_free_mb: self.capacity_free_mb(),
            is_domain_taken: request.domain.as_deref().is_some_and(|name| self.is_taken(cx, name)),
            fresh_domain: self.fresh_domain(cx),
            is_security_group_known,
        })
    }

    fn switches(&self) -> Switches {
        let now = self.settings_now();
        let is_on = |path| settings::is_on(&now, path);
        Switches {
            production_is_for_admins: is_on("disableEnvironmentCreationByNonAdminUsers"),
            trial_is_for_admins: is_on("disableTrialEnvironmentCreationByNonAdminUsers"),
            developer_is_for_admins: is_on(
                "powerPlatform.governance.disableDeveloperEnvironmentCreationByNonAdminUsers",
            ),
            developers_max: self.options.developers_max,
        }
    }

    /// Whether a domain name is in use, or reserved still.
    pub(crate) fn is_taken(&self, cx: &Cx, name: &str) -> bool {
        let state = self.state();
        let hold = state.domains.get(name);
        hold.is_some_and(|hold| hold.free_at.is_none_or(|free_at| cx.now() < free_at))
    }

    /// A domain name that nobody has.
    pub(crate) fn fresh_domain(&self, cx: &Cx) -> String {
        loop {
            let name = domain::fresh(cx);
            if !self.state().domains.contains_key(&name) {
                return name;
            }
        }
    }

    /// Who administers a new database: its owner, or whoever creates it.
    async fn first_administrators(
        &self,
        cx: &Cx,
        owner: Option<PrincipalId>,
    ) -> Result<Vec<PrincipalId>> {
        let creator = self.directory.caller_id(cx).await?;
        Ok(owner.or(creator).into_iter().collect())
    }

    /// Who administers a database that is added: every Environment Admin, and whoever adds it.
    async fn administrators_to_be(
        &self,
        cx: &Cx,
        environment: &Environment,
    ) -> Result<Vec<PrincipalId>> {
        let mut people = BTreeSet::new();
        for role in self.roles_in(environment.id) {
            match (role.role, role.principal_type) {
                (Role::EnvironmentAdmin, PrincipalType::User) => {
                    people.insert(role.principal);
                }
                (Role::EnvironmentAdmin, PrincipalType::Group) => {
                    people.extend(self.people_in(role.principal).await?);
                }
                _ => {}
            }
        }
        if environment.is_personal() {
            people.retain(|person| environment.used_by == Some(*person));
            people.extend(environment.used_by);
        } else {
            people.extend(self.directory.caller_id(cx).await?);
        }
        Ok(people.into_iter().collect())
    }

    /// Refuses a domain name that cannot be, or that another environment than `own` holds.
    pub async fn domain_check(&self, cx: &Cx, name: &str, own: Option<&str>) -> Result<()> {
        domain::check(name)?;
        let holder = self.state().domains.get(name).map(|hold| hold.environment);
        let own = match own {
            Some(own) => Some(self.environment_for(cx, own, Action::EditEnvironment).await?.id),
            None => None,
        };
        if holder.is_some() && holder == own {
            return Ok(());
        }
        if self.is_taken(cx, name) {
            return Err(domain::taken(name).into());
        }
        Ok(())
    }

    /// Everybody in a group, directly or through other groups.
    async fn people_in(&self, group: PrincipalId) -> Result<BTreeSet<PrincipalId>> {
        let mut people = BTreeSet::new();
        let mut groups = vec![group];
        let mut seen = BTreeSet::from([group]);
        while let Some(group) = groups.pop() {
            let mut page = identity::Page::default();
            loop {
                let members = match self.directory.members_list(group, &page).await {
                    Ok(members) => members,
                    // A group that was deleted since has nobody in it.
                    Err(error) if error.kind == Kind::NotFound => break,
                    Err(error) => return Err(error),
                };
                page.skip += members.len();
                if members.is_empty() {
                    break;
                }
                for member in members {
                    match member.kind {
                        ObjectKind::Group if seen.insert(member.id) => groups.push(member.id),
                        ObjectKind::Group => {}
                        _ => {
                            people.insert(member.id);
                        }
                    }
                }
            }
            if people.len() > limits::DATABASE_ADMINISTRATORS_MAX {
                return Err(Error::new(
                    Kind::TooLarge,
                    "TooManyAdministrators",
                    format!(
                        "More than {} people are Environment Admins through groups; a database \
                         cannot have so many System Administrators. Take the role from the group.",
                        limits::DATABASE_ADMINISTRATORS_MAX
                    ),
                ));
            }
        }
        Ok(people)
    }
}

fn first_admin(cx: &Cx, environment: &Environment, creator: PrincipalId) -> RoleAssignment {
    RoleAssignment {
        id: cx.random_id(),
        environment: environment.id,
        role: Role::EnvironmentAdmin,
        principal_type: PrincipalType::User,
        principal: creator,
        created_at: cx.now(),
    }
}

/// The unique name of a new organization.
pub(crate) fn unique_name(organization: Uuid) -> String {
    format!("unq{}", &organization.simple().to_string()[..24])
}
