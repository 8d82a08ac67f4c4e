//! The jobs of solutions, for the queue.

use std::sync::Arc;

use base::{Cx, Result};
use dataverse::background::{EnvironmentSource, entered, payload};
use jobs::{BoxFuture, Handler, Job, Progress};
use serde_json::Value;

use super::{EXPORT_JOB, IMPORT_JOB};

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
