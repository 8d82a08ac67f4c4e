//! A user of an environment with everything that decides what he may do.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use base::{Caller, Error, Kind, Result, Uuid};
use db::{Connection, Statement, Store, statement};
use metadata::LanguageCode;
pub use metadata::privileges::Depth;

use crate::well_known;

/// A user with his business unit, teams and privileges, as they were when he was last read.
#[derive(Clone, Debug, Default)]
pub struct User {
    /// The `systemuser` row.
    pub id: Uuid,
    /// What people read.
    pub name: String,
    /// His business unit.
    pub business_unit: Uuid,
    /// The organisation.
    pub organization: Uuid,
    /// The language in which he reads labels.
    pub language: LanguageCode,
    /// The server itself: passes every check.
    pub is_system: bool,
    /// Whether he holds the role System Administrator: everything, also in new tables.
    pub is_administrator: bool,
    /// The teams he belongs to that can own rows.
    pub owner_teams: Vec<Uuid>,
    /// The teams he belongs to that only receive shares.
    pub access_teams: Vec<Uuid>,
    /// What his roles and those of his teams grant, by privilege id.
    pub grants: HashMap<Uuid, Arc<Grant>>,
    /// The tables of which a row is shared with him or a team of his, by logical name.
    pub shared_tables: HashSet<String>,
    /// What his column security profiles allow, by table and column.
    pub columns: HashMap<(String, String), ColumnRights>,
}

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

/// What may be done with a secured column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ColumnRights {
    /// Whether its value is shown.
    pub read: bool,
    /// Whether a new row may set it.
    pub create: bool,
    /// Whether an update may change it.
    pub update: bool,
}

impl User {
    /// The same person with the rights of the server.
    pub(crate) fn as_system(&self) -> Self {
        Self { is_system: true, grants: HashMap::new(), columns: HashMap::new(), ..self.clone() }
    }

    /// He and all his teams: those with whom a row may be shared to reach him.
    pub fn principals(&self) -> Vec<Uuid> {
        let teams = self.owner_teams.iter().chain(&self.access_teams);
        std::iter::once(self.id).chain(teams.copied()).collect()
    }

    /// Whether he holds a privilege that belongs to no table, such as `prvPublishCustomization`.
    pub fn has_privilege(&self, name: &str) -> bool {
        self.is_system
            || self.is_administrator
            || self.grants.contains_key(&metadata::privileges::privilege_id(name))
    }
}

/// Reads who `caller` is here, and what decides his rights.
pub(crate) async fn load(db: &mut Connection, store: &Store, caller: &Caller) -> Result<User> {
    let row = user_row(db, store, caller).await?;
    let mut user = row.user;
    read_organization(db, store, &mut user).await?;
    if *caller == Caller::System {
        user.is_system = true;
        return Ok(user);
    }
    if row.is_disabled {
        return Err(disabled(&user));
    }
    read_rights(db, store, &mut user).await?;
    if user.grants.is_empty() && !user.is_administrator {
        return Err(without_roles(&user));
    }
    Ok(user)
}

/// The organisation, and the language: the user's own, else the organisation's.
async fn read_organization(db: &mut Connection, store: &Store, user: &mut User) -> Result<()> {
    let sql = store.sql(
        "select o.organizationid, o.languagecode, (select s.uilanguageid from {usersettings} s \
         where s.systemuserid = ?1) from {organization} o",
    );
    for row in db.query(&statement!(sql, user.id)).await? {
        user.organization = row.get(0)?;
        let language = |index| {
            let code: Option<i64> = row.get(index)?;
            Ok::<_, Error>(code.and_then(|code| code.try_into().ok()).filter(|code| *code > 0))
        };
        user.language = language(2)?.or(language(1)?).unwrap_or(metadata::ENGLISH);
    }
    Ok(())
}

