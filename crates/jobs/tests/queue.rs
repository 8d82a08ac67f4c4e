//! The queue on both databases: work, refusals, retries, crashes, restarts.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base::limits::{JOB_ATTEMPTS_MAX, JOB_LEASE_MS};
use base::{Caller, Cx, Error, FixedClock, Kind, Result, SystemRandom};
use db::Store;
use jobs::{
    BoxFuture, Handler, Job, NewJob, Progress, Queue, StageName, State, Worker, WorkerOptions,
};
use serde_json::{Value, json};
use tokio::sync::Notify;

/// Long enough for any machine; no test waits this long unless it fails.
const LONG: Duration = Duration::from_secs(60);

struct Given {
    cx: Cx,
    clock: Arc<FixedClock>,
    store: Store,
    queue: Arc<Queue>,
}

async fn each<F: Future<Output = ()>>(test: impl Fn(Given) -> F) {
    for database in db::testing::all().await {
        let clock = Arc::new(FixedClock::new(1_700_000_000_000));
        let cx = Cx::new(Caller::System, clock.clone(), Arc::new(SystemRandom));
        let store = database.create("tenant").await.unwrap();
        let queue = Queue::open(store.clone()).await.unwrap();
        test(Given { cx, clock, store, queue }).await;
    }
}

impl Given {
    async fn put(&self, kind: &str, payload: Value) -> Job {
        let new = NewJob { kind: kind.into(), payload, ..NewJob::default() };
        self.queue.enqueue_now(&self.cx, new).await.unwrap()
    }

    async fn start(&self, handler: &Arc<Test>, is_alone: bool) -> Worker {
        self.start_on(self.queue.clone(), handler, is_alone).await
    }

    async fn start_on(&self, queue: Arc<Queue>, handler: &Arc<Test>, is_alone: bool) -> Worker {
        let options = WorkerOptions { is_alone, ..WorkerOptions::default() };
        Worker::start(&self.cx, queue, vec![handler.clone()], options).await.unwrap()
    }

    async fn end_of(&self, job: &Job) -> Job {
        let job = self.queue.wait(job.id, LONG).await.unwrap();
        assert!(!job.state.is_active(), "{job:?}");
        job
    }
}

/// A handler that does what the payload says.
#[derive(Default)]
struct Test {
    runs: AtomicUsize,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
    seen: Mutex<Vec<String>>,
    started: Notify,
    go_on: Notify,
}

impl Test {
    async fn act(&self, cx: &Cx, job: &Job, progress: &Progress) -> Result<Value> {
        let run = self.runs.fetch_add(1, Ordering::SeqCst) + 1;
        assert_eq!(cx.caller, Caller::System);
        match job.payload["do"].as_str().unwrap_or_default() {
            "answer" => Ok(json!({"was": job.payload["with"]})),
            "stages" => {
                for name in StageName::ALL {
                    progress.stage(cx, name).await?;
                    if name == StageName::Run && job.payload["fail"] == true {
                        return Err(Error::invalid("The name is taken."));
                    }
                }
                Ok(Value::Null)
            }
            "wait" => {
                progress.stage(cx, StageName::Run).await?;
                self.started.notify_one();
                self.go_on.notified().await;
                Ok(json!(run))
            }
            "together" => {
                let now = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
                self.most_at_once.fetch_max(now, Ordering::SeqCst);
                tokio::task::yield_now().await;
                self.at_once.fetch_sub(1, Ordering::SeqCst);
                self.seen.lock().unwrap().push(job.payload["name"].to_string());
                Ok(Value::Null)
            }
            "unavailable" if run < 3 => Err(Error::new(Kind::Unavailable, "Busy", "Not now.")),
            "unavailable" => Ok(json!(run)),
            "panic" => panic!("a mistake in the handler"),
            "large" => Ok(Value::String("x".repeat(base::limits::JOB_PAYLOAD_BYTES_MAX))),
            other => Err(Error::invalid(format!("do what? {other}"))),
        }
    }
}

impl Handler for Test {
    fn kind(&self) -> &'static str {
        "Test"
    }

    fn run<'a>(
        &'a self,
        cx: &'a Cx,
        job: &'a Job,
        progress: &'a Progress,
    ) -> BoxFuture<'a, Result<Value>> {
        Box::pin(self.act(cx, job, progress))
    }
}

