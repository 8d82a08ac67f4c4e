//! Who may do what with which rows: decided here, and nowhere else.
//!
//! [`access`] decides from a user's privileges whether a right on a table reaches no row, some or
//! all. What it decides becomes a condition of the SQL ([`Filter::condition`]), so a query can only
//! return, and a write can only find, rows that the user may reach.

mod check;
mod columns;
mod filter;
mod refusal;
mod right;

use base::Uuid;
use metadata::privileges::{self, privilege_id};
use metadata::{Ownership, Table};

use crate::User;
use crate::user::Grant;

pub(crate) use check::{check_create, check_owner_can_read, check_row, require};
pub(crate) use columns::{
    COLUMN_SHARES, ColumnUse, column_rights, is_value_shared, needs_share, refuse_column,
};
pub use filter::{Filter, Purpose};
pub(crate) use refusal::{
    misc_privilege_missing, owner_cannot_read, privilege_missing, row_denied,
};
pub use right::{Right, access_name, mask, of_mask};

/// Which rows of a table a right reaches.
#[derive(Clone, Debug, PartialEq)]
pub enum Access<'a> {
    /// None: the user lacks the privilege.
    None,
    /// Those that match.
    Filter(Filter<'a>),
    /// All of them.
    All,
}

/// Which rows of `table` the user may use `right` on.
pub fn access<'a>(user: &'a User, table: &'a Table, right: Right) -> Access<'a> {
    if user.is_system || user.is_administrator {
        return Access::All;
    }
    let Some(privilege) = privilege(table, right) else {
        return without_privilege(user, table, right);
    };
    match user.grants.get(&privilege) {
        None => Access::None,
        Some(grant) if grant.global => Access::All,
        Some(grant) => limited(user, table, right, grant),
    }
}

/// A grant that does not reach the whole organisation.
fn limited<'a>(user: &'a User, table: &'a Table, right: Right, grant: &'a Grant) -> Access<'a> {
    match table.ownership {
        // Their privileges have only one depth that counts.
        Ownership::OrganizationOwned | Ownership::None => Access::None,
        Ownership::UserOwned | Ownership::BusinessOwned => {
            Access::Filter(Filter::new(user, table, right, grant))
        }
    }
}

/// Tables without privileges of their own: everybody reads them, nobody writes them but the server.
/// Of shares, everybody reads those that he has received.
fn without_privilege<'a>(user: &User, table: &'a Table, right: Right) -> Access<'a> {
    match right {
        Right::Read if table.logical_name == filter::RECEIVED => {
            Access::Filter(Filter::received(user, table))
        }
        // They tell of rows of any table, which not everybody may read.
        Right::Read if table.logical_name == "fileattachment" => Access::None,
        Right::Read => Access::All,
        _ => Access::None,
    }
}

/// The id of the privilege that gives `right` on `table`; nothing if the table has none.
pub fn privilege(table: &Table, right: Right) -> Option<Uuid> {
    privilege_name(table, right).map(|name| privilege_id(&name))
}

/// The name of that privilege.
pub fn privilege_name(table: &Table, right: Right) -> Option<String> {
    if table.logical_name == crate::audit::TABLE && right == Right::Read {
        return Some("prvReadAuditSummary".to_owned());
    }
    (!table.privilege_stem.is_empty()).then(|| privileges::name(right, &table.privilege_stem))
}
