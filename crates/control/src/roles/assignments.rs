//! The two roles of environments without a database: Environment Admin and Environment Maker.

use base::{Cx, Error, Instant, Kind, PrincipalId, Result, limits};
use db::Row;
use std::sync::Arc;
use uuid::Uuid;

use super::{Action, Place, Standing, allowed};
use crate::{Environment, Tenant};

/// One of the two roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Administers the environment.
    EnvironmentAdmin,
    /// Makes apps, flows, connections in it.
    EnvironmentMaker,
}

impl Role {
    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::EnvironmentAdmin => "EnvironmentAdmin",
            Self::EnvironmentMaker => "EnvironmentMaker",
        }
    }

    /// The role with this name, whatever its case.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::EnvironmentAdmin, Self::EnvironmentMaker]
            .into_iter()
            .find(|role| role.name().eq_ignore_ascii_case(name))
    }
}

/// Who can hold a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PrincipalType {
    /// A person, or the service principal of an application.
    User,
    /// Everybody in a group.
    Group,
    /// Everybody in the tenant.
    Tenant,
}

impl PrincipalType {
    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
            Self::Tenant => "Tenant",
        }
    }

    /// The type with this name, whatever its case.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::User, Self::Group, Self::Tenant]
            .into_iter()
            .find(|kind| kind.name().eq_ignore_ascii_case(name))
    }
}

/// Somebody has a role in an environment.
#[derive(Clone, Debug, PartialEq)]
pub struct RoleAssignment {
    /// Its id.
    pub id: Uuid,
    /// The environment.
    pub environment: Uuid,
    /// The role.
    pub role: Role,
    /// What the principal is.
    pub principal_type: PrincipalType,
    /// Who; the tenant id for everybody.
    pub principal: PrincipalId,
    /// Since when.
    pub created_at: Instant,
}

/// One change of the assignments.
#[derive(Clone, Debug, PartialEq)]
pub enum RoleChange {
    /// Gives a role to somebody.
    Add {
        /// The role.
        role: Role,
        /// What the principal is.
        principal_type: PrincipalType,
        /// Who; nothing for the tenant.
        principal: Option<PrincipalId>,
    },
    /// Takes an assignment away, by its id.
    Remove(Uuid),
}

/// What became of one change.
#[derive(Clone, Debug, PartialEq)]
pub enum RoleChanged {
    /// It was added, or was there already.
    Added(Arc<RoleAssignment>),
    /// It was removed.
    Removed(Uuid),
}

impl RoleAssignment {
    pub(crate) fn read(row: &Row) -> Result<Self> {
        let (role, kind): (String, String) = (row.get(2)?, row.get(3)?);
        let unknown = || Error::internal(format!("a role assignment of {role} to a {kind}"));
        Ok(Self {
            id: row.get(0)?,
            environment: row.get(1)?,
            role: Role::parse(&role).ok_or_else(unknown)?,
            principal_type: PrincipalType::parse(&kind).ok_or_else(unknown)?,
            principal: row.get(4)?,
            created_at: row.get(5)?,
        })
    }
}

impl Tenant {
    /// The assignments in an environment. In the default environment that every licensed user is
    /// a maker is one of them, though it cannot be taken away.
    pub async fn roles_list(&self, cx: &Cx, name: &str) -> Result<Vec<Arc<RoleAssignment>>> {
        let environment = self.environment_for(cx, name, Action::AssignRoles).await?;
        let mut roles = self.roles_in(environment.id);
        if environment.is_default() {
            roles.insert(0, Arc::new(self.everybody_makes(&environment)));
        }
        Ok(roles)
    }

    /// Changes the assignments in an environment without a database, all or none.
    pub async fn roles_modify(
        &self,
        cx: &Cx,
        name: &str,
        changes: &[RoleChange],
    ) -> Result<Vec<RoleChanged>> {
        let environment = self.environment_for(cx, name, Action::AssignRoles).await?;
        if environment.database.is_some() {
            return Err(Error::forbidden(
                "Forbidden",
                format!(
                    "The environment {} has a Dataverse database, so its roles are security roles \
                     of the database. Assign one of those instead.",
                    environment.name()
                ),
            ));
        }
        if changes.len() > limits::ROLE_ASSIGNMENTS_MAX {
            let text =
                format!("Change at most {} assignments at once.", limits::ROLE_ASSIGNMENTS_MAX);
            return Err(Error::new(Kind::TooLarge, "TooManyRoleAssignments", text));
        }
        let mut done = Vec::new();
        let mut change = self.change().await?;
        for wanted in changes {
            done.push(match wanted {
                RoleChange::Remove(id) => {
                    self.check_removal(&environment, *id)?;
                    change.remove_role(environment.id, *id).await?;
                    RoleChanged::Removed(*id)
                }
                RoleChange::Add { role, principal_type, principal } => {
                    let role = self.checked(cx, &environment, *role, *principal_type, *principal);
                    RoleChanged::Added(change.put_role(role.await?).await?)
                }
            });
        }
        change.commit().await?;
        Ok(done)
    }

