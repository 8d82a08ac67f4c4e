//! The jobs of solutions, for the queue.

use std::sync::Arc;

use base::{Cx, Error, Result};
use dataverse::Environment;
use jobs::{BoxFuture, Handler, Job, Progress, StageName};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{EXPORT_JOB, IMPORT_JOB};

/// Where the environment of a job comes from: its subject is the environment's name.
pub trait EnvironmentSource: Send + Sync {
    /// The open environment with this name.
    fn environment<'a>(
        &'a self,
        cx: &'a Cx,
        name: &'a str,
    ) -> BoxFuture<'a, Result<Arc<Environment>>>;
}

/// The handlers of the jobs of solutions.
pub fn handlers(source: Arc<dyn EnvironmentSource>) -> Vec<Arc<dyn Handler>> {
    vec![Arc::new(Import(source.clone())), Arc::new(Export(source))]
}

struct Import(Arc<dyn EnvironmentSource>);

impl Handler for Import {
    fn kind(&self) -> &'static str {
        IMPORT_JOB
    }

    fn run<'a>(
        &'a self,
        cx: &'a Cx,
        job: &'a Job,
        progress: &'a Progress,
    ) -> BoxFuture<'a, Result<Value>> {
        Box::pin(async move {
            let (environment, cx) = entered(&*self.0, cx, job, progress).await?;
            super::run_import(&environment, &cx, &payload(job)?).await?;
            Ok(Value::Null)
        })
    }
}

struct Export(Arc<dyn EnvironmentSource>);

impl Handler for Export {
    fn kind(&self) -> &'static str {
        EXPORT_JOB
    }

    fn run<'a>(
        &'a self,
        cx: &'a Cx,
        job: &'a Job,
        progress: &'a Progress,
    ) -> BoxFuture<'a, Result<Value>> {
        Box::pin(async move {
            let (environment, cx) = entered(&*self.0, cx, job, progress).await?;
            super::run_export(&environment, &cx, &payload(job)?).await?;
            Ok(Value::Null)
        })
    }
}

/// The environment of a job, and a context with the rights of whoever asked for it.
async fn entered(
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

fn payload<T: DeserializeOwned>(job: &Job) -> Result<T> {
    serde_json::from_value(job.payload["job"].clone()).map_err(Error::internal)
}
