//! Putting jobs into the queue, and looking at them.

use std::sync::Arc;
use std::time::Duration;

use base::limits::{JOB_PAYLOAD_BYTES_MAX, JOB_POLL_MS};
use base::{Cx, Error, Kind, Result, Uuid};
use db::{Statement, Store, Tx, statement};
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use crate::job::{COLUMNS, Job, NewJob, Stage, State, asker_text, to_json};
use crate::migrations::MIGRATIONS;

/// The queue in one store.
pub struct Queue {
    pub(crate) store: Store,
    /// Counts up whenever something changed: workers and those who wait look again.
    changes: watch::Sender<u64>,
}

impl Queue {
    /// Opens the queue in `store`, and brings its table up to date.
    pub async fn open(store: Store) -> Result<Arc<Self>> {
        let mut tx = store.write().await?;
        db::migrate::migrate(&mut tx, "jobs", MIGRATIONS).await?;
        tx.commit().await?;
        Ok(Arc::new(Self { store, changes: watch::Sender::new(0) }))
    }

    /// Puts a job into the queue, in the caller's transaction on the same store. Call
    /// [`wake`](Self::wake) after the commit, or the job waits for the next look at the queue.
    ///
    /// # Errors
    /// [`Kind::Conflict`] `OperationNotStartable`, naming the other one, while a job of the same
    /// subject is active.
    pub async fn enqueue(&self, cx: &Cx, tx: &mut Tx, new: NewJob) -> Result<Job> {
        if let Some(subject) = &new.subject
            && let Some(active) = active_job(tx, subject).await?
        {
            return Err(active.conflict());
        }
        let payload = to_json(&new.payload)?;
        if payload.len() > JOB_PAYLOAD_BYTES_MAX {
            return Err(too_large("The operation's parameters are"));
        }
        let now = cx.now_ms();
        let job = Job {
            id: new.id.unwrap_or_else(|| cx.new_id()),
            kind: new.kind,
            subject: new.subject,
            payload: new.payload,
            state: State::NotStarted,
            stages: Stage::all(),
            attempts: 0,
            run_at_ms: new.run_at_ms.unwrap_or(now),
            created_by: cx.caller.clone(),
            acts_for: cx.acts_for,
            created_by_name: new.created_by_name,
            created_at_ms: now,
            updated_at_ms: now,
            result: None,
            failure: None,
        };
        let insert = tx.sql(
            "insert into {job} (id, kind, subject, payload, state, stages, attempts, run_at_ms,
            created_by, created_by_name, created_at_ms, updated_at_ms)
            values (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8, ?9, ?10, ?10)",
        );
        tx.execute(&statement!(
            insert,
            job.id,
            &job.kind,
            job.subject.as_ref(),
            payload,
            job.state.name(),
            to_json(&job.stages)?,
            job.run_at_ms,
            asker_text(cx),
            &job.created_by_name,
            now,
        ))
        .await?;
        Ok(job)
    }

    /// Puts a job into the queue in a transaction of its own, and wakes a worker.
    pub async fn enqueue_now(&self, cx: &Cx, new: NewJob) -> Result<Job> {
        let mut tx = self.store.write().await?;
        let job = self.enqueue(cx, &mut tx, new).await?;
        tx.commit().await?;
        self.wake();
        Ok(job)
    }

    /// The same for a job whose id is given: one that is there already stays as it is.
    pub async fn enqueue_once(&self, cx: &Cx, new: NewJob) -> Result<()> {
        let Some(id) = new.id else { return self.enqueue_now(cx, new).await.map(|_| ()) };
        if self.job_find(id).await?.is_some() {
            return Ok(());
        }
        match self.enqueue_now(cx, new).await {
            // Somebody else was quicker.
            Err(_) if self.job_find(id).await?.is_some() => Ok(()),
            result => result.map(|_| ()),
        }
    }

    /// Makes workers and those who wait look at the queue now.
    pub fn wake(&self) {
        self.changes.send_modify(|n| *n = n.wrapping_add(1));
    }

    /// The job with this id.
    pub async fn job_get(&self, id: Uuid) -> Result<Job> {
        self.job_find(id).await?.ok_or_else(|| {
            Error::not_found("OperationNotFound", format!("There is no operation '{id}'."))
        })
    }

    /// The job with this id, if there is one.
    pub async fn job_find(&self, id: Uuid) -> Result<Option<Job>> {
        let select = self.store.sql(&format!("select {COLUMNS} from {{job}} where id = ?1"));
        let row = self.store.read().await?.query_opt(&statement!(select, id)).await?;
        row.map(|row| Job::read(&row)).transpose()
    }

    /// The last jobs of a subject, the newest first.
    pub async fn jobs_of(&self, subject: &str, top: i64) -> Result<Vec<Job>> {
        let select = self.store.sql(&format!(
            "select {COLUMNS} from {{job}} where subject = ?1
            order by created_at_ms desc, id desc limit ?2"
        ));
        let rows = self.store.read().await?.query(&statement!(select, subject, top)).await?;
        rows.iter().map(Job::read).collect()
    }

    /// The job, as soon as it has ended; or as it is after `timeout`.
    pub async fn wait(&self, id: Uuid, timeout: Duration) -> Result<Job> {
        let end = Instant::now() + timeout;
        let mut changes = self.subscribe();
        loop {
            changes.mark_unchanged();
            let job = self.job_get(id).await?;
            if !job.state.is_active() || Instant::now() >= end {
                return Ok(job);
            }
            // Another process may do the job, and its changes wake nobody here.
            let next_look = end.min(Instant::now() + Duration::from_millis(JOB_POLL_MS));
            let _ = timeout_at(next_look, changes.changed()).await;
        }
    }

    /// Removes jobs that ended before `before_ms`; how many.
    pub async fn ended_remove(&self, before_ms: i64) -> Result<u64> {
        let delete = self
            .store
            .sql("delete from {job} where state in ('Succeeded', 'Failed') and updated_at_ms < ?1");
        let mut tx = self.store.write().await?;
        let removed = tx.execute(&statement!(delete, before_ms)).await?;
        tx.commit().await?;
        Ok(removed)
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}

async fn active_job(tx: &mut Tx, subject: &str) -> Result<Option<Job>> {
    let select = tx.sql(&format!(
        "select {COLUMNS} from {{job}}
        where subject = ?1 and state in ('NotStarted', 'Running')"
    ));
    let row = tx.query_opt(&Statement::new(select, vec![subject.into()])).await?;
    row.map(|row| Job::read(&row)).transpose()
}

pub(crate) fn too_large(what: &str) -> Error {
    let text = format!("{what} larger than {JOB_PAYLOAD_BYTES_MAX} bytes.");
    Error::new(Kind::TooLarge, "OperationTooLarge", text)
}
