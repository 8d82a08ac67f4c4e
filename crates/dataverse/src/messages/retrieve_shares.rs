//! `RetrieveSharedPrincipalsAndAccess`: with whom a row is shared.

use base::{Result, Uuid};
use db::statement;

use crate::security::{self, Right};
use crate::session::ReadScope;
use crate::{Reference, Reply, plan, rows};

/// Asks with whom a row is shared, and what each may do.
#[derive(Clone, Debug, PartialEq)]
pub struct RetrieveShares {
    /// The row.
    pub target: Reference,
}

/// A user or a team with whom a row is shared.
#[derive(Clone, Debug, PartialEq)]
pub struct SharedWith {
    /// `systemuser` or `team`.
    pub table: String,
    /// The id.
    pub id: Uuid,
    /// What the principal may do.
    pub rights: Vec<Right>,
}

impl RetrieveShares {
    pub(crate) async fn run(self, scope: &mut ReadScope<'_>) -> Result<Reply> {
        let schema = scope.schema.clone();
        let table = plan::table(&schema, &self.target.set_or_table)?;
        let key = plan::row_key(table, &self.target.key)?;
        let id = rows::find_id(scope, table, &key).await?.ok_or_else(|| key.not_found(table))?;
        security::check_row(scope.db, scope.store, scope.user, table, id, Right::Read).await?;
        let sql = scope.store.sql(
            "select principaltypecode, principalid, accessrightsmask \
             from {principalobjectaccess} where objectid = ?1 and accessrightsmask <> 0 \
             order by principalid",
        );
        let mut shares = Vec::new();
        for row in scope.db.query(&statement!(sql, id)).await? {
            let mask: i64 = row.get::<Option<i64>>(2)?.unwrap_or_default();
            let has = |right: &Right| mask & security::mask(&[*right]) != 0;
            shares.push(SharedWith {
                table: row.get::<Option<String>>(0)?.unwrap_or_default(),
                id: row.get(1)?,
                rights: Right::ALL.into_iter().filter(has).collect(),
            });
        }
        Ok(Reply::Shares(shares))
    }
}
