//! Objects of the directory, whatever their kind: for showing who did something.

use base::{Caller, Cx, Error, PrincipalId, Result, Uuid};

use crate::Directory;
use crate::directory::params;

/// A user, group or application, as far as it takes to show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// The object id.
    pub id: PrincipalId,
    /// What it is.
    pub kind: ObjectKind,
    /// The display name.
    pub display_name: String,
    /// The user principal name, of users only.
    pub upn: Option<String>,
    /// The e-mail address, of users only.
    pub mail: Option<String>,
    /// The application (client) id, of applications only.
    pub application_id: Option<Uuid>,
}

/// The kinds of objects in the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ObjectKind {
    /// A person.
    User,
    /// A security group.
    Group,
    /// The service principal of an app registration.
    ServicePrincipal,
}

impl ObjectKind {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
            Self::ServicePrincipal => "ServicePrincipal",
        }
    }
}

impl Directory {
    /// The object with this id.
    pub async fn object_get(&self, id: PrincipalId) -> Result<Object> {
        self.object_find(id).await?.ok_or_else(|| {
            let text = format!("The directory has no object with the id '{id}'.");
            Error::not_found("Request_ResourceNotFound", text)
        })
    }

    /// The object with this id, if there is one.
    pub async fn object_find(&self, id: PrincipalId) -> Result<Option<Object>> {
        let select = "
            select 'application', display_name, null, null, id from {directory_application}
                where object_id = ?1
            union all
            select 'group', display_name, null, null, null from {directory_group} where id = ?1
            union all
            select 'user', display_name, upn, mail, null from {directory_user} where id = ?1";
        let Some(row) = self.row(select, params![id]).await? else { return Ok(None) };
        let kind = match row.get::<String>(0)?.as_str() {
            "user" => ObjectKind::User,
            "group" => ObjectKind::Group,
            _ => ObjectKind::ServicePrincipal,
        };
        Ok(Some(Object {
            id,
            kind,
            display_name: row.get(1)?,
            upn: row.get(2)?,
            mail: row.get(3)?,
            application_id: row.get(4)?,
        }))
    }

    /// Who calls, as an object of the directory; nothing for the server itself and for nobody.
    pub async fn caller_object(&self, cx: &Cx) -> Result<Option<Object>> {
        match (&cx.caller, self.caller_id(cx).await?) {
            (Caller::User(_) | Caller::Application(_), Some(id)) => self.object_find(id).await,
            _ => Ok(None),
        }
    }
}
