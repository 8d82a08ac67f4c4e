//! Environments: what they are, who may create which, and what may be done with them.

mod change;
mod create;
mod decide;
mod enforcement;
mod find;
mod model;

pub use change::EnvironmentPatch;
pub(crate) use create::unique_name;
pub use decide::{
    Asker, CreateRequest, DatabasePlan, DatabaseRequest, Facts, Person, Plan, Refusal, Rule,
    Switches, capacity_suffices, decide, plan_database,
};
pub use enforcement::{
    Reason, check as check_operation, document as enforcement_document, require,
};
pub use model::{Database, Environment, Provisioning, Runtime, UpdateCadence};
