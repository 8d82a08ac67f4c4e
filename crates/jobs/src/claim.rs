//! Taking jobs, keeping them, and giving them back: every change of a running job shows the lease it
//! was taken with, so a worker that lost the job changes nothing.

use base::limits::{JOB_ATTEMPTS_MAX, JOB_LEASE_MS};
use base::{Cx, Result, Uuid};
use db::{Statement, Store, Tx, Value, statement};

use crate::job::{COLUMNS, Failure, Job, Stage, State, to_json};
use crate::queue::{Queue, too_large};

impl Queue {
    /// Takes up to `count` jobs that are due, of the given kinds; each with the lease that proves
    /// that it was taken.
    pub(crate) async fn claim(
        &self,
        cx: &Cx,
        kinds: &[&str],
        count: usize,
    ) -> Result<Vec<(Job, Uuid)>> {
        // Looking costs little; only when there is something to do, others wait to write.
        let due = due_jobs(cx, &self.store, kinds, count);
        if self.store.read().await?.query(&due).await?.is_empty() {
            return Ok(Vec::new());
        }
        let mut tx = self.store.write().await?;
        let mut jobs = Vec::new();
        for row in tx.query(&due).await? {
            let mut job = Job::read(&row)?;
            job.attempts += 1;
            if job.attempts > JOB_ATTEMPTS_MAX {
                give_up(cx, &mut tx, &job).await?;
                continue;
            }
            job.state = State::Running;
            job.updated_at_ms = cx.now_ms();
            let lease = cx.random_id();
            take(cx, &mut tx, &job, lease).await?;
            jobs.push((job, lease));
        }
        tx.commit().await?;
        Ok(jobs)
    }

    /// Keeps a job for another lease. False if somebody else has taken it meanwhile.
    pub(crate) async fn renew(&self, cx: &Cx, lease: Uuid, job: Uuid) -> Result<bool> {
        let update = "update {job} set locked_until_ms = ?3 where id = ?1 and locked_by = ?2";
        let until = cx.now_ms() + JOB_LEASE_MS;
        self.change(update, vec![job.into(), lease.into(), until.into()]).await
    }

    /// Keeps how far a job is. False if somebody else has taken it meanwhile.
    pub(crate) async fn save_stages(
        &self,
        cx: &Cx,
        lease: Uuid,
        job: Uuid,
        stages: &[Stage],
    ) -> Result<bool> {
        let update = "update {job} set stages = ?3, updated_at_ms = ?4
            where id = ?1 and locked_by = ?2";
        let params = vec![job.into(), lease.into(), to_json(&stages)?.into(), cx.now_ms().into()];
        self.change(update, params).await
    }

    /// Ends a job well.
    pub(crate) async fn succeed(
        &self,
        cx: &Cx,
        lease: Uuid,
        job: &Job,
        result: &serde_json::Value,
    ) -> Result<bool> {
        let text = to_json(result)?;
        if text.len() > base::limits::JOB_PAYLOAD_BYTES_MAX {
            let failure = Failure::from(&too_large("The operation's result is"));
            return self.fail(cx, lease, job, &failure).await;
        }
        let update = "update {job} set state = 'Succeeded', stages = ?3, result = ?4,
            failure = null, locked_by = null, locked_until_ms = null, updated_at_ms = ?5
            where id = ?1 and locked_by = ?2";
        let stages = to_json(&job.stages)?;
        let params =
            vec![job.id.into(), lease.into(), stages.into(), text.into(), cx.now_ms().into()];
        self.change(update, params).await
    }

    /// Ends a job badly.
    pub(crate) async fn fail(
        &self,
        cx: &Cx,
        lease: Uuid,
        job: &Job,
        failure: &Failure,
    ) -> Result<bool> {
        let update = "update {job} set state = 'Failed', stages = ?3, failure = ?4,
            locked_by = null, locked_until_ms = null, updated_at_ms = ?5
            where id = ?1 and locked_by = ?2";
        let params = vec![
            job.id.into(),
            lease.into(),
            to_json(&job.stages)?.into(),
            to_json(failure)?.into(),
            cx.now_ms().into(),
        ];
        self.change(update, params).await
    }

