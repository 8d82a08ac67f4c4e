//! Hierarchy security: managers, or people in higher positions, reach the rows of those below them.

use std::collections::HashSet;

use base::{Result, Uuid, limits};
use db::{Connection, Statement, Store, statement};
use metadata::privileges::AccessRight;

use super::User;
use super::grants::UnitTree;

/// Those below a user, whose rows he reaches if he has the privilege at any depth.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hierarchy {
    /// Those directly below, with their teams: he changes what is theirs.
    pub direct: Vec<Uuid>,
    /// All of them, with their teams: he reads what is theirs.
    pub all: Vec<Uuid>,
    /// The tables that are left out, by logical name.
    pub excluded: HashSet<String>,
}

impl Hierarchy {
    /// Those whose rows of a table a right reaches.
    pub fn of(&self, table: &str, right: AccessRight) -> &[Uuid] {
        if self.excluded.contains(table) {
            return &[];
        }
        match right {
            AccessRight::Read => &self.all,
            AccessRight::Write | AccessRight::Append | AccessRight::AppendTo => &self.direct,
            _ => &[],
        }
    }
}

/// What the organisation says of it.
struct Settings {
    depth: i64,
    by_position: bool,
}

/// How deep it reaches when the organisation does not say.
const DEPTH_DEFAULT: i64 = 3;

async fn settings(db: &mut Connection, store: &Store) -> Result<Option<Settings>> {
    let sql = store.sql(
        "select ishierarchicalsecuritymodelenabled, usepositionhierarchy, \
         maxdepthforhierarchicalsecuritymodel from {organization}",
    );
    let Some(row) = db.query_opt(&statement!(sql)).await? else { return Ok(None) };
    if row.get::<Option<i64>>(0)? != Some(1) {
        return Ok(None);
    }
    let depth = row.get::<Option<i64>>(2)?.unwrap_or(DEPTH_DEFAULT);
    let depth = depth.clamp(1, limits::HIERARCHY_DEPTH_MAX);
    Ok(Some(Settings { depth, by_position: row.get::<Option<i64>>(1)? == Some(1) }))
}

/// Who is below a user, as the organisation has it.
pub(super) async fn read(
    db: &mut Connection,
    store: &Store,
    user: &User,
    tree: &UnitTree,
) -> Result<Hierarchy> {
    let Some(settings) = settings(db, store).await? else { return Ok(Hierarchy::default()) };
    let mut below = match settings.by_position {
        true => below_position(db, store, user, settings.depth).await?,
        false => below_manager(db, store, user, settings.depth, tree).await?,
    };
    below.truncate(limits::HIERARCHY_PRINCIPALS_MAX);
    if below.is_empty() {
        return Ok(Hierarchy::default());
    }
    let (direct, further): (Vec<_>, Vec<_>) = below.into_iter().partition(|(_, level)| *level == 1);
    let direct = with_teams(db, store, direct).await?;
    let mut all = direct.clone();
    all.extend(with_teams(db, store, further).await?);
    all.sort_unstable();
    all.dedup();
    Ok(Hierarchy { direct, all, excluded: excluded(db, store).await? })
}

/// The users below a manager with their levels, nearest first: those of his business unit and of
/// the ones below it.
async fn below_manager(
    db: &mut Connection,
    store: &Store,
    user: &User,
    depth: i64,
    tree: &UnitTree,
) -> Result<Vec<(Uuid, i64)>> {
    // `union` and the level end circles.
    let sql = store.sql(
        "with recursive below(id, level) as (\
         select systemuserid, cast(1 as bigint) from {systemuser} where parentsystemuserid = ?1 \
         union select u.systemuserid, below.level + 1 from {systemuser} u \
         join below on u.parentsystemuserid = below.id where below.level < ?2) \
         select u.systemuserid, min(below.level), u.businessunitid from below \
         join {systemuser} u on u.systemuserid = below.id where u.systemuserid <> ?1 \
         group by u.systemuserid, u.businessunitid order by 2, 1",
    );
    let units = tree.subtree(user.business_unit);
    let mut below = Vec::new();
    for row in db.query(&statement!(sql, user.id, depth)).await? {
        if units.contains(&row.get(2)?) {
            below.push((row.get(0)?, row.get(1)?));
        }
    }
    Ok(below)
}

/// The users in positions below that of a user, in whatever business unit.
async fn below_position(
    db: &mut Connection,
    store: &Store,
    user: &User,
    depth: i64,
) -> Result<Vec<(Uuid, i64)>> {
    let sql = store.sql(
        "with recursive below(id, level) as (\
         select p.positionid, cast(1 as bigint) from {position} p join {systemuser} me \
         on me.positionid = p.parentpositionid where me.systemuserid = ?1 \
         union select p.positionid, below.level + 1 from {position} p \
         join below on p.parentpositionid = below.id where below.level < ?2) \
         select u.systemuserid, min(below.level) from below \
         join {systemuser} u on u.positionid = below.id where u.systemuserid <> ?1 \
         group by u.systemuserid order by 2, 1",
    );
    let rows = db.query(&statement!(sql, user.id, depth)).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Users and the teams that they belong to.
async fn with_teams(
    db: &mut Connection,
    store: &Store,
    users: Vec<(Uuid, i64)>,
) -> Result<Vec<Uuid>> {
    let mut found: Vec<Uuid> = users.into_iter().map(|(user, _)| user).collect();
    let table = store.table("teammembership");
    for users in found.clone().chunks(IDS_AT_ONCE) {
        let mut statement = Statement::new("", Vec::new());
        let list = users.iter().map(|id| statement.param(*id)).collect::<Vec<_>>().join(", ");
        let sql = format!("select distinct teamid from {table} where systemuserid in ({list})");
        statement.sql = sql.into();
        for row in db.query(&statement).await? {
            found.push(row.get(0)?);
        }
    }
    found.sort_unstable();
    found.dedup();
    found.truncate(limits::HIERARCHY_PRINCIPALS_MAX);
    Ok(found)
}

/// Ids in one statement.
pub(crate) const IDS_AT_ONCE: usize = 500;

async fn excluded(db: &mut Connection, store: &Store) -> Result<HashSet<String>> {
    let sql = store.sql("select objecttypecode from {hierarchysecurityconfiguration}");
    let rows = db.query(&statement!(sql)).await?;
    let names = rows.iter().map(|row| row.get::<Option<String>>(0));
    Ok(names.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}
