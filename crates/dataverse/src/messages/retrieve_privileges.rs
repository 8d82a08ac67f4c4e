//! `RetrieveUserPrivileges` and its family: which privileges a user, a team or a role has.

use std::collections::BTreeMap;

use base::{Error, Result, Uuid};
use db::statement;
use metadata::privileges::Depth;

use crate::security::{self, Right};
use crate::session::ReadScope;
use crate::{Reference, Reply, plan, rows};

/// Asks for the privileges of a `systemuser`, a `team` or a `role`.
#[derive(Clone, Debug, PartialEq)]
pub struct RetrievePrivileges {
    /// Whose.
    pub holder: Reference,
}

/// A privilege that somebody has.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldPrivilege {
    /// Its id.
    pub id: Uuid,
    /// Its name, such as `prvReadAccount`.
    pub name: String,
    /// How far it reaches.
    pub depth: Depth,
    /// From where it reaches: the business unit of the role.
    pub business_unit: Uuid,
}

/// The roles of a user, and of his teams; those of a team; a role alone.
const ROLES: &[(&str, &str)] = &[
    (
        "systemuser",
        "select u.roleid from {systemuserroles} u where u.systemuserid = ?1 \
         union select t.roleid from {teamroles} t join {teammembership} m on m.teamid = t.teamid \
         where m.systemuserid = ?1",
    ),
    ("team", "select t.roleid from {teamroles} t where t.teamid = ?1"),
    ("role", "select r.roleid from {role} r where r.roleid = ?1"),
];

impl RetrievePrivileges {
    pub(crate) async fn run(self, scope: &mut ReadScope<'_>) -> Result<Reply> {
        let schema = scope.schema.clone();
        let table = plan::table(&schema, &self.holder.set_or_table)?;
        let name = table.logical_name.as_str();
        let roles = ROLES.iter().find(|(of, _)| *of == name).map(|(_, sql)| *sql);
        let roles = roles.ok_or_else(|| Error::invalid(format!("A {name} has no privileges.")))?;
        let key = plan::row_key(table, &self.holder.key)?;
        let id = rows::find_id(scope, table, &key).await?.ok_or_else(|| key.not_found(table))?;
        security::check_row(scope.db, scope.store, scope.user, table, id, Right::Read).await?;
        let sql = scope.store.sql(&format!(
            "select p.privilegeid, p.name, h.privilegedepthmask, r.businessunitid \
             from {{roleprivileges}} h join {{privilege}} p on p.privilegeid = h.privilegeid \
             join {{role}} r on r.roleid = h.roleid where h.roleid in ({roles})"
        ));
        let mut held: BTreeMap<String, HeldPrivilege> = BTreeMap::new();
        for row in scope.db.query(&statement!(sql, id)).await? {
            let mask: Option<i64> = row.get(2)?;
            let mask = mask.and_then(|mask| i32::try_from(mask).ok()).unwrap_or_default();
            let Some(depth) = Depth::of_mask(mask) else { continue };
            let name: String = row.get(1)?;
            let found = HeldPrivilege {
                id: row.get(0)?,
                name: name.clone(),
                depth,
                business_unit: row.get(3)?,
            };
            match held.get(&name) {
                Some(wider) if wider.depth.mask() >= depth.mask() => {}
                _ => {
                    held.insert(name, found);
                }
            }
        }
        Ok(Reply::Privileges(held.into_values().collect()))
    }
}
