//! Wrong passwords: who guesses too often has to wait.

use base::limits::{SIGN_IN_FAILURES_MAX, SIGN_IN_WINDOW_SECONDS};
use base::{Cx, Result};

use crate::directory::params;
use crate::{Denial, Directory};

impl Directory {
    /// Counts an attempt before it is looked at, so attempts at the same time count too. `name` is
    /// what is guessed for, whether it exists or not.
    pub(crate) async fn attempt_begin(&self, cx: &Cx, name: &str) -> Result<(), Denial> {
        let outdated = cx.now().plus_seconds(-SIGN_IN_WINDOW_SECONDS);
        let clean = "delete from {directory_failure} where since <= ?1";
        let count = "insert into {directory_failure} as f (name, failures, since)
            values (?1, 1, ?2) on conflict (name) do update set failures = f.failures + 1
            returning failures";
        let mut tx = self.store.write().await?;
        tx.execute(&self.statement(clean, params![outdated])).await?;
        let row = tx.query_one(&self.statement(count, params![name, cx.now()])).await?;
        tx.commit().await?;
        if row.get::<i64>(0)? > SIGN_IN_FAILURES_MAX {
            tracing::warn!(name, "locked after too many wrong attempts");
            return Err(Denial::Locked);
        }
        Ok(())
    }

    /// Forgets the attempts, after the right one.
    pub(crate) async fn attempts_forget(&self, name: &str) -> Result<()> {
        self.execute("delete from {directory_failure} where name = ?1", params![name]).await?;
        Ok(())
    }
}
