//! `GrantAccess`, `ModifyAccess`, `RevokeAccess`, `RetrievePrincipalAccess`: sharing rows.

use std::sync::Arc;

use base::{Error, Result, Uuid};
use db::statement;
use metadata::Table;

use crate::security::{self, Access, Right};
use crate::session::ReadScope;
use crate::user;
use crate::{Reference, Reply, Session, User, plan, rows};

/// Shares a row with a user or team; what was shared already stays.
#[derive(Clone, Debug, PartialEq)]
pub struct GrantAccess {
    /// The row.
    pub target: Reference,
    /// A `systemuser` or a `team`.
    pub principal: Reference,
    /// What the principal may do.
    pub rights: Vec<Right>,
}

/// Replaces what a user or team may do with a row; no rights end the share.
#[derive(Clone, Debug, PartialEq)]
pub struct ModifyAccess {
    /// The row.
    pub target: Reference,
    /// A `systemuser` or a `team`.
    pub principal: Reference,
    /// What the principal may do.
    pub rights: Vec<Right>,
}

/// Ends a share.
#[derive(Clone, Debug, PartialEq)]
pub struct RevokeAccess {
    /// The row.
    pub target: Reference,
    /// A `systemuser` or a `team`.
    pub principal: Reference,
}

/// Asks what a user or team may do with a row, all taken together.
#[derive(Clone, Debug, PartialEq)]
pub struct RetrievePrincipalAccess {
    /// The row.
    pub target: Reference,
    /// A `systemuser` or a `team`.
    pub principal: Reference,
}

impl GrantAccess {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        let share = Share::find(session, &self.target, &self.principal).await?;
        share.check(session, &self.rights).await?;
        let mask = share.mask(session).await? | security::mask(&self.rights);
        share.write(session, mask).await
    }
}

impl ModifyAccess {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        let share = Share::find(session, &self.target, &self.principal).await?;
        share.check(session, &self.rights).await?;
        share.write(session, security::mask(&self.rights)).await
    }
}

impl RevokeAccess {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        let share = Share::find(session, &self.target, &self.principal).await?;
        share.check(session, &[]).await?;
        share.write(session, 0).await
    }
}

/// A row and with whom it is shared.
struct Share {
    table: Arc<Table>,
    id: Uuid,
    principal_table: Arc<Table>,
    principal: Uuid,
}

impl Share {
    async fn find(
        session: &mut Session<'_>,
        target: &Reference,
        principal: &Reference,
    ) -> Result<Self> {
        let (table, id) = row(session, target).await?;
        if !table.is_owned() {
            return Err(Error::invalid(format!(
                "Rows of {} have no owner and cannot be shared.",
                table.logical_name
            )));
        }
        let (principal_table, principal) = row(session, principal).await?;
        check_principal(&principal_table)?;
        let key = &principal_table.primary_id;
        let name = &principal_table.logical_name;
        let sql = session.store().sql(&format!("select 1 from {{{name}}} where {key} = ?1"));
        if session.tx().query(&statement!(sql, principal)).await?.is_empty() {
            return Err(crate::not_found(name, principal));
        }
        Ok(Self { table, id, principal_table, principal })
    }

    /// Who shares needs the right to share the row, and each right that he gives.
    async fn check(&self, session: &mut Session<'_>, rights: &[Right]) -> Result<()> {
        let (user, store) = (session.user().clone(), session.store());
        for right in std::iter::once(&Right::Share).chain(rights) {
            if *right != Right::Create {
                security::check_row(session.tx(), store, &user, &self.table, self.id, *right)
                    .await?;
            }
        }
        Ok(())
    }

    /// What is shared now.
    async fn mask(&self, session: &mut Session<'_>) -> Result<i64> {
        rows::own_mask(session, self.id, self.principal).await
    }

    /// Keeps the share, or ends it. What is inherited from a row above stays.
    async fn write(&self, session: &mut Session<'_>, mask: i64) -> Result<Reply> {
        let table = self.principal_table.logical_name.clone();
        let principal = rows::Principal { id: self.principal, table };
        rows::share(session, &self.table, self.id, principal, mask).await?;
        Ok(Reply::Done)
    }
}

fn check_principal(table: &Table) -> Result<()> {
    match table.logical_name.as_str() {
        "systemuser" | "team" => Ok(()),
        other => Err(Error::invalid(format!(
            "Rows are shared with a systemuser or a team, not with a row of {other}."
        ))),
    }
}

/// The row behind a reference, in the table that it is kept in.
pub(super) async fn row(
    session: &mut Session<'_>,
    reference: &Reference,
) -> Result<(Arc<Table>, Uuid)> {
    let schema = session.schema().clone();
    let table = plan::table(&schema, &reference.set_or_table)?;
    let key = plan::row_key(table, &reference.key)?;
    let id = rows::known_id(session, table, &key).await?;
    let table = rows::concrete(session, table, id).await?;
    Ok((table, id))
}

impl RetrievePrincipalAccess {
    pub(crate) async fn run(self, scope: &mut ReadScope<'_>) -> Result<Reply> {
        let schema = scope.schema.clone();
        let table = plan::table(&schema, &self.target.set_or_table)?;
        let id = id(scope, table, &self.target).await?;
        security::check_row(scope.db, scope.store, scope.user, table, id, Right::Read).await?;
        let principals = plan::table(&schema, &self.principal.set_or_table)?;
        check_principal(principals)?;
        let principal = self::id(scope, principals, &self.principal).await?;
        let user = user::load_principal(scope.db, scope.store, principal).await?;
        let mut rights = Vec::new();
        for right in Right::ALL {
            if reaches(scope, &user, table, id, right).await? {
                rights.push(right);
            }
        }
        Ok(Reply::Access(rights))
    }
}

async fn id(scope: &mut ReadScope<'_>, table: &Arc<Table>, row: &Reference) -> Result<Uuid> {
    match plan::row_key(table, &row.key)? {
        plan::RowKey::Id(id) => Ok(id),
        key => {
            let found = rows::find_id(scope, table, &key).await?;
            found.ok_or_else(|| key.not_found(table))
        }
    }
}

async fn reaches(
    scope: &mut ReadScope<'_>,
    user: &User,
    table: &Table,
    id: Uuid,
    right: Right,
) -> Result<bool> {
    match security::access(user, table, right) {
        Access::None => Ok(false),
        Access::All => Ok(true),
        Access::Filter(_) => {
            match security::check_row(scope.db, scope.store, user, table, id, right).await {
                Ok(()) => Ok(true),
                Err(error) if error.kind == base::Kind::Forbidden => Ok(false),
                Err(error) => Err(error),
            }
        }
    }
}
