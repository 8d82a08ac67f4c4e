//! What roles grant: on which rows of a table each privilege may be used.

use std::collections::HashMap;
use std::sync::Arc;

use base::{Result, Uuid};
use db::{Connection, Statement, Store, statement};
use metadata::privileges::Depth;

use super::User;
use super::load::Team;
use crate::well_known;

/// On which rows a privilege may be used.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Grant {
    /// On all of them.
    pub global: bool,
    /// On those of these owners.
    pub owners: Vec<Uuid>,
    /// On those of these business units.
    pub units: Vec<Uuid>,
    /// The greatest depth of the roles that grant it.
    pub depth: Depth,
}

/// A role that a user holds, himself or through a team.
pub(super) struct HeldRole {
    /// The role of the root business unit, which has the privileges of all its copies.
    root: Uuid,
    /// The business unit that its depths start from.
    unit: Uuid,
    /// The team that holds it.
    team: Option<Uuid>,
    /// Whether what a team holds counts as if the user held it.
    is_inherited: bool,
    pub is_administrator: bool,
}

pub(super) async fn read_roles(
    db: &mut Connection,
    store: &Store,
    user: &User,
    teams: &[Team],
) -> Result<Vec<HeldRole>> {
    let role = store.table("role");
    let columns = "coalesce(r.parentrootroleid, r.roleid), r.roletemplateid, r.isinherited";
    let direct = format!(
        "select {columns} from {} l join {role} r on r.roleid = l.roleid where l.systemuserid = ?1",
        store.table("systemuserroles"),
    );
    let of_team = format!(
        "select {columns} from {} l join {role} r on r.roleid = l.roleid where l.teamid = ?1",
        store.table("teamroles"),
    );
    let holders = std::iter::once((direct, user.id, user.business_unit, None))
        .chain(teams.iter().map(|team| (of_team.clone(), team.id, team.unit, Some(team.id))));
    let mut held = Vec::new();
    for (sql, holder, unit, team) in holders {
        for row in db.query(&statement!(sql, holder)).await? {
            held.push(HeldRole {
                root: row.get(0)?,
                unit,
                team,
                is_inherited: row.get::<Option<i64>>(2)? == Some(1),
                is_administrator: row.get::<Option<Uuid>>(1)?
                    == Some(well_known::SYSTEM_ADMINISTRATOR_TEMPLATE),
            });
        }
    }
    Ok(held)
}

/// What the roles grant; nothing that is out of the reach of `ceiling`, who acts for the user.
pub(super) async fn read_grants(
    db: &mut Connection,
    store: &Store,
    user: &User,
    held: &[HeldRole],
    tree: &UnitTree,
    ceiling: Option<&User>,
) -> Result<HashMap<Uuid, Arc<Grant>>> {
    let sql =
        store.sql("select privilegeid, privilegedepthmask from {roleprivileges} where roleid = ?1");
    let mut grants: HashMap<Uuid, Grant> = HashMap::new();
    for role in held {
        for row in db.query(&statement!(sql.clone(), role.root)).await? {
            let privilege = row.get(0)?;
            let Some(depth) = depth_of_mask(row.get(1)?) else { continue };
            let reach = ceiling.map_or(Some(depth), |real| Some(depth.min(real.depth(privilege)?)));
            if let Some(depth) = reach {
                grants.entry(privilege).or_default().extend(user, role, depth, tree);
            }
        }
    }
    Ok(shared(grants))
}

/// What an administrator may do when `real` acts for him: what `real` may, from his place.
pub(super) fn grants_of_administrator(
    user: &User,
    real: &User,
    tree: &UnitTree,
) -> HashMap<Uuid, Arc<Grant>> {
    let role = HeldRole {
        root: Uuid::nil(),
        unit: user.business_unit,
        team: None,
        is_inherited: true,
        is_administrator: true,
    };
    let of_user = |(privilege, grant): (&Uuid, &Arc<Grant>)| {
        let mut own = Grant::default();
        own.extend(user, &role, grant.depth, tree);
        (*privilege, own)
    };
    shared(real.grants.iter().map(of_user).collect())
}

impl Default for Grant {
    /// A grant of no row.
    fn default() -> Self {
        Self { global: false, owners: Vec::new(), units: Vec::new(), depth: Depth::Basic }
    }
}

/// The depth of a `privilegedepthmask`; 0 grants nothing.
pub(crate) fn depth_of_mask(mask: Option<i64>) -> Option<Depth> {
    Depth::of_mask(i32::try_from(mask?).ok()?)
}

impl Grant {
    fn extend(&mut self, user: &User, role: &HeldRole, depth: Depth, tree: &UnitTree) {
        self.depth = self.depth.max(depth);
        match role.team {
            Some(team) if !role.is_inherited => insert(&mut self.owners, team),
            _ => {
                insert(&mut self.owners, user.id);
                user.owner_teams.iter().for_each(|team| insert(&mut self.owners, *team));
            }
        }
        match depth {
            Depth::Basic => {}
            Depth::Local => insert(&mut self.units, role.unit),
            Depth::Deep => {
                tree.subtree(role.unit).into_iter().for_each(|unit| insert(&mut self.units, unit));
            }
            Depth::Global => self.global = true,
        }
        if self.global {
            self.units.clear();
        }
    }
}

fn insert(ids: &mut Vec<Uuid>, id: Uuid) {
    if !ids.contains(&id) {
        ids.push(id);
    }
}

/// Few different grants serve many privileges.
fn shared(grants: HashMap<Uuid, Grant>) -> HashMap<Uuid, Arc<Grant>> {
    let mut different: HashMap<Grant, Arc<Grant>> = HashMap::new();
    let mut share = |grant: Grant| {
        different.entry(grant).or_insert_with_key(|grant| Arc::new(grant.clone())).clone()
    };
    grants.into_iter().map(|(privilege, grant)| (privilege, share(grant))).collect()
}

/// The business units with their parents.
pub(super) struct UnitTree(Vec<(Uuid, Option<Uuid>)>);

impl UnitTree {
    pub async fn read(db: &mut Connection, store: &Store) -> Result<Self> {
        let table = store.table("businessunit");
        let sql = format!("select businessunitid, parentbusinessunitid from {table}");
        let rows = db.query(&Statement::new(sql, Vec::new())).await?;
        let units = rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?)));
        Ok(Self(units.collect::<Result<_>>()?))
    }

    /// A unit and all those below it.
    pub fn subtree(&self, root: Uuid) -> Vec<Uuid> {
        let mut found = vec![root];
        let mut next = 0;
        while let Some(parent) = found.get(next).copied() {
            let children = self.0.iter().filter(|(_, of)| *of == Some(parent));
            children.for_each(|(child, _)| insert(&mut found, *child));
            next += 1;
        }
        found
    }
}

/// A business unit and all those below it.
pub(crate) async fn units_below(
    db: &mut Connection,
    store: &Store,
    unit: Uuid,
) -> Result<Vec<Uuid>> {
    Ok(UnitTree::read(db, store).await?.subtree(unit))
}
