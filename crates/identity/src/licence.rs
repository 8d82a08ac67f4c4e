//! Licences of users: what somebody without an administrator role may create.

use base::{Cx, Error, PrincipalId, Result};

use crate::Directory;
use crate::directory::params;

/// The licences that decide about environments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Licence {
    /// Dynamics 365 plans and apps.
    Dynamics365,
    /// Dynamics 365 Team Members.
    Dynamics365Teams,
    /// Dynamics 365 trial.
    Dynamics365Trial,
    /// Microsoft 365 plans.
    Microsoft365,
    /// Power Apps Developer (formerly Community) plan.
    PowerAppsDeveloper,
    /// Power Apps per user plan.
    PowerAppsPlan,
    /// Power Apps trial.
    PowerAppsTrial,
}

impl Licence {
    /// All of them, by name.
    pub const ALL: [Self; 7] = [
        Self::Dynamics365,
        Self::Dynamics365Teams,
        Self::Dynamics365Trial,
        Self::Microsoft365,
        Self::PowerAppsDeveloper,
        Self::PowerAppsPlan,
        Self::PowerAppsTrial,
    ];

    /// The name in the store, in answers and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dynamics365 => "Dynamics365",
            Self::Dynamics365Teams => "Dynamics365Teams",
            Self::Dynamics365Trial => "Dynamics365Trial",
            Self::Microsoft365 => "Microsoft365",
            Self::PowerAppsDeveloper => "PowerAppsDeveloper",
            Self::PowerAppsPlan => "PowerAppsPlan",
            Self::PowerAppsTrial => "PowerAppsTrial",
        }
    }

    /// The licence with this name, whatever its case.
    pub fn parse(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|l| l.name().eq_ignore_ascii_case(name)).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            Error::invalid(format!("There is no licence '{name}'. There are: {names}."))
        })
    }
}

impl Directory {
    /// Gives a user a licence. Doing it twice changes nothing.
    pub async fn licence_assign(&self, cx: &Cx, user: PrincipalId, licence: Licence) -> Result<()> {
        self.may_change(cx).await?;
        self.user_get(user).await?;
        let insert = "insert into {directory_licence} (user_id, licence, assigned_at)
            values (?1, ?2, ?3) on conflict (user_id, licence) do nothing";
        self.execute(insert, params![user, licence.name(), cx.now()]).await?;
        Ok(())
    }

    /// Takes a licence from a user, if the user has it.
    pub async fn licence_revoke(&self, cx: &Cx, user: PrincipalId, licence: Licence) -> Result<()> {
        self.may_change(cx).await?;
        self.user_get(user).await?;
        let delete = "delete from {directory_licence} where user_id = ?1 and licence = ?2";
        self.execute(delete, params![user, licence.name()]).await?;
        Ok(())
    }

    /// The licences of a user, by name.
    pub async fn licences_of(&self, user: PrincipalId) -> Result<Vec<Licence>> {
        let select = "select licence from {directory_licence} where user_id = ?1 order by licence";
        let rows = self.rows(select, params![user]).await?;
        rows.iter().map(|row| Licence::parse(&row.get::<String>(0)?)).collect()
    }
}
