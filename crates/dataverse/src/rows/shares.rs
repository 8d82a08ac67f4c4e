//! Shares of rows, and the access that rows inherit from those above them.
//!
//! A row inherits along relationships whose cascades say so (`Share`, `Reparent`): who has a share
//! of the row above it has the same share of it, and the owner of the row above has all rights.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{Error, Result, Uuid};
use db::statement;
use metadata::{Cascade, CascadeAction, OneToMany, Schema, Table};

use super::cascade::{Link, children, pointing_after};
use super::{Boxed, check_depth, read_row};
use crate::plan::{self, Values};
use crate::security::{self, Right};
use crate::{Record, Session, Value};

/// Somebody with whom a row is shared: a user or a team.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Principal {
    pub id: Uuid,
    /// `systemuser` or `team`.
    pub table: String,
}

/// What somebody may do with a row because it is shared with him.
struct Share {
    principal: Principal,
    /// What was given to him.
    own: i64,
    /// What follows from rows above.
    inherited: i64,
}

/// Everything that can be shared.
fn all_rights() -> i64 {
    let rights = Right::ALL.into_iter().filter(|right| *right != Right::Create);
    security::mask(&rights.collect::<Vec<_>>())
}

async fn shares_of(session: &mut Session<'_>, row: Uuid) -> Result<Vec<Share>> {
    let sql = session.store().sql(
        "select principalid, principaltypecode, coalesce(accessrightsmask, 0), \
         coalesce(inheritedaccessrightsmask, 0) from {principalobjectaccess} where objectid = ?1",
    );
    let rows = session.tx().query(&statement!(sql, row)).await?;
    let share = |row: &db::Row| {
        let principal =
            Principal { id: row.get(0)?, table: row.get::<Option<String>>(1)?.unwrap_or_default() };
        Ok(Share { principal, own: row.get(2)?, inherited: row.get(3)? })
    };
    rows.iter().map(share).collect()
}

/// What is given to somebody of a row.
pub(crate) async fn own_mask(session: &mut Session<'_>, row: Uuid, principal: Uuid) -> Result<i64> {
    let shares = shares_of(session, row).await?;
    let found = shares.iter().find(|share| share.principal.id == principal);
    Ok(found.map_or(0, |share| share.own))
}

/// Gives somebody these rights of a row and no others, apart from those that he inherits; and to
/// the rows below it what follows.
pub(crate) async fn share(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    row: Uuid,
    principal: Principal,
    mask: i64,
) -> Result<()> {
    let shares = shares_of(session, row).await?;
    let found = shares.into_iter().find(|share| share.principal.id == principal.id);
    let old = found.unwrap_or(Share { principal, own: 0, inherited: 0 });
    let is_known = old.own != 0 || old.inherited != 0;
    write(session, table, row, &Share { own: mask, ..old }, is_known).await?;
    descend(session, table, row, 0).await
}

/// Keeps a share, or ends it if nothing is left of it.
async fn write(
    session: &mut Session<'_>,
    table: &Table,
    row: Uuid,
    share: &Share,
    is_known: bool,
) -> Result<()> {
    let (store, now) = (session.store(), session.cx().now());
    let principal = share.principal.id;
    if share.own == 0 && share.inherited == 0 {
        let sql = store
            .sql("delete from {principalobjectaccess} where objectid = ?1 and principalid = ?2");
        session.tx().execute(&statement!(sql, row, principal)).await?;
        return Ok(());
    }
    let version = store.dialect().next_version(store);
    if is_known {
        let sql = store.sql(&format!(
            "update {{principalobjectaccess}} set accessrightsmask = ?1, \
             inheritedaccessrightsmask = ?2, changedon = ?3, versionnumber = {version} \
             where objectid = ?4 and principalid = ?5"
        ));
        let update = statement!(sql, share.own, share.inherited, now, row, principal);
        session.tx().execute(&update).await?;
        return Ok(());
    }
    note_first(session, table, principal).await?;
    let sql = store.sql(&format!(
        "insert into {{principalobjectaccess}} (principalobjectaccessid, objectid, \
         objecttypecode, principalid, principaltypecode, accessrightsmask, \
         inheritedaccessrightsmask, changedon, versionnumber) \
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, {version})"
    ));
    let id = session.cx().new_id();
    let (name, kind) = (table.logical_name.as_str(), share.principal.table.as_str());
    let insert = statement!(sql, id, row, name, principal, kind, share.own, share.inherited, now);
    session.tx().execute(&insert).await?;
    Ok(())
}

