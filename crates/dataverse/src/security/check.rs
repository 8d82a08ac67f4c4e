//! Checks on one row, or on the row that is to be.

use base::{Result, Uuid};
use db::{Connection, Statement, Store};
use metadata::Table;

use crate::security::{
    Access, Purpose, Right, access, owner_cannot_read, privilege_missing, row_denied,
};
use crate::{User, user};

/// The right on the table at any depth, and on which rows.
pub(crate) fn require<'a>(user: &'a User, table: &'a Table, right: Right) -> Result<Access<'a>> {
    match access(user, table, right) {
        Access::None => Err(privilege_missing(user, table, right)),
        access => Ok(access),
    }
}

/// The right on the row with this id. A row that does not exist is told as such.
pub(crate) async fn check_row(
    db: &mut Connection,
    store: &Store,
    user: &User,
    table: &Table,
    id: Uuid,
    right: Right,
) -> Result<()> {
    let Access::Filter(filter) = require(user, table, right)? else { return Ok(()) };
    let dialect = store.dialect();
    let mut statement = Statement::new("", Vec::new());
    let id_param = statement.param(id);
    let condition = filter.condition(store, "t", Purpose::Check, &mut statement);
    let one = dialect.typed("1", db::ColumnType::Int);
    statement.sql = format!(
        "select case when {condition} then {one} else 0 end from {} t where t.{} = {id_param}",
        store.table(&dialect.physical_name(&table.logical_name)),
        dialect.quote(&dialect.physical_name(&table.primary_id)),
    )
    .into();
    match db.query(&statement).await?.first().map(|row| row.get::<i64>(0)).transpose()? {
        None => Err(crate::not_found(&table.logical_name, id)),
        Some(1) => Ok(()),
        Some(_) => Err(row_denied(user, table, id, right)),
    }
}

/// The right to create a row for this owner in this business unit.
pub(crate) fn check_create(
    user: &User,
    table: &Table,
    id: Uuid,
    owner: Option<Uuid>,
    unit: Option<Uuid>,
) -> Result<()> {
    match require(user, table, Right::Create)? {
        Access::Filter(filter) if !filter.reaches(owner, unit) => {
            Err(row_denied(user, table, id, Right::Create))
        }
        _ => Ok(()),
    }
}

/// Whether somebody who is to own a row could read it: a user, or a team with its roles.
pub(crate) async fn check_owner_can_read(
    db: &mut Connection,
    store: &Store,
    user: &User,
    table: &Table,
    owner: Uuid,
) -> Result<()> {
    if user.is_system || owner == user.id && access(user, table, Right::Read) != Access::None {
        return Ok(());
    }
    let rights = user::load_principal(db, store, owner).await?;
    match access(&rights, table, Right::Read) {
        Access::None => Err(owner_cannot_read(owner, table)),
        _ => Ok(()),
    }
}
