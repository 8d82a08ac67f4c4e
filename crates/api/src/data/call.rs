//! A request, read: who calls, which environment, what is asked.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use base::limits::{BODY_BYTES_MAX, BODY_SECONDS};
use base::{ActsFor, Cx, Error, Kind, Result, Uuid};
use dataverse::{Environment, Message, Reply};
use metadata::Schema;
use query::odata::{self, Options, Path};

use super::address::Address;
use super::batch::ChangeSet;
use super::conditions::Conditions;
use super::preferences::Preferences;
use super::protection::Admitted;
use super::timing::Timing;
use super::{content, files};
use crate::App;

/// A request of the data service.
pub(super) struct Call {
    pub app: App,
    /// Who calls.
    pub cx: Cx,
    pub environment: Arc<Environment>,
    /// The schema at the beginning of the request.
    pub schema: Arc<Schema>,
    pub address: Address,
    pub method: Method,
    pub headers: HeaderMap,
    pub path: Path,
    pub options: Options,
    pub preferences: Preferences,
    pub conditions: Conditions,
    /// The body; empty where content is taken as it comes.
    pub body: Bytes,
    /// The transaction that the request is a part of; without one, each message has its own.
    pub change_set: Option<ChangeSet>,
    /// The body that brings content, until it is taken.
    pub content: Mutex<Option<Body>>,
}

/// Who calls, and where: the same for all parts of a batch.
#[derive(Clone)]
pub(super) struct Entered {
    pub app: App,
    pub cx: Cx,
    pub environment: Arc<Environment>,
    pub change_set: Option<ChangeSet>,
}

/// What a request says: one of its own, or a part of a batch.
pub(super) struct Asked {
    pub address: Address,
    pub method: Method,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Call {
    /// The body that brings content; once.
    pub fn stream(&self) -> Option<Body> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Carries out a message with the rights of the caller.
    pub async fn execute(&self, message: impl Into<Message>) -> Result<Reply> {
        self.execute_in(&self.cx, message).await
    }

    /// As [`Call::execute`], with another context of the same caller.
    pub async fn execute_in(&self, cx: &Cx, message: impl Into<Message>) -> Result<Reply> {
        match &self.change_set {
            None => self.environment.execute(cx, message).await,
            Some(set) => set.execute(cx, message.into()).await,
        }
    }

    /// Carries out messages in one transaction.
    pub async fn execute_all(&self, messages: Vec<Message>) -> Result<Vec<Reply>> {
        let mut replies = Vec::with_capacity(messages.len());
        if self.change_set.is_some() {
            for message in messages {
                replies.push(self.execute(message).await?);
            }
            return Ok(replies);
        }
        let mut session = self.environment.begin(&self.cx).await?;
        for message in messages {
            replies.push(session.execute(message).await?);
        }
        session.commit().await?;
        Ok(replies)
    }

    /// The schema at this moment: with what the request has changed.
    pub fn schema_now(&self) -> Arc<Schema> {
        match &self.change_set {
            None => self.environment.schema(),
            Some(set) => set.schema(),
        }
    }

    /// The environment, for what has transactions of its own.
    ///
    /// # Errors
    /// Inside a change set, which is one transaction: it would wait for itself.
    pub fn apart(&self) -> Result<&Arc<Environment>> {
        if self.change_set.is_none() {
            return Ok(&self.environment);
        }
        let path = &self.address.path;
        Err(Error::not_implemented(format!("'{path}' inside a change set")))
    }

    /// Who calls, and where.
    pub fn entered(&self) -> Entered {
        Entered {
            app: self.app.clone(),
            cx: self.cx.clone(),
            environment: self.environment.clone(),
            change_set: self.change_set.clone(),
        }
    }

    /// Whether the names of rows behind lookups are wanted, for formatted values.
    pub fn wants_names(&self) -> bool {
        self.preferences.annotations.formatted_value
    }

    /// The address of something below the service root.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address.root)
    }

    /// The value of a header of the protocol's own.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Whether the body says that it is JSON.
    pub fn brings_json(&self) -> bool {
        self.header("content-type").is_some_and(files::is_json)
    }

    /// Whether a header says `true`.
    pub fn header_is_true(&self, name: &str) -> bool {
        self.header(name).is_some_and(|value| value.trim().eq_ignore_ascii_case("true"))
    }
}