/// Users know of which tables rows are shared with them; the first row of a table is news.
async fn note_first(session: &mut Session<'_>, table: &Table, principal: Uuid) -> Result<()> {
    let sql = session.store().sql(
        "select 1 from {principalobjectaccess} where principalid = ?1 and objecttypecode = ?2 \
         limit 1",
    );
    let name = table.logical_name.as_str();
    if session.tx().query(&statement!(sql, principal, name)).await?.is_empty() {
        session.users_changed();
        session.shares_known(name);
    }
    Ok(())
}

/// Whether something follows for rows below when a row is shared or moved.
fn is_inherited(cascade: &Cascade) -> bool {
    follows(cascade.share) || follows(cascade.reparent)
}

fn follows(action: CascadeAction) -> bool {
    use CascadeAction::{Active, Cascade, UserOwned};
    matches!(action, Cascade | Active | UserOwned)
}

/// The relationships through which rows of a table inherit.
fn inherits_through<'a>(
    schema: &'a Schema,
    table: &'a Table,
) -> impl Iterator<Item = &'a OneToMany> {
    let all = schema.many_to_one(&table.logical_name);
    all.filter(|one| table.is_owned() && is_inherited(&one.cascade))
}

/// After a row was made or changed: what it inherits, if that follows from what was written.
pub(super) async fn written(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    row: Uuid,
    values: &Values,
    is_assigned: bool,
    depth: usize,
) -> Result<()> {
    let schema = session.schema().clone();
    let is_lookup = |one: &OneToMany| plan::get(values, &one.referencing_column).is_some();
    let mut through = inherits_through(&schema, table).peekable();
    if through.peek().is_some() && (is_assigned || through.any(is_lookup)) {
        inherit(session, table.clone(), row, depth).await?;
    }
    match is_assigned {
        // The owner of a row has rights on the rows below it.
        true => descend(session, table, row, depth).await,
        false => Ok(()),
    }
}

/// Brings what a row inherits up to date, and what rows below inherit from it.
pub(super) fn inherit<'a>(
    session: &'a mut Session<'_>,
    table: Arc<Table>,
    row: Uuid,
    depth: usize,
) -> Boxed<'a, ()> {
    Box::pin(async move {
        check_depth(depth)?;
        let mut wanted = inherited(session, &table, row).await?;
        let mut is_changed = false;
        for share in shares_of(session, row).await? {
            let inherited = wanted.remove(&share.principal).unwrap_or(0);
            if inherited != share.inherited {
                is_changed = true;
                write(session, &table, row, &Share { inherited, ..share }, true).await?;
            }
        }
        for (principal, inherited) in wanted {
            is_changed = true;
            write(session, &table, row, &Share { principal, own: 0, inherited }, false).await?;
        }
        match is_changed {
            true => descend(session, &table, row, depth).await,
            false => Ok(()),
        }
    })
}

/// What a row inherits from the rows that its lookups point to.
async fn inherited(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    row: Uuid,
) -> Result<BTreeMap<Principal, i64>> {
    let schema = session.schema().clone();
    let through: Vec<&OneToMany> = inherits_through(&schema, table).collect();
    let names = through.iter().map(|one| one.referencing_column.as_str());
    let mut columns = Vec::new();
    for name in names.chain(["ownerid", "statecode"]) {
        let column = table.column(name).filter(|column| crate::ddl::storage(column).is_some());
        columns.extend(column.cloned());
    }
    let found = read_row(&mut session.read_scope(), table, row, &columns).await?;
    let Some(child) = found else { return Ok(BTreeMap::new()) };
    let mut inherited: BTreeMap<Principal, i64> = BTreeMap::new();
    for one in through {
        let Some(Value::Lookup { id, table: target, .. }) = child.get(&one.referencing_column)
        else {
            continue;
        };
        if **target != *one.referenced_table {
            continue;
        }
        for (principal, mask) in from_parent(session, &schema, one, *id, &child).await? {
            *inherited.entry(principal).or_default() |= mask;
        }
    }
    Ok(inherited)
}

