//! `BulkDelete`: removes all rows that queries find, in the background. The rows in
//! `asyncoperations` and `bulkdeleteoperations` tell how far it is.

use base::{Error, Result};
use dataverse::background::bulk_delete::{JOB, prepare};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::jobs::enqueue;
use super::{Action, Answer, Call, Parameters, required, response, wrong};

const NAME: &str = "BulkDelete";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: &[
        ("QuerySet", "Collection(mscrm.QueryExpression)"),
        ("JobName", "Edm.String"),
        ("SendEmailNotification", "Edm.Boolean"),
        ("ToRecipients", "Collection(mscrm.activityparty)"),
        ("CCRecipients", "Collection(mscrm.activityparty)"),
        ("RecurrencePattern", "Edm.String"),
        ("StartDateTime", "Edm.DateTimeOffset"),
        ("RunNow", "Edm.Boolean"),
    ],
    returns: &[("JobId", "Edm.Guid")],
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    let name = required(&parameters, NAME, "JobName")?;
    let name = name.as_str().ok_or_else(|| wrong("'JobName' must be a text."))?;
    let queries = required(&parameters, NAME, "QuerySet")?;
    refuse(&parameters)?;
    let start = start(&parameters)?;
    let job = prepare(call.apart()?, &call.cx, name, queries).await?;
    enqueue(call, JOB, job.operation, &job, start).await?;
    Ok(response(call, NAME, json!({ "JobId": job.operation })))
}

/// Nothing here sends mail or does a job again and again.
fn refuse(parameters: &Parameters) -> Result<()> {
    let is_text = |value: &Value| value.as_str().is_some_and(|text| !text.trim().is_empty());
    if parameters.get("RecurrencePattern").is_some_and(is_text) {
        return Err(Error::not_implemented("'RecurrencePattern' of BulkDelete"));
    }
    if parameters.get("SendEmailNotification") == Some(&Value::Bool(true)) {
        return Err(Error::not_implemented("'SendEmailNotification' of BulkDelete"));
    }
    Ok(())
}

/// When the job is to start, in milliseconds since 1970.
fn start(parameters: &Parameters) -> Result<Option<i64>> {
    let text = match parameters.get("StartDateTime") {
        None | Some(Value::Null) => return Ok(None),
        Some(value) => value.as_str().unwrap_or_default(),
    };
    let start: Timestamp =
        text.parse().map_err(|_| wrong(format!("'StartDateTime' is no time: '{text}'.")))?;
    let runs_now = parameters.get("RunNow") == Some(&Value::Bool(true));
    Ok((!runs_now).then_some(start.as_millisecond()))
}
