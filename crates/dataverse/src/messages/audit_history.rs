//! `RetrieveRecordChangeHistory`, `RetrieveAttributeChangeHistory`: what happened to a row, or to a
//! column of it. `RetrieveAuditDetails`: what one entry of the history says.

use std::sync::Arc;

use base::{Error, Result, Uuid, limits};
use db::{Statement, like_escaped, statement};
use metadata::Table;
use serde_json::Value as Json;

use crate::plan::{self, RowKey};
use crate::security::{self, Right, column_rights};
use crate::session::ReadScope;
use crate::{Record, Reference, Reply, Value, audit, rows};

/// Reads the history of a row, the newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct RetrieveChangeHistory {
    /// The row.
    pub target: Reference,
    /// Only of this column, by logical name.
    pub column: Option<String>,
    /// Which page; the first is 1.
    pub page: usize,
    /// How many entries are on a page.
    pub page_size: usize,
    /// Whether to count all entries.
    pub counts: bool,
}

/// Reads what one entry of the history says.
#[derive(Clone, Debug, PartialEq)]
pub struct RetrieveAuditDetails {
    /// The entry: a row of `audit`.
    pub audit: Uuid,
}

/// Entries of the history.
#[derive(Clone, Debug)]
pub struct AuditHistory {
    /// The entries of the page.
    pub details: Vec<AuditDetail>,
    /// Whether there are more.
    pub has_more: bool,
    /// How many there are in all, if that was asked for.
    pub total: Option<i64>,
}

/// What an entry of the history says: the columns that changed.
#[derive(Clone, Debug)]
pub struct AuditDetail {
    /// The row of `audit`.
    pub entry: Record,
    /// What the columns held.
    pub old: Record,
    /// What they hold since.
    pub new: Record,
}

impl RetrieveChangeHistory {
    pub(crate) async fn run(self, scope: &mut ReadScope<'_>) -> Result<Reply> {
        require(scope, "prvReadRecordAuditHistory")?;
        let schema = scope.schema.clone();
        let table = plan::table(&schema, &self.target.set_or_table)?.clone();
        if let Some(column) = &self.column {
            table.column(column).ok_or_else(|| plan::unknown_property(&table, column))?;
        }
        let id = self.row(scope, &table).await?;
        check_row(scope, &table, id).await?;
        let size = self.page_size.clamp(1, limits::PAGE_ROWS_MAX);
        let skip = self.page.saturating_sub(1).saturating_mul(size);
        let mut found = scope.db.query(&self.statement(scope, id, Some((skip, size + 1)))).await?;
        let has_more = found.len() > size;
        found.truncate(size);
        let mut details = Vec::with_capacity(found.len());
        for row in &found {
            details.push(detail(scope, row.get(0)?).await?);
        }
        let total = match self.counts {
            true => {
                let count = self.statement(scope, id, None);
                Some(scope.db.query_one(&count).await?.get(0)?)
            }
            false => None,
        };
        Ok(Reply::Audits(Box::new(AuditHistory { details, has_more, total })))
    }

    async fn row(&self, scope: &mut ReadScope<'_>, table: &Arc<Table>) -> Result<Uuid> {
        match plan::row_key(table, &self.target.key)? {
            RowKey::Id(id) => Ok(id),
            key => {
                let found = rows::find_id(scope, table, &key).await?;
                found.ok_or_else(|| key.not_found(table))
            }
        }
    }

    /// The entries of a page, or how many there are.
    fn statement(
        &self,
        scope: &ReadScope<'_>,
        id: Uuid,
        page: Option<(usize, usize)>,
    ) -> Statement {
        let number = |number| i64::try_from(number).unwrap_or(i64::MAX);
        let what = if page.is_some() { "auditid" } else { "count(*)" };
        let mut statement = statement!(
            format!("select {what} from {} where objectid = ?1", scope.store.table(audit::TABLE)),
            id
        );
        let mut sql = statement.sql.clone().into_owned();
        if let Some(column) = &self.column {
            let pattern = format!("%\"logicalName\":\"{}\"%", like_escaped(column));
            let param = statement.param(pattern);
            sql.push_str(&format!(" and changedata like {param} escape '\\'"));
        }
        if let Some((skip, rows)) = page {
            let (rows, skip) = (statement.param(number(rows)), statement.param(number(skip)));
            sql.push_str(&format!(" order by versionnumber desc limit {rows} offset {skip}"));
        }
        statement.sql = sql.into();
        statement
    }
}

impl RetrieveAuditDetails {
    pub(crate) async fn run(self, scope: &mut ReadScope<'_>) -> Result<Reply> {
        require(scope, "prvReadAuditSummary")?;
        let detail = detail(scope, self.audit).await?;
        if let Some(Value::Lookup { id, table, .. }) = detail.entry.get("objectid").cloned()
            && let Some(table) = scope.schema.table(&table).cloned()
        {
            check_row(scope, &table, id).await?;
        }
        let history = AuditHistory { details: vec![detail], has_more: false, total: None };
        Ok(Reply::Audits(Box::new(history)))
    }
}

fn require(scope: &ReadScope<'_>, privilege: &str) -> Result<()> {
    match scope.user.has_privilege(privilege) {
        true => Ok(()),
        false => Err(security::misc_privilege_missing(scope.user, privilege)),
    }
}

/// Of a row that is there, only who may read it learns its history; of one that is gone, whoever
/// may read all rows of the table.
async fn check_row(scope: &mut ReadScope<'_>, table: &Arc<Table>, id: Uuid) -> Result<()> {
    match rows::read_row(scope, table, id, &[]).await? {
        Some(_) => {
            let (store, user) = (scope.store, scope.user);
            security::check_row(scope.db, store, user, table, id, Right::Read).await
        }
        None => match security::access(scope.user, table, Right::Read) {
            security::Access::All => Ok(()),
            _ => Err(security::row_denied(scope.user, table, id, Right::Read)),
        },
    }
}

async fn detail(scope: &mut ReadScope<'_>, id: Uuid) -> Result<AuditDetail> {
    let schema = scope.schema.clone();
    let audits = plan::table(&schema, audit::TABLE)?;
    let columns: Vec<_> = audits
        .columns
        .values()
        .filter(|column| column.valid_for_read && crate::ddl::storage(column).is_some())
        .cloned()
        .collect();
    let entry = rows::read_row(scope, audits, id, &columns).await?;
    let entry = entry.ok_or_else(|| crate::not_found(audit::TABLE, id))?;
    let (row, name) = match entry.get("objectid") {
        Some(Value::Lookup { id, table, .. }) => (*id, table.to_string()),
        _ => return Err(Error::internal(format!("the audit {id} is of no row"))),
    };
    // The table may be gone since.
    let table = schema.table(&name).unwrap_or(audits);
    let record =
        |values| Record { table: table.clone(), id: row, version: 0, values, expanded: Vec::new() };
    let data = entry.get("changedata").and_then(Value::text).unwrap_or("{}");
    let data: Json = serde_json::from_str(data).map_err(Error::internal)?;
    let changes = data["changedAttributes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let values = |member: &str| {
        let one = |change: &Json| {
            let column = table.column(change["logicalName"].as_str()?)?;
            let is_shown = column_rights(scope.user, table, column).read;
            let value = audit::value(column, change[member].as_str()?)?;
            is_shown.then(|| (column.clone(), value))
        };
        changes.iter().filter_map(one).collect::<Vec<_>>()
    };
    let (old, new) = (record(values("oldValue")), record(values("newValue")));
    Ok(AuditDetail { entry, old, new })
}