fn stages(job: &Job) -> String {
    let one = |s: &jobs::Stage| format!("{}:{}", s.name.name(), s.state.name());
    job.stages.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn jobs_are_done_and_their_results_kept() {
    each(async |given| {
        let test = Arc::default();
        let before = given.put("Test", json!({"do": "answer", "with": 1})).await;
        let worker = given.start(&test, true).await;
        let after = given.put("Test", json!({"do": "answer", "with": 2})).await;
        let stranger = given.put("Stranger", json!({})).await;
        for (job, was) in [(&before, 1), (&after, 2)] {
            let ended = given.end_of(job).await;
            assert_eq!(ended.state, State::Succeeded);
            assert_eq!(ended.result, Some(json!({"was": was})));
            assert_eq!(ended.created_by, Caller::System);
            assert_eq!(ended.outcome(), Some(Ok(json!({"was": was}))));
        }
        worker.stop(LONG).await;
        let waiting = given.queue.wait(stranger.id, Duration::ZERO).await.unwrap();
        assert_eq!((waiting.state, waiting.attempts), (State::NotStarted, 0));
        let unknown = given.queue.wait(given.cx.random_id(), LONG).await.unwrap_err();
        assert_eq!(unknown.kind, Kind::NotFound);
        given.clock.advance_ms(1);
        assert_eq!(given.queue.ended_remove(given.cx.now_ms()).await.unwrap(), 2);
        assert!(given.queue.job_find(before.id).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn stages_run_in_order_and_the_current_one_fails() {
    each(async |given| {
        let test = Arc::default();
        let worker = given.start(&test, true).await;
        let good = given.put("Test", json!({"do": "stages"})).await;
        assert_eq!(
            stages(&good),
            "Validate:NotStarted Prepare:NotStarted Run:NotStarted Finalize:NotStarted"
        );
        assert_eq!(
            stages(&given.end_of(&good).await),
            "Validate:Succeeded Prepare:Succeeded Run:Succeeded Finalize:Succeeded"
        );
        let bad = given.put("Test", json!({"do": "stages", "fail": true})).await;
        let bad = given.end_of(&bad).await;
        assert_eq!(bad.state, State::Failed);
        assert_eq!(
            stages(&bad),
            "Validate:Succeeded Prepare:Succeeded Run:Failed Finalize:NotStarted"
        );
        assert_eq!(bad.failure.unwrap().message, "The name is taken.");
        worker.stop(LONG).await;
    })
    .await;
}

#[tokio::test]
async fn one_active_job_per_subject() {
    each(async |given| {
        let test = Arc::new(Test::default());
        let worker = given.start(&test, true).await;
        let new = || NewJob {
            kind: "Test".into(),
            subject: Some("environment 1".into()),
            payload: json!({"do": "wait"}),
            created_by_name: "Ada".into(),
            ..NewJob::default()
        };
        let first = given.queue.enqueue_now(&given.cx, new()).await.unwrap();
        test.started.notified().await;
        let error = given.queue.enqueue_now(&given.cx, new()).await.unwrap_err();
        assert_eq!((error.kind, &*error.code), (Kind::Conflict, "OperationNotStartable"));
        let expected = format!(
            "The operation cannot be started, because an active lifecycle operation exists: Test \
             ({}), requested at 2023-11-14T22:13:20Z by Ada. Wait until it has ended.",
            first.id
        );
        assert_eq!(error.message, expected);
        assert_eq!(error.details.unwrap()["id"], json!(first.id));
        let other = NewJob { subject: Some("environment 2".into()), ..new() };
        let other = given.queue.enqueue_now(&given.cx, other).await.unwrap();

        test.go_on.notify_one();
        test.started.notified().await;
        test.go_on.notify_one();
        given.end_of(&first).await;
        given.end_of(&other).await;
        let next = NewJob { payload: json!({"do": "answer"}), ..new() };
        let next = given.queue.enqueue_now(&given.cx, next).await.unwrap();
        given.end_of(&next).await;
        let history = given.queue.jobs_of("environment 1", 10).await.unwrap();
        assert_eq!(history.len(), 2);
        worker.stop(LONG).await;
    })
    .await;
}

#[tokio::test]
async fn a_job_exists_only_if_its_transaction_commits() {
    each(async |given| {
        let mut tx = given.store.write().await.unwrap();
        let new = NewJob { kind: "Test".into(), ..NewJob::default() };
        let job = given.queue.enqueue(&given.cx, &mut tx, new).await.unwrap();
        drop(tx);
        assert!(given.queue.job_find(job.id).await.unwrap().is_none());

        let large = Value::String("x".repeat(base::limits::JOB_PAYLOAD_BYTES_MAX));
        let new = NewJob { kind: "Test".into(), payload: large, ..NewJob::default() };
        let error = given.queue.enqueue_now(&given.cx, new).await.unwrap_err();
        assert_eq!(error.kind, Kind::TooLarge);
    })
    .await;
}

#[tokio::test]
async fn what_was_not_available_is_tried_again_later() {
    each(async |given| {
        let test = Arc::new(Test::default());
        let worker = given.start(&test, true).await;
        let job = given.put("Test", json!({"do": "unavailable"})).await;
        for (attempts, wait_ms) in [(1, 1000), (2, 2000)] {
            loop {
                let now = given.queue.job_get(job.id).await.unwrap();
                if now.attempts == attempts && now.state == State::NotStarted {
                    assert_eq!(now.run_at_ms, given.cx.now_ms() + wait_ms);
                    assert_eq!(now.failure.unwrap().code, "Busy");
                    break;
                }
                tokio::task::yield_now().await;
            }
            given.clock.advance_ms(wait_ms);
            given.queue.wake();
        }
        let ended = given.end_of(&job).await;
        assert_eq!((ended.state, ended.attempts), (State::Succeeded, 3));
        assert_eq!((ended.result, ended.failure), (Some(json!(3)), None));
        worker.stop(LONG).await;
    })
    .await;
}

#[tokio::test]
async fn a_handler_that_panics_or_says_too_much_fails_its_job_only() {
    each(async |given| {
        let test = Arc::default();
        let worker = given.start(&test, true).await;
        let panic = given.put("Test", json!({"do": "panic"})).await;
        let panic = given.end_of(&panic).await;
        assert_eq!(panic.state, State::Failed);
        assert!(!panic.failure.unwrap().message.contains("mistake"), "causes are for the log");
        let large = given.put("Test", json!({"do": "large"})).await;
        assert_eq!(given.end_of(&large).await.failure.unwrap().code, "OperationTooLarge");
        let good = given.put("Test", json!({"do": "answer"})).await;
        assert_eq!(given.end_of(&good).await.state, State::Succeeded);
        worker.stop(LONG).await;
    })
    .await;
}

#[tokio::test]
async fn jobs_of_a_process_that_died_are_run_again() {
    each(async |given| {
        let test = Arc::new(Test::default());
        let worker = given.start(&test, true).await;
        let job = given.put("Test", json!({"do": "wait"})).await;
        test.started.notified().await;
        drop(worker);
        let left = given.queue.job_get(job.id).await.unwrap();
        assert_eq!(left.state, State::Running);

        // Alone on the store: at once.
        let worker = given.start(&test, true).await;
        test.started.notified().await;
        drop(worker);

        // Not alone: the other process might live, so not before the lease ends.
        let queue = Queue::open(given.store.clone()).await.unwrap();
        let worker = given.start_on(queue.clone(), &test, false).await;
        let marker = given.queue.enqueue_now(&given.cx, answer()).await.unwrap();
        queue.wake();
        assert_eq!(queue.wait(marker.id, LONG).await.unwrap().state, State::Succeeded);
        assert_eq!(test.runs.load(Ordering::SeqCst), 3);
        given.clock.advance_ms(JOB_LEASE_MS);
        queue.wake();
        test.started.notified().await;
        test.go_on.notify_one();
        let ended = queue.wait(job.id, LONG).await.unwrap();
        assert_eq!((ended.state, ended.attempts), (State::Succeeded, 3));
        worker.stop(LONG).await;
    })
    .await;
}

fn answer() -> NewJob {
    NewJob { kind: "Test".into(), payload: json!({"do": "answer"}), ..NewJob::default() }
}

#[tokio::test]
async fn a_job_that_kills_the_process_each_time_is_given_up() {
    each(async |given| {
        let test = Arc::new(Test::default());
        let job = given.put("Test", json!({"do": "wait"})).await;
        for _ in 0..JOB_ATTEMPTS_MAX {
            let worker = given.start(&test, true).await;
            test.started.notified().await;
            drop(worker);
        }
        let worker = given.start(&test, true).await;
        let ended = given.queue.wait(job.id, LONG).await.unwrap();
        assert_eq!(ended.state, State::Failed);
        assert_eq!(ended.failure.unwrap().code, "OperationAbandoned");
        worker.stop(LONG).await;
    })
    .await;
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_changes_nothing() {
    each(async |given| {
        let (slow, quick) = (Arc::new(Test::default()), Arc::new(Test::default()));
        // One hand, which is busy: this worker cannot take its own lost job again.
        let options = WorkerOptions { at_once: 1, is_alone: false };
        let (queue, handlers) = (given.queue.clone(), vec![slow.clone() as Arc<dyn Handler>]);
        let first = Worker::start(&given.cx, queue, handlers, options).await.unwrap();
        let job = given.put("Test", json!({"do": "wait"})).await;
        slow.started.notified().await;
        given.clock.advance_ms(JOB_LEASE_MS);
        let second = given.start(&quick, false).await;
        quick.started.notified().await;
        slow.go_on.notify_one();
        first.stop(LONG).await;
        let now = given.queue.job_get(job.id).await.unwrap();
        assert_eq!((now.state, now.attempts), (State::Running, 2));
        quick.go_on.notify_one();
        assert_eq!(given.end_of(&job).await.state, State::Succeeded);
        second.stop(LONG).await;
    })
    .await;
}

#[tokio::test]
async fn a_worker_that_takes_its_own_lost_job_again_ends_it_once() {
    each(async |given| {
        let test = Arc::new(Test::default());
        let worker = given.start(&test, false).await;
        let job = given.put("Test", json!({"do": "wait"})).await;
        test.started.notified().await;
        given.clock.advance_ms(JOB_LEASE_MS);
        given.queue.wake();
        test.started.notified().await;
        // The first to wait is the first to go on, and has lost the job.
        test.go_on.notify_one();
        test.go_on.notify_one();
        let ended = given.end_of(&job).await;
        assert_eq!((ended.attempts, ended.result), (2, Some(json!(2))));
        worker.stop(LONG).await;
    })
    .await;
}

#[tokio::test]
async fn stopping_finishes_or_gives_back() {
    each(async |given| {
        let test = Arc::new(Test::default());
        let worker = given.start(&test, true).await;
        let job = given.put("Test", json!({"do": "wait"})).await;
        test.started.notified().await;
        worker.stop(Duration::ZERO).await;
        let back = given.queue.job_get(job.id).await.unwrap();
        assert_eq!((back.state, back.attempts), (State::NotStarted, 0));

        let worker = given.start(&test, true).await;
        test.started.notified().await;
        test.go_on.notify_one();
        worker.stop(LONG).await;
        assert_eq!(given.queue.job_get(job.id).await.unwrap().state, State::Succeeded);
    })
    .await;
}

#[tokio::test]
async fn not_more_than_allowed_at_once_and_each_once() {
    each(async |given| {
        let test = Arc::new(Test::default());
        let mut all = Vec::new();
        for name in 0..20 {
            all.push(given.put("Test", json!({"do": "together", "name": name})).await);
        }
        let later = NewJob { run_at_ms: Some(given.cx.now_ms() + 1000), ..answer() };
        let later = given.queue.enqueue_now(&given.cx, later).await.unwrap();
        let mut workers = Vec::new();
        for _ in 0..3 {
            let queue = Queue::open(given.store.clone()).await.unwrap();
            let options = WorkerOptions { at_once: 2, is_alone: false };
            let handlers: Vec<Arc<dyn Handler>> = vec![test.clone()];
            workers.push(Worker::start(&given.cx, queue, handlers, options).await.unwrap());
        }
        for job in &all {
            assert_eq!(given.end_of(job).await.state, State::Succeeded);
        }
        assert!(test.most_at_once.load(Ordering::SeqCst) <= 6);
        assert_eq!(test.seen.lock().unwrap().len(), 20);
        for worker in workers {
            worker.stop(LONG).await;
        }
        let later = given.queue.job_get(later.id).await.unwrap();
        assert_eq!(later.state, State::NotStarted);
    })
    .await;
}