    pub(crate) fn roles_in(&self, environment: Uuid) -> Vec<Arc<RoleAssignment>> {
        self.state().roles.get(&environment).cloned().unwrap_or_default()
    }

    /// Refuses what the type of the environment does not allow, and gives the assignment to add.
    async fn checked(
        &self,
        cx: &Cx,
        environment: &Environment,
        role: Role,
        principal_type: PrincipalType,
        principal: Option<PrincipalId>,
    ) -> Result<RoleAssignment> {
        let refuse = |code, text: String| Err(Error::new(Kind::Invalid, code, text));
        let principal = match (principal_type, principal) {
            (PrincipalType::Tenant, _) => self.id(),
            (_, Some(id)) => id,
            (_, None) => {
                return refuse("InvalidPrincipal", "Name the principal by its id.".to_owned());
            }
        };
        let holder = match principal_type {
            PrincipalType::Tenant => true,
            PrincipalType::Group => self.directory.group_find(principal).await?.is_some(),
            PrincipalType::User => {
                let found = self.directory.object_find(principal).await?;
                found.is_some_and(|object| object.kind != identity::ObjectKind::Group)
            }
        };
        if !holder {
            return refuse(
                "PrincipalNotFound",
                format!("There is no {} '{principal}' in this tenant.", principal_type.name()),
            );
        }
        if role == Role::EnvironmentAdmin && principal_type == PrincipalType::Tenant {
            return refuse(
                "InvalidPrincipal",
                "Environment Admin cannot be given to the whole tenant; name users or groups."
                    .to_owned(),
            );
        }
        if environment.is_default() && role == Role::EnvironmentAdmin {
            return refuse(
                "OperationNotAllowed",
                "Only Global, Dynamics 365 and Power Platform administrators are Environment \
                 Admins of the default environment; give the person one of those roles instead."
                    .to_owned(),
            );
        }
        if environment.is_personal() && environment.used_by != Some(principal) {
            return refuse(
                "EnvironmentUserLimitExceeded",
                format!(
                    "An environment of type {} is for one user only; it cannot be shared.",
                    environment.sku.name()
                ),
            );
        }
        Ok(RoleAssignment {
            id: cx.random_id(),
            environment: environment.id,
            role,
            principal_type,
            principal,
            created_at: cx.now(),
        })
    }

    fn check_removal(&self, environment: &Environment, id: Uuid) -> Result<()> {
        if environment.is_default() && id == self.everybody_makes(environment).id {
            return Err(Error::new(
                Kind::Invalid,
                "OperationNotAllowed",
                "Every licensed user is an Environment Maker of the default environment; that \
                 cannot be taken away.",
            ));
        }
        if self.roles_in(environment.id).iter().any(|role| role.id == id) {
            return Ok(());
        }
        Err(Error::not_found(
            "RoleAssignmentNotFound",
            format!(
                "There is no role assignment '{id}' in the environment {}.",
                environment.name()
            ),
        ))
    }

    /// The assignment that the default environment has by itself.
    fn everybody_makes(&self, environment: &Environment) -> RoleAssignment {
        RoleAssignment {
            id: Uuid::new_v5(&environment.id, b"EnvironmentMaker"),
            environment: environment.id,
            role: Role::EnvironmentMaker,
            principal_type: PrincipalType::Tenant,
            principal: self.id(),
            created_at: environment.created_at,
        }
    }

    /// What the caller is in an environment.
    pub async fn standing(&self, cx: &Cx, environment: &Environment) -> Result<Standing> {
        let mut standing =
            Standing { is_tenant_admin: self.is_tenant_admin(cx).await?, ..Standing::default() };
        let Some(id) = self.directory.caller_id(cx).await? else { return Ok(standing) };
        if environment.database.is_some() {
            if self.may_enter(cx, environment).await? {
                self.standing_in_database(cx, environment, &mut standing).await?;
            }
            return Ok(standing);
        }
        let principals = self.principals_of(id).await?;
        let tenant = self.id();
        for role in self.roles_in(environment.id) {
            let holds = match role.principal_type {
                PrincipalType::Tenant => role.principal == tenant,
                _ => principals.contains(&role.principal),
            };
            match role.role {
                Role::EnvironmentAdmin => standing.is_environment_admin |= holds,
                Role::EnvironmentMaker => standing.is_maker |= holds,
            }
        }
        if environment.is_default() {
            standing.is_environment_admin = standing.is_tenant_admin;
            standing.is_maker |= !self.directory.licences_of(id).await?.is_empty();
        }
        Ok(standing)
    }

