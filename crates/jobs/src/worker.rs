//! The worker: takes jobs as long as it has hands free, and does them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use base::limits::{JOB_ATTEMPTS_MAX, JOB_LEASE_MS, JOB_POLL_MS, JOBS_AT_ONCE_MAX};
use base::{Caller, Cx, Error, Result, Uuid};
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinHandle, JoinSet};
use tokio::time::{interval, sleep, timeout};

use crate::{Failure, Handler, Job, Progress, Queue, Retry, State};

/// How a worker works.
#[derive(Clone, Copy, Debug)]
pub struct WorkerOptions {
    /// How many jobs it does at the same time.
    pub at_once: usize,
    /// Whether no other process works on this store (an installation with SQLite). Then jobs that
    /// were running when the server stopped are run again at once, not when their lease ends.
    pub is_alone: bool,
}

impl Default for WorkerOptions {
    fn default() -> Self {
        Self { at_once: JOBS_AT_ONCE_MAX, is_alone: false }
    }
}

/// A running worker. Dropping it stops it at once, as a crash does; better is [`Worker::stop`].
pub struct Worker {
    stop: watch::Sender<Phase>,
    task: Option<JoinHandle<()>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// Takes jobs.
    Open,
    /// Takes no more jobs; does those it has.
    Closing,
    /// Gives back those it has.
    Closed,
}

/// What the tasks of a worker share.
struct Inner {
    cx: Cx,
    queue: Arc<Queue>,
    handlers: BTreeMap<&'static str, Arc<dyn Handler>>,
    phase: watch::Receiver<Phase>,
}

impl Worker {
    /// Starts a worker that does the jobs of the given handlers. Its jobs see the clock and the
    /// randomness of `cx`.
    pub async fn start(
        cx: &Cx,
        queue: Arc<Queue>,
        handlers: Vec<Arc<dyn Handler>>,
        options: WorkerOptions,
    ) -> Result<Self> {
        if options.is_alone {
            queue.recover(cx).await?;
        }
        let (stop, phase) = watch::channel(Phase::Open);
        let inner = Arc::new(Inner {
            cx: cx.with_caller(Caller::System),
            queue,
            handlers: handlers.into_iter().map(|h| (h.kind(), h)).collect(),
            phase,
        });
        let task = tokio::spawn(work(inner, options.at_once.max(1)));
        Ok(Self { stop, task: Some(task) })
    }

