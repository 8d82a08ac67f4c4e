//! Privileges and the predefined roles.

use base::{Result, Uuid};
use metadata::ids::stable_id;
use metadata::privileges::{self, privilege_id};
use metadata::roles::{self, PredefinedRole};

use super::Filler;
use crate::bulk::{MANAGED_PROPERTY_FALSE, MANAGED_PROPERTY_TRUE, Rows};
use crate::table_rows::{privilege_rows, push_privilege};
use crate::well_known::{SYSTEM_ADMINISTRATOR_TEMPLATE, SYSTEM_USER, TEMPLATE_UNIT};

pub(super) async fn fill(filler: &mut Filler<'_>) -> Result<()> {
    privileges(filler).await?;
    for role in roles::predefined() {
        put_role(filler, role).await?;
    }
    hold_administrator(filler).await
}

async fn privileges(filler: &mut Filler<'_>) -> Result<()> {
    let mut rows = privilege_rows(filler.table("privilege")?);
    let codes = filler.table("privilegeobjecttypecodes")?;
    let mut code_rows = Rows::new(codes, &["privilegeid", "objecttypecode"]);
    for privilege in privileges::all() {
        push_privilege(&mut rows, privilege);
        for table in &privilege.tables {
            let id = stable_id("privilegetable", &format!("{}/{table}", privilege.name));
            code_rows.push(id, vec![privilege.id.into(), table.as_str().into()]);
        }
    }
    filler.insert(rows).await?;
    filler.insert(code_rows).await
}

/// The id of the row of a predefined role in the root business unit.
fn role_id(role: &PredefinedRole) -> Uuid {
    role.id.unwrap_or_else(|| stable_id("role", role.name))
}

async fn put_role(filler: &mut Filler<'_>, role: &PredefinedRole) -> Result<()> {
    let id = role_id(role);
    if let Some(template) = role.template_id {
        filler.row("roletemplate", template, vec![("name", role.name.into())]).await?;
    }
    let is_fixed = role.template_id == Some(SYSTEM_ADMINISTRATOR_TEMPLATE);
    let customizable = if is_fixed { MANAGED_PROPERTY_FALSE } else { MANAGED_PROPERTY_TRUE };
    let values = vec![
        ("name", role.name.into()),
        ("businessunitid", TEMPLATE_UNIT.into()),
        ("parentrootroleid", id.into()),
        ("roletemplateid", role.template_id.into()),
        ("isinherited", 1.into()),
        ("iscustomizable", customizable.into()),
        ("canbedeleted", MANAGED_PROPERTY_FALSE.into()),
    ];
    filler.row("role", id, values).await?;
    let links = filler.table("roleprivileges")?;
    let mut rows = Rows::new(links, &["roleid", "privilegeid", "privilegedepthmask"]);
    for grant in &role.grants {
        let privilege = privilege_id(&grant.privilege);
        let id_of_link = Uuid::new_v5(&id, privilege.as_bytes());
        rows.push(id_of_link, vec![id.into(), privilege.into(), grant.depth.mask().into()]);
    }
    filler.insert(rows).await
}

/// The server's own user is System Administrator, as people see it.
async fn hold_administrator(filler: &mut Filler<'_>) -> Result<()> {
    let is_administrator =
        |role: &&PredefinedRole| role.template_id == Some(SYSTEM_ADMINISTRATOR_TEMPLATE);
    let Some(role) = roles::predefined().iter().find(is_administrator) else { return Ok(()) };
    let values = vec![("systemuserid", SYSTEM_USER.into()), ("roleid", role_id(role).into())];
    filler.row("systemuserroles", stable_id("userrole", "system"), values).await
}
