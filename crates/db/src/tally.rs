//! How many statements a piece of work sends, and how long it waits for them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What a piece of work asked of databases.
#[derive(Debug, Default)]
pub struct Tally {
    statements: AtomicU64,
    nanoseconds: AtomicU64,
}

tokio::task_local! {
    static TALLY: Arc<Tally>;
}

impl Tally {
    /// Does `work`, and counts what it asks of databases.
    pub async fn of<T>(self: Arc<Self>, work: impl Future<Output = T>) -> T {
        TALLY.scope(self, work).await
    }

    /// The statements so far, with those that begin and end transactions.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// The time that they took.
    pub fn time(&self) -> Duration {
        Duration::from_nanos(self.nanoseconds.load(Ordering::Relaxed))
    }

    /// Counts a statement, where somebody counts.
    pub(crate) async fn counted<T>(statement: impl Future<Output = T>) -> T {
        let Ok(tally) = TALLY.try_with(Arc::clone) else { return statement.await };
        let started = Instant::now();
        let result = statement.await;
        let nanoseconds = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        tally.statements.fetch_add(1, Ordering::Relaxed);
        tally.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
        result
    }
}