    /// Takes no more jobs, waits up to `grace` for those that run, and gives the others back to the
    /// queue.
    pub async fn stop(mut self, grace: Duration) {
        let Some(mut task) = self.task.take() else { return };
        self.stop.send_replace(Phase::Closing);
        if timeout(grace, &mut task).await.is_err() {
            self.stop.send_replace(Phase::Closed);
            let _ = task.await;
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

/// The loop: fill the free hands, then wait for something to happen.
async fn work(inner: Arc<Inner>, at_once: usize) {
    let mut running = JoinSet::new();
    let mut changes = inner.queue.subscribe();
    let mut phase = inner.phase.clone();
    let kinds: Vec<_> = inner.handlers.keys().copied().collect();
    while *phase.borrow_and_update() == Phase::Open {
        changes.mark_unchanged();
        let free = at_once - running.len();
        if free > 0 && !kinds.is_empty() {
            match inner.queue.claim(&inner.cx, &kinds, free).await {
                Ok(jobs) => {
                    for (job, lease) in jobs {
                        running.spawn(run(inner.clone(), job, lease));
                    }
                }
                Err(error) => tracing::error!(cause = error.chain(), "no jobs could be taken"),
            }
        }
        tokio::select! {
            _ = changes.changed(), if running.len() < at_once => {}
            _ = phase.changed() => {}
            Some(_) = running.join_next() => {}
            () = sleep(Duration::from_millis(JOB_POLL_MS)) => {}
        }
    }
    while running.join_next().await.is_some() {}
}

/// Does one job, and keeps its lease meanwhile.
async fn run(inner: Arc<Inner>, mut job: Job, lease: Uuid) {
    let progress = Arc::new(Progress::new(inner.queue.clone(), lease, &job));
    let Some(result) = attempt(&inner, &job, lease, &progress).await else { return };
    let ended = end(&inner, &mut job, lease, &progress, result).await;
    match ended {
        Ok(true) => inner.queue.wake(),
        Ok(false) => tracing::warn!(job = %job.id, "another worker has taken the job over"),
        Err(error) => {
            let cause = error.chain();
            tracing::error!(job = %job.id, cause, "how the job ended could not be kept");
        }
    }
}

/// What the handler gave. Nothing if it was stopped: the lease was lost, or the worker closes.
async fn attempt(
    inner: &Arc<Inner>,
    job: &Job,
    lease: Uuid,
    progress: &Arc<Progress>,
) -> Option<Result<Value>> {
    let mut phase = inner.phase.clone();
    let mut task = Abort(spawn_handler(inner, job, progress)?);
    let third = u64::try_from(JOB_LEASE_MS / 3).unwrap_or(1);
    let mut beat = interval(Duration::from_millis(third));
    beat.tick().await;
    loop {
        tokio::select! {
            result = &mut task.0 => return Some(result.unwrap_or_else(|e| Err(crashed(job, e)))),
            _ = beat.tick() => {
                if !renew(inner, job, lease).await {
                    return None;
                }
            }
            () = closed(&mut phase) => {
                give_back(inner, job, lease, task).await;
                return None;
            }
        }
    }
}

async fn closed(phase: &mut watch::Receiver<Phase>) {
    let _ = phase.wait_for(|p| *p == Phase::Closed).await;
}

fn spawn_handler(
    inner: &Arc<Inner>,
    job: &Job,
    progress: &Arc<Progress>,
) -> Option<JoinHandle<Result<Value>>> {
    let handler = inner.handlers.get(job.kind.as_str())?.clone();
    let (cx, job, progress) = (inner.cx.clone(), job.clone(), progress.clone());
    Some(tokio::spawn(async move { handler.run(&cx, &job, &progress).await }))
}

/// Whether the job is still ours. When that cannot be found out just now, it counts as ours: the
/// end of the job will tell.
async fn renew(inner: &Inner, job: &Job, lease: Uuid) -> bool {
    match inner.queue.renew(&inner.cx, lease, job.id).await {
        Ok(is_ours) => is_ours,
        Err(error) => {
            tracing::warn!(job = %job.id, cause = error.chain(), "the lease was not renewed");
            true
        }
    }
}

async fn give_back(inner: &Inner, job: &Job, lease: Uuid, mut task: Abort) {
    task.0.abort();
    let _ = (&mut task.0).await;
    let (cx, now) = (&inner.cx, inner.cx.now_ms());
    if let Err(error) = inner.queue.release(cx, lease, job, now, None).await {
        tracing::warn!(job = %job.id, cause = error.chain(), "the job was not given back");
    }
}

/// Keeps how the attempt ended. False if the job is not ours any more.
async fn end(
    inner: &Inner,
    job: &mut Job,
    lease: Uuid,
    progress: &Progress,
    result: Result<Value>,
) -> Result<bool> {
    let (cx, queue) = (&inner.cx, &inner.queue);
    let error = match result {
        Ok(value) => {
            job.stages = progress.ended(cx, State::Succeeded);
            return queue.succeed(cx, lease, job, &value).await;
        }
        Err(error) => error,
    };
    let failure = Failure::from(&error);
    let retry = inner.handlers.get(job.kind.as_str()).map(|h| h.retry(job, &error));
    let (kind, attempts, cause) = (&job.kind, job.attempts, error.chain());
    if let Some(Retry::AfterMs(wait)) = retry.filter(|_| attempts < JOB_ATTEMPTS_MAX) {
        tracing::warn!(job = %job.id, kind, attempts, wait, cause, "the job is tried again");
        let at = cx.now_ms().saturating_add(wait.max(0));
        return queue.release(cx, lease, job, at, Some(&failure)).await;
    }
    tracing::error!(job = %job.id, kind, attempts, cause, "the job failed");
    job.stages = progress.ended(cx, State::Failed);
    queue.fail(cx, lease, job, &failure).await
}

fn crashed(job: &Job, error: JoinError) -> Error {
    Error::internal(format!("the handler of {} stopped: {error}", job.kind))
}

/// A task that does not outlive its owner.
struct Abort(JoinHandle<Result<Value>>);

impl Drop for Abort {
    fn drop(&mut self) {
        self.0.abort();
    }
}