/// What a row inherits from one above it.
async fn from_parent(
    session: &mut Session<'_>,
    schema: &Schema,
    one: &OneToMany,
    parent: Uuid,
    child: &Record,
) -> Result<Vec<(Principal, i64)>> {
    let missing = || Error::internal(format!("there is no table {}", one.referenced_table));
    let table = schema.table(&one.referenced_table).ok_or_else(missing)?;
    let owner_column = table.column("ownerid").filter(|_| table.is_owned()).cloned();
    let columns: Vec<_> = owner_column.into_iter().collect();
    let row = read_row(&mut session.read_scope(), table, parent, &columns).await?;
    let owner = match row.as_ref().and_then(|row| row.get("ownerid")) {
        Some(Value::Lookup { id, table, .. }) => {
            Some(Principal { id: *id, table: table.as_ref().to_owned() })
        }
        _ => None,
    };
    let child_owner = child.get("ownerid").and_then(Value::id);
    let is_active = child.get("statecode").is_none_or(|state| *state == Value::Choice(0));
    let applies = |action| match action {
        CascadeAction::Cascade => true,
        CascadeAction::Active => is_active,
        CascadeAction::UserOwned => owner.as_ref().map(|owner| owner.id) == child_owner,
        _ => false,
    };
    let (shares, reparents) = (applies(one.cascade.share), applies(one.cascade.reparent));
    let mut inherited = Vec::new();
    if shares || reparents {
        for share in shares_of(session, parent).await? {
            inherited.push((share.principal, share.own | share.inherited));
        }
    }
    inherited.extend(
        owner
            .filter(|owner| reparents && Some(owner.id) != child_owner)
            .map(|owner| (owner, all_rights())),
    );
    Ok(inherited)
}

/// The same for the rows below one whose shares or owner changed.
async fn descend(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    row: Uuid,
    depth: usize,
) -> Result<()> {
    let schema = session.schema().clone();
    for (one, column, child) in children(&schema, table) {
        // An activity is shared in the table of its kind.
        if !is_inherited(&one.cascade)
            || !child.is_owned()
            || child.logical_name == "activitypointer"
        {
            continue;
        }
        let link = Link { child: &child, column: &column };
        let mut after = Uuid::nil();
        loop {
            let ids = pointing_after(session, link, (table, row), after).await?;
            let Some(last) = ids.last() else { break };
            after = *last;
            for id in ids {
                inherit(session, child.clone(), id, depth + 1).await?;
            }
        }
    }
    Ok(())
}

/// The rows that inherit from one through a lookup that is to be cleared.
pub(super) async fn heirs(
    session: &mut Session<'_>,
    one: &OneToMany,
    link: Link<'_>,
    (table, row): (&Table, Uuid),
) -> Result<Vec<Uuid>> {
    let mut heirs = Vec::new();
    if !is_inherited(&one.cascade) || !link.child.is_owned() {
        return Ok(heirs);
    }
    loop {
        let after = heirs.last().copied().unwrap_or_default();
        let ids = pointing_after(session, link, (table, row), after).await?;
        if ids.is_empty() {
            return Ok(heirs);
        }
        heirs.extend(ids);
    }
}

/// Where the organisation wants it, the owner of before keeps all rights on a row that is assigned.
pub(super) async fn keep_for_previous_owner(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    row: Uuid,
    before: Option<&Record>,
) -> Result<()> {
    let Some(Value::Lookup { id, table: kind, .. }) = before.and_then(|row| row.get("ownerid"))
    else {
        return Ok(());
    };
    let principal = Principal { id: *id, table: kind.as_ref().to_owned() };
    let sql = session.store().sql("select sharetopreviousowneronassign from {organization}");
    let setting = session.tx().query_opt(&statement!(sql)).await?;
    let is_wanted = setting.map(|row| row.get::<Option<i64>>(0)).transpose()?.flatten() == Some(1);
    match is_wanted {
        true => share(session, table, row, principal, all_rights()).await,
        false => Ok(()),
    }
}
