//! Which lifecycle operations an environment allows, and why not the others.

use base::{Error, Kind};
use serde_json::{Value, json};

use super::Environment;
use crate::Sku;
use crate::operations::OperationType;

/// Why an operation is not allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// `CdsLink`, `EnvironmentSkuType` or `GovernanceConfig`.
    pub kind: &'static str,
    /// What people read.
    pub message: String,
}

/// The operations that are listed with each environment.
const LISTED: [OperationType; 14] = [
    OperationType::Backup,
    OperationType::Convert,
    OperationType::Copy,
    OperationType::Delete,
    OperationType::Disable,
    OperationType::DisableGovernanceConfiguration,
    OperationType::Edit,
    OperationType::Enable,
    OperationType::EnableGovernanceConfiguration,
    OperationType::Provision,
    OperationType::Recover,
    OperationType::Reset,
    OperationType::Restore,
    OperationType::UpdateGovernanceConfiguration,
];

/// Whether `operation` may be performed on `environment`, by its type and whether it has a
/// database. `Copy` and `Backup` as source, `Reset` and `Restore` as target.
pub fn check(environment: &Environment, operation: OperationType) -> Result<(), Reason> {
    use OperationType as Op;
    let sku = environment.sku;
    let by_sku = |is_allowed: bool| {
        if is_allowed {
            return Ok(());
        }
        Err(Reason {
            kind: "EnvironmentSkuType",
            message: format!(
                "{} cannot be performed on environment of type {}.",
                operation.name(),
                sku.name()
            ),
        })
    };
    let needs_database = || {
        if environment.database.is_some() {
            return Ok(());
        }
        Err(Reason {
            kind: "CdsLink",
            message: format!(
                "{} cannot be performed on an environment without a Dataverse database.",
                operation.name()
            ),
        })
    };
    match operation {
        Op::Convert => by_sku(matches!(sku, Sku::Production | Sku::Sandbox | Sku::Trial)),
        Op::Copy => {
            by_sku(matches!(sku, Sku::Production | Sku::Sandbox | Sku::Developer))?;
            needs_database()
        }
        Op::Reset | Op::Restore => {
            by_sku(sku == Sku::Sandbox)?;
            needs_database()
        }
        Op::Backup => {
            by_sku(matches!(sku, Sku::Production | Sku::Sandbox | Sku::Developer))?;
            needs_database()
        }
        Op::Delete | Op::Recover => by_sku(sku != Sku::Default),
        // Enable and Disable turn administration mode off and on.
        Op::Enable | Op::Disable => {
            by_sku(matches!(sku, Sku::Production | Sku::Sandbox))?;
            needs_database()
        }
        Op::Provision if environment.database.is_some() => Err(Reason {
            kind: "CdsLink",
            message: "Provision cannot be performed on an environment that has a Dataverse \
                      database; an environment has at most one."
                .to_owned(),
        }),
        Op::EnableGovernanceConfiguration => {
            by_sku(sku != Sku::Default)?;
            needs_database()
        }
        Op::DisableGovernanceConfiguration | Op::UpdateGovernanceConfiguration => Err(Reason {
            kind: "GovernanceConfig",
            message: format!(
                "{} cannot be performed on Power Platform environment because of the governance \
                 configuration.",
                operation.name()
            ),
        }),
        Op::Create | Op::Edit | Op::Provision => Ok(()),
    }
}

/// The same as an error, for refusing a request.
pub fn require(environment: &Environment, operation: OperationType) -> base::Result<()> {
    check(environment, operation).map_err(|reason| {
        let code = match reason.kind {
            "CdsLink" => "LinkedEnvironmentOperationNotAllowed",
            _ => "OperationNotAllowed",
        };
        let kind =
            if operation == OperationType::Provision { Kind::Conflict } else { Kind::Invalid };
        Error::new(kind, code, reason.message)
    })
}

/// Why the default environment gets no database, where the operator has not allowed one.
pub(super) const NO_DATABASE_IN_DEFAULT: &str = concat!(
    "Provision cannot be performed on environment of type Default. ",
    "The operator of the server can allow it with the setting ",
    "tenant.default_environment_allows_database.",
);

/// `properties.lifecycleOperationsEnforcement`.
pub fn document(environment: &Environment, default_allows_database: bool) -> Value {
    let is_barred = environment.is_default() && !default_allows_database;
    let mut allowed = Vec::new();
    let mut disallowed = Vec::new();
    for operation in LISTED {
        let entry = json!({ "type": { "id": operation.name() } });
        let checked = match check(environment, operation) {
            Ok(()) if is_barred && operation == OperationType::Provision => Err(Reason {
                kind: "EnvironmentSkuType",
                message: NO_DATABASE_IN_DEFAULT.to_owned(),
            }),
            checked => checked,
        };
        match checked {
            Ok(()) => allowed.push(entry),
            Err(reason) => {
                let mut entry = entry;
                entry["reason"] = json!({ "message": reason.message, "type": reason.kind });
                disallowed.push(entry);
            }
        }
    }
    json!({ "allowedOperations": allowed, "disallowedOperations": disallowed })
}
