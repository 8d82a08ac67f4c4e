//! Rollup columns are calculated again every hour, as long as there are any.

use std::sync::Arc;

use base::{Cx, Result, Uuid};
use jobs::{BoxFuture, Handler, Job, NewJob, Progress};
use serde_json::{Value as Json, json};

use super::{EnvironmentSource, entered};
use crate::messages::CalculateRollups;
use crate::rollup;

/// The kind of these jobs.
pub const JOB: &str = "rows.rollups";

/// An hour, in milliseconds.
const HOUR_MS: i64 = 3_600_000;

/// The job of the hour after this one. Its id follows from the environment and the hour, so there is
/// one at most.
pub fn next(cx: &Cx, environment: &str) -> NewJob {
    let hour = cx.now().0 * 1000 / HOUR_MS + 1;
    NewJob {
        id: Some(id(environment, hour)),
        kind: JOB.to_owned(),
        payload: json!({ "environment": environment, "job": {} }),
        run_at_ms: Some(hour * HOUR_MS),
        created_by_name: "System".to_owned(),
        ..NewJob::default()
    }
}

fn id(environment: &str, hour: i64) -> Uuid {
    metadata::ids::stable_id("rollups", &format!("{environment}/{hour}"))
}

/// Does the jobs.
pub(super) struct Rollups(pub Arc<dyn EnvironmentSource>);

impl Handler for Rollups {
    fn kind(&self) -> &'static str {
        JOB
    }

    fn run<'a>(
        &'a self,
        cx: &'a Cx,
        job: &'a Job,
        progress: &'a Progress,
    ) -> BoxFuture<'a, Result<Json>> {
        Box::pin(async move {
            let (environment, _) = entered(&*self.0, cx, job, progress).await?;
            if !rollup::has_any(&environment.schema()) {
                return Ok(Json::Null);
            }
            environment.execute(cx, CalculateRollups).await?;
            let name = job.payload["environment"].as_str().unwrap_or_default();
            progress.enqueue(cx, next(cx, name)).await?;
            Ok(Json::Null)
        })
    }
}
