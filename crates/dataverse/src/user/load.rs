//! Reading who a caller is in an environment, and what decides his rights.

use std::collections::HashSet;

use base::{ActsFor, Caller, Error, Instant, Kind, Result, Uuid};
use db::{Connection, Statement, Store, statement};

use super::columns::read_shared_columns;
use super::columns::{common, read_column_rights};
use super::grants::{HeldRole, UnitTree, grants_of_administrator, read_grants, read_roles};
use super::hierarchy::{self, IDS_AT_ONCE};
use super::{ACT_ON_BEHALF, User};
use crate::calendar::{Calendar, Fiscal, Zone};
use crate::well_known;

/// Reads who `caller` is here, and what decides his rights.
pub(crate) async fn load(db: &mut Connection, store: &Store, caller: &Caller) -> Result<User> {
    let (column, id) = match caller {
        Caller::System => ("systemuserid", well_known::SYSTEM_USER),
        Caller::User(id) => ("azureactivedirectoryobjectid", *id),
        Caller::Application(id) => ("applicationid", *id),
        Caller::Anonymous => return Err(nobody()),
    };
    let row = user_row(db, store, column, id).await?;
    let UserRow { mut user, is_disabled } = row.ok_or_else(|| not_a_member(id))?;
    read_organization(db, store, &mut user).await?;
    if *caller == Caller::System {
        user.is_system = true;
        return Ok(user);
    }
    if is_disabled {
        return Err(disabled(&user));
    }
    read_rights(db, store, &mut user, None).await?;
    entered(user)
}

/// Reads the user for whom `real` acts: a privilege counts as far as both of them hold it.
pub(crate) async fn load_for(
    db: &mut Connection,
    store: &Store,
    real: &User,
    acts_for: ActsFor,
) -> Result<User> {
    let (column, id) = match acts_for {
        ActsFor::Object(id) => ("azureactivedirectoryobjectid", id),
        ActsFor::User(id) => ("systemuserid", id),
    };
    let row = user_row(db, store, column, id).await?;
    if row.as_ref().is_some_and(|row| row.user.id == real.id) {
        return Ok(real.clone());
    }
    if !real.has_privilege(ACT_ON_BEHALF) {
        return Err(cannot_act(real));
    }
    let UserRow { mut user, is_disabled } = row.ok_or_else(|| match acts_for {
        ActsFor::Object(id) => not_a_member(id),
        ActsFor::User(id) => no_such_user(id),
    })?;
    if is_disabled {
        return Err(disabled(&user));
    }
    read_organization(db, store, &mut user).await?;
    user.on_behalf_by = Some(real.id);
    let ceiling = Some(real).filter(|real| !real.is_system && !real.is_administrator);
    read_rights(db, store, &mut user, ceiling).await?;
    entered(user)
}

/// Whoever has no role does not enter.
fn entered(user: User) -> Result<User> {
    match user.grants.is_empty() && !user.is_administrator {
        true => Err(without_roles(&user)),
        false => Ok(user),
    }
}

/// The organisation, and what the user's own settings say before it: language and calendar.
async fn read_organization(db: &mut Connection, store: &Store, user: &mut User) -> Result<()> {
    let sql = store.sql(
        "select o.organizationid, o.languagecode, s.uilanguageid, s.timezonecode, \
         o.weekstartdaycode, o.fiscalcalendarstart, o.fiscalperiodtype, o.fiscalyeardisplaycode, \
         o.isauditenabled \
         from {organization} o left join {usersettings} s on s.systemuserid = ?1",
    );
    for row in db.query(&statement!(sql, user.id)).await? {
        user.organization = row.get(0)?;
        user.is_audited = row.get::<Option<bool>>(8)?.unwrap_or_default();
        let language = |index| {
            let code: Option<i64> = row.get(index)?;
            Ok::<_, Error>(code.and_then(|code| code.try_into().ok()).filter(|code| *code > 0))
        };
        user.language = language(2)?.or(language(1)?).unwrap_or(metadata::ENGLISH);
        // A day, whoever reads it and where.
        let begins = row.get::<Option<i64>>(5)?.and_then(|at| Zone::utc().civil(Instant(at)));
        user.calendar = Calendar {
            zone: row.get::<Option<i64>>(3)?.and_then(Zone::of_code).unwrap_or_else(Zone::utc),
            week_start: Calendar::week_start(row.get(4)?),
            fiscal: Fiscal::of(begins.map(|at| at.date()), row.get(6)?, row.get(7)?),
        };
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
        read_rights(db, store, &mut user, None).await?;
        return Ok(user);
    }
    let rows = db.query(&unit("team", "teamid")).await?;
    let Some(row) = rows.first() else { return Err(crate::not_found("systemuser", id)) };
    let team = Team { id, unit: row.get(0)? };
    let mut user = User { id, business_unit: team.unit, ..User::default() };
    let held = read_roles(db, store, &user, &[team]).await?;
    let tree = UnitTree::read(db, store).await?;
    apply_roles(db, store, &mut user, &held, &tree, None).await?;
    user.shared_tables = read_shared_tables(db, store, &user).await?;
    Ok(user)
}

