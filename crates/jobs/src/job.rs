//! What a job is.

use base::{ActsFor, Caller, Cx, Error, Kind, Result, Uuid};
use db::Row;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A job in the queue.
#[derive(Clone, Debug)]
pub struct Job {
    /// The id.
    pub id: Uuid,
    /// What is to be done; names the handler.
    pub kind: String,
    /// What it is done to. At most one job per subject is active.
    pub subject: Option<String>,
    /// What the handler needs to know.
    pub payload: Value,
    /// How far it is.
    pub state: State,
    /// The parts of the work, in order.
    pub stages: Vec<Stage>,
    /// How often it was started.
    pub attempts: i64,
    /// Not before this time, in milliseconds since 1970.
    pub run_at_ms: i64,
    /// Who asked for it.
    pub created_by: Caller,
    /// For whom he asked.
    pub acts_for: Option<ActsFor>,
    /// The display name of who asked for it.
    pub created_by_name: String,
    /// When it was asked for, in milliseconds since 1970.
    pub created_at_ms: i64,
    /// When something about it changed, in milliseconds since 1970.
    pub updated_at_ms: i64,
    /// What the handler gave, once it succeeded.
    pub result: Option<Value>,
    /// Why it failed; while it is active, why the last attempt did.
    pub failure: Option<Failure>,
}

/// A job to be put into the queue.
#[derive(Clone, Debug, Default)]
pub struct NewJob {
    /// The id, where it must be known before; otherwise a fresh one.
    pub id: Option<Uuid>,
    /// What is to be done; names the handler.
    pub kind: String,
    /// What it is done to: refused with a conflict while another job of the subject is active.
    pub subject: Option<String>,
    /// What the handler needs to know. No secrets: seal them first.
    pub payload: Value,
    /// Not before this time, in milliseconds since 1970; at once when absent.
    pub run_at_ms: Option<i64>,
    /// The display name of who asks for it.
    pub created_by_name: String,
}

/// How far a job, or a stage of it, is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// Waits for its turn, or for its time.
    NotStarted,
    /// A worker has it.
    Running,
    /// Done.
    Succeeded,
    /// Given up.
    Failed,
}

/// The parts of the work of a lifecycle operation, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum StageName {
    /// Whether it can be done.
    Validate,
    /// What has to be there first.
    Prepare,
    /// The work.
    Run,
    /// What makes the result visible.
    Finalize,
}

/// A part of the work, and how far it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// Which one.
    pub name: StageName,
    /// How far it is.
    pub state: State,
    /// When it was first started, in milliseconds since 1970.
    pub started_at_ms: Option<i64>,
    /// When it was last touched, in milliseconds since 1970.
    pub updated_at_ms: Option<i64>,
}

/// Why a job failed: what of an [`Error`] may be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The stable code.
    pub code: String,
    /// The message for the person.
    pub message: String,
    /// More for a program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
}

pub(crate) const COLUMNS: &str = "id, kind, subject, payload, state, stages, attempts, run_at_ms, \
    created_by, created_by_name, created_at_ms, updated_at_ms, result, failure";

impl State {
    /// The name in the store and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotStarted => "NotStarted",
            Self::Running => "Running",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
        }
    }

    /// Whether it will change again.
    pub fn is_active(self) -> bool {
        matches!(self, Self::NotStarted | Self::Running)
    }

    fn parse(name: &str) -> Result<Self> {
        [Self::NotStarted, Self::Running, Self::Succeeded, Self::Failed]
            .into_iter()
            .find(|s| s.name() == name)
            .ok_or_else(|| Error::internal(format!("a job has the unknown state '{name}'")))
    }
}

impl StageName {
    /// All of them, in order.
    pub const ALL: [Self; 4] = [Self::Validate, Self::Prepare, Self::Run, Self::Finalize];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Validate => "Validate",
            Self::Prepare => "Prepare",
            Self::Run => "Run",
            Self::Finalize => "Finalize",
        }
    }
}

impl Stage {
    /// All stages, none started.
    pub fn all() -> Vec<Self> {
        let new = |name| Self {
            name,
            state: State::NotStarted,
            started_at_ms: None,
            updated_at_ms: None,
        };
        StageName::ALL.map(new).into()
    }

    pub(crate) fn set(&mut self, cx: &Cx, state: State) {
        self.state = state;
        self.started_at_ms.get_or_insert(cx.now_ms());
        self.updated_at_ms = Some(cx.now_ms());
    }
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        Self {
            code: error.code.to_string(),
            message: error.message.clone(),
            details: error.details.as_deref().cloned(),
        }
    }
}

