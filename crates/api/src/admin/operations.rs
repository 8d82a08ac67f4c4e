//! Following operations. Newer clients read the state in the document, older ones the status of
//! the answer; which of the two addresses a client gets follows from the version it asked in.

use std::time::Duration;

use base::{Error, Kind, Result};
use control::{Operation, OperationState};
use serde_json::Value;

use super::{Answer, Call};

/// How long an answer waits for an operation that is under way, so that clients learn of its end
/// at once without asking all the time.
const WAIT: Duration = Duration::from_millis(1000);

/// The address at which the state is in the document.
pub(super) fn by_state(call: &Call, operation: &Operation) -> String {
    format!(
        "{}/providers/Microsoft.BusinessAppPlatform/lifecycleOperations/{}?api-version=2023-06-01",
        call.origin, operation.id
    )
}

/// The address at which the status tells the state. Old clients cut the environment's name out of
/// it.
pub(super) fn by_status(call: &Call, operation: &Operation) -> String {
    format!(
        "{}/providers/Microsoft.BusinessAppPlatform/environments/{}/operations/{}?api-version={}",
        call.origin,
        operation.environment_name,
        operation.id,
        call.version()
    )
}

/// `GET …/lifecycleOperations/{operation}`
pub(super) async fn get_by_state(call: &Call) -> Result<Answer> {
    let operation = call.app.tenant.operation_wait(&call.cx, call.id(0)?, WAIT).await?;
    Ok(Answer::ok(document(call, &operation)))
}

/// `GET …/environments/{id}/operations/{operation}`
pub(super) async fn get_by_status(call: &Call) -> Result<Answer> {
    let operation = call.app.tenant.operation_wait(&call.cx, call.id(1)?, WAIT).await?;
    let body = document(call, &operation);
    match operation.state {
        OperationState::NotStarted | OperationState::Running => {
            Ok(Answer::accepted(body).follow(by_status(call, &operation)))
        }
        OperationState::Succeeded => Ok(Answer::ok(body)),
        OperationState::Failed => {
            let (code, message) = match operation.error {
                Some(error) => (error.code, error.message),
                None => ("OperationFailed".to_owned(), "The operation failed.".to_owned()),
            };
            Err(Error::new(Kind::Conflict, code, message))
        }
    }
}

/// `GET …/scopes/admin/environments/{id}/lifecycleOperations`
pub(super) async fn list(call: &Call) -> Result<Answer> {
    let found = call.app.tenant.operations_list(&call.cx, call.param(0)).await?;
    Ok(Answer::list(found.iter().map(|operation| document(call, operation)).collect()))
}

fn document(call: &Call, operation: &Operation) -> Value {
    operation.document(call.app.tenant.id())
}