struct UserRow {
    user: User,
    is_disabled: bool,
}

async fn user_row(
    db: &mut Connection,
    store: &Store,
    column: &str,
    id: Uuid,
) -> Result<Option<UserRow>> {
    let table = store.table("systemuser");
    let sql = format!(
        "select systemuserid, fullname, businessunitid, isdisabled from {table} where {column} = ?1"
    );
    let rows = db.query(&statement!(sql, id)).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let user = User {
        id: row.get(0)?,
        name: row.get::<Option<String>>(1)?.unwrap_or_default(),
        business_unit: row.get(2)?,
        ..User::default()
    };
    Ok(Some(UserRow { user, is_disabled: row.get::<Option<i64>>(3)? == Some(1) }))
}

/// Fills in everything that follows from roles, teams, shares and profiles.
async fn read_rights(
    db: &mut Connection,
    store: &Store,
    user: &mut User,
    ceiling: Option<&User>,
) -> Result<()> {
    let teams = read_teams(db, store, user).await?;
    let held = read_roles(db, store, user, &teams).await?;
    let is_administrator = held.iter().any(|role| role.is_administrator);
    let tree = UnitTree::read(db, store).await?;
    apply_roles(db, store, user, &held, &tree, ceiling).await?;
    if user.is_administrator {
        return Ok(());
    }
    user.hierarchy = hierarchy::read(db, store, user, &tree).await?;
    user.shared_tables = read_shared_tables(db, store, user).await?;
    user.shared_columns = read_shared_columns(db, store, user).await?;
    user.columns = match (is_administrator, ceiling) {
        (true, Some(real)) => real.columns.clone(),
        (_, None) => read_column_rights(db, store, user).await?,
        (false, Some(real)) => common(&read_column_rights(db, store, user).await?, &real.columns),
    };
    Ok(())
}

async fn apply_roles(
    db: &mut Connection,
    store: &Store,
    user: &mut User,
    held: &[HeldRole],
    tree: &UnitTree,
    ceiling: Option<&User>,
) -> Result<()> {
    let is_administrator = held.iter().any(|role| role.is_administrator);
    user.is_administrator = is_administrator && ceiling.is_none();
    if user.is_administrator {
        return Ok(());
    }
    user.grants = match ceiling.filter(|_| is_administrator) {
        Some(real) => grants_of_administrator(user, real, tree),
        None => read_grants(db, store, user, held, tree, ceiling).await?,
    };
    Ok(())
}

pub(super) struct Team {
    pub id: Uuid,
    pub unit: Uuid,
}

/// `teamtype` of a team that only receives shares.
pub(crate) const ACCESS_TEAM: i64 = 1;

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

/// The tables of which a row is shared with the user, a team of his, or those below him.
async fn read_shared_tables(
    db: &mut Connection,
    store: &Store,
    user: &User,
) -> Result<HashSet<String>> {
    let table = store.table("principalobjectaccess");
    let mut principals = user.principals();
    principals.extend(&user.hierarchy.all);
    let mut tables = HashSet::new();
    for principals in principals.chunks(IDS_AT_ONCE) {
        let mut statement = Statement::new("", Vec::new());
        let list = principals.iter().map(|id| statement.param(*id)).collect::<Vec<_>>();
        let list = list.join(", ");
        let sql =
            format!("select distinct objecttypecode from {table} where principalid in ({list})");
        statement.sql = sql.into();
        for row in db.query(&statement).await? {
            tables.extend(row.get::<Option<String>>(0)?);
        }
    }
    Ok(tables)
}

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

fn no_such_user(id: Uuid) -> Error {
    let message = format!(
        "The caller cannot act for the user with id {id}: systemuser With Id = {id} Does Not Exist."
    );
    Error::new(Kind::Invalid, "0x80040217", message)
}

fn cannot_act(user: &User) -> Error {
    Error::forbidden(
        "0x8004a110",
        format!(
            "User (Id = {}, name = {}) cannot act on behalf of another user: the privilege \
             {ACT_ON_BEHALF} is missing. The roles Delegate and System Administrator have it; a \
             System Administrator of this environment can assign one of them.",
            user.id, user.name
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