/// Reads the rights of a user or a team by its id: of somebody who is to own a row.
pub(crate) async fn load_principal(db: &mut Connection, store: &Store, id: Uuid) -> Result<User> {
    let unit = |table: &str, key: &str| {
        let table = store.table(table);
        statement!(format!("select businessunitid from {table} where {key} = ?1"), id)
    };
    if let Some(row) = db.query(&unit("systemuser", "systemuserid")).await?.first() {
        let mut user = User { id, business_unit: row.get(0)?, ..User::default() };
        read_rights(db, store, &mut user).await?;
        return Ok(user);
    }
    let rows = db.query(&unit("team", "teamid")).await?;
    let Some(row) = rows.first() else { return Err(crate::not_found("systemuser", id)) };
    let team = Team { id, unit: row.get(0)? };
    let mut user = User { id, business_unit: team.unit, ..User::default() };
    let held = read_roles(db, store, &user, &[team]).await?;
    apply_roles(db, store, &mut user, &held).await?;
    Ok(user)
}

struct UserRow {
    user: User,
    is_disabled: bool,
}

async fn user_row(db: &mut Connection, store: &Store, caller: &Caller) -> Result<UserRow> {
    let (column, id) = match caller {
        Caller::System => ("systemuserid", well_known::SYSTEM_USER),
        Caller::User(id) => ("azureactivedirectoryobjectid", *id),
        Caller::Application(id) => ("applicationid", *id),
        Caller::Anonymous => return Err(nobody()),
    };
    let table = store.table("systemuser");
    let sql = format!(
        "select systemuserid, fullname, businessunitid, isdisabled from {table} where {column} = ?1"
    );
    let rows = db.query(&statement!(sql, id)).await?;
    let Some(row) = rows.first() else { return Err(not_a_member(id)) };
    let user = User {
        id: row.get(0)?,
        name: row.get::<Option<String>>(1)?.unwrap_or_default(),
        business_unit: row.get(2)?,
        ..User::default()
    };
    Ok(UserRow { user, is_disabled: row.get::<Option<i64>>(3)? == Some(1) })
}

/// Fills in everything that follows from roles, teams, shares and profiles.
async fn read_rights(db: &mut Connection, store: &Store, user: &mut User) -> Result<()> {
    let teams = read_teams(db, store, user).await?;
    let held = read_roles(db, store, user, &teams).await?;
    apply_roles(db, store, user, &held).await?;
    if !user.is_administrator {
        user.shared_tables = read_shared_tables(db, store, user).await?;
        user.columns = read_column_rights(db, store, user).await?;
    }
    Ok(())
}

async fn apply_roles(
    db: &mut Connection,
    store: &Store,
    user: &mut User,
    held: &[HeldRole],
) -> Result<()> {
    user.is_administrator = held.iter().any(|role| role.is_administrator);
    if !user.is_administrator {
        let tree = UnitTree::read(db, store).await?;
        user.grants = read_grants(db, store, user, held, &tree).await?;
    }
    Ok(())
}

struct Team {
    id: Uuid,
    unit: Uuid,
}

/// `teamtype` of a team that only receives shares.
const ACCESS_TEAM: i64 = 1;

async fn read_teams(db: &mut Connection, store: &Store, user: &mut User) -> Result<Vec<Team>> {
    let sql = format!(
        "select t.teamid, t.businessunitid, t.teamtype from {} m join {} t on t.teamid = m.teamid \
         where m.systemuserid = ?1 order by t.teamid",
        store.table("teammembership"),
        store.table("team"),
    );
    let mut teams = Vec::new();
    for row in db.query(&statement!(sql, user.id)).await? {
        let id = row.get(0)?;
        if row.get::<Option<i64>>(2)? == Some(ACCESS_TEAM) {
            user.access_teams.push(id);
        } else {
            user.owner_teams.push(id);
            teams.push(Team { id, unit: row.get(1)? });
        }
    }
    Ok(teams)
}

/// A role that a user holds, himself or through a team.
struct HeldRole {
    /// The role of the root business unit, which has the privileges of all its copies.
    root: Uuid,
    /// The business unit that its depths start from.
    unit: Uuid,
    /// The team that holds it.
    team: Option<Uuid>,
    /// Whether what a team holds counts as if the user held it.
    is_inherited: bool,
    is_administrator: bool,
}