    /// Whether the caller may do `action` to an environment.
    pub async fn may(&self, cx: &Cx, environment: &Environment, action: Action) -> Result<bool> {
        let place = Place { sku: environment.sku, has_database: environment.database.is_some() };
        // Opening a database to look at roles is spared for those who may anyway.
        if self.is_tenant_admin(cx).await? {
            let standing = Standing { is_tenant_admin: true, ..Standing::default() };
            if allowed(standing, action, place) {
                return Ok(true);
            }
        }
        Ok(allowed(self.standing(cx, environment).await?, action, place))
    }

    /// The environment, if the caller may do `action` to it. To somebody who may not even see it,
    /// it is not there.
    pub async fn environment_for(
        &self,
        cx: &Cx,
        name: &str,
        action: Action,
    ) -> Result<Arc<Environment>> {
        if cx.caller == base::Caller::Anonymous {
            return Err(Error::new(Kind::Unauthenticated, "Unauthorized", "Sign in first."));
        }
        loop {
            let environment = self.environment_by_name(name)?;
            if self.may(cx, &environment, action).await? {
                return Ok(environment);
            }
            let sees = self.may(cx, &environment, Action::SeeEnvironment).await?;
            // Roles move into the database the moment it is there: what was read of both sides of
            // that moment fits neither, so it is read again.
            if !Arc::ptr_eq(&environment, &self.environment_by_name(name)?) {
                continue;
            }
            return Err(match sees {
                true => forbidden(&environment, action),
                false => self.environment_not_found(name),
            });
        }
    }

    /// Refuses callers that are no tenant administrators.
    pub async fn require_tenant_admin(&self, cx: &Cx) -> Result<()> {
        if cx.caller == base::Caller::Anonymous {
            return Err(Error::new(Kind::Unauthenticated, "Unauthorized", "Sign in first."));
        }
        if self.is_tenant_admin(cx).await? {
            return Ok(());
        }
        Err(Error::forbidden(
            "Forbidden",
            "This needs the role Global administrator, Power Platform administrator or Dynamics \
             365 administrator. A Global administrator can give it to you.",
        ))
    }
}

fn forbidden(environment: &Environment, action: Action) -> Error {
    let who = if environment.is_default() {
        "a Global, Power Platform or Dynamics 365 administrator"
    } else if environment.database.is_some() {
        "a System Administrator of the environment or a tenant administrator"
    } else {
        "an Environment Admin of the environment or a tenant administrator"
    };
    let text = format!(
        "You do not have the permission {action:?} on the environment {}. It needs {who}; one of \
         them can give you the role.",
        environment.name()
    );
    Error::forbidden("Forbidden", text)
}

impl crate::tenant::Change<'_> {
    /// Adds an assignment; the one that is there already stays.
    pub async fn put_role(&mut self, role: RoleAssignment) -> Result<Arc<RoleAssignment>> {
        let same = |other: &Arc<RoleAssignment>| {
            other.role == role.role
                && other.principal_type == role.principal_type
                && other.principal == role.principal
        };
        if let Some(found) = self.tenant.roles_in(role.environment).into_iter().find(same) {
            return Ok(found);
        }
        let sql = "insert into {environment_role}
            (id, environment_id, role, principal_type, principal_id, created_at)
            values (?1, ?2, ?3, ?4, ?5, ?6)";
        let params = vec![
            role.id.into(),
            role.environment.into(),
            role.role.name().into(),
            role.principal_type.name().into(),
            role.principal.into(),
            role.created_at.into(),
        ];
        self.execute(sql, params).await?;
        let role = Arc::new(role);
        let copy = role.clone();
        self.after(move |state| {
            state.roles.entry(copy.environment).or_default().push(copy);
        });
        Ok(role)
    }

    /// Takes an assignment away.
    pub async fn remove_role(&mut self, environment: Uuid, id: Uuid) -> Result<()> {
        let sql = "delete from {environment_role} where id = ?1 and environment_id = ?2";
        self.execute(sql, vec![id.into(), environment.into()]).await?;
        self.after(move |state| {
            if let Some(roles) = state.roles.get_mut(&environment) {
                roles.retain(|role| role.id != id);
            }
        });
        Ok(())
    }

    /// Takes all assignments of an environment away: its database's roles rule from now on.
    pub async fn remove_roles(&mut self, environment: Uuid) -> Result<()> {
        let sql = "delete from {environment_role} where environment_id = ?1";
        self.execute(sql, vec![environment.into()]).await?;
        self.after(move |state| {
            state.roles.remove(&environment);
        });
        Ok(())
    }
}
