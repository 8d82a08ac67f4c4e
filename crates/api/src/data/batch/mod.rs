//! `$batch`: many requests in one. The body is read whole before anything is done ([`parse`]); each
//! part then goes the way of a request of its own, with the caller of the batch. The parts of a
//! change set are one transaction ([`change_set`]).

mod change_set;
mod content_ids;
mod parse;
mod write;

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use base::limits::RETRY_AFTER_SECONDS;
use base::{Error, Kind, Result};
use dataverse::BoxFuture;
use query::odata::Segment;

use super::answer::Answer;
use super::call::{Asked, Call, Entered, acts_for, understood};
use super::preferences::wants_error_details;
use super::resource;
use crate::error;

pub(super) use change_set::ChangeSet;
use content_ids::ContentIds;
use parse::{Part, Request};
use write::Writer;

/// The id of a request, in the part of an answer that tells an error.
const REQ_ID: HeaderName = HeaderName::from_static("req_id");

/// What a request of a batch was answered.
struct Answered {
    content_id: Option<String>,
    answer: Answer,
}

/// Does the parts of a batch in their order, and answers with what each was answered.
pub(super) async fn answer(call: &Call) -> Result<Answer> {
    let content_type = call.header("content-type").unwrap_or_default();
    let parts = parse::parse(content_type, &call.body)?;
    let mut ids = ContentIds::default();
    let mut writer = Writer::new("batchresponse", call.cx.random_id());
    for part in parts {
        let failed = match part {
            Part::One(request) => {
                let done = one(call, call.entered(), request, &mut ids).await;
                let failed = done.answer.failure().map(|_| done.answer.status);
                writer.one(&done);
                failed
            }
            Part::ChangeSet(requests) => match change_set::run(call, requests, &mut ids).await {
                Ok(done) => {
                    writer.change_set(&done, call.cx.random_id());
                    None
                }
                Err(done) => {
                    writer.one(&done);
                    Some(done.answer.status)
                }
            },
        };
        if let Some(status) = failed.filter(|_| !call.preferences.continue_on_error) {
            return Ok(writer.finish(status));
        }
    }
    Ok(writer.finish(StatusCode::OK))
}

/// Does one request, and notes the address of the row that it made.
async fn one(
    batch: &Call,
    mut entered: Entered,
    request: Request,
    ids: &mut ContentIds,
) -> Answered {
    entered.cx.request_id = entered.cx.random_id();
    let (request_id, app) = (entered.cx.request_id, entered.app.clone());
    let Request { content_id, method, url, headers, body } = request;
    let wants_details = wants_error_details(&headers);
    let address = batch.address.of_part(&url).map(|address| ids.put_into_address(address));
    let done = match &address {
        Ok(address) => {
            let headers = inherited(headers, &batch.headers);
            let body = ids.put_into_body(body);
            let asked = Asked { address: address.clone(), method: method.clone(), headers, body };
            ask(entered, asked).await
        }
        Err(error) => Err(Error::new(error.kind, error.code.clone(), error.message.clone())),
    };
    let answer = done.unwrap_or_else(|error| {
        error::log(&error, &request_id.to_string(), method.as_str(), &url);
        let seconds = error.retry_after_seconds;
        let answer = Answer::error(error, address.as_ref().ok(), &app);
        let answer = if wants_details { answer.with_error_details(request_id) } else { answer };
        failed(answer, &request_id.to_string(), seconds)
    });
    if let (Some(id), Ok(address), None) = (&content_id, &address, answer.failure()) {
        let entity = answer.entity().and_then(|url| url.strip_prefix(&address.root));
        ids.put(id, entity.unwrap_or(&address.path));
    }
    Answered { content_id, answer }
}

/// Behind a pointer, because this comes back here.
fn ask(mut entered: Entered, asked: Asked) -> BoxFuture<'static, Result<Answer>> {
    Box::pin(async move {
        let acts_for = acts_for(&asked.headers)?;
        if acts_for != entered.cx.acts_for {
            entered.cx.acts_for = acts_for;
            entered.environment.user(&entered.cx).await?;
        }
        let call = understood(entered, asked)?;
        if call.path.first() == Some(&Segment::Batch) {
            let message = "A batch cannot be a part of a batch.";
            return Err(Error::new(Kind::Invalid, "0x80060888", message));
        }
        resource::answer(&call).await?.whole().await
    })
}

/// An answer that tells an error, with what the answer to a request of its own would have.
fn failed(answer: Answer, request_id: &str, seconds: Option<i64>) -> Answer {
    let is_busy =
        matches!(answer.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    let answer = answer.with_text(REQ_ID, request_id);
    match is_busy {
        true => answer.with(RETRY_AFTER, HeaderValue::from(seconds.unwrap_or(RETRY_AFTER_SECONDS))),
        false => answer,
    }
}

/// The headers of a part. What the batch says of the solution and of whom the caller acts for
/// holds for the parts that do not say otherwise.
fn inherited(mut headers: HeaderMap, batch: &HeaderMap) -> HeaderMap {
    let is_acting = ACTING.iter().any(|name| headers.contains_key(*name));
    for (name, value) in batch {
        let is_about_acting = ACTING.contains(&name.as_str());
        let is_inherited =
            if is_about_acting { !is_acting } else { name.as_str().starts_with("mscrm.") };
        if is_inherited && !headers.contains_key(name) {
            headers.insert(name, value.clone());
        }
    }
    headers
}

/// The headers that say for whom a caller acts.
const ACTING: &[&str] = &["callerobjectid", "mscrmcallerid"];

/// Refuses what cannot be in a change set.
fn check_in_change_set(method: &Method) -> Result<()> {
    if [Method::POST, Method::PUT, Method::PATCH, Method::DELETE].contains(method) {
        return Ok(());
    }
    let message = format!(
        "An invalid HTTP method '{method}' was detected for a request in a change set. Requests in \
         change sets only support the HTTP methods 'POST', 'PUT', 'DELETE', and 'PATCH'."
    );
    Err(Error::new(Kind::Invalid, "0x80060888", message))
}

/// The content type of an answer to a batch.
fn multipart(boundary: &str) -> (HeaderName, HeaderValue) {
    let value = HeaderValue::from_str(&format!("multipart/mixed; boundary={boundary}"));
    (CONTENT_TYPE, value.unwrap_or_else(|_| HeaderValue::from_static("multipart/mixed")))
}
