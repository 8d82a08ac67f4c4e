//! One connection from a pool: how statements run on it, and how it goes back clean.

use std::ops::ControlFlow;
use std::sync::Arc;

use base::{Error, Result, limits};
use deadpool_postgres::Object;
use futures_util::{FutureExt, TryStreamExt, future};

use super::error::{error, is_stale_plan};
use super::server::Texts;
use crate::Statement;
use crate::row::{RowRef, RowSource};

/// A connection to PostgreSQL, lent by a pool.
pub(crate) struct Link {
    /// Some until the end.
    client: Option<Object>,
    texts: Arc<Texts>,
    /// A transaction is open, or on its way to be.
    is_open: bool,
    /// A call is under way. Still set at the end, its caller went away before the answer.
    is_waiting: bool,
    /// What begins the transaction.
    begin: String,
}

impl Link {
    /// A connection whose queries all see one snapshot.
    pub(crate) fn reader(client: Object, texts: Arc<Texts>) -> Self {
        let begin = "begin isolation level repeatable read read only".to_owned();
        Self { client: Some(client), texts, is_open: false, is_waiting: false, begin }
    }

    /// A connection that writes when `lock` is its own.
    pub(crate) fn writer(client: Object, texts: Arc<Texts>, lock: i64) -> Self {
        let begin = format!(
            "begin isolation level read committed read write; \
             select pg_catalog.pg_advisory_xact_lock({lock})"
        );
        Self { client: Some(client), texts, is_open: false, is_waiting: false, begin }
    }

    /// Opens the transaction for the first, and sets the savepoint of a transaction.
    pub(crate) async fn begin(&mut self, is_first: bool) -> Result<()> {
        let begin = if is_first { format!("{};", self.begin) } else { String::new() };
        self.is_open = true;
        self.batch(&format!("{begin} savepoint fh_tx")).await
    }

    /// Shows each row of the result to `f` until it breaks. The first query begins the transaction,
    /// and does not wait for that; one that stands alone needs none.
    pub(crate) async fn for_each(
        &mut self,
        statement: &Statement,
        is_alone: bool,
        f: &mut (dyn FnMut(&RowRef<'_>) -> ControlFlow<()> + Send),
    ) -> Result<()> {
        let is_first = !is_alone && !std::mem::replace(&mut self.is_open, true);
        self.is_waiting = true;
        let client = self.client()?;
        let begin =
            async { if is_first { client.batch_execute(&self.begin).await } else { Ok(()) } };
        let (begun, rows) = future::join(begin, self.rows(client, statement, f)).await;
        self.is_waiting = false;
        begun.map_err(error)?;
        rows
    }

    /// Runs a statement that gives no rows; how many it changed.
    pub(crate) async fn execute(&mut self, statement: &Statement) -> Result<u64> {
        self.is_waiting = true;
        let changed = self.run(statement).await;
        self.is_waiting = false;
        changed
    }

    /// Runs statements without parameters.
    pub(crate) async fn batch(&mut self, sql: &str) -> Result<()> {
        self.is_waiting = true;
        let result = self.client()?.batch_execute(sql).await;
        self.is_waiting = false;
        result.map_err(error)
    }

    /// Makes a transaction part of the open one. Does not wait: were it refused, everything after
    /// it is refused too, also the commit.
    pub(crate) fn release(&mut self) {
        self.send("release savepoint fh_tx");
    }

    /// Undoes one transaction. False if the open one is lost.
    pub(crate) fn undo(&mut self) -> bool {
        self.is_waiting = false;
        self.send("rollback to savepoint fh_tx; release savepoint fh_tx")
    }

    /// Commits, and gives the connection back.
    pub(crate) async fn commit(mut self) -> Result<()> {
        // `commit` alone would roll back without an error if a statement before was refused.
        self.batch("select 1; commit").await?;
        self.is_open = false;
        Ok(())
    }

    async fn run(&self, statement: &Statement) -> Result<u64> {
        let client = self.client()?;
        let prepared = self.prepared(client, statement).await?;
        let changed = client.execute_raw(&prepared, statement.params.iter()).await;
        changed.map_err(|cause| self.refused(cause))
    }

    async fn rows(
        &self,
        client: &Object,
        statement: &Statement,
        f: &mut (dyn FnMut(&RowRef<'_>) -> ControlFlow<()> + Send),
    ) -> Result<()> {
        let prepared = self.prepared(client, statement).await?;
        let rows = client.query_raw(&prepared, statement.params.iter()).await;
        let mut rows = std::pin::pin!(rows.map_err(|cause| self.refused(cause))?);
        while let Some(row) = rows.try_next().await.map_err(|cause| self.refused(cause))? {
            if f(&RowRef(RowSource::Postgres(&row))).is_break() {
                break;
            }
        }
        Ok(())
    }

    async fn prepared(
        &self,
        client: &Object,
        statement: &Statement,
    ) -> Result<tokio_postgres::Statement> {
        if client.statement_cache.size() >= limits::DATABASE_STATEMENTS_MAX {
            client.statement_cache.clear();
        }
        let text = self.texts.get(&statement.sql);
        let prepared = client.prepare_cached(&text).await.map_err(error)?;
        let (wanted, given) = (prepared.params().len(), statement.params.len());
        if wanted != given {
            return Err(Error::internal(format!("{wanted} parameters, {given} given")));
        }
        Ok(prepared)
    }

    /// A statement was refused. If its plan is out of date, the next one is made anew.
    fn refused(&self, cause: tokio_postgres::Error) -> Error {
        if cause.as_db_error().is_some_and(is_stale_plan)
            && let Some(client) = &self.client
        {
            client.statement_cache.clear();
        }
        error(cause)
    }

    /// Sends statements without waiting for the answer. They run in their turn: requests of a
    /// connection are answered in the order in which they were first polled. False if the
    /// connection is lost.
    fn send(&self, sql: &str) -> bool {
        let Some(client) = &self.client else { return false };
        if client.is_closed() {
            return false;
        }
        !matches!(client.batch_execute(sql).now_or_never(), Some(Err(_)))
    }

    fn client(&self) -> Result<&Object> {
        self.client.as_ref().ok_or_else(|| Error::internal("the connection is closed"))
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        if self.is_waiting {
            // Who has it next should not wait for the answer to a question of somebody gone.
            drop(self.client.take().map(Object::take));
        } else if self.is_open {
            self.send("rollback");
        }
    }
}
