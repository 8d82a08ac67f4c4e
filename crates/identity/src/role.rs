//! Administrator roles of the tenant, known by the template ids of Microsoft Entra ID.

use base::{Cx, Error, PrincipalId, Result, Uuid};
use uuid::uuid;

use crate::Directory;
use crate::directory::params;

/// The administrator roles that mean something here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DirectoryRole {
    /// All environments, data policies and tenant settings; the directory itself.
    GlobalAdministrator,
    /// All environments, data policies and tenant settings.
    PowerPlatformAdministrator,
    /// As Power Platform administrator, except for environments of a security group without her.
    Dynamics365Administrator,
    /// Reads everything of the tenant.
    GlobalReader,
}

impl DirectoryRole {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::GlobalAdministrator,
        Self::PowerPlatformAdministrator,
        Self::Dynamics365Administrator,
        Self::GlobalReader,
    ];

    /// The role template id.
    pub const fn template_id(self) -> Uuid {
        match self {
            Self::GlobalAdministrator => uuid!("62e90394-69f5-4237-9190-012177145e10"),
            Self::PowerPlatformAdministrator => uuid!("11648597-926c-4cf3-9c36-bcebb0ba8dcc"),
            Self::Dynamics365Administrator => uuid!("44367163-eba1-44c3-98af-f5787879f96a"),
            Self::GlobalReader => uuid!("f2ef992c-3afb-46b9-b7cf-a126ee74c451"),
        }
    }

    /// The display name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GlobalAdministrator => "Global administrator",
            Self::PowerPlatformAdministrator => "Power Platform administrator",
            Self::Dynamics365Administrator => "Dynamics 365 administrator",
            Self::GlobalReader => "Global reader",
        }
    }

    /// The role with this template id or display name.
    pub fn parse(text: &str) -> Result<Self> {
        let is =
            |r: &Self| r.name().eq_ignore_ascii_case(text) || text.parse() == Ok(r.template_id());
        Self::ALL.into_iter().find(is).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            Error::invalid(format!("There is no administrator role '{text}'. There are: {names}."))
        })
    }
}

impl Directory {
    /// Gives a user, group or application an administrator role. Doing it twice changes nothing.
    pub async fn role_assign(
        &self,
        cx: &Cx,
        principal: PrincipalId,
        role: DirectoryRole,
    ) -> Result<()> {
        self.may_change(cx).await?;
        self.object_get(principal).await?;
        let insert = "insert into {directory_role} (principal_id, template_id, assigned_at)
            values (?1, ?2, ?3) on conflict (principal_id, template_id) do nothing";
        self.execute(insert, params![principal, role.template_id(), cx.now()]).await?;
        Ok(())
    }

    /// Takes an administrator role from whom it was given to. The last Global administrator stays.
    pub async fn role_revoke(
        &self,
        cx: &Cx,
        principal: PrincipalId,
        role: DirectoryRole,
    ) -> Result<()> {
        self.may_change(cx).await?;
        if role == DirectoryRole::GlobalAdministrator {
            self.check_not_last_administrator(principal).await?;
        }
        let delete = "delete from {directory_role} where principal_id = ?1 and template_id = ?2";
        self.execute(delete, params![principal, role.template_id()]).await?;
        Ok(())
    }

    /// Refuses to lose the last Global administrator: nobody could change the directory any more.
    pub(crate) async fn check_not_last_administrator(&self, principal: PrincipalId) -> Result<()> {
        if self.role_members(DirectoryRole::GlobalAdministrator).await? != [principal] {
            return Ok(());
        }
        Err(Error::new(
            base::Kind::NotAllowed,
            "LastGlobalAdministrator",
            "The tenant needs a Global administrator. Give the role to somebody else first.",
        ))
    }

    /// Who was given a role directly.
    pub async fn role_members(&self, role: DirectoryRole) -> Result<Vec<PrincipalId>> {
        let select = "select principal_id from {directory_role} where template_id = ?1
            order by principal_id";
        let rows = self.rows(select, params![role.template_id()]).await?;
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// The roles of a principal, given directly or to one of its groups.
    pub async fn roles_of(&self, principal: PrincipalId) -> Result<Vec<DirectoryRole>> {
        let select = "with recursive up (id) as (
                select group_id from {directory_member} where member_id = ?1
                union
                select m.group_id from {directory_member} m join up on m.member_id = up.id
            )
            select distinct template_id from {directory_role}
            where principal_id = ?1 or principal_id in (select id from up)";
        let mut roles = Vec::new();
        for row in self.rows(select, params![principal]).await? {
            let id: Uuid = row.get(0)?;
            roles.extend(DirectoryRole::ALL.into_iter().find(|r| r.template_id() == id));
        }
        roles.sort_unstable();
        Ok(roles)
    }
}
