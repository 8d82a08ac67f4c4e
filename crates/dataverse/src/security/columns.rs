//! Secured columns: who sees and who changes their values.

use base::{Error, Kind, Result, Uuid};
use db::{Connection, Statement, Store};
use metadata::{Column, Table};

use crate::User;
use crate::user::ColumnRights;

/// The table of values of secured columns that are shared, row by row.
pub(crate) const COLUMN_SHARES: &str = "principalobjectattributeaccess";

/// What is done with a secured column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ColumnUse {
    /// It is set on a new row.
    Create,
    /// A condition or an order names it.
    Query,
    /// It is changed.
    Update,
}

/// What a user may do with a column. Reading a secured column without the right gives null.
pub(crate) fn column_rights(user: &User, table: &Table, column: &Column) -> ColumnRights {
    if !column.is_secured || user.is_system || user.is_administrator {
        return ColumnRights { read: true, create: true, update: true };
    }
    let key = (table.logical_name.clone(), column.logical_name.clone());
    user.columns.get(&key).copied().unwrap_or_default()
}

/// The error for a use of a secured column, if the user may not.
pub(crate) fn refuse_column(
    user: &User,
    table: &Table,
    column: &Column,
    used: ColumnUse,
) -> Option<Error> {
    let rights = column_rights(user, table, column);
    let (is_allowed, code, verb) = match used {
        ColumnUse::Create => (rights.create, "0x8004f502", "create"),
        ColumnUse::Query => (rights.read, "0x8004f506", "query"),
        ColumnUse::Update => (rights.update, "0x8004f507", "update"),
    };
    let refuse = || {
        let name = format!("{}.{}", table.logical_name, column.logical_name);
        let message = format!(
            "User (Id={}, name={}) does not have {verb} permission for the secured column {name}. A \
             System Administrator of this environment can give it with a column security profile.",
            user.id, user.name
        );
        Error::new(Kind::Forbidden, code, message)
    };
    (!is_allowed).then(refuse)
}

/// Whether a column may be used only in rows where that is shared with the user; refused if he may
/// not at all.
pub(crate) fn needs_share(
    user: &User,
    table: &Table,
    column: &Column,
    used: ColumnUse,
) -> Result<bool> {
    match refuse_column(user, table, column, used) {
        None => Ok(false),
        Some(_)
            if used == ColumnUse::Update && user.shared_columns.contains(&column.metadata_id) =>
        {
            Ok(true)
        }
        Some(refusal) => Err(refusal),
    }
}

/// Whether the value, or the change, of a secured column of one row is shared with the user.
pub(crate) async fn is_value_shared(
    db: &mut Connection,
    store: &Store,
    user: &User,
    column: &Column,
    row: Uuid,
    used: ColumnUse,
) -> Result<bool> {
    let access = match used {
        ColumnUse::Create => return Ok(false),
        ColumnUse::Query => "readaccess",
        ColumnUse::Update => "updateaccess",
    };
    let mut statement = Statement::new("", Vec::new());
    let (row, column) = (statement.param(row), statement.param(column.metadata_id));
    let principals = user.principals();
    let list = principals.iter().map(|id| statement.param(*id)).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "select 1 from {} where objectid = {row} and attributeid = {column} \
         and principalid in ({list}) and {access} = 1 limit 1",
        store.table(COLUMN_SHARES)
    );
    statement.sql = sql.into();
    Ok(!db.query(&statement).await?.is_empty())
}