impl Job {
    pub(crate) fn read(row: &Row) -> Result<Self> {
        let (created_by, acts_for) = asker_from(&row.get::<String>(8)?)?;
        Ok(Self {
            id: row.get(0)?,
            kind: row.get(1)?,
            subject: row.get(2)?,
            payload: from_json(&row.get::<String>(3)?)?,
            state: State::parse(&row.get::<String>(4)?)?,
            stages: from_json(&row.get::<String>(5)?)?,
            attempts: row.get(6)?,
            run_at_ms: row.get(7)?,
            created_by,
            acts_for,
            created_by_name: row.get(9)?,
            created_at_ms: row.get(10)?,
            updated_at_ms: row.get(11)?,
            result: row.get::<Option<String>>(12)?.map(|t| from_json(&t)).transpose()?,
            failure: row.get::<Option<String>>(13)?.map(|t| from_json(&t)).transpose()?,
        })
    }

    /// The context with the rights of who asked for it.
    pub fn cx(&self, cx: &Cx) -> Cx {
        let cx = cx.with_caller(self.created_by.clone());
        self.acts_for.map_or_else(|| cx.clone(), |user| cx.acting_for(user))
    }

    /// How a job that ended did: what the handler gave, or why it failed. Nothing while it is active.
    pub fn outcome(&self) -> Option<Result<Value, Failure>> {
        match self.state {
            State::Succeeded => Some(Ok(self.result.clone().unwrap_or_default())),
            State::Failed => Some(Err(self.failure.clone().unwrap_or_else(|| Failure {
                code: "JobFailed".into(),
                message: "The operation failed.".into(),
                details: None,
            }))),
            State::NotStarted | State::Running => None,
        }
    }

    /// The refusal of another job of the same subject.
    pub(crate) fn conflict(&self) -> Error {
        let started = base::Instant(self.created_at_ms.div_euclid(1000));
        let text = format!(
            "The operation cannot be started, because an active lifecycle operation exists: {} \
             ({}), requested at {started} by {}. Wait until it has ended.",
            self.kind, self.id, self.created_by_name
        );
        Error::new(Kind::Conflict, "OperationNotStartable", text).with_details(serde_json::json!({
            "id": self.id,
            "type": self.kind,
            "state": self.state,
            "createdDateTime": started.to_string(),
            "requestedBy": self.created_by_name,
        }))
    }
}

pub(crate) fn to_json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(Error::internal)
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(Error::internal)
}

/// Who asks, and for whom: `user <id>`, `user <id> for user <id>`.
pub(crate) fn asker_text(cx: &Cx) -> String {
    let caller = caller_text(&cx.caller);
    match cx.acts_for {
        None => caller,
        Some(ActsFor::Object(id)) => format!("{caller} for object {id}"),
        Some(ActsFor::User(id)) => format!("{caller} for user {id}"),
    }
}

fn asker_from(text: &str) -> Result<(Caller, Option<ActsFor>)> {
    let Some((caller, other)) = text.split_once(" for ") else {
        return Ok((caller_from(text)?, None));
    };
    let unknown = || Error::internal(format!("a job was created by '{text}'"));
    let (kind, id) = other.split_once(' ').ok_or_else(unknown)?;
    let id = id.parse().map_err(|_| unknown())?;
    let acts_for = match kind {
        "object" => ActsFor::Object(id),
        "user" => ActsFor::User(id),
        _ => return Err(unknown()),
    };
    Ok((caller_from(caller)?, Some(acts_for)))
}

fn caller_text(caller: &Caller) -> String {
    match caller {
        Caller::Anonymous => "anonymous".into(),
        Caller::System => "system".into(),
        Caller::User(id) => format!("user {id}"),
        Caller::Application(id) => format!("application {id}"),
    }
}

fn caller_from(text: &str) -> Result<Caller> {
    let unknown = || Error::internal(format!("a job was created by '{text}'"));
    let (kind, id) = text.split_once(' ').unwrap_or((text, ""));
    match kind {
        "anonymous" => Ok(Caller::Anonymous),
        "system" => Ok(Caller::System),
        "user" => Ok(Caller::User(id.parse().map_err(|_| unknown())?)),
        "application" => Ok(Caller::Application(id.parse().map_err(|_| unknown())?)),
        _ => Err(unknown()),
    }
}
