//! The durable queue: work that outlives a request and a restart.
//!
//! A job is put into the queue in the transaction of what it belongs to ([`Queue::enqueue`]), so it
//! exists exactly if that was committed. A [`Worker`] takes jobs, calls the [`Handler`] of their
//! kind, and keeps their stages. A job belongs to one worker by a lease that the worker renews; when
//! a process dies, the lease ends and the job is run again. So a handler must be able to start over:
//! doing a step twice has to be safe, or noticed.
//!
//! Nothing here knows what the jobs do. To add a kind: implement [`Handler`] and hand it to
//! [`Worker::start`].

mod claim;
mod handler;
mod job;
mod migrations;
mod progress;
mod queue;
mod worker;

pub use handler::{BoxFuture, Handler, Retry};
pub use job::{Failure, Job, NewJob, Stage, StageName, State};
pub use progress::Progress;
pub use queue::Queue;
pub use worker::{Worker, WorkerOptions};
