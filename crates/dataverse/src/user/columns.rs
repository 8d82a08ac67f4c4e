//! What the column security profiles of a user and of his teams allow.

use std::collections::{HashMap, HashSet};

use base::{Error, Result, Uuid};
use db::{Connection, Statement, Store, statement};

use super::User;

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

/// Rights by table and column.
pub(super) type ByColumn = HashMap<(String, String), ColumnRights>;

pub(super) async fn read_column_rights(
    db: &mut Connection,
    store: &Store,
    user: &User,
) -> Result<ByColumn> {
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
    let mut rights = ByColumn::new();
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

/// The secured columns of which somebody shared a value with the user or a team of his.
pub(super) async fn read_shared_columns(
    db: &mut Connection,
    store: &Store,
    user: &User,
) -> Result<HashSet<Uuid>> {
    let table = store.table("principalobjectattributeaccess");
    let mut statement = Statement::new("", Vec::new());
    let principals = user.principals();
    let list = principals.iter().map(|id| statement.param(*id)).collect::<Vec<_>>().join(", ");
    let sql = format!("select distinct attributeid from {table} where principalid in ({list})");
    statement.sql = sql.into();
    let rows = db.query(&statement).await?;
    let ids = rows.iter().map(|row| row.get::<Option<Uuid>>(0));
    Ok(ids.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// What two users may both do.
pub(super) fn common(one: &ByColumn, other: &ByColumn) -> ByColumn {
    let both = |(column, a): (&(String, String), &ColumnRights)| {
        let b = other.get(column)?;
        let (read, create, update) = (a.read && b.read, a.create && b.create, a.update && b.update);
        Some((column.clone(), ColumnRights { read, create, update }))
    };
    one.iter().filter_map(both).collect()
}
