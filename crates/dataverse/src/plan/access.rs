//! Rights as conditions of a plan.

use std::sync::Arc;

use base::Result;
use metadata::Table;

use super::condition::{Alias, Condition};
use super::read::Asker;
use crate::User;
use crate::security::{self, Access, Right};

/// The rows of `table` that the user may use `right` on; refused if there can be none.
pub(crate) fn access(
    asker: &Asker<'_>,
    table: &Arc<Table>,
    alias: Alias,
    right: Right,
) -> Result<Condition> {
    access_of(asker.user, table, alias, right)
}

/// The same for a user without a query.
pub(crate) fn access_of(
    user: &User,
    table: &Arc<Table>,
    alias: Alias,
    right: Right,
) -> Result<Condition> {
    match security::access(user, table, right) {
        Access::None => Err(security::privilege_missing(user, table, right)),
        Access::All => Ok(Condition::Const(true)),
        Access::Filter(_) => {
            Ok(Condition::Access { table: table.clone(), alias, right, negated: false })
        }
    }
}
