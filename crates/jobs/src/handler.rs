//! What does the jobs of one kind.

use std::pin::Pin;

use base::limits::JOB_BACKOFF_MS_MAX;
use base::{Cx, Error, Kind, Result};
use serde_json::Value;

use crate::{Job, Progress};

/// A future behind a pointer, so that handlers of many types stand in one list.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What happens after an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// The job has failed.
    Never,
    /// Another attempt after so many milliseconds, up to [`base::limits::JOB_ATTEMPTS_MAX`] in all.
    AfterMs(i64),
}

/// Does the jobs of one kind.
pub trait Handler: Send + Sync {
    /// The kind of jobs that this does.
    fn kind(&self) -> &'static str;

    /// Does the job; gives its result.
    ///
    /// The context is the server's own ([`base::Caller::System`]); who asked is in the job. A job
    /// may be started again after a crash at any point, so every step must be safe to do twice.
    fn run<'a>(
        &'a self,
        cx: &'a Cx,
        job: &'a Job,
        progress: &'a Progress,
    ) -> BoxFuture<'a, Result<Value>>;

    /// Whether to try again after `error`. By default only when something was not available, after
    /// 1, 2, 4, … seconds.
    fn retry(&self, job: &Job, error: &Error) -> Retry {
        match error.kind {
            Kind::Unavailable => Retry::backoff(job.attempts),
            _ => Retry::Never,
        }
    }
}

impl Retry {
    /// 1 second after the first attempt, twice as long after each more, up to a limit.
    pub fn backoff(attempts: i64) -> Self {
        let doublings = attempts.saturating_sub(1).clamp(0, 30);
        Self::AfterMs((1000_i64 << doublings).min(JOB_BACKOFF_MS_MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_limit() {
        let waits = [i64::MIN, 0, 1, 2, 5, 11, i64::MAX].map(Retry::backoff);
        let ms = [1000, 1000, 1000, 2000, 16_000, 600_000, 600_000];
        assert_eq!(waits, ms.map(Retry::AfterMs));
    }
}
