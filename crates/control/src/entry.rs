//! Who may enter an environment, and the way in to its rows.

use std::sync::Arc;

use base::{Caller, Cx, Error, Kind, PrincipalId, Result};
use identity::DirectoryRole;

use crate::registry::Slot;
use crate::{Environment, Runtime, Tenant, members};

impl Tenant {
    /// The rows of the environment called `name`, for the caller.
    pub async fn environment(&self, cx: &Cx, name: &str) -> Result<Arc<dataverse::Environment>> {
        let environment = self.environment_by_name(name)?;
        self.enter(cx, &environment).await
    }

    /// The rows of the environment whose URL has the label `domain`, for the caller.
    pub async fn environment_by_domain(
        &self,
        cx: &Cx,
        domain: &str,
    ) -> Result<Arc<dataverse::Environment>> {
        let environment = self.find_by_domain(domain).ok_or_else(|| {
            Error::not_found(
                "EnvironmentNotFound",
                format!("There is no environment with the domain name '{domain}'."),
            )
        })?;
        self.enter(cx, &environment).await
    }

    /// What is known of the environment whose URL has the label `domain`.
    pub fn find_by_domain(&self, domain: &str) -> Option<Arc<Environment>> {
        let state = self.state();
        let name = domain.to_ascii_lowercase();
        let hold = state.domains.get(&name)?;
        // A deleted environment keeps its name for a while, but nobody reaches it there; one that
        // was renamed is still reached by its old name.
        state.environments.get(&hold.environment).filter(|found| !found.is_deleted()).cloned()
    }

    /// Lets the caller in, or says why not.
    async fn enter(
        &self,
        cx: &Cx,
        environment: &Environment,
    ) -> Result<Arc<dataverse::Environment>> {
        self.check_state(environment)?;
        let slot = self.registry.slot(cx, environment.id);
        if cx.caller == Caller::System || slot.is_admitted(cx) {
            return self.open_slot(cx, environment, &slot).await;
        }
        self.admit(cx, environment, &slot).await
    }

    /// Asks everything that decides whether the caller may enter.
    async fn admit(
        &self,
        cx: &Cx,
        environment: &Environment,
        slot: &Slot,
    ) -> Result<Arc<dataverse::Environment>> {
        match cx.caller {
            Caller::System => {}
            Caller::Anonymous => {
                return Err(Error::new(Kind::Unauthenticated, "Unauthorized", "Sign in first."));
            }
            Caller::User(id) => self.check_person(environment, id).await?,
            // An application enters if it was made a user of the database; see below.
            Caller::Application(_) => {}
        }
        let open = self.open_slot(cx, environment, slot).await?;
        let _one_at_a_time = slot.entering.lock().await;
        if slot.is_admitted(cx) {
            return Ok(open);
        }
        if let Caller::User(id) = cx.caller {
            self.claim(environment, id).await?;
            let user = self.directory_user(id).await?;
            members::ensure_user(&cx.with_caller(Caller::System), &open, &user).await?;
        }
        self.follow_groups(cx, &open).await?;
        if environment.runtime == Runtime::AdminMode {
            let roles = members::roles_of(cx, &open).await?;
            if !roles.is_system_administrator && !roles.is_system_customizer {
                return Err(admin_mode(environment));
            }
        }
        slot.admit(cx);
        Ok(open)
    }

    /// What decides whether a person may enter an environment, in order, with the refusal if it
    /// does not let the person pass.
    pub async fn entry_gates(
        &self,
        domain: &str,
        person: PrincipalId,
    ) -> Result<Vec<(&'static str, Option<Error>)>> {
        let environment = self.find_by_domain(domain).ok_or_else(|| {
            let text = format!("There is no environment with the domain name '{domain}'.");
            Error::not_found("EnvironmentNotFound", text)
        })?;
        let found = self.person(person).await?;
        let sign_in = found.is_none().then(|| {
            Error::forbidden(
                "Unauthorized",
                "The directory has no such user that is enabled. An administrator can enable it.",
            )
        });
        let is_licensed = found.is_some_and(|it| it.is_licensed || it.is_tenant_admin);
        let licence = (!is_licensed)
            .then(|| Error::forbidden("UserNotLicensed", "The user has no licence. Assign one."));
        let group = match self.check_security_group(&environment, person).await {
            Err(error) if error.kind != Kind::Forbidden => return Err(error),
            group => group.err(),
        };
        let state = self.check_state(&environment).err();
        Ok(vec![
            ("signIn", sign_in),
            ("licence", licence),
            ("securityGroup", group),
            ("environmentState", state),
        ])
    }

    /// Teams of groups have the members that the directory knows now, also through other groups.
    async fn follow_groups(&self, cx: &Cx, open: &dataverse::Environment) -> Result<()> {
        let Some(id) = self.directory.caller_id(cx).await? else { return Ok(()) };
        if !open.has_group_teams().await? {
            return Ok(());
        }
        let groups = self.directory.member_of(id).await?;
        open.follow_groups(cx, id, &groups).await
    }

