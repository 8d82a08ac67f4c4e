//! What an operation is, and how its state moves.

use base::{Error, Instant, Kind, PrincipalId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::environments::DatabasePlan;

/// One change of an environment, with its progress. It is kept as the history of the environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// Its id.
    pub id: Uuid,
    /// The environment.
    pub environment: Uuid,
    /// The name of the environment in requests.
    pub environment_name: String,
    /// What is done.
    pub kind: OperationType,
    /// How far it is.
    pub state: OperationState,
    /// Its four stages, in order.
    pub stages: [Stage; 4],
    /// When it was asked for.
    pub created_at: Instant,
    /// When something last happened.
    pub last_action_at: Instant,
    /// Who asked for it.
    pub requested_by: Actor,
    /// What went wrong.
    pub error: Option<OperationError>,
    /// What remains to be done, for an operation that was interrupted.
    #[serde(default)]
    pub work: Option<Work>,
}

/// The making of a database.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Work {
    /// The database.
    pub database: DatabasePlan,
    /// Who administers it.
    pub administrators: Vec<PrincipalId>,
    /// Whether the environment is made along, and goes again when this fails.
    pub is_new: bool,
}

/// Who did something, as they were known then.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The object id of a user, or the client id of an application; nothing for the server.
    pub id: Option<Uuid>,
    /// What people read.
    pub display_name: String,
    /// The mail address or sign-in name.
    pub email: Option<String>,
    /// The sign-in name.
    pub principal_name: Option<String>,
    /// Whether it is an application.
    pub is_application: bool,
}

impl Actor {
    /// The server itself.
    pub fn system() -> Self {
        Self { display_name: "SYSTEM".to_owned(), ..Self::default() }
    }

    /// `User`, `ServicePrincipal` or `NotSpecified`.
    pub fn type_name(&self) -> &'static str {
        match (self.id, self.is_application) {
            (None, _) => "NotSpecified",
            (Some(_), true) => "ServicePrincipal",
            (Some(_), false) => "User",
        }
    }
}

/// What an operation does. The names are the wire's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the platform's own names")]
pub enum OperationType {
    Backup,
    Convert,
    Copy,
    Create,
    Delete,
    Disable,
    DisableGovernanceConfiguration,
    Edit,
    Enable,
    EnableGovernanceConfiguration,
    Provision,
    Recover,
    Reset,
    Restore,
    UpdateGovernanceConfiguration,
}

impl OperationType {
    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Backup => "Backup",
            Self::Convert => "Convert",
            Self::Copy => "Copy",
            Self::Create => "Create",
            Self::Delete => "Delete",
            Self::Disable => "Disable",
            Self::DisableGovernanceConfiguration => "DisableGovernanceConfiguration",
            Self::Edit => "Edit",
            Self::Enable => "Enable",
            Self::EnableGovernanceConfiguration => "EnableGovernanceConfiguration",
            Self::Provision => "Provision",
            Self::Recover => "Recover",
            Self::Reset => "Reset",
            Self::Restore => "Restore",
            Self::UpdateGovernanceConfiguration => "UpdateGovernanceConfiguration",
        }
    }
}

/// How far an operation or a stage is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the platform's own names")]
pub enum OperationState {
    NotStarted,
    Running,
    Succeeded,
    Failed,
}

impl OperationState {
    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotStarted => "NotStarted",
            Self::Running => "Running",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
        }
    }

    /// Whether nothing more will happen.
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed)
    }
}

/// The stages that every operation goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the platform's own names")]
pub enum StageName {
    Validate,
    Prepare,
    Run,
    Finalize,
}

impl StageName {
    /// All of them, in order.
    pub const ALL: [Self; 4] = [Self::Validate, Self::Prepare, Self::Run, Self::Finalize];

    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Validate => "Validate",
            Self::Prepare => "Prepare",
            Self::Run => "Run",
            Self::Finalize => "Finalize",
        }
    }
}

/// One stage of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// Which.
    pub name: StageName,
    /// How far it is.
    pub state: OperationState,
    /// When it began.
    pub first_action_at: Option<Instant>,
    /// When something last happened in it.
    pub last_action_at: Option<Instant>,
}

/// What went wrong in an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationError {
    /// The stable code.
    pub code: String,
    /// What happened.
    pub message: String,
}

impl Operation {
    /// An operation that has been validated and waits for its work to begin.
    pub fn accepted(
        id: Uuid,
        environment: (Uuid, String),
        kind: OperationType,
        requested_by: Actor,
        now: Instant,
    ) -> Self {
        let stage = |name| Stage {
            name,
            state: OperationState::NotStarted,
            first_action_at: None,
            last_action_at: None,
        };
        let mut operation = Self {
            id,
            environment: environment.0,
            environment_name: environment.1,
            kind,
            state: OperationState::NotStarted,
            stages: StageName::ALL.map(stage),
            created_at: now,
            last_action_at: now,
            requested_by,
            error: None,
            work: None,
        };
        operation.enter(StageName::Prepare, now);
        operation
    }

