//! `RetrieveChanges`: what has changed in a table since a version.

use base::{Error, Kind, Result, Uuid};
use query::{Comparison, Filter, Literal, Query};

use crate::plan::{self, Base};
use crate::session::ReadScope;
use crate::{Page, Reply, changes, rows};

/// Reads the rows that changed since a version, or all of them, and the ids of deleted ones.
#[derive(Clone, Debug, PartialEq)]
pub struct RetrieveChanges {
    /// The table, by set name or logical name.
    pub table: String,
    /// What of the rows, and which page. Only `select`, pages and `count`.
    pub query: Query,
    /// Since which version; all rows, if not given.
    pub since: Option<i64>,
    /// The version up to which the first page went; nothing for the first page.
    pub until: Option<i64>,
    /// Whether to read the names of the rows behind lookups, for formatted values.
    pub with_names: bool,
}

/// What has changed.
#[derive(Clone, Debug)]
pub struct Changes {
    /// Rows as they are now.
    pub page: Page,
    /// Ids of rows that are gone; told on the last page.
    pub deleted: Vec<Uuid>,
    /// The version since which the next changes are to be asked for.
    pub until: i64,
}

impl RetrieveChanges {
    pub(crate) async fn run(self, scope: &mut ReadScope<'_>) -> Result<Reply> {
        let schema = scope.schema.clone();
        let table = plan::table(&schema, &self.table)?.clone();
        check(&table, &self.query)?;
        let mut until = match self.until {
            Some(until) => until,
            None => changes::version(scope.db, scope.store, &table).await?,
        };
        let filter = self.since.map(|since| Filter::Compare {
            path: vec!["versionnumber".to_owned()],
            comparison: Comparison::Greater,
            value: Literal::Number(since.to_string()),
        });
        let query = Query { filter, ..self.query };
        let page = rows::page(scope, &table, &query, &Base::All, self.with_names).await?;
        let mut deleted = Vec::new();
        if let Some(since) = self.since.filter(|_| page.next.is_none()) {
            let (found, has_more) =
                changes::deleted_since(scope.db, scope.store, &table, since).await?;
            // The others follow with the next token; rows changed after it come again with them.
            if let Some((_, last)) = found.last().filter(|_| has_more) {
                until = until.min(*last);
            }
            deleted = found.into_iter().map(|(id, _)| id).collect();
        }
        Ok(Reply::Changes(Box::new(Changes { page, deleted, until })))
    }
}

fn check(table: &metadata::Table, query: &Query) -> Result<()> {
    if !changes::is_tracked(table) {
        return Err(Error::new(
            Kind::Invalid,
            "0x80072491",
            format!(
                "Change tracking is not enabled for entity type {}. Set ChangeTrackingEnabled of \
                 the table.",
                table.logical_name
            ),
        ));
    }
    let is_plain = query.filter.is_none()
        && query.order_by.is_empty()
        && query.expand.is_empty()
        && query.top.is_none();
    if is_plain {
        return Ok(());
    }
    Err(plan::bad(
        "The query options $filter, $orderby, $expand and $top cannot be used where changes are \
         tracked.",
    ))
}