/// Reads a request: first who calls, then what.
pub(super) async fn read(
    app: &App,
    cx: Cx,
    address: &Result<Address>,
    parts: Parts,
    body: Body,
    timing: Option<&Timing>,
) -> Result<(Call, Option<Admitted>)> {
    let ended = |stage| {
        if let Some(timing) = timing {
            timing.end(stage);
        }
    };
    let address = address.as_ref().map_err(copied)?.clone();
    let mut cx = app.identify(cx, &parts.headers).await.map_err(in_protocol)?;
    cx.acts_for = acts_for(&parts.headers)?;
    ended("sign-in");
    let environment = app.tenant.environment_by_domain(&cx, &address.domain).await?;
    // Whoever has no role here learns nothing, not even what there is; nor does he who acts for
    // somebody and may not.
    environment.user(&cx).await?;
    let protection = app.protection.as_ref();
    let admitted =
        protection.map(|it| it.admit((environment.id, cx.caller.clone()))).transpose()?;
    ended("environment");
    let (body, content) = match files::brings_content(&environment.schema(), &address, &parts) {
        true => (Bytes::new(), Some(body)),
        false => (read_body(&parts.headers, body).await?, None),
    };
    let entered = Entered { app: app.clone(), cx, environment, change_set: None };
    let Parts { method, headers, .. } = parts;
    let call = understood(entered, Asked { address, method, headers, body })?;
    ended("reading");
    Ok((Call { content: Mutex::new(content), ..call }, admitted))
}

/// Reads what is asked.
pub(super) fn understood(entered: Entered, asked: Asked) -> Result<Call> {
    let Entered { app, cx, environment, change_set } = entered;
    let Asked { address, method, headers, body } = asked;
    let preferences = Preferences::of(&headers)?;
    let conditions = Conditions::of(&headers)?;
    let options = odata::parse_options(&address.query)?;
    let path = odata::parse_path(&address.path, &options.aliases)?;
    let schema = change_set.as_ref().map_or_else(|| environment.schema(), ChangeSet::schema);
    let mut call = Call {
        app,
        cx,
        environment,
        schema,
        address,
        method,
        headers,
        path,
        options,
        preferences,
        conditions,
        body,
        change_set,
        content: Mutex::new(None),
    };
    refuse_unsupported(&call)?;
    call.cx.solution = solution(&call);
    call.cx.detects_duplicates = call
        .header("mscrm.suppressduplicatedetection")
        .is_some_and(|value| value.trim().eq_ignore_ascii_case("false"));
    Ok(call)
}

/// The user for whom the caller acts: by the id in the directory, else by the id of the row.
pub(super) fn acts_for(headers: &HeaderMap) -> Result<Option<ActsFor>> {
    let read = |name: &str, acts_for: fn(Uuid) -> ActsFor| {
        let Some(value) = headers.get(name) else { return Ok(None) };
        let text = value.to_str().unwrap_or_default().trim();
        let id = Uuid::parse_str(text).map_err(|_| {
            Error::invalid(format!("The header {name} needs the id of a user, not '{text}'."))
        })?;
        Ok(Some(acts_for(id)))
    };
    match read("CallerObjectId", ActsFor::Object)? {
        Some(user) => Ok(Some(user)),
        None => read("MSCRMCallerID", ActsFor::User),
    }
}

/// A refusal of a token with a code that clients of this service know.
fn in_protocol(mut error: Error) -> Error {
    if error.kind == Kind::Unauthenticated && !error.code.starts_with("0x") {
        error.code = "0x80040277".into();
    }
    error
}

/// The same error, for an address that is also told in the answer.
fn copied(error: &Error) -> Error {
    Error::new(error.kind, error.code.clone(), error.message.clone())
}

async fn read_body(headers: &HeaderMap, body: Body) -> Result<Bytes> {
    let too_large = || {
        let message = format!("The body is larger than {BODY_BYTES_MAX} bytes.");
        Error::new(Kind::TooLarge, "0x80040203", message)
    };
    let length = headers.get("content-length").and_then(|value| value.to_str().ok());
    if length.and_then(|text| text.parse::<u64>().ok()).is_some_and(|n| n > BODY_BYTES_MAX as u64) {
        return Err(too_large());
    }
    let whole = to_bytes(body, BODY_BYTES_MAX);
    let whole = tokio::time::timeout(Duration::from_secs(BODY_SECONDS), whole).await;
    whole.map_err(|_| content::stalled())?.map_err(|error| {
        let error = error.into_inner();
        match error.to_string().contains("length limit exceeded") {
            true => too_large(),
            false => Error::invalid("The body ended before it was whole.").with_source(error),
        }
    })
}

/// The solution that a change belongs to, by header or (for definitions) by option.
fn solution(call: &Call) -> Option<Arc<str>> {
    let option = call.options.other("SolutionUniqueName");
    let name = call.header("mscrm.solutionuniquename").or(option)?.trim();
    (!name.is_empty()).then(|| Arc::from(name))
}

/// Refuses what would change what is done, and is not done here.
fn refuse_unsupported(call: &Call) -> Result<()> {
    if call.options.other("partitionid").is_some() {
        return Err(Error::not_implemented("The query option 'partitionid'"));
    }
    Ok(())
}