    /// Whether anybody can enter at all.
    fn check_state(&self, environment: &Environment) -> Result<()> {
        if environment.is_deleted() {
            return Err(self.environment_not_found(&environment.name()));
        }
        if environment.database.is_none() {
            return Err(Error::new(
                Kind::NotFound,
                "DatabaseNotFound",
                format!("The environment {} has no Dataverse database.", environment.name()),
            ));
        }
        if environment.runtime == Runtime::Disabled {
            return Err(Error::forbidden(
                "EnvironmentDisabled",
                format!(
                    "The environment {} is disabled. A tenant administrator can convert or delete \
                     it.",
                    environment.display_name
                ),
            ));
        }
        Ok(())
    }

    /// Whether a person may enter: owner, licence, security group.
    async fn check_person(&self, environment: &Environment, id: PrincipalId) -> Result<()> {
        if environment.is_personal() && environment.used_by.is_some_and(|owner| owner != id) {
            return Err(Error::forbidden(
                "EnvironmentUserLimitExceeded",
                format!(
                    "The environment {} is of type {}: only its owner can use it.",
                    environment.display_name,
                    environment.sku.name()
                ),
            ));
        }
        let Some(person) = self.person(id).await? else {
            return Err(Error::new(Kind::Unauthenticated, "Unauthorized", "Sign in again."));
        };
        if !person.is_licensed && !person.is_tenant_admin {
            return Err(Error::forbidden(
                "UserNotLicensed",
                "You have no licence that lets you use environments. An administrator can assign \
                 one.",
            ));
        }
        self.check_security_group(environment, id).await
    }

    /// A trial that an application made belongs to the first person who comes.
    pub(crate) async fn claim(&self, environment: &Environment, id: PrincipalId) -> Result<()> {
        if !environment.is_personal() || environment.used_by.is_some() {
            return Ok(());
        }
        let mut change = self.change().await?;
        let now = self.environment_by_id(environment.id)?;
        match now.used_by {
            Some(owner) if owner == id => Ok(()),
            Some(_) => self.check_person(&now, id).await,
            None => {
                let owned = Environment { used_by: Some(id), ..(*now).clone() };
                change.put_environment(owned).await?;
                change.commit().await
            }
        }
    }

    /// Whether the rules of entry let the caller into a database, whatever its roles say.
    pub(crate) async fn may_enter(&self, cx: &Cx, environment: &Environment) -> Result<bool> {
        let Caller::User(id) = cx.caller else { return Ok(cx.caller != Caller::Anonymous) };
        match self.check_person(environment, id).await {
            Ok(()) => Ok(true),
            Err(error) if matches!(error.kind, Kind::Forbidden | Kind::Unauthenticated) => {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// With a security group only its members enter. Global and Power Platform administrators do
    /// in any case; Dynamics 365 administrators must be members.
    pub(crate) async fn check_security_group(
        &self,
        environment: &Environment,
        id: PrincipalId,
    ) -> Result<()> {
        let group = environment.database.as_ref().and_then(|database| database.security_group);
        let Some(group) = group else { return Ok(()) };
        if self.directory.member_of(id).await?.contains(&group) {
            return Ok(());
        }
        let exempt =
            [DirectoryRole::GlobalAdministrator, DirectoryRole::PowerPlatformAdministrator];
        if self.directory.roles_of(id).await?.iter().any(|role| exempt.contains(role)) {
            return Ok(());
        }
        Err(Error::forbidden(
            "NotInSecurityGroup",
            format!(
                "You cannot use the environment {} because you are not a member of its security \
                 group. An administrator can add you to the group.",
                environment.display_name
            ),
        ))
    }

    /// A person or application, as databases know them.
    pub(crate) async fn directory_user(&self, id: PrincipalId) -> Result<dataverse::DirectoryUser> {
        if let Some(user) = self.directory.user_find(id).await? {
            return Ok(dataverse::DirectoryUser {
                object_id: user.id,
                application_id: None,
                first_name: user.given_name,
                last_name: user.surname,
                full_name: user.display_name,
                principal_name: user.upn.clone(),
                email: user.mail.or(Some(user.upn)),
            });
        }
        let object = self.directory.object_get(id).await?;
        let Some(application_id) = object.application_id else {
            return Err(Error::new(
                Kind::Invalid,
                "PrincipalNotFound",
                format!("'{id}' is neither a user nor an application of this tenant."),
            ));
        };
        Ok(dataverse::DirectoryUser {
            object_id: id,
            application_id: Some(application_id),
            first_name: None,
            last_name: None,
            full_name: format!("# {}", object.display_name),
            principal_name: application_id.to_string(),
            email: None,
        })
    }
}

fn admin_mode(environment: &Environment) -> Error {
    Error::forbidden(
        "EnvironmentInAdminMode",
        format!(
            "The environment {} is in administration mode: only System Administrators and System \
             Customizers can use it now.",
            environment.display_name
        ),
    )
}
