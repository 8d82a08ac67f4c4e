//! Actions that are done in the background: the job that does it.

use base::{Error, Result, Uuid};
use dataverse::background::operation;
use jobs::NewJob;
use serde::Serialize;
use serde_json::json;

use super::Call;

/// Puts a job about the environment of the call into the queue, to be done as the caller, not
/// before `run_at_ms`. The job has the id of its operation, which is taken back if this fails.
pub(super) async fn enqueue(
    call: &Call,
    kind: &str,
    operation: Uuid,
    job: &impl Serialize,
    run_at_ms: Option<i64>,
) -> Result<()> {
    match put(call, kind, operation, job, run_at_ms).await {
        Ok(()) => Ok(()),
        Err(error) => {
            operation::discard(&call.environment, &call.cx, operation).await?;
            Err(error)
        }
    }
}

async fn put(
    call: &Call,
    kind: &str,
    operation: Uuid,
    job: &impl Serialize,
    run_at_ms: Option<i64>,
) -> Result<()> {
    let job = serde_json::to_value(job).map_err(Error::internal)?;
    let environment = call.app.tenant.find_by_domain(&call.address.domain);
    let environment = environment.ok_or_else(|| Error::internal("the environment has gone"))?;
    let new = NewJob {
        id: Some(operation),
        kind: kind.to_owned(),
        payload: json!({ "environment": environment.name(), "job": job }),
        run_at_ms,
        created_by_name: call.environment.user(&call.cx).await?.name.clone(),
        ..NewJob::default()
    };
    call.app.tenant.queue().enqueue_now(&call.cx, new).await?;
    Ok(())
}
