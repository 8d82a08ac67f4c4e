//! A change set: requests in one transaction.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use base::{Cx, Error, Kind, Result};
use dataverse::{Message, Reply, Session};
use metadata::Schema;
use tokio::sync::{mpsc, oneshot};

use super::content_ids::ContentIds;
use super::parse::Request;
use super::{Answered, check_in_change_set, failed, one};
use crate::data::answer::Answer;
use crate::data::call::{Call, Entered};
use crate::error;

/// The way of a request into the transaction of its change set.
#[derive(Clone)]
pub(in crate::data) struct ChangeSet {
    messages: mpsc::Sender<Sent>,
    /// The schema with what the change set has done so far.
    schema: Arc<Mutex<Arc<Schema>>>,
}

/// A message on its way into the transaction.
struct Sent {
    cx: Cx,
    message: Message,
    reply: oneshot::Sender<Result<Reply>>,
}

impl ChangeSet {
    /// Carries out a message inside the transaction.
    pub async fn execute(&self, cx: &Cx, message: Message) -> Result<Reply> {
        let (reply, answered) = oneshot::channel();
        let sent = Sent { cx: cx.clone(), message, reply };
        let gone = || Error::internal("the change set has ended");
        self.messages.send(sent).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }

    /// The schema inside the transaction.
    pub fn schema(&self) -> Arc<Schema> {
        self.schema.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn put_schema(&self, schema: &Arc<Schema>) {
        *self.schema.lock().unwrap_or_else(PoisonError::into_inner) = schema.clone();
    }
}

/// Does all requests, or none: then the answer is the one that tells why.
pub(super) async fn run(
    call: &Call,
    requests: Vec<Request>,
    ids: &mut ContentIds,
) -> Result<Vec<Answered>, Box<Answered>> {
    // What a set that failed would have made cannot be referred to.
    let mut made = ids.clone();
    match transaction(call, requests, &mut made).await {
        Ok(Ok(done)) => {
            *ids = made;
            Ok(done)
        }
        Ok(Err(done)) => Err(done),
        Err(error) => {
            let request_id = call.cx.request_id.to_string();
            error::log(&error, &request_id, "POST", &call.address.path);
            let seconds = error.retry_after_seconds;
            let answer = Answer::error(error, Some(&call.address), &call.app);
            Err(Box::new(Answered {
                content_id: None,
                answer: failed(answer, &request_id, seconds),
            }))
        }
    }
}

async fn transaction(
    call: &Call,
    requests: Vec<Request>,
    ids: &mut ContentIds,
) -> Result<Result<Vec<Answered>, Box<Answered>>> {
    check(&requests)?;
    let mut session = call.environment.begin(&call.cx).await?;
    let (messages, mut sent) = mpsc::channel(1);
    let schema = Arc::new(Mutex::new(session.schema().clone()));
    let set = ChangeSet { messages, schema };
    let entered = Entered { change_set: Some(set.clone()), ..call.entered() };
    let story = requests_in_order(call, entered, requests, ids);
    tokio::pin!(story);
    // The requests and the transaction take turns: whoever sends a message waits for its reply.
    let done = loop {
        tokio::select! {
            biased;
            done = &mut story => break done,
            Some(sent) = sent.recv() => execute(&mut session, &set, sent).await,
        }
    };
    if done.is_ok() {
        session.commit().await?;
    }
    Ok(done)
}

async fn requests_in_order(
    call: &Call,
    entered: Entered,
    requests: Vec<Request>,
    ids: &mut ContentIds,
) -> Result<Vec<Answered>, Box<Answered>> {
    let mut done = Vec::with_capacity(requests.len());
    for request in requests {
        let answered = one(call, entered.clone(), request, ids).await;
        if answered.answer.failure().is_some() {
            return Err(Box::new(answered));
        }
        done.push(answered);
    }
    Ok(done)
}

async fn execute(session: &mut Session<'_>, set: &ChangeSet, sent: Sent) {
    let Sent { cx, message, reply } = sent;
    let own = session.cx();
    let replied = if (&cx.caller, &cx.acts_for) == (&own.caller, &own.acts_for) {
        session.set_solution(cx.solution.clone());
        session.execute(message).await
    } else {
        Err(Error::not_implemented("Acting for different users inside one change set"))
    };
    set.put_schema(session.schema());
    // Nobody waits any more: then the request was given up.
    let _ = reply.send(replied);
}

fn check(requests: &[Request]) -> Result<()> {
    let mut seen = HashSet::new();
    for request in requests {
        check_in_change_set(&request.method)?;
        if let Some(id) = request.content_id.as_deref().filter(|id| !seen.insert(*id)) {
            let message = format!(
                "The content ID '{id}' was found more than once in the same change set. Content IDs \
                 have to be unique across all operations of a change set."
            );
            return Err(Error::new(Kind::Invalid, "0x80060888", message));
        }
    }
    Ok(())
}
