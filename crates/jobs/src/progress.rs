//! How far a running job is.

use std::sync::{Arc, Mutex, PoisonError};

use base::{Cx, Error, Kind, Result, Uuid};

use crate::{Job, NewJob, Queue, Stage, StageName, State};

/// Lets a handler tell how far it is.
pub struct Progress {
    queue: Arc<Queue>,
    lease: Uuid,
    job: Uuid,
    stages: Mutex<Vec<Stage>>,
}

impl Progress {
    pub(crate) fn new(queue: Arc<Queue>, lease: Uuid, job: &Job) -> Self {
        Self { queue, lease, job: job.id, stages: Mutex::new(job.stages.clone()) }
    }

    /// Starts a stage: those before it have succeeded. One that has succeeded in an earlier attempt
    /// stays so.
    ///
    /// # Errors
    /// When another worker has the job meanwhile; pass it on, and stop.
    pub async fn stage(&self, cx: &Cx, name: StageName) -> Result<()> {
        let stages = {
            let mut stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
            begin(cx, &mut stages, name);
            stages.clone()
        };
        if !self.queue.save_stages(cx, self.lease, self.job, &stages).await? {
            let text = "The operation was taken over by another worker.";
            return Err(Error::new(Kind::Unavailable, "OperationTakenOver", text));
        }
        self.queue.wake();
        Ok(())
    }

    /// Puts another job into the queue, for what comes next; one that is there already stays.
    pub async fn enqueue(&self, cx: &Cx, new: NewJob) -> Result<()> {
        self.queue.enqueue_once(cx, new).await
    }

    /// The stages as they are after the work ended: all succeeded, or the current one failed.
    pub(crate) fn ended(&self, cx: &Cx, state: State) -> Vec<Stage> {
        let mut stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if state == State::Succeeded {
            for stage in stages.iter_mut().filter(|s| s.state != State::Succeeded) {
                stage.set(cx, State::Succeeded);
            }
        } else if let Some(stage) = stages.iter_mut().find(|s| s.state != State::Succeeded) {
            stage.set(cx, State::Failed);
        }
        stages
    }
}

fn begin(cx: &Cx, stages: &mut [Stage], name: StageName) {
    for stage in stages.iter_mut().filter(|s| s.state != State::Succeeded) {
        if stage.name < name {
            stage.set(cx, State::Succeeded);
        } else if stage.name == name {
            stage.set(cx, State::Running);
        }
    }
}