    /// Gives a job back to the queue: for another attempt at `run_at_ms`, or, without a failure,
    /// as if this attempt had not been.
    pub(crate) async fn release(
        &self,
        cx: &Cx,
        lease: Uuid,
        job: &Job,
        run_at_ms: i64,
        failure: Option<&Failure>,
    ) -> Result<bool> {
        let update = "update {job} set state = 'NotStarted', run_at_ms = ?3, attempts = ?4,
            failure = ?5, locked_by = null, locked_until_ms = null, updated_at_ms = ?6
            where id = ?1 and locked_by = ?2";
        let attempts = if failure.is_some() { job.attempts } else { job.attempts - 1 };
        let failure = failure.or(job.failure.as_ref()).map(to_json).transpose()?;
        let params = vec![
            job.id.into(),
            lease.into(),
            run_at_ms.into(),
            attempts.into(),
            failure.into(),
            cx.now_ms().into(),
        ];
        self.change(update, params).await
    }

    /// Gives all running jobs back at once. Only where this process is the only one: then whoever
    /// had them is gone.
    pub(crate) async fn recover(&self, cx: &Cx) -> Result<()> {
        let update = "update {job} set locked_until_ms = ?1 where state = 'Running'";
        if self.change(update, vec![cx.now_ms().into()]).await? {
            tracing::info!("jobs that the last run of the server left are run again");
        }
        Ok(())
    }

    async fn change(&self, sql: &str, params: Vec<Value>) -> Result<bool> {
        let mut tx = self.store.write().await?;
        let changed = tx.execute(&Statement::new(self.store.sql(sql), params)).await?;
        tx.commit().await?;
        Ok(changed > 0)
    }
}

/// Jobs whose time has come, and those whose worker is gone. The oldest first.
fn due_jobs(cx: &Cx, store: &Store, kinds: &[&str], count: usize) -> Statement {
    let mut select = statement!("", cx.now_ms(), i64::try_from(count).unwrap_or(i64::MAX));
    let kinds: Vec<_> = kinds.iter().map(|&kind| select.param(kind)).collect();
    let text = format!(
        "select {COLUMNS} from {{job}}
        where ((state = 'NotStarted' and run_at_ms <= ?1)
            or (state = 'Running' and locked_until_ms <= ?1))
            and kind in ({})
        order by run_at_ms, id limit ?2",
        kinds.join(", ")
    );
    select.sql = store.sql(&text).into();
    select
}

async fn take(cx: &Cx, tx: &mut Tx, job: &Job, lease: Uuid) -> Result<()> {
    let update = tx.sql(
        "update {job} set state = 'Running', attempts = ?2, locked_by = ?3, locked_until_ms = ?4,
        updated_at_ms = ?5 where id = ?1",
    );
    let until = cx.now_ms() + JOB_LEASE_MS;
    tx.execute(&statement!(update, job.id, job.attempts, lease, until, cx.now_ms())).await?;
    Ok(())
}

/// Ends a job that never came to an end by itself: it probably stops the process each time.
async fn give_up(cx: &Cx, tx: &mut Tx, job: &Job) -> Result<()> {
    let failure = Failure {
        code: "OperationAbandoned".into(),
        message: format!(
            "The operation was started {JOB_ATTEMPTS_MAX} times and never came to an end. The \
             server's log has the reasons."
        ),
        details: None,
    };
    tracing::error!(job = %job.id, kind = job.kind, "given up: too many attempts");
    let update = tx.sql(
        "update {job} set state = 'Failed', failure = ?2, locked_by = null,
        locked_until_ms = null, updated_at_ms = ?3 where id = ?1",
    );
    tx.execute(&statement!(update, job.id, to_json(&failure)?, cx.now_ms())).await?;
    Ok(())
}
