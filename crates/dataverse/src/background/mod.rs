//! Work that goes on after the request that asked for it: a row in `asyncoperation` that clients
//! watch ([`operation`]), and a job in the queue that does the work as whoever asked.
//!
//! To add one: a file with what the job needs to know and its [`Handler`], and a line in
//! [`handlers`].

pub mod bulk_delete;
pub mod operation;
pub mod rollups;

use std::sync::Arc;

use base::{Cx, Error, Result};
use jobs::{BoxFuture, Handler, Job, Progress, StageName};
use serde::de::DeserializeOwned;

use crate::Environment;

/// Where the environment of a job comes from: the payload of the job names it.
pub trait EnvironmentSource: Send + Sync {
    /// The open environment with this name.
    fn environment<'a>(
        &'a self,
        cx: &'a Cx,
        name: &'a str,
    ) -> BoxFuture<'a, Result<Arc<Environment>>>;
}

/// The handlers of the jobs that are about rows.
pub fn handlers(source: Arc<dyn EnvironmentSource>) -> Vec<Arc<dyn Handler>> {
    vec![Arc::new(bulk_delete::BulkDelete(source.clone())), Arc::new(rollups::Rollups(source))]
}

/// The environment of a job, and a context with the rights of whoever asked for it.
pub async fn entered(
    source: &dyn EnvironmentSource,
    cx: &Cx,
    job: &Job,
    progress: &Progress,
) -> Result<(Arc<Environment>, Cx)> {
    progress.stage(cx, StageName::Run).await?;
    let name = job.payload["environment"].as_str().unwrap_or_default();
    let environment = source.environment(cx, name).await?;
    Ok((environment, job.cx(cx)))
}

/// What a job needs to know.
pub fn payload<T: DeserializeOwned>(job: &Job) -> Result<T> {
    serde_json::from_value(job.payload["job"].clone()).map_err(Error::internal)
}