async fn read_roles(
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

async fn read_grants(
    db: &mut Connection,
    store: &Store,
    user: &User,
    held: &[HeldRole],
    tree: &UnitTree,
) -> Result<HashMap<Uuid, Arc<Grant>>> {
    let sql =
        store.sql("select privilegeid, privilegedepthmask from {roleprivileges} where roleid = ?1");
    let mut grants: HashMap<Uuid, Grant> = HashMap::new();
    for role in held {
        for row in db.query(&statement!(sql.clone(), role.root)).await? {
            if let Some(depth) = depth_of_mask(row.get(1)?) {
                let grant = grants.entry(row.get(0)?).or_default();
                grant.extend(user, role, depth, tree);
            }
        }
    }
    Ok(shared(grants))
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
struct UnitTree(Vec<(Uuid, Option<Uuid>)>);

impl UnitTree {
    async fn read(db: &mut Connection, store: &Store) -> Result<Self> {
        let table = store.table("businessunit");
        let sql = format!("select businessunitid, parentbusinessunitid from {table}");
        let rows = db.query(&Statement::new(sql, Vec::new())).await?;
        let units = rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?)));
        Ok(Self(units.collect::<Result<_>>()?))
    }

    /// A unit and all those below it.
    fn subtree(&self, root: Uuid) -> Vec<Uuid> {
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

async fn read_shared_tables(
    db: &mut Connection,
    store: &Store,
    user: &User,
) -> Result<HashSet<String>> {
    let table = store.table("principalobjectaccess");
    let sql = format!("select distinct objecttypecode from {table} where principalid = ?1");
    let mut tables = HashSet::new();
    for principal in user.principals() {
        for row in db.query(&statement!(sql.clone(), principal)).await? {
            tables.extend(row.get::<Option<String>>(0)?);
        }
    }
    Ok(tables)
}

async fn read_column_rights(
    db: &mut Connection,
    store: &Store,
    user: &User,
) -> Result<HashMap<(String, String), ColumnRights>> {
    let permission = store.table("fieldpermission");
    let columns = "f.entityname, f.attributelogicalname, f.canread, f.cancreate, f.canupdate";
    let from = |links: &str, holder: &str| {
        let links = store.table(links);
        format!(
            "select {columns} from {links} l join {permission} f \
             on f.fieldsecurityprofileid = l.fieldsecurityprofileid where l.{holder} = ?1"
        )
    };
    let of_user = (from("systemuserprofiles", "systemuserid"), user.id);
    let of_team = from("teamprofiles", "teamid");
    let of_teams = user.owner_teams.iter().map(|team| (of_team.clone(), *team));
    let mut rights: HashMap<_, ColumnRights> = HashMap::new();
    for (sql, holder) in std::iter::once(of_user).chain(of_teams) {
        for row in db.query(&statement!(sql, holder)).await? {
            let is_allowed =
                |index| Ok::<_, Error>(row.get::<Option<i64>>(index)? == Some(ALLOWED));
            let right = rights.entry((row.get(0)?, row.get(1)?)).or_default();
            right.read |= is_allowed(2)?;
            right.create |= is_allowed(3)?;
            right.update |= is_allowed(4)?;
        }
    }
    Ok(rights)
}

/// The option "Allowed" of `fieldpermission.canread` and its like.
const ALLOWED: i64 = 4;

fn nobody() -> Error {
    Error::new(Kind::Unauthenticated, "0x80044302", "Sign in to use this environment.")
}

fn not_a_member(id: Uuid) -> Error {
    Error::forbidden(
        "0x80072560",
        format!(
            "The user with directory id {id} is not a member of the organization. A System \
             Administrator of this environment can add the user."
        ),
    )
}

fn disabled(user: &User) -> Error {
    Error::forbidden(
        "0x80040225",
        format!(
            "The specified user (Id = {}) is disabled. A System Administrator of this environment \
             can enable the user.",
            user.id
        ),
    )
}

fn without_roles(user: &User) -> Error {
    Error::forbidden(
        "0x80042f09",
        format!(
            "The user with id {} has not been assigned any roles. A System Administrator of this \
             environment must assign a security role to the user or to a team of the user.",
            user.id
        ),
    )
}
