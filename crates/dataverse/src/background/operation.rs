//! The row in `asyncoperation` that tells how far an operation is.

use base::{Caller, Cx, Error, Kind, Result, Uuid};

use crate::{Environment, Session, Value};

/// `asyncoperation.statecode`: it has ended, well or not.
const COMPLETED: i32 = 3;

/// Makes the row of an operation that waits for its turn.
pub async fn put(
    session: &mut Session<'_>,
    id: Uuid,
    name: &str,
    message: &str,
    kind: i32,
) -> Result<()> {
    let values = vec![
        ("name", Value::Text(name.to_owned())),
        ("messagename", Value::Text(message.to_owned())),
        ("operationtype", Value::Choice(kind)),
        ("statecode", Value::Choice(0)),
        ("statuscode", Value::Choice(0)),
    ];
    session.put_row("asyncoperation", id, values).await
}

/// Takes an operation back whose job could not be queued.
pub async fn discard(environment: &Environment, cx: &Cx, operation: Uuid) -> Result<()> {
    let mut session = environment.begin(cx).await?;
    session.remove_row("asyncoperation", operation).await?;
    session.commit().await
}

/// Says that an operation runs now; false where it has ended already: in a run before a crash, or
/// because somebody cancelled it.
pub async fn start(environment: &Environment, cx: &Cx, operation: Uuid) -> Result<bool> {
    let mut session = environment.begin(cx).await?;
    let state = session.read_value("asyncoperation", operation, "statecode").await?;
    if state == Value::Choice(COMPLETED) {
        return Ok(false);
    }
    let values = vec![
        ("startedon", Value::DateTime(cx.now())),
        ("statecode", Value::Choice(2)),
        ("statuscode", Value::Choice(20)),
    ];
    session.put_row("asyncoperation", operation, values).await?;
    session.commit().await?;
    Ok(true)
}

/// Says how an operation ended.
pub async fn finish(
    environment: &Environment,
    cx: &Cx,
    operation: Uuid,
    error: Option<Error>,
) -> Result<()> {
    let mut session = environment.begin(&cx.with_caller(Caller::System)).await?;
    let mut values = vec![
        ("completedon", Value::DateTime(cx.now())),
        ("statecode", Value::Choice(COMPLETED)),
        ("statuscode", Value::Choice(if error.is_some() { 31 } else { 30 })),
    ];
    if let Some(error) = &error {
        if error.kind == Kind::Internal {
            tracing::error!(%operation, error = error.chain(), "an operation failed");
        }
        values.push(("message", Value::Text(error.message.clone())));
        values.push(("friendlymessage", Value::Text(error.message.clone())));
        if let Some(code) = code_number(error) {
            values.push(("errorcode", Value::Int(code)));
        }
    }
    session.put_row("asyncoperation", operation, values).await?;
    session.commit().await
}

/// The code of an error as a number, as rows keep it.
pub fn code_number(error: &Error) -> Option<i64> {
    let code = u32::from_str_radix(error.code.strip_prefix("0x")?, 16).ok()?;
    Some(i64::from(code.cast_signed()))
}
