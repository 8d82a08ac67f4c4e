//! What the control plane wants to know of people and applications, from the directory.

use base::{Caller, Cx, PrincipalId, Result};
use identity::{DirectoryRole, Licence, ObjectKind};

use crate::environments::{Asker, Person};
use crate::{Actor, Sku, Tenant};

/// The roles that make somebody a tenant administrator of environments.
const TENANT_ADMINS: [DirectoryRole; 3] = [
    DirectoryRole::GlobalAdministrator,
    DirectoryRole::PowerPlatformAdministrator,
    DirectoryRole::Dynamics365Administrator,
];

impl Tenant {
    /// Who asks, for deciding.
    pub async fn asker(&self, cx: &Cx) -> Result<Asker> {
        Ok(match cx.caller {
            Caller::Anonymous => Asker::Anonymous,
            Caller::System => Asker::System,
            Caller::Application(id) if self.state().applications.contains(&id) => {
                Asker::Application(id)
            }
            Caller::Application(id) => Asker::UnregisteredApplication(id),
            Caller::User(id) => match self.person(id).await? {
                Some(person) => Asker::Person(person),
                None => Asker::Anonymous,
            },
        })
    }

    /// What the rules look at of a person; nothing for one who is not there or disabled.
    pub async fn person(&self, id: PrincipalId) -> Result<Option<Person>> {
        let Some(user) = self.directory.user_find(id).await?.filter(|user| user.is_enabled) else {
            return Ok(None);
        };
        let licences = self.directory.licences_of(user.id).await?;
        let has = |wanted: &[Licence]| licences.iter().any(|licence| wanted.contains(licence));
        let full = [
            Licence::Dynamics365,
            Licence::Dynamics365Trial,
            Licence::PowerAppsPlan,
            Licence::PowerAppsTrial,
        ];
        let (trials, developers) = self.personal_environments(id);
        Ok(Some(Person {
            id,
            is_tenant_admin: self.holds_tenant_admin_role(id).await?,
            is_licensed: !licences.is_empty(),
            may_create_trial: has(&full),
            may_create_production: has(&full),
            may_create_developer: has(&[Licence::PowerAppsDeveloper]),
            trials,
            developers,
        }))
    }

    /// Whether a principal holds one of the roles that administer all environments.
    pub(crate) async fn holds_tenant_admin_role(&self, id: PrincipalId) -> Result<bool> {
        let roles = self.directory.roles_of(id).await?;
        Ok(roles.iter().any(|role| TENANT_ADMINS.contains(role)))
    }

    /// Whether the caller has the rights of a tenant administrator.
    pub async fn is_tenant_admin(&self, cx: &Cx) -> Result<bool> {
        match cx.caller {
            Caller::System => Ok(true),
            Caller::Anonymous => Ok(false),
            Caller::Application(id) => Ok(self.state().applications.contains(&id)),
            Caller::User(id) => self.holds_tenant_admin_role(id).await,
        }
    }

    /// How many trial and developer environments somebody has.
    fn personal_environments(&self, id: PrincipalId) -> (usize, usize) {
        let state = self.state();
        let count = |sku| {
            let own = state.environments.values().filter(|environment| {
                environment.sku == sku
                    && !environment.is_deleted()
                    && environment.used_by == Some(id)
            });
            own.count()
        };
        (count(Sku::Trial), count(Sku::Developer))
    }

    /// The caller, as shown with what they did.
    pub(crate) async fn actor(&self, cx: &Cx) -> Result<Actor> {
        match cx.caller {
            Caller::System | Caller::Anonymous => Ok(Actor::system()),
            Caller::User(id) => self.actor_of(id).await,
            Caller::Application(id) => match self.directory.application_find(id).await? {
                Some(found) => self.actor_of(found.object_id).await,
                None => Ok(Actor::system()),
            },
        }
    }

    /// A principal of the directory, as shown with what they did.
    pub async fn actor_of(&self, id: PrincipalId) -> Result<Actor> {
        let Some(object) = self.directory.object_find(id).await? else {
            return Ok(Actor { id: Some(id), ..Actor::default() });
        };
        Ok(Actor {
            id: Some(id),
            display_name: object.display_name,
            email: object.mail.or_else(|| object.upn.clone()),
            principal_name: object.upn,
            is_application: object.kind == ObjectKind::ServicePrincipal,
        })
    }

    /// The principals that stand for the caller: themselves, and the groups they are in.
    pub(crate) async fn principals_of(&self, id: PrincipalId) -> Result<Vec<PrincipalId>> {
        let mut principals = self.directory.member_of(id).await?;
        principals.push(id);
        Ok(principals)
    }
}