    /// An operation that was done at once.
    pub fn done(
        id: Uuid,
        environment: (Uuid, String),
        kind: OperationType,
        requested_by: Actor,
        now: Instant,
    ) -> Self {
        let mut operation = Self::accepted(id, environment, kind, requested_by, now);
        operation.succeed(now);
        operation
    }

    /// Enters a stage: those before it have succeeded.
    pub fn enter(&mut self, name: StageName, now: Instant) {
        self.state = OperationState::Running;
        self.last_action_at = now;
        for stage in &mut self.stages {
            stage.first_action_at.get_or_insert(now);
            stage.last_action_at = Some(now);
            if stage.name == name {
                stage.state = OperationState::Running;
                return;
            }
            stage.state = OperationState::Succeeded;
        }
    }

    /// Ends it well.
    pub fn succeed(&mut self, now: Instant) {
        self.enter(StageName::Finalize, now);
        self.stages[3].state = OperationState::Succeeded;
        self.state = OperationState::Succeeded;
    }

    /// Ends it badly, in the stage that it is in.
    pub fn fail(&mut self, error: &Error, now: Instant) {
        self.state = OperationState::Failed;
        self.last_action_at = now;
        self.error =
            Some(OperationError { code: error.code.to_string(), message: error.message.clone() });
        let running = |stage: &&mut Stage| !stage.state.is_terminal();
        if let Some(stage) = self.stages.iter_mut().find(running) {
            stage.state = OperationState::Failed;
            stage.first_action_at.get_or_insert(now);
            stage.last_action_at = Some(now);
        }
    }

    /// The error for a second operation while this one is active.
    pub fn conflict(&self) -> Error {
        let message = format!(
            "This operation cannot be performed because there is an active lifecycle operation on \
             the environment {}: {} ({}), started {} by {}. Wait until it has finished.",
            self.environment_name,
            self.kind.name(),
            self.id,
            self.created_at,
            self.requested_by.display_name
        );
        Error::new(Kind::Conflict, "OperationNotStartable", message).with_details(json!({
            "operationId": self.id,
            "operationType": self.kind.name(),
            "startedDateTime": self.created_at.to_string(),
            "requestedBy": self.requested_by.display_name,
        }))
    }

    /// The document that clients poll.
    pub fn document(&self, tenant: Uuid) -> Value {
        let root = "/providers/Microsoft.BusinessAppPlatform";
        let mut document = json!({
            "id": self.id,
            "links": {
                "self": { "path": format!("{root}/lifecycleOperations/{}", self.id) },
                "environment": { "path": format!("{root}/environments/{}", self.environment_name) },
            },
            "type": { "id": self.kind.name() },
            "typeDisplayName": self.kind.name(),
            "state": { "id": self.state.name() },
            "createdDateTime": self.created_at.to_string(),
            "lastActionDateTime": self.last_action_at.to_string(),
            "requestedBy": {
                "id": self.requested_by.id.map_or_else(String::new, |id| id.to_string()),
                "displayName": self.requested_by.display_name,
                "type": self.requested_by.type_name(),
                "tenantId": tenant,
            },
            "stages": self.stages.iter().map(stage_document).collect::<Vec<_>>(),
        });
        if let Some(error) = &self.error {
            document["error"] = json!({ "code": error.code, "message": error.message });
        }
        document
    }
}

fn stage_document(stage: &Stage) -> Value {
    let mut document = json!({
        "id": stage.name.name(),
        "name": stage.name.name(),
        "state": { "id": stage.state.name() },
    });
    if let Some(at) = stage.first_action_at {
        document["firstActionDateTime"] = json!(at.to_string());
    }
    if let Some(at) = stage.last_action_at {
        document["lastActionDateTime"] = json!(at.to_string());
    }
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    fn states(operation: &Operation) -> String {
        let stages = operation.stages.iter().map(|stage| stage.state.name());
        format!("{}: {}", operation.state.name(), stages.collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn stages_run_in_order_and_a_failed_one_fails_the_operation() {
        let environment = (Uuid::nil(), "e".to_owned());
        let mut operation = Operation::accepted(
            Uuid::nil(),
            environment,
            OperationType::Create,
            Actor::system(),
            Instant(0),
        );
        assert_eq!(states(&operation), "Running: Succeeded Running NotStarted NotStarted");
        operation.enter(StageName::Run, Instant(1));
        assert_eq!(states(&operation), "Running: Succeeded Succeeded Running NotStarted");
        let mut failed = operation.clone();
        failed.fail(&Error::invalid("no"), Instant(2));
        assert_eq!(states(&failed), "Failed: Succeeded Succeeded Failed NotStarted");
        operation.succeed(Instant(2));
        assert_eq!(states(&operation), "Succeeded: Succeeded Succeeded Succeeded Succeeded");
    }
}
