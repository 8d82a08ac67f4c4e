//! Queries, on a snapshot or inside a transaction.

use std::ops::{ControlFlow, Deref, DerefMut};
use std::sync::Arc;
use std::time::Instant;

use base::{Error, Result};

use crate::store::Inner;
use crate::{Row, RowRef, Statement, Tally, postgres, sqlite};

/// What a [`Reader`] and a [`crate::Tx`] share: queries. Functions that only read take one.
pub struct Connection {
    /// None once it has been given back.
    pub(crate) link: Option<Link>,
    /// A statement was refused, or its caller went away before the answer.
    pub(crate) has_failed: bool,
}

/// A connection to one of the databases.
pub(crate) enum Link {
    Sqlite(sqlite::Link),
    Postgres(postgres::Link),
}

impl Connection {
    pub(crate) fn new(link: Link) -> Self {
        Self { link: Some(link), has_failed: false }
    }

    /// All rows of the result.
    pub async fn query(&mut self, statement: &Statement) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        self.for_each(statement, |row| {
            rows.push(row.to_row()?);
            Ok(())
        })
        .await?;
        Ok(rows)
    }

    /// The only row of the result; an error if there is none or another.
    pub async fn query_one(&mut self, statement: &Statement) -> Result<Row> {
        let row = self.query_opt(statement).await?;
        row.ok_or_else(|| Error::internal("the query found no row, one was expected"))
    }

    /// The row of the result, if there is one; an error if there is another.
    pub async fn query_opt(&mut self, statement: &Statement) -> Result<Option<Row>> {
        let mut found = None;
        self.for_each(statement, |row| match found {
            None => row.to_row().map(|row| found = Some(row)),
            Some(_) => Err(Error::internal("the query found several rows, one was expected")),
        })
        .await?;
        Ok(found)
    }

    /// Shows each row of the result to `f`, without keeping them. The first error of `f` ends it;
    /// the connection stays usable.
    pub async fn for_each<F>(&mut self, statement: &Statement, f: F) -> Result<()>
    where
        F: FnMut(&RowRef<'_>) -> Result<()> + Send,
    {
        self.each(statement, Run::default(), f).await.map(drop)
    }

    /// The same for a statement that nothing has to agree with: on a [`Reader`] it begins no
    /// snapshot for what comes after it, which costs as much as reading a row.
    pub async fn for_each_alone<F>(&mut self, statement: &Statement, f: F) -> Result<()>
    where
        F: FnMut(&RowRef<'_>) -> Result<()> + Send,
    {
        let run = Run { is_alone: true, ..Run::default() };
        self.each(statement, run, f).await.map(drop)
    }

    /// The same as an attempt: on SQLite it is given up after about `steps_max` instructions of
    /// the database's own machine. Whether it came to its end; the connection stays usable.
    pub async fn for_each_within<F>(
        &mut self,
        statement: &Statement,
        steps_max: u32,
        f: F,
    ) -> Result<bool>
    where
        F: FnMut(&RowRef<'_>) -> Result<()> + Send,
    {
        self.each(statement, Run { steps_max: Some(steps_max), ..Run::default() }, f).await
    }

    async fn each<F>(&mut self, statement: &Statement, run: Run, mut f: F) -> Result<bool>
    where
        F: FnMut(&RowRef<'_>) -> Result<()> + Send,
    {
        let mut stopped = None;
        let mut f = |row: &RowRef<'_>| match f(row) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                stopped = Some(error);
                ControlFlow::Break(())
            }
        };
        let ended = self.run(async |link| link.for_each(statement, run, &mut f).await).await?;
        stopped.map_or(Ok(ended), Err)
    }

    /// Runs `call` on the link, unless a call before it failed. A call whose caller goes away
    /// before the answer counts as failed.
    pub(crate) async fn run<T>(
        &mut self,
        call: impl AsyncFnOnce(&mut Link) -> Result<T>,
    ) -> Result<T> {
        if self.has_failed {
            return Err(Error::internal("an earlier statement of this transaction has failed"));
        }
        let link = self.link.as_mut().ok_or_else(|| Error::internal("the connection is closed"))?;
        self.has_failed = true;
        let result = Tally::counted(call(link)).await;
        self.has_failed = result.is_err();
        result
    }
}

/// How a query runs.
#[derive(Clone, Copy, Default)]
struct Run {
    /// It is given up after about so many instructions of SQLite's machine.
    steps_max: Option<u32>,
    /// It begins no snapshot.
    is_alone: bool,
}

impl Link {
    /// Starts a snapshot unless the query stands alone, or goes on with it, and runs a query.
    /// Whether it came to its end.
    async fn for_each(
        &mut self,
        statement: &Statement,
        run: Run,
        f: &mut (dyn FnMut(&RowRef<'_>) -> ControlFlow<()> + Send),
    ) -> Result<bool> {
        statement.check()?;
        let timer = Timer::start();
        let ended = match self {
            Self::Sqlite(link) => {
                if !run.is_alone && !link.is_in_transaction() {
                    link.run("begin")?;
                }
                match run.steps_max {
                    Some(steps_max) => link.for_each_within(statement, steps_max, f)?,
                    None => link.for_each(statement, f).map(|()| true)?,
                }
            }
            Self::Postgres(link) => {
                link.for_each(statement, run.is_alone, f).await.map(|()| true)?
            }
        };
        timer.stop("query");
        Ok(ended)
    }

    pub(crate) async fn execute(&mut self, statement: &Statement) -> Result<u64> {
        statement.check()?;
        let timer = Timer::start();
        let changed = match self {
            Self::Sqlite(link) => link.execute(statement)?,
            Self::Postgres(link) => link.execute(statement).await?,
        };
        timer.stop("execute");
        Ok(changed)
    }

    pub(crate) async fn batch(&mut self, sql: &str) -> Result<()> {
        match self {
            Self::Sqlite(link) => link.batch(sql),
            Self::Postgres(link) => link.batch(sql).await,
        }
    }
}

/// Queries that all see the store as it was at the first of them.
pub struct Reader {
    connection: Connection,
    store: Arc<Inner>,
}

impl Reader {
    pub(crate) fn new(store: Arc<Inner>, link: Link) -> Self {
        Self { connection: Connection::new(link), store }
    }
}

impl Deref for Reader {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if let Some(link) = self.connection.link.take() {
            self.store.give_back(link);
        }
    }
}

/// How long a statement took, for the log: never its text or values.
struct Timer(Option<Instant>);

impl Timer {
    fn start() -> Self {
        Self(tracing::enabled!(tracing::Level::TRACE).then(Instant::now))
    }

    fn stop(self, what: &'static str) {
        if let Some(start) = self.0 {
            let duration_us = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
            tracing::trace!(what, duration_us, "statement");
        }
    }
}
